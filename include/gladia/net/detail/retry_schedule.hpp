#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include <gladia/net/backoff.hpp>

namespace gladia::net::detail {

/// Decides whether, and after which wait, a failed call or link is tried again. Pure.
class retry_schedule {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  struct limits {
    std::optional<int> retries{};  ///< none: any number
    /// The longest time from the start of the first failed attempt to the next one; none: no limit.
    std::optional<std::chrono::milliseconds> window{};
    std::chrono::seconds retry_after_cap{};  ///< the longest wait that a server can ask for
  };

  retry_schedule(backoff_options const& waits, limits const& most, std::uint64_t seed) noexcept
      : backoff_(waits, seed), limits_(most) {}

  /// An attempt begins.
  void on_attempt(time_point now) noexcept {
    if (!since_) since_ = now;
  }

  /// The attempt failed. Returns the wait before the next attempt; none if the limits allow none.
  ///
  /// \param asked  how long the server asked to wait, if it did
  [[nodiscard]] std::optional<std::chrono::milliseconds> on_failure(
      std::optional<std::chrono::seconds> asked, time_point now) noexcept {
    ++failures_;
    if (!since_) since_ = now;
    auto delay = backoff_.next();
    if (asked) {
      delay = std::max<std::chrono::milliseconds>(delay, std::min(*asked, limits_.retry_after_cap));
    }
    if (limits_.retries && failures_ > *limits_.retries) return std::nullopt;
    if (limits_.window && now + delay > *since_ + *limits_.window) return std::nullopt;
    return delay;
  }

  /// The attempt went well for a while: later failures have the full limits again.
  void on_progress() noexcept {
    failures_ = 0;
    since_.reset();
    backoff_.reset();
  }

  /// The number of failures since the last progress.
  [[nodiscard]] int failures() const noexcept { return failures_; }
  /// When the first failure since the last progress began. Precondition: `failures() > 0`.
  [[nodiscard]] time_point since() const noexcept { return *since_; }

 private:
  backoff backoff_;
  limits limits_;
  int failures_ = 0;
  std::optional<time_point> since_{};
};

}  // namespace gladia::net::detail
