// Many sessions on a pool of threads, a limited number at a time: as many as the account may have.
//
//   many_calls --sessions 200 --at-once 30 call.wav
//   many_calls --sessions 50 --speed 0 call.wav
//
// One that the server refuses because the account has too many sessions waits for its turn again.

#include <algorithm>
#include <atomic>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <gladia/net/backoff.hpp>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <support/command_line.hpp>
#include <support/interrupts.hpp>
#include <support/service.hpp>
#include <support/terminal.hpp>

namespace asio = boost::asio;
namespace live = gladia::live;
using gladia::error_code;

namespace {

struct settings {
  examples::service service;
  std::string path;
  std::size_t sessions = 200;
  std::size_t at_once = 30;
  std::size_t threads = 4;
  double speed = 1;
  int seconds = 30;
};

/// What all sessions send.
struct recording {
  gladia::audio_format format;
  std::string audio;
};

/// One session: sends the recording, and counts the words. Its pending operations keep it alive.
class caller : public std::enable_shared_from_this<caller> {
 public:
  using over = std::function<void(std::shared_ptr<caller> const&, live::summary const&)>;

  caller(gladia::client const& client, recording const& what, double speed, over on_over)
      : session_(client.live().session(request_of(what))),
        timer_(client.get_executor()),
        audio_(what.audio),
        chunk_(what.format.bytes(std::chrono::milliseconds(100))),
        pace_(what.format, speed),
        on_over_(std::move(on_over)) {}

  void start() {
    receive();
    session_.async_run(asio::detached);  // its last event tells how it ended
    send();
  }
  void stop() { session_.stop(); }
  void give_up() { session_.cancel(); }
  /// Whether the server has made the session.
  bool is_made() const { return is_made_; }
  /// Once it is over.
  std::size_t words() const { return words_; }

 private:
  static gladia::live_request request_of(recording const& what) {
    gladia::live_request request;
    request.audio = what.format;
    return request;
  }

  // The two chains of handlers run beside each other, on any threads, and share the session alone.
  void send() {
    auto const size = std::min(chunk_, audio_.size() - sent_);
    if (size == 0) return session_.stop();
    session_.async_send(asio::buffer(audio_.data() + sent_, size),
                        [self = shared_from_this(), size](gladia::result<void> taken) {
                          if (taken) self->wait(size);  // else it was stopped, or is over
                        });
  }
  void wait(std::size_t size) {
    sent_ += size;
    timer_.expires_after(pace_.sent(size, std::chrono::steady_clock::now()));
    timer_.async_wait([self = shared_from_this()](error_code) { self->send(); });
  }

  void receive() {
    session_.async_receive([self = shared_from_this()](gladia::result<live::event> event) {
      if (!event) {
        // A session that is given up aborts this wait, and still has its last event.
        if (event.error() != gladia::errc::session_ended) self->receive();
        return;
      }
      if (auto const* said = std::get_if<gladia::transcript>(&*event)) {
        if (said->data.is_final) self->words_ += said->data.utterance.words.size();
      }
      if (std::holds_alternative<live::started>(*event)) self->is_made_ = true;
      if (auto const* end = std::get_if<live::ended>(&*event)) self->on_over_(self, end->summary);
      self->receive();
    });
  }

  live::session session_;
  asio::steady_timer timer_;
  std::string const& audio_;
  std::size_t const chunk_;
  gladia::audio::pacer pace_;
  over const on_over_;
  std::size_t sent_ = 0;
  std::size_t words_ = 0;
  std::atomic<bool> is_made_{false};
};

/// Makes the sessions, so many at a time. All of it runs on its strand.
class dispatcher {
 public:
  dispatcher(asio::thread_pool& pool, settings const& s, recording const& what,
             examples::terminal& terminal)
      : strand_(pool.get_executor()),
        client_(pool, s.service.options()),
        settings_(s),
        what_(what),
        terminal_(terminal),
        waiting_(s.sessions) {}

  void start() {
    asio::dispatch(strand_, [this] { fill(); });
  }
  /// No new sessions. Those that run end in order, or, asked again, at once.
  void stop(int times) {
    asio::dispatch(strand_, [this, times] {
      is_stopping_ = true;
      pause_.cancel();
      for (auto const& one : running_) times == 1 ? one->stop() : one->give_up();
    });
  }

  // Once the pool is empty.

  bool is_complete() const { return complete_ == settings_.sessions; }
  std::string fault() const {
    if (!first_fault_) return {};
    return "the first of " + std::to_string(failed_) + ": " +
           settings_.service.explain(first_fault_);
  }
  std::string report() const {
    return std::to_string(settings_.sessions) + " sessions: " + std::to_string(complete_) +
           " complete, " + std::to_string(partial_) + " partial, " + std::to_string(unknown_) +
           " unknown, " + std::to_string(waiting_ + unmade_) + " not started; " +
           std::to_string(words_) + " words of " +
           examples::clock_text(std::chrono::duration<double>(heard_).count());
  }

