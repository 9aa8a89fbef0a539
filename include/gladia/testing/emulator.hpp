#pragma once

/// \file
/// A Gladia on this machine, to test applications against: `gladia::testing::emulator`.
///
/// Needs the CMake target `gladia::testing`.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gladia/error.hpp>
#include <gladia/logger.hpp>
#include <gladia/model/live_message.hpp>
#include <gladia/secret.hpp>
#include <gladia/testing/faults.hpp>
#include <gladia/testing/report.hpp>

namespace gladia::testing {

/// Where the words of the transcripts come from when there is no script.
enum class word_source {
  automatic,     ///< PocketSphinx where it is installed, else none
  pocketsphinx,  ///< PocketSphinx; an error where it is not installed
  none,          ///< no transcripts, speech events alone: quick, for tests that need no words
};

/// What an emulator is started with.
struct emulator_options {
  std::uint16_t port = 0;  ///< 0: any free port
  /// The address of this machine to listen on. Beyond loopback, as with `0.0.0.0` in a container,
  /// the URLs in its answers follow the `Host` of the request, files come from the same port, and
  /// whoever reaches the machine can use it. Its own certificate is for loopback alone.
  std::string host = "127.0.0.1";
  secret api_key{};  ///< the only key taken; empty: any key
  /// Whether to serve `https` and `wss`; with a certificate of its own unless files are given.
  bool tls = false;
  std::string certificate_file{};  ///< PEM file with the chain; implies `tls`
  std::string key_file{};          ///< PEM file with its private key

  /// What is said in the audio, in UTF-8. Empty: see `words`. Each session starts at its beginning.
  ///
  /// Plain text: each line that is not blank is the text of the next stretch of speech heard, in
  /// any channel; behind the last one there are only speech events. JSON:
  /// `[{"text": "hello world", "start": 0.5, "end": 1.5, "channel": 0, "language": "en"}]`, in
  /// seconds; each entry is sent as soon as that much audio has come, speech or not. `channel` and
  /// `language` may be missing. An entry may have `"translations": {"fr": "bonjour"}`, for live
  /// sessions that ask for these languages.
  std::string script{};
  /// Where in the client's audio a received message begins, in bytes; nothing: where the message
  /// before it ended. For audio whose samples tell their position, without a WAV header.
  ///
  /// With this function the times of a JSON script are times in the client's audio, whatever was
  /// sent again: an entry is said each time that its audio has been heard from start to end, with
  /// the times at which the emulator heard it, in the session's time. An entry that a lost link
  /// interrupts is said once its end is heard; where its start comes again too, from there on.
  /// Called from the emulator's thread.
  std::function<std::optional<std::uint64_t>(std::string_view message)> position_of{};
  /// Where words come from without a script.
  word_source words = word_source::automatic;

  std::size_t max_sessions = 0;                      ///< more at a time get 429; 0: no limit
  std::chrono::seconds retry_after{0};               ///< `Retry-After` beside that 429; 0: none
  std::chrono::milliseconds idle_timeout{30000};     ///< without audio, then 4408; 0: none
  std::chrono::milliseconds no_speech_limit{60000};  ///< of audio, then 4504; 0: none
  /// From the last transcript to the end of the session; the job is `processing` that long. Of a
  /// recording likewise, from its last word on.
  std::chrono::milliseconds processing_time{0};
  std::chrono::milliseconds queued_time{0};  ///< a recording's job is `queued` that long
  /// Of a recording, in bytes; a larger one is answered with 413 before it is read.
  std::uint64_t max_upload_bytes = 1'000'000'000;
  /// What stands behind the URLs of other recordings: files of this machine. The emulator fetches
  /// nothing, and refuses every other URL but those of uploads.
  std::map<std::string, std::string> remote_files{};
  /// Experimental, as the messages are: whether `speech_turn_end` follows each `speech_end`.
  bool turn_ends = false;
  /// Experimental: sent as `answering_machine`, once, when so much audio has come as `time` says,
  /// or 5 s where that is not set. Nothing: the message is not sent.
  std::optional<answering_machine_data> answering_machine{};
  /// Whether the file route redirects to another port, as the service redirects to another host.
  bool separate_storage = true;
  /// Whether the received audio is kept until the job is deleted. Without it there is no file and
  /// `emulator::audio` is empty.
  bool keep_audio = true;

