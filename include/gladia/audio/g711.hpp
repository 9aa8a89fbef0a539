#pragma once

#include <cstddef>
#include <cstdint>

/// \file
/// G.711 as ITU-T defines it: telephone audio with 8 bits a sample, to 16-bit linear PCM and back.
///
/// Gladia's server takes A-law and µ-law as they are (`wav/alaw`, `wav/ulaw`). Convert only audio
/// that must be mixed, measured or stored in another form. All functions are pure and may be called
/// from any thread.

namespace gladia::audio {

/// An A-law sample of silence.
inline constexpr std::uint8_t alaw_silence = 0xd5;
/// A µ-law sample of silence.
inline constexpr std::uint8_t ulaw_silence = 0xff;

/// An A-law sample as 16-bit PCM: an odd multiple of 8, from -32256 to 32256.
[[nodiscard]] constexpr std::int16_t decode_alaw(std::uint8_t code) noexcept {
  int const plain = code ^ 0x55;  // even bits are inverted on the line
  int const exponent = plain >> 4 & 0x07;
  int const mantissa = plain & 0x0f;
  int const magnitude =
      exponent == 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
  return static_cast<std::int16_t>((plain & 0x80) != 0 ? magnitude : -magnitude);
}

/// The A-law sample for a 16-bit PCM sample.
[[nodiscard]] constexpr std::uint8_t encode_alaw(std::int16_t sample) noexcept {
  int const sign = sample >= 0 ? 0x80 : 0;
  int magnitude = (sample >= 0 ? sample : -1 - sample) >> 4;  // A-law has 12 bits and no zero
  int exponent = magnitude > 0x0f ? 1 : 0;
  while (magnitude > 0x1f) {
    magnitude >>= 1;
    ++exponent;
  }
  return static_cast<std::uint8_t>((sign | exponent << 4 | (magnitude & 0x0f)) ^ 0x55);
}

/// A µ-law sample as 16-bit PCM, from -32124 to 32124; 0x7F and 0xFF are both 0.
[[nodiscard]] constexpr std::int16_t decode_ulaw(std::uint8_t code) noexcept {
  int const plain = code ^ 0xff;  // all bits are inverted on the line
  int const exponent = plain >> 4 & 0x07;
  int const mantissa = plain & 0x0f;
  int const magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84;
  return static_cast<std::int16_t>((plain & 0x80) != 0 ? -magnitude : magnitude);
}

/// The µ-law sample for a 16-bit PCM sample. Samples beyond -32635 and 32635 are clipped.
[[nodiscard]] constexpr std::uint8_t encode_ulaw(std::int16_t sample) noexcept {
  int const sign = sample < 0 ? 0x80 : 0;
  int const loudness = sample < 0 ? -int{sample} : int{sample};
  int const magnitude = (loudness < 32635 ? loudness : 32635) + 0x84;
  int exponent = 0;
  while (magnitude >> exponent > 0xff) ++exponent;
  int const mantissa = magnitude >> (exponent + 3) & 0x0f;
  return static_cast<std::uint8_t>((sign | exponent << 4 | mantissa) ^ 0xff);
}

/// Decodes `count` A-law samples.
///
/// \param codes  The A-law samples.
/// \param count  How many there are.
/// \param out    Has room for `count` samples; must not overlap `codes`.
constexpr void decode_alaw(std::uint8_t const* codes, std::size_t count,
                           std::int16_t* out) noexcept {
  for (std::size_t i = 0; i < count; ++i) out[i] = decode_alaw(codes[i]);
}

/// Encodes `count` samples as A-law.
///
/// \param samples  16-bit PCM samples.
/// \param count    How many there are.
/// \param out      Has room for `count` bytes; must not overlap `samples`.
constexpr void encode_alaw(std::int16_t const* samples, std::size_t count,
                           std::uint8_t* out) noexcept {
  for (std::size_t i = 0; i < count; ++i) out[i] = encode_alaw(samples[i]);
}

/// Decodes `count` µ-law samples.
///
/// \param codes  The µ-law samples.
/// \param count  How many there are.
/// \param out    Has room for `count` samples; must not overlap `codes`.
constexpr void decode_ulaw(std::uint8_t const* codes, std::size_t count,
                           std::int16_t* out) noexcept {
  for (std::size_t i = 0; i < count; ++i) out[i] = decode_ulaw(codes[i]);
}

/// Encodes `count` samples as µ-law.
///
/// \param samples  16-bit PCM samples.
/// \param count    How many there are.
/// \param out      Has room for `count` bytes; must not overlap `samples`.
constexpr void encode_ulaw(std::int16_t const* samples, std::size_t count,
                           std::uint8_t* out) noexcept {
  for (std::size_t i = 0; i < count; ++i) out[i] = encode_ulaw(samples[i]);
}

}  // namespace gladia::audio
