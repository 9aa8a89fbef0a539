#pragma once

#include <algorithm>
#include <cstring>
#include <optional>

#include <gladia/audio/container.hpp>

namespace gladia::audio {
namespace detail {

struct container {
  std::size_t at;
  std::string_view magic;
  std::string_view name;
};

inline constexpr container containers[] = {
    {0, "fLaC", "a FLAC file"},
    {0, "OggS", "an Ogg file"},
    {0, "ID3", "an MP3 file"},
    {0, "FORM", "an AIFF file"},
    {0, "RIFX", "a big-endian WAV file"},
    {0, "riff", "a Wave64 file"},
    {0, "caff", "a CAF file"},
    {0, "#!AMR", "an AMR file"},
    {0, ".snd", "an AU file"},
    {0, "\x1a\x45\xdf\xa3", "a WebM or Matroska file"},
    {0, "\x30\x26\xb2\x75", "a WMA file"},
    {4, "ftyp", "an MP4 file"},
};

GLADIA_DECL std::string_view name_of_container(std::string_view bytes) noexcept {
  for (auto const& known : containers) {
    if (bytes.size() < known.at + known.magic.size()) continue;
    // In an MP4 the magic comes after the size of a box, which is small.
    if (known.at > 0 && bytes.front() != '\0') continue;
    if (bytes.substr(known.at, known.magic.size()) == known.magic) return known.name;
  }
  return {};
}

inline std::uint32_t big_endian_32(unsigned char const* p) noexcept {
  return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}

/// The beginning of a frame of MPEG audio.
struct mpeg_frame {
  std::uint32_t kind;  ///< the bits of the header that all frames of a stream have in common
  std::size_t bytes;
  std::string_view name;
};

/// MP3, layer III of ISO 11172-3 and 13818-3.
inline std::optional<mpeg_frame> read_mp3_frame(std::uint32_t header) noexcept {
  constexpr int kilobits_1[] = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
  constexpr int kilobits_2[] = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
  constexpr int rates[] = {44100, 48000, 32000};
  auto const version = header >> 19 & 3;  // 3: 1; 2: 2; 0: 2.5
  auto const bit_rate = header >> 12 & 15, rate = header >> 10 & 3;
  bool const is_layer_3 = (header >> 17 & 3) == 1;
  if (!is_layer_3 || version == 1 || bit_rate == 0 || bit_rate == 15 || rate == 3) return {};
  bool const is_1 = version == 3;
  auto const bits = 1000 * (is_1 ? kilobits_1 : kilobits_2)[bit_rate];
  auto const hertz = rates[rate] / (is_1 ? 1 : version == 2 ? 2 : 4);
  auto const padding = static_cast<int>(header >> 9 & 1);
  auto const bytes = (is_1 ? 144 : 72) * bits / hertz + padding;
  return mpeg_frame{header & 0xfffe0c00, static_cast<std::size_t>(bytes), "an MP3 file"};
}

/// AAC in ADTS, ISO 13818-7. `bytes` are at least 6.
inline std::optional<mpeg_frame> read_adts_frame(unsigned char const* bytes) noexcept {
  auto const header = big_endian_32(bytes);
  if ((header >> 17 & 3) != 0 || (header >> 20 & 1) == 0) return {};
  auto const size = (header & 3) << 11 | std::uint32_t{bytes[4]} << 3 | bytes[5] >> 5;
  if (size < 7) return {};
  return mpeg_frame{header & 0xfffefdc0, size, "an AAC file"};
}

inline std::optional<mpeg_frame> read_mpeg_frame(unsigned char const* bytes) noexcept {
  auto const header = big_endian_32(bytes);
  if (header >> 21 != 0x7ff) return {};
  if (auto const mp3 = read_mp3_frame(header)) return mp3;
  return read_adts_frame(bytes);
}

}  // namespace detail

GLADIA_DECL void container_detector::feed(boost::asio::const_buffer piece) noexcept {
  while (!decided() && piece.size() > 0) {
    auto const passed = std::min(skip_, piece.size());
    skip_ -= passed;
    piece += passed;
    auto const taken = std::min(bytes_.size() - have_, piece.size());
    if (taken == 0) return;
    std::memcpy(bytes_.data() + have_, piece.data(), taken);
    have_ += taken;
    piece += taken;
    if (have_ == bytes_.size()) on_start();
  }
}

/// The beginning of the audio, or of its second frame, is complete.
GLADIA_DECL void container_detector::on_start() noexcept {
  auto const frame = detail::read_mpeg_frame(bytes_.data());
  if (state_ == state::to_next_frame) {
    return decide(frame && frame->kind == frame_ ? frame->name : std::string_view());
  }
  std::string_view const text(reinterpret_cast<char const*>(bytes_.data()), bytes_.size());
  auto const name = detail::name_of_container(text);
  if (!name.empty() || !frame || frame->bytes < bytes_.size()) return decide(name);
  frame_ = frame->kind;
  skip_ = frame->bytes - bytes_.size();
  have_ = 0;
  state_ = state::to_next_frame;
}

GLADIA_DECL void container_detector::decide(std::string_view name) noexcept {
  name_ = name;
  state_ = state::decided;
}

}  // namespace gladia::audio
