#pragma once

#include <atomic>
#include <chrono>
#include <gladia.hpp>
#include <support/interrupts.hpp>
#include <support/wav_source.hpp>
#include <thread>
#include <vector>

namespace examples {

/// Sends audio to a session at the pace of speech, until the audio ends, and waits for the last
/// words. Ctrl-C stops the session in order, and the second time gives it up.
///
/// \return How the session ended. Its error is also that of a file that cannot be read to its end.
inline gladia::live::summary speak(gladia::live::threaded_session& session, wav_source& wav,
                                   double speed) {
  std::atomic<bool> is_interrupted{false};
  interrupts const on_interrupt([&](int n) {
    is_interrupted = true;
    n == 1 ? session.stop() : session.cancel();
  });
  auto const is_over = [&] {
    return is_interrupted || session.state() == gladia::live::session_state::ended;
  };
  std::vector<char> chunk(wav.format().bytes(std::chrono::milliseconds(100)));
  gladia::audio::pacer pace(wav.format(), speed);
  gladia::error fault;
  while (!is_over()) {
    auto const read = wav.read(chunk, is_over);
    if (!read) fault = read.error();
    if (!read || *read == 0) break;
    // Refused after a stop, and after the end, of which the summary tells.
    if (!session.send(chunk.data(), *read)) break;
    std::this_thread::sleep_for(pace.sent(*read, std::chrono::steady_clock::now()));
  }
  session.stop();
  auto end = session.wait();
  if (!end.error) end.error = fault;
  return end;
}

}  // namespace examples
