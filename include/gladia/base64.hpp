#pragma once

#include <boost/system/errc.hpp>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include <gladia/error.hpp>

/// \file
/// Base64 as RFC 4648 defines it (section 4): telephone providers send audio in this form, within
/// JSON.
///
/// Both functions are pure and may be called from any thread. Neither keeps its argument.

namespace gladia {

namespace detail {

inline constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline error not_base64(std::string why) {
  return error(make_error_code(boost::system::errc::invalid_argument), phase::none,
               "not Base64: " + std::move(why));
}

}  // namespace detail

/// Encodes any bytes: four characters for every three bytes, padded with `=`, without line breaks.
[[nodiscard]] inline std::string encode_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    auto const byte = [&](std::size_t at) -> unsigned {
      return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u;
    };
    unsigned const group = byte(i) << 16u | byte(i + 1) << 8u | byte(i + 2);
    text += detail::base64_alphabet[group >> 18u & 63u];
    text += detail::base64_alphabet[group >> 12u & 63u];
    text += i + 1 < bytes.size() ? detail::base64_alphabet[group >> 6u & 63u] : '=';
    text += i + 2 < bytes.size() ? detail::base64_alphabet[group & 63u] : '=';
  }
  return text;
}

/// Decodes Base64 with the standard alphabet and its padding. Empty text gives no bytes.
///
/// Error: `boost::system::errc::invalid_argument` where a character does not belong to the alphabet
/// (neither do white space, `-` and `_`), or where the length is no multiple of 4. The message
/// names the character and its offset, or the length, and nothing else of the text. Nothing is
/// decoded then: the sender has to send something else.
[[nodiscard]] inline result<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return detail::not_base64(std::to_string(text.size()) + " characters, no multiple of 4");
  }
  auto digits = text;
  for (int i = 0; i < 2 && !digits.empty() && digits.back() == '='; ++i) digits.remove_suffix(1);
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  unsigned group = 0;  // its lowest bits are not decoded yet
  unsigned bits = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    auto const value = detail::base64_alphabet.find(digits[i]);
    if (value == std::string_view::npos) {
      char why[64];
      std::snprintf(why, sizeof why, "the byte 0x%02x at offset %zu",
                    static_cast<unsigned>(static_cast<unsigned char>(digits[i])), i);
      return detail::not_base64(why);
    }
    group = group << 6u | static_cast<unsigned>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(group >> bits & 0xffu);
  }
  return bytes;
}

}  // namespace gladia
