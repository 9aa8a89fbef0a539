#pragma once

#include <gladia/live/detail/byte_span.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace gladia::live::detail {

/// Where the service's count of the audio stands beside the stream's own offsets.
///
/// The times of transcripts are the service's. A service that counts what it heard twice is ahead
/// of the stream, one that never hears what a reconnect could not send again is behind it: exactly
/// how far, the numbers of its acknowledgements tell, unless they start anew with each link. Until
/// then it is known from when to when.
class server_clock {
 public:
  /// A link opened at `resume`. The one before it had got as far as `sent`, of which the service
  /// had `acknowledged`. Precondition: `acknowledged <= resume <= sent`.
  void on_open(std::uint64_t acknowledged, std::uint64_t resume, std::uint64_t sent) noexcept {
    resume_ = resume;
    before_ = proven_;
    if (sent > acknowledged) proven_.reset();
    least_ahead_ -= static_cast<std::int64_t>(resume - acknowledged);
    most_ahead_ += static_cast<std::int64_t>(sent - resume);
  }

  /// Where this link resumed is `origin` in the count of acknowledgements.
  void on_origin(std::uint64_t origin) noexcept {
    if (origin == 0) return;  // the count may have started anew
    auto const ahead = static_cast<std::int64_t>(origin) - static_cast<std::int64_t>(resume_);
    if (ahead < least_ahead_ || ahead > most_ahead_) return;
    least_ahead_ = most_ahead_ = ahead;
  }

  /// All that was sent on this link was acknowledged. Only this proves where its count began: the
  /// acknowledgement of what was sent first may have been lost. Returns, once for each link, what
  /// of the service's time is heard again: directly behind it.
  [[nodiscard]] std::optional<byte_span> on_all_acknowledged() noexcept {
    if (proven_) return std::nullopt;
    proven_ = ahead();
    if (!proven_ || !before_ || *proven_ <= *before_) return std::nullopt;
    return byte_span{shift(resume_, *before_), shift(resume_, *proven_)};
  }

  /// Where the service may hear again what of the stream lies before `sent`, from where this link
  /// opened, as it counts. Empty if that is nothing.
  [[nodiscard]] byte_span repeated(std::uint64_t sent) const noexcept {
    if (sent <= resume_) return {};
    return {shift(resume_, least_ahead_), shift(sent, most_ahead_)};
  }

  /// How far the service is ahead of the stream; none while that is not certain.
  [[nodiscard]] std::optional<std::int64_t> ahead() const noexcept {
    if (least_ahead_ != most_ahead_) return std::nullopt;
    return least_ahead_;
  }

  /// The least that the service's offset of the stream's `offset` can be.
  [[nodiscard]] std::uint64_t earliest(std::uint64_t offset) const noexcept {
    return shift(offset, least_ahead_);
  }
  /// The most that it can be.
  [[nodiscard]] std::uint64_t latest(std::uint64_t offset) const noexcept {
    return shift(offset, most_ahead_);
  }

  /// Where in the stream the service's `offset` is; none while that is not certain.
  [[nodiscard]] std::optional<std::uint64_t> in_stream(std::uint64_t offset) const noexcept {
    auto const by = ahead();
    if (!by) return std::nullopt;
    auto const position = static_cast<std::int64_t>(offset) - *by;
    if (position < 0) return std::nullopt;
    return static_cast<std::uint64_t>(position);
  }

 private:
  static std::uint64_t shift(std::uint64_t offset, std::int64_t by) noexcept {
    return static_cast<std::uint64_t>(
        std::max(static_cast<std::int64_t>(offset) + by, std::int64_t{0}));
  }

  std::uint64_t resume_ = 0;
  std::int64_t least_ahead_ = 0;
  std::int64_t most_ahead_ = 0;
  std::optional<std::int64_t> proven_ = 0;  // how far ahead the service is
  std::optional<std::int64_t> before_ = 0;  // ... and was before this link
};

}  // namespace gladia::live::detail
