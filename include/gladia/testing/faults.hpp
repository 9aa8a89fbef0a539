#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gladia::testing {

/// The routes of the emulator.
enum class route {
  init,     ///< `POST /v2/live`
  list,     ///< `GET /v2/live`
  get,      ///< `GET /v2/live/{id}`
  remove,   ///< `DELETE /v2/live/{id}`
  file,     ///< `GET /v2/live/{id}/file`
  storage,  ///< the place that `file` redirects to
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
  serve,        ///< serves the request after the delay
  answer,       ///< does not carry out the request, and answers as the fault says
  hang,         ///< does not carry out the request, and never answers
  reset,        ///< does not carry out the request, and resets the connection
  lose_answer,  ///< carries out the request, and resets the connection instead of answering
  half_answer,  ///< carries out the request, sends half of the answer and ends the connection
};

/// A fault of HTTP requests and of the WebSocket handshake.
struct http_fault {
  testing::route route = testing::route::init;  ///< which requests
  http_action action = http_action::answer;     ///< what happens to these requests
  int times = 1;                                ///< to how many of them, from now on; -1: to all
  std::chrono::milliseconds delay{0};           ///< the time before anything happens
  int status = 503;                             ///< for `answer`: the status
  /// For `answer`: header fields, for example `{"Retry-After", "2"}`.
  std::vector<std::pair<std::string, std::string>> headers{};
  /// For `answer`: the body. Empty: Gladia's error body of that status.
  std::string body{};
  /// For `answer`: the `Content-Type` of the body.
  std::string content_type = "application/json";
  /// For `route::upload`: the fault acts when so many bytes of the body were read, and no more is
  /// read; `serve` waits for `delay`, then reads on. Not set: the fault acts after the whole body
  /// was read.
  ///
  /// So `answer` at 0 refuses an upload early, `hang` lets an upload stand still, and `reset`
  /// breaks an upload off.
  std::optional<std::uint64_t> at_byte{};
};

/// A fault that answers with status 502 and an HTML page, as gateways do.
///
/// \param route  Which requests.
/// \param times  To how many of them, from now on; -1: to all.
[[nodiscard]] http_fault bad_gateway(testing::route route, int times = 1);

/// How the emulator ends a link.
enum class ending {
  close,  ///< with a close frame that has a code and a reason, and in order
  fin,    ///< the TCP connection ends without a close frame
  reset,  ///< the TCP connection is reset
};

/// A fault that ends a link.
struct link_fault {
  testing::ending how = testing::ending::close;  ///< how the link ends
  int times = 0;                                 ///< how often, from now on; -1: always
  std::uint16_t code = 1011;                     ///< of `ending::close`
  std::string reason{};                          ///< of `ending::close`, at most 123 bytes
};

/// What is in flight when the emulator cuts a link.
enum class cut_kind {
  /// Nothing. The emulator takes no more audio, acknowledges all audio that it has taken, pings,
  /// waits for the pong, and then ends the link. Both sides know the same, and no audio is heard
  /// twice.
  clean,
  /// Messages and acknowledgements. The emulator ends the link at once.
  brutal,
};

/// Cuts the link of a session each time that `every` bytes of audio were taken.
///
/// A brutal reset can destroy acknowledgements that were already sent. A client that then sends the
/// same audio again in one burst meets the next cut before it got an acknowledgement, and makes no
/// progress. So limit `times`, or let `every` be more than `unacknowledged` and more than a second
/// of audio, which one message may hold.
struct cut_plan {
  std::uint64_t every = 0;              ///< bytes of audio taken between cuts; 0: no cuts
  cut_kind kind = cut_kind::clean;      ///< what is in flight
  testing::ending how = ending::reset;  ///< how the link ends
  std::uint16_t code = 1011;            ///< of `ending::close`
  /// How often at most, over all sessions that share these faults; -1: always.
  int times = -1;
  /// For `cut_kind::brutal`: so many bytes before the cut are taken and not acknowledged. The
  /// message that brings the cut is never acknowledged.
  std::uint64_t unacknowledged = 0;
};

/// From where the emulator counts audio when a client comes back after a lost link.
enum class resume_policy {
  count,    ///< from the end of all audio that was taken, acknowledged or not
  discard,  ///< from the end of the acknowledged audio; other audio is thrown away
  restart,  ///< from zero; the audio that was taken is kept
};

/// How audio is acknowledged.
enum class ack_mode {
  normal,     ///< every message is acknowledged at once
  none,       ///< no message is acknowledged
  late,       ///< acknowledgements are sent `ack_delay` later
  lost,       ///< every n-th acknowledgement is not sent
  nack,       ///< every n-th message is refused, and its audio is not taken
  shrinking,  ///< every n-th acknowledgement ends earlier than the one before
  jumping,    ///< every n-th acknowledgement ends 1 MiB too late
  inclusive,  ///< ranges end with the offset of the last byte, as in Gladia's AsyncAPI document
  merged,     ///< every n-th message is acknowledged, together with those before it
  again,      ///< as `normal`, but a new link begins with the last range of the link before
  over_cuts,  ///< as `late`, but the next link begins with those that a lost link kept back
};

/// What the emulator does with a message to the client, instead of sending it once in its turn.
enum class message_action {
  lose,  ///< never sends the message
  /// Acknowledges all audio, waits until the client has read everything before the message, and
  /// resets the link: the message is lost on its way. Later messages wait for the next link.
  reset_instead,
  twice,               ///< sends the message twice in a row
  again_on_next_link,  ///< sends the message, and again when the next link opens
  on_next_link,        ///< sends the message only when the next link opens
  late,                ///< sends the message after the next `message_fault::behind` of its type
  after_summary,       ///< sends the message after `post_final_transcript`, before `end_session`
  without_is_final,    ///< sends a transcript without the member `is_final`
};

