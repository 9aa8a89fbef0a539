#pragma once

#include <samplerate.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gladia/model/audio_format.hpp>
#include <gladia/testing/impl/samples.ipp>

namespace gladia::testing::detail {

/// Brings recorded audio to the analysis rate, with libsamplerate. A live session does not use it:
/// words would come later by the length of the filter.
class rate_converter {
 public:
  /// Nothing if there is nothing to convert, or libsamplerate does not take such audio.
  static std::optional<rate_converter> make(audio_format const& from) {
    rate_converter made(from);
    if (from.sample_rate == analysis_rate || src_is_valid_ratio(made.ratio_) == 0) return {};
    int failure = 0;
    made.state_.reset(src_new(SRC_SINC_FASTEST, from.channels, &failure));
    if (!made.state_) return {};
    return made;
  }

  /// The format of the converted audio.
  [[nodiscard]] audio_format const& format() const noexcept { return to_; }

  /// \param frames  whole frames; empty: no more frames will come, and the filter gives its rest
  [[nodiscard]] std::string convert(std::string_view frames) {
    auto const in = decoded(frames);
    auto const channels = static_cast<std::size_t>(from_.channels);
    out_.resize(4096 * channels);
    constexpr float none = 0;  // with a null pointer the filter would not give its rest
    SRC_DATA data{};
    data.data_in = in.empty() ? &none : in.data();
    data.input_frames = static_cast<long>(in.size() / channels);
    data.data_out = out_.data();
    data.output_frames = 4096;
    data.src_ratio = ratio_;
    data.end_of_input = frames.empty() ? 1 : 0;
    std::string bytes;
    do {
      if (src_process(state_.get(), &data) != 0) break;
      append(bytes, static_cast<std::size_t>(data.output_frames_gen) * channels);
      data.data_in += data.input_frames_used * from_.channels;
      data.input_frames -= data.input_frames_used;
    } while (data.output_frames_gen > 0 || data.input_frames_used > 0);
    return bytes;
  }

 private:
  struct deleter {
    void operator()(SRC_STATE* state) const noexcept { src_delete(state); }
  };

  explicit rate_converter(audio_format const& from)
      : from_(from), ratio_(static_cast<double>(analysis_rate) / from.sample_rate) {
    to_.encoding = audio_encoding::pcm;
    to_.bit_depth = 16;
    to_.sample_rate = analysis_rate;
    to_.channels = from.channels;
  }

  [[nodiscard]] std::vector<float> decoded(std::string_view frames) const {
    auto const decode = decoder_of(from_);
    auto const width = static_cast<std::size_t>(from_.bit_depth / 8);
    auto const* bytes = reinterpret_cast<unsigned char const*>(frames.data());
    std::vector<float> samples;
    samples.reserve(frames.size() / width);
    for (std::size_t at = 0; at < frames.size(); at += width) {
      samples.push_back(static_cast<float>(decode(bytes + at, width)) / 32768);
    }
    return samples;
  }

  void append(std::string& bytes, std::size_t samples) {
    rounded_.resize(samples);
    src_float_to_short_array(out_.data(), rounded_.data(), static_cast<int>(samples));
    for (auto const sample : rounded_) {
      bytes += static_cast<char>(sample & 255);
      bytes += static_cast<char>(sample >> 8 & 255);
    }
  }

  audio_format from_;
  audio_format to_{};
  double ratio_;
  std::unique_ptr<SRC_STATE, deleter> state_{};
  std::vector<float> out_{};
  std::vector<short> rounded_{};
};

}  // namespace gladia::testing::detail
