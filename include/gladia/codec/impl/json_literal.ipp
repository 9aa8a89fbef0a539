#pragma once

#include <boost/core/bit.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <gladia/codec/impl/json_number.ipp>
#include <gladia/detail/utf8.hpp>

/// \file
/// The strings of JSON texts.

namespace gladia::codec::detail {

/// The end of the plain text of a string.
struct plain_text {
  char const* end = nullptr;  ///< where a `"` or `\` stands, or the text ends
  bool is_ascii = true;
};

/// Finds the first `"` or `\` from `at` to `end`, several bytes at a time.
inline plain_text find_quote_or_escape(char const* at, char const* end) noexcept {
  bool is_ascii = true;
#ifdef __SSE2__
  auto const quote = _mm_set1_epi8('"');
  auto const escape = _mm_set1_epi8('\\');
  for (; end - at >= 16; at += 16) {
    __m128i sixteen;
    std::memcpy(&sixteen, at, sizeof sixteen);
    auto const is_found =
        _mm_or_si128(_mm_cmpeq_epi8(sixteen, quote), _mm_cmpeq_epi8(sixteen, escape));
    auto const found = static_cast<unsigned>(_mm_movemask_epi8(is_found));
    auto const not_ascii = static_cast<unsigned>(_mm_movemask_epi8(sixteen));
    is_ascii = is_ascii && (not_ascii & (found - 1) & ~found) == 0;
    if (found != 0) return {at + boost::core::countr_zero(found), is_ascii};
  }
#endif
  constexpr std::uint64_t ones = 0x0101010101010101u;
  constexpr std::uint64_t highs = 0x8080808080808080u;
  // The high bit of the lowest byte that is zero, and perhaps of bytes above it.
  auto const zeros = [](std::uint64_t eight) { return (eight - ones) & ~eight & highs; };
  for (; end - at >= 8; at += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, at, sizeof eight);
    auto const found = zeros(eight ^ (ones * '"')) | zeros(eight ^ (ones * '\\'));
    if (found != 0 && boost::core::endian::native != boost::core::endian::little) break;
    is_ascii = is_ascii && (eight & highs & (found - 1) & ~found) == 0;
    if (found != 0) return {at + boost::core::countr_zero(found) / 8, is_ascii};
  }
  for (; at != end && *at != '"' && *at != '\\'; ++at) {
    is_ascii = is_ascii && static_cast<unsigned char>(*at) < 0x80;
  }
  return {at, is_ascii};
}

/// The characters that the inside of a string literal stands for. An invalid `\u` escape and bytes
/// that are not UTF-8 become U+FFFD.
class literal_decoder {
 public:
  explicit literal_decoder(std::string_view literal) noexcept
      : at_(literal.data()), end_(at_ + literal.size()) {}

  void append_to(std::string& text) {
    auto const begin = text.size();
    while (at_ != end_) {
      auto const escape = find_escape();
      text.append(at_, escape);
      at_ = escape;
      if (at_ != end_) append_escape(text);
    }
    auto const fresh = std::string_view(text).substr(begin);
    if (gladia::detail::is_utf8(fresh)) return;
    auto mended = gladia::detail::mended_utf8(fresh);
    text.replace(begin, std::string::npos, mended);
  }

 private:
  char const* find_escape() const noexcept {
    auto const found = std::memchr(at_, '\\', static_cast<std::size_t>(end_ - at_));
    return found ? static_cast<char const*>(found) : end_;
  }

  void append_escape(std::string& text) {
    auto const kind = at_[1];
    at_ += 2;
    switch (kind) {
      case '"':
      case '\\':
      case '/':
        return text.push_back(kind);
      case 'b':
        return text.push_back('\b');
      case 'f':
        return text.push_back('\f');
      case 'n':
        return text.push_back('\n');
      case 'r':
        return text.push_back('\r');
      case 't':
        return text.push_back('\t');
      case 'u':
        return append_utf8(text, take_code_point());
      default:
        return append_utf8(text, replacement);
    }
  }

  unsigned take_code_point() noexcept {
    auto const first = take_unit();
    if (!first) return replacement;
    if (*first < 0xD800 || *first > 0xDFFF) return *first;
    if (*first > 0xDBFF || end_ - at_ < 2 || at_[0] != '\\' || at_[1] != 'u') return replacement;
    auto const behind_first = at_;
    at_ += 2;
    auto const second = take_unit();
    if (second && *second >= 0xDC00 && *second <= 0xDFFF) {
      return 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00);
    }
    at_ = behind_first;
    return replacement;
  }

  std::optional<unsigned> take_unit() noexcept {
    if (end_ - at_ < 4) return std::nullopt;
    unsigned value = 0;
    for (int i = 0; i < 4; ++i) {
      char const c = at_[i];
      int const digit = is_json_digit(c)       ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return std::nullopt;
      value = value * 16 + static_cast<unsigned>(digit);
    }
    at_ += 4;
    return value;
  }

  static void append_utf8(std::string& text, unsigned code_point) {
    auto const tail = [&](int shift) {
      text.push_back(static_cast<char>(0x80 | (code_point >> shift & 0x3F)));
    };
    if (code_point < 0x80) return text.push_back(static_cast<char>(code_point));
    if (code_point < 0x800) {
      text.push_back(static_cast<char>(0xC0 | code_point >> 6));
      return tail(0);
    }
    if (code_point < 0x10000) {
      text.push_back(static_cast<char>(0xE0 | code_point >> 12));
      tail(6);
      return tail(0);
    }
    text.push_back(static_cast<char>(0xF0 | code_point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }

  static constexpr unsigned replacement = 0xFFFD;

  char const* at_;
  char const* end_;
};

/// A string literal without its quotes.
struct literal {
  std::string_view text{};
  bool has_escape = false;
  bool is_ascii = false;  ///< up to the first escape

  void assign_to(std::string& to) const {
    if (!has_escape && (is_ascii || gladia::detail::is_utf8(text))) {
      // Constructing a string is cheaper than growing one.
      if (to.capacity() < text.size()) {
        to = std::string(text);
      } else {
        to.assign(text.data(), text.size());
      }
    } else {
      to.clear();
      literal_decoder(text).append_to(to);
    }
  }
};

inline std::string text_of(literal const& from) {
  std::string text;
  from.assign_to(text);
  return text;
}
/// Whether a key is `name`. An array, so that the compiler knows its length.
template <std::size_t size>
bool is(literal const& key, char const (&name)[size]) {
  constexpr auto length = size - 1;
  if (key.has_escape) return text_of(key) == name;
  return key.text.size() == length && std::memcmp(key.text.data(), name, length) == 0;
}

}  // namespace gladia::codec::detail
