#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <gladia/error.hpp>
#include <gladia/model/live_job.hpp>

namespace gladia::live {

/// How long something took, over the whole session. Percentiles are estimates, within 10 %. All
/// zero while nothing was measured.
struct latency {
  std::uint64_t count = 0;           ///< how many were measured
  std::chrono::microseconds last{};  ///< the newest
  std::chrono::microseconds p50{};   ///< half took no longer
  std::chrono::microseconds p95{};   ///< 95 % took no longer
};

/// A session in numbers, at one moment. `bytes_` are bytes of audio, a stripped WAV header not
/// among them.
struct statistics {
  std::uint64_t bytes_accepted = 0;  ///< taken from the caller
  /// Given to the network, repeats included; a second of it at most may not have left, and what
  /// the system keeps (tens of KiB).
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_replayed = 0;      ///< of these, sent again after a reconnect
  std::uint64_t bytes_acknowledged = 0;  ///< the offset up to which the server has everything
  /// Accepted, but never to be heard by the server; an incomplete frame at the end not counted.
  std::uint64_t bytes_dropped = 0;
  std::uint64_t bytes_buffered = 0;     ///< held in memory now
  std::uint64_t bytes_unsent = 0;       ///< of these, not yet given to the network
  std::uint64_t messages_received = 0;  ///< from the server, of any kind
  std::uint64_t keep_alives_sent = 0;   ///< empty chunks while the caller was silent
  std::uint64_t events_dropped = 0;     ///< because nobody received them
  int connections = 0;                  ///< links that opened; reconnects are one less
  /// From when audio counts as sent to its acknowledgement: on a slow uplink, with the time it
  /// takes to leave.
  latency ack_round_trip{};
  latency first_partial{};     ///< from accepting the start of an utterance to its first partial
  latency final_transcript{};  ///< from accepting the end of an utterance to its final transcript
};

/// What became of the transcript.
enum class completeness {
  complete,  ///< the server got all audio and our stop, and ended the session itself
  partial,   ///< audio was dropped, or the session ended before the stop was written
  unknown,   ///< it was written, but the end was not seen: the job may hold what is missing
};

/// Its name, for example `"complete"`.
[[nodiscard]] constexpr char const* to_string(completeness c) noexcept {
  switch (c) {
    case completeness::complete:
      return "complete";
    case completeness::partial:
      return "partial";
    case completeness::unknown:
      return "unknown";
  }
  return "unknown";
}

/// How a session ended. Thread safety: as a value; `job` is shared and constant.
struct summary {
  std::string job_id{};  ///< for `live::client::async_get`; empty if none was made
  completeness verdict = completeness::partial;  ///< what became of the transcript
  gladia::error error{};                         ///< why it ended early; none after a good end
  std::uint16_t close_code = 0;                  ///< of the last link, or 0 if it was lost
  std::string close_reason{};                    ///< the server's words beside it
  statistics stats{};                            ///< the numbers at the end
  std::shared_ptr<live_job const> job{};  ///< with `session_options::fetch_result`; else null
};

}  // namespace gladia::live
