#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include <gladia/net/backoff.hpp>
#include <gladia/net/timeouts.hpp>

namespace gladia::live {

/// What happens to audio that finds the buffer full of audio not yet sent, where the caller cannot
/// wait (`try_send`, `audio_sink`). A caller that can wait does, under either policy.
enum class overflow_policy {
  refuse,       ///< the new audio: `errc::would_block`, nothing is lost that was accepted
  drop_oldest,  ///< the oldest: reported as `audio_dropped`
};

/// Which events the session queues for `async_receive`.
enum class event_selection {
  all,   ///< everything but acknowledgements that the request did not ask for
  none,  ///< `ended` alone, for callers who read the results elsewhere
};

/// How a session behaves. The defaults suit live audio from a microphone or a telephone.
///
/// Unless it says otherwise, zero switches a time limit off: what it bounds may then take for ever.
/// Negative times and numbers count as zero; no value is an error. Thread safety: as a value.
struct session_options {
  // Reconnecting.

  /// How long a lost link is tried to be restored, since the last progress: an acknowledgement of
  /// more audio, or 5 s of open link.
  std::chrono::milliseconds reconnect_window{30'000};
  /// How many attempts that may take; zero: as many as fit into the window. Reconnecting cannot be
  /// switched off: with 1 it is tried once.
  int reconnect_attempts = 0;
  /// The waits between attempts. Whatever it says, there are at most 4 connects a second.
  net::backoff_options backoff{};
  /// Whether the unassigned close codes 4000 to 4399 are retried, as the JavaScript SDK does.
  bool retry_unassigned_close_codes = false;

  // Time limits.

  /// Reaching the server, step by step.
  net::timeouts timeouts{};
  /// Creating the session: one attempt of the POST.
  std::chrono::milliseconds init_timeout{10'000};
  /// How long nothing may leave of a message that is being sent before the link counts as lost. A
  /// slow link alone is not lost so.
  std::chrono::milliseconds send_stall_timeout{10'000};
  /// How long nothing at all may come in, pongs included, before the link counts as dead, and is
  /// opened again. Pings are sent after half of it; a link is never given up without one, so a
  /// process that was stopped goes on where it can. While a ping waits behind audio that leaves
  /// slowly, the time for its answer has not begun.
  std::chrono::milliseconds link_timeout{10'000};
  /// How long acknowledgements may stand still while audio is sent, before `ack_stalled` is
  /// reported and a waiting send stops waiting for them. Never a reason to reconnect.
  std::chrono::milliseconds ack_timeout{10'000};
  /// How long the server may take to finish, from the call of `stop()`; audio that is still to be
  /// sent then takes of this, too.
  std::chrono::milliseconds stop_timeout{60'000};
  /// How long the closing handshake may take after `cancel()`, and at the end. Zero: the link is
  /// dropped at once, and the service may not notice.
  std::chrono::milliseconds close_timeout{1'000};

  // Silence of the caller.

  /// After how much time without audio the session is kept alive with an empty chunk: the service
  /// ends a session after about 30 s. Zero: never.
  std::chrono::milliseconds keep_alive_after{20'000};
  /// How often from then on. Zero: not again.
  std::chrono::milliseconds keep_alive_interval{5'000};
  /// For how long in all, from the last audio; then the service is left to end the session. Zero:
  /// for ever.
  std::chrono::milliseconds keep_alive_limit{600'000};

  // Memory.

  /// How much audio may be kept, unsent and unacknowledged together; if less than one message (a
  /// second, or 512 KiB), as much as that. Memory follows what is really kept.
  std::chrono::milliseconds buffer{60'000};
  /// `async_send` waits while more audio than this is unsent, or than `low_water` if that is
  /// more...
  std::chrono::milliseconds high_water{5'000};
  /// ... until it has fallen to this.
  std::chrono::milliseconds low_water{2'500};
  /// What gives way when the buffer is full.
  overflow_policy overflow = overflow_policy::refuse;

  // Events.

  /// Which events are queued.
  event_selection events = event_selection::all;
  /// Whether server messages keep their text (`message.envelope.raw`).
  bool keep_raw = false;
  /// A larger message from the server, in bytes, ends the session with `errc::message_too_large`;
  /// zero is taken at its word. The final transcript repeats every word of a session.
  std::size_t max_message = std::size_t{64} << 20;

  // The end.

  /// Whether, and how long, to ask for the job once the stop was written: final transcripts of a
  /// lost link are found there, and the job is put into `summary::job`.
  ///
  /// The job is asked for where the end was lost, or final transcripts may be missing; `async_run`
  /// then completes later, also after an end in order. Unset: until `stop_timeout` is over, but for
  /// at least 5 s; for `fetch_timeout` where `stop_timeout` is 0. `true`: for `fetch_timeout`.
  /// `false`: never. Needs an API key: without one, as on a device that attached, nothing is asked.
  /// After `cancel()` nothing is asked either.
  std::optional<bool> fetch_result{};
  /// How long the job is asked for, where `fetch_result` says so. 0: without a limit.
  std::chrono::milliseconds fetch_timeout{30'000};
};

}  // namespace gladia::live
