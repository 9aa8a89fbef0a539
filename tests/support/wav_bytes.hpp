#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <gladia/model/audio_format.hpp>

/// WAV files as their bytes, right and wrong ones, chunk by chunk.
namespace gladia::test {

inline std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

/// A chunk with its pad byte; `size` may lie.
inline std::string chunk(std::string_view id, std::string_view body, std::uint64_t size) {
  std::string text = std::string(id) + little_endian(size, 4) + std::string(body);
  if (body.size() % 2 != 0) text += '\0';
  return text;
}
inline std::string chunk(std::string_view id, std::string_view body) {
  return chunk(id, body, body.size());
}

/// The members of a `fmt ` chunk; a frame size of -1 is computed.
struct format_chunk {
  unsigned tag = 1;
  unsigned channels = 1;
  unsigned sample_rate = 16000;
  unsigned bits = 16;
  int frame_bytes = -1;

  [[nodiscard]] std::string body() const {
    auto const frame = frame_bytes < 0 ? channels * bits / 8 : static_cast<unsigned>(frame_bytes);
    return little_endian(tag, 2) + little_endian(channels, 2) + little_endian(sample_rate, 4) +
           little_endian(std::uint64_t{sample_rate} * frame, 4) + little_endian(frame, 2) +
           little_endian(bits, 2);
  }
  /// As WAVE_FORMAT_EXTENSIBLE, with the tag in its GUID.
  [[nodiscard]] std::string extensible_body() const {
    auto outer = *this;
    outer.tag = 0xfffe;
    using namespace std::string_literals;
    return outer.body() + little_endian(22, 2) + little_endian(bits, 2) + little_endian(0, 4) +
           little_endian(tag, 4) + "\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"s;
  }
};

inline std::string riff(std::initializer_list<std::string> chunks, std::string_view magic = "RIFF",
                        std::string_view kind = "WAVE") {
  std::string body(kind);
  for (auto const& c : chunks) body += c;
  return std::string(magic) + little_endian(body.size(), 4) + body;
}

/// A plain WAV file of `format` with `samples`.
inline std::string wav(gladia::audio_format const& format, std::string_view samples) {
  format_chunk f;
  f.tag = format.encoding == gladia::audio_encoding::alaw   ? 6
          : format.encoding == gladia::audio_encoding::ulaw ? 7
                                                            : 1;
  f.channels = static_cast<unsigned>(format.channels);
  f.sample_rate = static_cast<unsigned>(format.sample_rate);
  f.bits = static_cast<unsigned>(format.bit_depth);
  return riff({chunk("fmt ", f.body()), chunk("data", samples)});
}

}  // namespace gladia::test
