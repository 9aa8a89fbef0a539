#pragma once

#include <gladia/live/detail/byte_span.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace gladia::live::detail {

/// How far the server's count of the audio is ahead of the stream's own offsets.
///
/// The times of transcripts are the server's. A server that counts audio twice when it hears it
/// twice is ahead of the stream. A server that never heard unreplayable audio is behind it. The
/// numbers of its acknowledgements tell how far exactly, unless they start anew with each link.
/// Until then only bounds are known.
class server_clock {
 public:
  /// A link opened at `resume`. The link before had been sent the stream up to `sent`, and the
  /// server had acknowledged it up to `acknowledged`. Precondition: `acknowledged <= resume <=
  /// sent`.
  void on_open(std::uint64_t acknowledged, std::uint64_t resume, std::uint64_t sent) noexcept {
    resume_ = resume;
    before_ = proven_;
    if (sent > acknowledged) proven_.reset();
    least_ahead_ -= static_cast<std::int64_t>(resume - acknowledged);
    most_ahead_ += static_cast<std::int64_t>(sent - resume);
  }

  /// The offset where this link resumed is `origin` in the numbers of acknowledgements.
  void on_origin(std::uint64_t origin) noexcept {
    if (origin == 0) return;  // the numbers may have started anew
    auto const ahead = static_cast<std::int64_t>(origin) - static_cast<std::int64_t>(resume_);
    if (ahead < least_ahead_ || ahead > most_ahead_) return;
    least_ahead_ = most_ahead_ = ahead;
  }

  /// All audio sent on this link was acknowledged. Only this proves where the numbers of the link
  /// began, because the acknowledgement of the first audio may have been lost. Returns, once for
  /// each link, a span of the server's time: the same audio is heard again directly after it.
  [[nodiscard]] std::optional<byte_span> on_all_acknowledged() noexcept {
    if (proven_) return std::nullopt;
    proven_ = ahead();
    if (!proven_ || !before_ || *proven_ <= *before_) return std::nullopt;
    return byte_span{shift(resume_, *before_), shift(resume_, *proven_)};
  }

  /// Where, in the server's count, it may hear again the audio from this link's resume offset to
  /// `sent`. Empty if there is no such audio.
  [[nodiscard]] byte_span repeated(std::uint64_t sent) const noexcept {
    if (sent <= resume_) return {};
    return {shift(resume_, least_ahead_), shift(sent, most_ahead_)};
  }

  /// How far the server is ahead of the stream; none while this is not certain.
  [[nodiscard]] std::optional<std::int64_t> ahead() const noexcept {
    if (least_ahead_ != most_ahead_) return std::nullopt;
    return least_ahead_;
  }

  /// The lowest server offset that the stream's `offset` can have.
  [[nodiscard]] std::uint64_t earliest(std::uint64_t offset) const noexcept {
    return shift(offset, least_ahead_);
  }
  /// The highest server offset that the stream's `offset` can have.
  [[nodiscard]] std::uint64_t latest(std::uint64_t offset) const noexcept {
    return shift(offset, most_ahead_);
  }

  /// The stream's offset of the server's `offset`; none while this is not certain.
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
  std::optional<std::int64_t> proven_ = 0;  // how far ahead the server is
  std::optional<std::int64_t> before_ = 0;  // how far ahead it was before this link
};

}  // namespace gladia::live::detail
