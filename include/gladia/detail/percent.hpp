#pragma once

#include <charconv>
#include <string>
#include <string_view>

namespace gladia::detail {

/// `text` of a URL with its percent-encoding decoded. A `%` that encodes nothing stays.
inline std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    auto const* const digits = text.data() + i + 1;
    bool const is_encoded = text[i] == '%' && i + 2 < text.size() &&
                            std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    decoded += is_encoded ? static_cast<char>(byte) : text[i];
    if (is_encoded) i += 2;
  }
  return decoded;
}

}  // namespace gladia::detail
