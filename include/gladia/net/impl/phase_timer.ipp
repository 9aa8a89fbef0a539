#pragma once

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <utility>

namespace gladia::net::detail {

/// Limits the time of one step after the other. The streams have no other timeouts
/// (https://github.com/boostorg/beast/issues/1726).
class phase_timer {
 public:
  static constexpr std::chrono::milliseconds no_limit{0};
  /// Stands for no limit, and is short enough not to overflow a clock.
  static constexpr std::chrono::milliseconds longest = std::chrono::hours(24 * 365);

  explicit phase_timer(boost::asio::any_io_executor const& executor) : timer_(executor) {}

  /// Calls `on_end` after `limit`, or when `fire` is called, unless `stop` or `start` comes first.
  /// `on_end` must keep this timer alive.
  template <class F>
  void start(std::chrono::milliseconds limit, F on_end) {
    stop();
    if (limit <= no_limit) return;
    timer_.expires_after(std::min(limit, longest));
    timer_.async_wait([this, round = round_, on_end = std::move(on_end)](auto) {
      // A handler that is already posted cannot be cancelled.
      if (round == round_) on_end();
    });
  }

  /// Ends the wait early.
  void fire() { timer_.cancel(); }

  void stop() {
    ++round_;
    timer_.cancel();
  }

 private:
  boost::asio::steady_timer timer_;
  std::uint64_t round_ = 0;
};

}  // namespace gladia::net::detail
