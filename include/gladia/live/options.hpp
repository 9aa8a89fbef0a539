#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include <gladia/net/backoff.hpp>
#include <gladia/net/timeouts.hpp>

namespace gladia::live {

/// What `try_send` and `audio_sink` do when the buffer is full of unsent audio. `async_send` and
/// `threaded_session::send` wait, whatever the policy is.
enum class overflow_policy {
  refuse,       ///< refuse the new audio with `errc::would_block`; no accepted audio is dropped
  drop_oldest,  ///< take the new audio, drop the oldest unsent audio, and report `audio_dropped`
};

/// Which events the session queues for `async_receive`.
enum class event_selection {
  all,   ///< all events but acknowledgements, which come only if the request asks for them
  none,  ///< `ended` alone, for callers who get the results by callback or from the job
};

/// How a session behaves. The defaults suit live audio from a microphone or a telephone.
///
/// A time limit of zero means that there is no limit, unless its comment says otherwise. Negative
/// times and numbers count as zero. No value is an error. Thread safety: as a value.
struct session_options {
  // Reconnecting.

  /// How long to keep reconnecting, counted from the first failure after the last progress.
  /// Progress is an acknowledgement of more audio, or a link that was open for 5 s.
  std::chrono::milliseconds reconnect_window{30'000};
  /// How many attempts may be made within `reconnect_window`; zero: only the window limits them.
  /// Reconnecting cannot be switched off: 1 means one attempt.
  int reconnect_attempts = 0;
  /// The waits between attempts. There are never more than 4 connects a second, whatever the waits.
  net::backoff_options backoff{};
  /// Whether to reconnect after the close codes 4000 to 4399, which have no assigned meaning.
  /// Gladia's JavaScript SDK does.
  bool retry_unassigned_close_codes = false;

  // Time limits.

  /// How long each step of opening a link, or of creating the job, may take.
  net::timeouts timeouts{};
  /// How long one attempt to create the job (one POST) may take in all.
  std::chrono::milliseconds init_timeout{10'000};
  /// How long a message may be stuck, with none of its bytes leaving, before the link counts as
  /// lost. A link that is only slow does not count as lost.
  std::chrono::milliseconds send_stall_timeout{10'000};
  /// How long the server may be silent, pongs included, before the link counts as dead and a new
  /// one is opened.
  ///
  /// A ping is sent after half of this time. A link is never given up before a ping was sent, so
  /// that a process that was suspended can go on with its link. While a ping still waits behind
  /// audio that leaves slowly, the time for the pong does not run.
  std::chrono::milliseconds link_timeout{10'000};
  /// How long acknowledgements may fail to advance while audio is sent. Then the warning
  /// `ack_stalled` is reported, and a waiting `async_send` no longer waits for acknowledgements.
  /// The session never reconnects for this reason.
  std::chrono::milliseconds ack_timeout{10'000};
  /// How long the session may last after the call of `stop()`. The time that it takes to send
  /// unsent audio counts too.
  std::chrono::milliseconds stop_timeout{60'000};
  /// How long the closing handshake may take, at the end and after `cancel()`. Zero: the link ends
  /// at once without a close frame, and the server may not notice.
  std::chrono::milliseconds close_timeout{1'000};

  // Silence of the caller.

  /// The time without audio after which an empty chunk is sent. The chunk keeps the session alive:
  /// the server ends a session after about 30 s without audio. Zero: never.
  std::chrono::milliseconds keep_alive_after{20'000};
  /// The time between further empty chunks. Zero: only one is sent.
  std::chrono::milliseconds keep_alive_interval{5'000};
  /// How long empty chunks are sent, counted from the last audio. Then none is sent any more, and
  /// the server ends the session. Zero: for ever.
  std::chrono::milliseconds keep_alive_limit{600'000};

  // Memory.

  /// How much audio may be kept, unsent and unacknowledged audio together; at least one message (a
  /// second of audio, or 512 KiB if that is less). Memory is used only for audio that is really
  /// kept.
  std::chrono::milliseconds buffer{60'000};
  /// `async_send` waits while unsent audio exceeds the larger of `high_water` and `low_water`, and
  /// goes on when unsent audio has fallen to `low_water`.
  std::chrono::milliseconds high_water{5'000};
  /// See `high_water`.
  std::chrono::milliseconds low_water{2'500};
  /// What `try_send` does when the buffer is full.
  overflow_policy overflow = overflow_policy::refuse;

  // Events.

  /// Which events are queued.
  event_selection events = event_selection::all;
  /// Whether the server's messages keep their text, in `message.envelope.raw`.
  bool keep_raw = false;
  /// The largest message that the server may send, in bytes. A larger one ends the session with
  /// `errc::message_too_large`. 0 means that no message is accepted. The message with the whole
  /// transcript, at the end, repeats every word of the session.
  std::size_t max_message = std::size_t{64} << 20;

  // The end.

  /// Whether the session may ask for its job, to find final transcripts that a lost link swallowed.
  /// The job is then in `summary::job`.
  ///
  /// The session asks only after the stop was written, and only if the end of the session was not
  /// seen or final transcripts may be missing. `async_run` completes when the session has finished
  /// asking, even if the server ended the session in order.
  /// - Not set: the session may ask until `stop_timeout` is over, or for 5 s if that is longer; if
  ///   `stop_timeout` is 0, for `fetch_timeout`, or for 5 s if that is longer.
  /// - `true`: the session asks for `fetch_timeout`.
  /// - `false`: the session never asks.
  ///
  /// Asking needs an API key: without one, as on a device that attached, the session does not ask.
  /// The session does not ask after `cancel()` either.
  std::optional<bool> fetch_result{};
  /// How long the session may ask for its job, where `fetch_result` says so. 0: no limit if
  /// `fetch_result` is `true`.
  std::chrono::milliseconds fetch_timeout{30'000};
};

}  // namespace gladia::live
