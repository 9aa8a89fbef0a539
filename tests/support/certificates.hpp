#pragma once

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <vector>

namespace gladia::test {

/// A certificate with its key, both as PEM text.
struct credentials {
  std::string certificate{};
  std::string key{};
};

/// Makes certificates with OpenSSL, so that no key needs to be kept and none runs out.
class certificate_authority {
 public:
  struct wanted {
    std::string names = "IP:127.0.0.1";  ///< as in OpenSSL's subjectAltName
    long valid_from = -3600;             ///< seconds from now
    long valid_to = 3600;
    bool self_signed = false;
  };

  certificate_authority() : key_(make_key()), certificate_(X509_new(), &X509_free) {
    static int count = 0;
    auto const name = "test CA " + std::to_string(++count);
    fill(certificate_.get(), key_.get(), name.c_str(), -3600, 3600);
    add(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
    X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
    X509_sign(certificate_.get(), key_.get(), EVP_sha256());
  }

  std::string pem() const { return to_pem(certificate_.get()); }

  credentials issue(wanted const& what) const {
    auto const key = make_key();
    certificate_pointer const certificate(X509_new(), &X509_free);
    fill(certificate.get(), key.get(), "test peer", what.valid_from, what.valid_to);
    add(certificate.get(), NID_subject_alt_name, what.names);
    auto* issuer = what.self_signed ? certificate.get() : certificate_.get();
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
    X509_sign(certificate.get(), what.self_signed ? key.get() : key_.get(), EVP_sha256());
    return {to_pem(certificate.get()), to_pem(key.get())};
  }
  credentials issue() const { return issue(wanted{}); }

  /// A list of revoked certificates as PEM text, which holds for `valid_to` seconds from now.
  std::string revocation_list(std::vector<credentials> const& revoked, long valid_to = 3600) const {
    std::unique_ptr<X509_CRL, decltype(&X509_CRL_free)> const list(X509_CRL_new(), &X509_CRL_free);
    X509_CRL_set_version(list.get(), 1);
    X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate_.get()));
    auto const issued = seconds_from_now(-7200);
    X509_CRL_set1_lastUpdate(list.get(), issued.get());
    X509_CRL_set1_nextUpdate(list.get(), seconds_from_now(valid_to).get());
    for (auto const& one : revoked) {
      auto* entry = X509_REVOKED_new();
      X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(parsed(one).get()));
      X509_REVOKED_set_revocationDate(entry, issued.get());
      X509_CRL_add0_revoked(list.get(), entry);
    }
    X509_CRL_sign(list.get(), key_.get(), EVP_sha256());
    bio_pointer const bio(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_X509_CRL(bio.get(), list.get());
    return text_of(bio.get());
  }

 private:
  using key_pointer = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  using certificate_pointer = std::unique_ptr<X509, decltype(&X509_free)>;
  using bio_pointer = std::unique_ptr<BIO, decltype(&BIO_free)>;
  using time_pointer = std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)>;

  static key_pointer make_key() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

  static void fill(X509* certificate, EVP_PKEY* key, char const* name, long from, long to) {
    static long serial = 0;
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), from);
    X509_gmtime_adj(X509_getm_notAfter(certificate), to);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<unsigned char const*>(name), -1, -1, 0);
  }

  static void add(X509* certificate, int kind, std::string const& value) {
    auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }

  static time_pointer seconds_from_now(long seconds) {
    return {X509_gmtime_adj(nullptr, seconds), &ASN1_TIME_free};
  }
  static certificate_pointer parsed(credentials const& own) {
    bio_pointer const bio(
        BIO_new_mem_buf(own.certificate.data(), static_cast<int>(own.certificate.size())),
        &BIO_free);
    return {PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), &X509_free};
  }

  static std::string text_of(BIO* bio) {
    char* data = nullptr;
    auto const size = BIO_get_mem_data(bio, &data);
    return std::string(data, static_cast<std::size_t>(size));
  }
  static std::string to_pem(X509* certificate) {
    bio_pointer const bio(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_X509(bio.get(), certificate);
    return text_of(bio.get());
  }
  static std::string to_pem(EVP_PKEY* key) {
    bio_pointer const bio(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    return text_of(bio.get());
  }

  key_pointer key_;
  certificate_pointer certificate_;
};

}  // namespace gladia::test
