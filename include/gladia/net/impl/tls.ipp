#pragma once

#include <gladia/net/tls.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <gladia/error.hpp>
#include <gladia/net/impl/system_store.ipp>
#include <memory>
#include <optional>

namespace gladia::net::detail {

/// Built once and never changed again: changing a context in use is a data race
/// (https://github.com/boostorg/beast/issues/2917).
struct tls_context {
  std::optional<boost::asio::ssl::context> context{};  ///< none: see `fault`
  error fault{};                                       ///< why no server can be reached by it
};

/// What OpenSSL says went wrong: the first error, which the others only pass on.
inline std::string openssl_error() {
  auto const code = ERR_get_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
  auto const* reason = ERR_reason_error_string(code);
  return reason ? reason : "unknown reason";
}

/// What a failed handshake means, where OpenSSL's words do not say it.
inline char const* tls_hint(error_code ec) {
  if (ec == boost::asio::error::eof || ec == boost::asio::error::connection_reset ||
      ec == boost::asio::ssl::error::stream_truncated) {
    return "; perhaps what answers on this port does not speak TLS";
  }
  if (ec.category() != boost::asio::error::get_ssl_category()) return "";
  switch (ERR_GET_REASON(static_cast<unsigned long>(ec.value()))) {
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_UNSUPPORTED_PROTOCOL:
      return "; the server does not know TLS 1.2 or later";
    case SSL_R_WRONG_VERSION_NUMBER:
      return "; what answers on this port does not speak TLS";
    default:
      return "";
  }
}

/// What to do about a certificate that was refused, where OpenSSL's words do not say it.
inline char const* certificate_hint(long verdict) {
  switch (verdict) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "; if it is to be trusted, set tls_options::ca_file";
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return ", or this machine's clock is wrong";
    default:
      return "";
  }
}

inline error tls_option_error(std::string const& option, std::string const& why) {
  return error(errc::invalid_options, "tls_options::" + option + ": " + why);
}

using bio_pointer = std::unique_ptr<BIO, decltype(&BIO_free)>;

inline bio_pointer reader_of(std::string const& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

/// The number of certificates taken from PEM text.
inline int load_ca_pem(SSL_CTX* context, std::string const& pem) {
  auto const text = reader_of(pem);
  int count = 0;
  while (auto* certificate = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)) {
    count += X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate) == 1 ? 1 : 0;
    X509_free(certificate);
  }
  ERR_clear_error();  // the end of the text counts as an error
  return count;
}

/// The number of revocation lists taken from PEM text.
inline int load_crl_pem(SSL_CTX* context, std::string const& pem) {
  auto const text = reader_of(pem);
  int count = 0;
  while (auto* list = PEM_read_bio_X509_CRL(text.get(), nullptr, nullptr, nullptr)) {
    count += X509_STORE_add_crl(SSL_CTX_get_cert_store(context), list) == 1 ? 1 : 0;
    X509_CRL_free(list);
  }
  ERR_clear_error();  // the end of the text counts as an error
  return count;
}

inline error load_revocation_lists(SSL_CTX* context, tls_options const& options) {
  if (options.crl_file.empty() && options.crl_pem.empty()) return {};
  if (!options.crl_file.empty()) {
    auto* lookup = X509_STORE_add_lookup(SSL_CTX_get_cert_store(context), X509_LOOKUP_file());
    if (X509_load_crl_file(lookup, options.crl_file.c_str(), X509_FILETYPE_PEM) <= 0) {
      return tls_option_error("crl_file", "cannot read a revocation list from \"" +
                                              options.crl_file + "\": " + openssl_error());
    }
  }
  if (!options.crl_pem.empty() && load_crl_pem(context, options.crl_pem) == 0) {
    return tls_option_error("crl_pem", "holds no revocation list in PEM form");
  }
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_CRL_CHECK);
  return {};
}

inline error load_client_certificate(SSL_CTX* context, tls_options const& options) {
  if (options.client_certificate_file.empty()) {
    if (options.client_key_file.empty()) return {};
    return tls_option_error("client_key_file", "set without client_certificate_file");
  }
  auto const& certificate = options.client_certificate_file;
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return tls_option_error("client_certificate_file", "cannot read a certificate from \"" +
                                                           certificate + "\": " + openssl_error());
  }
  auto const& key = options.client_key_file.empty() ? certificate : options.client_key_file;
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return tls_option_error("client_key_file",
                            "cannot use the private key in \"" + key + "\": " + openssl_error());
  }
  return {};
}

inline error load_trust_anchors(tls_context& tls, tls_options const& options) {
  auto* context = tls.context->native_handle();
  auto has_any = options.use_system_store && load_system_store(context);
  if (!options.ca_file.empty()) {
    if (SSL_CTX_load_verify_file(context, options.ca_file.c_str()) != 1) {
      return tls_option_error("ca_file", "cannot read a CA certificate from \"" + options.ca_file +
                                             "\": " + openssl_error());
    }
    has_any = true;
  }
  if (!options.ca_pem.empty()) {
    if (load_ca_pem(context, options.ca_pem) == 0) {
      return tls_option_error("ca_pem", "holds no certificate in PEM form");
    }
    has_any = true;
  }
  if (!has_any) tls.fault = error(errc::no_trust_anchors, phase::tls);
  return {};
}

inline result<std::shared_ptr<tls_context>> make_tls_context(tls_options const& options) {
  auto tls = std::make_shared<tls_context>();
  OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, nullptr);  // else its errors have no words
  ERR_clear_error();
  auto* context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) {
    tls->fault = error(errc::tls_unavailable, phase::tls,
                       "OpenSSL cannot make a context for TLS: " + openssl_error() +
                           "; its configuration may be at fault (OPENSSL_CONF)");
    return tls;
  }
  tls->context.emplace(context);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  error_code ignored;
  tls->context->set_verify_mode(boost::asio::ssl::verify_peer, ignored);
  // Without it, OpenSSL would ask for the password of an encrypted key on the terminal.
  tls->context->set_password_callback(
      [password = options.client_key_password](std::size_t, auto) { return password.reveal(); },
      ignored);
  if (auto faulty = load_trust_anchors(*tls, options)) return faulty;
  if (auto faulty = load_revocation_lists(context, options)) return faulty;
  if (auto faulty = load_client_certificate(context, options)) return faulty;
  return tls;
}

}  // namespace gladia::net::detail
