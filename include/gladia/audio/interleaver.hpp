#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <gladia/audio/framer.hpp>
#include <gladia/audio/g711.hpp>
#include <gladia/model/audio_format.hpp>

namespace gladia::audio {

/// How an `interleaver` brings tracks together. Negative times count as zero.
struct interleaver_options {
  /// How far one track may run ahead of another, which is padded with silence beyond. This is also
  /// how much later audio is given out while a track is silent. It has to cover how much later than
  /// on the others audio may arrive on a track, and the longest piece that is added at a time.
  std::chrono::milliseconds max_skew{500};
  /// By how much a time may differ from the end of what its track has already, before silence is
  /// put in or audio is dropped. The default suits times that count samples, as those of telephone
  /// media do. Where they are read from a clock when a callback comes, take 100 ms: they scatter.
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
/// Memory: at most a minute of audio of each track that was not taken, whatever the times say;
/// silence takes none. It allocates, so a callback that must not should hand its audio to another
/// thread. Thread safety: as a value; legs that come on several threads need a mutex.
class interleaver {
 public:
  /// \param track    What each track is: one channel, whatever `channels` says.
  /// \param tracks   How many there are, at least 1; the service takes `max_channels`.
  /// \param options  When tracks are padded.
  interleaver(audio_format track, std::size_t tracks, interleaver_options options = {})
      : format_(std::move(track)), tracks_(std::max<std::size_t>(tracks, 1)) {
    format_.channels = 1;
    width_ = format_.bytes_per_frame();
    max_skew_ = frames(options.max_skew);
    tolerance_ = frames(options.tolerance);
    capacity_ = static_cast<std::size_t>(format_.bytes(std::chrono::minutes(1)));
    format_.channels = static_cast<int>(tracks_.size());
  }

  /// Of what comes out: put it into `live_request::audio`.
  [[nodiscard]] audio_format const& format() const noexcept { return format_; }

  /// Adds audio of one track.
  ///
  /// \param track  Which one, from 0 on: its channel.
  /// \param at     When the first sample was spoken, on a clock that all tracks share, and that
  ///   begins at 0 with the stream. Negative times count as 0.
  /// \param audio  Whole samples; copied. If empty, the track is silent up to `at`.
  /// \return How many of its bytes were dropped: 0 in general. Those at the beginning whose time
  ///   had already been given out, or that the track has already; all of it, if the track does not
  ///   exist, or has a minute of audio that was not taken; an incomplete sample at the end.
  std::size_t add(std::size_t track, std::chrono::nanoseconds at, boost::asio::const_buffer audio) {
    if (track >= tracks_.size()) return audio.size();
    auto const position = frames(at);
    auto const end = end_of(tracks_[track]);
    if (position > end + tolerance_) {
      tracks_[track].end = position;
      return append(tracks_[track], audio);
    }
    if (position + tolerance_ >= end) return append(tracks_[track], audio);
    auto const late = std::min<std::uint64_t>((end - position) * width_, audio.size());
    return static_cast<std::size_t>(late) +
           append(tracks_[track], audio + static_cast<std::size_t>(late));
  }

  /// Adds audio that follows without a gap on what the track has already, or, if that was
  /// overtaken, on the silence it was padded with. For sources without times. Parameters and result
  /// are as above.
  std::size_t add(std::size_t track, boost::asio::const_buffer audio) {
    if (track >= tracks_.size()) return audio.size();
    return append(tracks_[track], audio);
  }

  /// Gives out what is ready: all that every track has, and what lies more than `max_skew` behind
  /// the track that is furthest.
  ///
  /// \return Whole frames, at most as many as `framer` puts into a message; empty if nothing is
  ///   ready, so call it until then. Valid until the next call of this function, whatever is added
  ///   meanwhile.
  [[nodiscard]] boost::asio::const_buffer take() {
    auto const bytes = framer(format_).message_size((ready() - given_) * width_ * tracks_.size());
    // The byte of a silent sample; of one that has several bytes, each.
    auto const silence = format_.encoding == audio_encoding::alaw   ? alaw_silence
                         : format_.encoding == audio_encoding::ulaw ? ulaw_silence
                         : width_ == 1                              ? std::uint8_t{0x80}
                                                                    : std::uint8_t{0};
    out_.assign(bytes, static_cast<char>(silence));
    auto const to = given_ + bytes / (width_ * tracks_.size());
    for (std::size_t track = 0; track < tracks_.size(); ++track) give(track, to);
    given_ = to;
    return boost::asio::buffer(out_);
  }

  /// Says that nothing more will come: all that was added is ready, and shorter tracks are padded
  /// to the end of the longest. What is added later is placed behind.
  void finish() noexcept { finished_ = furthest(); }

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

  [[nodiscard]] std::uint64_t frames(std::chrono::nanoseconds time) const noexcept {
    return format_.bytes(time) / format_.bytes_per_frame();
  }
  [[nodiscard]] std::uint64_t end_of(one_track const& track) const noexcept {
    return (std::max)({track.end, given_, finished_});
  }
  [[nodiscard]] std::uint64_t furthest() const noexcept {
    std::uint64_t end = given_;
    for (auto const& track : tracks_) end = (std::max)(end, end_of(track));
    return end;
  }
  [[nodiscard]] std::uint64_t ready() const noexcept {
    auto const end = furthest();
    auto slowest = end;
    for (auto const& track : tracks_) slowest = (std::min)(slowest, end_of(track));
    return (std::max)(slowest, end - (std::min)(end, max_skew_));
  }

  // Returns how much was dropped.
  std::size_t append(one_track& track, boost::asio::const_buffer audio) {
    auto const size = audio.size() - audio.size() % width_;
    if (size == 0) return audio.size();
    if (track.held + size > capacity_) return audio.size();
    auto const begin = end_of(track);
    track.pieces.push_back({begin, std::string(static_cast<char const*>(audio.data()), size)});
    track.held += size;
    track.end = begin + size / width_;
    return audio.size() - size;
  }

  // Copies a track's samples up to the frame `to` into its channel.
  void give(std::size_t channel, std::uint64_t to) {
    auto& track = tracks_[channel];
    while (!track.pieces.empty() && track.pieces.front().begin < to) {
      auto const& [begin, bytes] = track.pieces.front();
      auto const end = begin + bytes.size() / width_;
      for (auto frame = (std::max)(begin, given_); frame < (std::min)(end, to); ++frame) {
        auto const into = static_cast<std::size_t>(frame - given_) * tracks_.size() + channel;
        std::memcpy(&out_[into * width_], &bytes[static_cast<std::size_t>(frame - begin) * width_],
                    width_);
      }
      if (end > to) break;
      track.held -= bytes.size();
      track.pieces.pop_front();
    }
  }

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
