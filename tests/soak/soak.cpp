// Many sessions for a long time, against a server that cuts their links at random: is every byte
// heard, does every session end well, and does memory stay as it is? See docs/testing.md.
//
//   soak --sessions 200 --minutes 5

#include <malloc.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <gladia.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <support/interrupts.hpp>
#include <support/terminal.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "player.hpp"
#include "rough_server.hpp"

namespace {

using steady = std::chrono::steady_clock;

constexpr double mib = 1024 * 1024;

struct settings {
  int sessions = 200;
  double minutes = 5;
  double lifetime = 20;
  double cut_every = 5;
  double speed = 1;
  int threads = 4;
  std::uint64_t seed = 0;
  bool tls = false;
};

settings parse(int argc, char** argv, CLI::App& app) {
  settings s;
  app.add_option("--sessions", s.sessions, "Sessions at a time")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--minutes", s.minutes, "How long; memory is judged from one minute on")
      ->check(CLI::Range(0.01, 10000.0))
      ->capture_default_str();
  app.add_option("--lifetime", s.lifetime, "Seconds of audio of a session, on average")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app.add_option("--cut-every", s.cut_every, "Seconds between the cuts of one link, on average")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app.add_option("--speed", s.speed, "Times real time")
      ->check(CLI::Range(0.1, 100.0))
      ->capture_default_str();
  app.add_option("--threads", s.threads, "That run the sessions")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  auto const* seed = app.add_option("--seed", s.seed, "Of all chance (default: another each time)");
  app.add_flag("--tls", s.tls, "Encrypted, as with the real server");
  app.parse(argc, argv);
  if (seed->empty()) s.seed = std::random_device()();
  return s;
}

/// All sessions together.
struct totals {
  std::uint64_t begun = 0;
  std::uint64_t ended = 0;
  std::uint64_t complete = 0;
  std::uint64_t whole = 0;
  std::uint64_t faulty = 0;
  std::uint64_t clean_cuts = 0;
  std::uint64_t brutal_cuts = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_sent_again = 0;
  std::uint64_t bytes_repeated = 0;
  std::uint64_t finals = 0;  ///< of the server
  int most_connects = 0;

  void add(soak::outcome const& o) {
    ++ended;
    complete += o.is_complete ? 1 : 0;
    whole += o.is_whole ? 1 : 0;
    faulty += o.complaint.empty() ? 0 : 1;
    (o.is_clean ? clean_cuts : brutal_cuts) +=
        static_cast<std::uint64_t>(std::max(0, o.connections - 1));
    bytes += o.bytes;
    bytes_sent_again += o.bytes_sent_again;
    bytes_repeated += o.bytes_repeated;
    finals += o.finals;
    most_connects = std::max(most_connects, o.most_connects);
  }
};

/// Keeps as many sessions going as there are to be, until told to end.
class fleet {
 public:
  fleet(settings const& s, gladia::client_options options, examples::terminal& terminal)
      : settings_(s), terminal_(terminal), client_(io_, std::move(options)), random_(s.seed) {
    for (int i = 0; i < s.threads; ++i) threads_.emplace_back([this] { io_.run(); });
  }
  ~fleet() {
    // Its sessions go before the context does; whoever hung keeps nothing up.
    io_.stop();
    for (auto& thread : threads_) thread.join();
    players_.clear();
  }
  fleet(fleet&&) = delete;

