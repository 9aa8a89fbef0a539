#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <gladia/live/detail/spoken_line.hpp>
#include <gladia/live/detail/word_times.hpp>
#include <gladia/live/summary.hpp>
#include <gladia/model/live_result.hpp>

namespace gladia::live::detail {

/// Finds the parts of a text that lie in a gap and were not delivered, though the server may have
/// heard audio twice.
class missing_words {
 public:
  struct finding {
    std::vector<transcript_utterance> pieces{};
    bool is_unclear = false;  ///< the text mixes delivered and missing words and cannot be divided
  };

  /// The audio from `from` on is heard again, `shift` seconds later.
  void on_repeat(double from, double shift) {
    constexpr std::size_t most_repeats = 1024;
    if (shift <= 0) return;
    if (repeats_.size() == most_repeats) repeats_.erase(repeats_.begin());
    repeats_.push_back({from, shift});
  }

  /// How many texts were not delivered because the user already has them.
  [[nodiscard]] std::uint64_t withheld() const noexcept { return withheld_; }
  /// Counts one more text that was not delivered.
  void withhold() noexcept { ++withheld_; }

  /// The parts of an utterance that lie in a gap and were not delivered.
  ///
  /// \param delivered  times of delivered words, in the same unit as the utterance's
  [[nodiscard]] finding find(spoken_line const& line, time_set const& delivered,
                             transcript_utterance const& said, double unit) {
    if (line.gaps().empty() || said.text.empty()) return {};
    if (!has_times(said) && !spoken_line::is_timed(span_of(said))) return {{}, true};
    auto const withheld_before = withheld_;
    auto outcome = has_times(said) ? words_of(line, delivered, said, unit)
                                   : whole_of(line, delivered, said, unit);
    withheld_ = std::min(withheld_, withheld_before + 1);
    return outcome;
  }

  /// Whether audio at `when` was heard twice, and its words were delivered at the other time.
  [[nodiscard]] bool was_delivered_otherwise(spoken_line const& line, time_span when) const {
    constexpr double slack = 0.01;  // for times that are rounded to milliseconds
    auto const middle = middle_of(when);
    auto const lies_in = [&](double from, double length) {
      return when.from >= from - slack && when.to <= from + length + slack;
    };
    return std::any_of(repeats_.begin(), repeats_.end(), [&](repeat const& r) {
      return (lies_in(r.from, r.shift) && line.has_said(middle + r.shift)) ||
             (lies_in(r.from + r.shift, r.shift) && line.has_said(middle - r.shift));
    });
  }

 private:
  /// Audio of length `shift` that was heard twice: at `from`, and again `shift` later.
  struct repeat {
    double from;
    double shift;
  };

  /// Silence, in seconds, that a summing-up may add to an utterance: shorter than a "yes".
  static constexpr double longest_padding = 0.25;

  finding words_of(spoken_line const& line, time_set const& delivered,
                   transcript_utterance const& said, double unit) {
    finding outcome;
    auto const times = times_of(said);
    auto const is_new = [&](time_span when) { return is_missing(line, delivered, when); };
    for (auto from = times.begin(); from != times.end();) {
      from = std::find_if(from, times.end(), is_new);
      auto const to = std::find_if_not(from, times.end(), is_new);
      if (from != to) {
        outcome.pieces.push_back(piece_of(said, times, {from - times.begin(), to - times.begin()}));
      }
      from = to;
    }
    // A word without length at the border of delivered words may be one of them, or be beside them.
    auto const may_be_beside = [&](time_span when) {
      return when.from == when.to && line.lies_in_gap(when.from) && delivered.ends_at(when.from);
    };
    outcome.is_unclear = std::any_of(times.begin(), times.end(), may_be_beside) &&
                         !line.has_delivered(span_of(said), unit);
    return outcome;
  }

  finding whole_of(spoken_line const& line, time_set const& delivered,
                   transcript_utterance const& said, double unit) {
    auto const when = span_of(said);
    auto const middle = middle_of(when);
    if (line.lies_in_gap(middle) && !delivered.has(middle)) {
      if (line.holds_a_delivery(when)) return {{}, true};
      return is_missing(line, delivered, when) ? finding{{said}, false} : finding{};
    }
    return {{}, line.longest_silence_in_gaps(when) > longest_padding + unit};
  }

  /// Whether words said at `when` lie in a gap and were not delivered.
  bool is_missing(spoken_line const& line, time_set const& delivered, time_span when) {
    auto const middle = middle_of(when);
    if (!spoken_line::is_timed(when)) return false;
    if (!line.lies_in_gap(middle) || delivered.has(middle)) return false;
    if (!was_delivered_otherwise(line, when)) return true;
    ++withheld_;
    return false;
  }

  std::vector<repeat> repeats_{};
  std::uint64_t withheld_ = 0;
};

}  // namespace gladia::live::detail
