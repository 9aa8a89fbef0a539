#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <gladia/live/client.hpp>
#include <gladia/live/session.hpp>

#include "support/fake_transport.hpp"

/// Sessions on the fake transport: one that a test leads step by step, or many that are played,
/// each of which meets its trouble at another moment.
namespace gladia::test {

using namespace std::chrono_literals;
using gladia::errc;
using gladia::error;
using gladia::result;
using gladia::live::completeness;
using gladia::live::ended;
using gladia::live::event;
using gladia::live::session_options;
using gladia::live::summary;

/// Limits small enough for tests; more memory than the audio of `session_player` needs.
inline gladia::live::session_options quick_options() {
  using std::chrono::milliseconds;
  gladia::live::session_options o;
  o.backoff = {milliseconds(1), milliseconds(1)};
  o.timeouts.upgrade = milliseconds(50);
  o.init_timeout = milliseconds(50);
  o.send_stall_timeout = milliseconds(200);
  o.link_timeout = milliseconds(400);
  o.close_timeout = milliseconds(20);
  // A piece of audio waits until the one before it was sent.
  o.high_water = milliseconds(10);
  o.low_water = milliseconds(0);
  return o;
}

inline gladia::live_request request_of_counted_audio() {
  gladia::live_request request;
  request.audio = {gladia::audio_encoding::pcm, 16, 16000, 1};
  return request;
}

/// A user: runs a session, sends audio piece by piece, receives all events, stops.
///
/// Its handlers own it, as a coroutine owns its session.
class session_player : public std::enable_shared_from_this<session_player> {
 public:
  using clock = std::chrono::steady_clock;
  static constexpr int pieces = 12;
  static constexpr std::size_t samples_of_piece = 160;  // 10 ms

  session_player(asio::any_io_executor const& executor, std::shared_ptr<far_side> far_side,
                 gladia::live::session_options const& options)
      : far(std::move(far_side)),
        strand(asio::make_strand(executor)),
        session(make_test_client(executor, far).session(request_of_counted_audio(), options)) {}

  void start() {
    run();
    receive();
    send();
  }

  void run() {
    session->async_run(asio::bind_executor(
        strand, [self = shared_from_this(), began = clock::now()](auto summary) {
          ++self->runs_completed;
          self->lasted = clock::now() - began;
          self->live_links_at_the_end = self->far->live_links;
          self->end = std::move(summary);
        }));
  }

  void receive() {
    if (!session) return;
    ++receives;
    session->async_receive(asio::bind_executor(strand, [self = shared_from_this()](auto e) {
      ++self->receives_completed;
      if (!e) {
        self->receive_error = e.error();
        return;
      }
      self->events.push_back(std::move(*e));
      if (self->on_event) self->on_event(static_cast<int>(self->events.size()));
      self->receive();
    }));
  }

  void send() {
    if (!session) return;
    if (sends_completed == pieces) return stop();
    if (sends_completed == pause_at) return;
    auto const first = static_cast<std::size_t>(sends_completed) * samples_of_piece;
    piece = counted_audio(first, samples_of_piece);
    ++sends;
    session->async_send(asio::buffer(piece),
                        asio::bind_executor(strand, [self = shared_from_this()](auto taken) {
                          ++self->sends_completed;
                          if (taken) self->accepted += samples_of_piece;
                          if (!taken) self->send_error = taken.error();
                          taken ? self->send() : self->stop();
                        }));
  }

  /// Ends the pause, if it has begun.
  void go_on() {
    asio::post(strand, [self = shared_from_this()] {
      if (self->sends_completed != std::exchange(self->pause_at, -1)) return;
      self->send();
    });
  }

  void stop() {
    if (!session) return;
    ++stops;
    session->async_stop(asio::bind_executor(strand, [self = shared_from_this()](auto summary) {
      ++self->stops_completed;
      self->stop_result = std::move(summary);
    }));
  }

  std::shared_ptr<far_side> far;
  asio::strand<asio::any_io_executor> strand;  // of the handlers
  std::optional<gladia::live::session> session;
  std::function<void(int)> on_event{};  // hears the number of each event, from 1
  int pause_at = -1;                    // the piece before which it falls silent; -1: none
  std::string piece;

