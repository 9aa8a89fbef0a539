#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <gladia/model/fields.hpp>
#include <gladia/model/open_enum.hpp>

namespace gladia {

/// How samples are coded.
enum class audio_encoding {
  pcm,   ///< `wav/pcm`: little-endian integers; 8 bits are unsigned, as in a WAV file
  alaw,  ///< `wav/alaw`: G.711 A-law, 8 bits
  ulaw,  ///< `wav/ulaw`: G.711 µ-law, 8 bits
};

template <>
struct enum_names<audio_encoding> {
  static constexpr std::string_view names[] = {"wav/pcm", "wav/alaw", "wav/ulaw"};
};

/// The sample rates that the server takes, in Hz.
inline constexpr int supported_sample_rates[] = {8000, 16000, 32000, 44100, 48000};
/// The numbers of bits of a PCM sample that the server takes; A-law and µ-law samples have 8.
inline constexpr int supported_bit_depths[] = {8, 16, 24, 32};
/// The most channels that the server takes.
inline constexpr int max_channels = 8;

/// The format of an audio stream, which converts between bytes and time.
///
/// Mirrors the members `encoding`, `bit_depth`, `sample_rate` and `channels` of
/// https://docs.gladia.io/api-reference/v2/live/init. Thread safety: as a value.
struct audio_format {
  open_enum<audio_encoding> encoding = audio_encoding::pcm;  ///< how samples are coded
  int bit_depth = 16;                                        ///< bits of one sample
  int sample_rate = 16000;                                   ///< frames per second, in Hz
  int channels = 1;                                          ///< interleaved; each one is billed

  /// Bytes of one frame, that is, of one sample of every channel; at least 1.
  [[nodiscard]] std::size_t bytes_per_frame() const noexcept {
    auto const bytes = static_cast<std::int64_t>(channels) * (bit_depth / 8);
    return bytes > 0 ? static_cast<std::size_t>(bytes) : 1;
  }
  /// Bytes of one second; at least 1.
  [[nodiscard]] std::size_t bytes_per_second() const noexcept {
    return bytes_per_frame() * static_cast<std::size_t>(sample_rate > 0 ? sample_rate : 1);
  }
  /// Bytes of all whole frames that begin within `time`. Negative times count as zero.
  [[nodiscard]] std::uint64_t bytes(std::chrono::nanoseconds time) const noexcept {
    if (time.count() <= 0) return 0;
    auto const seconds = static_cast<std::uint64_t>(time.count()) / 1'000'000'000u;
    auto const rest = static_cast<std::uint64_t>(time.count()) % 1'000'000'000u;
    auto const rate = static_cast<std::uint64_t>(sample_rate > 0 ? sample_rate : 1);
    return (seconds * rate + rest * rate / 1'000'000'000u) * bytes_per_frame();
  }
  /// How long `bytes` bytes of audio last, rounded down to a microsecond.
  [[nodiscard]] std::chrono::microseconds duration(std::uint64_t bytes) const noexcept {
    auto const rate = bytes_per_second();
    return std::chrono::microseconds((bytes / rate) * 1'000'000u +
                                     (bytes % rate) * 1'000'000u / rate);
  }
  /// `bytes` without the incomplete frame at its end.
  [[nodiscard]] std::uint64_t whole_frames(std::uint64_t bytes) const noexcept {
    return bytes - bytes % bytes_per_frame();
  }
};

template <class V, class S>
void fields(V& v, S& s, audio_format const*) {
  v.optional("encoding", s.encoding);
  v.optional("bit_depth", s.bit_depth);
  v.optional("sample_rate", s.sample_rate);
  v.optional("channels", s.channels);
}

}  // namespace gladia
