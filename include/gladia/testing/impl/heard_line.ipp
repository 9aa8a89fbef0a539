#pragma once

#include <algorithm>
#include <cstdint>

namespace gladia::testing::detail {

/// Follows one timed line of the script through audio that may be heard more than once.
///
/// The line lies in the client's audio from byte `begin` to before `end`. Times of hearing it are
/// offsets in the session's audio, in which a repeated span counts twice.
class heard_line {
 public:
  heard_line(std::uint64_t begin, std::uint64_t end) : begin_(begin), end_(end) {}

  /// Hears `size` bytes of the client's audio from `position`, at byte `heard` of the session.
  /// Returns whether the line was heard to its end, at `ended()`.
  bool feed(std::uint64_t position, std::uint64_t size, std::uint64_t heard) {
    auto const is_missing = position > heard_to_;
    auto const comes_again = position <= begin_;
    if (is_missing || comes_again) is_open_ = false;
    if (!is_open_ && position <= begin_ && begin_ < position + size) {
      is_open_ = true;
      started_ = heard + (begin_ - position);
      heard_to_ = begin_;
    }
    if (!is_open_) return false;
    heard_to_ = std::max(heard_to_, position + size);
    if (heard_to_ < end_) return false;
    is_open_ = false;
    ended_ = heard + (end_ - position);
    return true;
  }

  /// Whether the line's start was heard and its end was not.
  [[nodiscard]] bool is_open() const noexcept { return is_open_; }
  /// How much of an open line was heard, from 0 to 1.
  [[nodiscard]] double share() const noexcept {
    return static_cast<double>(heard_to_ - begin_) / static_cast<double>(end_ - begin_);
  }
  /// Bytes of an open line that were not heard.
  [[nodiscard]] std::uint64_t rest() const noexcept { return end_ - heard_to_; }
  /// Where in the session's audio the line's start was heard, in bytes.
  [[nodiscard]] std::uint64_t started() const noexcept { return started_; }
  /// Where in the session's audio the line's end was heard, in bytes.
  [[nodiscard]] std::uint64_t ended() const noexcept { return ended_; }

 private:
  std::uint64_t begin_;
  std::uint64_t end_;
  bool is_open_ = false;
  std::uint64_t heard_to_ = 0;  // in the client's audio
  std::uint64_t started_ = 0;
  std::uint64_t ended_ = 0;
};

}  // namespace gladia::testing::detail
