#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <gladia.hpp>
#include <optional>
#include <support/interrupts.hpp>
#include <support/terminal.hpp>
#include <support/wav_source.hpp>
#include <thread>
#include <vector>

namespace examples {

/// How audio is sent.
struct feeding {
  std::optional<double> speed{};      ///< times real time, as `add_speed` says
  terminal const* printed = nullptr;  ///< ends it once it takes no more, if there is one
  std::chrono::milliseconds chunk{100};
  std::function<void()> on_progress = [] {};  ///< called behind each chunk
};

/// Sends audio at the pace of speech, until its end, or until the session ends or is stopped; a
/// pipe that is interrupted until it is empty. Gives why it could not be read or sent.
template <class Source>
gladia::error feed(gladia::live::threaded_session& session, Source& audio,
                   std::atomic<bool> const& is_interrupted, feeding const& how) {
  using clock = std::chrono::steady_clock;
  std::vector<char> chunk(audio.format().bytes(how.chunk));
  gladia::audio::pacer pace(audio.format(), how.speed.value_or(audio.is_pipe() ? 2 : 1));
  auto const is_ended = [&] {
    return session.state() == gladia::live::session_state::ended ||
           (how.printed && !how.printed->is_good());
  };
  auto const is_over = [&] { return is_interrupted || is_ended(); };
  // After an interrupt: a source that goes on all the same is not followed for ever.
  constexpr std::size_t most_of_a_pipe = 1024 * 1024;
  for (std::size_t drained = 0; drained < most_of_a_pipe && !is_ended();) {
    auto const read = audio.read(chunk, is_over);
    if (!read) return read.error();
    if (*read == 0) break;
    auto const sent = session.send(chunk.data(), *read);
    if (!sent) {
      auto const why = sent.error();
      // After a stop, or the end, of which the summary tells.
      bool const is_told = why == gladia::errc::stopping || why == gladia::errc::session_ended;
      return is_told ? gladia::error() : why;
    }
    how.on_progress();
    if (is_interrupted) drained += *read;
    auto const due = clock::now() + pace.sent(*read, clock::now());
    while (!is_over() && clock::now() < due) {
      std::this_thread::sleep_until(std::min(due, clock::now() + std::chrono::milliseconds(20)));
    }
  }
  return {};
}

/// Sends audio to a session, and waits for the last words. Ctrl-C stops the session in order, and
/// the second time gives it up.
///
/// \return How the session ended. Its error is also that of a file that cannot be read to its end.
inline gladia::live::summary speak(gladia::live::threaded_session& session, wav_source& wav,
                                   feeding const& how) {
  std::atomic<bool> is_interrupted{false};
  interrupts const on_interrupt([&](int n) {
    if (n > 1) return session.cancel();
    is_interrupted = true;
    if (!wav.is_pipe()) session.stop();
  });
  auto const fault = feed(session, wav, is_interrupted, how);
  session.stop();
  auto end = session.wait();
  if (!end.error) end.error = fault;
  return end;
}

}  // namespace examples
