#pragma once

#include <algorithm>
#include <string>

namespace gladia::detail {

/// Replaces control characters by blanks, because a server's text must neither end a line nor begin
/// a new one.
inline void put_on_one_line(std::string& text) noexcept {
  auto const is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  std::replace_if(text.begin(), text.end(), is_control, ' ');
}

}  // namespace gladia::detail
