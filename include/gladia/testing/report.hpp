#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gladia/model/live_job.hpp>

namespace gladia::testing {

/// What the emulator received on one link of a session.
struct connection_report {
  std::uint64_t counter = 0;       ///< the offset from which audio was acknowledged
  std::uint64_t bytes = 0;         ///< bytes of audio that were taken
  std::uint64_t kept = 0;          ///< of `bytes`, those that are part of the session's audio
  std::uint64_t acknowledged = 0;  ///< of `bytes`, those that were acknowledged
  std::size_t binary_frames = 0;   ///< of all messages, also of refused ones
  std::size_t text_frames = 0;     ///< of all messages, also of refused ones
  std::size_t fragments = 0;       ///< frames that were not a whole message
  std::size_t largest_frame = 0;   ///< bytes of payload
  std::size_t stops = 0;           ///< `stop_recording` messages
  std::size_t keep_alives = 0;     ///< empty audio chunks
  std::size_t pings = 0;           ///< from the client
  std::size_t messages_sent = 0;   ///< messages that were handed to the socket
  bool open = true;                ///< whether the link is still open
  bool was_cut = false;            ///< whether `faults::cuts` or `emulator::cut` ended the link
  std::uint16_t client_close_code = 0;  ///< 1005: a close frame without code; 0: no close frame
  std::uint16_t server_close_code = 0;  ///< 0: no close frame was sent
};

/// A final transcript of a session.
struct said_utterance {
  std::string id{};    ///< as in the message
  int channel = 0;     ///< as in the message
  double start = 0;    ///< seconds
  double end = 0;      ///< seconds
  std::string text{};  ///< usually begins with a space
  /// The links on which the transcript was sent, as indexes of `session_report::connections`; a
  /// link stands here once for each time. Empty: a fault lost the transcript, the transcript waits
  /// for a link, or the request does not ask for it. A brutal cut can destroy a transcript that was
  /// sent.
  std::vector<std::size_t> sent_on{};
};

/// What the emulator received and sent in one session, over all links.
struct session_report {
  std::string id{};                                        ///< of the job
  gladia::job_status status = gladia::job_status::queued;  ///< as `GET` would answer
  std::uint64_t bytes = 0;                                 ///< of the session's audio
  std::string sha256{};                          ///< of the session's audio, in hexadecimal digits
  std::size_t nacks = 0;                         ///< how often audio was refused
  std::vector<said_utterance> said{};            ///< final transcripts, in order
  std::size_t callbacks_delivered = 0;           ///< answered with 2xx
  std::size_t callbacks_failed = 0;              ///< refused, unreachable or not on loopback
  std::vector<connection_report> connections{};  ///< the links, in order

  /// The sum of a number over all links, for example `total(&connection_report::stops)`.
  template <class Number>
  [[nodiscard]] Number total(Number connection_report::*member) const {
    Number sum{};
    for (auto const& connection : connections) sum = static_cast<Number>(sum + connection.*member);
    return sum;
  }
};

/// What the emulator received and answered about one recording.
struct recording_report {
  std::string id{};                                        ///< of the job
  gladia::job_status status = gladia::job_status::queued;  ///< as `GET` would answer
  int polls = 0;                                           ///< how often `GET` was answered
  std::string filename{};                                  ///< of the upload
  std::uint64_t bytes = 0;                                 ///< of the upload
  std::size_t callbacks_delivered = 0;                     ///< answered with 2xx
  std::size_t callbacks_failed = 0;  ///< refused, unreachable or not on loopback
};

/// One HTTP request that the emulator received. WebSocket handshakes are among them.
struct request_report {
  std::string origin{};  ///< where the request came to: `url()` or `storage_url()`
  std::string method{};  ///< for example `GET`
  std::string target{};  ///< path and query
  /// All header fields as they came. The API key is among them: do not log header fields.
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};            ///< of the request; empty for an upload
  std::uint64_t body_bytes = 0;  ///< how many bytes of the body were read
  int status = 0;                ///< of the answer; 0: no answer was sent

  /// The value of the header field `name`, in upper or lower case; empty if there is no such field.
  [[nodiscard]] std::string header(std::string const& name) const;
};

}  // namespace gladia::testing
