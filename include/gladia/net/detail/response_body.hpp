#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <gladia/net/detail/response_head.hpp>

namespace gladia::net::detail {

/// Takes the body of an answer out of the bytes after its head, and knows when the body is whole
/// (RFC 9112, section 6.3). No I/O, no clock.
class response_body {
 public:
  response_body() = default;  ///< no body
  response_body(response_head const& head, std::string_view method);

  /// Moves the bytes of the body to the front of `bytes`, and returns their number. Bytes after the
  /// end of the body are ignored.
  std::size_t decode(char* bytes, std::size_t size);

  [[nodiscard]] bool is_whole() const noexcept { return state_ == state::whole; }
  /// Whether only the end of the connection ends the body.
  [[nodiscard]] bool ends_with_connection() const noexcept { return state_ == state::until_end; }
  /// The length of the body, if the head gives one.
  [[nodiscard]] std::optional<std::uint64_t> const& length() const noexcept { return length_; }
  /// What is wrong with the body; empty if nothing is.
  [[nodiscard]] std::string const& fault() const noexcept { return fault_; }

 private:
  enum class state {
    whole,
    until_length,
    until_end,
    chunk_size,       ///< its digits
    chunk_extension,  ///< the rest of its line
    chunk_data,
    chunk_end,   ///< the end of the line behind the data
    line_start,  ///< of the trailer
    trailer,     ///< the rest of its line
    refused,
  };

  std::size_t decode_chunks(char* bytes, std::size_t size);
  void read_framing(char c);
  void read_digit(char c);
  void refuse(std::string fault);

  state state_ = state::whole;
  std::uint64_t left_ = 0;  // bytes to come of the body or of the chunk
  int digits_ = 0;          // read of the chunk's size
  std::size_t beside_ = 0;  // bytes of extensions and trailer
  std::optional<std::uint64_t> length_{};
  std::string fault_{};
};

}  // namespace gladia::net::detail

#ifdef GLADIA_HEADER_ONLY
#include <gladia/net/impl/response_body.ipp>
#endif
