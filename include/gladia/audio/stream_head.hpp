#pragma once

#include <boost/asio/buffer.hpp>

#include <gladia/audio/wav.hpp>
#include <gladia/error.hpp>
#include <gladia/model/audio_format.hpp>

namespace gladia::audio {

/// Takes a WAV header off the head of an audio stream.
///
/// Whoever sends a WAV file as it is would have its header heard as a click, and its format
/// ignored. A header is recognised however it is split, compared with the request, and left out.
/// A stream that begins with anything else passes from its first byte. Only the first 12 bytes
/// are ever held back, and only while they may still become a header; nothing is allocated.
///
/// The size in the header is not believed: programs that write to a pipe do not know it. So chunks
/// after the samples, which some files have, pass as audio; `wav_file` leaves them out.
///
/// Thread safety: as a value. Copies are independent: to accept a piece entirely or not at all,
/// feed a copy, and assign it back when the audio found a place.
class stream_head {
 public:
  /// What is audio, in this order.
  struct parts {
    boost::asio::const_buffer held{};   ///< of earlier pieces; points into the `stream_head`
    boost::asio::const_buffer fresh{};  ///< of the piece just given; points into it
  };

  /// Watches a stream that should have `expected` as its format.
  explicit stream_head(audio_format expected) : expected_(std::move(expected)) {}

  /// Looks at the next piece of the stream.
  ///
  /// \param piece The next bytes, of any size.
  /// \return Which bytes are audio, valid until the next call and as long as `piece`; or
  ///   `errc::format_mismatch` when there is a WAV header that differs from the expected format or
  ///   is of no use. The message names both. The error is lasting: every later call returns it.
  ///   Send what the request says, or take the request's format from the file.
  result<parts> feed(boost::asio::const_buffer piece);

  /// Whether the head is past: all that comes is audio, and `feed` has nothing to do.
  [[nodiscard]] bool decided() const noexcept { return state_ == state::passing; }

  /// At the end of the stream: the bytes held back so far, which are audio after all.
  ///
  /// \return At most 11 bytes; empty within a WAV header. Valid until the object changes.
  [[nodiscard]] boost::asio::const_buffer finish() const noexcept;

 private:
  enum class state { start, wav_header, passing, failed };

  gladia::error mismatch() const;

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
