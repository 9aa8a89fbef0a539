#pragma once

#include <poll.h>

#include <algorithm>
#include <bench/support/process.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <gladia/testing/emulator.hpp>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace soak {

/// How the server is.
struct roughness {
  double cut_every = 5;  ///< seconds between the cuts of one link, on average
  int sessions = 200;    ///< about how many there are at a time
  bool tls = false;
  std::uint64_t seed = 0;
};

/// How the links of a job are cut, as both sides know it from its id: clean ones leave nothing in
/// flight, so that nothing may come twice.
inline bool is_cut_clean(std::string const& id) {
  return !id.empty() && id.back() < '8';
}

/// An emulator in a process of its own, which cuts links at random. It keeps the audio of its jobs,
/// so its memory is not to count as ours.
class rough_server {
 public:
  explicit rough_server(roughness how)
      : process_([how](int channel) { serve(how, channel); }),
        address_(process_.receive<address>()) {}

  [[nodiscard]] std::string url() const { return address_.url; }
  [[nodiscard]] std::string ca_pem() const { return address_.ca_pem; }

 private:
  using emulator = gladia::testing::emulator;

  struct address {
    char url[64];
    char ca_pem[8192];
  };

  template <std::size_t Size>
  static void put(char (&into)[Size], std::string const& text) {
    if (text.size() >= Size) throw std::length_error(text);
    text.copy(into, text.size());
    into[text.size()] = '\0';
  }

  static void serve(roughness const& how, int channel) {
    std::signal(SIGINT, SIG_IGN);  // whom a terminal tells both: this ends last
    gladia::testing::emulator_options options;
    options.tls = how.tls;
    options.no_speech_limit = {};
    for (int i = 0; i < 1000; ++i) options.script += "words of line " + std::to_string(i) + '\n';
    options.faults = late_acknowledgements();
    auto started = emulator::start(options);
    if (!started) throw std::runtime_error(started.error().what());

    address mine;
    put(mine.url, started->url());
    put(mine.ca_pem, started->ca_pem());
    bench::child_process::answer(channel, mine);
    cut_for_ever(*started, how, channel);
  }

  /// As a network with a round trip does it: so there is always audio in flight.
  static gladia::testing::faults late_acknowledgements() {
    gladia::testing::faults faults;
    faults.acks = gladia::testing::ack_mode::late;
    faults.ack_delay = std::chrono::milliseconds(200);
    return faults;
  }

  /// Until the other process ends.
  static void cut_for_ever(emulator& server, roughness const& how, int channel) {
    std::mt19937_64 random(how.seed);
    auto const pause = std::max(1, static_cast<int>(how.cut_every * 1000 / how.sessions));
    std::vector<std::string> ids;
    auto asked = std::chrono::steady_clock::time_point();
    for (pollfd over{channel, POLLIN, 0}; ::poll(&over, 1, pause) == 0;) {
      auto const now = std::chrono::steady_clock::now();
      if (now - asked > std::chrono::milliseconds(200)) {
        asked = now;
        ids.clear();
        for (auto const& report : server.reports()) {
          if (makes_progress(report)) ids.push_back(report.id);
        }
      }
      // Towards the end there are fewer, which are not to be cut more often for that.
      auto const chosen =
          random() % std::max<std::uint64_t>(ids.size(), static_cast<std::uint64_t>(how.sessions));
      if (chosen >= ids.size()) continue;
      auto const report = server.report(ids[chosen]);
      if (report && makes_progress(*report)) server.set_faults(report->id, cut(report->id, random));
    }
  }

  /// A link that is cut before it brought anything, again and again, is given up: another test.
  static bool makes_progress(gladia::testing::session_report const& report) {
    return report.status == gladia::job_status::processing && !report.connections.empty() &&
           report.connections.back().open && report.connections.back().acknowledged > 0;
  }

  /// Cuts the link at the next message of audio, and now and then once more when it is back.
  static gladia::testing::faults cut(std::string const& id, std::mt19937_64& random) {
    using gladia::testing::ending;
    using gladia::testing::resume_policy;
    constexpr ending endings[] = {ending::reset, ending::fin, ending::close};
    constexpr resume_policy policies[] = {resume_policy::count, resume_policy::discard,
                                          resume_policy::restart};
    auto faults = late_acknowledgements();
    faults.cuts.every = 1;
    faults.cuts.times = random() % 4 == 0 ? 2 : 1;
    if (is_cut_clean(id)) {
      faults.cuts.how = endings[random() % 3];
    } else {
      faults.cuts.kind = gladia::testing::cut_kind::brutal;
      faults.cuts.how = endings[random() % 2];
      faults.resume = policies[random() % 3];
    }
    return faults;
  }

  bench::child_process process_;
  address address_;
};

}  // namespace soak