  int runs_completed = 0;
  int receives = 0, receives_completed = 0;
  int sends = 0, sends_completed = 0;
  int stops = 0, stops_completed = 0;
  std::uint64_t accepted = 0;  // samples
  int live_links_at_the_end = 0;
  clock::duration lasted{};
  std::vector<gladia::live::event> events;
  gladia::error receive_error;
  gladia::error send_error;
  gladia::live::summary end;
  gladia::live::summary stop_result;
};

/// All events of one kind.
template <class Event>
std::vector<Event> all_of(std::vector<event> const& events) {
  std::vector<Event> found;
  for (auto const& e : events) {
    if (auto const* one = std::get_if<Event>(&e)) found.push_back(*one);
  }
  return found;
}

inline std::vector<gladia::live::warning> warnings(std::vector<event> const& events,
                                                   gladia::live::warning_code code) {
  auto found = all_of<gladia::live::warning>(events);
  found.erase(std::remove_if(found.begin(), found.end(), [&](auto& w) { return w.code != code; }),
              found.end());
  return found;
}

inline auto const aborted = gladia::error_code(asio::error::operation_aborted);

/// Each operation completed once, and nothing is left over.
inline void expect_completed(session_player const& player) {
  EXPECT_EQ(player.runs_completed, 1);
  EXPECT_EQ(player.receives_completed, player.receives);
  EXPECT_EQ(player.sends_completed, player.sends);
  EXPECT_EQ(player.stops_completed, player.stops);
  EXPECT_EQ(player.live_links_at_the_end, 0) << "no link outlives the session";
}

/// ... whatever happened, the far side heard no gap, and the end says what is true.
inline void expect_consistent(session_player const& player) {
  expect_completed(player);
  auto const& end = player.end;
  auto const& far = *player.far;
  EXPECT_FALSE(far.has_gap);
  EXPECT_FALSE(far.has_broken_frame);
  EXPECT_LE(far.heard_to, player.accepted);
  EXPECT_EQ(end.stats.bytes_accepted, player.accepted * 2);
  EXPECT_LE(end.stats.bytes_acknowledged, end.stats.bytes_sent - end.stats.bytes_replayed);
  EXPECT_EQ(end.stats.connections, far.links);
  EXPECT_EQ(end.verdict == completeness::complete, !end.error) << end.error.what();
  if (end.verdict == completeness::complete) {
    EXPECT_EQ(far.heard_to, player.accepted);
    EXPECT_EQ(end.close_code, 1000);
  }
  if (end.verdict != completeness::partial) {
    EXPECT_GT(player.stops, 0);
  }
}

/// ... and every event was received, the last one being the end.
inline void expect_all_events(session_player const& player) {
  EXPECT_EQ(player.receive_error, errc::session_ended);
  ASSERT_FALSE(player.events.empty());
  auto const* last = std::get_if<ended>(&player.events.back());
  ASSERT_TRUE(last);
  EXPECT_EQ(last->summary.error.code(), player.end.error.code());
  EXPECT_EQ(last->summary.verdict, player.end.verdict);
  EXPECT_EQ(last->summary.stats.bytes_sent, player.end.stats.bytes_sent);
  EXPECT_EQ(all_of<ended>(player.events).size(), 1u);
  if (player.stops > 0) {
    EXPECT_EQ(player.stop_result.error.code(), player.end.error.code());
  }
}

/// ... and it went on to a good end.
inline void expect_recovery(session_player const& player) {
  expect_consistent(player);
  expect_all_events(player);
  EXPECT_EQ(player.end.verdict, completeness::complete) << player.end.error.what();
}

using kind = failure::kind;

/// Which one of many sessions this is.
inline ::testing::Message about(session_player const& player) {
  auto const& far = *player.far;
  ::testing::Message m;
  m << "step " << far.fail_at << ", failure " << static_cast<int>(far.how.what) << " "
    << far.how.code;
  if (far.fail_again_at > 0) m << ", again at step " << far.fail_again_at;
  return m;
}

/// Many sessions at a time, for those that have to wait for a reconnect.
struct sessions : ::testing::Test {
  asio::io_context io;
  std::vector<std::shared_ptr<session_player>> players;

  std::shared_ptr<session_player> add(session_options const& options = quick_options()) {
    players.push_back(
        std::make_shared<session_player>(io.get_executor(), std::make_shared<far_side>(), options));
    return players.back();
  }
  void run() {
    for (auto const& p : players) p->start();
    io.run_for(60s);
    ASSERT_TRUE(io.stopped()) << "something never ends";
  }
  void expect_recovery_of_all(std::size_t failures = 1) {
    std::size_t failed = 0;
    for (auto const& player : players) {
      SCOPED_TRACE(about(*player));
      expect_recovery(*player);
      if (player->far->was_spared()) continue;
      EXPECT_EQ(player->far->failed.size(), failures);
      ++failed;
    }
    EXPECT_GT(failed, players.size() * 9 / 10);
  }
  using setup = std::function<void(session_player&)>;
  static void reconnect_once(session_player& p) { p.far->close_after = 3; }
  static void reconnect_never(session_player&) {}

