#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gladia/error.hpp>
#include <gladia/model/audio_format.hpp>
#include <gladia/testing/impl/spool_file.ipp>

#ifdef GLADIA_SAMPLERATE
#include <optional>

#include <gladia/testing/impl/rate_converter.ipp>
#endif
#ifdef GLADIA_SNDFILE
#include <gladia/testing/impl/sound_file.ipp>
#endif

namespace gladia::testing::detail {

/// A little-endian number of `width` bytes.
inline std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width && at + i < bytes.size(); ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  }
  return value;
}

/// Where the samples of a WAV file are, and their format. Unlike a live session a file may have any
/// rate, any number of channels, and floating-point samples.
struct wav_layout {
  audio_format format{};
  bool is_float = false;
  std::size_t sample_bytes = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// The layout, or why there is none.
inline result<wav_layout> read_wav_layout(spool_file const& file) {
  auto const fail = [](std::string why) { return error(errc::not_a_wav, std::move(why)); };
  auto const magic = file.read(0, 12);
  bool const is_riff = magic.substr(0, 4) == "RIFF" || magic.substr(0, 4) == "RF64";
  if (!is_riff || magic.substr(std::min<std::size_t>(8, magic.size())) != "WAVE") {
    return fail("not a WAV file");
  }
  wav_layout layout;
  std::uint64_t at = 12;
  for (int chunk = 0; chunk < 1000 && at + 8 <= file.size(); ++chunk) {
    auto const head = file.read(at, 8);
    auto const name = head.substr(0, 4);
    auto const size = number_at(head, 4, 4);
    at += 8;
    if (name == "fmt ") {
      auto const bytes = file.read(at, std::min<std::uint64_t>(size, 40));
      auto tag = number_at(bytes, 0, 2);
      if (tag == 0xfffe) tag = number_at(bytes, 24, 2);  // extensible: the tag is in the GUID
      auto const bits = number_at(bytes, 14, 2);
      bool const is_g711 = (tag == 6 || tag == 7) && bits == 8;
      bool const is_pcm = tag == 1 && bits % 8 == 0 && bits >= 8 && bits <= 32;
      layout.is_float = tag == 3 && (bits == 32 || bits == 64);
      if (!is_g711 && !is_pcm && !layout.is_float) {
        return fail("samples of kind " + std::to_string(tag) + " with " + std::to_string(bits) +
                    " bits");
      }
      layout.format.encoding = tag == 6   ? audio_encoding::alaw
                               : tag == 7 ? audio_encoding::ulaw
                                          : audio_encoding::pcm;
      layout.format.channels = static_cast<int>(number_at(bytes, 2, 2));
      layout.format.sample_rate = static_cast<int>(number_at(bytes, 4, 4));
      layout.format.bit_depth = layout.is_float ? 16 : static_cast<int>(bits);
      layout.sample_bytes = static_cast<std::size_t>(bits / 8);
      if (layout.format.channels < 1 || layout.format.sample_rate < 1) {
        return fail("no channels, or no sample rate");
      }
    } else if (name == "data") {
      if (layout.sample_bytes == 0) return fail("no format before the samples");
      bool const is_unfinished = size == 0 || size >= 0xffffff00;
      layout.begin = at;
      layout.end = is_unfinished ? file.size() : std::min(file.size(), at + size);
      return layout;
    }
    at += size + size % 2;
  }
  return fail("no samples");
}

/// The audio of a file, in pieces, as the transcriber takes it.
class recorded_audio {
 public:
  /// Reads WAV always, and other formats if libsndfile is installed. The error says why a file
  /// cannot be read.
  static result<recorded_audio> open(std::shared_ptr<spool_file const> file) {
    auto audio = open_as_it_is(std::move(file));
#ifdef GLADIA_SAMPLERATE
    if (audio) audio->converter_ = rate_converter::make(audio->format_);
#endif
    return audio;
  }

