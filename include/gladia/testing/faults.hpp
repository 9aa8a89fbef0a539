#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gladia::testing {

/// Where an HTTP request to the emulator goes.
enum class route {
  init,     ///< `POST /v2/live`
  list,     ///< `GET /v2/live`
  get,      ///< `GET /v2/live/{id}`
  remove,   ///< `DELETE /v2/live/{id}`
  file,     ///< `GET /v2/live/{id}/file`
  storage,  ///< where `file` redirects to
  upgrade,  ///< the WebSocket handshake

  upload,               ///< `POST /v2/upload`
  pre_recorded_init,    ///< `POST /v2/pre-recorded`
  pre_recorded_list,    ///< `GET /v2/pre-recorded`
  pre_recorded_get,     ///< `GET /v2/pre-recorded/{id}`
  pre_recorded_remove,  ///< `DELETE /v2/pre-recorded/{id}`
  pre_recorded_file,    ///< `GET /v2/pre-recorded/{id}/file`
};

/// What the emulator does to an HTTP request.
enum class http_action {
  serve,        ///< nothing but the delay
  answer,       ///< answers as the fault says, and does not act on the request
  hang,         ///< never answers, and does not act on the request
  reset,        ///< resets the connection, and does not act on the request
  lose_answer,  ///< acts on the request, then resets the connection instead of answering
  half_answer,  ///< acts on the request, sends half of the answer and ends the connection
};

/// A fault of HTTP requests and of the WebSocket handshake.
struct http_fault {
  testing::route route = testing::route::init;  ///< which requests
  http_action action = http_action::answer;     ///< what happens to them
  int times = 1;                                ///< to how many, from now on; -1: to all
  std::chrono::milliseconds delay{0};           ///< before that
  int status = 503;                             ///< for `answer`
  /// For `answer`: header fields, for example `{"Retry-After", "2"}`.
  std::vector<std::pair<std::string, std::string>> headers{};
  /// For `answer`: the body. Empty: the service's error body of that status.
  std::string body{};
  /// For `answer`: the body's type.
  std::string content_type = "application/json";
  /// For `route::upload`: acts as soon as so many bytes of the body were read, and then reads no
  /// more of it; `serve` waits for `delay` and reads on. Nothing: acts behind the body.
  ///
  /// `answer` at 0 is an early refusal, `hang` an upload that stands still, `reset` one that is
  /// cut.
  std::optional<std::uint64_t> at_byte{};
};

/// An HTML page with status 502, as gateways send it.
[[nodiscard]] http_fault bad_gateway(testing::route route, int times = 1);

/// How the emulator ends a WebSocket connection.
enum class ending {
  close,  ///< a close frame with code and reason, then the link in order
  fin,    ///< the TCP connection ends without a close frame
  reset,  ///< the TCP connection is reset
};

/// An end of a WebSocket connection.
struct link_fault {
  testing::ending how = testing::ending::close;  ///< how it ends
  int times = 0;                                 ///< how often, from now on; -1: always
  std::uint16_t code = 1011;                     ///< of `ending::close`
  std::string reason{};                          ///< of `ending::close`, at most 123 bytes
};

/// In what state a cut leaves the link.
enum class cut_kind {
  /// Takes nothing more, acknowledges all it has taken, pings, waits for the pong, and then ends
  /// the link: both sides know the same, and the session's audio stays free of repeats.
  clean,
  /// Ends the link at once, with messages and acknowledgements in flight.
  brutal,
};

/// Cuts the link of a session after every so many bytes of audio.
///
/// A brutal reset can destroy acknowledgements that were already sent, and a client that sends what
/// it lost in one burst then meets the next cut without having learned anything: limit `times`, or
/// keep `every` above a second of audio, which one message may hold, and `unacknowledged`.
struct cut_plan {
  std::uint64_t every = 0;              ///< bytes of audio taken between cuts; 0: no cuts
  cut_kind kind = cut_kind::clean;      ///< how much is in flight
  testing::ending how = ending::reset;  ///< how the link ends
  std::uint16_t code = 1011;            ///< of `ending::close`
  /// How often at most, over all sessions that share these faults; -1: always.
  int times = -1;
  /// For `cut_kind::brutal`: so many bytes before the cut are taken but not acknowledged any more.
  /// The message that brings the cut never is.
  std::uint64_t unacknowledged = 0;
};

/// Where the emulator counts on when a client comes back after a lost link.
enum class resume_policy {
  count,    ///< behind all audio it has taken, acknowledged or not
  discard,  ///< behind what it had acknowledged; it forgets the rest
  restart,  ///< at zero; it keeps the audio
};

/// How audio is acknowledged.
enum class ack_mode {
  normal,     ///< every message, at once
  none,       ///< not at all
  late,       ///< `ack_delay` later
  lost,       ///< but every n-th is not sent
  nack,       ///< but every n-th message is refused, and its audio not taken
  shrinking,  ///< but every n-th names an earlier end than the one before it
  jumping,    ///< but every n-th names an end of 1 MiB too much
  inclusive,  ///< with the last byte's offset as the end, as the AsyncAPI document has it
  merged,     ///< every n-th message, together with those before it
  again,      ///< every message; a new link begins with the last range told before it
  over_cuts,  ///< `ack_delay` later; what a lost link keeps back comes first on the next one
};

