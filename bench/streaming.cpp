// CPU time and round trips of many streaming sessions, beside those of as many bare clients.
//
// The kinds of client take turns, a second each, in processes that live as long as this one:
// whatever else the machine does then weighs on all of them alike.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "support/ack_server.hpp"
#include "support/arguments.hpp"
#include "support/clients.hpp"
#include "support/figure.hpp"
#include "support/fleet.hpp"
#include "support/median.hpp"
#include "support/process.hpp"

namespace {

struct turn {
  double cpu_per_chunk;  // microseconds
  double chunks;         // in the time that is measured
  double p50, p99;       // milliseconds; of all turns so far
};

template <class Client>
turn measure(bench::fleet<Client>& fleet, bench::load const& load) {
  fleet.start();
  fleet.run_for(load.warm_up);
  auto const sent = fleet.chunks_sent();
  auto const cpu = bench::cpu_seconds();
  fleet.run_for(load.seconds);
  auto const spent = bench::cpu_seconds() - cpu;
  auto const chunks = static_cast<double>(fleet.chunks_sent() - sent);
  fleet.pause();
  auto const round_trips = fleet.round_trips();
  return {spent * 1e6 / chunks, chunks, bench::quantile(round_trips, 0.5),
          bench::quantile(round_trips, 0.99)};
}

/// Clients of one kind, in a process of their own.
class contestant {
 public:
  template <class Client>
  static std::unique_ptr<contestant> make(char const* name, bench::load const& load,
                                          bench::target const& where) {
    return std::unique_ptr<contestant>(new contestant(name, load, [&load, &where](int channel) {
      bench::fleet<Client> fleet(load, where);
      fleet.open();
      bench::child_process::answer(channel, 'o');
      while (bench::child_process::await(channel)) {
        bench::child_process::answer(channel, measure(fleet, load));
      }
    }));
  }

  void take_turn() {
    process_.go();
    last_ = process_.receive<turn>();
    cpu_.push_back(last_.cpu_per_chunk);
    chunks_ += last_.chunks;
  }

  /// The median of the ratios of its turns to those of `other` beside them.
  double ratio_to(contestant const& other) const {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < cpu_.size(); ++i) ratios.push_back(cpu_[i] / other.cpu_[i]);
    return bench::median(ratios);
  }

  void report(std::string const& prefix, contestant const& dom, contestant const& gladia) const {
    auto const print = [&](char const* what, double value) {
      bench::figure(prefix + what + "." + name_, value);
    };
    print("us", bench::median(cpu_));
    print("to_dom", ratio_to(dom));
    print("to_gladia", ratio_to(gladia));
    print("sent", chunks_ / (due_ * static_cast<double>(cpu_.size())));
    if (last_.p99 == 0) return;
    print("p50", last_.p50);
    print("p99", last_.p99);
  }

  /// Lets it end by itself: a profiler writes its report then.
  void finish() { process_.finish(); }

 private:
  template <class Body>
  contestant(char const* name, bench::load const& load, Body body)
      : name_(name), due_(load.chunks_due()), process_(body) {
    process_.receive<char>();
  }

  char const* name_;
  double due_;
  bench::child_process process_;
  std::vector<double> cpu_;
  double chunks_ = 0;
  turn last_{};
};

}  // namespace

int main(int argc, char** argv) {
  double sessions = 200, seconds = 1, rounds = 20, speed = 1, tls = 0, more = 0;
  bench::read_arguments(argc, argv,
                        {{"sessions", &sessions},
                         {"seconds", &seconds},
                         {"rounds", &rounds},
                         {"speed", &speed},
                         {"tls", &tls},
                         {"more", &more}});
  bench::load load;
  load.sessions = static_cast<int>(sessions);
  load.seconds = seconds;
  load.speed = speed;
  load.keeps_round_trips = true;
  auto two_threads = load;
  two_threads.threads = 2;

  bench::server_options options;
  options.tls = tls > 0;
  bench::ack_server const server(options);
  auto const& where = server.where();
  std::vector<std::unique_ptr<contestant>> all;
  if (options.tls) {
    all.push_back(contestant::make<bench::bare_tls_client>("bare", load, where));
    all.push_back(contestant::make<bench::dom_tls_client>("dom", load, where));
  } else {
    all.push_back(contestant::make<bench::bare_client>("bare", load, where));
    all.push_back(contestant::make<bench::dom_client>("dom", load, where));
  }
  auto const& dom = *all.back();
  all.push_back(contestant::make<bench::gladia_client>("gladia", load, where));
  auto const& gladia = *all.back();
  if (more > 0 && !options.tls) {
    all.push_back(contestant::make<bench::stranded_client>("dom_on_strands", load, where));
  }
  if (more > 0) {
    all.push_back(contestant::make<bench::gladia_client>("two_threads", two_threads, where));
    all.push_back(contestant::make<bench::threaded_client>("threaded_session", load, where));
  }
  for (int i = 0; i < static_cast<int>(rounds); ++i) {
    // Neither of two neighbours is always the first.
    std::reverse(all.begin(), all.end());
    for (auto& c : all) c->take_turn();
  }
  auto const prefix = (options.tls ? "wss." : "ws.") + std::to_string(load.sessions) + ".";
  for (auto& c : all) c->report(prefix, dom, gladia);
  for (auto& c : all) c->finish();
}
