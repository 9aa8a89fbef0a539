#pragma once

/// \file
/// An emulator of Gladia's server, for tests of applications: `gladia::testing::emulator`.
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

/// Where the words of the transcripts come from if there is no script.
enum class word_source {
  automatic,     ///< PocketSphinx if it is installed, else none
  pocketsphinx,  ///< PocketSphinx; an error if it is not installed
  none,          ///< speech events without transcripts: quick, for tests that need no words
};

/// What an emulator is started with.
struct emulator_options {
  std::uint16_t port = 0;  ///< 0: any free port
  /// The address of this machine to listen on.
  ///
  /// Beyond loopback, for example with `0.0.0.0` in a container, whoever reaches this machine can
  /// use the emulator. The URLs in the emulator's answers then follow the `Host` of the request,
  /// and files are served from the same port. The emulator's own certificate is valid for loopback
  /// only.
  std::string host = "127.0.0.1";
  secret api_key{};  ///< the only key that is accepted; empty: any key that is not empty
  /// Whether to serve `https` and `wss`. The emulator makes a certificate of its own, unless files
  /// are given.
  bool tls = false;
  std::string certificate_file{};  ///< PEM file with the chain; implies `tls`
  std::string key_file{};          ///< PEM file with the private key

  /// The text that is said in the audio, in UTF-8. Empty: see `words`. Each session starts at the
  /// beginning of the script.
  ///
  /// A plain text has one line for each passage of speech that is heard, in any channel. Blank
  /// lines are ignored. After the last line there are only speech events.
  ///
  /// A script in JSON has times in seconds:
  /// `[{"text": "hello world", "start": 0.5, "end": 1.5, "channel": 0, "language": "en"}]`. Each
  /// entry is sent when audio has come up to its end, whether or not the audio is speech. `channel`
  /// and `language` may be missing. An entry may have `"translations": {"fr": "bonjour"}`, for the
  /// live sessions that ask for these languages.
  std::string script{};
  /// A function that tells at which byte of the client's audio a received message begins. If the
  /// function returns nothing, the message begins where the message before ended. The function
  /// suits audio without a WAV header whose samples tell their position. May be empty.
  ///
  /// With this function the times of a JSON script are times in the client's audio, even if audio
  /// was sent again. An entry is said each time that its audio was heard from start to end, with
  /// the times, on the session's clock, at which the emulator heard that audio. An entry that a
  /// lost link interrupts is said when its end is heard; if the next link repeats its start, the
  /// entry counts from there. Called from the emulator's thread.
  std::function<std::optional<std::uint64_t>(std::string_view message)> position_of{};
  /// Where words come from if there is no script.
  word_source words = word_source::automatic;

  std::size_t max_sessions = 0;                   ///< sessions at a time, then 429; 0: no limit
  std::chrono::seconds retry_after{0};            ///< `Retry-After` with that 429; 0: none
  std::chrono::milliseconds idle_timeout{30000};  ///< time without audio, then 4408; 0: no limit
  std::chrono::milliseconds no_speech_limit{
      60000};  ///< audio without speech, then 4504; 0: no limit
  /// How long a job is `processing`: the job of a session from the last transcript to the end of
  /// the session, the job of a recording from its last word on.
  std::chrono::milliseconds processing_time{0};
  std::chrono::milliseconds queued_time{0};  ///< how long the job of a recording is `queued`
  /// The size of the largest recording. A larger one is answered with 413 before it is read.
  std::uint64_t max_upload_bytes = 1'000'000'000;
  /// URLs of recordings that were not uploaded, each with a file of this machine. The emulator
  /// fetches nothing, and refuses every URL that is neither here nor of an upload.
  std::map<std::string, std::string> remote_files{};
  /// Experimental, as the message is: whether `speech_turn_end` follows each `speech_end`.
  bool turn_ends = false;
  /// The data of the message `answering_machine`, which is sent once, when `time` seconds of audio
  /// have come, or 5 s if `time` is not set. Not set: the message is not sent. Experimental, as the
  /// message is.
  std::optional<answering_machine_data> answering_machine{};
  /// Whether the file route redirects to another port, as Gladia's server redirects to another
  /// host.
  bool separate_storage = true;
  /// Whether the received audio is kept until the job is deleted. If not, jobs have no file, and
  /// `emulator::audio` is empty.
  bool keep_audio = true;

  testing::faults faults{};  ///< the faults at the start; see `emulator::set_faults`
  /// Called from the emulator's thread. The level `info` has one line for each request, link and
  /// end of a session.
  gladia::logger logger{};
};

