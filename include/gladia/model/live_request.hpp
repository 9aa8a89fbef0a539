#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gladia/json_text.hpp>
#include <gladia/model/audio_format.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/open_enum.hpp>
#include <gladia/model/settings.hpp>
#include <gladia/secret.hpp>

/// \file
/// What a live session is asked to do: the body of
/// https://docs.gladia.io/api-reference/v2/live/init.
///
/// A member that is not set is not sent: the server's default counts. All members have their names
/// on the wire. The defaults in the comments are the server's, as Gladia documents them.
/// ```
/// gladia::live_request r{.audio = format, .language_config = {.languages = {"en"}}};  // C++20
/// r.realtime_processing.translation = true;                                           // C++17
/// r.realtime_processing.translation_config.target_languages = {"fr"};
/// ```

namespace gladia {

/// The model that transcribes.
enum class live_model {
  solaria_1,  ///< the default, and the only model for live sessions
};
template <>
struct enum_names<live_model> {
  static constexpr std::string_view names[] = {"solaria-1"};
};

/// What happens to the audio before it is transcribed.
struct pre_processing_settings {
  std::optional<bool> audio_enhancer{};  ///< improve the audio first; off by default
  /// 0..1: how sure the server must be that it hears speech. The closer to 1, the less background
  /// noise is taken for speech. The server's default is 0.6.
  std::optional<double> speech_threshold{};
};

/// Experimental: the server finds the end of a turn by what is said, not by silence alone, and
/// sends `speech_turn_end`. No schema of Gladia's has these settings yet. Mirrors
/// https://docs.gladia.io/chapters/live-stt/features/end-of-turn.
struct end_of_turn_settings {
  /// 0..1: how sure the server must be to end the utterance. The server's default is 0.5.
  std::optional<double> threshold{};
  /// 0..1: how sure the server must be to send the message. The server's default is `threshold`.
  std::optional<double> emission_threshold{};
  /// The longest wait for the end of a turn, in seconds, 1..30. The server's default is 8.
  std::optional<double> max_wait_secs{};
  /// Milliseconds, 100..5000; see Gladia's documentation. The server's default is 900.
  std::optional<int> probe_base_ms{};
};

/// What happens while people speak. All flags are off by default. A member that ends in `_config`
/// has an effect only if its flag is true.
struct realtime_processing_settings {
  std::optional<bool> custom_vocabulary{};                ///< use `custom_vocabulary_config`
  custom_vocabulary_settings custom_vocabulary_config{};  ///< words to be recognised
  std::optional<bool> custom_spelling{};                  ///< use `custom_spelling_config`
  custom_spelling_settings custom_spelling_config{};      ///< how words are written
  std::optional<bool> translation{};                      ///< use `translation_config`
  translation_settings translation_config{};              ///< target languages and style
  std::optional<bool> named_entity_recognition{};         ///< find names, places, ...
  std::optional<bool> sentiment_analysis{};               ///< find sentiments and emotions
};

/// What happens after the end of the audio.
struct post_processing_settings {
  std::optional<bool> summarization{};            ///< use `summarization_config`; off by default
  summarization_settings summarization_config{};  ///< the form of the summary
  std::optional<bool> chapterization{};           ///< deprecated: the server ignores this flag
};

/// Which messages the server sends, over the link or by callback.
///
/// The server's defaults differ between the two. The comments give both defaults: link / callback.
struct message_flags {
  std::optional<bool> receive_partial_transcripts{};         ///< off / off
  std::optional<bool> receive_final_transcripts{};           ///< on / on
  std::optional<bool> receive_speech_events{};               ///< on / off
  std::optional<bool> receive_pre_processing_events{};       ///< on / on
  std::optional<bool> receive_realtime_processing_events{};  ///< on / on
  std::optional<bool> receive_post_processing_events{};      ///< on / on
  std::optional<bool> receive_acknowledgments{};             ///< on / off
  std::optional<bool> receive_errors{};                      ///< on / off
  std::optional<bool> receive_lifecycle_events{};            ///< off / on
};

/// Used only if `callback` is true.
struct callback_settings {
  std::optional<std::string> url{};  ///< the URL to which the server posts the messages
  message_flags flags{};             ///< which messages; on the wire these flags stand beside `url`
};

/// The request for a live session. Mirrors https://docs.gladia.io/api-reference/v2/live/init.
///
/// A default-constructed request asks for 16 kHz mono 16-bit PCM, and leaves the rest to the
/// server. `codec::validate` lists what is checked before anything is sent. Thread safety: as a
/// value.
struct live_request {
  audio_format audio{};           ///< always sent; on the wire its members stand at top level
  json_text custom_metadata{};    ///< an object of at most 2000 characters; comes back with the job
  open_enum<live_model> model{};  ///< `solaria-1` by default
  /// How much silence ends an utterance, in seconds, 0.01..10. The server's default is 0.05. A
  /// larger value gives fewer and longer utterances, and later final transcripts.
  std::optional<double> endpointing{};
  /// After how many seconds an utterance ends even if nobody pauses, 5..60. The server's default
  /// is 5.
  std::optional<double> maximum_duration_without_endpointing{};
  /// Experimental. Not set: silence alone ends an utterance. With `end_of_turn_settings()` the
  /// server looks for the ends of turns, and uses its own defaults.
  std::optional<end_of_turn_settings> end_of_turn{};
  language_settings language_config{};                 ///< which languages are spoken
  pre_processing_settings pre_processing{};            ///< before transcription
  realtime_processing_settings realtime_processing{};  ///< while people speak
  post_processing_settings post_processing{};          ///< after the end
  message_flags messages_config{};                     ///< which messages come over the link
  std::optional<bool> callback{};                      ///< use `callback_config`; off by default
  callback_settings callback_config{};  ///< which messages are posted, and to which URL

