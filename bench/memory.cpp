// Memory of one session, beside that of a bare client: while it streams, and, with --idle, of many
// that do nothing.

#include <cstdio>
#include <string>

#include "support/ack_server.hpp"
#include "support/arguments.hpp"
#include "support/clients.hpp"
#include "support/figure.hpp"
#include "support/fleet.hpp"
#include "support/memory.hpp"
#include "support/process.hpp"

namespace {

struct usage {
  double heap, resident;  // KiB per session
  double cpu;             // milliseconds per second, of all sessions together
};

/// What the first session causes once is not per session: locales, tables, thread caches.
template <class Client>
void warm_up(bench::load load, bench::target const& where) {
  load.sessions = 1;
  bench::fleet<Client> fleet(load, where);
  fleet.open();
  fleet.start();
  fleet.run_for(0.5);
}

template <class Client>
usage measure(bench::load const& load, bench::target const& where, bool is_streaming) {
  return bench::run_apart([&] {
    warm_up<Client>(load, where);
    bench::fleet<Client> fleet(load, where);
    auto const before = bench::memory_now();
    fleet.open();
    if (is_streaming) fleet.start();
    auto const cpu = bench::cpu_seconds();
    fleet.run_for(load.seconds);
    auto const spent = bench::cpu_seconds() - cpu;
    auto const after = bench::memory_now();
    auto const per_session = [&](double bytes) { return bytes / 1024 / load.sessions; };
    return usage{per_session(after.heap - before.heap),
                 per_session(after.resident - before.resident), spent * 1e3 / load.seconds};
  });
}

void print(std::string const& kind, usage const& u) {
  bench::figure("memory.heap." + kind, u.heap);
  bench::figure("memory.resident." + kind, u.resident);
}

void stream(bench::load const& load) {
  bench::ack_server const server;
  auto const bare = measure<bench::bare_client>(load, server.where(), true);
  auto const ours = measure<bench::gladia_client>(load, server.where(), true);
  print("bare", bare);
  print("gladia", ours);
  print("beyond", {ours.heap - bare.heap, ours.resident - bare.resident, 0});
}

/// All of them connected, and none ended: a client that loses its link ends the program.
void idle(bench::load const& load) {
  if (bench::allow_open_files() < load.sessions + 100) {
    std::fprintf(stderr,
                 "the system allows %.0f open files: too few for %d sessions (ulimit -Hn)\n",
                 bench::allow_open_files(), load.sessions);
    return;
  }
  bench::ack_server const server;
  auto const ours = measure<bench::gladia_client>(load, server.where(), false);
  bench::figure("idle.sessions", load.sessions);
  bench::figure("idle.heap", ours.heap);
  bench::figure("idle.resident", ours.resident);
  bench::figure("idle.cpu_ms_per_s", ours.cpu);
}

}  // namespace

int main(int argc, char** argv) {
  double sessions = 200, seconds = 30, idle_sessions = 0;
  bench::read_arguments(argc, argv,
                        {{"sessions", &sessions}, {"seconds", &seconds}, {"idle", &idle_sessions}});
  bench::load load;
  load.seconds = seconds;
  load.sessions = static_cast<int>(idle_sessions > 0 ? idle_sessions : sessions);
  idle_sessions > 0 ? idle(load) : stream(load);
}
