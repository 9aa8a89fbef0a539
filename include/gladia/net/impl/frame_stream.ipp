#pragma once

#include <algorithm>
#include <boost/asio/associator.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/handler_continuation_hook.hpp>
#include <gladia/net/detail/frame_filter.hpp>
#include <gladia/net/impl/link_stream.ipp>
#include <memory>
#include <utility>

namespace gladia::net::detail {

/// Filters the bytes that were read, then calls the reader's handler. Not a composed operation: one
/// read is one operation of the stream below, and the handler has its executor and allocator.
template <class Buffers, class Handler>
struct filtering_handler {
  frame_filter& filter;
  Buffers buffers;
  Handler handler;

  void operator()(error_code ec, std::size_t size) {
    auto left = size;
    for (auto it = boost::asio::buffer_sequence_begin(buffers); left > 0; ++it) {
      boost::asio::mutable_buffer const part(*it);
      auto const filled = std::min(part.size(), left);
      filter.feed(static_cast<char*>(part.data()), filled);
      left -= filled;
    }
    std::move(handler)(ec, size);
  }

  friend bool asio_handler_is_continuation(filtering_handler* self) {
    using boost::asio::asio_handler_is_continuation;
    return asio_handler_is_continuation(std::addressof(self->handler));
  }
};

/// A connection for a WebSocket: the bytes read from it go through a `frame_filter`.
template <class Next>
class frame_stream : public Next {
 public:
  template <class... Arguments>
  explicit frame_stream(Arguments&&... arguments) : Next(std::forward<Arguments>(arguments)...) {}

  [[nodiscard]] frame_filter const& frames() const noexcept { return frames_; }

  template <class Buffers, class Token>
  auto async_read_some(Buffers const& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, Buffers const& into) {
          Next::async_read_some(into, filtering_handler<Buffers, decltype(handler)>{
                                          frames_, into, std::move(handler)});
        },
        token, buffers);
  }

 private:
  frame_filter frames_{};
};

template <class Next, class Handler>
void async_teardown(boost::beast::role_type, frame_stream<Next>& stream, Handler&& handler) {
  end_without_teardown(stream, std::forward<Handler>(handler));
}

}  // namespace gladia::net::detail

/// Executor, allocator and cancellation slot are those of the reader's handler.
template <template <class, class> class Associator, class Buffers, class Handler,
          class DefaultCandidate>
struct boost::asio::associator<Associator, gladia::net::detail::filtering_handler<Buffers, Handler>,
                               DefaultCandidate> : Associator<Handler, DefaultCandidate> {
  static typename Associator<Handler, DefaultCandidate>::type get(
      gladia::net::detail::filtering_handler<Buffers, Handler> const& h,
      DefaultCandidate const& candidate = DefaultCandidate()) noexcept {
    return Associator<Handler, DefaultCandidate>::get(h.handler, candidate);
  }
};
