#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <gladia/config.hpp>

namespace gladia::audio {

/// Looks at the beginning of a stream, and tells whether the stream is a file of encoded audio,
/// such as WebM, Ogg, FLAC, MP4 or MP3, instead of samples. A server would hear such a stream as
/// noise.
///
/// An MP3 without a tag is recognised by two frames in a row, because quiet samples look like the
/// beginning of one frame. WAV files are not recognised here; see `stream_head`. Pure; nothing is
/// allocated.
///
/// Thread safety: as a value. Copies are independent.
class container_detector {
 public:
  /// Looks at the next piece of the stream, of any size. `piece` is not used after the call.
  void feed(boost::asio::const_buffer piece) noexcept;

  /// Whether `name()` will not change any more; `feed` then does nothing.
  [[nodiscard]] bool decided() const noexcept { return state_ == state::decided; }

  /// What the stream begins with, for example `a FLAC file`; empty if no encoding was recognised.
  [[nodiscard]] std::string_view name() const noexcept { return name_; }

 private:
  enum class state { start, to_next_frame, decided };

  void decide(std::string_view name) noexcept;
  void on_start() noexcept;

  state state_ = state::start;
  std::array<unsigned char, 12> bytes_{};  // of the beginning, or of the second frame
  std::size_t have_ = 0;
  std::size_t skip_ = 0;     // bytes up to the second frame
  std::uint32_t frame_ = 0;  // what both frames have in common
  std::string_view name_{};
};

namespace detail {
/// What a file is that begins with `bytes`, if it is of another kind than WAV and has a magic.
[[nodiscard]] std::string_view name_of_container(std::string_view bytes) noexcept;
}  // namespace detail

}  // namespace gladia::audio

#ifdef GLADIA_HEADER_ONLY
#include <gladia/audio/impl/container.ipp>
#endif
