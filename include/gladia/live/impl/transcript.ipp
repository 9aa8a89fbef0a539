#pragma once

#include <gladia/live/transcript.hpp>

#include <algorithm>
#include <gladia/live/detail/word_ledger.hpp>
#include <iterator>

namespace gladia::live {
namespace detail {

inline constexpr std::string_view white_space = " \t\r\n\v\f";

inline std::string_view trimmed(std::string_view text) noexcept {
  auto const begin = text.find_first_not_of(white_space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

/// Whether `next` was said after the finished `line`, so that it cannot be about the same audio.
inline bool is_behind(transcript_utterance const& line, transcript_utterance const& next) noexcept {
  // Messages without times have zeros.
  return line.end > line.start && next.start >= line.end;
}

}  // namespace detail

GLADIA_DECL std::string_view transcript_line::text() const noexcept {
  return detail::trimmed(utterance.text);
}

GLADIA_DECL transcript_view::transcript_view(std::size_t max_lines) : max_lines_(max_lines) {}
GLADIA_DECL transcript_view::transcript_view(transcript_view const& other)
    : max_lines_(other.max_lines_),
      lines_(other.lines_),
      repeated_(other.repeated_),
      words_(other.words_ ? std::make_unique<detail::word_ledger>(*other.words_) : nullptr) {}
GLADIA_DECL transcript_view::transcript_view(transcript_view&& other) noexcept = default;
GLADIA_DECL transcript_view& transcript_view::operator=(transcript_view const& other) {
  return *this = transcript_view(other);
}
GLADIA_DECL transcript_view& transcript_view::operator=(transcript_view&& other) noexcept = default;
GLADIA_DECL transcript_view::~transcript_view() = default;

GLADIA_DECL detail::word_ledger& transcript_view::words() {
  if (!words_) {
    words_ = std::make_unique<detail::word_ledger>(detail::word_ledger::settings{max_channels});
  }
  return *words_;
}

GLADIA_DECL void transcript_view::on_connected(connected const& link) {
  mark_repeated(link.repeated_from, link.repeated_to);
  words().on_heard_until(link.words_unknown.to);
}

GLADIA_DECL void transcript_view::on_disconnected() {
  words().open_gap(0);
}

GLADIA_DECL transcript_line const* transcript_view::add(transcript const& message) {
  auto const& data = message.data;
  if (message.recovered) return add_recovered(data);
  if (data.is_final && !words().on_final(data, detail::spoken_line::endless) &&
      words().was_lost()) {
    return nullptr;
  }
  transcript_line line;
  auto const known = find(data.id, data.utterance.channel);
  if (known != lines_.end() &&
      !(known->is_final && detail::is_behind(known->utterance, data.utterance))) {
    if (known->is_final && !data.is_final) return nullptr;
    line = std::move(*known);
    lines_.erase(known);
  }
  line.id = data.id;
  line.is_final = data.is_final;
  line.maybe_repeated = may_be_repeated(data.utterance);
  line.utterance = data.utterance;
  return place(std::move(line));
}

// A recovered text replaces partials of the same words, and no finished line.
GLADIA_DECL transcript_line const* transcript_view::add_recovered(transcript_data const& data) {
  auto const& said = data.utterance;
  auto const middle = (said.start + said.end) / 2;
  auto const says_it = [&](transcript_line const& line) {
    auto const& known = line.utterance;
    return known.channel == said.channel && known.start <= middle && middle <= known.end;
  };
  auto const is_told = [&](transcript_line const& line) { return line.is_final && says_it(line); };
  if (std::any_of(lines_.begin(), lines_.end(), is_told)) return nullptr;
  lines_.erase(std::remove_if(lines_.begin(), lines_.end(),
                              [&](transcript_line const& line) {
                                return says_it(line) || (!line.is_final && line.id == data.id &&
                                                         line.utterance.channel == said.channel);
                              }),
               lines_.end());
  transcript_line line;
  line.id = data.id;
  line.is_final = line.recovered = true;
  line.maybe_repeated = may_be_repeated(said);
  line.utterance = said;
  words().add_recovered(data);
  return place(std::move(line));
}

GLADIA_DECL transcript_line const* transcript_view::add(post_transcript const& message) {
  return add_missing(message.data);
}

GLADIA_DECL transcript_line const* transcript_view::add(post_final_transcript const& message) {
  return message.data.transcription ? add_missing(*message.data.transcription) : nullptr;
}

GLADIA_DECL transcript_line const* transcript_view::add_missing(transcription_result const& all) {
  transcript_line const* last = nullptr;
  for (auto const& found : words().recover(all, {true})) {
    auto const& said = found.data.utterance;
    // The session has delivered all words of audio that was heard twice.
    auto const is_repetition = std::any_of(
        repeated_.begin(), repeated_.end(),
        [&](auto const& span) { return span.first <= said.start && said.end <= span.second; });
    if (is_repetition) continue;
    if (auto const* line = add_recovered(found.data)) last = line;
  }
  return last;
}

GLADIA_DECL transcript_line const* transcript_view::add(translation_message const& message) {
  if (!message.data) return nullptr;
  auto const& data = *message.data;
  auto known = find_original(data);
  if (known != lines_.end()) {
    known->translations[data.target_language] = data.translated_utterance;
    return &*known;
  }
  transcript_line line;
  line.id = data.utterance_id;
  line.is_final = true;
  line.maybe_repeated = may_be_repeated(data.utterance);
  line.utterance = data.utterance;
  line.translations[data.target_language] = data.translated_utterance;
  return place(std::move(line));
}

GLADIA_DECL void transcript_view::mark_repeated(double from, double to) {
  if (from < to) repeated_.emplace_back(from, to);
}

GLADIA_DECL std::string transcript_view::text(std::string_view separator) const {
  std::string all;
  for (auto const& line : lines_) {
    auto const text = line.text();
    if (text.empty()) continue;
    if (!all.empty()) all += separator;
    all += text;
  }
  return all;
}

GLADIA_DECL std::vector<transcript_utterance> transcript_view::utterances(
    language_code const& translated_to) const {
  std::vector<transcript_utterance> all;
  for (auto const& line : lines_) {
    if (!line.is_final) continue;
    if (translated_to.empty()) {
      all.push_back(line.utterance);
    } else if (auto const found = line.translations.find(translated_to);
               found != line.translations.end()) {
      all.push_back(found->second);
    }
  }
  return all;
}

// Search from the newest, which nearly always matches.
GLADIA_DECL transcript_view::iterator transcript_view::find(std::string_view id, int channel) {
  auto const found = std::find_if(lines_.rbegin(), lines_.rend(), [&](transcript_line const& line) {
    return line.id == id && line.utterance.channel == channel;
  });
  return found == lines_.rend() ? lines_.end() : std::prev(found.base());
}

GLADIA_DECL transcript_view::iterator transcript_view::find_original(translation_data const& data) {
  auto const found = find(data.utterance_id, data.utterance.channel);
  if (found != lines_.end()) return found;
  // The original may be missing, and the channel with it.
  auto const same_id = std::find_if(lines_.rbegin(), lines_.rend(),
                                    [&](auto const& line) { return line.id == data.utterance_id; });
  bool const original_given = !data.utterance.text.empty();
  return same_id == lines_.rend() || original_given ? lines_.end() : std::prev(same_id.base());
}

GLADIA_DECL transcript_line const* transcript_view::place(transcript_line line) {
  // A linear search, because times that are not numbers would break a binary search.
  auto at = lines_.end();
  while (at != lines_.begin() && std::prev(at)->utterance.start > line.utterance.start) --at;
  auto index = static_cast<std::size_t>(at - lines_.begin());
  lines_.insert(at, std::move(line));
  if (max_lines_ > 0 && lines_.size() > max_lines_) {
    lines_.erase(lines_.begin());
    if (index == 0) return nullptr;
    --index;
  }
  return &lines_[index];
}

GLADIA_DECL bool transcript_view::may_be_repeated(transcript_utterance const& said) const noexcept {
  return std::any_of(repeated_.begin(), repeated_.end(), [&](auto const& span) {
    auto const [from, to] = span;
    return said.start < to && (said.start >= from || said.end > from);
  });
}

}  // namespace gladia::live
