#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/error.hpp>
#include <gladia/net/detail/upgrade_answer.hpp>
#include <gladia/net/impl/answer.ipp>
#include <gladia/net/impl/link_stream.ipp>
#include <memory>
#include <string_view>
#include <utility>

namespace gladia::net::detail {

/// Stands below Beast's WebSocket, and reads the answer to the upgrade in Beast's place: Beast's
/// own reader accepts heads of 8 KiB, and at most 1.5 KiB together with the bytes that follow.
///
/// If the answer switches protocols, Beast first reads its essence, then the bytes after the head,
/// then the stream below, at the cost of a branch. After any other answer Beast's handshake fails,
/// and `pending` says why.
template <class Next>
class upgrade_stream {
 public:
  using next_layer_type = Next;
  using executor_type = typename Next::executor_type;

  explicit upgrade_stream(Next&& next) : next_(std::move(next)) {}

  executor_type get_executor() noexcept { return next_.get_executor(); }
  Next& next_layer() noexcept { return next_; }
  Next const& next_layer() const noexcept { return next_; }

  /// What is known of a handshake until its answer is read.
  struct handshake {
    http_headers offered{};         ///< the header fields of the request
    response_head_reader answer{};  ///< the answer as far as it was read
    std::string_view behind{};      ///< bytes that Beast still has to read
    error fault{};                  ///< what is wrong with an answer that switches protocols
    error_code write_failure{};     ///< why the request was not written
  };
  void offer(http_headers offered) { handshake_->offered = std::move(offered); }
  /// The handshake; null once it succeeded, as far as this stream can tell.
  handshake const* pending() const noexcept { return handshake_.get(); }

  template <class Buffers, class Token>
  auto async_read_some(Buffers const& buffers, Token&& token) {
    using op = read_op<Buffers>;
    if (!handshake_) return next_.async_read_some(buffers, std::forward<Token>(token));
    return boost::asio::async_compose<Token, void(error_code, std::size_t)>(op{*this, buffers},
                                                                            token, next_);
  }

  template <class Buffers, class Token>
  auto async_write_some(Buffers const& buffers, Token&& token) {
    using op = write_op<Buffers>;
    if (!is_asking()) {
      return next_.async_write_some(buffers, std::forward<Token>(token));
    }
    return boost::asio::async_compose<Token, void(error_code, std::size_t)>(op{*this, buffers},
                                                                            token, next_);
  }

 private:
  bool is_asking() const noexcept { return handshake_ && handshake_->behind.empty(); }

  template <class Buffers>
  struct read_op {
    upgrade_stream& stream;
    Buffers buffers;
    bool is_started = false;

    template <class Self>
    void operator()(Self& self, error_code ec = {}) {
      auto& s = stream;  // `self` is moved below
      if (!std::exchange(is_started, true)) {
        if (s.is_asking()) {
          return async_read_head(s.next_, s.handshake_->answer, std::move(self));
        }
        // A handler must not be called from within the initiating function.
        return boost::asio::post(s.next_.get_executor(), std::move(self));
      }
      if (ec) return self.complete(ec, 0);
      if (!s.is_asking()) return self.complete({}, s.copy_rest(buffers));
      auto const essence = s.judge();
      if (!essence) return self.complete(essence.error().code(), 0);
      self.complete({}, boost::asio::buffer_copy(buffers, boost::asio::buffer(*essence)));
    }
  };

  /// A server may refuse and close before the request is written. So the answer is read even if the
  /// request could not be written.
  template <class Buffers>
  struct write_op {
    upgrade_stream& stream;
    Buffers buffers;
    bool is_started = false;

    template <class Self>
    void operator()(Self& self, error_code ec = {}, std::size_t size = 0) {
      auto& s = stream;
      if (!std::exchange(is_started, true)) {
        auto const data = buffers;
        return s.next_.async_write_some(data, std::move(self));
      }
      if (ec) {
        s.handshake_->write_failure = ec;
        size = boost::asio::buffer_size(buffers);
      }
      self.complete({}, size);
    }
  };

  result<std::string> judge() {
    auto& [offered, answer, behind, fault, write_failure] = *handshake_;
    if (answer.now() == response_head_reader::verdict::refused) {
      return error(errc::malformed_response);
    }
    if (answer.head().status != 101) {
      return error(make_error_code(boost::beast::websocket::error::upgrade_declined));
    }
    auto essence = essential_upgrade(answer.head(), offered);
    if (!essence) {
      fault = essence.error();
      return essence;
    }
    behind = answer.rest();
    if (behind.empty()) handshake_.reset();
    return essence;
  }

  template <class Buffers>
  std::size_t copy_rest(Buffers const& buffers) {
    auto& behind = handshake_->behind;
    auto const size =
        boost::asio::buffer_copy(buffers, boost::asio::buffer(behind.data(), behind.size()));
    behind.remove_prefix(size);
    if (behind.empty()) handshake_.reset();
    return size;
  }

  Next next_;
  std::unique_ptr<handshake> handshake_ = std::make_unique<handshake>();
};

template <class Next, class Handler>
void async_teardown(boost::beast::role_type, upgrade_stream<Next>& stream, Handler&& handler) {
  end_without_teardown(stream, std::forward<Handler>(handler));
}

}  // namespace gladia::net::detail