  void begin_one() {
    std::lock_guard lock(mutex_);
    if (is_ending_) return;
    ++totals_.begun;
    auto const index = totals_.begun;
    auto const player = std::make_shared<soak::player>(
        io_, client_, next_part(), [this, index](soak::outcome const& o) { on_done(index, o); });
    players_.emplace(index, player);
    player->start();
  }
  /// Begins no more, and lets those that run end in order.
  void end() {
    std::lock_guard lock(mutex_);
    is_ending_ = true;
    for (auto const& [index, player] : players_) player->end();
  }
  void cancel() {
    std::lock_guard lock(mutex_);
    for (auto const& [index, player] : players_) player->cancel();
  }
  /// Whether all have ended in time.
  bool wait(std::chrono::seconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return players_.empty(); });
  }
  totals now() const {
    std::lock_guard lock(mutex_);
    return totals_;
  }

 private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

  soak::part next_part() {
    // Frames of 4, 8, 12 and 16 bytes.
    static gladia::audio_format const formats[] = {
        {gladia::audio_encoding::pcm, 32, 8000, 1},  {gladia::audio_encoding::pcm, 16, 8000, 2},
        {gladia::audio_encoding::pcm, 16, 16000, 2}, {gladia::audio_encoding::pcm, 8, 8000, 8},
        {gladia::audio_encoding::pcm, 24, 8000, 4},  {gladia::audio_encoding::ulaw, 8, 8000, 4},
        {gladia::audio_encoding::pcm, 16, 8000, 8},
    };
    soak::part p;
    p.format = formats[below(std::size(formats))];
    p.key = static_cast<std::uint32_t>(random_());
    auto const seconds = settings_.lifetime * std::uniform_real_distribution(0.1, 1.9)(random_);
    p.bytes = p.format.bytes(std::chrono::milliseconds(static_cast<int>(seconds * 1000)));
    // 50 to 150 ms.
    p.chunk = p.format.bytes_per_second() / 20 + below(p.format.bytes_per_second() / 10);
    p.speed = settings_.speed;
    p.waits = below(2) == 0;
    return p;
  }

  void on_done(std::uint64_t index, soak::outcome const& o) {
    {
      std::lock_guard lock(mutex_);
      totals_.add(o);
      players_.erase(index);
    }
    changed_.notify_all();
    if (!o.complaint.empty()) terminal_.line("session " + o.id + ": " + o.complaint);
    begin_one();
  }

  settings const& settings_;
  examples::terminal& terminal_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  gladia::client client_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::mt19937_64 random_;
  bool is_ending_ = false;
  totals totals_{};
  std::map<std::uint64_t, std::shared_ptr<soak::player>> players_{};
  std::vector<std::thread> threads_{};
};

/// Memory of this process, in bytes.
struct memory {
  double heap = 0;      ///< in use
  double resident = 0;  ///< pages

  static memory now() {
    auto const info = mallinfo2();
    memory m{static_cast<double>(info.uordblks + info.hblkhd), 0};
    std::ifstream file("/proc/self/statm");
    double total = 0, resident = 0;
    if (file >> total >> resident) {
      m.resident = resident * static_cast<double>(sysconf(_SC_PAGESIZE));
    }
    return m;
  }
};

/// Memory over time, and whether it is flat.
class memory_record {
 public:
  void note() { samples_.push_back(memory::now()); }

  struct trend {
    double early = 0;  ///< the median of the first third after the warm-up
    double late = 0;   ///< the median of the last third
    /// Chance moves both a little: how much is behind late acknowledgements, how pages are filled.
    [[nodiscard]] bool is_flat() const { return late <= early * 1.05 + 2 * mib; }
  };
  [[nodiscard]] trend of(double memory::*member) const {
    std::vector<double> values;
    // Until all have begun, and the first have ended; at most a fourth.
    for (auto i = samples_.size() / 4; i < samples_.size(); ++i) {
      values.push_back(samples_[i].*member);
    }
    auto const third = static_cast<std::ptrdiff_t>(values.size() / 3);
    if (third == 0) return {};
    return {median({values.begin(), values.begin() + third}),
            median({values.end() - third, values.end()})};
  }

 private:
  static double median(std::vector<double> values) {
    auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  }

  std::vector<memory> samples_{};
};

/// Runs for the time, or until it is interrupted; returns whether it was.
bool run(settings const& s, fleet& sessions, memory_record& record, examples::terminal& terminal) {
  std::mutex mutex;
  std::condition_variable told;
  bool is_interrupted = false;
  examples::interrupts interrupts([&](int count) {
    if (count > 1) return sessions.cancel();
    terminal.line("(ending the sessions; Ctrl-C again to give up)");
    std::lock_guard lock(mutex);
    is_interrupted = true;
    told.notify_all();
  });

  auto const begin = steady::now();
  auto const length = std::chrono::duration<double>(s.minutes * 60);
  auto const deadline = begin + std::chrono::duration_cast<steady::duration>(length);
  std::unique_lock lock(mutex);
  auto const wait = [&](auto time) {
    return told.wait_for(lock, time, [&] { return is_interrupted; });
  };
  // Not all at once: that is another test, of the server.
  for (int i = 0; i < s.sessions && !wait(std::chrono::milliseconds(10)); ++i) sessions.begin_one();
  for (int tick = 0; steady::now() < deadline; ++tick) {
    if (wait(std::min<steady::duration>(std::chrono::seconds(1), deadline - steady::now()))) break;
    record.note();
    auto const t = sessions.now();
    auto const seconds = std::chrono::duration<double>(steady::now() - begin).count();
    char text[160];
    std::snprintf(
        text, sizeof text, "%s of %s: %llu sessions ended, %llu at fault, %.1f MiB of heap",
        examples::clock_text(seconds).c_str(), examples::clock_text(s.minutes * 60).c_str(),
        static_cast<unsigned long long>(t.ended), static_cast<unsigned long long>(t.faulty),
        memory::now().heap / mib);
    if (terminal.is_interactive()) {
      terminal.progress(text);
    } else if (tick % 30 == 29) {
      terminal.line(text);
    }
  }
  lock.unlock();
  sessions.end();
  // A session gives up long before.
  if (!sessions.wait(std::chrono::seconds(150))) terminal.line("some sessions did not end");
  terminal.finish();
  return is_interrupted;
}

