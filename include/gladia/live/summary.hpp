#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

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
  /// Final transcripts of a lost link that were found in what the server summed up, and delivered
  /// marked `recovered`.
  std::uint64_t finals_recovered = 0;
  /// Final transcripts, arrived or summed up, that were not delivered because the user already has
  /// their text.
  std::uint64_t finals_withheld = 0;
  int connections = 0;  ///< links that opened; reconnects are one less
  /// From when audio counts as sent to its acknowledgement: on a slow uplink, with the time it
  /// takes to leave.
  latency ack_round_trip{};
  latency first_partial{};     ///< from accepting the start of an utterance to its first partial
  latency final_transcript{};  ///< from accepting the end of an utterance to its final transcript
};

/// A stretch of the session's time, in seconds as transcripts have them.
struct time_span {
  double from = 0;
  double to = 0;  ///< exclusive

  friend bool operator==(time_span a, time_span b) noexcept {
    return !(a.from < b.from) && !(b.from < a.from) && !(a.to < b.to) && !(b.to < a.to);
  }
  friend bool operator!=(time_span a, time_span b) noexcept { return !(a == b); }
};

/// What became of the audio and of the words.
enum class completeness {
  /// The server got all audio and our stop, every final transcript was delivered, and the server
  /// ended the session itself, or its job holds all audio.
  complete,
  partial,  ///< audio was dropped, or the session ended before the stop was written
  unknown,  ///< the stop was written, but the end was not seen, or words may be missing
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
  completeness verdict = completeness::partial;  ///< what became of the audio and of the words
  gladia::error error{};                         ///< why it ended early; none after a good end
  /// Where final transcripts may be missing, in order of time: never where the verdict is
  /// `complete`. Listening to the recording (`live::client::async_download`) or asking again is the
  /// only remedy.
  std::vector<time_span> words_unknown{};
  std::uint16_t close_code = 0;  ///< of the last link, or 0 if it was lost
  std::string close_reason{};    ///< the server's words beside it
  statistics stats{};            ///< the numbers at the end
  /// The job, where it was asked for (`session_options::fetch_result`) and told; else null.
  std::shared_ptr<live_job const> job{};
};

}  // namespace gladia::live
