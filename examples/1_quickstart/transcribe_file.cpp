// Transcribes a WAV file as if it were spoken right now, and prints the words as they come.
//
//   transcribe_file meeting.wav
//   transcribe_file --language en --language fr --json meeting.wav

#include <boost/asio/signal_set.hpp>
#include <support/service.hpp>
#include <support/terminal.hpp>
#include <thread>
#include <vector>

namespace live = gladia::live;

namespace {

struct settings {
  examples::service service;
  std::string path;
  std::vector<std::string> languages;
  int chunk_ms = 100;
  double speed = 1;
  double stop_timeout = 60;
  bool partials = false;
  bool json = false;
};

settings parse(int argc, char** argv, CLI::App& app) {
  settings s;
  s.service.add_options(app);
  app.add_option("FILE.wav", s.path, "PCM, A-law or µ-law")->required();
  app.add_option("--language", s.languages, "A spoken language, such as en; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--chunk-ms", s.chunk_ms, "Milliseconds of audio in a chunk")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--speed", s.speed, "Times real time; 0: as fast as it goes")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--stop-timeout", s.stop_timeout, "Seconds to wait for the last words")
      ->check(CLI::Range(0.001, 86400.0))
      ->capture_default_str();
  app.add_flag("--partials", s.partials, "Print what is being said before it is final");
  app.add_flag("--json", s.json, "Print one JSON object for each event, and nothing else");
  app.parse(argc, argv);
  return s;
}

/// Prints events for a person: finals stay, partials overwrite themselves.
struct printer {
  examples::terminal& terminal;
  gladia::audio_format format;
  bool partials;

  void operator()(gladia::transcript const& t) const {
    auto const& said = t.data.utterance;
    auto const line = examples::clock_text(said.start) + said.text;
    if (t.data.is_final) {
      terminal.partial("");
      terminal.line(line);
    } else if (terminal.is_interactive()) {
      terminal.partial(line);
    } else if (partials) {
      terminal.line(line + " ...");
    }
  }
  void operator()(live::disconnected const& d) const {
    if (d.will_retry) terminal.line("(reconnecting: " + d.error.what() + ")");
  }
  void operator()(live::warning const& w) const { terminal.line("(warning: " + w.text + ")"); }
  void operator()(live::audio_dropped const& d) const {
    terminal.line("(lost " + std::to_string(format.duration(d.to - d.from).count() / 1000) +
                  " ms of audio)");
  }
  void operator()(gladia::error_message const& e) const {
    terminal.line("(the service says: " + e.message + ")");
  }
  template <class Other>
  void operator()(Other const&) const {}

  void progress(live::statistics const& n) const {
    auto const seconds = [this](std::uint64_t bytes) {
      return examples::clock_text(static_cast<double>(format.duration(bytes).count()) / 1e6);
    };
    terminal.progress("sent " + seconds(n.bytes_sent - n.bytes_replayed) + " heard " +
                      seconds(n.bytes_acknowledged) + " ");
  }
};

/// Sends the file at the pace of speech. Ends early when the session does, or is stopped.
void feed(live::threaded_session& session, gladia::audio::wav_file& wav, settings const& s,
          printer const& print) {
  std::vector<char> chunk(wav.format().bytes(std::chrono::milliseconds(s.chunk_ms)));
  gladia::audio::pacer pace(wav.format(), s.speed);
  for (;;) {
    auto read = wav.read(boost::asio::buffer(chunk));
    if (!read) std::cerr << s.path << ": " << read.error().what() << '\n';
    if (!read || *read == 0) break;
    if (!session.send(boost::asio::buffer(chunk.data(), *read))) break;
    if (!s.json) print.progress(session.stats());
    std::this_thread::sleep_for(pace.sent(*read, std::chrono::steady_clock::now()));
  }
  session.stop();
}

int transcribe(settings& s, gladia::audio::wav_file& wav) {
  examples::terminal terminal;
  gladia::live_request request;
  request.audio = wav.format();
  request.language_config.languages.assign(s.languages.begin(), s.languages.end());
  request.messages_config.receive_partial_transcripts =
      s.partials || (terminal.is_interactive() && !s.json);
  live::session_options options;
  options.stop_timeout = std::chrono::milliseconds(static_cast<int>(s.stop_timeout * 1000));
  options.keep_raw = s.json;

  gladia::client client(s.service.options());
  live::session_handlers handlers;
  printer const print{terminal, wav.format(), s.partials};
  handlers.on_event = [&](live::event const& e) {
    if (s.json) {
      if (!std::holds_alternative<live::ended>(e)) std::cout << live::to_json(e) << std::endl;
      return;
    }
    std::visit(print, e);
  };
  live::threaded_session session(client.live().session(request, options), handlers);

  // Ctrl-C stops in order, so that the last words still come; a second one gives up.
  boost::asio::signal_set signals(client.get_executor(), SIGINT, SIGTERM);
  signals.async_wait([&](gladia::error_code ec, int) {
    if (ec) return;
    session.stop();
    signals.async_wait([&](gladia::error_code again, int) {
      if (!again) session.cancel();
    });
  });

  feed(session, wav, s, print);
  auto const end = session.wait();
  signals.cancel();
  terminal.finish();
  if (s.json) std::cout << "{\"summary\": " << live::to_json(end) << "}" << std::endl;
  if (end.error) std::cerr << "error: " << end.error.what() << '\n';
  if (!end.error && end.verdict != live::completeness::complete) {
    std::cerr << "error: the transcript is not complete: some audio was lost\n";
  }
  return end.verdict == live::completeness::complete ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Transcribes a WAV file in real time.");
  settings s;
  try {
    s = parse(argc, argv, app);
  } catch (CLI::ParseError const& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  auto wav = gladia::audio::wav_file::open(s.path);
  if (!wav) {
    std::cerr << "error: " << wav.error().what() << '\n';
    return 1;
  }
  if (!s.service.prepare()) return 1;
  return transcribe(s, *wav);
}
