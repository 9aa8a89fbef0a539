#pragma once

#include <chrono>
#include <cstdint>

namespace gladia::net {

/// Waiting times between attempts: full jitter below an exponentially growing bound.
struct backoff_options {
  std::chrono::milliseconds base{250};  ///< the bound of the first wait
  std::chrono::milliseconds cap{5000};  ///< the bound never grows beyond it
};

/// A seed that differs from process to process and from call to call.
[[nodiscard]] std::uint64_t random_seed();

/// Draws the waiting times. Pure: no clock; the same seed gives the same times.
class backoff {
 public:
  explicit backoff(backoff_options options, std::uint64_t seed) noexcept;

  /// A time between 0 and the bound, which doubles each time.
  [[nodiscard]] std::chrono::milliseconds next() noexcept;

  /// Starts again with the first bound, after progress.
  void reset() noexcept { attempt_ = 0; }

 private:
  backoff_options options_;
  std::uint64_t random_;
  unsigned attempt_ = 0;
};

}  // namespace gladia::net

#ifdef GLADIA_HEADER_ONLY
#include <gladia/net/impl/backoff.ipp>
#endif
