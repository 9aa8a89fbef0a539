#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace gladia::testing::detail {

/// A certificate for this machine's loopback addresses, and its key, as PEM text.
struct certificate {
  std::string pem{};
  std::string key{};
};

template <auto Free>
struct openssl_deleter {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
template <class T, auto Free>
using openssl_ptr = std::unique_ptr<T, openssl_deleter<Free>>;

inline std::string text_of(BIO* bio) {
  char* data = nullptr;
  auto const size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

inline void add_extension(X509* certificate, int id, char const* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  openssl_ptr<X509_EXTENSION, X509_EXTENSION_free> const extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value));
  if (extension) X509_add_ext(certificate, extension.get(), -1);
}

/// A new self-signed certificate, valid for a month; empty if OpenSSL fails.
inline certificate make_certificate() {
  openssl_ptr<EVP_PKEY, EVP_PKEY_free> const key(EVP_EC_gen("P-256"));
  openssl_ptr<X509, X509_free> const x509(X509_new());
  if (!key || !x509) return {};
  X509_set_version(x509.get(), 2);
  unsigned char serial[8] = {};
  if (RAND_bytes(serial, sizeof serial) != 1) return {};
  serial[0] &= 0x7f;
  openssl_ptr<BIGNUM, BN_free> const number(BN_bin2bn(serial, sizeof serial, nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x509.get()));
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), -86400);
  X509_gmtime_adj(X509_getm_notAfter(x509.get()), 30L * 86400);
  X509_set_pubkey(x509.get(), key.get());
  auto* name = X509_get_subject_name(x509.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<unsigned char const*>("gladia emulator"), -1, -1, 0);
  X509_set_issuer_name(x509.get(), name);
  add_extension(x509.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(x509.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
  add_extension(x509.get(), NID_subject_key_identifier, "hash");
  if (X509_sign(x509.get(), key.get(), EVP_sha256()) == 0) return {};
  openssl_ptr<BIO, BIO_free_all> const out(BIO_new(BIO_s_mem()));
  openssl_ptr<BIO, BIO_free_all> const key_out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), x509.get());
  PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {text_of(out.get()), text_of(key_out.get())};
}

}  // namespace gladia::testing::detail
