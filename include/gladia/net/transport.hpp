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

/// What all links and HTTP exchanges of a client share.
struct transport_options {
  tls_options tls{};         ///< which servers are trusted
  proxy_options proxy{};     ///< which proxy is used
  std::string user_agent{};  ///< the value of `User-Agent`
};

/// Makes links and HTTP exchanges. Every member may be called from any thread.
///
/// This is the one seam between decisions and sockets: tests put a fake in the place of a
/// transport.
class transport {
 public:
  /// The links and exchanges that the transport made may outlive the transport.
  virtual ~transport() = default;
  /// A WebSocket that is not open yet.
  ///
  /// \param executor  A strand: an executor that runs one handler at a time. The WebSocket is used,
  ///   and calls its listener, only there.
  [[nodiscard]] virtual std::shared_ptr<websocket> make_websocket(
      boost::asio::any_io_executor const& executor) = 0;
  /// An HTTP exchange that is not started yet.
  ///
  /// \param executor  As for `make_websocket`.
  [[nodiscard]] virtual std::shared_ptr<http_exchange> make_http_exchange(
      boost::asio::any_io_executor const& executor) = 0;
};

/// The transport over TCP and TLS.
///
/// Reads certificate files and, if `options.proxy` asks for it, the environment, and blocks
/// meanwhile. Later only certificates in folders are read: see `tls_options`.
///
/// Errors: `errc::invalid_options` for a file that cannot be read or holds no certificate or key,
/// for a proxy URL that cannot be used, and for a user agent with a control character.
///
/// If there is no certificate to trust, each encrypted connection fails with
/// `errc::no_trust_anchors`; if OpenSSL cannot make a context, each fails with
/// `errc::tls_unavailable`. Neither is an error of this function, because plain connections to
/// loopback need no trust.
[[nodiscard]] result<std::shared_ptr<transport>> make_transport(transport_options options);

}  // namespace gladia::net

#ifdef GLADIA_HEADER_ONLY
#include <gladia/net/impl/transport.ipp>
#endif
