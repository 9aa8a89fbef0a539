#include <gladia/net/impl/windows_store.ipp>

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>

#include <memory>
#include <string>

#include "support/certificates.hpp"

namespace {

using gladia::net::detail::load_windows_store;
using gladia::net::detail::take_certificates;
using gladia::test::certificate_authority;

using anchors_pointer = std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)>;

anchors_pointer no_anchors() {
  return {X509_STORE_new(), &X509_STORE_free};
}

std::size_t count(anchors_pointer const& anchors) {
  return static_cast<std::size_t>(sk_X509_OBJECT_num(X509_STORE_get0_objects(anchors.get())));
}

/// A store of Windows in memory, with one certificate.
struct windows_store : testing::Test {
  HCERTSTORE const store = ::CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr);
  PCCERT_CONTEXT certificate = nullptr;

  void SetUp() override {
    auto const pem = certificate_authority().pem();
    DWORD size = static_cast<DWORD>(pem.size());
    std::string der(size, '\0');
    ASSERT_TRUE(::CryptStringToBinaryA(pem.c_str(), size, CRYPT_STRING_BASE64HEADER,
                                       reinterpret_cast<BYTE*>(der.data()), &size, nullptr,
                                       nullptr));
    ASSERT_TRUE(::CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING,
                                                   reinterpret_cast<BYTE const*>(der.data()), size,
                                                   CERT_STORE_ADD_ALWAYS, &certificate));
  }
  void TearDown() override {
    ::CertFreeCertificateContext(certificate);
    ::CertCloseStore(store, 0);
  }
  void trust_only_for(std::string use) {
    char* uses[] = {use.data()};
    CERT_ENHKEY_USAGE usage{1, uses};
    ASSERT_TRUE(::CertSetEnhancedKeyUsage(certificate, &usage));
  }
};

TEST_F(windows_store, gives_its_certificates) {
  auto const anchors = no_anchors();
  EXPECT_TRUE(take_certificates(store, anchors.get()));
  EXPECT_EQ(count(anchors), 1u);
}

TEST_F(windows_store, gives_those_that_are_trusted_for_servers) {
  trust_only_for(szOID_PKIX_KP_SERVER_AUTH);
  EXPECT_TRUE(take_certificates(store, no_anchors().get()));
}

TEST_F(windows_store, keeps_those_that_are_trusted_for_something_else) {
  trust_only_for(szOID_PKIX_KP_EMAIL_PROTECTION);
  auto const anchors = no_anchors();
  EXPECT_FALSE(take_certificates(store, anchors.get()));
  EXPECT_EQ(count(anchors), 0u);
}

TEST(the_windows_store_of_roots, is_not_empty) {
  EXPECT_TRUE(load_windows_store(no_anchors().get()));
}

}  // namespace