  /// How many operations a whole session has: at least, as pings come with time.
  int operations_of_a_session(session_options options = quick_options(),
                              setup const& prepare = reconnect_once) {
    options.link_timeout = 1h;
    auto const added = std::exchange(players, {});
    auto const player = add(options);
    prepare(*player);
    run();
    io.restart();
    players = added;
    EXPECT_NE(player->end.verdict, completeness::partial) << player->end.error.what();
    EXPECT_EQ(player->far->links, player->far->close_after > 0 ? 2 : 1);
    EXPECT_GT(player->far->operations, 15);
    return player->far->operations;
  }
  /// For each of these failures a session that meets it at its first step, one at its second, ...
  void add_failing(std::vector<failure> const& failures,
                   session_options const& options = quick_options(),
                   setup const& prepare = reconnect_once) {
    add_failing_up_to(operations_of_a_session(options, prepare), failures, options, prepare);
  }
  void add_failing_up_to(int steps, std::vector<failure> const& failures,
                         session_options const& options, setup const& prepare) {
    for (auto const& how : failures) {
      for (int step = 1; step <= steps; ++step) {
        auto const player = add(options);
        prepare(*player);
        player->far->fail_at = step;
        player->far->how = how;
      }
    }
  }
  ~sessions() override {
    // A handler that never ran would own its player for ever.
    for (auto const& p : players) p->session.reset();
  }
};

using action = std::function<void(session_player&)>;

/// Sessions in which the user does something at each step, and others at each event.
struct sessions_with_a_user : sessions {
  void play(action const& act, session_options const& options = quick_options(),
            setup const& prepare = reconnect_once) {
    play_up_to(operations_of_a_session(options, prepare), act, options, prepare);
  }
  void play_up_to(int steps, action const& act, session_options const& options,
                  setup const& prepare) {
    for (int step = 1; step <= steps; ++step) {
      auto const at_operation = add(options);
      auto const at_event = add(options);
      prepare(*at_operation);
      prepare(*at_event);
      at_operation->far->on_operation = [act, step, p = at_operation.get()](operation, int number) {
        if (number == step) act(*p);
      };
      at_event->on_event = [act, step, p = at_event.get()](int number) {
        if (number == step) act(*p);
      };
    }
    run();
  }
};

/// One session, step by step.
struct a_session : ::testing::Test {
  asio::io_context io;
  std::shared_ptr<far_side> far = std::make_shared<far_side>();
  session_options options = quick_options();
  std::optional<gladia::live::session> session;

  void make() {
    session.emplace(
        make_test_client(io.get_executor(), far).session(request_of_counted_audio(), options));
  }
  void SetUp() override { make(); }

  void finish() {
    io.restart();
    io.run_for(30s);
    ASSERT_TRUE(io.stopped()) << "something never ends";
  }
  /// A session has timers for ever: what does not happen has to be noticed.
  template <class Condition>
  void run_until(Condition done) {
    auto const give_up = std::chrono::steady_clock::now() + 20s;
    while (!done()) {
      io.restart();
      if (io.run_one_until(give_up) == 0) throw std::runtime_error("it never happens");
    }
  }
  template <class Future>
  auto get(Future future) {
    run_until([&] { return future.wait_for(0s) == std::future_status::ready; });
    return future.get();
  }
  result<void> try_send(std::size_t first, std::size_t samples) {
    return session->try_send(asio::buffer(counted_audio(first, samples)));
  }
  void let_pass(std::chrono::milliseconds time) {
    asio::steady_timer timer(io, time);
    get(timer.async_wait(asio::use_future));
  }
  result<event> receive() { return get(session->async_receive(asio::use_future)); }
  /// Receives until the end.
  std::vector<event> drain() {
    std::vector<event> events;
    for (auto e = receive(); e; e = receive()) events.push_back(std::move(*e));
    return events;
  }
};

/// Sessions that have a context and a thread each.
struct context : sessions {
  enum class with { context_alone, session_first };

  /// At each step of a session, destroys the context with all that is pending in it; and once more
  /// when the session has nothing left to do but to wait.
  void destroy_at_any_step(with what) {
    destroy_up_to(operations_of_a_session(), what, quick_options(), reconnect_once);
  }
  void destroy_up_to(int steps, with what, session_options const& options, setup const& prepare) {
    for (int step = 0; step <= steps; ++step) {
      for (bool const is_idle : {false, true}) {
        threads_.emplace_back([=] {
          SCOPED_TRACE(::testing::Message() << "step " << step << (is_idle ? ", idle" : ""));
          destroy_at(step, is_idle, what, options, prepare);
        });
      }
    }
  }
  void TearDown() override {
    for (auto& t : threads_) t.join();
  }

 private:
  static void destroy_at(int step, bool is_idle, with what, session_options const& options,
                         setup const& prepare) {
    std::weak_ptr<session_player> alive;
    {
      asio::io_context io;
      auto player = std::make_shared<session_player>(io.get_executor(),
                                                     std::make_shared<far_side>(), options);
      alive = player;
      prepare(*player);
      player->start();
      while (player->far->operations < step && io.run_one_for(10s) > 0) {
      }
      EXPECT_TRUE(player->far->operations >= step || io.stopped()) << "something never ends";
      if (is_idle) io.poll();
      if (what == with::session_first) player->session.reset();
    }
    EXPECT_TRUE(alive.expired()) << "handlers were left behind";
  }

  std::vector<std::thread> threads_;  // they all wait for a reconnect or a poll
};

}  // namespace gladia::test
