#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <gladia/model/audio_format.hpp>

namespace gladia::audio {

/// Cuts a byte stream of audio into messages of whole frames.
///
/// A message has at most one second of audio and at most 512 KiB. So pings get through on a slow
/// link, and the server's limit of 1 MiB is never reached. Pure arithmetic; all members may be
/// called from any thread.
class framer {
 public:
  /// The most bytes of a message, whatever the format.
  static constexpr std::size_t byte_limit = 512 * 1024;

  /// For a stream of `format`.
  explicit framer(audio_format const& format) noexcept
      : frame_bytes_(format.bytes_per_frame()),
        message_bytes_((std::max)(frame_bytes_,
                                  round_down((std::min)(byte_limit, format.bytes_per_second())))) {}

  /// Bytes of one frame; at least 1.
  [[nodiscard]] std::size_t frame_bytes() const noexcept { return frame_bytes_; }

  /// Bytes of the largest message: whole frames, at least one.
  [[nodiscard]] std::size_t max_message_bytes() const noexcept { return message_bytes_; }

  /// How many bytes the next message gets when `available` bytes wait: whole frames, or 0 if not
  /// one frame is complete. Bytes that are left over wait for more audio, and are never sent if
  /// none comes.
  [[nodiscard]] std::size_t message_size(std::uint64_t available) const noexcept {
    return round_down(static_cast<std::size_t>(std::min<std::uint64_t>(available, message_bytes_)));
  }

  /// `offset`, rounded down to the beginning of a frame: a place where the stream may be resumed.
  [[nodiscard]] std::uint64_t whole_frames(std::uint64_t offset) const noexcept {
    return offset - offset % frame_bytes_;
  }

 private:
  [[nodiscard]] std::size_t round_down(std::size_t bytes) const noexcept {
    return bytes - bytes % frame_bytes_;
  }

  std::size_t frame_bytes_;
  std::size_t message_bytes_;
};

}  // namespace gladia::audio
