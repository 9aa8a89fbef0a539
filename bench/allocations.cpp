// Allocations in steady state, for each chunk that is sent.

#include <boost/asio/executor_work_guard.hpp>
#include <cstdlib>
#include <gladia/codec/decode.hpp>
#include <thread>

#include "support/ack_server.hpp"
#include "support/arguments.hpp"
#include "support/clients.hpp"
#include "support/figure.hpp"
#include "support/fleet.hpp"
#include "support/process.hpp"

// glibc's own, under the names that are left when its public ones are replaced. Not operator new:
// Asio takes its handlers' memory from aligned_alloc.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
}

namespace {
thread_local std::uint64_t allocations_of_thread = 0;
}

extern "C" {
void* malloc(std::size_t size) {
  ++allocations_of_thread;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations_of_thread;
  return __libc_calloc(count, size);
}
void* realloc(void* pointer, std::size_t size) {
  ++allocations_of_thread;
  return __libc_realloc(pointer, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations_of_thread;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
  ++allocations_of_thread;
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : 12;  // ENOMEM
}
}

namespace {

/// Counts what this thread allocates while it lives.
class counter {
 public:
  std::uint64_t count() const noexcept { return allocations_of_thread - before_; }

 private:
  std::uint64_t before_ = allocations_of_thread;
};

constexpr double warm_up = 4;

/// One session, fed by a timer on the thread that does its I/O.
template <class Client>
double on_the_io_thread(bench::load const& load, bench::target const& where) {
  return bench::run_apart([&] {
    bench::fleet<Client> fleet(load, where);
    if constexpr (std::is_same_v<Client, bench::gladia_client>) {
      // Where nothing is acknowledged, the ring is full before the measurement, not during it.
      fleet.shared().options.buffer = std::chrono::seconds(2);
    }
    fleet.open();
    fleet.start();
    fleet.run_for(warm_up);
    auto const sent = fleet.chunks_sent();
    counter allocations;
    fleet.run_for(load.seconds);
    return static_cast<double>(allocations.count()) /
           static_cast<double>(fleet.chunks_sent() - sent);
  });
}

struct foreign_counts {
  std::uint64_t chunks;
  std::uint64_t by_session;
  std::uint64_t by_sink;
  std::uint64_t refused;
};

/// One session, fed from another thread than that of its I/O.
foreign_counts on_a_foreign_thread(bench::load const& load, bench::target const& where) {
  return bench::run_apart([&] {
    boost::asio::io_context io;
    bench::gladia_client::shared shared(io, where);
    bench::progress progress(false);
    bench::gladia_client client(shared, progress);
    bool is_open = false;
    client.open([&] { is_open = true; });
    while (!is_open) io.run_one();
    std::thread io_thread([&] { io.run(); });

    std::string const chunk(bench::chunk_bytes, '\x11');
    auto& session = client.session();
    auto sink = session.audio_sink();
    foreign_counts counts{};
    auto send = [&](auto& target, std::uint64_t& allocations) {
      counter mine;
      auto const taken = target.try_send(boost::asio::buffer(chunk));
      allocations += mine.count();
      if (!taken) ++counts.refused;
      std::this_thread::sleep_for(load.interval());
    };
    auto const chunks = [&](double seconds) {
      return static_cast<std::uint64_t>(seconds * 10 * load.speed);
    };
    std::uint64_t ignored = 0;
    for (std::uint64_t i = 0; i < chunks(warm_up); ++i) send(session, ignored);
    for (std::uint64_t i = 0; i < chunks(load.seconds); ++i) {
      send(session, counts.by_session);
      send(sink, counts.by_sink);
      ++counts.chunks;
    }
    io.stop();
    io_thread.join();
    return counts;
  });
}

template <class Work>
std::uint64_t count(Work work) {
  counter allocations;
  [[maybe_unused]] auto const made = work();
  return allocations.count();
}

}  // namespace

int main(int argc, char** argv) {
  bench::load load;
  load.sessions = 1;
  load.speed = 10;
  load.seconds = 5;
  bench::read_arguments(argc, argv, {{"seconds", &load.seconds}, {"speed", &load.speed}});
  bench::server_options options;
  options.partial_every = 0;
  bench::ack_server const acking(options);
  options.acknowledges = false;
  bench::ack_server const silent(options);

  auto const foreign = on_a_foreign_thread(load, acking.where());
  if (foreign.refused > 0) bench::give_up("chunks were refused");
  auto const per_chunk = [&](std::uint64_t allocations) {
    return static_cast<double>(allocations) / static_cast<double>(foreign.chunks);
  };
  bench::figure("allocations.caller.session", per_chunk(foreign.by_session));
  bench::figure("allocations.caller.sink", per_chunk(foreign.by_sink));

  auto const print = [&](std::string const& name, bench::target const& where) {
    auto const bare = on_the_io_thread<bench::bare_client>(load, where);
    auto const ours = on_the_io_thread<bench::gladia_client>(load, where);
    bench::figure(name + ".bare", bare);
    bench::figure(name + ".dom", on_the_io_thread<bench::dom_client>(load, where));
    bench::figure(name + ".gladia", ours);
    bench::figure(name + ".beyond", ours - bare);
  };
  print("allocations.silent", silent.where());
  print("allocations.acknowledged", acking.where());

  auto const text = bench::acknowledgement(3200, 6400);
  bench::figure("allocations.decode.dom",
                static_cast<double>(count([&] { return nlohmann::json::parse(text); })));
  bench::figure("allocations.decode.typed",
                static_cast<double>(count([&] { return gladia::codec::decode_message(text); })));
}
