#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gladia::detail {

/// `bytes` in Base64, padded.
inline std::string base64(std::string_view bytes) {
  constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    auto const byte = [&](std::size_t at) -> unsigned {
      return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u;
    };
    unsigned const group = byte(i) << 16u | byte(i + 1) << 8u | byte(i + 2);
    text += alphabet[group >> 18u & 63u];
    text += alphabet[group >> 12u & 63u];
    text += i + 1 < bytes.size() ? alphabet[group >> 6u & 63u] : '=';
    text += i + 2 < bytes.size() ? alphabet[group & 63u] : '=';
  }
  return text;
}

}  // namespace gladia::detail
