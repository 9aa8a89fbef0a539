#pragma once

#include <chrono>
#include <cstdint>

namespace gladia::net {

/// The waits between attempts. Each wait is a random time below a bound; the bound doubles each
/// time.
struct backoff_options {
  std::chrono::milliseconds base{250};  ///< the bound of the first wait
  std::chrono::milliseconds cap{5000};  ///< the greatest bound
};

/// A seed that differs from process to process and from call to call.
[[nodiscard]] std::uint64_t random_seed();

/// Draws the waits. Pure: no clock; the same seed gives the same waits. Thread safety: as a value.
class backoff {
 public:
  /// \param options  The bounds of the waits.
  /// \param seed     For example `random_seed()`.
  explicit backoff(backoff_options options, std::uint64_t seed) noexcept;

  /// The next wait: a time between 0 and the bound.
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
