#pragma once

#include <boost/asio/buffer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <gladia/config.hpp>
#include <gladia/model/audio_format.hpp>

namespace gladia::audio {

/// How an `interleaver` brings tracks together. Negative times count as zero.
struct interleaver_options {
  /// How far one track may run ahead of another. A track that is further behind is padded with
  /// silence, and its audio for that time is dropped. While one track brings nothing, the audio of
  /// the others is given out this much later. Take more than the longest delay of one track behind
  /// another, plus the longest piece that you add.
  std::chrono::milliseconds max_skew{500};
  /// By how much the time of a piece may differ from the end of its track. A piece that is later
  /// gets silence before it; of a piece that is earlier the beginning is dropped. The default suits
  /// times that count samples, as those of telephone media do. Take 100 ms for times that are read
  /// from a clock when a callback comes, because such times scatter.
  std::chrono::milliseconds tolerance{10};
};

/// Makes one stream of several channels out of tracks that come independently, such as the two legs
/// of a call, or two microphones.
///
/// Audio is placed by its time, not by when it arrives, so that what was said at the same moment
/// stands in the same frame, within `tolerance`. Where a track has none there is silence: before it
/// begins, where packets were lost, and where it runs more than `max_skew` behind another. Audio
/// that comes later than that finds its place given away; it is dropped, and `add` says so. Two
/// devices whose clocks drift apart are corrected whenever they are `tolerance` apart.
///
/// ```
/// gladia::audio::interleaver call(format, 2);
/// request.audio = call.format();
/// auto session = client.live().session(request);
/// // For each message of a leg, 0 or 1, with the time that the telephone provider gives it:
/// call.add(0, std::chrono::milliseconds(20), boost::asio::buffer(samples));
/// for (auto piece = call.take(); piece.size() > 0; piece = call.take()) {
///   auto const sent = session.try_send(piece);
///   if (!sent) std::cout << sent.error().what() << '\n';
/// }
/// call.finish();  // at the end of the call: now take what is still there
/// ```
///
/// Times are believed: one that is far ahead by mistake makes silence up to there, and what the
/// tracks bring until then is dropped. Check times that come from outside.
///
/// It has no clock: if no track brings anything, nothing comes out. To let time go on, add empty
/// audio with the time that was reached.
///
/// Memory: at most a minute of audio of each track that was not taken, whatever the times say, and
/// some tens of bytes for each piece that was added; silence takes none. It allocates, so a
/// callback that must not should hand its audio to another thread. Thread safety: as a value; legs
/// that come on several threads need a mutex.
class interleaver {
 public:
  /// \param track    What each track is: one channel, whatever `channels` says.
  /// \param tracks   How many there are; 0 counts as 1. The server takes up to `max_channels`.
  /// \param options  When tracks are padded.
  interleaver(audio_format track, std::size_t tracks, interleaver_options options = {});

  /// The format of the stream that `take` gives. Put it into `live_request::audio`.
  [[nodiscard]] audio_format const& format() const noexcept { return format_; }

  /// Adds audio of one track.
  ///
  /// \param track  Which one, from 0 on: its channel.
  /// \param at     When the first sample was spoken, on a clock that all tracks share, and that
  ///   begins at 0 with the stream. Negative times count as 0.
  /// \param audio  Whole samples; copied. If empty, the track is silent up to `at`.
  /// \return How many bytes of `audio` were dropped; usually 0. Dropped are: bytes at the beginning
  ///   whose time was already given out, or which the track has already; an incomplete sample at
  ///   the end; all of `audio`, if there is no such track, if the track holds a minute of audio
  ///   that was not taken, or if `at` is more than an hour after all that was added before. Such
  ///   a time comes from another clock, and would be padded with silence for ever.
  std::size_t add(std::size_t track, std::chrono::nanoseconds at, boost::asio::const_buffer audio);

  /// Adds audio that follows without a gap on what the track has already, or, if that was
  /// overtaken, on the silence it was padded with. For sources without times. Parameters and result
  /// are as above.
  std::size_t add(std::size_t track, boost::asio::const_buffer audio);

  /// Gives out what is ready: all that every track has, and what lies more than `max_skew` behind
  /// the track that is furthest.
  ///
  /// \return Whole frames, at most as many as `framer` puts into a message; empty if nothing is
  ///   ready, so call it until then. Valid until the next call of this function, whatever is added
  ///   meanwhile.
  [[nodiscard]] boost::asio::const_buffer take();

  /// Says that nothing more will come: all that was added is ready, and shorter tracks are padded
  /// to the end of the longest. What is added later is placed behind.
  void finish() noexcept;

 private:
  struct piece {
    std::uint64_t begin;
    std::string bytes;
  };
  struct one_track {
    std::deque<piece> pieces{};
    std::uint64_t end = 0;  // of the last piece, and of the silence behind it
    std::size_t held = 0;   // bytes of all pieces
  };

  [[nodiscard]] std::uint64_t frames(std::chrono::nanoseconds time) const noexcept;
  [[nodiscard]] std::uint64_t end_of(one_track const& track) const noexcept;
  [[nodiscard]] std::uint64_t furthest() const noexcept;
  [[nodiscard]] std::uint64_t ready() const noexcept;

  // Returns how much was dropped.
  std::size_t append(one_track& track, boost::asio::const_buffer audio);

  // Copies a track's samples up to the frame `to` into its channel.
  void give(std::size_t channel, std::uint64_t to);

  audio_format format_;
  std::vector<one_track> tracks_;
  std::size_t width_ = 1;  // bytes of a sample
  // In frames.
  std::uint64_t max_skew_ = 0;
  std::uint64_t tolerance_ = 0;
  std::uint64_t given_ = 0;     // were given out
  std::uint64_t finished_ = 0;  // are to be given out, whoever has them
  std::size_t capacity_ = 0;    // bytes of one track
  std::string out_{};
};

}  // namespace gladia::audio

#ifdef GLADIA_HEADER_ONLY
#include <gladia/audio/impl/interleaver.ipp>
#endif
