#pragma once

#include <cstddef>
#include <vector>

namespace gladia::detail {

/// A thread keeps no larger buffer.
inline constexpr std::size_t kept_buffer = std::size_t{64} << 10;

/// The spare buffer of a thread. Few of many sessions write at the same time, and memory that was
/// just used is still in the processor's cache.
inline std::vector<char>& spare_buffer() noexcept {
  thread_local std::vector<char> spare;
  return spare;
}

/// Makes a buffer empty, with room for `size` bytes.
inline void take_buffer(std::vector<char>& buffer, std::size_t size) {
  if (buffer.capacity() == 0) buffer.swap(spare_buffer());
  buffer.clear();
  buffer.reserve(size);
}

/// Gives a buffer back that is not needed for now.
inline void give_back_buffer(std::vector<char>& buffer) noexcept {
  if (buffer.capacity() <= kept_buffer) spare_buffer().swap(buffer);
  std::vector<char>().swap(buffer);
}

}  // namespace gladia::detail
