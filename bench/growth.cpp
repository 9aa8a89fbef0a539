// What grows with a session: the cost of a chunk with the audio that is kept for a replay, and the
// time and memory of a final result with its size.

#include <malloc.h>

#include <string>
#include <variant>

#include "support/ack_server.hpp"
#include "support/arguments.hpp"
#include "support/clients.hpp"
#include "support/figure.hpp"
#include "support/fleet.hpp"
#include "support/memory.hpp"
#include "support/process.hpp"

namespace {

/// CPU time of a chunk, in microseconds, while `backlog` seconds of audio are not acknowledged.
double with_backlog(int backlog, bench::load const& load) {
  bench::server_options options;
  options.late_by = static_cast<std::uint64_t>(backlog) * 10;
  bench::ack_server const server(options);
  return bench::run_apart([&] {
    bench::fleet<bench::gladia_client> fleet(load, server.where());
    fleet.shared().options.buffer = std::chrono::seconds(backlog + 10);
    fleet.open();
    fleet.start();
    fleet.run_for(backlog / load.speed + load.warm_up);
    auto const sent = fleet.chunks_sent();
    auto const cpu = bench::cpu_seconds();
    fleet.run_for(load.seconds);
    auto const spent = bench::cpu_seconds() - cpu;
    return spent * 1e6 / static_cast<double>(fleet.chunks_sent() - sent);
  });
}

struct reading {
  double cpu;       // seconds, from the first chunk to the end of the event
  double peak;      // bytes of resident memory beyond those before
  double kept;      // bytes of heap afterwards, beyond those before
  double resident;  // the same of resident memory, once free memory was given back
};

/// A session that is sent a final result of `bytes`.
reading with_final_result(std::size_t bytes) {
  bench::server_options options;
  options.final_bytes = bytes;
  bench::ack_server const server(options);
  return bench::run_apart([&] {
    bench::load load;
    load.sessions = 1;
    bench::fleet<bench::gladia_client> fleet(load, server.where());
    fleet.open();
    bool has_come = false;
    fleet.first().on_event([&](gladia::live::event const& event) {
      if (std::holds_alternative<gladia::post_final_transcript>(event)) has_come = true;
    });
    auto const before = bench::memory_now();
    auto const cpu = bench::cpu_seconds();
    fleet.start();
    while (!has_come) fleet.run_for(0.1);
    auto const spent = bench::cpu_seconds() - cpu;
    fleet.run_for(0.2);
    auto const peak = bench::peak_memory();
    malloc_trim(0);
    auto const after = bench::memory_now();
    return reading{spent, peak - before.resident, after.heap - before.heap,
                   after.resident - before.resident};
  });
}

}  // namespace

int main(int argc, char** argv) {
  double sessions = 20, seconds = 2, speed = 10;
  bench::read_arguments(argc, argv,
                        {{"sessions", &sessions}, {"seconds", &seconds}, {"speed", &speed}});
  bench::load load;
  load.sessions = static_cast<int>(sessions);
  load.seconds = seconds;
  load.speed = speed;
  double base = 0;
  for (int const backlog : {0, 10, 30, 60}) {
    auto const us = with_backlog(backlog, load);
    if (backlog == 0) base = us;
    auto const prefix = "backlog." + std::to_string(backlog) + ".";
    bench::figure(prefix + "us", us);
    bench::figure(prefix + "ratio", us / base);
  }

  constexpr double mib = 1 << 20;
  for (int const size : {1, 4, 16, 64}) {
    auto const r = with_final_result(static_cast<std::size_t>(size) << 20);
    auto const prefix = "final." + std::to_string(size) + ".";
    bench::figure(prefix + "ms", r.cpu * 1e3);
    bench::figure(prefix + "ms_per_mib", r.cpu * 1e3 / size);
    bench::figure(prefix + "peak_mib", r.peak / mib);
    bench::figure(prefix + "kept_mib", r.kept / mib);
    bench::figure(prefix + "resident_mib", r.resident / mib);
  }
}
