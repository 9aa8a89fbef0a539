#include <gladia/live/threaded_session.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <future>
#include <gladia/codec/encode.hpp>
#include <mutex>
#include <set>
#include <support/live_fixture.hpp>
#include <thread>

namespace {

using namespace std::chrono_literals;
using namespace gladia::test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace live = gladia::live;
namespace emulation = gladia::testing;

/// Waits for what nobody tells.
[[nodiscard]] bool comes_true(std::function<bool()> const& condition) {
  auto const deadline = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

/// A client with a thread of its own, and an emulator.
struct a_threaded_session : ::testing::Test {
  emulation::emulator_options emulator_options;
  std::optional<emulation::emulator> server;
  gladia::client_options client_options;
  std::optional<gladia::client> client;
  gladia::live_request request;
  live::session_options options;
  live::session_handlers handlers;
  std::optional<live::threaded_session> session;

  void SetUp() override {
    emulator_options.words = emulation::word_source::none;
    client_options.api_key = "any";
  }
  void TearDown() override {
    session.reset();
    client.reset();
  }

  void start_server() {
    auto started = emulation::emulator::start(emulator_options);
    ASSERT_TRUE(started) << started.error().what();
    server.emplace(std::move(*started));
    client_options.api_url = server->url();
    client.emplace(client_options);
  }
  void start() {
    if (!server) start_server();
    session.emplace(client->live().session(request, options), handlers);
  }
  bool send(std::string const& audio) {
    return session->send(boost::asio::buffer(audio)).has_value();
  }
  live::summary stop() {
    session->stop();
    return session->wait();
  }
  /// Waits for what the destructor does: the link is closed in order, although nobody is left.
  [[nodiscard]] bool sees_the_link_closed() {
    return server
        ->wait_until([](auto const& r) {
          return !r.connections.empty() && r.connections[0].client_close_code == 1000;
        })
        .has_value();
  }
};

TEST_F(a_threaded_session, delivers_audio_and_ends_complete) {
  start();
  auto const audio = position_coded_audio(100'000);
  EXPECT_TRUE(send(audio));
  auto const end = stop();
  EXPECT_EQ(end.verdict, live::completeness::complete) << end.error.what();
  EXPECT_TRUE(server->audio(end.job_id) == audio);
  EXPECT_EQ(session->stats().bytes_acknowledged, audio.size());
}

TEST_F(a_threaded_session, calls_handlers_in_order_and_says_the_end_last) {
  std::vector<std::string> calls;
  handlers.on_event = [&](live::event const& e) {
    if (std::holds_alternative<live::started>(e)) calls.push_back("started");
    if (std::holds_alternative<live::connected>(e)) calls.push_back("connected");
    if (auto const* u = std::get_if<gladia::unknown_message>(&e)) calls.push_back(u->type);
    if (std::holds_alternative<live::ended>(e)) calls.push_back("ended");
  };
  handlers.on_end = [&](live::summary const& s) { calls.push_back(to_string(s.verdict)); };
  for (auto const* type : {"1", "2", "3"}) {
    emulator_options.faults.injections.push_back(
        {0, emulation::injection::kind::text, std::string(R"({"type":")") + type + R"("})"});
  }
  start();
  EXPECT_TRUE(send(std::string(3200, '\0')));
  (void)stop();
  EXPECT_THAT(calls, ElementsAre("started", "connected", "1", "2", "3", "ended", "complete"));
}

TEST_F(a_threaded_session, never_calls_two_handlers_at_once_nor_on_the_io_thread) {
  std::atomic<int> inside{0};
  std::atomic<int> most_inside{0};
  std::set<std::thread::id> threads;
  auto handle = [&](auto const&) {
    most_inside = std::max<int>(most_inside, ++inside);
    threads.insert(std::this_thread::get_id());
    std::this_thread::yield();
    --inside;
  };
  handlers.on_event = handle;
  handlers.on_end = handle;
  for (int i = 0; i < 50; ++i) {
    emulator_options.faults.injections.push_back({0, emulation::injection::kind::text, "{}"});
  }
  start();
  std::promise<std::thread::id> io_thread;
  boost::asio::post(client->get_executor(),
                    [&] { io_thread.set_value(std::this_thread::get_id()); });
  EXPECT_TRUE(send(std::string(32'000, '\0')));
  (void)stop();
  EXPECT_EQ(most_inside, 1);
  EXPECT_EQ(threads.size(), 1u);
  EXPECT_EQ(threads.count(io_thread.get_future().get()), 0u);
  EXPECT_EQ(threads.count(std::this_thread::get_id()), 0u);
}

/// Functions that wait to be run by the thread that calls `run_until`, as in a GUI.
class event_loop {
 public:
  void post(std::function<void()> function) {
    std::lock_guard lock(mutex_);
    functions_.push_back(std::move(function));
    changed_.notify_all();
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !functions_.empty(); });
    auto function = std::move(functions_.front());
    functions_.pop_front();
    lock.unlock();
    function();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> functions_;
};

TEST_F(a_threaded_session, calls_handlers_where_it_is_told_to) {
  event_loop loop;
  auto is_over = false;
  std::set<std::thread::id> threads;
  handlers.post = [&](std::function<void()> f) { loop.post(std::move(f)); };
  handlers.on_event = [&](live::event const&) { threads.insert(std::this_thread::get_id()); };
  handlers.on_end = [&](live::summary const&) { is_over = true; };
  start();
  session->stop();
  while (!is_over) loop.run_one();
  EXPECT_THAT(threads, ElementsAre(std::this_thread::get_id()));
}

TEST_F(a_threaded_session, waits_for_no_handler_that_others_are_to_run) {
  event_loop loop;
  handlers.post = [&](std::function<void()> f) { loop.post(std::move(f)); };
  handlers.on_event = [](live::event const&) { FAIL() << "nobody runs the loop"; };
  start();
  EXPECT_EQ(stop().verdict, live::completeness::complete);
  session.reset();
  loop.run_one();  // too late: the session is gone
}

TEST_F(a_threaded_session, may_be_destroyed_by_a_handler) {
  std::promise<void> made;
  std::promise<void> destroyed;
  std::atomic<int> calls_afterwards{0};
  handlers.on_event = [&, is_gone = false](live::event const& e) mutable {
    if (is_gone) ++calls_afterwards;
    if (!std::holds_alternative<live::connected>(e)) return;
    made.get_future().wait();
    session.reset();
    is_gone = true;
    destroyed.set_value();
  };
  handlers.on_end = [&](live::summary const&) { ++calls_afterwards; };
  start();
  made.set_value();
  destroyed.get_future().wait();
  EXPECT_TRUE(sees_the_link_closed());
  EXPECT_EQ(calls_afterwards, 0);
}

TEST_F(a_threaded_session, may_be_destroyed_at_its_end_by_a_handler) {
  std::promise<void> made;
  std::promise<void> destroyed;
  handlers.on_end = [&](live::summary const&) {
    made.get_future().wait();
    session.reset();
    destroyed.set_value();
  };
  start();
  session->stop();
  made.set_value();
  destroyed.get_future().wait();
}

TEST_F(a_threaded_session, waits_in_its_destructor_for_the_handler_that_runs) {
  std::promise<void> entered;
  std::atomic<bool> left{false};
  handlers.on_event = [&](live::event const& e) {
    if (!std::holds_alternative<live::connected>(e)) return;
    entered.set_value();
    EXPECT_TRUE(sees_the_link_closed());
    left = true;
  };
  start();
  entered.get_future().wait();
  session.reset();
  EXPECT_TRUE(left);
}

TEST_F(a_threaded_session, waits_in_its_destructor_for_a_handler_that_others_run) {
  event_loop loop;
  std::promise<void> entered;
  std::atomic<bool> left{false};
  handlers.post = [&](std::function<void()> f) { loop.post(std::move(f)); };
  handlers.on_event = [&](live::event const& e) {
    if (!std::holds_alternative<live::connected>(e)) return;
    entered.set_value();
    EXPECT_TRUE(sees_the_link_closed());
    left = true;
  };
  start();
  std::thread gui([&] {
    while (!left) loop.run_one();
  });
  entered.get_future().wait();
  session.reset();
  EXPECT_TRUE(left);
  gui.join();
}

TEST_F(a_threaded_session, waits_in_its_destructor_for_nothing_else) {
  emulator_options.faults.http = {{emulation::route::init, emulation::http_action::hang, -1}};
  options.init_timeout = 0ms;  // it would wait for ever
  std::atomic<int> calls{0};
  handlers.on_event = [&](live::event const&) { ++calls; };
  handlers.on_end = [&](live::summary const&) { ++calls; };
  start();
  EXPECT_TRUE(comes_true([&] { return !server->requests().empty(); }));
  session.reset();
  EXPECT_EQ(calls, 0);
}

TEST_F(a_threaded_session, contains_what_handlers_throw) {
  std::atomic<int> events{0};
  std::atomic<int> thrown{0};
  std::atomic<bool> is_over{false};
  handlers.on_event = [&](live::event const&) {
    ++events;
    throw std::runtime_error("of the user");
  };
  handlers.on_end = [&](live::summary const&) {
    is_over = true;
    throw 42;
  };
  handlers.on_exception = [&](std::exception_ptr) { ++thrown; };
  start();
  EXPECT_EQ(stop().verdict, live::completeness::complete);
  EXPECT_TRUE(is_over);
  EXPECT_GE(events, 4);
  EXPECT_EQ(thrown, events + 1);
}

TEST_F(a_threaded_session, forgets_exceptions_nobody_wants) {
  handlers.on_event = [](live::event const&) { throw std::runtime_error("of the user"); };
  start();
  EXPECT_EQ(stop().verdict, live::completeness::complete);
}

TEST_F(a_threaded_session, has_called_every_handler_when_the_wait_is_over) {
  auto is_over = false;  // not atomic: wait() comes behind it
  handlers.on_end = [&](live::summary const&) { is_over = true; };
  start();
  auto const first = stop();
  EXPECT_TRUE(is_over);
  auto const second = session->wait();
  EXPECT_EQ(second.job_id, first.job_id);
}

TEST_F(a_threaded_session, can_be_waited_for_in_a_handler) {
  std::promise<void> made;
  std::promise<live::completeness> verdict;
  handlers.on_event = [&](live::event const& e) {
    if (!std::holds_alternative<live::connected>(e)) return;
    made.get_future().wait();
    verdict.set_value(stop().verdict);
  };
  start();
  made.set_value();
  EXPECT_EQ(verdict.get_future().get(), live::completeness::complete);
  (void)session->wait();
}

TEST_F(a_threaded_session, tells_how_it_ended_when_it_is_cancelled) {
  for (auto const waits_for_link : {false, true}) {
    std::promise<void> connected;
    auto ends = 0;
    handlers.on_event = [&](live::event const& e) {
      if (std::holds_alternative<live::connected>(e)) connected.set_value();
      if (auto const* end = std::get_if<live::ended>(&e)) {
        EXPECT_EQ(end->summary.error, boost::asio::error::operation_aborted);
        ++ends;
      }
    };
    handlers.on_end = [&](live::summary const&) { ++ends; };
    start();
    if (waits_for_link) connected.get_future().wait();
    session->cancel();
    EXPECT_EQ(session->wait().error, boost::asio::error::operation_aborted);
    EXPECT_EQ(ends, 2);
    session.reset();
  }
}

TEST_F(a_threaded_session, refuses_audio_after_the_stop) {
  start();
  session->stop();
  EXPECT_EQ(session->try_send(boost::asio::buffer("ab", 2)).error(), gladia::errc::stopping);
  EXPECT_FALSE(send("ab"));
  (void)session->wait();
  EXPECT_EQ(session->audio_sink().try_send(boost::asio::buffer("ab", 2)).error(),
            gladia::errc::session_ended);
}

TEST_F(a_threaded_session, holds_a_sender_back_and_lets_it_go_at_the_stop) {
  emulator_options.faults.stop_reading_after = 1;
  options.buffer = 10s;
  options.ack_timeout = 1h;  // it would make room
  options.stop_timeout = 300ms;
  options.close_timeout = 200ms;
  start();
  std::promise<void> refused;
  std::thread sender([&] {
    while (send(std::string(32'000, '\0'))) {
    }
    refused.set_value();
  });
  EXPECT_TRUE(comes_true([&] { return session->stats().bytes_accepted >= 320'000; }));
  std::this_thread::sleep_for(100ms);  // a sender that is not held back sends on
  EXPECT_LE(session->stats().bytes_accepted, 384'000u);
  session->stop();
  refused.get_future().wait();
  sender.join();
  EXPECT_EQ(session->wait().error, gladia::errc::stop_timeout);
}

TEST_F(a_threaded_session, needs_no_handlers) {
  start();
  EXPECT_EQ(stop().verdict, live::completeness::complete);
}

TEST_F(a_threaded_session, outlives_its_client) {
  start();
  client.reset();
  EXPECT_TRUE(send(std::string(3200, '\0')));
  EXPECT_EQ(stop().verdict, live::completeness::complete);
}

TEST_F(a_threaded_session, shares_the_thread_of_its_client_with_many) {
  start_server();
  std::mutex mutex;
  std::vector<std::string> ended;
  handlers.on_end = [&](live::summary const& s) {
    std::lock_guard lock(mutex);
    ended.push_back(s.job_id);
  };
  std::vector<std::unique_ptr<live::threaded_session>> sessions;
  for (int i = 0; i < 8; ++i) {
    sessions.push_back(std::make_unique<live::threaded_session>(
        client->live().session(request, options), handlers));
  }
  std::vector<std::thread> senders;
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    senders.emplace_back([&s = *sessions[i], i] {
      std::string const audio(50'000, static_cast<char>('a' + i));
      EXPECT_TRUE(s.send(boost::asio::buffer(audio)));
      s.stop();
    });
  }
  for (auto& sender : senders) sender.join();
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    auto const end = sessions[i]->wait();
    EXPECT_EQ(end.verdict, live::completeness::complete) << end.error.what();
    EXPECT_TRUE(server->audio(end.job_id) == std::string(50'000, static_cast<char>('a' + i)));
  }
  EXPECT_EQ(ended.size(), 8u);
}

TEST_F(a_threaded_session, runs_on_an_executor_of_the_user_too) {
  boost::asio::io_context io;
  auto work = boost::asio::make_work_guard(io);
  std::thread first([&] { io.run(); });
  std::thread second([&] { io.run(); });
  start_server();
  client.emplace(io, client_options);
  start();
  EXPECT_TRUE(send(std::string(100'000, 'x')));
  auto const end = stop();
  EXPECT_EQ(end.verdict, live::completeness::complete) << end.error.what();
  session.reset();
  client.reset();
  work.reset();
  first.join();
  second.join();
}

}  // namespace