/// An emulator of Gladia's server: HTTP and WebSocket on this machine, for tests and offline
/// trials.
///
/// For sessions, the emulator serves every endpoint below `/v2/live` that this library calls,
/// checks requests as Gladia's schema says, answers with Gladia's error bodies, acknowledges audio,
/// detects speech by its energy, sends transcripts, post-processing and callbacks, and resumes a
/// session on the same URL.
///
/// Recordings are uploaded to `/v2/upload`, and transcribed below `/v2/pre-recorded`: WAV files of
/// any rate and number of channels; other formats, if the emulator was built with libsndfile.
///
/// The emulator never makes words up. Words come from the script, or from recognising the audio
/// with PocketSphinx (always as US English, whatever language the request has), or there are none.
/// Translations that are not in the script, entities, sentiment and summaries are answered with the
/// error that they are not available here.
///
/// The emulator has a thread of its own, and one more for recognition. Thread safety: every member
/// except moving and destruction may be called from any thread, but not from the logger. A
/// moved-from emulator may only be assigned to or destroyed.
class emulator {
 public:
  /// Starts listening.
  ///
  /// Errors: `errc::invalid_options` for a certificate or script that cannot be used, for a script
  /// without words, and for a word source that is not installed; the system's error if the port
  /// cannot be used. The message says which.
  [[nodiscard]] static result<emulator> start(emulator_options options = {});

  /// Takes the running emulator over.
  emulator(emulator&&) noexcept;
  /// Ends the emulator on the left as the destructor does, and takes the running emulator over.
  emulator& operator=(emulator&&) noexcept;
  /// Closes all connections, links with 1001. Takes about a second at most.
  ~emulator();

  /// The URL for `client_options::api_url` of a client on this machine, for example
  /// `http://127.0.0.1:49152`.
  [[nodiscard]] std::string url() const;
  /// The origin that files are served from. Equal to `url()` if `separate_storage` is false.
  [[nodiscard]] std::string storage_url() const;
  /// The certificate to trust, as PEM text; empty without TLS.
  [[nodiscard]] std::string ca_pem() const;
  /// Where words come from: `script`, `pocketsphinx`, or `none (speech events only)`.
  [[nodiscard]] std::string words() const;

  /// Sets the faults of all sessions that have none of their own. The faults act as soon as the
  /// call has returned.
  void set_faults(testing::faults faults);
  /// Sets the faults of one session or recording, in place of the emulator's. Of the faults in
  /// `http` only those of `route::upgrade` act. An unknown id is ignored.
  ///
  /// \param session_id  The id of the job.
  /// \param faults      The faults.
  void set_faults(std::string const& session_id, testing::faults faults);
  /// Cuts the link of a session now, or as soon as the session has a link. Only `kind`, `how` and
  /// `code` of `plan` are used. For audio that is certainly heard twice, use `faults::cuts` with
  /// `unacknowledged`.
  void cut(std::string const& session_id, cut_plan plan);
  /// Sends something on the link of a session now, or as soon as the session has a link.
  void inject(std::string const& session_id, injection what);

  /// What a session received. Nothing for an unknown id, and after the job was deleted.
  [[nodiscard]] std::optional<session_report> report(std::string const& session_id) const;
  /// The reports of all sessions whose jobs were not deleted, the oldest first.
  [[nodiscard]] std::vector<session_report> reports() const;
  /// The reports of all recordings whose jobs were not deleted, the oldest first.
  [[nodiscard]] std::vector<recording_report> recordings() const;
  /// The last 1000 HTTP requests, the oldest first.
  [[nodiscard]] std::vector<request_report> requests() const;
  /// The audio of a session, as Gladia's server would process it. Empty if `keep_audio` is false.
  [[nodiscard]] std::string audio(std::string const& session_id) const;
  /// The audio that came on one link, whether or not it is part of the session's audio.
  ///
  /// \param session_id  The id of the job.
  /// \param connection  The index in `session_report::connections`.
  [[nodiscard]] std::string audio(std::string const& session_id, std::size_t connection) const;

  /// Waits until the report of any session satisfies `predicate`, which is called on this thread.
  ///
  /// \return That report; nothing if `timeout` has passed.
  std::optional<session_report> wait_until(
      std::function<bool(session_report const&)> const& predicate,
      std::chrono::milliseconds timeout = std::chrono::seconds(10)) const;
  /// Waits until the report of one session satisfies `predicate`, which is called on this thread.
  ///
  /// \return That report; nothing if `timeout` has passed.
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
#if !__has_include(<gladia/testing/impl/emulator.ipp>)
#error "the emulator is installed compiled: use gladia::gladia, not gladia::header_only"
#endif
#include <gladia/testing/impl/emulator.ipp>
#endif
