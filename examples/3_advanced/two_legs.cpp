// Transcribes the two legs of a call in one session of two channels, and labels each line with who
// spoke. The legs come independently, here from two WAV files; `audio::interleaver` brings them
// together.
//
//   two_legs agent.wav customer.wav
//   two_legs --names Ann,Bob --joins-after 2.5 ann.wav bob.wav

#include <CLI/CLI.hpp>
#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <gladia.hpp>
#include <iostream>
#include <set>
#include <string>
#include <support/command_line.hpp>
#include <support/interrupts.hpp>
#include <support/service.hpp>
#include <support/session_text.hpp>
#include <support/terminal.hpp>
#include <tuple>
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

void add_options(CLI::App& app, settings& s) {
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
  examples::add_speed(app, s.speed);
  app.footer(app.get_footer() + examples::about_live_sessions);
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
      if (!line.is_final) continue;
      // With its time: an id may be used again.
      if (!printed_.insert({channel, line.id, line.utterance.start}).second) continue;
      auto const index = static_cast<std::size_t>(channel);
      auto const name = index < names_.size() ? names_[index] : std::to_string(channel);
      terminal_.line('[' + examples::clock_text(line.utterance.start) + "] " + name + ": " +
                     std::string(line.text()));
    }
  }

  examples::terminal& terminal_;
  std::vector<std::string> names_;
  live::transcript_view view_;
  std::set<std::tuple<int, std::string, double>> printed_;
};

/// Sends what is ready. False once the session takes no more.
bool send_ready(live::threaded_session& session, audio::interleaver& call) {
  for (auto piece = call.take(); piece.size() > 0; piece = call.take()) {
    if (!session.send(piece)) return false;  // the summary says why
  }
  return true;
}

/// Plays both legs, each at its time, until their ends or it is stopped. Gives the error of a file.
gladia::error play(live::threaded_session& session, std::future<void> const& over,
                   std::atomic<bool> const& is_stopped, std::array<leg, 2>& legs, double speed) {
  constexpr std::chrono::milliseconds step(20);  // as telephones have it
  audio::interleaver call(legs[0].wav.format(), legs.size());
  audio::pacer pace(legs[0].wav.format(), speed);
  std::vector<char> chunk(legs[0].wav.format().bytes(step));
  std::array<bool, 2> is_at_end{};
  auto const is_over = [&] { return is_stopped || (is_at_end[0] && is_at_end[1]); };
  for (std::chrono::nanoseconds now{}; !is_over(); now += step) {
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
  call.finish();  // what one leg has and the other has not yet
  send_ready(session, call);
  return {};
}

int transcribe(settings const& s, std::array<leg, 2> legs) {
  examples::terminal terminal(true);
  conversation lines(terminal, s.names);
  gladia::live_request request;
  request.audio = audio::interleaver(legs[0].wav.format(), legs.size()).format();
  request.messages_config.receive_partial_transcripts = true;  // they tell who began first

  std::atomic<bool> is_stopped{false};
  std::promise<void> at_end;
  auto const over = at_end.get_future();
  live::session_handlers handlers;
  handlers.on_event = [&](live::event const& e) {
    lines.add(e);
    if (!terminal.is_good()) is_stopped = true;  // nobody reads
  };
  handlers.on_end = [&](live::summary const&) { at_end.set_value(); };

  gladia::client client(s.service.options());
  live::threaded_session session(client.live().session(request), handlers);
  examples::interrupts interrupts([&](int n) {
    is_stopped = true;
    if (n > 1) session.cancel();
  });

  auto const fault = play(session, over, is_stopped, legs, s.speed);
  session.stop();
  return examples::report(session.wait(), terminal, s.service, fault);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Transcribes the two legs of a call.");
  settings s;
  add_options(app, s);
  if (auto const status = examples::parse(app, argc, argv)) return *status;
  auto first = audio::wav_file::open(s.paths[0]);
  if (!first) return examples::fail(first.error().what());
  auto second = audio::wav_file::open(s.paths[1]);
  if (!second) return examples::fail(second.error().what());
  if (first->format().channels != 1 || !(first->format() == second->format())) {
    return examples::fail(
        "the legs have to be mono, and of one format; convert them, for example with sox");
  }
  if (!s.service.prepare()) return 1;
  auto const joins = std::chrono::duration<double>(s.joins_after);
  return transcribe(
      s, {leg{std::move(*first), {}},
          leg{std::move(*second), std::chrono::duration_cast<std::chrono::nanoseconds>(joins)}});
}
