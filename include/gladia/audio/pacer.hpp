#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <gladia/model/audio_format.hpp>

namespace gladia::audio {

/// Tells how long to wait between chunks, so that recorded audio is sent like a live stream.
///
/// Gladia documents that its server keeps up with twice real time, and falls behind at five times.
/// Times are counted from the first chunk, so a timer that fires late does not slow the stream
/// down. Pure: the caller reads the clock and waits.
///
/// ```
/// gladia::audio::pacer pace(request.audio);
/// for (auto const& chunk : chunks) {
///   send(chunk);
///   std::this_thread::sleep_for(pace.sent(chunk.size(), std::chrono::steady_clock::now()));
/// }
/// ```
///
/// Thread safety: as a value.
class pacer {
 public:
  using time_point = std::chrono::steady_clock::time_point;  ///< when something happened
  using duration = std::chrono::steady_clock::duration;      ///< how long to wait

  /// \param format  The format of the audio.
  /// \param speed   How many times faster than real time: 1 is live. 0, a negative value and NaN
  ///   mean that there is no wait. Values between 0 and 0.001 count as 0.001.
  /// \param burst   The longest delay that is made up for. After a longer stall, audio that takes
  ///   `burst` to play is sent without a wait, and the stream stays behind by the rest of the
  ///   stall. Negative values count as 0.
  explicit pacer(audio_format format, double speed = 1,
                 duration burst = std::chrono::milliseconds(500))
      : format_(std::move(format)),
        speed_(speed > 0 ? (std::max)(speed, 0.001) : 0),
        burst_((std::max)(burst, duration::zero())) {}

  /// Counts a chunk, and tells when the next chunk is due.
  ///
  /// \param bytes  The number of bytes that were just sent.
  /// \param now    The time at which they were sent; not earlier than in the last call.
  /// \return How long to wait before the next chunk; never negative.
  duration sent(std::size_t bytes, time_point now) {
    if (speed_ <= 0) return duration::zero();
    if (!start_) start_ = now;
    auto const late = now - (*start_ + play_time());
    if (late > burst_) *start_ += late - burst_;
    bytes_ += bytes;
    return (std::max)(*start_ + play_time() - now, duration::zero());
  }

 private:
  // From the sum of all bytes: rounding each chunk would add up.
  [[nodiscard]] duration play_time() const noexcept {
    std::chrono::duration<double, std::micro> const real(
        static_cast<double>(format_.duration(bytes_).count()));
    return std::chrono::duration_cast<duration>(real / speed_);
  }

  audio_format format_;
  double speed_;
  duration burst_;
  std::optional<time_point> start_{};  // when the first byte would have been recorded
  std::uint64_t bytes_ = 0;
};

}  // namespace gladia::audio
