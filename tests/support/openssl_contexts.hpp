#pragma once

#include <atomic>

namespace gladia::test {

/// Whether OpenSSL can make a context; it cannot with a configuration that loads no algorithms.
inline std::atomic<bool> can_make_openssl_contexts{true};

/// While it lives, OpenSSL can make no context.
struct without_openssl_contexts {
  without_openssl_contexts() { can_make_openssl_contexts = false; }
  ~without_openssl_contexts() { can_make_openssl_contexts = true; }
  without_openssl_contexts(without_openssl_contexts const&) = delete;
  without_openssl_contexts& operator=(without_openssl_contexts const&) = delete;
};

}  // namespace gladia::test
