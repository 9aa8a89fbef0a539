// A live session in C++20 coroutines: one feeds the audio, one prints the words, one waits for
// Ctrl-C, all side by side on one thread.
//
//   coroutine examples/data/sample.wav
//   coroutine --speed 0 meeting.wav

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <csignal>
#include <support/command_line.hpp>
#include <support/service.hpp>
#include <support/session_text.hpp>
#include <support/terminal.hpp>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace live = gladia::live;

namespace {

/// Sends the file at the pace of speech, until its end, or until the session takes no more. Gives
/// why the file could not be read.
asio::awaitable<gladia::error> feed(live::session& session, gladia::audio::wav_file& wav,
                                    double speed) {
  std::vector<char> chunk(wav.format().bytes(std::chrono::milliseconds(100)));
  gladia::audio::pacer pace(wav.format(), speed);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  auto read = wav.read(asio::buffer(chunk));
  for (; read && *read > 0; read = wav.read(asio::buffer(chunk))) {
    // Refused after a stop, and after the end, of which the summary tells.
    if (!co_await session.async_send(asio::buffer(chunk.data(), *read))) break;
    timer.expires_after(pace.sent(*read, std::chrono::steady_clock::now()));
    co_await timer.async_wait(asio::use_awaitable);
  }
  session.stop();
  co_return read ? gladia::error() : read.error();
}

/// Prints what was said, until the session has no more events, or nobody reads.
asio::awaitable<void> print(live::session& session, examples::terminal& terminal) {
  while (terminal.is_good()) {
    auto const event = co_await session.async_receive();
    if (!event) break;
    auto const* said = std::get_if<gladia::transcript>(&*event);
    if (said && said->data.is_final) terminal.line(examples::line_of(said->data.utterance));
  }
  session.stop();
}

/// Stops the session in order at the first Ctrl-C, and ends at the second.
asio::awaitable<void> watch_for_interrupts(live::session& session) {
  asio::signal_set signals(co_await asio::this_coro::executor, SIGINT, SIGTERM);
  // As a tuple: without a signal the wait is cancelled, which is no reason to throw.
  auto const token = asio::as_tuple(asio::use_awaitable);
  if (auto const [cancelled, first] = co_await signals.async_wait(token); cancelled) co_return;
  session.stop();
  co_await signals.async_wait(token);
}

asio::awaitable<void> run(live::session& session, live::summary& end) {
  end = co_await session.async_run(asio::use_awaitable);
}

asio::awaitable<live::summary> transcribe(gladia::client& client, gladia::audio::wav_file& wav,
                                          double speed, examples::terminal& terminal) {
  using namespace asio::experimental::awaitable_operators;
  // With a name of its own: gcc 12 destroys a temporary in a `co_await` twice.
  gladia::live_request request;
  request.audio = wav.format();
  auto session = client.live().session(request);
  live::summary end;
  // `&&` waits for all three; `||` cancels them when the watch ends first, and the watch when they
  // do. A session that is cancelled still says how it ended.
  auto const done =
      co_await ((run(session, end) && feed(session, wav, speed) && print(session, terminal)) ||
                watch_for_interrupts(session));
  auto const* fault = std::get_if<gladia::error>(&done);
  if (fault && *fault && !end.error) end.error = *fault;
  co_return end;
}

}  // namespace

int main(int argc, char** argv) {
  examples::service service;
  std::string path;
  double speed = 1;
  CLI::App app("Transcribes a WAV file in real time, in coroutines.");
  service.add_options(app);
  app.add_option("FILE.wav", path, "PCM, A-law or µ-law")->required();
  examples::add_speed(app, speed);
  app.footer(app.get_footer() + examples::about_live_sessions);
  if (auto const status = examples::parse(app, argc, argv)) return *status;
  auto wav = gladia::audio::wav_file::open(path);
  if (!wav) return examples::fail(wav.error().what());
  if (!service.prepare()) return 1;

  examples::terminal terminal(true);
  asio::io_context io;
  gladia::client client(io, service.options());
  live::summary end;
  asio::co_spawn(io, transcribe(client, *wav, speed, terminal),
                 [&](std::exception_ptr failure, live::summary summary) {
                   if (failure) std::rethrow_exception(failure);
                   end = std::move(summary);
                 });
  io.run();
  return examples::report(end, terminal, service);
}
