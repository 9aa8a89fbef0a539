// Instructions for each chunk, counted by callgrind: figures that a busy machine does not change.
// What the kernel does is left out.
//
// Started without --kind it starts the server, and itself under valgrind for each kind of client,
// with a number of chunks and with twice as many: the difference is free of what it takes to start.
// A client sends a chunk 100 ms after its last one was acknowledged, so that the work is the same
// however slow valgrind makes it.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "support/ack_server.hpp"
#include "support/arguments.hpp"
#include "support/clients.hpp"
#include "support/figure.hpp"
#include "support/fleet.hpp"

namespace {

enum class kind { bare = 1, dom, gladia };

struct setting {
  double sessions = 20, chunks = 50, speed = 1, budget = 0;
  double kind = 0, port = 0;  // of a run under valgrind
};

template <class Client>
void stream(setting const& s) {
  bench::load load;
  load.sessions = static_cast<int>(s.sessions);
  load.speed = s.speed;
  bench::target where;
  where.port = static_cast<std::uint16_t>(s.port);
  bench::fleet<Client> fleet(load, where);
  fleet.open();
  fleet.stream_in_step(static_cast<std::uint64_t>(s.chunks));
}

void stream_as(setting const& s) {
  switch (static_cast<kind>(static_cast<int>(s.kind))) {
    case kind::bare:
      return stream<bench::bare_client>(s);
    case kind::dom:
      return stream<bench::dom_client>(s);
    case kind::gladia:
      return stream<bench::gladia_client>(s);
  }
}

/// All instructions of this program, run with `s` under callgrind.
double count(std::string const& program, setting const& s) {
  auto const report = program + ".callgrind." + std::to_string(getpid());
  auto const number = [](double value) { return std::to_string(static_cast<long>(value)); };
  auto const command = "valgrind --quiet --tool=callgrind --callgrind-out-file='" + report + "' '" +
                       program + "' --kind " + number(s.kind) + " --port " + number(s.port) +
                       " --sessions " + number(s.sessions) + " --chunks " + number(s.chunks) +
                       " --speed " + number(s.speed);
  if (std::system(command.c_str()) != 0) bench::give_up("failed: " + command);
  std::ifstream file(report);
  std::string const label = "summary: ";
  double instructions = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(label, 0) == 0) instructions = std::stod(line.substr(label.size()));
  }
  std::remove(report.c_str());
  if (instructions == 0) bench::give_up("callgrind wrote no summary");
  return instructions;
}

double per_chunk(std::string const& program, setting s, kind k) {
  s.kind = static_cast<double>(k);
  auto twice = s;
  twice.chunks *= 2;
  return (count(program, twice) - count(program, s)) / (s.sessions * s.chunks);
}

}  // namespace

int main(int argc, char** argv) {
  setting s;
  bench::read_arguments(argc, argv,
                        {{"sessions", &s.sessions},
                         {"chunks", &s.chunks},
                         {"speed", &s.speed},
                         {"budget", &s.budget},
                         {"kind", &s.kind},
                         {"port", &s.port}});
  if (s.kind > 0) {
    stream_as(s);
    return 0;
  }
  bench::ack_server const server;
  s.port = server.where().port;
  auto const bare = per_chunk(argv[0], s, kind::bare);
  auto const dom = per_chunk(argv[0], s, kind::dom);
  auto const gladia = per_chunk(argv[0], s, kind::gladia);
  bench::figure("instructions.bare", bare);
  bench::figure("instructions.dom", dom);
  bench::figure("instructions.gladia", gladia);
  bench::figure("instructions.ratio.bare", bare / dom);
  bench::figure("instructions.ratio.gladia", gladia / dom);
  if (s.budget == 0 || gladia / dom <= s.budget) return 0;
  std::fprintf(stderr, "instructions a chunk: %.3f of bare + DOM, the budget is %.2f\n",
               gladia / dom, s.budget);
  return 1;
}
