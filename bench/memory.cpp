// Heap memory of one streaming session, beside that of a bare client.

#include <malloc.h>

#include <cstdio>
#include <gladia/live/detail/engine.hpp>

#include "support/ack_server.hpp"
#include "support/arguments.hpp"
#include "support/clients.hpp"
#include "support/fleet.hpp"
#include "support/process.hpp"

namespace {

struct usage {
  double heap;      // bytes in use
  double resident;  // bytes
};

usage now() {
  auto const info = mallinfo2();
  usage u{static_cast<double>(info.uordblks + info.hblkhd), 0};
  if (auto* file = std::fopen("/proc/self/statm", "r")) {
    long total = 0, resident = 0;
    if (std::fscanf(file, "%ld %ld", &total, &resident) == 2) {
      u.resident = static_cast<double>(resident * sysconf(_SC_PAGESIZE));
    }
    std::fclose(file);
  }
  return u;
}

/// Per session, while it streams.
template <class Client>
usage stream(bench::load const& load, std::uint16_t port) {
  return bench::run_apart([&] {
    bench::fleet<Client> fleet(load, port);
    // What the first one causes once is not per session: locales, tables, thread caches.
    auto first = load;
    first.sessions = 1;
    bench::fleet<Client> warm(first, port);
    warm.open();
    warm.start();
    warm.run_for(0.5);

    auto const before = now();
    fleet.open();
    fleet.start();
    fleet.run_for(load.seconds);
    auto const after = now();
    return usage{(after.heap - before.heap) / load.sessions,
                 (after.resident - before.resident) / load.sessions};
  });
}

constexpr double kib = 1024;

}  // namespace

int main(int argc, char** argv) {
  double sessions = 200, seconds = 30;
  bench::read_arguments(argc, argv, {{"sessions", &sessions}, {"seconds", &seconds}});
  bench::load load;
  load.sessions = static_cast<int>(sessions);
  load.seconds = seconds;
  bench::ack_server const server;

  auto const bare = stream<bench::bare_client>(load, server.port());
  auto const ours = stream<bench::gladia_client>(load, server.port());
  std::printf("%d sessions after %.0f s of audio, per session\n", load.sessions, load.seconds);
  std::printf("  %-10s %8.1f KiB of heap, %8.1f KiB resident\n", "bare", bare.heap / kib,
              bare.resident / kib);
  std::printf("  %-10s %8.1f KiB of heap, %8.1f KiB resident\n", "gladia", ours.heap / kib,
              ours.resident / kib);
  std::printf("  %-10s %8.1f KiB of heap, %8.1f KiB resident; budget 64 KiB\n", "difference",
              (ours.heap - bare.heap) / kib, (ours.resident - bare.resident) / kib);

  std::printf(
      "sizes: engine %zu, of it histograms %zu, request %zu, options %zu; an event %zu; "
      "memory for wake-ups %zu\n",
      sizeof(gladia::live::detail::engine), 3 * sizeof(gladia::live::detail::histogram),
      sizeof(gladia::live_request), sizeof(gladia::live::session_options),
      sizeof(gladia::live::event), sizeof(gladia::detail::handler_memory));
}
