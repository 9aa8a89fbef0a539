#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include <gladia/live/detail/spoken_line.hpp>
#include <gladia/live/summary.hpp>
#include <gladia/model/live_result.hpp>

/// \file
/// When words were said, as far as a text tells.

namespace gladia::live::detail {

/// The time of a word or an utterance.
template <class Spoken>
time_span span_of(Spoken const& s) noexcept {
  return {s.start, s.end};
}

inline double middle_of(time_span s) noexcept {
  return s.from + (s.to - s.from) / 2;
}
/// All time, for a text without times.
inline time_span span_or_all(transcript_utterance const& u) noexcept {
  auto const when = span_of(u);
  return spoken_line::is_timed(when) ? when : time_span{0, spoken_line::endless};
}
inline bool has_times(transcript_utterance const& u) noexcept {
  return std::any_of(u.words.begin(), u.words.end(),
                     [](auto const& word) { return spoken_line::is_timed(span_of(word)); });
}

/// When each word was said. A word without times lies between its neighbours.
inline std::vector<time_span> times_of(transcript_utterance const& said) {
  auto const is_timed = [](time_span when) { return spoken_line::is_timed(when); };
  std::vector<time_span> times;
  for (auto const& word : said.words) times.push_back(span_of(word));
  auto const first = std::find_if(times.begin(), times.end(), is_timed);
  if (first == times.end()) return times;
  auto const last = std::find_if(times.rbegin(), times.rend(), is_timed);
  auto const whole = is_timed(span_of(said)) ? span_of(said) : time_span{first->from, last->to};
  auto next = whole.to;
  for (auto i = times.size(); i-- > 0;) {
    if (is_timed(span_of(said.words[i]))) {
      next = times[i].from;
    } else {
      times[i].to = next;
    }
  }
  auto previous = whole.from;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (is_timed(span_of(said.words[i]))) {
      previous = times[i].to;
    } else {
      times[i] = {previous, std::max(previous, times[i].to)};
    }
  }
  return times;
}

/// The unit, in seconds, that all times of `all` are rounded to; 0 for milliseconds.
inline double unit_of(transcription_result const& all) {
  for (auto const unit : {1.0, 0.5, 0.1, 0.05, 0.01}) {
    auto const is_whole = [unit](double time) {
      return std::abs(time / unit - std::round(time / unit)) < 1e-6;
    };
    auto const is_rounded = [&](auto const& spoken) {
      return is_whole(spoken.start) && is_whole(spoken.end);
    };
    auto const is_all_rounded = [&](transcript_utterance const& u) {
      return is_rounded(u) && std::all_of(u.words.begin(), u.words.end(), is_rounded);
    };
    if (std::all_of(all.utterances.begin(), all.utterances.end(), is_all_rounded)) return unit;
  }
  return 0;
}

/// The words from `first` to before `last`, as an utterance.
inline transcript_utterance piece_of(transcript_utterance const& said,
                                     std::vector<time_span> const& times,
                                     std::pair<std::ptrdiff_t, std::ptrdiff_t> part) {
  auto const [first, last] = part;
  auto piece = said;
  auto const is_part = static_cast<std::size_t>(last - first) < said.words.size();
  if (is_part) {
    piece.text.clear();
    piece.words.assign(said.words.begin() + first, said.words.begin() + last);
    for (auto const& word : piece.words) {
      auto const needs_space = !piece.text.empty() && !word.word.empty() && word.word[0] != ' ';
      piece.text.append(needs_space ? " " : "").append(word.word);
    }
  }
  if (is_part || !spoken_line::is_timed(span_of(said))) {
    piece.start = times[static_cast<std::size_t>(first)].from;
    piece.end = times[static_cast<std::size_t>(last - 1)].to;
  }
  return piece;
}

/// Whether all words of an utterance were recovered.
inline bool was_recovered(spoken_line const& line, transcript_utterance const& said) {
  if (line.has_recovered(span_of(said))) return true;
  if (!has_times(said)) return line.has_recovered(middle_of(span_of(said)));
  auto const times = times_of(said);
  return std::all_of(times.begin(), times.end(),
                     [&](time_span when) { return line.has_recovered(middle_of(when)); });
}

/// A gap, rounded outwards to milliseconds.
///
/// \param end  until when there is audio
inline time_span rounded(spoken_line::gap const& gap, double end) {
  auto const to = gap.awaits_its_end() ? std::max(end, gap.where.from) : gap.where.to;
  return {std::floor(gap.where.from * 1000) / 1000, std::ceil(to * 1000) / 1000};
}

/// Spans in order of time, none of which touches another.
inline std::vector<time_span> merged(std::vector<time_span> spans) {
  std::sort(spans.begin(), spans.end(), [](auto a, auto b) { return a.from < b.from; });
  std::vector<time_span> all;
  for (auto const& s : spans) {
    if (!all.empty() && s.from <= all.back().to) {
      all.back().to = std::max(all.back().to, s.to);
    } else {
      all.push_back(s);
    }
  }
  return all;
}

}  // namespace gladia::live::detail
