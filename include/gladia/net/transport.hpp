#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include <gladia/error.hpp>
#include <gladia/net/http.hpp>
#include <gladia/net/proxy.hpp>
#include <gladia/net/tls.hpp>
#include <gladia/net/websocket.hpp>

namespace gladia::net {

/// What all links of a client share.
struct transport_options {
  tls_options tls{};
  proxy_options proxy{};
  std::string user_agent{};
};

/// Makes connections. Every member may be called from any thread.
///
/// This is the one seam between decisions and sockets: tests put a fake in its place.
class transport {
 public:
  virtual ~transport() = default;
  /// A WebSocket not yet opened, whose calls all come from `executor`, which must not run two
  /// handlers at once (a strand).
  [[nodiscard]] virtual std::shared_ptr<websocket> make_websocket(
      boost::asio::any_io_executor const& executor) = 0;
  /// An HTTP exchange not yet started, likewise.
  [[nodiscard]] virtual std::shared_ptr<http_exchange> make_http_exchange(
      boost::asio::any_io_executor const& executor) = 0;
};

/// The transport over TCP and TLS.
///
/// Reads certificate files and, where `options.proxy` asks for it, the environment, now and not
/// later; blocks for that long. Errors: `errc::invalid_options` for a file that cannot be read or
/// holds no certificate or key, a proxy URL that cannot be used, a user agent with a control
/// character. That there is nothing to trust is no error yet, for plain links to loopback need no
/// trust: it is `errc::no_trust_anchors` of each encrypted link. Likewise
/// `errc::tls_unavailable`, where OpenSSL cannot make a context at all.
[[nodiscard]] result<std::shared_ptr<transport>> make_transport(transport_options options);

}  // namespace gladia::net

#ifdef GLADIA_HEADER_ONLY
#include <gladia/net/impl/transport.ipp>
#endif
