#pragma once

#include <string>

#include <gladia/secret.hpp>

namespace gladia::net {

/// Which servers are trusted, and how this client proves who it is.
///
/// The server's certificate and host name are always verified, with TLS 1.2 or later; there is no
/// way to switch that off. Files are read when the client is made; certificates in a folder, as
/// `SSL_CERT_DIR` names, are read when a server shows a certificate that they issued.
struct tls_options {
  /// A PEM file of CA certificates to trust beside the system's store. Empty: none.
  ///
  /// The environment can name another store in place of the system's: `SSL_CERT_FILE`, and
  /// `SSL_CERT_DIR`, whose folders are separated by colons, on Windows by semicolons.
  std::string ca_file{};
  /// CA certificates to trust beside the system's store, as PEM text. Empty: none.
  std::string ca_pem{};
  /// Whether to trust the system's store: OpenSSL's default paths, or the usual paths of bundles if
  /// OpenSSL's paths hold nothing.
  bool use_system_store = true;
  /// A PEM file of certificate revocation lists (CRL). A server whose certificate is on a list is
  /// refused. Empty: none. No server is ever asked whether a certificate was revoked.
  ///
  /// If there is any list, here or in `crl_pem`, there must be one for every server: a server is
  /// also refused if there is no list from the authority that issued its certificate, or if that
  /// list has expired. Whether the authority itself was revoked is not checked.
  std::string crl_file{};
  /// Revocation lists as PEM text, used as those of `crl_file`. Empty: none.
  std::string crl_pem{};
  /// A PEM file with the client's certificate chain, for servers that ask for one. Empty: none.
  std::string client_certificate_file{};
  /// The PEM file with the private key of that certificate. Empty: the key is in
  /// `client_certificate_file`.
  std::string client_key_file{};
  /// The key file's password. Empty: none.
  secret client_key_password{};
};

}  // namespace gladia::net
