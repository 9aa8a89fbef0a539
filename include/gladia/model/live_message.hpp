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
/// The server's messages over the link, one struct for each type of message.
/// Mirrors https://docs.gladia.io/api-reference/v2/live/websocket.
///
/// Members have their names on the wire. Times are seconds from the session's start. If an
/// acknowledgement or add-on failed, its message has an `error` and no `data`.

namespace gladia {

/// The members that every message has.
struct message_envelope {
  std::string session_id{};  ///< the job's id
  std::string created_at{};  ///< ISO 8601
  /// The text of the whole message. Set if `session_options::keep_raw` or
  /// `decode_options::keep_raw` asks for it; always set in experimental messages.
  json_text raw{};
  /// Not on the wire. Usually empty. If a part of the message could not be read, that part counts
  /// as absent; this member says which (the first one) and why.
  std::string unreadable{};
};

/// The range [begin, end). On the wire an array of two numbers.
template <class T>
struct half_open_range {
  T begin{};  ///< the first
  T end{};    ///< one behind the last

  /// Whether both ends are equal.
  friend bool operator==(half_open_range const& a, half_open_range const& b) noexcept {
    return a.begin == b.begin && a.end == b.end;
  }
  /// Whether an end differs.
  friend bool operator!=(half_open_range const& a, half_open_range const& b) noexcept {
    return !(a == b);
  }
};

/// The session was created. This message may come never, once or twice.
struct start_session {
  message_envelope envelope{};  ///< session and time
};

/// The server is ready for audio.
struct start_recording {
  message_envelope envelope{};  ///< session and time
};

/// Which audio an acknowledgement is about.
struct audio_chunk_ack_data {
  half_open_range<std::int64_t> byte_range{};  ///< bytes of audio, counted over the whole session
  half_open_range<double> time_range{};        ///< the same audio in seconds
};
/// An acknowledgement: the server received audio, or refused it.
struct audio_chunk_ack {
  message_envelope envelope{};                 ///< session and time
  bool acknowledged = false;                   ///< whether the audio was received
  std::optional<addon_error> error{};          ///< why the audio was refused
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

/// When and where a turn ended. Gladia does not describe these members: their names are guessed.
struct speech_turn_end_data {
  std::optional<double> time{};   ///< seconds
  std::optional<int> channel{};   ///< the index in the interleaved audio
  std::optional<double> score{};  ///< 0..1, how sure the server is
};
/// Experimental: somebody has said what they wanted to say. Sent if `live_request::end_of_turn` is
/// set. Mirrors https://docs.gladia.io/chapters/live-stt/features/end-of-turn.
///
/// No schema of Gladia's has this message yet, so `data` may be of any form: `envelope.raw` always
/// holds the text of the whole message.
struct speech_turn_end {
  message_envelope envelope{};                 ///< session and time
  std::optional<speech_turn_end_data> data{};  ///< when and where, as far as `data` can be read
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

/// Who answered, and when the server knew.
struct answering_machine_data {
  open_enum<call_answerer> kind{};     ///< who answered
  std::optional<double> confidence{};  ///< 0..1, how machine-like: a rank, not a probability
  std::optional<double> time{};        ///< seconds
  std::optional<int> channel{};        ///< the index in the interleaved audio
};
/// Experimental: whether a person or a machine answered the call. Sent at most once in a session.
/// Mirrors https://docs.gladia.io/chapters/live-stt/features/answering-machine-detection.
///
/// Gladia does not describe which setting asks for this message: try `live_request::extra`. So far
/// the message is only in Gladia's AsyncAPI document, so `data` may be of another form:
/// `envelope.raw` always holds the text of the whole message.
struct answering_machine {
  message_envelope envelope{};                   ///< session and time
  std::optional<answering_machine_data> data{};  ///< who answered, as far as `data` can be read
};

/// A piece of the transcript.
struct transcript_data {
  std::string id{};                  ///< of the utterance: the same in its partials and its final
  bool is_final = false;             ///< false: a later message replaces this one
  transcript_utterance utterance{};  ///< what was said
};
/// Somebody said something.
struct transcript {
  message_envelope envelope{};  ///< session and time
  transcript_data data{};       ///< the text
  /// Not on the wire. True: a lost link had swallowed this transcript, and the session found the
  /// transcript later, in the server's summing-up or in the job. Such a transcript arrives late and
  /// out of order. If the summing-up was the source, the transcript has no envelope, an id that
  /// begins with `recovered-`, and the confidence of the whole utterance in the summing-up.
  bool recovered = false;
};

/// An utterance in another language.
struct translation_data {
  std::string utterance_id{};                   ///< the `id` of the final transcript
  transcript_utterance utterance{};             ///< the original utterance
  language_code original_language{};            ///< of the original utterance
  language_code target_language{};              ///< of the translation
  transcript_utterance translated_utterance{};  ///< the translation
};
/// An utterance was translated.
struct translation_message {
  message_envelope envelope{};             ///< session and time
  std::optional<addon_error> error{};      ///< why the translation failed
  std::optional<translation_data> data{};  ///< the translation
  /// See `transcript::recovered`. If the summing-up was the source, `data->utterance` has only
  /// times and channel.
  bool recovered = false;
};

/// The entities in an utterance.
struct named_entity_recognition_data {
  std::string utterance_id{};           ///< the `id` of the final transcript
  transcript_utterance utterance{};     ///< the utterance
  std::vector<named_entity> results{};  ///< may be empty
};
/// The server looked for names, places and the like in an utterance.
struct named_entity_recognition_message {
  message_envelope envelope{};                          ///< session and time
  std::optional<addon_error> error{};                   ///< why the add-on failed
  std::optional<named_entity_recognition_data> data{};  ///< what was found
  bool recovered = false;                               ///< see `transcript::recovered`
};

/// The sentiments in an utterance.
struct sentiment_analysis_data {
  std::string utterance_id{};               ///< the `id` of the final transcript
  transcript_utterance utterance{};         ///< the utterance
  std::vector<sentiment_result> results{};  ///< may be empty
};
/// The server looked for sentiments in an utterance.
struct sentiment_analysis_message {
  message_envelope envelope{};                    ///< session and time
  std::optional<addon_error> error{};             ///< why the add-on failed
  std::optional<sentiment_analysis_data> data{};  ///< what was found
  bool recovered = false;                         ///< see `transcript::recovered`
};

/// How far the server is when it receives the stop.
struct stop_recording_ack_data {
  std::optional<double> recording_duration{};         ///< seconds of audio received
  std::optional<double> recording_left_to_process{};  ///< seconds of audio not transcribed yet
};
/// The server received the stop, or refused it.
struct stop_recording_ack {
  message_envelope envelope{};                    ///< session and time
  bool acknowledged = false;                      ///< whether the stop was received
  std::optional<addon_error> error{};             ///< why the stop was refused
  std::optional<stop_recording_ack_data> data{};  ///< how far the server is
};

/// How much audio the session had.
struct end_recording_data {
  std::optional<double> recording_duration{};  ///< seconds
};
/// The server takes no more audio; post-processing begins.
struct end_recording {
  message_envelope envelope{};  ///< session and time
  end_recording_data data{};    ///< how much audio the session had
};

/// The whole transcript.
struct post_transcript {
  message_envelope envelope{};  ///< session and time
  transcription_result data{};  ///< all that was said
};

/// The summary of a session.
struct post_summarization_data {
  std::string results{};  ///< the text of the summary
};
/// The server wrote a summary of the session, because the request asked for one.
struct post_summarization {
  message_envelope envelope{};                    ///< session and time
  std::optional<addon_error> error{};             ///< why the summary failed
  std::optional<post_summarization_data> data{};  ///< the summary
};

/// The chapters of a session.
struct post_chapterization_data {
  json_text results{};  ///< an array of chapters
};
/// The server divided the session into chapters; Gladia no longer offers this.
struct post_chapterization {
  message_envelope envelope{};                     ///< session and time
  std::optional<addon_error> error{};              ///< why the add-on failed
  std::optional<post_chapterization_data> data{};  ///< the chapters
};

/// All results of the session.
struct post_final_transcript {
  message_envelope envelope{};  ///< session and time
  live_result data{};           ///< the same as in the job
};

/// The last message before the server closes the link.
struct end_session {
  message_envelope envelope{};  ///< session and time
};

/// The server reports a fault. The session goes on unless the server closes the link.
///
/// Gladia does not document the form of this message, so the text is looked for in all places where
/// servers usually put it.
struct error_message {
  message_envelope envelope{};  ///< session and time, where there are any
  std::string message{};        ///< the server's words; untrusted text
  json_text code{};             ///< a number or a text, where there is one
};

/// A message of a type that this version does not know.
struct unknown_message {
  std::string type{};  ///< as on the wire
  json_text raw{};     ///< the whole message

  /// Whether type and text are equal.
  friend bool operator==(unknown_message const& a, unknown_message const& b) noexcept {
    return a.type == b.type && a.raw == b.raw;
  }
  /// Whether type or text differs.
  friend bool operator!=(unknown_message const& a, unknown_message const& b) noexcept {
    return !(a == b);
  }
};

/// A message that cannot be read: not JSON, without a type, or of the wrong shape.
struct malformed_message {
  std::string type{};     ///< as on the wire; empty if the type could not be read
  json_text raw{};        ///< the whole message; empty if the message was larger than the limit
  gladia::error error{};  ///< `details().message` has the JSON path and what is wrong there

  /// Whether type, text and error code are equal.
  friend bool operator==(malformed_message const& a, malformed_message const& b) {
    return a.type == b.type && a.raw == b.raw && a.error.code() == b.error.code();
  }
  /// Whether type, text or error code differs.
  friend bool operator!=(malformed_message const& a, malformed_message const& b) {
    return !(a == b);
  }
};

/// Any message of the server.
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
