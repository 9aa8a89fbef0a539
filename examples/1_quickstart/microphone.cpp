// Transcribes what a microphone hears, and shows the words while they are spoken. With PortAudio;
// without it, or without a microphone, a WAV file is heard in its stead.
//
//   microphone
//   microphone --list
//   microphone --device examples/data/sample.wav

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <gladia.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <support/capture.hpp>
#include <support/command_line.hpp>
#include <support/interrupts.hpp>
#include <support/keyboard.hpp>
#include <support/service.hpp>
#include <support/session_text.hpp>
#include <support/sound_device.hpp>
#include <support/terminal.hpp>
#include <utility>
#include <vector>

namespace live = gladia::live;

namespace {

struct settings {
  examples::service service;
  std::string device;
  std::vector<std::string> languages;
  bool list = false;
  bool muted = false;
};

void add_options(CLI::App& app, settings& s) {
  s.service.add_options(app);
  app.add_option("--device", s.device,
                 "The number or a part of the name of a microphone, or a FILE.wav that is heard in "
                 "its stead (default: the system's microphone)");
  app.add_flag("--list", s.list, "List the microphones, and do nothing else");
  app.add_option("--language", s.languages, "A spoken language, such as en; may be repeated")
      ->allow_extra_args(false);
  app.add_flag("--muted", s.muted, "Begin muted");
  app.footer(app.get_footer() +
             "\nWhile it runs, m and Enter mute the microphone, and again unmute it." +
             examples::about_live_sessions);
}

bool is_file(std::string const& device) {
  return device.size() > 4 && device.compare(device.size() - 4, 4, ".wav") == 0;
}

gladia::result<std::unique_ptr<examples::capture>> open(std::string const& device) {
  if (!is_file(device)) return examples::sound_device::open(device);
  auto file = gladia::audio::wav_file::open(device);
  if (!file) return file.error();
  return std::unique_ptr<examples::capture>(new examples::file_capture(std::move(*file)));
}

int list() {
  auto const devices = examples::sound_device::list();
  if (!devices) return examples::fail(devices.error().what());
  for (auto const& line : *devices) std::cout << line << '\n';
  if (devices->empty()) std::cerr << "no microphone was found\n";
  return 0;
}

std::string trimmed(std::string const& text) {
  return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

int transcribe(settings const& s, std::unique_ptr<examples::capture> microphone) {
  examples::terminal terminal(false);
  gladia::live_request request;
  request.audio = microphone->format();
  request.language_config.languages.assign(s.languages.begin(), s.languages.end());
  request.messages_config.receive_partial_transcripts = terminal.is_interactive();
  live::session_options options;
  options.keep_alive_limit = {};  // however long it is muted

  std::promise<void> at_end;
  auto const over = at_end.get_future();
  live::session_handlers handlers;
  handlers.on_partial = [&](std::string const& text) { terminal.partial(trimmed(text)); };
  handlers.on_final = [&](std::string const& text) {
    terminal.partial({});
    terminal.line(trimmed(text));
  };
  handlers.on_event = [&](live::event const& e) {
    auto const* lost = std::get_if<live::disconnected>(&e);
    if (lost && lost->will_retry) terminal.line("(reconnecting: " + lost->error.what() + ")");
  };
  handlers.on_end = [&](live::summary const&) { at_end.set_value(); };

  gladia::client client(s.service.options());
  live::threaded_session session(client.live().session(request, options), handlers);
  std::atomic<bool> is_interrupted{false};
  examples::interrupts interrupts([&](int n) {
    if (n > 1) return session.cancel();
    is_interrupted = true;
  });

  // The device's callback must not wait: the sink takes all of its audio, or nothing.
  std::atomic<bool> is_muted{s.muted};
  std::atomic<bool> is_full{false};
  auto const sink = session.audio_sink();
  auto fault = microphone->start([&](boost::asio::const_buffer audio) {
    if (is_muted) return;
    auto const taken = sink.try_send(audio);
    if (!taken && taken.error() == gladia::errc::would_block) is_full = true;
  });

  if (terminal.is_interactive()) terminal.line("(m and Enter mute and unmute, Ctrl-C ends)");
  examples::keyboard keyboard;
  auto const is_over = [&] {
    return fault || is_interrupted || !terminal.is_good() || microphone->is_over() ||
           over.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  };
  while (!is_over()) {
    if (keyboard.line(std::chrono::milliseconds(50)) != "m") continue;
    is_muted = !is_muted;
    terminal.line(is_muted ? "(muted)" : "(not muted)");
  }
  if (!fault) fault = microphone->fault();
  microphone.reset();
  session.stop();
  auto const end = session.wait();
  terminal.finish();

  auto why = examples::fault_of(end, terminal, s.service, fault);
  if (why.empty() && is_full) {
    why = "the network was too slow for what was said: some of it was not sent";
  }
  return why.empty() ? 0 : examples::fail(why);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Transcribes what a microphone hears.");
  settings s;
  add_options(app, s);
  if (auto const status = examples::parse(app, argc, argv)) return *status;
  if (s.list) return list();
  auto microphone = open(s.device);
  if (!microphone) return examples::fail(microphone.error().what());
  if (!s.service.prepare()) return 1;
  return transcribe(s, std::move(*microphone));
}