  testing::faults faults{};  ///< at the start; see `emulator::set_faults`
  gladia::logger logger{};   ///< called from the emulator's thread; level `info` has one line for
                             ///< each request, connection and end of a session
};

/// A faithful local Gladia: HTTP and WebSocket on this machine, for tests and offline trials.
///
/// It serves every `/v2/live` endpoint that this library calls, validates as the service does and
/// answers with its error bodies, acknowledges audio, detects speech by its energy, sends
/// transcripts, post-processing and callbacks, and resumes a session on the same URL. It takes
/// recordings under `/v2/upload` and transcribes them under `/v2/pre-recorded`: WAV files of any
/// rate and number of channels, other formats where it was built with libsndfile. It never
/// makes words up: they come from the script, from recognising the audio with PocketSphinx (always
/// as US English, whatever language is asked for), or not at all; translations that are not in the
/// script, entities, sentiment and summaries are answered with the error that they are not
/// available here.
///
/// It has a thread of its own, and one more for recognition. Thread safety: every member but move
/// and destruction may be called from any thread, except from the logger. A moved-from emulator may
/// only be assigned to or destroyed.
class emulator {
 public:
  /// Starts listening.
  ///
  /// Errors: `errc::invalid_options` for a certificate or script that cannot be used, a script
  /// without words, or a word source that is not there; the system's error where the port cannot be
  /// had. The message says which.
  [[nodiscard]] static result<emulator> start(emulator_options options = {});

  emulator(emulator&&) noexcept;
  emulator& operator=(emulator&&) noexcept;
  /// Closes all connections, open sessions with 1001; takes about a second at most.
  ~emulator();

  /// For example `http://127.0.0.1:49152`: what a client on this machine takes as its API URL.
  [[nodiscard]] std::string url() const;
  /// The origin that files are served from; the same as `url()` without `separate_storage`.
  [[nodiscard]] std::string storage_url() const;
  /// The certificate to trust, as PEM text; empty without TLS.
  [[nodiscard]] std::string ca_pem() const;
  /// Where words come from: `script`, `pocketsphinx`, or `none (speech events only)`.
  [[nodiscard]] std::string words() const;

  /// Sets the faults of all sessions that have none of their own; in force when the call returns.
  void set_faults(testing::faults faults);
  /// Sets the faults of one session or recording, by the id of its job, in place of the emulator's.
  /// Of `http` only `route::upgrade` applies. An unknown id is ignored.
  void set_faults(std::string const& session_id, testing::faults faults);
  /// Cuts a session's link now, or as soon as it has one. Only `kind`, `how` and `code` matter: for
  /// audio that is surely heard twice use `faults::cuts` with `unacknowledged`.
  void cut(std::string const& session_id, cut_plan plan);
  /// Sends something on a session's link now, or as soon as it has one.
  void inject(std::string const& session_id, injection what);

  /// What a session received; empty for an unknown id, and once its job was deleted.
  [[nodiscard]] std::optional<session_report> report(std::string const& session_id) const;
  /// What all sessions received whose jobs were not deleted, the oldest first.
  [[nodiscard]] std::vector<session_report> reports() const;
  /// All recordings whose jobs were not deleted, the oldest first.
  [[nodiscard]] std::vector<recording_report> recordings() const;
  /// The last 1000 HTTP requests, the oldest first.
  [[nodiscard]] std::vector<request_report> requests() const;
  /// The session's audio, as the server would process it; empty without `keep_audio`.
  [[nodiscard]] std::string audio(std::string const& session_id) const;
  /// The audio that came in on one connection, whether or not it was kept.
  [[nodiscard]] std::string audio(std::string const& session_id, std::size_t connection) const;

  /// Waits until a session's report satisfies `predicate`, which is called on this thread.
  ///
  /// Returns that report, or nothing when `timeout` has passed.
  std::optional<session_report> wait_until(
      std::function<bool(session_report const&)> const& predicate,
      std::chrono::milliseconds timeout = std::chrono::seconds(10)) const;
  /// \copydoc wait_until
  /// Looks at one session only.
  std::optional<session_report> wait_until(
      std::string const& session_id, std::function<bool(session_report const&)> const& predicate,
      std::chrono::milliseconds timeout = std::chrono::seconds(10)) const;

 private:
  class impl;
  explicit emulator(std::unique_ptr<impl> implementation) noexcept;
  std::unique_ptr<impl> impl_;
};

}  // namespace gladia::testing

#ifdef GLADIA_HEADER_ONLY
#include <gladia/testing/impl/emulator.ipp>
#endif