/// What the emulator does with a message to the client, other than sending it once, in its turn.
enum class message_action {
  lose,  ///< never sends the message
  /// Loses the message, acknowledges all audio, waits until the client has read so far, and resets
  /// the link: the message was lost on its way. What follows waits for the next link.
  reset_instead,
  twice,               ///< sends the message twice in a row
  again_on_next_link,  ///< sends the message, and again when the next link opens
  on_next_link,        ///< sends the message only when the next link opens
  late,                ///< sends the message behind the next `message_fault::behind` of its type
  after_summary,       ///< sends the message behind `post_final_transcript`, before `end_session`
  without_is_final,    ///< sends a transcript without the member `is_final`
};

/// A fault of messages that are sent on the WebSocket: of the `nth` of a type in a session, and of
/// `times - 1` that follow. Callbacks and the job's `result.messages` are not touched.
struct message_fault {
  /// As on the wire, for example `transcript` or `post_transcript`. Transcripts are also called
  /// `final` and `partial`. `audio_chunk` is never meant: see `faults::acks`.
  std::string type = "final";
  message_action action = message_action::lose;  ///< what happens to them
  int nth = 1;                                   ///< the first one, counted in each session from 1
  int times = 1;                                 ///< how many from there on; -1: all
  /// For `late`: how many later messages of this type go first. When the session sums up, what is
  /// still waiting is sent before `end_recording`.
  int behind = 1;
};

/// How the service's summing-up differs from the final transcripts: `post_transcript`,
/// `post_final_transcript` and the job's `result.transcription`. To lose or repeat these messages
/// use `faults::messages`.
///
/// The members combine, and are applied in this order.
struct summary_fault {
  std::size_t merge = 1;  ///< so many neighbouring utterances of a channel become one
  /// All words of a channel are divided anew, into utterances of so many words; 0: they are not.
  std::size_t words_per_utterance = 0;
  std::size_t trim_front = 0;  ///< words missing at the start of each utterance; one word stays
  std::size_t trim_back = 0;   ///< words missing at the end of each utterance; one word stays
  double round_to = 0;         ///< all times are multiples of this, in seconds; 0: as they were
  bool without_words = false;  ///< all utterances have text and times, but `words` is empty
  bool minimal = false;        ///< `post_final_transcript` has `metadata` alone
};

/// What is wrong with the job that `GET /v2/live/{id}` shows after the session's end, or that
/// `GET /v2/pre-recorded/{id}` shows.
struct job_fault {
  int processing_polls = 0;            ///< so many requests are still answered with `processing`
  bool without_result = false;         ///< `result` is null, though the job is `done`
  bool without_transcription = false;  ///< `result` has no `transcription`
  bool without_messages = false;       ///< `result` has no `messages`
  // Of recordings alone.
  int queued_polls = 0;       ///< so many requests, before those, are answered with `queued`
  int error_code = 0;         ///< the job ends as `error` with this code, 400..599; 0: it does not
  int gone_after_polls = -1;  ///< all requests behind so many are answered with 404; -1: none is
};

/// Something sent to the client besides the protocol.
struct injection {
  /// What `payload` is.
  enum class kind {
    text,       ///< a text message
    binary,     ///< a binary message
    raw_bytes,  ///< bytes on the wire, outside of any frame
    ping,       ///< a ping
  };
  std::uint64_t after_bytes = 0;      ///< sent once the session has taken this much audio
  injection::kind what = kind::text;  ///< what is sent
  std::string payload{};              ///< its bytes
};

/// What the emulator does wrong, on demand. The default does nothing wrong.
///
/// A value: give it to `emulator_options::faults` or to `emulator::set_faults`, for all sessions or
/// for one. Numbers of times count from then on, those of `messages` from a session's beginning.
struct faults {
  std::vector<http_fault> http{};  ///< the first one that matches and is not used up acts

  /// Sent as `url` in the answer to the init request, if not empty; `{url}` stands for the true
  /// one, `{port}` and `{token}` for its parts.
  std::string init_url{};

  cut_plan cuts{};                              ///< cuts while streaming
  resume_policy resume = resume_policy::count;  ///< after any lost link
  link_fault on_open{};                         ///< ends the link as soon as it is open
  link_fault on_stop{};                         ///< ends it when a stop comes, and forgets it

  ack_mode acks = ack_mode::normal;        ///< how audio is acknowledged
  std::chrono::milliseconds ack_delay{0};  ///< for `ack_mode::late` and `over_cuts`
  int ack_every = 3;                       ///< the n of `ack_mode`

  /// Messages that are lost, late or repeated; the first fault that matches a message acts.
  std::vector<message_fault> messages{};
  /// Whether messages made while no link is up are lost, instead of sent when the next one opens.
  bool lose_while_away = false;
  summary_fault summary{};  ///< what the summing-up holds
  job_fault job{};          ///< what the job shows

  /// Reads no more from the link after so many bytes of audio on it; 0: reads on.
  std::uint64_t stop_reading_after = 0;
  std::chrono::milliseconds read_delay{0};  ///< pause after each read from the socket
  std::size_t read_size = 65536;            ///< bytes read at once, at most
  bool ignore_pings = false;                ///< answers no ping
  bool ignore_close = false;                ///< answers no close frame
  bool ignore_stop = false;                 ///< does nothing about a stop
  bool never_close = false;                 ///< sends everything at the end but does not close

  /// Each is sent once per session, in the order of `after_bytes`; set again, it is sent again.
  std::vector<injection> injections{};
};

}  // namespace gladia::testing
