#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace gladia::detail {

/// How many bytes at the start of `text` are ASCII. Looks at eight bytes at a time.
[[nodiscard]] inline std::size_t ascii_prefix(std::string_view text) noexcept {
  std::size_t i = 0;
  for (; text.size() - i >= sizeof(std::uint64_t); i += sizeof(std::uint64_t)) {
    std::uint64_t eight;
    std::memcpy(&eight, text.data() + i, sizeof eight);
    if ((eight & 0x8080808080808080u) != 0) break;
  }
  while (i < text.size() && static_cast<unsigned char>(text[i]) < 0x80) ++i;
  return i;
}

/// The start of a text, read as UTF-8 without surrogates and overlong forms.
struct utf8_step {
  std::size_t size = 0;  ///< bytes of the character, or of the invalid piece
  bool is_character = false;
};

/// Reads one character of `text`, which is not empty. An invalid piece is as long as in the Unicode
/// standard (chapter 3.9, "maximal subparts") and in the WHATWG's decoder.
[[nodiscard]] inline utf8_step read_utf8(std::string_view text) noexcept {
  auto const byte = [&text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  unsigned const lead = byte(0);
  if (lead < 0x80) return {1, true};
  std::size_t const length = lead < 0xC2   ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0) return {1, false};
  unsigned lowest = 0x80, highest = 0xBF;  // limits of the second byte
  if (lead == 0xE0) lowest = 0xA0;
  if (lead == 0xED) highest = 0x9F;
  if (lead == 0xF0) lowest = 0x90;
  if (lead == 0xF4) highest = 0x8F;
  for (std::size_t i = 1; i < length; ++i) {
    if (i == text.size() || byte(i) < lowest || byte(i) > highest) return {i, false};
    lowest = 0x80;
    highest = 0xBF;
  }
  return {length, true};
}

/// How many bytes at the start of `text` are UTF-8.
[[nodiscard]] inline std::size_t utf8_prefix(std::string_view text) noexcept {
  std::size_t i = 0;
  while (i < text.size()) {
    i += ascii_prefix(text.substr(i));
    if (i == text.size()) break;
    auto const step = read_utf8(text.substr(i));
    if (!step.is_character) break;
    i += step.size;
  }
  return i;
}

/// Whether `text` is UTF-8.
[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept {
  return utf8_prefix(text) == text.size();
}

/// `text` with U+FFFD in place of each piece that is not UTF-8.
[[nodiscard]] inline std::string mended_utf8(std::string_view text) {
  std::string mended;
  mended.reserve(text.size() + 8);
  for (;;) {
    auto const good = utf8_prefix(text);
    mended += text.substr(0, good);
    text.remove_prefix(good);
    if (text.empty()) return mended;
    mended += "\xEF\xBF\xBD";
    text.remove_prefix(read_utf8(text).size);
  }
}

}  // namespace gladia::detail
