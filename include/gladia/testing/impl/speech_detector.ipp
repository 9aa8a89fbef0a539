#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include <gladia/testing/impl/samples.ipp>

namespace gladia::testing::detail {

/// When an utterance ends, and how loud speech must be.
struct detector_settings {
  double endpointing = 0.05;      ///< seconds of silence
  double maximum_duration = 5;    ///< seconds until an utterance is cut
  double speech_threshold = 0.6;  ///< 0..1
};

/// Tells speech from silence in one channel, by energy alone.
///
/// Speech begins with 30 ms that are loud, and ends when it was quiet for 200 ms and the
/// endpointing time: syllables have gaps too.
class speech_detector {
 public:
  /// Samples of one step.
  static constexpr std::size_t step = analysis_rate / 100;
  /// The change that a step brought.
  enum class change { none, start, cut, end };

  explicit speech_detector(detector_settings const& settings)
      : quiet_steps_to_end_(20 + static_cast<int>(std::ceil(settings.endpointing * 100))),
        steps_to_cut_(static_cast<int>(settings.maximum_duration * 100)),
        // 0.6, the server's default, is -50 dB of full scale.
        threshold_(32768 * std::pow(10.0, (-68 + 30 * settings.speech_threshold) / 20)) {}

  /// Looks at the next `step` samples.
  change feed(std::int16_t const* samples) {
    double energy = 0;
    for (std::size_t i = 0; i < step; ++i) energy += double{1} * samples[i] * samples[i];
    double const level = std::sqrt(energy / double{step});
    ++steps_;
    return speaking_ ? while_speaking(level) : while_silent(level);
  }

  [[nodiscard]] bool speaking() const noexcept { return speaking_; }
  /// Seconds from the start of the audio to the start of the utterance.
  [[nodiscard]] double start() const noexcept { return seconds(start_); }
  /// Seconds from the start of the audio to the end of the last loud step.
  [[nodiscard]] double end() const noexcept { return seconds(end_); }

 private:
  static constexpr int loud_steps_to_start = 3;

  static double seconds(std::int64_t steps) { return static_cast<double>(steps) / 100; }

  change while_silent(double level) {
    if (level < threshold_ || level < 3 * floor_) {
      floor_ += (level - floor_) / 20;
      run_ = 0;
      return change::none;
    }
    if (++run_ < loud_steps_to_start) return change::none;
    speaking_ = true;
    start_ = steps_ - run_;
    end_ = steps_;
    run_ = 0;
    return change::start;
  }

  change while_speaking(double level) {
    if (level >= threshold_ / 2 && level >= 1.5 * floor_) {
      end_ = steps_;
      run_ = 0;
    } else if (++run_ >= quiet_steps_to_end_) {
      speaking_ = false;
      run_ = 0;
      return change::end;
    }
    if (steps_ - start_ < steps_to_cut_) return change::none;
    start_ = steps_;
    return change::cut;
  }

  int quiet_steps_to_end_;
  int steps_to_cut_;
  double threshold_;
  double floor_ = 0;  // the level of the silence
  bool speaking_ = false;
  int run_ = 0;  // steps in a row that indicate a change
  std::int64_t steps_ = 0;
  std::int64_t start_ = 0;
  std::int64_t end_ = 0;
};

}  // namespace gladia::testing::detail
