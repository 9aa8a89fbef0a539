#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>

namespace gladia::detail {

/// The values as words, for example `8, 16 or 24`.
template <std::size_t N>
std::string list_of(int const (&values)[N]) {
  std::string text;
  for (std::size_t i = 0; i < N; ++i) {
    if (i > 0) text += i + 1 < N ? ", " : " or ";
    text += std::to_string(values[i]);
  }
  return text;
}

template <std::size_t N>
bool contains(int const (&values)[N], std::int64_t value) noexcept {
  return std::find(std::begin(values), std::end(values), value) != std::end(values);
}

}  // namespace gladia::detail
