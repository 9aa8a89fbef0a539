// Transcribes a file as if it were spoken right now, and prints the words as they come: a WAV file,
// or, with libsndfile, a FLAC, Ogg, MP3 or AIFF file.
//
//   transcribe_file meeting.wav
//   transcribe_file --language en --language fr --json meeting.wav
//   arecord -f S16_LE -r 16000 | transcribe_file -

#include <atomic>
#include <csignal>
#include <future>
#include <optional>
#include <support/audio_source.hpp>
#include <support/interrupts.hpp>
#include <support/service.hpp>
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

settings parse(int argc, char** argv, CLI::App& app) {
  settings s;
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
  app.add_option("--speed", s.speed,
                 "Times real time, for example 2; 0: as fast as it goes. Without it 1, and for a "
                 "pipe 2 at most, so that it catches up")
      ->check(CLI::NonNegativeNumber);
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
    auto const gap = said.text.rfind(' ', 0) == 0 ? "" : " ";
    auto const mark = t.recovered ? " (late: a lost connection had swallowed it)" : "";
    auto const line = '[' + examples::clock_text(said.start) + ']' + gap + said.text + mark;
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
    terminal.line("(the service says: " + e.message + ")");
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

/// Sends the file at the pace of speech, until its end, or until the session ends or is stopped; a
/// pipe that is interrupted until it is empty.
gladia::error feed(live::threaded_session& session, std::future<void> const& over,
                   std::atomic<bool> const& is_interrupted, examples::audio_source& audio,
                   settings const& s, printer const& print) {
  std::vector<char> chunk(audio.format().bytes(std::chrono::milliseconds(s.chunk_ms)));
  gladia::audio::pacer pace(audio.format(), s.speed.value_or(audio.is_pipe() ? 2 : 1));
  auto const is_over = [&] {
    return over.wait_for(std::chrono::seconds(0)) == std::future_status::ready ||
           !print.terminal.is_good() || is_interrupted;
  };
  // After an interrupt: a source that goes on all the same is not followed for ever.
  constexpr std::size_t most_of_a_pipe = 1024 * 1024;
  for (std::size_t drained = 0; drained < most_of_a_pipe;) {
    auto const read = audio.read(chunk, is_over);
    if (!read) return read.error();
    if (*read == 0) return {};
    auto const sent = session.send(boost::asio::buffer(chunk.data(), *read));
    if (!sent) {
      auto const why = sent.error();
      // After a stop, or the end, of which the summary tells.
      bool const is_told = why == gladia::errc::stopping || why == gladia::errc::session_ended;
      return is_told ? gladia::error() : why;
    }
    print.progress(session.stats());
    auto wait = pace.sent(*read, std::chrono::steady_clock::now());
    if (is_interrupted) {
      wait = {};
      drained += *read;
    }
    if (over.wait_for(wait) == std::future_status::ready || !print.terminal.is_good()) return {};
  }
  return {};
}

/// Where words may be missing, for a person; empty if none can be.
std::string missing_words(std::vector<live::time_span> const& spans) {
  if (spans.empty()) return {};
  std::string text = "; words may be missing";
  for (auto const& span : spans) {
    text += (&span == &spans.front() ? " from " : ", from ") + examples::clock_text(span.from) +
            " to " + examples::clock_text(span.to);
  }
  return text;
}

/// What went wrong, for a person; empty after a good end.
std::string fault_of(live::summary const& end, gladia::error const& feeding,
                     examples::terminal const& terminal, examples::service const& service) {
  if (!terminal.is_good()) {
    return "cannot write to standard output: " + terminal.fault().message();
  }
  if (end.error) return service.explain(end.error);
  if (feeding) return feeding.what();
  if (end.verdict == live::completeness::complete) return {};
  if (!end.words_unknown.empty()) return "a connection was lost, and the service did not sum up";
  return "the session ended before the service had heard everything";
}

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

  auto const feeding = feed(session, over, is_interrupted, audio, s, print);
  session.stop();
  while (over.wait_for(std::chrono::milliseconds(200)) != std::future_status::ready) {
    print.progress(session.stats());
    if (!terminal.is_good()) session.cancel();
  }
  auto const end = session.wait();
  print.progress(end.stats);
  terminal.finish();
  if (s.json) terminal.line("{\"summary\": " + live::to_json(end) + "}");
  auto fault = fault_of(end, feeding, terminal, s.service);
  if (audio.is_cut_short() && fault.empty() && s.must_be_whole) fault = cut_short(audio);
  if (audio.is_cut_short() && fault.empty()) std::cerr << "warning: " << cut_short(audio) << '\n';
  if (!fault.empty()) {
    // Where there was no link, nothing was transcribed at all.
    auto const missing =
        end.stats.connections > 0 ? missing_words(end.words_unknown) : std::string();
    std::cerr << "error: " << fault << missing << '\n';
  }
  return fault.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // as with `| head`: the session is to end in order
  CLI::App app("Transcribes a file in real time.");
  settings s;
  try {
    s = parse(argc, argv, app);
  } catch (CLI::ParseError const& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  auto audio = examples::audio_source::open(s.path);
  if (!audio) {
    std::cerr << "error: " << audio.error().what() << '\n';
    return 1;
  }
  if (audio->is_cut_short() && s.must_be_whole) {
    std::cerr << "error: " << cut_short(*audio) << '\n';
    return 1;
  }
  if (!s.service.prepare()) return 1;
  return transcribe(s, *audio);
}
