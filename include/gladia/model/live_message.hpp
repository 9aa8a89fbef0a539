#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gladia/error.hpp>
#include <gladia/json_text.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/language.hpp>
#include <gladia/model/live_result.hpp>
#include <gladia/model/open_enum.hpp>
#include <gladia/model/transcription.hpp>

/// \file
/// What the service says over the WebSocket, one struct for each type of message.
/// Mirrors https://docs.gladia.io/api-reference/v2/live/websocket.
///
/// Members bear the names they have on the wire. Times are seconds from the session's start. An
/// acknowledgement or add-on that failed has an `error` and no `data`.

namespace gladia {

/// What every message has.
struct message_envelope {
  std::string session_id{};  ///< the job's id
  std::string created_at{};  ///< ISO 8601
  /// The whole message, where `decode_options::keep_raw` asks for it; of an experimental message
  /// always.
  json_text raw{};
  /// Not on the wire: what of the message could not be read and counts as absent, and why; the
  /// first such place. Usually empty.
  std::string unreadable{};
};

/// From `begin` to before `end`; two numbers in an array on the wire.
template <class T>
struct half_open_range {
  T begin{};  ///< the first
  T end{};    ///< one behind the last

  friend bool operator==(half_open_range const& a, half_open_range const& b) noexcept {
    return a.begin == b.begin && a.end == b.end;
  }
  friend bool operator!=(half_open_range const& a, half_open_range const& b) noexcept {
    return !(a == b);
  }
};

/// The session was created. May come never, once or twice.
struct start_session {
  message_envelope envelope{};  ///< session and time
};

/// The service is ready for audio.
struct start_recording {
  message_envelope envelope{};  ///< session and time
};

/// Which audio was received.
struct audio_chunk_ack_data {
  half_open_range<std::int64_t> byte_range{};  ///< bytes of audio, counted over the whole session
  half_open_range<double> time_range{};        ///< the same in seconds
};
/// Audio was received, or refused.
struct audio_chunk_ack {
  message_envelope envelope{};                 ///< session and time
  bool acknowledged = false;                   ///< whether it was received
  std::optional<addon_error> error{};          ///< why not
  std::optional<audio_chunk_ack_data> data{};  ///< which audio
};

/// When and where speech began or ended.
struct speech_data {
  double time = 0;  ///< seconds
  int channel = 0;  ///< the index in the interleaved audio
};
/// Somebody began to speak.
struct speech_start {
  message_envelope envelope{};  ///< session and time
  speech_data data{};           ///< when and where
};
/// Somebody stopped speaking.
struct speech_end {
  message_envelope envelope{};  ///< session and time
  speech_data data{};           ///< when and where
};

/// When and where a turn ended. The service does not describe it: these names are guessed.
struct speech_turn_end_data {
  std::optional<double> time{};   ///< seconds
  std::optional<int> channel{};   ///< the index in the interleaved audio
  std::optional<double> score{};  ///< 0..1, how sure the service is
};
/// Experimental: somebody has said what they wanted to say, as `live_request::end_of_turn` asks
/// for. Mirrors https://docs.gladia.io/chapters/live-stt/features/end-of-turn.
///
/// No schema of the service has this message yet, so its `data` may be of any form: `envelope.raw`
/// always holds the whole text.
struct speech_turn_end {
  message_envelope envelope{};                 ///< session and time
  std::optional<speech_turn_end_data> data{};  ///< when and where, as far as it can be read
};

/// Who answered a call.
enum class call_answerer {
  human,    ///< a person
  machine,  ///< a voice mailbox or the like
};
template <>
struct enum_names<call_answerer> {
  static constexpr std::string_view names[] = {"human", "machine"};
};

/// Who answered, and when that was known.
struct answering_machine_data {
  open_enum<call_answerer> kind{};     ///< who it is
  std::optional<double> confidence{};  ///< 0..1, how machine-like: a rank, not a probability
  std::optional<double> time{};        ///< seconds
  std::optional<int> channel{};        ///< the index in the interleaved audio
};
/// Experimental: whether a person or a machine answered the call; at most once in a session.
/// Mirrors https://docs.gladia.io/chapters/live-stt/features/answering-machine-detection.
///
/// What switches it on is not described: try `live_request::extra`. The message is only in the
/// service's AsyncAPI document yet, so its `data` may be of another form: `envelope.raw` always
/// holds the whole text.
struct answering_machine {
  message_envelope envelope{};                   ///< session and time
  std::optional<answering_machine_data> data{};  ///< who, as far as it can be read
};

/// A piece of the transcript.
struct transcript_data {
  std::string id{};                  ///< of the utterance: the same in its partials and its final
  bool is_final = false;             ///< false: a later message replaces this one
  transcript_utterance utterance{};  ///< what was said
};
/// Something was said.
struct transcript {
  message_envelope envelope{};  ///< session and time
  transcript_data data{};       ///< what
  /// Not on the wire: the link was lost that was to bring this transcript, and it was found when
  /// the server summed up, or in the job. It arrives late, and out of order. From a summing-up it
  /// has no envelope, an id that begins with `recovered-`, and the confidence of the whole
  /// utterance there.
  bool recovered = false;
};

/// An utterance in another language.
struct translation_data {
  std::string utterance_id{};                   ///< the `id` of the final transcript
  transcript_utterance utterance{};             ///< the original
  language_code original_language{};            ///< of the original
  language_code target_language{};              ///< of the translation
  transcript_utterance translated_utterance{};  ///< the translation
};
/// An utterance was translated.
struct translation_message {
  message_envelope envelope{};             ///< session and time
  std::optional<addon_error> error{};      ///< why not
  std::optional<translation_data> data{};  ///< the translation
  /// See `transcript::recovered`. From a summing-up, `data->utterance` has times and channel alone.
  bool recovered = false;  ///< see `transcript::recovered`
};

/// The entities in an utterance.
struct named_entity_recognition_data {
  std::string utterance_id{};           ///< the `id` of the final transcript
  transcript_utterance utterance{};     ///< the utterance
  std::vector<named_entity> results{};  ///< may be empty
};
/// Names, places ... were looked for in an utterance.
struct named_entity_recognition_message {
  message_envelope envelope{};                          ///< session and time
  std::optional<addon_error> error{};                   ///< why not
  std::optional<named_entity_recognition_data> data{};  ///< what was found
  bool recovered = false;                               ///< see `transcript::recovered`
};

/// The sentiments in an utterance.
struct sentiment_analysis_data {
  std::string utterance_id{};               ///< the `id` of the final transcript
  transcript_utterance utterance{};         ///< the utterance
  std::vector<sentiment_result> results{};  ///< may be empty
};
/// Sentiments were looked for in an utterance.
struct sentiment_analysis_message {
  message_envelope envelope{};                    ///< session and time
  std::optional<addon_error> error{};             ///< why not
  std::optional<sentiment_analysis_data> data{};  ///< what was found
  bool recovered = false;                         ///< see `transcript::recovered`
};

/// How far the service is when it hears the stop.
struct stop_recording_ack_data {
  std::optional<double> recording_duration{};         ///< seconds received
  std::optional<double> recording_left_to_process{};  ///< seconds not transcribed yet
};
/// The stop was received, or refused.
struct stop_recording_ack {
  message_envelope envelope{};                    ///< session and time
  bool acknowledged = false;                      ///< whether it was received
  std::optional<addon_error> error{};             ///< why not
  std::optional<stop_recording_ack_data> data{};  ///< how far the service is
};

/// How much was recorded.
struct end_recording_data {
  std::optional<double> recording_duration{};  ///< seconds
};
/// No more audio is taken; post-processing begins.
struct end_recording {
  message_envelope envelope{};  ///< session and time
  end_recording_data data{};    ///< how much was recorded
};

/// The whole transcript.
struct post_transcript {
  message_envelope envelope{};  ///< session and time
  transcription_result data{};  ///< all that was said
};

/// The summary.
struct post_summarization_data {
  std::string results{};  ///< its text
};
/// The session was summed up.
struct post_summarization {
  message_envelope envelope{};                    ///< session and time
  std::optional<addon_error> error{};             ///< why not
  std::optional<post_summarization_data> data{};  ///< the summary
};

/// The chapters.
struct post_chapterization_data {
  json_text results{};  ///< an array of chapters
};
/// The session was divided into chapters; no longer offered by the service.
struct post_chapterization {
  message_envelope envelope{};                     ///< session and time
  std::optional<addon_error> error{};              ///< why not
  std::optional<post_chapterization_data> data{};  ///< the chapters
};

/// Everything that came of the session.
struct post_final_transcript {
  message_envelope envelope{};  ///< session and time
  live_result data{};           ///< the same as in the job
};

/// The last message before the service closes the socket.
struct end_session {
  message_envelope envelope{};  ///< session and time
};

/// The service reports a fault; the session goes on unless it closes the socket. Its form is
/// undocumented, so the words are looked for wherever a server may have put them.
struct error_message {
  message_envelope envelope{};  ///< session and time, where there are any
  std::string message{};        ///< the service's words; untrusted text
  json_text code{};             ///< a number or a text, where there is one
};

/// A message of a type that this version does not know.
struct unknown_message {
  std::string type{};  ///< as on the wire
  json_text raw{};     ///< the whole message

