#pragma once

#include <gladia/net/detail/response_body.hpp>

#include <algorithm>
#include <cstring>
#include <gladia/net/detail/text.hpp>

namespace gladia::net::detail {

/// The value of a hexadecimal digit, or -1.
inline int hex_digit(char c) noexcept {
  if (is_digit(c)) return c - '0';
  auto const letter = to_lower(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

GLADIA_DECL response_body::response_body(response_head const& head, std::string_view method) {
  bool const has_none =
      method == "HEAD" || head.status / 100 == 1 || head.status == 204 || head.status == 304;
  if (has_none) return;
  if (!head.foreign_coding.empty()) {
    // The text of a refusal can still be read.
    state_ = state::until_end;
    if (head.status / 100 == 2) refuse("it has a transfer coding that was not asked for");
  } else if (head.is_chunked) {
    state_ = state::chunk_size;
  } else if (head.content_length) {
    length_ = head.content_length;
    left_ = *length_;
    if (left_ > 0) state_ = state::until_length;
  } else {
    state_ = state::until_end;
  }
}

GLADIA_DECL std::size_t response_body::decode(char* bytes, std::size_t size) {
  switch (state_) {
    case state::whole:
    case state::refused:
      return 0;
    case state::until_end:
      return size;
    case state::until_length: {
      auto const taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, size));
      left_ -= taken;
      if (left_ == 0) state_ = state::whole;
      return taken;
    }
    default:
      return decode_chunks(bytes, size);
  }
}

GLADIA_DECL std::size_t response_body::decode_chunks(char* bytes, std::size_t size) {
  std::size_t out = 0;
  for (std::size_t in = 0; in < size && !is_whole() && state_ != state::refused;) {
    if (state_ != state::chunk_data) {
      read_framing(bytes[in++]);
      continue;
    }
    auto const part = static_cast<std::size_t>(std::min<std::uint64_t>(left_, size - in));
    std::memmove(bytes + out, bytes + in, part);
    out += part;
    in += part;
    left_ -= part;
    if (left_ == 0) state_ = state::chunk_end;
  }
  return out;
}

GLADIA_DECL void response_body::read_framing(char c) {
  constexpr std::size_t most_beside = std::size_t{64} << 10;
  switch (state_) {
    case state::chunk_size:
      return read_digit(c);
    case state::chunk_extension:
      if (c == '\n') {
        state_ = left_ > 0 ? state::chunk_data : state::line_start;
        return;
      }
      break;
    case state::chunk_end:
      if (c == '\r') return;
      if (c != '\n') return refuse("a chunk is longer than it says");
      state_ = state::chunk_size;
      digits_ = 0;
      return;
    case state::line_start:
      if (c == '\n') {
        state_ = state::whole;
        return;
      }
      if (c != '\r') state_ = state::trailer;
      break;
    default:
      if (c == '\n') state_ = state::line_start;
      break;
  }
  if (++beside_ > most_beside) refuse("there is more than 64 KiB beside its chunks");
}

GLADIA_DECL void response_body::read_digit(char c) {
  constexpr int most_digits = 16;
  auto const digit = hex_digit(c);
  if (digit >= 0) {
    left_ = digits_ == 0 ? 0 : left_ << 4;
    left_ |= static_cast<std::uint64_t>(digit);
    if (++digits_ > most_digits) refuse("a chunk's size is too large");
    return;
  }
  // Some servers pad the size with blanks.
  bool const is_end = c == '\n' || c == '\r' || c == ';' || c == ' ' || c == '\t';
  if (digits_ == 0 || !is_end) return refuse("a chunk's size is no hexadecimal number");
  state_ = state::chunk_extension;
  if (c == '\n') read_framing(c);
}

GLADIA_DECL void response_body::refuse(std::string fault) {
  state_ = state::refused;
  fault_ = std::move(fault);
}

}  // namespace gladia::net::detail
