#pragma once

#include <boost/asio/buffer.hpp>

#include <gladia/audio/wav.hpp>
#include <gladia/error.hpp>
#include <gladia/model/audio_format.hpp>

namespace gladia::audio {

/// Takes a WAV header off the head of an audio stream.
///
/// If a WAV file were sent as it is, the server would hear the header as a click, and would not
/// know the format of the file. A header is recognised however the stream is split, compared with
/// the format that is expected, and left out. A stream that begins with anything else passes from
/// its first byte. Only the first 12 bytes are ever held back, and only while they may still become
/// a header; nothing is allocated.
///
/// The size in the header is not used, because programs that write to a pipe do not know the size.
/// So chunks after the samples, which some files have, pass as audio; `wav_file` leaves them out.
///
/// Thread safety: as a value. Copies are independent: to take a piece wholly or not at all, feed a
/// copy, and assign the copy back when there was room for the audio.
class stream_head {
 public:
  /// The audio after a call of `feed`: `held`, then `fresh`.
  struct parts {
    boost::asio::const_buffer held{};   ///< audio of earlier pieces; points into the `stream_head`
    boost::asio::const_buffer fresh{};  ///< audio of the new piece; points into that piece
  };

  /// Watches a stream that should have `expected` as its format.
  explicit stream_head(audio_format expected) : expected_(std::move(expected)) {}

  /// Looks at the next piece of the stream.
  ///
  /// \param piece  The next bytes, of any size.
  /// \return The bytes that are audio, valid until the next call and as long as `piece`; or
  ///   `errc::format_mismatch`, if there is a WAV header that differs from the expected format or
  ///   cannot be used. The message names both formats. Every later call returns this error too.
  ///   Send audio in the format of the request, or take the format of the request from the file.
  result<parts> feed(boost::asio::const_buffer piece);

  /// Whether the head of the stream has passed: all further bytes are audio, and `feed` only passes
  /// them on.
  [[nodiscard]] bool decided() const noexcept { return state_ == state::passing; }

  /// Why `feed` refused the stream: the `errc::format_mismatch` that every later call returns. No
  /// error if `feed` refused nothing.
  [[nodiscard]] gladia::error fault() const;

  /// Returns the bytes that were held back, which are audio after all. Call `finish` at the end of
  /// the stream.
  ///
  /// \return At most 11 bytes; none if the stream ends within a WAV header. Valid until the object
  ///   changes.
  [[nodiscard]] boost::asio::const_buffer finish() const noexcept;

 private:
  enum class state { start, wav_header, passing, failed };

  audio_format expected_;
  state state_ = state::start;
  std::array<unsigned char, 12> held_{};
  std::size_t held_size_ = 0;
  wav_header_parser parser_{};
};

}  // namespace gladia::audio

#ifdef GLADIA_HEADER_ONLY
#include <gladia/audio/impl/stream_head.ipp>
#endif
