#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace bench {

/// 100 ms of 16 kHz mono.
constexpr std::size_t chunk_bytes = 3200;

/// How far one client is, and how long each chunk took from being sent to its acknowledgement.
class progress {
 public:
  explicit progress(bool keeps_round_trips) : keeps_(keeps_round_trips) {}

  void forget_round_trips() noexcept { keeps_ = false; }
  /// \param then  Called after each acknowledgement; may be empty
  void on_acknowledged(std::function<void()> then) { then_ = std::move(then); }

  /// Sends with `send`, which returns whether it took the chunk.
  template <class Send>
  bool send(Send send) {
    when_[sent_ % when_.size()] = clock::now();
    if (!send()) return false;
    ++sent_;
    return true;
  }
  /// The server has heard the audio up to `bytes`.
  void acknowledged(std::uint64_t bytes) {
    auto const chunk = bytes / chunk_bytes - 1;
    acknowledged_.store(chunk + 1, std::memory_order_relaxed);
    if (keeps_) {
      round_trips_.push_back(
          std::chrono::duration<float, std::milli>(clock::now() - when_[chunk % when_.size()])
              .count());
    }
    if (then_) then_();
  }

  std::uint64_t chunks_sent() const noexcept { return sent_; }
  std::uint64_t chunks_acknowledged() const noexcept {
    return acknowledged_.load(std::memory_order_relaxed);
  }
  /// In milliseconds.
  std::vector<float> const& round_trips() const noexcept { return round_trips_; }

 private:
  using clock = std::chrono::steady_clock;

  // So many chunks may be under way before their times are mixed up.
  std::array<clock::time_point, 64> when_{};
  std::uint64_t sent_ = 0;
  std::atomic<std::uint64_t> acknowledged_{0};  // a handler's thread may write it
  bool keeps_;
  std::vector<float> round_trips_;
  std::function<void()> then_;
};

}  // namespace bench