  friend bool operator==(unknown_message const& a, unknown_message const& b) noexcept {
    return a.type == b.type && a.raw == b.raw;
  }
  friend bool operator!=(unknown_message const& a, unknown_message const& b) noexcept {
    return !(a == b);
  }
};

/// A message that cannot be read: not JSON, without a type, or of the wrong shape.
struct malformed_message {
  std::string type{};     ///< as on the wire, where it could be read
  json_text raw{};        ///< the whole message; empty if it was larger than the limit
  gladia::error error{};  ///< `details().message` has the JSON path and what is wrong there

  friend bool operator==(malformed_message const& a, malformed_message const& b) {
    return a.type == b.type && a.raw == b.raw && a.error.code() == b.error.code();
  }
  friend bool operator!=(malformed_message const& a, malformed_message const& b) {
    return !(a == b);
  }
};

/// Any message of the service.
using live_message =
    std::variant<unknown_message, malformed_message, error_message, start_session, start_recording,
                 audio_chunk_ack, speech_start, speech_end, transcript, translation_message,
                 named_entity_recognition_message, sentiment_analysis_message, stop_recording_ack,
                 end_recording, post_transcript, post_summarization, post_chapterization,
                 post_final_transcript, end_session, speech_turn_end, answering_machine>;

template <class V, class S>
void fields(V& v, S& s, message_envelope const*) {
  v.emitted("session_id", s.session_id);
  v.emitted("created_at", s.created_at);
  v.source(s.raw);
  v.local("unreadable", s.unreadable);
}
template <class V, class S>
void fields(V& v, S& s, start_session const*) {
  v.flatten(s.envelope);
}
template <class V, class S>
void fields(V& v, S& s, start_recording const*) {
  v.flatten(s.envelope);
}
template <class V, class S>
void fields(V& v, S& s, audio_chunk_ack_data const*) {
  v.required("byte_range", s.byte_range);
  v.emitted("time_range", s.time_range);
}
template <class V, class S>
void fields(V& v, S& s, audio_chunk_ack const*) {
  v.flatten(s.envelope);
  v.required("acknowledged", s.acknowledged);
  v.emitted("error", s.error);
  v.emitted("data", s.data);
}
template <class V, class S>
void fields(V& v, S& s, speech_data const*) {
  v.required("time", s.time);
  v.emitted("channel", s.channel);
}
template <class V, class S>
void fields(V& v, S& s, speech_start const*) {
  v.flatten(s.envelope);
  v.required("data", s.data);
}
template <class V, class S>
void fields(V& v, S& s, speech_end const*) {
  v.flatten(s.envelope);
  v.required("data", s.data);
}
template <class V, class S>
void fields(V& v, S& s, speech_turn_end_data const*) {
  v.optional("time", s.time);
  v.optional("channel", s.channel);
  v.optional("score", s.score);
}
template <class V, class S>
void fields(V& v, S& s, speech_turn_end const*) {
  v.flatten(s.envelope);
  v.emitted("data", s.data);
}
template <class V, class S>
void fields(V& v, S& s, answering_machine_data const*) {
  v.optional("kind", s.kind);
  v.optional("confidence", s.confidence);
  v.optional("time", s.time);
  v.optional("channel", s.channel);
}
template <class V, class S>
void fields(V& v, S& s, answering_machine const*) {
  v.flatten(s.envelope);
  v.emitted("data", s.data);
}
template <class V, class S>
void fields(V& v, S& s, transcript_data const*) {
  v.required("id", s.id);
  v.emitted("is_final", s.is_final);
  v.required("utterance", s.utterance);
}
template <class V, class S>
void fields(V& v, S& s, transcript const*) {
  v.flatten(s.envelope);
  v.required("data", s.data);
  v.local("recovered", s.recovered);
}
template <class V, class S>
void fields(V& v, S& s, translation_data const*) {
  v.emitted("utterance_id", s.utterance_id);
  v.emitted("utterance", s.utterance);
  v.emitted("original_language", s.original_language);
  v.emitted("target_language", s.target_language);
  v.required("translated_utterance", s.translated_utterance);
}
template <class V, class S>
void fields(V& v, S& s, translation_message const*) {
  v.flatten(s.envelope);
  v.emitted("error", s.error);
  v.emitted("data", s.data);
  v.local("recovered", s.recovered);
}
template <class V, class S>
void fields(V& v, S& s, named_entity_recognition_data const*) {
  v.emitted("utterance_id", s.utterance_id);
  v.emitted("utterance", s.utterance);
  v.emitted("results", s.results);
}
template <class V, class S>
void fields(V& v, S& s, named_entity_recognition_message const*) {
  v.flatten(s.envelope);
  v.emitted("error", s.error);
  v.emitted("data", s.data);
  v.local("recovered", s.recovered);
}
template <class V, class S>
void fields(V& v, S& s, sentiment_analysis_data const*) {
  v.emitted("utterance_id", s.utterance_id);
  v.emitted("utterance", s.utterance);
  v.emitted("results", s.results);
}
template <class V, class S>
void fields(V& v, S& s, sentiment_analysis_message const*) {
  v.flatten(s.envelope);
  v.emitted("error", s.error);
  v.emitted("data", s.data);
  v.local("recovered", s.recovered);
}
template <class V, class S>
void fields(V& v, S& s, stop_recording_ack_data const*) {
  v.optional("recording_duration", s.recording_duration);
  v.optional("recording_left_to_process", s.recording_left_to_process);
}
template <class V, class S>
void fields(V& v, S& s, stop_recording_ack const*) {
  v.flatten(s.envelope);
  v.required("acknowledged", s.acknowledged);
  v.emitted("error", s.error);
  v.emitted("data", s.data);
}
template <class V, class S>
void fields(V& v, S& s, end_recording_data const*) {
  v.optional("recording_duration", s.recording_duration);
}
template <class V, class S>
void fields(V& v, S& s, end_recording const*) {
  v.flatten(s.envelope);
  v.emitted("data", s.data);
}
template <class V, class S>
void fields(V& v, S& s, post_transcript const*) {
  v.flatten(s.envelope);
  v.required("data", s.data);
}
template <class V, class S>
void fields(V& v, S& s, post_summarization_data const*) {
  v.required("results", s.results);
}
template <class V, class S>
void fields(V& v, S& s, post_summarization const*) {
  v.flatten(s.envelope);
  v.emitted("error", s.error);
  v.emitted("data", s.data);
}
template <class V, class S>
void fields(V& v, S& s, post_chapterization_data const*) {
  v.emitted("results", s.results);
}
template <class V, class S>
void fields(V& v, S& s, post_chapterization const*) {
  v.flatten(s.envelope);
  v.emitted("error", s.error);
  v.emitted("data", s.data);
}
template <class V, class S>
void fields(V& v, S& s, post_final_transcript const*) {
  v.flatten(s.envelope);
  v.required("data", s.data);
}
template <class V, class S>
void fields(V& v, S& s, end_session const*) {
  v.flatten(s.envelope);
}
template <class V, class S>
void fields(V& v, S& s, error_message const*) {
  v.flatten(s.envelope);
  v.emitted("message", s.message);
  v.optional("code", s.code);
}
}  // namespace gladia
