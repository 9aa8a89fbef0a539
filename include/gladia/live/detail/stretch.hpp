#pragma once

#include <cstdint>

namespace gladia::live::detail {

/// A stretch of audio in bytes, from `from` to `to`, exclusive.
struct stretch {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

}  // namespace gladia::live::detail
