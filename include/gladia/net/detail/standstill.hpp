#pragma once

#include <cstdint>

namespace gladia::net::detail {

/// Tells a transfer that stands still from a slow one. Its caller asks at regular times.
class standstill {
 public:
  /// This many ticks in a row without a byte are a standstill.
  static constexpr int ticks = 4;

  /// \param bytes  that were transferred so far
  [[nodiscard]] bool on_tick(std::uint64_t bytes) noexcept {
    still_ = bytes > bytes_ ? 0 : still_ + 1;
    bytes_ = bytes;
    return still_ >= ticks;
  }

 private:
  std::uint64_t bytes_ = 0;
  int still_ = 0;
};

}  // namespace gladia::net::detail
