#pragma once

#include <chrono>

namespace gladia::net {

/// How long each step of reaching a server may take. Zero means that there is no limit.
///
/// A step that takes longer fails with `errc::timeout`, with the step in `details().phase`, and may
/// be retried.
struct timeouts {
  std::chrono::milliseconds resolve{5000};   ///< looking up the host name
  std::chrono::milliseconds connect{5000};   ///< TCP; a host's addresses are tried 250 ms apart
  std::chrono::milliseconds proxy{10000};    ///< the proxy's answer to CONNECT
  std::chrono::milliseconds tls{10000};      ///< the TLS handshake
  std::chrono::milliseconds upgrade{10000};  ///< the WebSocket handshake
};

}  // namespace gladia::net
