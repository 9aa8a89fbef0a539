#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gladia/model/fields.hpp>
#include <gladia/model/language.hpp>
#include <gladia/model/open_enum.hpp>

/// \file
/// Settings that sessions and recordings have in common. A member that is not set is not sent: the
/// server's default counts. The defaults in the comments are the server's, as Gladia documents
/// them.

namespace gladia {

/// The model that translates.
enum class translation_model {
  base,      ///< the default
  batch,     ///< see Gladia's documentation
  enhanced,  ///< better and slower
};
template <>
struct enum_names<translation_model> {
  static constexpr std::string_view names[] = {"base", "batch", "enhanced"};
};

/// The form of a summary.
enum class summary_type {
  general,        ///< the default
  bullet_points,  ///< a list
  concise,        ///< a short text
};
template <>
struct enum_names<summary_type> {
  static constexpr std::string_view names[] = {"general", "bullet_points", "concise"};
};

/// Which languages are spoken.
struct language_settings {
  /// With exactly one entry, the server uses that language. Empty: the server detects the language.
  std::vector<language_code> languages{};
  /// Whether the server detects the language of each utterance anew. Off by default: then the
  /// server detects the language of the first utterance, and uses it for the rest. With exactly one
  /// language the server ignores this flag.
  std::optional<bool> code_switching{};
};

/// A word or phrase to be recognised. Only `value` is needed: `{"Westeros"}`.
struct vocabulary_entry {
  std::string value{};                        ///< the word as the transcript shall have it
  std::optional<double> intensity{};          ///< 0..1; overrides `default_intensity`
  std::vector<std::string> pronunciations{};  ///< plain spellings, not phonetic ones
  language_code language{};                   ///< of this word; by default the transcript's
};

/// Used only if the flag `custom_vocabulary` is true.
struct custom_vocabulary_settings {
  std::vector<vocabulary_entry> vocabulary{};  ///< the words; at least one
  std::optional<double> default_intensity{};   ///< 0..1, of entries without one; 0.5 by default
};

/// Used only if the flag `custom_spelling` is true.
struct custom_spelling_settings {
  /// Each wanted text, with the texts that it replaces: `{{"SQL", {"sequel", "S Q L"}}}`.
  std::map<std::string, std::vector<std::string>> spelling_dictionary{};
};

/// Used only if the flag `translation` is true.
struct translation_settings {
  std::vector<language_code> target_languages{};    ///< at least one
  open_enum<translation_model> model{};             ///< `base` by default
  std::optional<bool> match_original_utterances{};  ///< align with the original ones; on by default
  std::optional<bool> lipsync{};                    ///< fit the movement of the lips; on by default
  std::optional<bool> context_adaptation{};         ///< use `context`; on by default
  std::optional<std::string> context{};             ///< what the talk is about
  std::optional<bool> informal{};                   ///< prefer informal forms; off by default
};

/// Used only if the flag `summarization` is true.
struct summarization_settings {
  open_enum<summary_type> type{};  ///< `general` by default
};

template <class V, class S>
void fields(V& v, S& s, language_settings const*) {
  v.optional("languages", s.languages);
  v.optional("code_switching", s.code_switching);
}
template <class V, class S>
void fields(V& v, S& s, vocabulary_entry const*) {
  v.required("value", s.value);
  v.optional("intensity", s.intensity);
  v.optional("pronunciations", s.pronunciations);
  v.optional("language", s.language);
}
template <class V, class S>
void fields(V& v, S& s, custom_vocabulary_settings const*) {
  v.optional("vocabulary", s.vocabulary);
  v.optional("default_intensity", s.default_intensity);
}
template <class V, class S>
void fields(V& v, S& s, custom_spelling_settings const*) {
  v.optional("spelling_dictionary", s.spelling_dictionary);
}
template <class V, class S>
void fields(V& v, S& s, translation_settings const*) {
  v.optional("target_languages", s.target_languages);
  v.optional("model", s.model);
  v.optional("match_original_utterances", s.match_original_utterances);
  v.optional("lipsync", s.lipsync);
  v.optional("context_adaptation", s.context_adaptation);
  v.optional("context", s.context);
  v.optional("informal", s.informal);
}
template <class V, class S>
void fields(V& v, S& s, summarization_settings const*) {
  v.optional("type", s.type);
}

namespace detail {

/// The add-ons that both kinds of request can ask for, and their configs: their members, once.
template <class V, class S>
void add_on_fields(V& v, S& s) {
  v.optional("custom_vocabulary", s.custom_vocabulary);
  v.optional("custom_vocabulary_config", s.custom_vocabulary_config);
  v.optional("custom_spelling", s.custom_spelling);
  v.optional("custom_spelling_config", s.custom_spelling_config);
  v.optional("translation", s.translation);
  v.optional("translation_config", s.translation_config);
  v.optional("named_entity_recognition", s.named_entity_recognition);
  v.optional("sentiment_analysis", s.sentiment_analysis);
}

}  // namespace detail
}  // namespace gladia
