#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace gladia::live::detail {

/// Reads the byte ranges of acknowledgements: how much of the stream arrived.
///
/// The server does not document what the numbers count from, and a new link may begin with ranges
/// of the link before. So each link has an origin: the number that stands for the offset where the
/// link resumed. The origin is never below the true one, so a wrong origin repeats audio but drops
/// none. ADR 11 says which servers are followed, and how.
class ack_tracker {
 public:
  /// \param horizon  bytes: a server does not repeat ranges that end this far before its last one
  explicit ack_tracker(std::uint64_t horizon) noexcept : horizon_(horizon) {}

  /// A link opened and will be sent the stream from `resume` on. The link before was sent the
  /// stream up to `sent`.
  void on_open(std::uint64_t resume, std::uint64_t sent) noexcept {
    before_ = now_;
    sent_before_ = sent - resume_;
    sent_on_all_before_ += sent_before_;
    resume_ = resume;
    origin_ = told_;
    now_ = count::unread;
    may_be_anew_ = false;
  }

  /// Where this link resumed.
  [[nodiscard]] std::uint64_t resume() const noexcept { return resume_; }

  struct reading {
    std::uint64_t offset;  ///< everything before it arrived
    /// With the first range that is read as one of this link: the number that stands for where the
    /// link resumed; none where that is uncertain.
    std::optional<std::uint64_t> origin;
  };

  /// An acknowledgement of `[first, last)` came when the stream was sent up to `sent`.
  [[nodiscard]] reading on_ack(std::int64_t first, std::int64_t last, std::uint64_t sent) noexcept {
    reading const nothing{resume_, std::nullopt};
    if (first < 0 || last <= first) return nothing;
    auto const begin = static_cast<std::uint64_t>(first);
    auto const end = static_cast<std::uint64_t>(last);
    auto const sent_here = sent - resume_;

    // The range ends too far back to be a repeat of one on the link before.
    if (now_ == count::unread && begin == 0 && end + horizon_ < origin_ && end <= sent_here) {
      now_ = count::anew_here_or_before;
      origin_ = told_ = 0;
    }
    if (now_ == count::anew_here_or_before && (before_ == count::anew || end > sent_before_)) {
      now_ = count::unread;
      before_ = count::none;  // its late ranges could be taken for ranges of this link
    }
    if (end <= origin_ || now_ == count::anew_here_or_before) {
      told_ = std::max(told_, end);
      may_be_anew_ = may_be_anew_ || begin == 0;
      return nothing;
    }

    // A server that counts on begins behind its last number of the link before.
    auto const is_first = now_ == count::unread;
    auto const origin = is_first ? std::max(origin_, begin) : origin_;
    if (end - origin > sent_here) {
      // The range claims more than was sent on this link: it ends on the link before, or reaches
      // into this one. It is nonsense once a range of this link was read, or if it claims more
      // than was ever sent.
      if (is_first && end - origin <= sent_on_all_before_ + sent_here) origin_ = told_ = end;
      return nothing;
    }
    origin_ = origin;
    told_ = std::max(told_, end);
    if (is_first) now_ = before_ == count::none ? count::anew : count::on;
    auto const is_certain = is_first && !may_be_anew_;
    return {resume_ + (end - origin_), is_certain ? std::optional(origin_) : std::nullopt};
  }

 private:
  /// How a link's numbers count.
  enum class count {
    none,                 ///< there is no such link
    unread,               ///< no range was read as one of this link
    on,                   ///< from those of the links before
    anew_here_or_before,  ///< from 0, on this link; or the range is a late one of the link before
    anew,                 ///< from 0, on this link
  };

  std::uint64_t horizon_;
  std::uint64_t told_ = 0;         // the highest number read, on any link
  std::uint64_t sent_before_ = 0;  // bytes sent on the link before
  std::uint64_t sent_on_all_before_ = 0;
  std::uint64_t resume_ = 0;  // of this link
  std::uint64_t origin_ = 0;  // the number that stands for `resume_`
  count before_ = count::none;
  count now_ = count::none;
  bool may_be_anew_ = false;  // a range began at 0, and may have been a repeat
};

}  // namespace gladia::live::detail
