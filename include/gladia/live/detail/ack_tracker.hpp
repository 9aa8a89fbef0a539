#pragma once

#include <cstdint>
#include <optional>

namespace gladia::live::detail {

/// Reads the byte ranges of acknowledgements.
///
/// What a range counts from is not documented: the session, the connection, or what the server had
/// received but not acknowledged before the link was lost. So each connection's ranges are read
/// relative to its first one, which stands for the offset the connection resumed at.
class ack_tracker {
 public:
  /// A connection opened and will be sent the stream from `resume` on.
  void on_open(std::uint64_t resume) noexcept {
    resume_ = resume;
    first_begin_.reset();
  }

  /// Where this connection resumed.
  [[nodiscard]] std::uint64_t resume() const noexcept { return resume_; }

  struct reading {
    std::uint64_t offset;  ///< everything before it arrived; not yet clamped to what was sent
    bool is_first;         ///< the first range of this connection
    bool mismatch;         ///< it is the first, and does not start where the connection resumed
  };

  /// An acknowledgement of `[begin, end)`.
  [[nodiscard]] reading on_ack(std::int64_t begin, std::int64_t end) noexcept {
    // It says nothing, and as the first range it would say that all later ones are larger.
    if (end <= begin) return {resume_, false, false};
    auto const is_first = !first_begin_.has_value();
    if (is_first) first_begin_ = begin;
    auto const mismatch = is_first && (begin < 0 || static_cast<std::uint64_t>(begin) != resume_);
    if (end <= *first_begin_) return {resume_, is_first, mismatch};
    // Unsigned: the difference of any two int64 fits, and the caller clamps it.
    auto const length = static_cast<std::uint64_t>(end) - static_cast<std::uint64_t>(*first_begin_);
    auto const offset = resume_ + length;
    return {offset < resume_ ? UINT64_MAX : offset, is_first, mismatch};
  }

 private:
  std::uint64_t resume_ = 0;
  std::optional<std::int64_t> first_begin_;
};

}  // namespace gladia::live::detail
