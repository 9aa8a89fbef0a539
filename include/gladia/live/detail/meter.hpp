#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <gladia/live/summary.hpp>

namespace gladia::live::detail {

/// Durations on a logarithmic scale: percentiles within 10 % in a fixed piece of memory.
class histogram {
 public:
  void add(std::chrono::microseconds duration) noexcept {
    last_ = std::max(duration, std::chrono::microseconds(0));
    ++counts_[bucket(static_cast<std::uint64_t>(last_.count()))];
    ++total_;
  }

  [[nodiscard]] latency snapshot() const noexcept {
    return {total_, last_, percentile(50), percentile(95)};
  }

 private:
  // 8 buckets for each power of two up to 2^40 us, which is 12 days.
  static constexpr std::size_t per_octave = 8;
  static constexpr std::size_t octaves = 40;

  static std::size_t bucket(std::uint64_t value) noexcept {
    if (value < per_octave) return static_cast<std::size_t>(value);
    std::size_t octave = 0;
    while (value >> octave >= 2 * per_octave) ++octave;
    auto const index = (octave + 1) * per_octave + (value >> octave) - per_octave;
    return std::min<std::size_t>(static_cast<std::size_t>(index), octaves * per_octave - 1);
  }

  static std::chrono::microseconds middle(std::size_t bucket) noexcept {
    if (bucket < per_octave) return std::chrono::microseconds(bucket);
    auto const octave = bucket / per_octave - 1;
    auto const low = static_cast<std::uint64_t>(bucket % per_octave + per_octave) << octave;
    return std::chrono::microseconds(low + (std::uint64_t{1} << octave) / 2);
  }

  std::chrono::microseconds percentile(std::uint64_t percent) const noexcept {
    auto const rank = (total_ * percent + 99) / 100;
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (rank > 0 && seen >= rank) return middle(i);
    }
    return {};
  }

  std::array<std::uint32_t, per_octave * octaves> counts_{};
  std::uint64_t total_ = 0;
  std::chrono::microseconds last_{};
};

/// When the stream passed which offset, for the recent past, at a resolution of some bytes.
class offset_clock {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit offset_clock(std::uint64_t resolution) : resolution_(resolution) {}

  /// The stream reached `offset`. A lower offset than before is a repeat and is not noted.
  void note(std::uint64_t offset, time_point now) {
    if (!marks_.empty() && offset < newest().offset + resolution_) return;
    if (marks_.size() < capacity) {
      marks_.push_back({offset, now});
      next_ = marks_.size() % capacity;
    } else {
      marks_[next_] = {offset, now};
      next_ = (next_ + 1) % capacity;
    }
  }

  /// The `bytes` after `offset` are taken out of the stream, so later audio moves up.
  void close_gap(std::uint64_t offset, std::uint64_t bytes) noexcept {
    for (auto& m : marks_) {
      if (m.offset > offset) m.offset -= std::min(bytes, m.offset - offset);
    }
  }

  /// When the stream first passed `offset`; none if that was too long ago to be kept.
  [[nodiscard]] std::optional<time_point> time_of(std::uint64_t offset) const noexcept {
    if (marks_.size() == capacity && offset < marks_[next_].offset) return std::nullopt;
    // Search from the newest mark: questions are about audio that was just sent.
    mark const* first = nullptr;
    for (std::size_t age = 1; age <= marks_.size(); ++age) {
      auto const& m = marks_[(next_ + marks_.size() - age) % marks_.size()];
      if (m.offset < offset) break;
      first = &m;
    }
    return first ? std::optional<time_point>(first->time) : std::nullopt;
  }

 private:
  struct mark {
    std::uint64_t offset;
    time_point time;
  };
  static constexpr std::size_t capacity = 128;

  mark const& newest() const noexcept {
    return marks_[(next_ + marks_.size() - 1) % marks_.size()];
  }

  std::uint64_t resolution_;
  std::vector<mark> marks_;
  std::size_t next_ = 0;
};

}  // namespace gladia::live::detail
