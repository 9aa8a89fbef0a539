#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <chrono>
#include <cstring>
#include <gladia/error.hpp>
#include <gladia/net/detail/response_body.hpp>
#include <gladia/net/detail/response_head.hpp>
#include <string>
#include <utility>

namespace gladia::net::detail {

template <class Stream>
struct read_head_op {
  Stream& stream;
  response_head_reader& reader;
  bool is_started = false;

  template <class Self>
  void operator()(Self& self, error_code ec = {}, std::size_t size = 0) {
    constexpr std::size_t step = 4096;
    if (std::exchange(is_started, true)) {
      if (ec) return self.complete(ec);
      if (reader.commit(size) != response_head_reader::verdict::incomplete) {
        return self.complete({});
      }
    }
    auto const room = reader.prepare(step);
    auto& next = stream;  // `self` is moved below
    next.async_read_some(boost::asio::buffer(room.data, room.size), std::move(self));
  }
};

/// Reads the head of an answer. Completes once the head is whole or refused, or with the stream's
/// error.
/// Stream and reader outlive the operation.
template <class Stream, class Token>
auto async_read_head(Stream& stream, response_head_reader& reader, Token&& token) {
  return boost::asio::async_compose<Token, void(error_code)>(read_head_op<Stream>{stream, reader},
                                                             token, stream);
}

/// The body of an answer that is no success: text for a person, of which any part is useful.
struct refusal_words {
  static constexpr std::size_t largest = std::size_t{1} << 20;
  /// How long to wait for the text once the head is there.
  static constexpr std::chrono::milliseconds time_limit{1000};

  refusal_words(response_head_reader const& answer, std::string_view method)
      : body(answer.head(), method), text(answer.rest()) {
    text.resize(body.decode(text.data(), text.size()));
  }
  bool is_enough() const noexcept {
    return body.is_whole() || !body.fault().empty() || text.size() >= largest;
  }

  response_body body;
  std::string text;
  bool is_cut = false;  ///< `text` may end within a word
  std::array<char, 4096> part{};
};

template <class Stream>
struct read_words_op {
  Stream& stream;
  refusal_words& words;
  bool is_started = false;

  template <class Self>
  void operator()(Self& self, error_code ec = {}, std::size_t size = 0) {
    if (std::exchange(is_started, true)) {
      words.text.append(words.part.data(), words.body.decode(words.part.data(), size));
    }
    if (ec || words.is_enough()) {
      // Without a length any end is good, except an end that this side made.
      bool const is_ended =
          ec && ec != boost::asio::error::operation_aborted && words.body.ends_with_connection();
      words.is_cut = !words.body.is_whole() && !is_ended;
      return self.complete({});
    }
    auto& next = stream;
    next.async_read_some(boost::asio::buffer(words.part), std::move(self));
  }
};

/// Reads what there is of a refusal's words; never fails. The caller has to bound the time, by
/// closing the stream. Precondition: not `words.is_enough()`. Stream and words outlive the
/// operation.
template <class Stream, class Token>
auto async_read_words(Stream& stream, refusal_words& words, Token&& token) {
  return boost::asio::async_compose<Token, void(error_code)>(read_words_op<Stream>{stream, words},
                                                             token, stream);
}

/// An answer with the values of its head.
inline http_response to_response(response_head const& head) {
  http_response response;
  response.status = head.status;
  response.headers = head.headers;
  return response;
}

inline std::string unreadable_head(std::string const& who, response_head_reader const& answer) {
  return who + " answered with a head that cannot be read: " + answer.fault();
}

}  // namespace gladia::net::detail
