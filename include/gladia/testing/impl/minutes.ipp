#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gladia/detail/stable_sort.hpp>
#include <gladia/model/live_message.hpp>
#include <gladia/testing/faults.hpp>
#include <gladia/testing/impl/script.ipp>
#include <gladia/testing/report.hpp>

namespace gladia::testing::detail {

using utterances = std::vector<transcript_utterance>;

/// Joins every `count` neighbours of a channel into one.
inline utterances merged(utterances const& said, std::size_t count) {
  struct group {
    std::size_t index = 0;
    std::size_t left = 0;
  };
  utterances result;
  std::map<int, group> open;
  for (auto const& next : said) {
    auto& [index, left] = open[next.channel];
    if (left == 0) {
      index = result.size();
      left = count;
      result.push_back(next);
    } else {
      auto& whole = result[index];
      whole.end = std::max(whole.end, next.end);
      whole.text += next.text;
      whole.words.insert(whole.words.end(), next.words.begin(), next.words.end());
    }
    --left;
  }
  return result;
}

/// The utterance with only its words from `begin` to before `end`.
inline transcript_utterance part_of(transcript_utterance const& whole, std::size_t begin,
                                    std::size_t end) {
  auto part = whole;
  part.words.assign(whole.words.begin() + static_cast<std::ptrdiff_t>(begin),
                    whole.words.begin() + static_cast<std::ptrdiff_t>(end));
  part.text.clear();
  for (auto const& word : part.words) part.text += word.word;
  part.start = part.words.front().start;
  part.end = part.words.back().end;
  return part;
}

/// Divides the words of each channel into utterances of `count` words.
inline utterances divided_anew(utterances const& said, std::size_t count) {
  utterances result;
  for (auto const& channel : merged(said, std::numeric_limits<std::size_t>::max())) {
    for (std::size_t at = 0; at < channel.words.size(); at += count) {
      result.push_back(part_of(channel, at, std::min(at + count, channel.words.size())));
    }
  }
  gladia::detail::stable_sort(result,
                              [](auto const& a, auto const& b) { return a.start < b.start; });
  return result;
}

/// What the server makes of the final transcripts when it sums up.
inline utterances sum_up(utterances said, summary_fault const& how) {
  if (how.merge > 1) said = merged(said, how.merge);
  if (how.words_per_utterance > 0) said = divided_anew(said, how.words_per_utterance);
  auto const round = [&](double& time) {
    if (how.round_to > 0) time = in_thousandths(std::round(time / how.round_to) * how.round_to);
  };
  for (auto& utterance : said) {
    auto const size = utterance.words.size();
    auto const front = std::min(how.trim_front, size - std::min<std::size_t>(size, 1));
    auto const back = std::min(how.trim_back, size - std::min(size, front + 1));
    if (front + back > 0) utterance = part_of(utterance, front, size - back);
    round(utterance.start);
    round(utterance.end);
    for (auto& word : utterance.words) {
      round(word.start);
      round(word.end);
    }
    if (how.without_words) utterance.words.clear();
  }
  return said;
}

/// The final transcripts of a session.
class minutes {
 public:
  void add(transcript_data const& words) { finals_.push_back({words.id, words.utterance, {}}); }
  /// Puts the transcripts in the order of time: several channels come in the order of recognition.
  void sort() {
    gladia::detail::stable_sort(
        finals_, [](auto const& a, auto const& b) { return a.words.start < b.words.start; });
  }
  void sent(std::size_t number, std::size_t connection) {
    finals_[number].sent_on.push_back(connection);
  }

  [[nodiscard]] std::size_t size() const noexcept { return finals_.size(); }
  [[nodiscard]] std::vector<said_utterance> report() const {
    std::vector<said_utterance> said;
    for (auto const& [id, words, sent_on] : finals_) {
      said.push_back({id, words.channel, words.start, words.end, words.text, sent_on});
    }
    return said;
  }

  [[nodiscard]] transcription_result transcription(summary_fault const& how) const {
    utterances said;
    for (auto const& each : finals_) said.push_back(each.words);
    transcription_result result;
    result.utterances = sum_up(std::move(said), how);
    for (auto const& utterance : result.utterances) {
      result.full_transcript += utterance.text;
      auto const& heard_language = utterance.language;
      if (std::find(result.languages.begin(), result.languages.end(), heard_language) ==
          result.languages.end()) {
        result.languages.push_back(heard_language);
      }
    }
    result.full_transcript = trim(result.full_transcript);
    return result;
  }

 private:
  struct final_words {
    std::string id{};
    transcript_utterance words{};
    std::vector<std::size_t> sent_on{};
  };
  std::vector<final_words> finals_{};
};

}  // namespace gladia::testing::detail
