#pragma once

#include <algorithm>
#include <cstring>
#include <utility>

#include <gladia/audio/framer.hpp>
#include <gladia/audio/g711.hpp>
#include <gladia/audio/interleaver.hpp>

namespace gladia::audio {

GLADIA_DECL interleaver::interleaver(audio_format track, std::size_t tracks,
                                     interleaver_options options)
    : format_(std::move(track)), tracks_((std::max)(tracks, std::size_t{1})) {
  format_.channels = 1;
  width_ = format_.bytes_per_frame();
  max_skew_ = frames(options.max_skew);
  tolerance_ = frames(options.tolerance);
  capacity_ = static_cast<std::size_t>(format_.bytes(std::chrono::minutes(1)));
  format_.channels = static_cast<int>(tracks_.size());
}

GLADIA_DECL std::size_t interleaver::add(std::size_t track, std::chrono::nanoseconds at,
                                         boost::asio::const_buffer audio) {
  if (track >= tracks_.size()) return audio.size();
  auto const position = frames(at);
  auto const end = end_of(tracks_[track]);
  if (position > furthest() + frames(std::chrono::hours(1))) return audio.size();
  if (position > end + tolerance_) {
    tracks_[track].end = position;
    return append(tracks_[track], audio);
  }
  if (position + tolerance_ >= end) return append(tracks_[track], audio);
  auto const late = std::min<std::uint64_t>((end - position) * width_, audio.size());
  return static_cast<std::size_t>(late) +
         append(tracks_[track], audio + static_cast<std::size_t>(late));
}

GLADIA_DECL std::size_t interleaver::add(std::size_t track, boost::asio::const_buffer audio) {
  if (track >= tracks_.size()) return audio.size();
  return append(tracks_[track], audio);
}

GLADIA_DECL boost::asio::const_buffer interleaver::take() {
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

GLADIA_DECL void interleaver::finish() noexcept {
  finished_ = furthest();
}

GLADIA_DECL std::uint64_t interleaver::frames(std::chrono::nanoseconds time) const noexcept {
  return format_.bytes(time) / format_.bytes_per_frame();
}

GLADIA_DECL std::uint64_t interleaver::end_of(one_track const& track) const noexcept {
  return (std::max)({track.end, given_, finished_});
}

GLADIA_DECL std::uint64_t interleaver::furthest() const noexcept {
  std::uint64_t end = given_;
  for (auto const& track : tracks_) end = (std::max)(end, end_of(track));
  return end;
}

GLADIA_DECL std::uint64_t interleaver::ready() const noexcept {
  auto const end = furthest();
  auto slowest = end;
  for (auto const& track : tracks_) slowest = (std::min)(slowest, end_of(track));
  return (std::max)(slowest, end - (std::min)(end, max_skew_));
}

GLADIA_DECL std::size_t interleaver::append(one_track& track, boost::asio::const_buffer audio) {
  auto const size = audio.size() - audio.size() % width_;
  if (size == 0) return audio.size();
  if (track.held + size > capacity_) return audio.size();
  auto const begin = end_of(track);
  track.pieces.push_back({begin, std::string(static_cast<char const*>(audio.data()), size)});
  track.held += size;
  track.end = begin + size / width_;
  return audio.size() - size;
}

GLADIA_DECL void interleaver::give(std::size_t channel, std::uint64_t to) {
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

}  // namespace gladia::audio
