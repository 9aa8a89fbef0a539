#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <optional>
#include <utility>

#include <gladia/error.hpp>

namespace gladia::testing::detail {

namespace asio = boost::asio;
using asio::ip::tcp;

/// A connection, encrypted or not.
class byte_stream {
 public:
  using executor_type = tcp::socket::executor_type;
  using lowest_layer_type = tcp::socket;

  byte_stream(tcp::socket socket, asio::ssl::context* context)
      : socket_(std::make_unique<tcp::socket>(std::move(socket))) {
    if (context) tls_ = std::make_unique<asio::ssl::stream<tcp::socket&>>(*socket_, *context);
  }

  executor_type get_executor() { return socket_->get_executor(); }
  tcp::socket& socket() { return *socket_; }

  template <class Handler>
  void async_accept_tls(Handler handler) {
    if (tls_) {
      tls_->async_handshake(asio::ssl::stream_base::server, std::move(handler));
    } else {
      asio::post(get_executor(),
                 [handler = std::move(handler)]() mutable { handler(error_code{}); });
    }
  }

  template <class Buffers, class Token>
  auto async_read_some(Buffers const& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, Buffers const& into) {
          if (tls_) {
            tls_->async_read_some(into, std::move(handler));
          } else {
            socket_->async_read_some(into, std::move(handler));
          }
        },
        token, buffers);
  }

  template <class Buffers, class Token>
  auto async_write_some(Buffers const& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, Buffers const& from) {
          if (tls_) {
            tls_->async_write_some(from, std::move(handler));
          } else {
            socket_->async_write_some(from, std::move(handler));
          }
        },
        token, buffers);
  }

  /// Ends the outgoing stream after all written bytes; over TLS with an alert.
  template <class Handler>
  void async_finish(Handler handler) {
    if (tls_) {
      tls_->async_shutdown(std::move(handler));
      return;
    }
    error_code ec;
    socket_->shutdown(tcp::socket::shutdown_send, ec);
    asio::post(get_executor(), [handler = std::move(handler), ec]() mutable { handler(ec); });
  }

  /// Ends the outgoing stream at the level of TCP.
  void finish_tcp() noexcept {
    error_code ec;
    socket_->shutdown(tcp::socket::shutdown_send, ec);
  }
  void close() noexcept {
    error_code ec;
    socket_->close(ec);
  }
  /// Resets the connection: the other side loses what it has not read yet.
  void reset() noexcept {
    error_code ec;
    socket_->set_option(asio::socket_base::linger(true, 0), ec);
    socket_->close(ec);
  }

 private:
  // Their addresses must not change: the TLS stream refers to the socket.
  std::unique_ptr<tcp::socket> socket_;
  std::unique_ptr<asio::ssl::stream<tcp::socket&>> tls_{};
};

}  // namespace gladia::testing::detail
