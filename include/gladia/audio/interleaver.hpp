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
  /// silence, and audio of this track that comes later for the padded time is dropped. While one
  /// track brings nothing, the audio of the other tracks is given out later by `max_skew`. Set more
  /// than the longest delay of one track behind another, plus the longest piece that you add.
  std::chrono::milliseconds max_skew{500};
  /// By how much the time of a piece may differ from the end of its track. If the piece is later,
  /// silence is put before the piece; if the piece is earlier, its beginning is dropped. The
  /// default suits times that count samples, such as those of telephone media. Set 100 ms for times
  /// that are read from a clock when a callback comes, because such times scatter.
  std::chrono::milliseconds tolerance{10};
};

/// Makes one stream of several channels out of tracks that come independently, such as the two legs
/// of a call, or two microphones.
///
/// The interleaver places audio by its time, not by its arrival, so that words of the same moment
/// stand in the same frames, within `tolerance`. A track without audio is silent: before the track
/// begins, where packets were lost, and where the track runs more than `max_skew` behind another
/// track. Audio that comes after its place was given out is dropped, and `add` says so. If the
/// clocks of two devices drift apart, the tracks are corrected each time that the drift exceeds
/// `tolerance`.
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
/// The interleaver believes the times of pieces. If a time is too late by mistake, by up to an
/// hour, all tracks are silent up to that time, and audio that comes for the time before is
/// dropped. Check times that come from outside.
///
/// The interleaver has no clock: if no track brings anything, nothing comes out. To let time go on,
/// add empty audio with the time that was reached.
///
/// Memory: for each track at most a minute of audio that was not taken, whatever the times say, and
/// some tens of bytes for each piece that was added; silence takes no memory. The members allocate:
/// a callback that must not allocate should hand its audio to another thread. Thread safety: as a
/// value; tracks that come on several threads need a mutex.
class interleaver {
 public:
  /// \param track    The format of each track; `channels` is ignored, because a track has one
  ///   channel.
  /// \param tracks   How many tracks there are; 0 counts as 1. The server takes up to
  ///   `max_channels`.
  /// \param options  When a track is padded with silence.
  interleaver(audio_format track, std::size_t tracks, interleaver_options options = {});

  /// The format of the stream that `take` gives. Put it into `live_request::audio`.
  [[nodiscard]] audio_format const& format() const noexcept { return format_; }

  /// Adds audio of one track.
  ///
  /// \param track  Which track, from 0 on: its channel in the stream.
  /// \param at     When the first sample was spoken, on a clock that all tracks share and that is 0
  ///   at the beginning of the stream. Negative times count as 0.
  /// \param audio  Whole samples; copied. If `audio` is empty, the track is silent up to `at`.
  /// \return How many bytes of `audio` were dropped; usually 0. `add` drops the bytes at the
  ///   beginning whose time was already given out, or for whose time the track already has audio,
  ///   and an incomplete sample at the end. `add` drops all of `audio` if there is no such track,
  ///   if the track would hold more than a minute of audio that was not taken, or if `at` is more
  ///   than an hour after everything that was added before: such a time comes from another clock,
  ///   and padding up to it would never end.
  std::size_t add(std::size_t track, std::chrono::nanoseconds at, boost::asio::const_buffer audio);

  /// Adds audio of a source without times. The audio follows without a gap on the audio that the
  /// track has already, or, if the track was padded, on the silence. Parameters and result are as
  /// above.
  std::size_t add(std::size_t track, boost::asio::const_buffer audio);

  /// Gives out the frames that are ready: up to the end of the shortest track, or up to `max_skew`
  /// before the end of the longest track, whichever is later.
  ///
  /// \return Whole frames, at most as many as `framer` puts into a message; empty if nothing is
  ///   ready: call `take` until then. Valid until the next call of `take`, whatever is added
  ///   meanwhile.
  [[nodiscard]] boost::asio::const_buffer take();

  /// Says that nothing more will come: all audio that was added is ready, and shorter tracks are
  /// padded to the end of the longest track. Audio that is added later is placed behind that end.
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
