#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gladia/json_text.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/open_enum.hpp>
#include <gladia/model/pii_entity.hpp>
#include <gladia/model/settings.hpp>
#include <gladia/secret.hpp>

/// \file
/// Uploads, and what the transcription of a recording is asked to do: the bodies of
/// https://docs.gladia.io/api-reference/v2/upload/audio-file and
/// https://docs.gladia.io/api-reference/v2/pre-recorded/init.
///
/// A member that is not set is not sent: the server's default counts. All flags are off by default.
/// All members have their names on the wire. The defaults in the comments are the server's, as
/// Gladia documents them.
/// ```
/// gladia::pre_recorded_request r;
/// r.audio_url = uploaded.audio_url;
/// r.diarization = true;
/// ```

namespace gladia {

/// Asks the server to fetch a file itself.
/// Mirrors https://docs.gladia.io/api-reference/v2/upload/audio-file.
struct upload_url_request {
  secret audio_url{};  ///< of the file; secret, because the URL may be signed
};

/// What the server found in an uploaded file.
struct uploaded_audio_metadata {
  std::string id{};            ///< of the file
  std::string filename{};      ///< as uploaded
  secret source{};             ///< the URL that the server fetched, if it did; may be signed
  std::string extension{};     ///< as detected, for example `wav`
  std::int64_t size = 0;       ///< bytes
  double audio_duration = 0;   ///< seconds
  int number_of_channels = 0;  ///< each channel is billed
};

/// The answer to an upload. Mirrors https://docs.gladia.io/api-reference/v2/upload/audio-file.
struct uploaded_audio {
  secret audio_url{};                        ///< what `pre_recorded_request::audio_url` takes
  uploaded_audio_metadata audio_metadata{};  ///< what is in the file
};

/// The model that transcribes a file.
enum class pre_recorded_model {
  solaria_1,       ///< the default
  solaria_3,       ///< for one of a few languages; see Gladia's documentation
  solaria_fusion,  ///< not documented by Gladia
};
template <>
struct enum_names<pre_recorded_model> {
  static constexpr std::string_view names[] = {"solaria-1", "solaria-3", "solaria-fusion"};
};

/// How a callback is sent.
enum class callback_method {
  post,  ///< the default
  put,   ///< the same body, by PUT
};
template <>
struct enum_names<callback_method> {
  static constexpr std::string_view names[] = {"POST", "PUT"};
};

/// Used only if the flag `callback` is true.
struct pre_recorded_callback_settings {
  secret url{};                         ///< the URL to which the server posts the outcome; needed
  open_enum<callback_method> method{};  ///< `POST` by default
};

/// A form of subtitles.
enum class subtitle_format {
  srt,  ///< SubRip
  vtt,  ///< WebVTT
};
template <>
struct enum_names<subtitle_format> {
  static constexpr std::string_view names[] = {"srt", "vtt"};
};

/// The style of subtitles.
enum class subtitle_style {
  standard,    ///< `default` on the wire; the default
  compliance,  ///< see Gladia's documentation
};
template <>
struct enum_names<subtitle_style> {
  static constexpr std::string_view names[] = {"default", "compliance"};
};

/// Used only if the flag `subtitles` is true.
struct subtitle_settings {
  std::vector<open_enum<subtitle_format>> formats{};  ///< `srt` by default
  std::optional<double> minimum_duration{};           ///< seconds of a caption, from 0
  std::optional<double> maximum_duration{};           ///< seconds of a caption, 1..30
  std::optional<int> maximum_characters_per_row{};    ///< from 1
  std::optional<int> maximum_rows_per_caption{};      ///< 1..5
  open_enum<subtitle_style> style{};                  ///< `default` by default
};

/// Used only if the flag `diarization` is true. The numbers are hints, not limits.
struct diarization_settings {
  std::optional<int> number_of_speakers{};  ///< the exact number, from 1
  std::optional<int> min_speakers{};        ///< the least number, from 0
  std::optional<int> max_speakers{};        ///< the greatest number, from 0
};

/// Used only if the flag `audio_to_llm` is true. The language model gets nothing but the plain
/// text.
struct audio_to_llm_settings {
  std::vector<std::string> prompts{};  ///< at least one; each gets an answer, in this order
  std::string model{};                 ///< a name of OpenRouter; `openai/gpt-5.4-nano` by default
};

/// What the text has in place of hidden data.
enum class redaction_style {
  marker,  ///< kind and number, the same for the same entity: `[NAME_1]`; the default
  mask,    ///< signs that do not say what was there
};
template <>
struct enum_names<redaction_style> {
  static constexpr std::string_view names[] = {"MARKER", "MASK"};
};

/// Used only if the flag `pii_redaction` is true.
struct pii_redaction_settings {
  std::vector<open_enum<pii_entity>> entity_types{};  ///< what is hidden
  open_enum<redaction_style> processed_text_type{};   ///< `MARKER` by default
};

/// The request to transcribe a recording.
/// Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/init.
///
/// A member that ends in `_config` has an effect only if its flag is true. `codec::validate` lists
/// what is checked before anything is sent. Thread safety: as a value.
struct pre_recorded_request {
  /// The URL of the recording: `uploaded_audio::audio_url`, or any other URL that the server can
  /// fetch, also of a page of YouTube and the like. Needed. Secret, because the URL may be signed.
  secret audio_url{};
  open_enum<pre_recorded_model> model{};  ///< `solaria-1` by default
  language_settings language_config{};    ///< which languages are spoken; detected by default

