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
/// What calls for recordings are made with.

namespace gladia::pre_recorded {

/// A recording that is read while it is uploaded.
///
/// Its functions are called on the client's executor, one at a time, must not throw, and hold up
/// whatever else that executor does for as long as they take.
struct audio_source {
  std::string filename = "audio";  ///< as the service is to show it, in UTF-8
  std::uint64_t size = 0;          ///< bytes, 1 to 2^63 - 1: exactly so many are sent
  /// Puts up to `room` bytes at `to` and returns how many; 0 only at the end. One that ends before
  /// `size` ends the upload with `errc::truncated_audio`; an error of its own with that.
  std::function<result<std::size_t>(char* to, std::size_t room)> read{};
  /// Begins again; empty: it cannot, and an upload that fails after its first byte is not tried
  /// again.
  std::function<result<void>()> begin_again{};
};

/// Hears how many bytes of a recording were given to the network, and of how many: from 0 on, and
/// more than once of the same count. Goes back to 0 where an upload is tried again. It must not
/// throw.
using upload_progress = std::function<void(std::uint64_t sent, std::uint64_t total)>;

/// How a job is waited for.
struct wait_options {
  std::chrono::milliseconds first_poll{1000};     ///< before the job is asked for
  std::chrono::milliseconds longest_poll{10000};  ///< between two questions, at most
  /// For the whole; zero: no limit.
  std::chrono::milliseconds deadline = std::chrono::hours(2);
  /// Hears of each answer, with the time since the wait began. It must not throw.
  std::function<void(pre_recorded_job const& job, std::chrono::milliseconds elapsed)> progress{};
};

/// How far a transcription is.
struct transcription_progress {
  /// Which of its steps goes on.
  enum class step {
    uploading,  ///< `sent` of `size` bytes are on their way
    creating,   ///< `audio_url` is known
    waiting,    ///< `job_id` is known; `status` once the service told it
  };
  step at = step::uploading;
  std::uint64_t sent = 0;                ///< bytes given to the network
  std::uint64_t size = 0;                ///< bytes of the recording
  secret audio_url{};                    ///< keep it: with it, a second try needs no upload
  std::string job_id{};                  ///< of the job that was made
  open_enum<job_status> status{};        ///< as last told
  std::chrono::milliseconds elapsed{0};  ///< since the wait for the job began
};

/// How a recording is transcribed.
struct transcribe_options {
  wait_options wait{};  ///< its `progress` is called too
  /// Hears of each step and of each progress in it. It must not throw.
  std::function<void(transcription_progress const&)> progress{};
};

}  // namespace gladia::pre_recorded
