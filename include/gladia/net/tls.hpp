#pragma once

#include <string>

#include <gladia/secret.hpp>

namespace gladia::net {

/// How servers are trusted. The peer's certificate and host name are always verified, with TLS 1.2
/// or later; there is no way to switch that off. Files are read when the client is made.
struct tls_options {
  /// A PEM file of CA certificates to trust beside the system's store. Empty: none. (OpenSSL lets
  /// the environment name another store: `SSL_CERT_FILE`, and `SSL_CERT_DIR`, whose folders are
  /// separated by colons, on Windows by semicolons.)
  std::string ca_file{};
  /// CA certificates to trust, as PEM text. Empty: none.
  std::string ca_pem{};
  /// Whether to trust the system's store: OpenSSL's default paths, and the usual bundle paths where
  /// those are empty.
  bool use_system_store = true;
  /// A PEM file of certificate revocation lists (CRL): servers whose certificate is on one are
  /// refused. Empty: none, and nothing is asked.
  ///
  /// Once there is a list, here or in `crl_pem`, every server needs one: it is refused as well
  /// where there is none from the authority that issued its certificate, or only one that has
  /// expired. Whether that authority was itself revoked is not looked up.
  std::string crl_file{};
  /// Revocation lists as PEM text, likewise. Empty: none.
  std::string crl_pem{};
  /// A PEM file with the client's certificate chain, for servers that ask for one. Empty: none.
  std::string client_certificate_file{};
  /// The PEM file with its private key. Empty: it is in `client_certificate_file`.
  std::string client_key_file{};
  /// The key file's password. Empty: none.
  secret client_key_password{};
};

}  // namespace gladia::net
