#pragma once

#include <optional>
#include <string>
#include <vector>

#include <gladia/json_text.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/transcription.hpp>

namespace gladia {

/// What a language model said to one prompt.
struct llm_answer {
  std::optional<std::string> prompt{};    ///< as given
  std::optional<std::string> response{};  ///< untrusted text
};

/// Everything that came of a file. An add-on can have failed though the job is done: see
/// `failed_addons`.
struct pre_recorded_result {
  result_metadata metadata{};                                                  ///< numbers
  std::optional<transcription_result> transcription{};                         ///< the transcript
  std::optional<addon<std::vector<translation_result>>> translation{};         ///< one per language
  std::optional<addon<std::string>> summarization{};                           ///< the summary
  std::optional<addon<std::vector<named_entity>>> named_entity_recognition{};  ///< entities
  /// `results` is a text by the service's schema and an array by its documentation.
  std::optional<addon<json_text>> sentiment_analysis{};
  std::optional<addon<json_text>> chapterization{};  ///< no longer offered by the service
  /// One answer per prompt, in their order; each can fail by itself.
  std::optional<addon<std::vector<addon<llm_answer>>>> audio_to_llm{};
  /// Here only if telling the speakers apart failed; else they are in the utterances.
  std::optional<addon<std::vector<transcript_utterance>>> diarization{};
  /// Deprecated by the service: see `transcription_result::sentences`.
  std::optional<addon<std::vector<std::string>>> sentences{};
  // No request member asks for these.
  std::optional<addon<std::string>> moderation{};                  ///< see the service's schema
  std::optional<addon<std::string>> name_consistency{};            ///< see the service's schema
  std::optional<addon<std::string>> structured_data_extraction{};  ///< see the service's schema
  std::optional<addon<std::vector<std::string>>> display_mode{};   ///< see the service's schema
};

template <class V, class S>
void fields(V& v, S& s, llm_answer const*) {
  v.emitted("prompt", s.prompt);
  v.emitted("response", s.response);
}
template <class V, class S>
void fields(V& v, S& s, pre_recorded_result const*) {
  detail::common_result_fields(v, s);
  v.optional("audio_to_llm", s.audio_to_llm);
  v.optional("diarization", s.diarization);
  v.optional("sentences", s.sentences);
  v.optional("moderation", s.moderation);
  v.optional("name_consistency", s.name_consistency);
  v.optional("structured_data_extraction", s.structured_data_extraction);
  v.optional("display_mode", s.display_mode);
}

}  // namespace gladia
