#pragma once

#include <cstddef>
#include <cstdint>

/// \file
/// Converts the samples of sound devices and files to 16-bit PCM, the format of most sessions.
///
/// The server takes integers of 8, 16, 24 and 32 bits as they are; convert to send less, or to mix.
/// The server takes no floating point. Values are rounded to the nearest 16-bit value, halves
/// upwards, and clipped at the ends of the range. All functions are pure, allocate nothing, and may
/// be called from any thread, also from the callback of a sound device. `out` may not overlap the
/// input, unless a function says so. The 16-bit samples have the byte order of this machine; the
/// server takes little-endian ones, which x86 and ARM have.

namespace gladia::audio {

/// A floating-point sample, where ±1 is full scale, as 16-bit PCM. Louder samples are clipped; NaN
/// becomes silence. A 16-bit sample that was divided by 32768 comes back exactly.
[[nodiscard]] constexpr std::int16_t float_to_int16(double sample) noexcept {
  double const scaled = sample * 32768;
  if (scaled != scaled) return 0;
  if (scaled <= -32768) return -32768;
  if (scaled >= 32767) return 32767;
  // Truncation rounds down only what is not negative.
  return static_cast<std::int16_t>(static_cast<int>(scaled + 32768.5) - 32768);
}

/// A 32-bit sample as 16-bit PCM. Samples with 24 bits in the upper part of 32, as in WASAPI and
/// CoreAudio, are 32-bit samples too.
[[nodiscard]] constexpr std::int16_t int32_to_int16(std::int32_t sample) noexcept {
  auto const rounded = (std::int64_t{sample} + 0x8000) >> 16;
  return static_cast<std::int16_t>(rounded < 32767 ? rounded : 32767);
}

/// A 24-bit sample as 16-bit PCM. \param sample Three bytes, the lowest first, as in a WAV file and
/// as PortAudio's `paInt24` on little-endian machines.
[[nodiscard]] constexpr std::int16_t int24_to_int16(std::uint8_t const* sample) noexcept {
  auto const bits = std::uint32_t{sample[0]} << 8 | std::uint32_t{sample[1]} << 16 |
                    std::uint32_t{sample[2]} << 24;
  return int32_to_int16(static_cast<std::int32_t>(bits));
}

/// An 8-bit sample as 16-bit PCM. \param sample Unsigned, as in a WAV file: 128 is silence.
[[nodiscard]] constexpr std::int16_t uint8_to_int16(std::uint8_t sample) noexcept {
  return static_cast<std::int16_t>((sample - 128) * 256);
}

/// Converts `count` floating-point samples. \param out Holds `count` samples.
constexpr void float_to_int16(float const* samples, std::size_t count, std::int16_t* out) noexcept {
  for (std::size_t i = 0; i < count; ++i) out[i] = float_to_int16(double{samples[i]});
}
/// Converts `count` samples of double precision. \param out Holds `count` samples.
constexpr void float_to_int16(double const* samples, std::size_t count,
                              std::int16_t* out) noexcept {
  for (std::size_t i = 0; i < count; ++i) out[i] = float_to_int16(samples[i]);
}

/// Converts `count` 32-bit samples. \param out Holds `count` samples.
constexpr void int32_to_int16(std::int32_t const* samples, std::size_t count,
                              std::int16_t* out) noexcept {
  for (std::size_t i = 0; i < count; ++i) out[i] = int32_to_int16(samples[i]);
}

/// Converts `count` 24-bit samples. \param samples Three bytes each. \param out Holds `count`
/// samples.
constexpr void int24_to_int16(std::uint8_t const* samples, std::size_t count,
                              std::int16_t* out) noexcept {
  for (std::size_t i = 0; i < count; ++i) out[i] = int24_to_int16(samples + 3 * i);
}

/// Converts `count` 8-bit samples. \param out Holds `count` samples.
constexpr void uint8_to_int16(std::uint8_t const* samples, std::size_t count,
                              std::int16_t* out) noexcept {
  for (std::size_t i = 0; i < count; ++i) out[i] = uint8_to_int16(samples[i]);
}

/// Interleaves mono tracks that run together, such as the planar buffers of CoreAudio, JACK and
/// PortAudio's `paNonInterleaved`. Tracks whose audio comes at different times need an
/// `interleaver`.
///
/// \param tracks    `count` pointers to the first samples of the tracks.
/// \param count     How many tracks there are.
/// \param frames    How many samples each track has.
/// \param out       Holds `frames * count` samples: those of one moment stand together, in the
///   order of the tracks.
template <class Sample>
constexpr void interleave(Sample const* const* tracks, std::size_t count, std::size_t frames,
                          Sample* out) noexcept {
  for (std::size_t frame = 0; frame < frames; ++frame) {
    for (std::size_t track = 0; track < count; ++track) *out++ = tracks[track][frame];
  }
}

/// Mixes interleaved channels to mono: the mean of each frame, which never clips.
///
/// \param samples   `frames * channels` samples, interleaved.
/// \param frames    How many frames there are.
/// \param channels  At least 1, at most 65535.
/// \param out       Holds `frames` samples; may be `samples` itself.
constexpr void downmix(std::int16_t const* samples, std::size_t frames, std::size_t channels,
                       std::int16_t* out) noexcept {
  auto const count = static_cast<std::uint32_t>(channels);
  for (std::size_t frame = 0; frame < frames; ++frame) {
    std::uint32_t sum = 0;  // of samples that are moved up, so that all divisions round alike
    for (std::uint32_t channel = 0; channel < count; ++channel) {
      sum += static_cast<std::uint32_t>(*samples++ + 32768);
    }
    out[frame] = static_cast<std::int16_t>(static_cast<int>((sum + count / 2) / count) - 32768);
  }
}

}  // namespace gladia::audio
