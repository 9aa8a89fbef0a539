#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gladia/live/detail/spoken_line.hpp>
#include <gladia/live/detail/word_times.hpp>
#include <gladia/live/summary.hpp>
#include <gladia/model/live_message.hpp>
#include <gladia/model/live_result.hpp>

namespace gladia::live::detail {

enum class addon_kind { translation, named_entities, sentiments };

/// What was delivered of one add-on.
struct addon_lines {
  addon_kind kind;
  std::string language;  ///< of translations
  std::vector<spoken_line> by_channel;
};

inline addon_kind kind_of(translation_message const&) {
  return addon_kind::translation;
}
inline addon_kind kind_of(named_entity_recognition_message const&) {
  return addon_kind::named_entities;
}
inline addon_kind kind_of(sentiment_analysis_message const&) {
  return addon_kind::sentiments;
}
inline std::string_view language_of(translation_message const& m) {
  return m.data->target_language.code;
}
template <class Message>
std::string_view language_of(Message const&) {
  return {};
}

/// When the words of an add-on were said.
template <class Message>
time_span addon_time(Message const& m) noexcept {
  return span_of(m.data->utterance);
}
inline time_span addon_time(translation_message const& m) noexcept {
  auto const translated = span_of(m.data->translated_utterance);
  return spoken_line::is_timed(translated) ? translated : span_of(m.data->utterance);
}

/// Whether a text is in `language`.
inline bool is_in(transcription_result const& translated, std::string_view language) {
  if (!translated.utterances.empty() && !translated.utterances.front().language.empty()) {
    return translated.utterances.front().language.code == language;
  }
  return std::any_of(translated.languages.begin(), translated.languages.end(),
                     [&](auto const& heard) { return heard.code == language; });
}

/// The message for a translation that was found missing.
inline translation_message translation_of(transcript_utterance piece, spoken_line const& originals,
                                          std::string const& language) {
  translation_message message;
  message.recovered = true;
  auto& data = message.data.emplace();
  data.utterance_id = originals.id_at(middle_of(span_of(piece)));
  data.utterance.channel = piece.channel;
  data.utterance.start = piece.start;
  data.utterance.end = piece.end;
  data.target_language.code = language;
  data.translated_utterance = std::move(piece);
  return message;
}

}  // namespace gladia::live::detail
