#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include <gladia/error.hpp>
#include <gladia/model/pre_recorded_job.hpp>
#include <gladia/secret.hpp>

/// \file
/// Parameters of the calls for recordings.

namespace gladia::pre_recorded {

/// A recording that is read while it is uploaded.
///
/// The functions are called on the client's executor, one at a time, and must not throw. While a
/// function runs, everything else on that executor waits.
struct audio_source {
  std::string filename = "audio";  ///< the name that the server shows, in UTF-8
  std::uint64_t size = 0;          ///< 1 to 2^63 - 1: exactly so many bytes are sent
  /// Puts up to `room` bytes at `to`, and returns how many; 0 means the end. A source that ends
  /// before `size` ends the upload with `errc::truncated_audio`; an error ends the upload with that
  /// error.
  std::function<result<std::size_t>(char* to, std::size_t room)> read{};
  /// Makes the first byte the next one to read. Empty: the source cannot do so, and an upload that
  /// fails after its first byte is not tried again.
  std::function<result<void>()> begin_again{};
};

/// A function that is called with the number of bytes of a recording that were given to the
/// network, and with the size of the recording. The first call has 0 bytes sent. The same number
/// may come more than once; the number goes back to 0 if the upload is tried again. The function
/// must not throw.
using upload_progress = std::function<void(std::uint64_t sent, std::uint64_t total)>;

/// How to wait for a job.
struct wait_options {
  std::chrono::milliseconds first_poll{1000};     ///< the time before the first question
  std::chrono::milliseconds longest_poll{10000};  ///< the longest time between two questions
  /// The limit of the whole wait, which begins when the job exists; zero: no limit.
  std::chrono::milliseconds deadline = std::chrono::hours(2);
  /// Called on the client's executor with each answer, and the time since the wait began. May be
  /// empty. Must not throw.
  std::function<void(pre_recorded_job const& job, std::chrono::milliseconds elapsed)> progress{};
};

/// How far the transcription of a recording is.
struct transcription_progress {
  /// The steps of a transcription.
  enum class step {
    uploading,  ///< `sent` of `size` bytes were given to the network
    creating,   ///< the job is being created; `audio_url` is known
    waiting,    ///< the job is being waited for; `job_id` is known, `status` after the first answer
  };
  step at = step::uploading;             ///< the current step
  std::uint64_t sent = 0;                ///< bytes given to the network
  std::uint64_t size = 0;                ///< bytes of the recording
  secret audio_url{};                    ///< keep the URL: with it, a second try needs no upload
  std::string job_id{};                  ///< of the job that was created
  open_enum<job_status> status{};        ///< the newest status; empty before the first answer
  std::chrono::milliseconds elapsed{0};  ///< since the wait for the job began
};

/// How a recording is transcribed.
struct transcribe_options {
  wait_options wait{};  ///< how to wait for the job; its `progress` is called too
  /// Called on the client's executor at the beginning of each step, and at each progress within a
  /// step. May be empty. Must not throw.
  std::function<void(transcription_progress const&)> progress{};
};

}  // namespace gladia::pre_recorded