/// A fault of messages that are sent on a link: of the `nth` message of a type in a session, and of
/// the `times - 1` messages that follow. Callbacks and the job's `result.messages` are not
/// affected.
struct message_fault {
  /// The type on the wire, for example `transcript` or `post_transcript`; `final` and `partial`
  /// mean final and partial transcripts. For acknowledgements (`audio_chunk`) use `faults::acks`.
  std::string type = "final";
  message_action action = message_action::lose;  ///< what happens to these messages
  int nth = 1;                                   ///< the first one, counted in each session from 1
  int times = 1;                                 ///< how many from there on; -1: all
  /// For `late`: how many later messages of this type are sent first. Messages that still wait at
  /// the end of the audio are sent before `end_recording`.
  int behind = 1;
};

/// How the summing-up (`post_transcript`, `post_final_transcript` and the job's
/// `result.transcription`) differs from the final transcripts. To lose or repeat these messages use
/// `faults::messages`.
///
/// The members can be combined, and are applied in this order.
struct summary_fault {
  std::size_t merge = 1;  ///< so many neighbouring utterances of a channel become one
  /// All words of a channel are divided anew, into utterances of so many words; 0: they are not.
  std::size_t words_per_utterance = 0;
  std::size_t trim_front = 0;  ///< words missing at the start of each utterance; one word stays
  std::size_t trim_back = 0;   ///< words missing at the end of each utterance; one word stays
  double round_to = 0;  ///< times are rounded to multiples of this, in seconds; 0: they are not
  bool without_words = false;  ///< utterances have text and times, but `words` is empty
  bool minimal = false;        ///< `post_final_transcript` has nothing but `metadata`
};

/// What is wrong with the job in the answer to `GET /v2/live/{id}` after the session's end, or to
/// `GET /v2/pre-recorded/{id}`.
struct job_fault {
  int processing_polls = 0;            ///< so many requests are still answered with `processing`
  bool without_result = false;         ///< `result` is null, though the job is `done`
  bool without_transcription = false;  ///< `result` has no `transcription`
  bool without_messages = false;       ///< `result` has no `messages`
  // Of recordings alone.
  int queued_polls = 0;  ///< before `processing`, so many requests are answered with `queued`
  int error_code = 0;    ///< the job fails with this code, 400..599; 0: the job does not fail
  int gone_after_polls =
      -1;  ///< after so many requests, all others are answered with 404; -1: none
};

/// Something that is sent to the client and does not belong to the protocol.
struct injection {
  /// How `payload` is sent.
  enum class kind {
    text,       ///< a text message
    binary,     ///< a binary message
    raw_bytes,  ///< bytes on the wire, outside of any frame
    ping,       ///< a ping with this payload
  };
  std::uint64_t after_bytes = 0;      ///< sent when so many bytes of the session's audio have come
  injection::kind what = kind::text;  ///< how the payload is sent
  std::string payload{};              ///< the bytes
};

/// What the emulator does wrong, on demand. By default the emulator does nothing wrong.
///
/// Set `emulator_options::faults`, or call `emulator::set_faults` for all sessions or for one.
/// Members named `times` count from then on, those of `messages` from the beginning of each
/// session.
struct faults {
  /// Faults of HTTP requests. The first fault that matches a request and is not used up acts.
  std::vector<http_fault> http{};

  /// The `url` in the answer to the request that creates a session. Empty: the true URL. `{url}` in
  /// this text stands for the true URL, `{port}` and `{token}` for its parts.
  std::string init_url{};

  cut_plan cuts{};                              ///< cuts while audio is sent
  resume_policy resume = resume_policy::count;  ///< what happens after any lost link
  link_fault on_open{};                         ///< ends a link as soon as it is open
  link_fault on_stop{};  ///< ends the link when a stop comes; the stop is lost

  ack_mode acks = ack_mode::normal;        ///< how audio is acknowledged
  std::chrono::milliseconds ack_delay{0};  ///< for `ack_mode::late` and `over_cuts`
  int ack_every = 3;                       ///< the n of `ack_mode`

  /// Messages that are lost, late or repeated. The first fault that matches a message acts.
  std::vector<message_fault> messages{};
  /// Whether messages that are made while no link is open are lost. If not, they are sent when the
  /// next link opens.
  bool lose_while_away = false;
  summary_fault summary{};  ///< how the summing-up differs from the final transcripts
  job_fault job{};          ///< what is wrong with the job

  /// The emulator reads no more from a link after so many bytes of audio on that link; 0: it reads
  /// on.
  std::uint64_t stop_reading_after = 0;
  std::chrono::milliseconds read_delay{0};  ///< the pause after each read from the socket
  std::size_t read_size = 65536;            ///< the most bytes of one read
  bool ignore_pings = false;                ///< whether pings are not answered
  bool ignore_close = false;                ///< whether close frames are not answered
  bool ignore_stop = false;                 ///< whether a stop has no effect
  bool never_close = false;                 ///< whether the link stays open after the last message

  /// Each injection is sent once in a session, in the order of `after_bytes`. After another call of
  /// `emulator::set_faults` the injections are sent again.
  std::vector<injection> injections{};
};

}  // namespace gladia::testing
