#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gladia/audio/g711.hpp>
#include <gladia/model/audio_format.hpp>

namespace gladia::testing::detail {

/// The rate at which speech is detected and recognised.
inline constexpr int analysis_rate = 16000;

/// Reads one sample, of so many bytes, as 16 bits.
using sample_decoder = int (*)(unsigned char const* bytes, std::size_t width);

/// Chosen once for many samples: comparing the encoding at each sample would cost more than the
/// rest.
inline sample_decoder decoder_of(audio_format const& format) {
  if (format.encoding == audio_encoding::alaw) {
    return [](auto const* bytes, auto) -> int { return audio::decode_alaw(bytes[0]); };
  }
  if (format.encoding == audio_encoding::ulaw) {
    return [](auto const* bytes, auto) -> int { return audio::decode_ulaw(bytes[0]); };
  }
  if (format.bit_depth == 8) {
    return [](auto const* bytes, auto) -> int { return (bytes[0] - 128) * 256; };
  }
  // The two most significant bytes of a little-endian integer.
  return [](auto const* bytes, auto width) -> int {
    auto const* top = bytes + width - 2;
    return static_cast<std::int16_t>(static_cast<std::uint16_t>(top[0] | (top[1] << 8)));
  };
}

/// Brings one channel to the analysis rate: averages samples of a higher rate, and interpolates
/// those of a lower one.
class resampler {
 public:
  explicit resampler(int rate) : step_(static_cast<double>(rate) / analysis_rate) {}

  void feed(int sample, std::vector<std::int16_t>& out) {
    if (step_ > 1) {
      average(sample, out);
    } else {
      interpolate(sample, out);
    }
  }

 private:
  static std::int16_t clamp(double value) {
    return static_cast<std::int16_t>(std::lround(std::clamp(value, -32768.0, 32767.0)));
  }

  void average(int sample, std::vector<std::int16_t>& out) {
    double const share = std::min(1.0, step_ - filled_);
    sum_ += share * sample;
    filled_ += share;
    if (filled_ < step_ - 1e-9) return;
    out.push_back(clamp(sum_ / step_));
    sum_ = (1 - share) * sample;
    filled_ = 1 - share;
  }

  void interpolate(int sample, std::vector<std::int16_t>& out) {
    // The outputs between the previous sample and this one.
    for (; position_ <= 1; position_ += step_) {
      out.push_back(clamp(last_ + (sample - last_) * position_));
    }
    position_ -= 1;
    last_ = sample;
  }

  double step_;
  double sum_ = 0;
  double filled_ = 0;
  double position_ = 1;
  double last_ = 0;
};

/// Turns bytes of any format into 16 kHz samples of each channel. Keeps an incomplete frame.
class sample_reader {
 public:
  explicit sample_reader(audio_format format)
      : format_(std::move(format)),
        resamplers_(static_cast<std::size_t>(format_.channels), resampler(format_.sample_rate)) {}

  /// Calls `sink(channel, samples)` for each channel.
  template <class Sink>
  void feed(std::string_view bytes, Sink&& sink) {
    rest_.append(bytes);
    auto const decode = decoder_of(format_);
    auto const frame = format_.bytes_per_frame();
    auto const width = static_cast<std::size_t>(format_.bit_depth / 8);
    auto const whole = rest_.size() - rest_.size() % frame;
    auto const* data = reinterpret_cast<unsigned char const*>(rest_.data());
    for (std::size_t channel = 0; channel < resamplers_.size(); ++channel) {
      samples_.clear();
      for (auto at = channel * width; at < whole; at += frame) {
        resamplers_[channel].feed(decode(data + at, width), samples_);
      }
      sink(static_cast<int>(channel), samples_);
    }
    rest_.erase(0, whole);
  }

 private:
  audio_format format_;
  std::vector<resampler> resamplers_;
  std::vector<std::int16_t> samples_{};
  std::string rest_{};
};

}  // namespace gladia::testing::detail
