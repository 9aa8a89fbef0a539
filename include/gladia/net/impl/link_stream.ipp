#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <chrono>
#include <cstdint>
#include <gladia/error.hpp>
#include <variant>

namespace gladia::net::detail {

/// A TCP connection, without Beast's `tcp_stream` and its timeouts.
///
/// A server that closes a WebSocket often resets the connection next. A write then fails while the
/// close frame with its code is still unread, and Beast would stop reading. So a failed write is
/// held back until the reader has come to the end
/// (https://github.com/boostorg/beast/issues/1209).
class plain_stream : public boost::asio::ip::tcp::socket {
  using base = boost::asio::ip::tcp::socket;

 public:
  explicit plain_stream(boost::asio::any_io_executor const& executor)
      : base(executor), held_(executor) {}

  /// From now on a failed write completes after `limit`, or when this is called again.
  void hold_failures(std::chrono::milliseconds limit) {
    limit_ = limit;
    held_.cancel();
  }

  /// How many bytes the system has taken.
  [[nodiscard]] std::uint64_t written() const noexcept { return written_; }

  template <class Buffers, class Token>
  auto async_write_some(Buffers const& buffers, Token&& token) {
    return boost::asio::async_compose<Token, void(error_code, std::size_t)>(
        write<Buffers>{*this, &buffers}, token, *this);
  }

 private:
  template <class Buffers>
  struct write {
    plain_stream& stream;
    Buffers const* buffers;  // only used before the initiating function returns; a copy takes 1 KiB
    error_code failure{};
    enum { starting, writing, holding } state = starting;

    template <class Self>
    void operator()(Self& self, error_code ec = {}, std::size_t size = 0) {
      switch (state) {
        case starting: {
          state = writing;
          auto const& data = *buffers;  // `self` is moved below
          stream.base::async_write_some(data, std::move(self));
          return;
        }
        case writing:
          stream.written_ += size;
          if (!ec || stream.limit_.count() == 0) return self.complete(ec, size);
          failure = ec;
          state = holding;
          stream.held_.expires_after(stream.limit_);
          stream.held_.async_wait(std::move(self));
          return;
        case holding:
          return self.complete(failure, 0);
      }
    }
  };

  boost::asio::steady_timer held_;
  std::chrono::milliseconds limit_{0};
  std::uint64_t written_ = 0;
};

/// A TLS connection over a `plain_stream`.
class tls_stream : public boost::asio::ssl::stream<plain_stream> {
 public:
  using boost::asio::ssl::stream<plain_stream>::stream;
};

/// Beast calls this once a WebSocket's closing handshake is over or has failed. It only ends
/// Beast's operation. Beast's own versions wait until the peer has closed TCP and TLS in order,
/// which some peers never do (https://github.com/boostorg/beast/issues/1826). The socket is closed
/// here a moment later.
template <class Stream, class Handler>
void end_without_teardown(Stream& stream, Handler&& handler) {
  boost::asio::post(stream.get_executor(),
                    boost::beast::bind_front_handler(std::forward<Handler>(handler), error_code()));
}
template <class Handler>
void async_teardown(boost::beast::role_type, plain_stream& stream, Handler&& handler) {
  end_without_teardown(stream, std::forward<Handler>(handler));
}
template <class Handler>
void async_teardown(boost::beast::role_type, tls_stream& stream, Handler&& handler) {
  end_without_teardown(stream, std::forward<Handler>(handler));
}

/// A connection ready for HTTP.
using connected_stream = std::variant<plain_stream, tls_stream>;

template <class Stream>
void close_socket(Stream& stream) noexcept {
  error_code ignored;
  boost::beast::get_lowest_layer(stream).close(ignored);
}

}  // namespace gladia::net::detail
