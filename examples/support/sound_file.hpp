#pragma once

// For builds with libsndfile; libsamplerate may be there beside it.

#include <sndfile.h>
#ifdef GLADIA_SAMPLERATE
#include <samplerate.h>
#endif

#include <algorithm>
#include <cstdint>
#include <functional>
#include <gladia.hpp>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace examples {

/// A file that libsndfile reads, such as FLAC, Ogg, MP3, AIFF or a WAV file of floats, as 16-bit
/// samples of a rate that the server takes.
class sound_file {
 public:
  static gladia::result<sound_file> open(std::string const& path) {
    sound_file file;
    SF_INFO info{};
    file.path_ = path;
    file.handle_.reset(sf_open(path.c_str(), SFM_READ, &info));
    if (!file.handle_) return file.refusal(sf_strerror(nullptr));
    if (info.channels < 1 || info.channels > gladia::max_channels) {
      return file.refusal(std::to_string(info.channels) + " channels; the server takes 1 to " +
                          std::to_string(gladia::max_channels));
    }
    file.format_.channels = info.channels;
    file.format_.sample_rate = info.samplerate;
    if (info.frames < SF_COUNT_MAX) file.promised_ = info.frames;
    auto const& rates = gladia::supported_sample_rates;
    if (std::find(std::begin(rates), std::end(rates), info.samplerate) == std::end(rates)) {
      if (auto const fault = file.resample(info.samplerate)) return fault;
    }
    return file;
  }

  [[nodiscard]] gladia::audio_format const& format() const noexcept { return format_; }
  [[nodiscard]] std::string const& name() const noexcept { return path_; }
  [[nodiscard]] bool is_pipe() const noexcept { return false; }
  /// Whether there was less than the file promised; once its end was read.
  [[nodiscard]] bool is_cut_short() const noexcept { return is_over_ && heard_ < promised_; }

  /// The next whole frames, as many as there are and fit; 0 at the end. It waits for nothing.
  gladia::result<std::size_t> read(std::vector<char>& buffer, std::function<bool()> const&) {
    auto const channels = static_cast<std::size_t>(format_.channels);
    samples_.resize(buffer.size() / sizeof(std::int16_t) / channels * channels);
    auto const count = next_frames(samples_.size() / channels) * channels;
    converted_.resize(count);
    gladia::audio::float_to_int16(samples_.data(), count, converted_.data());
    auto out = buffer.begin();
    for (auto const sample : converted_) {
      *out++ = static_cast<char>(sample & 0xff);
      *out++ = static_cast<char>(sample >> 8 & 0xff);
    }
    return count * sizeof(std::int16_t);
  }

 private:
  struct closer {
    void operator()(SNDFILE* handle) const noexcept { sf_close(handle); }
  };

  gladia::error refusal(std::string const& why) const {
    return gladia::error(gladia::errc::unsupported_audio, gladia::phase::none, path_ + ": " + why);
  }

  std::size_t decode(float* out, std::size_t frames) {
    auto const got = std::max<sf_count_t>(
        0, sf_readf_float(handle_.get(), out, static_cast<sf_count_t>(frames)));
    heard_ += got;
    is_over_ = got == 0;
    return static_cast<std::size_t>(got);
  }

#ifdef GLADIA_SAMPLERATE
  static constexpr int speech_rate = 16'000;
  static constexpr std::size_t piece = 4096;  // frames
  // Its address must not change: the converter reads from it.
  struct input {
    sound_file* file = nullptr;
    std::vector<float> frames{};
  };
  struct converter_closer {
    void operator()(SRC_STATE* state) const noexcept { src_delete(state); }
  };

  gladia::error resample(int rate) {
    ratio_ = static_cast<double>(speech_rate) / rate;
    if (src_is_valid_ratio(ratio_) == 0) {
      return refusal(std::to_string(rate) + " Hz, which libsamplerate does not resample");
    }
    input_ = std::make_unique<input>();
    input_->frames.resize(piece * static_cast<std::size_t>(format_.channels));
    int failure = 0;
    converter_.reset(src_callback_new(next_input, SRC_SINC_MEDIUM_QUALITY, format_.channels,
                                      &failure, input_.get()));
    format_.sample_rate = speech_rate;
    return converter_ ? gladia::error() : refusal(src_strerror(failure));
  }
  static long next_input(void* user, float** frames) {
    auto& [file, samples] = *static_cast<input*>(user);
    *frames = samples.data();
    return static_cast<long>(file->decode(samples.data(), piece));
  }
  std::size_t next_frames(std::size_t count) {
    if (!converter_) return decode(samples_.data(), count);
    input_->file = this;
    auto const wanted = static_cast<long>(count);
    auto const got = src_callback_read(converter_.get(), ratio_, wanted, samples_.data());
    return static_cast<std::size_t>(std::max(0L, got));
  }

  double ratio_ = 1;
  std::unique_ptr<input> input_;
  std::unique_ptr<SRC_STATE, converter_closer> converter_;
#else
  gladia::error resample(int rate) const {
    return refusal(std::to_string(rate) +
                   " Hz, which the server does not take; this program was built without "
                   "libsamplerate (Debian: libsamplerate0-dev)");
  }
  std::size_t next_frames(std::size_t count) {
    return decode(samples_.data(), count);
  }
#endif

  std::string path_;
  std::unique_ptr<SNDFILE, closer> handle_;
  gladia::audio_format format_;
  sf_count_t promised_ = 0;  // frames
  sf_count_t heard_ = 0;     // frames
  bool is_over_ = false;
  std::vector<float> samples_;
  std::vector<std::int16_t> converted_;
};

}  // namespace examples
