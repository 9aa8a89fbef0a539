#pragma once

#include <cstdint>

namespace gladia::live::detail {

/// A span of audio in bytes, from `from` to before `to`.
struct byte_span {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

}  // namespace gladia::live::detail
