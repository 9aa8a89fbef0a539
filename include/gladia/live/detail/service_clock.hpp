#pragma once

#include <cstdint>
#include <optional>

namespace gladia::live::detail {

/// Where the service's count of the audio stands beside the stream's own offsets.
///
/// The times of transcripts are the service's. A service that counts what it heard twice is ahead
/// of the stream: exactly how far, the first range it acknowledges on a link tells, unless it
/// starts its count anew. Until then it is known from when to when.
class service_clock {
 public:
  /// From `begin` to `end`, exclusive, as the service counts.
  struct stretch {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  /// A link opened at `resume`; the one before it had got as far as `sent`.
  void on_open(std::uint64_t resume, std::uint64_t sent) noexcept {
    resume_ = resume;
    if (sent > resume) most_ahead_ += sent - resume;
  }

  /// The first range acknowledged on this link begins at `begin`.
  void on_first_range(std::int64_t begin) noexcept {
    if (begin <= 0) return;  // the count may have started anew
    auto const offset = static_cast<std::uint64_t>(begin);
    if (offset < resume_ + least_ahead_ || offset > resume_ + most_ahead_) return;
    least_ahead_ = most_ahead_ = offset - resume_;
  }

  /// Where the service may hear again what of the stream lies before `sent`, from where this link
  /// opened. Empty if that is nothing.
  [[nodiscard]] stretch repeated(std::uint64_t sent) const noexcept {
    if (sent <= resume_) return {};
    return {resume_ + least_ahead_, sent + most_ahead_};
  }

  /// Where in the stream the service's `offset` is; none while that is not certain.
  [[nodiscard]] std::optional<std::uint64_t> in_stream(std::uint64_t offset) const noexcept {
    if (least_ahead_ != most_ahead_ || offset < least_ahead_) return std::nullopt;
    return offset - least_ahead_;
  }

 private:
  std::uint64_t resume_ = 0;
  std::uint64_t least_ahead_ = 0;
  std::uint64_t most_ahead_ = 0;
};

}  // namespace gladia::live::detail