class table {
 public:
  void row(char const* name, std::uint64_t value, char const* unit = "") {
    std::printf("  %-38s %12llu %s\n", name, static_cast<unsigned long long>(value), unit);
  }
  void row(char const* name, double value, char const* unit) {
    std::printf("  %-38s %12.2f %s\n", name, value, unit);
  }
  /// One that decides.
  void check(char const* name, bool is_good, std::string const& found) {
    std::printf("  %-38s %12s %s\n", name, is_good ? "yes" : "NO", found.c_str());
    is_good_ = is_good_ && is_good;
  }
  [[nodiscard]] bool is_good() const { return is_good_; }

 private:
  bool is_good_ = true;
};

std::string out_of(std::uint64_t some, std::uint64_t all) {
  return std::to_string(some) + " of " + std::to_string(all);
}

std::string described(memory_record::trend const& t) {
  char text[80];
  std::snprintf(text, sizeof text, "%.1f MiB early, %.1f MiB late", t.early / mib, t.late / mib);
  return text;
}

bool print(settings const& s, totals const& t, memory_record const& record, bool is_memory_judged) {
  std::printf("%d sessions at a time for %g minutes, %s, %d threads, seed %llu\n", s.sessions,
              s.minutes, s.tls ? "wss" : "ws", s.threads, static_cast<unsigned long long>(s.seed));
  table out;
  out.row("sessions", t.begun);
  out.row("links cut clean", t.clean_cuts);
  out.row("links cut brutally", t.brutal_cuts);
  out.row("audio", static_cast<double>(t.bytes) / mib, "MiB");
  out.row("of it sent again", static_cast<double>(t.bytes_sent_again) / mib, "MiB");
  out.row("of it heard twice", static_cast<double>(t.bytes_repeated) / mib, "MiB");
  out.row("final transcripts", t.finals);
  out.row("most connects of a session in a second", static_cast<std::uint64_t>(t.most_connects));
  out.check("every session ended complete", t.complete == t.begun, out_of(t.complete, t.begun));
  out.check("its audio whole", t.whole == t.begun, out_of(t.whole, t.begun));
  out.check("nothing else amiss", t.faulty == 0, out_of(t.faulty, t.begun) + " at fault");
  auto const heap = record.of(&memory::heap);
  auto const resident = record.of(&memory::resident);
  if (is_memory_judged) {
    out.check("heap flat", heap.is_flat(), described(heap));
    out.check("resident memory flat", resident.is_flat(), described(resident));
  } else {
    std::printf("  memory not judged: less than a minute\n");
  }
  return out.is_good();
}

int run(settings const& s) {
  // First: it forks.
  soak::rough_server server({s.cut_every, s.sessions, s.tls, s.seed});
  gladia::client_options options;
  options.api_key = "any key will do";
  options.api_url = server.url();
  options.tls.ca_pem = server.ca_pem();
  examples::terminal terminal(false);
  memory_record record;
  auto const before = memory::now();

  auto sessions = std::make_unique<fleet>(s, options, terminal);
  bool const is_interrupted = run(s, *sessions, record, terminal);
  auto const total = sessions->now();
  sessions.reset();
  auto const after = memory::now();

  bool const is_good = print(s, total, record, !is_interrupted && s.minutes >= 1);
  std::printf("  heap before the first session, after the last: %.2f MiB, %.2f MiB\n",
              before.heap / mib, after.heap / mib);
  if (is_interrupted) return 130;
  return is_good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Runs many sessions against an emulator that cuts their links at random.\n"
      "Exit status: 0 if all audio was heard, every final transcript came once, every session "
      "ended\n"
      "well, and memory stayed flat.");
  settings s;
  try {
    s = parse(argc, argv, app);
  } catch (CLI::ParseError const& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  try {
    return run(s);
  } catch (std::exception const& ex) {
    std::cerr << "error: " << ex.what() << '\n';
    return 1;
  }
}
