#pragma once

#include <optional>
#include <string>
#include <vector>

#include <gladia/json_text.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/transcription.hpp>

namespace gladia {

/// Everything that came of a session.
struct live_result {
  result_metadata metadata{};                                                  ///< numbers
  std::optional<transcription_result> transcription{};                         ///< the transcript
  std::optional<addon<std::vector<translation_result>>> translation{};         ///< one per language
  std::optional<addon<std::string>> summarization{};                           ///< the summary
  std::optional<addon<std::vector<named_entity>>> named_entity_recognition{};  ///< entities
  /// `results` is a text by the service's schema and an array by its documentation.
  std::optional<addon<json_text>> sentiment_analysis{};
  std::optional<addon<json_text>> chapterization{};  ///< no longer offered by the service
  /// In a job only: the JSON text of each message that the socket carried.
  std::vector<std::string> messages{};
};

template <class V, class S>
void fields(V& v, S& s, live_result const*) {
  detail::common_result_fields(v, s);
  v.optional("messages", s.messages);
}

}  // namespace gladia
