#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gladia/error.hpp>
#include <gladia/model/live_job.hpp>

namespace gladia::live {

/// How long something took, measured over the whole session. Percentiles are estimates, within 10
/// %. All members are zero while nothing was measured.
struct latency {
  std::uint64_t count = 0;           ///< the number of measurements
  std::chrono::microseconds last{};  ///< the newest measurement
  std::chrono::microseconds p50{};   ///< half of the measurements were no longer
  std::chrono::microseconds p95{};   ///< 95 % of the measurements were no longer
};

/// The numbers of a session at one moment. Members that begin with `bytes_` count bytes of audio,
/// without a WAV header that was left out.
struct statistics {
  std::uint64_t bytes_accepted = 0;  ///< taken from the caller
  /// Given to the network, audio that was sent again included. Up to a second of this audio, and
  /// what the system buffers (tens of KiB), may not have left this machine yet.
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_replayed = 0;      ///< of `bytes_sent`, sent again after a reconnect
  std::uint64_t bytes_acknowledged = 0;  ///< the offset up to which the server has everything
  /// Accepted audio that was dropped: the server will never hear it. An incomplete frame at the end
  /// does not count, nor does audio that was still unsent at the end: see `bytes_unsent`.
  std::uint64_t bytes_dropped = 0;
  std::uint64_t bytes_buffered = 0;     ///< held in memory now
  std::uint64_t bytes_unsent = 0;       ///< of `bytes_buffered`, not yet given to the network
  std::uint64_t messages_received = 0;  ///< messages of any kind from the server
  std::uint64_t keep_alives_sent = 0;   ///< empty chunks that were sent while no audio came
  std::uint64_t events_dropped = 0;     ///< events thrown away, because nobody received them
  /// Final transcripts that a lost link swallowed, and that were found later and delivered, marked
  /// `recovered`.
  std::uint64_t finals_recovered = 0;
  /// Final transcripts that were not delivered, because their text had been delivered before.
  std::uint64_t finals_withheld = 0;
  int connections = 0;  ///< links that opened; the number of reconnects is one less
  /// The time from the moment when audio counts as sent to the acknowledgement of this audio. On a
  /// slow uplink the time that the audio needs to leave this machine is included.
  latency ack_round_trip{};
  latency first_partial{};     ///< from accepting the start of an utterance to its first partial
  latency final_transcript{};  ///< from accepting the end of an utterance to its final transcript
};

/// A span of the session's time, in seconds on the clock of the transcripts.
struct time_span {
  double from = 0;  ///< the beginning
  double to = 0;    ///< the end, exclusive

  /// Whether both members are equal.
  friend bool operator==(time_span a, time_span b) noexcept {
    return !(a.from < b.from) && !(b.from < a.from) && !(a.to < b.to) && !(b.to < a.to);
  }
  /// Whether a member differs.
  friend bool operator!=(time_span a, time_span b) noexcept { return !(a == b); }
};

/// What became of the audio and of the words.
enum class completeness {
  /// The server got all accepted audio and the stop, and every final transcript was delivered. The
  /// server ended the session itself, or the job is done and holds all audio. Audio that a call
  /// refused with an error does not count.
  complete,
  partial,  ///< audio was dropped, or the session ended before the stop was written
  unknown,  ///< the stop was written, but the end was not seen, or words may be missing
};

/// The verdict's name, for example `"complete"`.
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
  std::string job_id{};  ///< for `live::client::async_get`; empty if no job was created
  completeness verdict = completeness::partial;  ///< what became of the audio and of the words
  gladia::error error{};                         ///< why the session ended early; else no error
  /// Where final transcripts may be missing, in order of time. Empty if the verdict is `complete`.
  /// To get the missing words, listen to the recording (`live::client::async_download`), or ask the
  /// speaker again.
  std::vector<time_span> words_unknown{};
  std::uint16_t close_code = 0;  ///< of the server's last close frame; 0 if the last link was lost
  std::string close_reason{};    ///< the text in that close frame; untrusted
  statistics stats{};            ///< the numbers at the end
  /// The job, if the session asked for it (`session_options::fetch_result`) and got it; else null.
  std::shared_ptr<live_job const> job{};
};

}  // namespace gladia::live
