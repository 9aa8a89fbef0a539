#pragma once

#include <optional>
#include <string>
#include <vector>

#include <gladia/json_text.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/transcription.hpp>

namespace gladia {

/// All results of a session.
struct live_result {
  result_metadata metadata{};                                                  ///< numbers
  std::optional<transcription_result> transcription{};                         ///< the transcript
  std::optional<addon<std::vector<translation_result>>> translation{};         ///< one per language
  std::optional<addon<std::string>> summarization{};                           ///< the summary
  std::optional<addon<std::vector<named_entity>>> named_entity_recognition{};  ///< entities
  /// `results` is a text according to Gladia's schema, and an array according to the documentation.
  std::optional<addon<json_text>> sentiment_analysis{};
  std::optional<addon<json_text>> chapterization{};  ///< no longer offered by Gladia
  /// In a job only: the JSON text of each message that the links carried.
  std::vector<std::string> messages{};
};

template <class V, class S>
void fields(V& v, S& s, live_result const*) {
  detail::common_result_fields(v, s);
  v.optional("messages", s.messages);
}

}  // namespace gladia