  /// A JSON object for members that the server knows and this version of the library does not. The
  /// object is merged into the body last: nested objects are merged member by member, any other
  /// value replaces the one in the body. `extra` must not change the audio format, nor turn
  /// acknowledgements off.
  json_text extra{};
};

/// The answer to a `live_request`. Mirrors https://docs.gladia.io/api-reference/v2/live/init.
struct live_session_info {
  std::string id{};          ///< the job's id, the `session_id` of its messages
  std::string created_at{};  ///< ISO 8601; may be missing
  secret url{};              ///< of the WebSocket; whoever has the URL can use the session
};

template <class V, class S>
void fields(V& v, S& s, pre_processing_settings const*) {
  v.optional("audio_enhancer", s.audio_enhancer);
  v.optional("speech_threshold", s.speech_threshold);
}
template <class V, class S>
void fields(V& v, S& s, end_of_turn_settings const*) {
  v.optional("threshold", s.threshold);
  v.optional("emission_threshold", s.emission_threshold);
  v.optional("max_wait_secs", s.max_wait_secs);
  v.optional("probe_base_ms", s.probe_base_ms);
}
template <class V, class S>
void fields(V& v, S& s, realtime_processing_settings const*) {
  detail::add_on_fields(v, s);
}
template <class V, class S>
void fields(V& v, S& s, post_processing_settings const*) {
  v.optional("summarization", s.summarization);
  v.optional("summarization_config", s.summarization_config);
  v.optional("chapterization", s.chapterization);
}
template <class V, class S>
void fields(V& v, S& s, message_flags const*) {
  v.optional("receive_partial_transcripts", s.receive_partial_transcripts);
  v.optional("receive_final_transcripts", s.receive_final_transcripts);
  v.optional("receive_speech_events", s.receive_speech_events);
  v.optional("receive_pre_processing_events", s.receive_pre_processing_events);
  v.optional("receive_realtime_processing_events", s.receive_realtime_processing_events);
  v.optional("receive_post_processing_events", s.receive_post_processing_events);
  v.optional("receive_acknowledgments", s.receive_acknowledgments);
  v.optional("receive_errors", s.receive_errors);
  v.optional("receive_lifecycle_events", s.receive_lifecycle_events);
}
template <class V, class S>
void fields(V& v, S& s, callback_settings const*) {
  v.optional("url", s.url);
  v.flatten(s.flags);
}
template <class V, class S>
void fields(V& v, S& s, live_request const*) {
  v.flatten(s.audio);
  v.optional("custom_metadata", s.custom_metadata);
  v.optional("model", s.model);
  v.optional("endpointing", s.endpointing);
  v.optional("maximum_duration_without_endpointing", s.maximum_duration_without_endpointing);
  v.optional("end_of_turn", s.end_of_turn);
  v.optional("language_config", s.language_config);
  v.optional("pre_processing", s.pre_processing);
  v.optional("realtime_processing", s.realtime_processing);
  v.optional("post_processing", s.post_processing);
  v.optional("messages_config", s.messages_config);
  v.optional("callback", s.callback);
  v.optional("callback_config", s.callback_config);
  v.extra(s.extra);
}
template <class V, class S>
void fields(V& v, S& s, live_session_info const*) {
  v.required("id", s.id);
  v.optional("created_at", s.created_at);
  v.required("url", s.url);
}

}  // namespace gladia