  std::optional<bool> custom_vocabulary{};                ///< use `custom_vocabulary_config`
  custom_vocabulary_settings custom_vocabulary_config{};  ///< words to be recognised
  std::optional<bool> custom_spelling{};                  ///< use `custom_spelling_config`
  custom_spelling_settings custom_spelling_config{};      ///< how words are written
  std::optional<bool> translation{};                      ///< use `translation_config`
  translation_settings translation_config{};              ///< target languages and style
  std::optional<bool> named_entity_recognition{};         ///< find names, places, ...
  std::optional<bool> sentiment_analysis{};               ///< find sentiments and emotions
  std::optional<bool> summarization{};                    ///< use `summarization_config`
  summarization_settings summarization_config{};          ///< the form of the summary

  std::optional<bool> subtitles{};                ///< make subtitles
  subtitle_settings subtitles_config{};           ///< which formats, and the layout
  std::optional<bool> diarization{};              ///< tell speakers apart
  diarization_settings diarization_config{};      ///< how many speakers there are
  std::optional<bool> audio_to_llm{};             ///< ask a language model
  audio_to_llm_settings audio_to_llm_config{};    ///< the prompts and the model
  std::optional<bool> pii_redaction{};            ///< hide personal data
  pii_redaction_settings pii_redaction_config{};  ///< which data, and how
  std::optional<bool> sentences{};                ///< split the transcript into sentences
  std::optional<bool> punctuation_enhanced{};     ///< better punctuation; alpha

  std::optional<bool> callback{};                    ///< use `callback_config`
  pre_recorded_callback_settings callback_config{};  ///< the URL to which the outcome is posted
  secret callback_url{};                             ///< deprecated by Gladia: use `callback`
  json_text custom_metadata{};  ///< an object of at most 2000 characters; comes back with the job

  /// A JSON object for members that the server knows and this version of the library does not. The
  /// object is merged into the body last: nested objects are merged member by member, any other
  /// value replaces the one in the body.
  json_text extra{};
};

/// The answer to a `pre_recorded_request`.
/// Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/init.
///
/// The server's `result_url` is left out: Gladia's example of it has a deprecated path, and the id
/// is enough to get the result.
struct pre_recorded_info {
  std::string id{};  ///< the job's id
};

template <class V, class S>
void fields(V& v, S& s, upload_url_request const*) {
  v.required("audio_url", s.audio_url);
}
template <class V, class S>
void fields(V& v, S& s, uploaded_audio_metadata const*) {
  v.emitted("id", s.id);
  v.emitted("filename", s.filename);
  v.optional("source", s.source);
  v.emitted("extension", s.extension);
  v.emitted("size", s.size);
  v.emitted("audio_duration", s.audio_duration);
  v.emitted("number_of_channels", s.number_of_channels);
}
template <class V, class S>
void fields(V& v, S& s, uploaded_audio const*) {
  v.required("audio_url", s.audio_url);
  v.emitted("audio_metadata", s.audio_metadata);
}
template <class V, class S>
void fields(V& v, S& s, pre_recorded_callback_settings const*) {
  v.optional("url", s.url);
  v.optional("method", s.method);
}
template <class V, class S>
void fields(V& v, S& s, subtitle_settings const*) {
  v.optional("formats", s.formats);
  v.optional("minimum_duration", s.minimum_duration);
  v.optional("maximum_duration", s.maximum_duration);
  v.optional("maximum_characters_per_row", s.maximum_characters_per_row);
  v.optional("maximum_rows_per_caption", s.maximum_rows_per_caption);
  v.optional("style", s.style);
}
template <class V, class S>
void fields(V& v, S& s, diarization_settings const*) {
  v.optional("number_of_speakers", s.number_of_speakers);
  v.optional("min_speakers", s.min_speakers);
  v.optional("max_speakers", s.max_speakers);
}
template <class V, class S>
void fields(V& v, S& s, audio_to_llm_settings const*) {
  v.optional("prompts", s.prompts);
  v.optional("model", s.model);
}
template <class V, class S>
void fields(V& v, S& s, pii_redaction_settings const*) {
  v.optional("entity_types", s.entity_types);
  v.optional("processed_text_type", s.processed_text_type);
}
template <class V, class S>
void fields(V& v, S& s, pre_recorded_request const*) {
  v.optional("audio_url", s.audio_url);
  v.optional("model", s.model);
  v.optional("language_config", s.language_config);
  detail::add_on_fields(v, s);
  v.optional("summarization", s.summarization);
  v.optional("summarization_config", s.summarization_config);
  v.optional("subtitles", s.subtitles);
  v.optional("subtitles_config", s.subtitles_config);
  v.optional("diarization", s.diarization);
  v.optional("diarization_config", s.diarization_config);
  v.optional("audio_to_llm", s.audio_to_llm);
  v.optional("audio_to_llm_config", s.audio_to_llm_config);
  v.optional("pii_redaction", s.pii_redaction);
  v.optional("pii_redaction_config", s.pii_redaction_config);
  v.optional("sentences", s.sentences);
  v.optional("punctuation_enhanced", s.punctuation_enhanced);
  v.optional("callback", s.callback);
  v.optional("callback_config", s.callback_config);
  v.optional("callback_url", s.callback_url);
  v.optional("custom_metadata", s.custom_metadata);
  v.extra(s.extra);
}
template <class V, class S>
void fields(V& v, S& s, pre_recorded_info const*) {
  v.required("id", s.id);
}

}  // namespace gladia
