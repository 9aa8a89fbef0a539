#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include <gladia/audio/g711.hpp>
#include <gladia/model/audio_format.hpp>

/// \file
/// Audio for tests that have no recordings. The emulator takes this audio for the lines of a
/// script. All functions are pure and may be called from any thread.

namespace gladia::testing {

namespace detail {

/// One sample as bytes of this format, little-endian.
inline std::string encode_sample(audio_format const& format, std::int16_t sample) {
  if (format.encoding == audio_encoding::alaw) {
    return std::string(1, static_cast<char>(audio::encode_alaw(sample)));
  }
  if (format.encoding == audio_encoding::ulaw) {
    return std::string(1, static_cast<char>(audio::encode_ulaw(sample)));
  }
  if (format.bit_depth == 8) return std::string(1, static_cast<char>(sample / 256 + 128));
  std::string bytes(static_cast<std::size_t>(format.bit_depth / 8), '\0');
  bytes[bytes.size() - 2] = static_cast<char>(sample & 0xff);
  bytes[bytes.size() - 1] = static_cast<char>(sample >> 8 & 0xff);
  return bytes;
}

/// Whole frames, alike in all channels, of the samples that `sample_at(seconds)` gives.
template <class Function>
std::string make_sound(audio_format const& format, std::chrono::milliseconds length,
                       Function sample_at) {
  std::string sound;
  auto const frames = format.bytes(length) / format.bytes_per_frame();
  for (std::uint64_t frame = 0; frame < frames; ++frame) {
    auto const seconds = static_cast<double>(frame) / format.sample_rate;
    auto const sample = encode_sample(format, sample_at(seconds));
    for (int channel = 0; channel < format.channels; ++channel) sound += sample;
  }
  return sound;
}

}  // namespace detail

/// A tone in all channels, which the emulator takes for speech; a recogniser does not.
///
/// \param format  The format of the audio.
/// \param length  At least 100 ms: the emulator may ignore a shorter tone.
inline std::string speech(audio_format const& format, std::chrono::milliseconds length) {
  constexpr double radians_per_second = 2 * 3.141592653589793 * 440;
  return detail::make_sound(format, length, [](double seconds) {
    return static_cast<std::int16_t>(8000 * std::sin(seconds * radians_per_second));
  });
}

/// Silence in all channels. The emulator needs silence between two passages of speech; half a
/// second is enough.
inline std::string silence(audio_format const& format, std::chrono::milliseconds length) {
  return detail::make_sound(format, length, [](double) { return std::int16_t{0}; });
}

}  // namespace gladia::testing
