// A loop without Asio, as a GUI or a game has: sixty times a second it looks what came, sends the
// audio that is due, and draws. Nothing in it waits for the network.
//
//   gui_loop examples/data/sample.wav

#include <chrono>
#include <functional>
#include <mutex>
#include <support/command_line.hpp>
#include <support/interrupts.hpp>
#include <support/service.hpp>
#include <support/session_text.hpp>
#include <support/terminal.hpp>
#include <thread>
#include <utility>
#include <vector>

namespace live = gladia::live;
using steady = std::chrono::steady_clock;

namespace {

/// What the loop is to do next. A GUI has it already: `PostMessage`, `invokeMethod`, `g_idle_add`.
class inbox {
 public:
  void put(std::function<void()> function) {
    std::lock_guard lock(mutex_);
    functions_.push_back(std::move(function));
  }
  void run_all() {
    std::vector<std::function<void()>> due;
    {
      std::lock_guard lock(mutex_);
      due.swap(functions_);
    }
    for (auto const& function : due) function();
  }

 private:
  std::mutex mutex_;
  std::vector<std::function<void()>> functions_;
};

/// Audio in small pieces, when they are due: what a sound device would have recorded meanwhile.
class recorder {
 public:
  recorder(gladia::audio::wav_file& wav, double speed)
      : wav_(wav), pace_(wav.format(), speed), chunk_(wav.format().bytes(piece)) {}

  /// Sends what is due; at most one piece, so that a frame stays short.
  void poll(live::threaded_session& session, steady::time_point now) {
    if (is_over_ || now < due_) return;
    if (size_ == 0) {
      auto const read = wav_.read(boost::asio::buffer(chunk_));
      if (!read) fault_ = read.error();
      size_ = read ? *read : 0;
    }
    if (size_ == 0) return stop(session);
    auto const taken = session.try_send(chunk_.data(), size_);
    if (!taken && taken.error() == gladia::errc::would_block) return;  // it waits for a later frame
    if (!taken) return stop(session);                                  // the summary tells why
    due_ = now + pace_.sent(std::exchange(size_, 0), now);
  }
  /// Why the file could not be read to its end.
  [[nodiscard]] gladia::error const& fault() const { return fault_; }

 private:
  static constexpr std::chrono::milliseconds piece{50};

  void stop(live::threaded_session& session) {
    is_over_ = true;
    session.stop();
  }

  gladia::audio::wav_file& wav_;
  gladia::audio::pacer pace_;
  std::vector<char> chunk_;
  std::size_t size_ = 0;  // of what is in there and was not taken yet
  steady::time_point due_{};
  bool is_over_ = false;
  gladia::error fault_;
};

/// The window. Only the loop's thread touches it, so that it needs no lock.
struct window {
  examples::terminal terminal{false};
  std::size_t frames = 0;
  bool is_open = true;

  void draw(live::session_state state) {
    terminal.progress(std::string(1, "|/-\\"[frames++ / 6 % 4]) + ' ' + to_string(state) + ' ');
  }
};

}  // namespace

int main(int argc, char** argv) {
  examples::service service;
  std::string path;
  double speed = 1;
  CLI::App app("Transcribes a WAV file in real time, in a loop that draws frames.");
  service.add_options(app);
  app.add_option("FILE.wav", path, "PCM, A-law or µ-law")->required();
  app.add_option("--speed", speed,
                 "Times real time, at most 3, for a frame sends one piece; 0: as fast as that goes")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.footer(app.get_footer() + examples::about_live_sessions);
  if (auto const status = examples::parse(app, argc, argv)) return *status;
  auto wav = gladia::audio::wav_file::open(path);
  if (!wav) return examples::fail(wav.error().what());
  if (!service.prepare()) return 1;

  inbox inbox;  // before the session, which puts something into it until it is destroyed
  window window;
  live::session_handlers handlers;
  handlers.post = [&](std::function<void()> function) { inbox.put(std::move(function)); };
  // Called by `run_all`, on the loop's thread.
  handlers.on_partial = [&](gladia::transcript const& said) {
    window.terminal.partial(examples::line_of(said.data.utterance));
  };
  handlers.on_final = [&](gladia::transcript const& said) {
    window.terminal.partial({});
    window.terminal.line(examples::line_of(said.data.utterance));
  };
  live::summary end;
  handlers.on_end = [&](live::summary const& summary) {
    end = summary;
    window.is_open = false;
  };

  gladia::live_request request;
  request.audio = wav->format();
  request.messages_config.receive_partial_transcripts = true;
  gladia::client const client(service.options());
  live::threaded_session session(client.live().session(request), handlers);
  examples::interrupts interrupts([&](int n) { n == 1 ? session.stop() : session.cancel(); });
  recorder recorder(*wav, speed);

  for (auto frame = steady::now(); window.is_open; std::this_thread::sleep_until(frame)) {
    frame += std::chrono::microseconds(16'667);
    inbox.run_all();
    recorder.poll(session, steady::now());
    window.draw(session.state());
    if (!window.terminal.is_good()) session.stop();
  }
  window.terminal.finish();
  return examples::report(end, window.terminal, service, recorder.fault());
}
