#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <support/openssl_contexts.hpp>

/// Stands before OpenSSL's own.
extern "C" SSL_CTX* SSL_CTX_new(SSL_METHOD const* method) {
  if (!gladia::test::can_make_openssl_contexts) {
    ERR_raise(ERR_LIB_SSL, SSL_R_LIBRARY_HAS_NO_CIPHERS);
    return nullptr;
  }
  static auto* const real =
      reinterpret_cast<SSL_CTX* (*)(SSL_METHOD const*)>(dlsym(RTLD_NEXT, "SSL_CTX_new"));
  return real(method);
}
