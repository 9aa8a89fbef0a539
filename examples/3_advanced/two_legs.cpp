// Transcribes the two legs of a call in one session of two channels, and labels each line with who
// spoke. The legs come independently, here from two WAV files; `audio::interleaver` brings them
// together.
//
//   two_legs agent.wav customer.wav
//   two_legs --names Ann,Bob --joins-after 2.5 ann.wav bob.wav

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <csignal>
#include <future>
#include <gladia.hpp>
#include <iostream>
#include <set>
#include <string>
#include <support/interrupts.hpp>
#include <support/service.hpp>
#include <support/terminal.hpp>
#include <utility>
#include <vector>

namespace audio = gladia::audio;
namespace live = gladia::live;

namespace {

struct settings {
  examples::service service;
  std::vector<std::string> paths;
  std::vector<std::string> names{"agent", "customer"};
  double joins_after = 0;
  double speed = 1;
};

settings parse(int argc, char** argv, CLI::App& app) {
  settings s;
  s.service.add_options(app);
  app.add_option("LEG.wav", s.paths, "Two mono WAV files of the same format")
      ->required()
      ->expected(2);
  app.add_option("--names", s.names, "Who speaks in the first and in the second, as A,B")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->expected(2)
      ->capture_default_str();
  app.add_option("--joins-after", s.joins_after, "Seconds after which the second leg begins")
      ->check(CLI::Range(0.0, 3600.0));
  app.add_option("--speed", s.speed, "Times real time; 0: as fast as it goes")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.footer(app.get_footer() +
             "\nCtrl-C stops in order: the last words come. A second one gives up.\nExit status: "
             "0, all was transcribed; 1, not all, which standard error explains; 2, wrong usage.");
  app.parse(argc, argv);
  return s;
}

/// One leg: its audio, and when the next of it was spoken, counted from the beginning of the call.
struct leg {
  audio::wav_file wav;
  std::chrono::nanoseconds at;
};

/// Prints finals in the order in which they were begun: one waits while another that began earlier
/// may still change. What comes too late for its place is printed at once.
class conversation {
 public:
  conversation(examples::terminal& terminal, std::vector<std::string> names)
      : terminal_(terminal), names_(std::move(names)) {}

  void add(live::event const& e) {
    view_.add(e);
    print(std::holds_alternative<live::ended>(e));
  }

 private:
  void print(bool is_over) {
    for (auto const& line : view_.lines()) {
      // One that has not changed for long lost its final with a link.
      bool const may_change = line.utterance.end + 10 > view_.lines().back().utterance.end;
      if (!line.is_final && may_change && !is_over) return;
      auto const channel = line.utterance.channel;
      if (!line.is_final || !printed_.insert({channel, line.id}).second) continue;
      auto const index = static_cast<std::size_t>(channel);
      auto const name = index < names_.size() ? names_[index] : std::to_string(channel);
      terminal_.line('[' + examples::clock_text(line.utterance.start) + "] " + name + ": " +
                     std::string(line.text()));
    }
  }

  examples::terminal& terminal_;
  std::vector<std::string> names_;
  live::transcript_view view_;
  std::set<std::pair<int, std::string>> printed_;
};

/// Sends what is ready. False once the session takes no more.
bool send_ready(live::threaded_session& session, audio::interleaver& call) {
  for (auto piece = call.take(); piece.size() > 0; piece = call.take()) {
    if (!session.send(piece)) return false;  // the summary says why
  }
  return true;
}

/// Plays both legs, each at its time. Gives the error of a file.
gladia::error play(live::threaded_session& session, std::future<void> const& over,
                   std::array<leg, 2>& legs, double speed) {
  constexpr std::chrono::milliseconds step(20);  // as telephones have it
  audio::interleaver call(legs[0].wav.format(), legs.size());
  audio::pacer pace(legs[0].wav.format(), speed);
  std::vector<char> chunk(legs[0].wav.format().bytes(step));
  std::array<bool, 2> is_at_end{};
  for (std::chrono::nanoseconds now{}; !is_at_end[0] || !is_at_end[1]; now += step) {
    for (std::size_t i = 0; i < legs.size(); ++i) {
      if (legs[i].at > now || is_at_end[i]) continue;
      auto const bytes = legs[i].wav.read(boost::asio::buffer(chunk));
      if (!bytes) return bytes.error();
      call.add(i, legs[i].at, boost::asio::buffer(chunk.data(), *bytes));
      legs[i].at += step;
      is_at_end[i] = *bytes == 0;
    }
    if (!send_ready(session, call)) return {};
    auto const wait = pace.sent(chunk.size(), std::chrono::steady_clock::now());
    if (over.wait_for(wait) == std::future_status::ready) return {};
  }
  call.finish();
  send_ready(session, call);
  return {};
}

int fail(std::string const& why) {
  std::cerr << "error: " << why << '\n';
  return 1;
}

int transcribe(settings const& s, std::array<leg, 2> legs) {
  examples::terminal terminal(true);
  conversation lines(terminal, s.names);
  gladia::live_request request;
  request.audio = audio::interleaver(legs[0].wav.format(), legs.size()).format();
  request.messages_config.receive_partial_transcripts = true;  // they tell who began first

  std::promise<void> at_end;
  auto const over = at_end.get_future();
  live::session_handlers handlers;
  handlers.on_event = [&](live::event const& e) { lines.add(e); };
  handlers.on_end = [&](live::summary const&) { at_end.set_value(); };

  gladia::client client(s.service.options());
  live::threaded_session session(client.live().session(request), handlers);
  examples::interrupts interrupts([&](int n) { n > 1 ? session.cancel() : session.stop(); });

  auto const fault = play(session, over, legs, s.speed);
  session.stop();
  auto const end = session.wait();
  if (!terminal.is_good()) return fail("cannot write to standard output");
  if (end.error) return fail(s.service.explain(end.error));
  if (fault) return fail(fault.what());
  if (end.verdict == live::completeness::complete) return 0;
  return fail("the session ended before the service had heard everything");
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // as with `| head`: the session is to end in order
  CLI::App app("Transcribes the two legs of a call.");
  settings s;
  try {
    s = parse(argc, argv, app);
  } catch (CLI::ParseError const& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  auto first = audio::wav_file::open(s.paths[0]);
  if (!first) return fail(first.error().what());
  auto second = audio::wav_file::open(s.paths[1]);
  if (!second) return fail(second.error().what());
  if (first->format().channels != 1 || !(first->format() == second->format())) {
    return fail("the legs have to be mono, and of one format; convert them, for example with sox");
  }
  if (!s.service.prepare()) return 1;
  auto const joins = std::chrono::duration<double>(s.joins_after);
  return transcribe(
      s, {leg{std::move(*first), {}},
          leg{std::move(*second), std::chrono::duration_cast<std::chrono::nanoseconds>(joins)}});
}
