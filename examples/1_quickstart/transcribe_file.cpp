// Transcribes a file as if it were spoken right now, and prints the words as they come: a WAV file,
// or, with libsndfile, a FLAC, Ogg, MP3 or AIFF file.
//
//   transcribe_file meeting.wav
//   transcribe_file --language en --language fr --json meeting.wav
//   arecord -f S16_LE -r 16000 | transcribe_file -

#include <atomic>
#include <future>
#include <optional>
#include <support/audio_source.hpp>
#include <support/command_line.hpp>
#include <support/interrupts.hpp>
#include <support/service.hpp>
#include <support/session_text.hpp>
#include <support/speak.hpp>
#include <support/terminal.hpp>
#include <vector>

namespace live = gladia::live;

namespace {

struct settings {
  examples::service service;
  std::string path;
  std::vector<std::string> languages;
  int chunk_ms = 100;
  std::optional<double> speed;
  double stop_timeout = 60;
  bool partials = false;
  bool json = false;
  bool must_be_whole = false;
};

void add_options(CLI::App& app, settings& s) {
  s.service.add_options(app);
  app.add_option(
         "FILE", s.path,
         "WAV of PCM, A-law or µ-law, or what libsndfile reads, if it is there; a pipe with "
         "WAV, or - for standard input: nothing is connected before its header has come")
      ->required();
  app.add_option("--language", s.languages, "A spoken language, such as en; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--chunk-ms", s.chunk_ms, "Milliseconds of audio in a chunk")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  examples::add_speed(app, s.speed);
  app.add_option("--stop-timeout", s.stop_timeout, "Seconds to wait for the last words")
      ->check(CLI::Range(0.001, 86400.0))
      ->capture_default_str();
  app.add_flag("--partials", s.partials, "Print what is being said before it is final");
  app.add_flag("--json", s.json,
               "Print one JSON object for each event, at last the summary, and nothing else");
  app.add_flag(
      "--must-be-whole", s.must_be_whole,
      "Refuse a file that was cut short, instead of transcribing what there is; of a pipe, and of "
      "other files than WAV, that is known at the end");
  app.footer(
      app.get_footer() +
      "\nCtrl-C stops in order: what a pipe holds is still sent, and the last words come. A "
      "second one gives up.\nExit status: 0, all was transcribed; 1, not all, which standard "
      "error explains; 2, wrong usage.");
}

/// Prints events for a person: finals stay, partials overwrite themselves.
struct printer {
  examples::terminal& terminal;
  gladia::audio_format format;
  bool partials;

  void operator()(gladia::transcript const& t) const {
    auto const mark = t.recovered ? " (late: a lost connection had swallowed it)" : "";
    auto const line = examples::line_of(t.data.utterance) + mark;
    if (t.data.is_final) {
      terminal.partial({});
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
    terminal.line("(lost audio from " + clock(d.from) + " to " + clock(d.to) + ")");
  }
  void operator()(gladia::error_message const& e) const {
    terminal.line("(the server says: " + e.message + ")");
  }
  template <class Other>
  void operator()(Other const&) const {}

  void progress(live::statistics const& n) const {
    terminal.progress(clock(n.bytes_sent - n.bytes_replayed) + " sent, " +
                      clock(n.bytes_acknowledged) + " acknowledged ");
  }
  std::string clock(std::uint64_t bytes) const {
    return examples::clock_text(static_cast<double>(format.duration(bytes).count()) / 1e6);
  }
};

std::string cut_short(examples::audio_source const& audio) {
  return audio.name() + " was cut short: its header promises more audio than it holds";
}

int transcribe(settings const& s, examples::audio_source& audio) {
  examples::terminal terminal(s.json);
  printer const print{terminal, audio.format(), s.partials};

  gladia::live_request request;
  request.audio = audio.format();
  request.language_config.languages.assign(s.languages.begin(), s.languages.end());
  request.messages_config.receive_partial_transcripts = s.partials || terminal.is_interactive();
  live::session_options options;
  options.stop_timeout = std::chrono::milliseconds(static_cast<int>(s.stop_timeout * 1000));
  options.keep_raw = s.json;

  std::promise<void> at_end;
  auto const over = at_end.get_future();
  live::session_handlers handlers;
  handlers.on_event = [&](live::event const& e) {
    if (!s.json) return std::visit(print, e);
    if (!std::holds_alternative<live::ended>(e)) terminal.line(live::to_json(e));
  };
  handlers.on_end = [&](live::summary const&) { at_end.set_value(); };

  gladia::client client(s.service.options());
  live::threaded_session session(client.live().session(request, options), handlers);
  std::atomic<bool> is_interrupted{false};
  // The first stops in order, so that the last words still come; the second gives up.
  examples::interrupts interrupts([&](int n) {
    if (n > 1) return session.cancel();
    is_interrupted = true;
    if (!audio.is_pipe()) session.stop();
    if (terminal.is_interactive()) terminal.line("(stopping; Ctrl-C again to give up)");
  });

  auto const source = examples::feed(session, audio, is_interrupted,
                                     {s.speed, &terminal, std::chrono::milliseconds(s.chunk_ms),
                                      [&] { print.progress(session.stats()); }});
  session.stop();
  while (over.wait_for(std::chrono::milliseconds(200)) != std::future_status::ready) {
    print.progress(session.stats());
    if (!terminal.is_good()) session.cancel();
  }
  auto const end = session.wait();
  print.progress(end.stats);
  terminal.finish();
  if (s.json) terminal.line("{\"summary\": " + live::to_json(end) + "}");
  auto fault = examples::fault_of(end, terminal, s.service, source);
  if (audio.is_cut_short() && fault.empty() && s.must_be_whole) fault = cut_short(audio);
  if (audio.is_cut_short() && fault.empty()) std::cerr << "warning: " << cut_short(audio) << '\n';
  return fault.empty() ? 0 : examples::fail(fault);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Transcribes a file in real time.");
  settings s;
  add_options(app, s);
  if (auto const status = examples::parse(app, argc, argv)) return *status;
  auto audio = examples::audio_source::open(s.path);
  if (!audio) return examples::fail(audio.error().what());
  if (audio->is_cut_short() && s.must_be_whole) return examples::fail(cut_short(*audio));
  if (!s.service.prepare()) return 1;
  return transcribe(s, *audio);
}
