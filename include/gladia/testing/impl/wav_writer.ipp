#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <gladia/model/audio_format.hpp>

namespace gladia::testing::detail {

/// A WAV file with these samples.
inline std::string wav_of(audio_format const& format, std::string_view samples) {
  std::string wav;
  auto const number = [&](std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) wav += static_cast<char>(value >> (8 * i) & 255);
  };
  bool const is_alaw = format.encoding == audio_encoding::alaw;
  bool const is_ulaw = format.encoding == audio_encoding::ulaw;
  wav += "RIFF";
  number(36 + samples.size(), 4);
  wav += "WAVEfmt ";
  number(16, 4);
  number(is_alaw ? 6 : is_ulaw ? 7 : 1, 2);
  number(static_cast<std::uint64_t>(format.channels), 2);
  number(static_cast<std::uint64_t>(format.sample_rate), 4);
  number(format.bytes_per_second(), 4);
  number(format.bytes_per_frame(), 2);
  number(static_cast<std::uint64_t>(format.bit_depth), 2);
  wav += "data";
  number(samples.size(), 4);
  wav.append(samples);
  return wav;
}

}  // namespace gladia::testing::detail
