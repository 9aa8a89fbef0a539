// No key on the device: the backend creates the session with its key, and hands on its id and URL;
// the device attaches to it with these alone.
//
//   attach_by_url backend > session.json
//   attach_by_url device session.json examples/data/sample.wav
//   attach_by_url backend | attach_by_url device - examples/data/sample.wav

#include <atomic>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <fstream>
#include <gladia/codec/decode.hpp>
#include <gladia/codec/encode.hpp>
#include <optional>
#include <support/command_line.hpp>
#include <support/interrupts.hpp>
#include <support/service.hpp>
#include <support/session_text.hpp>
#include <support/speak.hpp>
#include <support/terminal.hpp>

namespace live = gladia::live;

namespace {

/// What both sides have to agree on, beside the URL.
gladia::live_request agreed_request() {
  gladia::live_request request;
  request.audio.encoding = gladia::audio_encoding::pcm;
  request.audio.bit_depth = 16;
  request.audio.sample_rate = 16000;
  request.audio.channels = 1;
  return request;
}

/// Keeps the emulator of this program for as long as the session needs it. Ctrl-C reaches both
/// sides of a pipe: the device still gets its last words.
void serve(gladia::testing::emulator const& emulator, std::string const& id) {
  std::cerr << "this program ends with the session, or at Ctrl-C once no device is connected\n";
  std::atomic<int> times{0};
  examples::interrupts const on_interrupt([&](int n) { times = n; });
  auto const is_over = [&](auto const& report) {
    bool const is_linked = !report.connections.empty() && report.connections.back().open;
    return !is_linked && (report.status == gladia::job_status::done || times > 0);
  };
  while (times < 2 && !emulator.wait_until(id, is_over, std::chrono::milliseconds(100))) {
  }
}

/// Where the key is: creates the session, and prints what the device needs.
int be_backend(examples::service& service) {
  if (!service.prepare()) return 1;
  gladia::client const client(service.options());
  auto const made = client.live().async_init(agreed_request(), boost::asio::use_future).get();
  if (!made) return examples::fail(service.explain(made.error()));
  // Whoever has the URL can use the session: send it over encrypted links, and log it nowhere.
  auto const text = gladia::codec::encode(*made);
  if (!text) return examples::fail(text.error().what());
  if (!(std::cout << *text << std::endl)) return examples::fail("cannot write to standard output");
  if (service.emulator) serve(*service.emulator, made->id);
  return 0;
}

gladia::result<gladia::live_session_info> read_session(std::string const& path) {
  std::ifstream file;
  if (path != "-") file.open(path);
  if (!file) return gladia::error(gladia::errc::invalid_options, path + ": cannot be read");
  std::string text;
  std::getline(path == "-" ? std::cin : file, text);
  auto session = gladia::codec::decode<gladia::live_session_info>(text);
  if (session) return session;
  auto const name = path == "-" ? "standard input" : path;
  return gladia::error(
      gladia::errc::invalid_options,
      name + " does not hold what the backend printed: " + session.error().details().message);
}

/// Where the audio is, and no key.
int be_device(examples::service const& service, std::string const& session_path,
              std::string const& audio_path, std::optional<double> speed) {
  auto wav = examples::wav_source::open(audio_path);
  if (!wav) return examples::fail(wav.error().what());
  auto const request = agreed_request();
  if (wav->format() != request.audio) {
    return examples::fail(wav->name() + ": the session takes 16 kHz, mono, 16 bits; convert it");
  }
  auto const session_info = read_session(session_path);
  if (!session_info) return examples::fail(session_info.error().what());

  examples::terminal terminal(true);
  live::session_handlers handlers;
  handlers.on_final = [&](gladia::transcript const& said) {
    terminal.line(examples::line_of(said.data.utterance));
  };
  gladia::client const client(service.options());
  live::threaded_session session(client.live().attach(*session_info, request), handlers);
  auto const end = examples::speak(session, *wav, {speed, &terminal});
  return examples::report(end, terminal, service);
}

}  // namespace

int main(int argc, char** argv) {
  examples::service with_key, without_key;
  std::string session_path, audio_path;
  std::optional<double> speed;
  CLI::App app("Transcribes on a device that has no key.");
  app.require_subcommand(1);
  auto* backend = app.add_subcommand("backend", "Create a session and print its id and URL");
  with_key.add_options(*backend);
  auto* device = app.add_subcommand("device", "Send audio to that session and print the words");
  device->add_option("SESSION", session_path, "What the backend printed; -: standard input")
      ->required();
  device->add_option("FILE.wav", audio_path, "16 kHz, mono, 16 bits")->required();
  without_key.add_link_options(*device);
  examples::add_speed(*device, speed);
  app.footer(backend->get_footer() + examples::about_live_sessions);
  if (auto const status = examples::parse(app, argc, argv)) return *status;
  return *backend ? be_backend(with_key) : be_device(without_key, session_path, audio_path, speed);
}