 private:
  void fill() {
    while (!is_stopping_ && !is_pausing_ && waiting_ > 0 && running_.size() < settings_.at_once) {
      --waiting_;
      auto on_over = [this](std::shared_ptr<caller> const& one, live::summary const& end) {
        asio::dispatch(strand_, [this, one, end] { on_end(one, end); });
      };
      auto const one = std::make_shared<caller>(client_, what_, settings_.speed, on_over);
      running_.insert(one);
      one->start();
    }
    terminal_.progress(std::to_string(waiting_) + " waiting, " + std::to_string(running_.size()) +
                       " running, " + std::to_string(complete_) + " complete, " +
                       std::to_string(words_) + " words");
  }

  void on_end(std::shared_ptr<caller> const& one, live::summary const& end) {
    running_.erase(one);
    bool const is_refused = end.error == gladia::errc::too_many_requests && end.job_id.empty();
    // Those that come together count once.
    if (is_refused && !is_stopping_ && (is_pausing_ || ++refusals_ < most_refusals)) {
      ++waiting_;
      pause(end.error.details().retry_after);
    } else {
      count(*one, end);
    }
    fill();
  }

  /// Others use the account too: the next try is later, for all.
  void pause(std::optional<std::chrono::seconds> as_told) {
    if (std::exchange(is_pausing_, true)) return;
    pause_.expires_after(as_told.value_or(std::chrono::seconds(0)) + backoff_.next());
    pause_.async_wait([this](error_code) {
      is_pausing_ = false;
      fill();
    });
  }

  void count(caller const& one, live::summary const& end) {
    if (end.error && failed_++ == 0) first_fault_ = end.error;
    if (end.job_id.empty()) return count_unmade();
    using live::completeness;
    has_made_one_ = true;
    refusals_ = 0;
    backoff_.reset();
    words_ += one.words();
    heard_ += what_.format.duration(end.stats.bytes_acknowledged);
    ++(end.verdict == completeness::complete  ? complete_
       : end.verdict == completeness::partial ? partial_
                                              : unknown_);
  }
  void count_unmade() {
    ++unmade_;
    auto const is_made = [](std::shared_ptr<caller> const& one) { return one->is_made(); };
    has_made_one_ |= std::any_of(running_.begin(), running_.end(), is_made);
    if (!has_made_one_) is_stopping_ = true;  // what keeps the first from starting keeps all
  }

  static constexpr int most_refusals = 100;  // in a row

  asio::strand<asio::thread_pool::executor_type> strand_;
  gladia::client client_;
  settings const& settings_;
  recording const& what_;
  examples::terminal& terminal_;
  asio::steady_timer pause_{strand_};
  gladia::net::backoff backoff_{{}, gladia::net::random_seed()};
  std::set<std::shared_ptr<caller>> running_;
  std::size_t waiting_;
  std::size_t unmade_ = 0;  // in vain
  std::size_t complete_ = 0, partial_ = 0, unknown_ = 0, failed_ = 0;
  std::size_t words_ = 0;
  std::chrono::microseconds heard_{0};
  gladia::error first_fault_;
  int refusals_ = 0;
  bool has_made_one_ = false;
  bool is_pausing_ = false;
  bool is_stopping_ = false;
};

void add_options(CLI::App& app, settings& s) {
  s.service.add_options(app);
  app.add_option("FILE.wav", s.path, "What each session sends: PCM, A-law or µ-law")->required();
  app.add_option("--sessions", s.sessions, "How many in all")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--at-once", s.at_once, "How many at a time: what the account allows")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--threads", s.threads, "How many threads")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  examples::add_speed(app, s.speed);
  app.add_option("--seconds", s.seconds, "How much of the file is sent")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.footer(app.get_footer() +
             "\nCtrl-C starts no more sessions, and ends in order those that run. A second one "
             "gives up.\nExit status: 0, all sessions were complete; 1, not all, which standard "
             "error explains; 2, wrong usage.");
}

gladia::result<recording> read(settings const& s) {
  auto file = gladia::audio::wav_file::open(s.path);
  if (!file) return file.error();
  recording what{file->format(), {}};
  what.audio.resize(static_cast<std::size_t>(std::min<std::uint64_t>(
      file->data_bytes(), what.format.bytes(std::chrono::seconds(s.seconds)))));
  if (what.audio.empty()) {
    return gladia::error(gladia::errc::truncated_audio, s.path + " holds no audio");
  }
  auto const size = file->read(asio::buffer(what.audio));
  if (!size) return size.error();
  what.audio.resize(*size);
  return what;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Transcribes many calls at a time.");
  settings s;
  add_options(app, s);
  if (auto const status = examples::parse(app, argc, argv)) return *status;
  auto const what = read(s);
  if (!what) return examples::fail(what.error().what());
  if (!s.service.prepare()) return 1;

  examples::terminal terminal(false);
  asio::thread_pool pool(s.threads);
  dispatcher calls(pool, s, *what, terminal);
  {
    examples::interrupts interrupts([&](int times) { calls.stop(times); });
    calls.start();
    pool.join();  // until no session is left
  }
  terminal.finish();
  terminal.line(calls.report());
  if (!terminal.is_good()) return examples::fail(terminal.fault_text());
  if (calls.is_complete()) return 0;
  auto const fault = calls.fault();
  return examples::fail("not all sessions are complete" + (fault.empty() ? fault : "; " + fault));
}
