#pragma once

#include <cstddef>
#include <vector>

namespace gladia::detail {

/// Empties a buffer that is used for one message after the other, with room for `size` bytes. What
/// it grew to for a message of more than `kept_buffer` bytes is given back when a usual one comes.
inline constexpr std::size_t kept_buffer = std::size_t{64} << 10;

inline void reuse(std::vector<char>& buffer, std::size_t size) {
  buffer.clear();
  if (buffer.capacity() > kept_buffer && size <= kept_buffer) std::vector<char>().swap(buffer);
  buffer.reserve(size);
}

}  // namespace gladia::detail
