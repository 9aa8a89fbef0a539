#pragma once

#include <optional>
#include <string>
#include <vector>

#include <gladia/json_text.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/transcription.hpp>

namespace gladia {

/// The answer of a language model to one prompt.
struct llm_answer {
  std::optional<std::string> prompt{};    ///< as in the request
  std::optional<std::string> response{};  ///< untrusted text
};

/// All results of a recording. An add-on may have failed although the job is done: see
/// `failed_addons`.
struct pre_recorded_result {
  result_metadata metadata{};                                                  ///< numbers
  std::optional<transcription_result> transcription{};                         ///< the transcript
  std::optional<addon<std::vector<translation_result>>> translation{};         ///< one per language
  std::optional<addon<std::string>> summarization{};                           ///< the summary
  std::optional<addon<std::vector<named_entity>>> named_entity_recognition{};  ///< entities
  /// `results` is a text according to Gladia's schema, and an array according to the documentation.
  std::optional<addon<json_text>> sentiment_analysis{};
  std::optional<addon<json_text>> chapterization{};  ///< no longer offered by Gladia
  /// One answer for each prompt, in the order of the prompts. Each answer can fail by itself.
  std::optional<addon<std::vector<addon<llm_answer>>>> audio_to_llm{};
  /// Set only if diarization failed; otherwise the speakers are in the utterances.
  std::optional<addon<std::vector<transcript_utterance>>> diarization{};
  /// Deprecated by Gladia: see `transcription_result::sentences`.
  std::optional<addon<std::vector<std::string>>> sentences{};
  // No request member asks for these.
  std::optional<addon<std::string>> moderation{};                  ///< see Gladia's schema
  std::optional<addon<std::string>> name_consistency{};            ///< see Gladia's schema
  std::optional<addon<std::string>> structured_data_extraction{};  ///< see Gladia's schema
  std::optional<addon<std::vector<std::string>>> display_mode{};   ///< see Gladia's schema
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