  /// The format of the frames that `read` returns.
  [[nodiscard]] audio_format const& format() const noexcept {
#ifdef GLADIA_SAMPLERATE
    if (converter_) return converter_->format();
#endif
    return format_;
  }
  [[nodiscard]] std::string const& extension() const noexcept {
    return extension_;
  }
  /// Seconds.
  [[nodiscard]] double duration() const {
    return static_cast<double>(frames_) / static_cast<double>(format_.sample_rate);
  }

  /// The next whole frames in `format()`, about as many; empty at the end.
  [[nodiscard]] std::string read(std::size_t frames) {
#ifdef GLADIA_SAMPLERATE
    while (converter_ && !is_over_) {
      auto const bytes = read_as_it_is(frames);
      is_over_ = bytes.empty();
      if (auto converted = converter_->convert(bytes); !converted.empty()) return converted;
    }
    if (converter_) return {};
#endif
    return read_as_it_is(frames);
  }

 private:
  recorded_audio() = default;

  static result<recorded_audio> open_as_it_is(std::shared_ptr<spool_file const> file) {
    recorded_audio audio;
    audio.file_ = std::move(file);
    auto layout = read_wav_layout(*audio.file_);
    if (layout) {
      audio.wav_ = *layout;
      audio.format_ = layout->format;
      audio.at_ = layout->begin;
      audio.frames_ = (layout->end - layout->begin) / audio.wav_frame();
      audio.extension_ = "wav";
      return audio;
    }
#ifdef GLADIA_SNDFILE
    auto other = sound_file::open(audio.file_);
    if (!other) return other.error();
    audio.other_ = std::make_shared<sound_file>(std::move(*other));
    audio.format_ = audio.other_->format();
    audio.frames_ = audio.other_->frames();
    audio.extension_ = audio.other_->extension();
    return audio;
#else
    return layout.error();
#endif
  }

  [[nodiscard]] std::string read_as_it_is(std::size_t frames) {
#ifdef GLADIA_SNDFILE
    if (other_) return other_->read(frames);
#endif
    auto const left = (wav_.end - at_) / wav_frame();
    auto const wanted = std::min<std::uint64_t>(frames, left) * wav_frame();
    auto bytes = file_->read(at_, wanted);
    bytes.resize(bytes.size() - bytes.size() % wav_frame());
    at_ += bytes.size();
    return wav_.is_float ? rounded(bytes) : bytes;
  }

  [[nodiscard]] std::size_t wav_frame() const {
    return wav_.sample_bytes * static_cast<std::size_t>(format_.channels);
  }

  // Converts floating-point samples from -1 to 1 to 16 bits.
  [[nodiscard]] std::string rounded(std::string_view bytes) const {
    std::string samples;
    samples.reserve(bytes.size() / wav_.sample_bytes * 2);
    for (std::size_t at = 0; at < bytes.size(); at += wav_.sample_bytes) {
      double value = 0;
      if (wav_.sample_bytes == 8) {
        std::memcpy(&value, bytes.data() + at, 8);
      } else {
        float single = 0;
        std::memcpy(&single, bytes.data() + at, 4);
        value = double{single};
      }
      if (!(std::abs(value) <= 1)) value = value > 0 ? 1 : value < 0 ? -1 : 0;
      auto const sample = std::lround(value * 32767);
      samples += static_cast<char>(sample & 255);
      samples += static_cast<char>(sample >> 8 & 255);
    }
    return samples;
  }

  std::shared_ptr<spool_file const> file_{};
  wav_layout wav_{};
  audio_format format_{};
  std::uint64_t at_ = 0;
  std::uint64_t frames_ = 0;
  std::string extension_{};
#ifdef GLADIA_SAMPLERATE
  std::optional<rate_converter> converter_{};
  bool is_over_ = false;
#endif
#ifdef GLADIA_SNDFILE
  std::shared_ptr<sound_file> other_{};
#endif
};

}  // namespace gladia::testing::detail
