#pragma once

#include <optional>
#include <string>
#include <vector>

#include <gladia/json_text.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/language.hpp>

/// \file
/// Pieces of messages, and of the results of both kinds of job. Times are seconds from the start of
/// the audio.

namespace gladia {

/// One word. Gladia's server usually sends a space before the word.
struct transcript_word {
  std::string word{};     ///< the text, with its leading space
  double start = 0;       ///< seconds
  double end = 0;         ///< seconds
  double confidence = 0;  ///< 0..1
};

/// An utterance: what somebody said without a pause.
struct transcript_utterance {
  double start = 0;                      ///< seconds
  double end = 0;                        ///< seconds
  double confidence = 0;                 ///< 0..1
  int channel = 0;                       ///< the index in the interleaved audio
  std::optional<int> speaker{};          ///< with diarization: from 0, in order of appearance
  std::vector<transcript_word> words{};  ///< may be empty
  std::string text{};                    ///< usually begins with a space
  language_code language{};              ///< as detected, or the target of a translation
};

/// Why an add-on, or an acknowledgement, failed.
struct addon_error {
  json_text status_code{};  ///< a number or a text, where there is one
  std::string exception{};  ///< the server's name for the error, where there is one
  std::string message{};    ///< the server's words; untrusted text
};

/// The outcome of one add-on.
template <class T>
struct addon {
  bool success = false;                ///< whether the add-on ran to its end
  bool is_empty = false;               ///< whether the add-on found nothing
  double exec_time = 0;                ///< how long the add-on took, in seconds
  std::optional<addon_error> error{};  ///< why the add-on failed
  std::optional<T> results{};          ///< what the add-on found
  /// Not on the wire. Usually empty. If a part of the outcome could not be read, that part counts
  /// as absent; this member says which and why.
  std::string unreadable{};
};

/// Subtitles of the whole audio.
struct subtitle_file {
  std::string format{};     ///< `srt`, `vtt` or another
  std::string subtitles{};  ///< the file's text
};

/// All that was said.
struct transcription_result {
  std::string full_transcript{};                             ///< everything as one text
  std::vector<language_code> languages{};                    ///< the languages that were heard
  std::vector<transcript_utterance> utterances{};            ///< in order of time
  std::vector<addon<std::vector<std::string>>> sentences{};  ///< usually absent
  std::vector<subtitle_file> subtitles{};                    ///< usually absent
};

/// All that was said, in one target language.
struct translation_result {
  std::optional<addon_error> error{};    ///< why this language failed
  transcription_result transcription{};  ///< on the wire these members stand beside `error`
};

/// A name, place, number or the like that was said.
struct named_entity {
  std::string entity_type{};  ///< for example `NAME_GIVEN`; Gladia may add types
  std::string text{};         ///< as it was said
  double start = 0;           ///< seconds
  double end = 0;             ///< seconds
};

/// How something was said.
struct sentiment_result {
  std::string sentiment{};  ///< `positive`, `negative`, `neutral`, `mixed`, `unknown`, or another
  std::string emotion{};    ///< for example `joy`, `anger`, `neutral`; Gladia may add others
  std::string text{};       ///< what was said
  double start = 0;         ///< seconds
  double end = 0;           ///< seconds
  int channel = 0;          ///< as in the utterance
};

/// Numbers about a finished job.
struct result_metadata {
  double audio_duration = 0;            ///< seconds of audio
  int number_of_distinct_channels = 0;  ///< each distinct channel is billed
  double billing_time = 0;              ///< seconds that are billed
  double transcription_time = 0;        ///< how long the transcription took, in seconds
};

template <class V, class S>
void fields(V& v, S& s, transcript_word const*) {
  v.required("word", s.word);
  v.emitted("start", s.start);
  v.emitted("end", s.end);
  v.emitted("confidence", s.confidence);
}
template <class V, class S>
void fields(V& v, S& s, transcript_utterance const*) {
  v.emitted("start", s.start);
  v.emitted("end", s.end);
  v.emitted("confidence", s.confidence);
  v.emitted("channel", s.channel);
  v.optional("speaker", s.speaker);
  v.emitted("words", s.words);
  v.required("text", s.text);
  v.emitted("language", s.language);
}
template <class V, class S>
void fields(V& v, S& s, addon_error const*) {
  v.optional("status_code", s.status_code);
  v.optional("exception", s.exception);
  v.emitted("message", s.message);
}
template <class V, class S, class T>
void fields(V& v, S& s, addon<T> const*) {
  v.emitted("success", s.success);
  v.emitted("is_empty", s.is_empty);
  v.emitted("exec_time", s.exec_time);
  v.emitted("error", s.error);
  v.emitted("results", s.results);
  v.local("unreadable", s.unreadable);
}
template <class V, class S>
void fields(V& v, S& s, subtitle_file const*) {
  v.emitted("format", s.format);
  v.emitted("subtitles", s.subtitles);
}
template <class V, class S>
void fields(V& v, S& s, transcription_result const*) {
  v.emitted("full_transcript", s.full_transcript);
  v.emitted("languages", s.languages);
  v.emitted("utterances", s.utterances);
  v.optional("sentences", s.sentences);
  v.optional("subtitles", s.subtitles);
}
template <class V, class S>
void fields(V& v, S& s, translation_result const*) {
  v.emitted("error", s.error);
  v.flatten(s.transcription);
}
template <class V, class S>
void fields(V& v, S& s, named_entity const*) {
  v.emitted("entity_type", s.entity_type);
  v.emitted("text", s.text);
  v.emitted("start", s.start);
  v.emitted("end", s.end);
}
template <class V, class S>
void fields(V& v, S& s, sentiment_result const*) {
  v.emitted("sentiment", s.sentiment);
  v.emitted("emotion", s.emotion);
  v.emitted("text", s.text);
  v.emitted("start", s.start);
  v.emitted("end", s.end);
  v.emitted("channel", s.channel);
}
template <class V, class S>
void fields(V& v, S& s, result_metadata const*) {
  v.emitted("audio_duration", s.audio_duration);
  v.emitted("number_of_distinct_channels", s.number_of_distinct_channels);
  v.emitted("billing_time", s.billing_time);
  v.emitted("transcription_time", s.transcription_time);
}
namespace detail {

/// What the results of both kinds of job have: their members, once.
template <class V, class S>
void common_result_fields(V& v, S& s) {
  v.emitted("metadata", s.metadata);
  v.optional("transcription", s.transcription);
  v.optional("translation", s.translation);
  v.optional("summarization", s.summarization);
  v.optional("named_entity_recognition", s.named_entity_recognition);
  v.optional("sentiment_analysis", s.sentiment_analysis);
  v.optional("chapterization", s.chapterization);
}

}  // namespace detail
}  // namespace gladia
