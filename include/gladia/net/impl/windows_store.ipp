#pragma once

#ifdef _WIN32

// Windows keeps the certificates that it trusts in its registry.

// In this order: Asio refuses to be compiled after windows.h without winsock2.h, and wincrypt.h
// needs windows.h.
#include <winsock2.h>

#include <windows.h>

#include <wincrypt.h>

// Macros of wincrypt.h that OpenSSL has types of the same name for.
#undef OCSP_REQUEST
#undef OCSP_RESPONSE
#undef PKCS7_ISSUER_AND_SERIAL
#undef PKCS7_SIGNER_INFO
#undef X509_EXTENSIONS
#undef X509_NAME

#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace gladia::net::detail {

/// Whether a certificate is trusted for servers: some are for e-mail or programs alone.
inline bool is_for_servers(PCCERT_CONTEXT certificate) {
  DWORD size = 0;
  if (!::CertGetEnhancedKeyUsage(certificate, 0, nullptr, &size)) {
    return ::GetLastError() == static_cast<DWORD>(CRYPT_E_NOT_FOUND);  // nothing is said of it
  }
  std::vector<unsigned char> room(std::max<std::size_t>(size, sizeof(CERT_ENHKEY_USAGE)));
  auto* const usage = reinterpret_cast<CERT_ENHKEY_USAGE*>(room.data());
  if (!::CertGetEnhancedKeyUsage(certificate, 0, usage, &size)) return false;
  if (usage->cUsageIdentifier == 0) {
    return ::GetLastError() == static_cast<DWORD>(CRYPT_E_NOT_FOUND);
  }
  auto* const* const begin = usage->rgpszUsageIdentifier;
  return std::any_of(begin, begin + usage->cUsageIdentifier, [](char const* use) {
    return std::string_view(use) == szOID_PKIX_KP_SERVER_AUTH;
  });
}

/// Whether a certificate of `from`, which is open, was taken into `to`.
inline bool take_certificates(HCERTSTORE from, X509_STORE* to) {
  bool has_any = false;
  PCCERT_CONTEXT certificate = nullptr;
  while ((certificate = ::CertEnumCertificatesInStore(from, certificate)) != nullptr) {
    if (!is_for_servers(certificate)) continue;
    auto const* bytes = const_cast<unsigned char const*>(certificate->pbCertEncoded);
    auto* const x509 = d2i_X509(nullptr, &bytes, static_cast<long>(certificate->cbCertEncoded));
    if (x509 == nullptr) continue;
    has_any |= X509_STORE_add_cert(to, x509) == 1;
    X509_free(x509);
  }
  ERR_clear_error();
  return has_any;
}

/// Takes the roots that this user trusts.
inline bool load_windows_store(X509_STORE* to) {
  auto* const roots = ::CertOpenSystemStoreW(0, L"ROOT");
  if (roots == nullptr) return false;
  bool const has_any = take_certificates(roots, to);
  ::CertCloseStore(roots, 0);
  return has_any;
}

}  // namespace gladia::net::detail

#endif
