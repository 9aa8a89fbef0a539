// CPU time of many streaming sessions, beside that of as many bare clients.
//
// The kinds of client take turns, a second each, in processes that live as long as this one:
// whatever else the machine does then weighs on all of them alike.

#include <algorithm>
#include <cstdio>
#include <vector>

#include "support/ack_server.hpp"
#include "support/arguments.hpp"
#include "support/clients.hpp"
#include "support/fleet.hpp"
#include "support/median.hpp"
#include "support/process.hpp"

namespace {

struct turn {
  double cpu_per_chunk;  // microseconds
  unsigned long long chunks, refused, acknowledged;
};

template <class Client>
turn measure(bench::fleet<Client>& fleet, bench::load const& load) {
  auto const refused = fleet.chunks_refused();
  auto const acknowledged = fleet.chunks_acknowledged();
  auto const all = fleet.chunks_sent();
  fleet.start();
  fleet.run_for(load.warm_up);
  auto const sent = fleet.chunks_sent();
  auto const cpu = bench::cpu_seconds();
  fleet.run_for(load.seconds);
  auto const spent = bench::cpu_seconds() - cpu;
  auto const chunks = fleet.chunks_sent() - sent;
  fleet.pause();
  return {spent * 1e6 / static_cast<double>(chunks), fleet.chunks_sent() - all,
          fleet.chunks_refused() - refused, fleet.chunks_acknowledged() - acknowledged};
}

/// Clients of one kind, in a process of their own.
struct contestant {
  template <class Client>
  contestant(char const* n, Client const*, bench::load const& load, std::uint16_t port)
      : name(n), process([&load, port](int channel) {
          bench::fleet<Client> fleet(load, port);
          fleet.open();
          bench::child_process::answer(channel, 'o');
          while (bench::child_process::await(channel)) {
            bench::child_process::answer(channel, measure(fleet, load));
          }
        }) {
    process.receive<char>();
  }

  void take_turn() {
    process.go();
    auto const t = process.receive<turn>();
    cpu.push_back(t.cpu_per_chunk);
    chunks += t.chunks;
    refused += t.refused;
    acknowledged += t.acknowledged;
  }

  char const* name;
  bench::child_process process;
  std::vector<double> cpu;
  unsigned long long chunks = 0, refused = 0, acknowledged = 0;
};

/// Of each turn to the turn of `base` beside it: the lower quartile, the median, the upper
/// quartile.
void print_ratios(contestant const& c, contestant const& base) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < c.cpu.size(); ++i) ratios.push_back(c.cpu[i] / base.cpu[i]);
  std::sort(ratios.begin(), ratios.end());
  auto const at = [&](std::size_t quarter) { return ratios[(ratios.size() - 1) * quarter / 4]; };
  std::printf("%-16s %8.2f %8.3f   %.3f to %.3f   %llu sent, %llu acknowledged, %llu refused\n",
              c.name, bench::median(c.cpu), at(2), at(1), at(3), c.chunks, c.acknowledged,
              c.refused);
}

}  // namespace

int main(int argc, char** argv) {
  double sessions = 200, seconds = 1, rounds = 40, speed = 1;
  bench::read_arguments(
      argc, argv,
      {{"sessions", &sessions}, {"seconds", &seconds}, {"rounds", &rounds}, {"speed", &speed}});
  bench::load load;
  load.sessions = static_cast<int>(sessions);
  load.seconds = seconds;
  load.speed = speed;

  bench::ack_server const server;
  contestant bare("bare", static_cast<bench::bare_client*>(nullptr), load, server.port());
  contestant stranded("bare on strands", static_cast<bench::stranded_client*>(nullptr), load,
                      server.port());
  contestant gladia("gladia", static_cast<bench::gladia_client*>(nullptr), load, server.port());
  for (int i = 0; i < static_cast<int>(rounds); ++i) {
    // Neither of two neighbours is always the first.
    if (i % 2 == 0) {
      stranded.take_turn();
      bare.take_turn();
      gladia.take_turn();
    } else {
      gladia.take_turn();
      bare.take_turn();
      stranded.take_turn();
    }
  }

  std::printf("%d sessions, %d turns of %.1f s each\n", load.sessions, static_cast<int>(rounds),
              load.seconds);
  std::printf("%-16s %8s %8s   %-14s\n", "", "us/chunk", "ratio", "middle half");
  print_ratios(bare, bare);
  print_ratios(stranded, bare);
  print_ratios(gladia, bare);
  std::printf("budget of the ratio: 1.10\n");
  for (auto* c : {&bare, &stranded, &gladia}) c->process.finish();
}
