#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include <gladia/codec/impl/json_literal.ipp>
#include <gladia/codec/impl/json_number.ipp>

/// \file
/// Checks whether a text is JSON before anything of it is read. So the reader need not look for
/// syntax errors, and no text can make it run past an end or recurse too deeply.
///
/// The check accepts more than strict JSON, so that a defect costs one value and not the message:
/// - `NaN`, `Infinity` and `-Infinity` inside of an object or array; they count as absent;
/// - any byte in a string but `"` and `\`, and any escape; what means nothing becomes U+FFFD.

namespace gladia::codec::detail {

/// The greatest limit of depth that a caller can set.
inline constexpr std::size_t depth_limit = 1024;

inline bool is_json_space(char c) noexcept {
  // The first comparison decides for most characters.
  return static_cast<unsigned char>(c) <= ' ' && (c == ' ' || c == '\n' || c == '\r' || c == '\t');
}

// Each function reads a value that begins at `at`. Returns where it ends; null if it is none.

inline char const* skip_space(char const* at, char const* end) noexcept {
  while (at != end && is_json_space(*at)) ++at;
  return at;
}

template <std::size_t size>
char const* end_of_word(char const* at, char const* end, char const (&word)[size]) noexcept {
  constexpr auto length = size - 1;
  auto const is_there =
      static_cast<std::size_t>(end - at) >= length && std::memcmp(at, word, length) == 0;
  return is_there ? at + length : nullptr;
}

inline char const* end_of_digits(char const* at, char const* end) noexcept {
  auto const begin = at;
  while (at != end && is_json_digit(*at)) ++at;
  return at != begin ? at : nullptr;
}

inline char const* end_of_number(char const* at, char const* end) noexcept {
  if (*at == '-') ++at;
  if (at == end) return nullptr;
  at = *at == '0' ? at + 1 : end_of_digits(at, end);
  if (at && at != end && *at == '.') at = end_of_digits(at + 1, end);
  if (!at || at == end || (*at != 'e' && *at != 'E')) return at;
  ++at;
  if (at != end && (*at == '+' || *at == '-')) ++at;
  return end_of_digits(at, end);
}

/// `at` is just after the opening quote.
inline char const* end_of_string(char const* at, char const* end, literal& taken) noexcept {
  auto const begin = at;
  auto const plain = find_quote_or_escape(at, end);
  at = plain.end;
  taken.is_ascii = plain.is_ascii;
  while (end - at >= 2 && *at == '\\') {
    taken.has_escape = true;
    at = find_quote_or_escape(at + 2, end).end;
  }
  if (at == end || *at != '"') return nullptr;
  taken.text = {begin, static_cast<std::size_t>(at - begin)};
  return at + 1;
}

/// Reads any value but an object or array.
inline char const* end_of_scalar(char const* at, char const* end, bool is_inside) noexcept {
  literal ignored;
  switch (*at) {
    case '"':
      return end_of_string(at + 1, end, ignored);
    case 't':
      return end_of_word(at, end, "true");
    case 'f':
      return end_of_word(at, end, "false");
    case 'n':
      return end_of_word(at, end, "null");
    case 'N':
      return is_inside ? end_of_word(at, end, "NaN") : nullptr;
    case 'I':
      return is_inside ? end_of_word(at, end, "Infinity") : nullptr;
    case '-':
      if (is_inside && end - at > 1 && at[1] == 'I') return end_of_word(at, end, "-Infinity");
      break;
    default:
      break;
  }
  return end_of_number(at, end);
}

/// Which containers are around a value.
class json_levels {
 public:
  explicit json_levels(std::size_t limit) noexcept : limit_(std::min(limit, depth_limit)) {
    closing_[0] = '\0';
  }

  std::size_t limit() const noexcept { return limit_; }
  std::size_t depth() const noexcept { return depth_; }
  bool is_full() const noexcept { return depth_ == limit_; }
  bool is_in_object() const noexcept { return closing() == '}'; }
  /// The bracket that closes the innermost container; a character outside of JSON if there is none.
  char closing() const noexcept { return closing_[depth_]; }

  void enter(bool is_object) noexcept { closing_[++depth_] = is_object ? '}' : ']'; }
  void leave() noexcept { --depth_; }

 private:
  std::size_t limit_;
  std::size_t depth_ = 0;
  std::array<char, depth_limit + 1> closing_;  // filled up to `depth_`: clearing 1 KiB would cost
};

enum class json_verdict { good, malformed, too_deep };

/// What a check found.
struct json_checked {
  json_verdict verdict = json_verdict::malformed;
  std::size_t size = 0;       ///< the bytes that were good
  std::size_t max_depth = 0;  ///< the depth reached
  /// Where the value of the outermost object's last member `type` begins.
  std::optional<std::size_t> type{};
};

/// A name and the colon behind it.
inline char const* end_of_key(char const* at, char const* end, literal& name) noexcept {
  at = *at == '"' ? end_of_string(at + 1, end, name) : nullptr;
  if (!at) return nullptr;
  at = skip_space(at, end);
  return at != end && *at == ':' ? at + 1 : nullptr;
}

/// Checks a whole text.
inline json_checked check_json(std::string_view text, std::size_t max_depth) {
  auto const* const begin = text.data();
  auto const* const end = begin + text.size();
  json_levels levels(max_depth);
  json_checked checked;
  checked.max_depth = levels.limit();
  auto const offset = [begin](char const* at) { return static_cast<std::size_t>(at - begin); };
  auto const stop = [&](json_verdict verdict, char const* at) {
    checked.verdict = verdict;
    checked.size = offset(at);
    return checked;
  };

  auto const* at = skip_space(begin, end);
  for (;;) {  // `at` is at a value or at a member's name
    if (at == end) return stop(json_verdict::malformed, at);
    if (levels.is_in_object()) {
      literal name;
      auto const* const behind = end_of_key(at, end, name);
      if (!behind) return stop(json_verdict::malformed, at);
      if (levels.depth() == 1 && is(name, "type")) {
        checked.type = offset(behind);
      }
      at = skip_space(behind, end);
      if (at == end) return stop(json_verdict::malformed, at);
    }
    auto const is_object = *at == '{';
    if (is_object || *at == '[') {
      if (levels.is_full()) return stop(json_verdict::too_deep, at);
      levels.enter(is_object);
      at = skip_space(at + 1, end);
      if (at == end || *at != levels.closing()) continue;
    } else {
      auto const* const behind = end_of_scalar(at, end, levels.depth() > 0);
      if (!behind) return stop(json_verdict::malformed, at);
      at = skip_space(behind, end);
    }
    // `at` is after a value, or at the end of one or more containers.
    while (at != end && levels.depth() > 0 && *at == levels.closing()) {
      levels.leave();
      at = skip_space(at + 1, end);
    }
    if (levels.depth() == 0 && at == end) return stop(json_verdict::good, at);
    if (levels.depth() == 0 || at == end || *at != ',') return stop(json_verdict::malformed, at);
    at = skip_space(at + 1, end);
  }
}

}  // namespace gladia::codec::detail
