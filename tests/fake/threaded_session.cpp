#include <gladia/live/threaded_session.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/fake_transport.hpp"
#include "support/session_player.hpp"

namespace {

using namespace gladia::test;
using gladia::live::session_handlers;
using gladia::live::threaded_session;

/// A session whose I/O runs on a thread of the test's.
struct a_threaded_session : testing::Test {
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  std::thread io_thread{[this] { io.run(); }};
  std::shared_ptr<far_side> far = std::make_shared<far_side>();
  std::optional<threaded_session> session;

  void start(session_handlers handlers) {
    session.emplace(make_test_client(io.get_executor(), far)
                        .session(request_of_counted_audio(), quick_options()),
                    std::move(handlers));
  }
  void send(int pieces) {
    for (int i = 0; i < pieces; ++i) {
      auto const audio = counted_audio(static_cast<std::size_t>(i) * 160, 160);
      ASSERT_TRUE(session->send(asio::buffer(audio)));
    }
  }
  void finish_io() {
    work.reset();
    if (io_thread.joinable()) io_thread.join();
  }
  ~a_threaded_session() override {
    session.reset();
    finish_io();
  }
};

TEST_F(a_threaded_session, sends_all_audio_and_ends_well) {
  start({});
  send(10);
  session->stop();
  auto const end = session->wait();
  EXPECT_EQ(end.verdict, completeness::complete) << end.error.what();
  EXPECT_EQ(far->heard_to, 10u * 160);
  EXPECT_FALSE(far->has_gap);
  EXPECT_EQ(session->try_send(asio::buffer("ab", 2)).error(), errc::session_ended);
}

TEST_F(a_threaded_session, calls_handlers_in_order_one_at_a_time_and_never_on_the_io_thread) {
  std::vector<event> events;  // no lock: that is what is promised
  std::atomic<int> inside{0};
  int ends = 0;
  session_handlers handlers;
  handlers.on_event = [&](event const& e) {
    EXPECT_EQ(++inside, 1);
    EXPECT_NE(std::this_thread::get_id(), io_thread.get_id());
    EXPECT_EQ(ends, 0);
    events.push_back(e);
    --inside;
  };
  handlers.on_end = [&](summary const& s) {
    EXPECT_FALSE(s.error);
    ++ends;
  };
  start(handlers);
  send(10);
  session->stop();
  EXPECT_FALSE(session->wait().error);
  EXPECT_EQ(ends, 1) << "all handlers were called before wait returned";
  ASSERT_FALSE(events.empty());
  EXPECT_TRUE(std::holds_alternative<gladia::live::started>(events.front()));
  EXPECT_TRUE(std::holds_alternative<ended>(events.back()));
}

TEST_F(a_threaded_session, gives_handlers_a_way_to_it_that_is_never_too_early) {
  std::atomic<int> ends{0};
  session_handlers handlers;
  handlers.on_event = [](threaded_session& itself, event const&) { itself.stop(); };
  handlers.on_end = [&](threaded_session& itself, summary const& s) {
    EXPECT_EQ(itself.id(), "job");
    EXPECT_EQ(itself.state(), gladia::live::session_state::ended);
    EXPECT_EQ(s.verdict, completeness::complete);
    ++ends;
  };
  for (int i = 0; i < 20; ++i) {
    start(handlers);
    EXPECT_FALSE(session->wait().error);
    EXPECT_EQ(ends, i + 1);
  }
}

TEST_F(a_threaded_session, hands_out_texts_beside_events) {
  far->answer_to_audio = [](std::uint64_t from, std::uint64_t to) -> std::vector<std::string> {
    auto const said = [](char const* is_final, char const* text) {
      return std::string(
                 R"({"type":"transcript","session_id":"job","data":{"id":"1","is_final":)") +
             is_final + R"(,"utterance":{"start":0,"end":0.01,"text":")" + text + R"("}}})";
    };
    return {said("false", "hel"), said("true", "hello"), acknowledgement(from, to)};
  };
  std::vector<std::string> texts;
  session_handlers handlers;
  handlers.on_event = [&](event const& e) {
    if (std::holds_alternative<gladia::transcript>(e)) texts.emplace_back("event");
  };
  handlers.on_partial = [&](std::string const& text) { texts.push_back(text); };
  handlers.on_final = [&](threaded_session&, gladia::transcript const& t) {
    texts.push_back(t.data.utterance.text + "!");
  };
  start(handlers);
  send(1);
  session->stop();
  EXPECT_FALSE(session->wait().error);
  EXPECT_EQ(texts, (std::vector<std::string>{"event", "hel", "event", "hello!"}));
}

void count_event(event const&) {}

/// Not to be taken for a function that may be empty.
struct event_counter {
  int* count;
  void operator()(event const&) const { ++*count; }
};

TEST_F(a_threaded_session, takes_handlers_of_any_kind) {
  session_handlers handlers;
  EXPECT_FALSE(handlers.on_event);
  EXPECT_FALSE(gladia::live::session_handler<event>(std::function<void(event const&)>()));
  EXPECT_FALSE(gladia::live::text_handler(nullptr));
  EXPECT_TRUE(gladia::live::session_handler<event>(count_event));
  EXPECT_TRUE(gladia::live::text_handler([](std::string_view) {}));
  int count = 0;
  handlers.on_event = event_counter{&count};
  start(handlers);
  session->stop();
  EXPECT_FALSE(session->wait().error);
  EXPECT_GT(count, 0);
}

TEST_F(a_threaded_session, takes_audio_by_pointer_and_size) {
  start({});
  auto const audio = counted_audio(0, 320);
  ASSERT_TRUE(session->send(audio.data(), 320));
  ASSERT_TRUE(session->try_send(audio.data() + 320, 320));
  session->stop();
  EXPECT_EQ(session->wait().verdict, completeness::complete);
  EXPECT_EQ(far->heard_to, 320u);
}

TEST_F(a_threaded_session, may_be_destroyed_by_its_handler) {
  std::promise<void> made;
  std::promise<void> destroyed;
  std::atomic<int> calls{0};
  session_handlers handlers;
  handlers.on_event = [&](event const& e) {
    ++calls;
    if (!std::holds_alternative<gladia::live::connected>(e)) return;
    made.get_future().wait();  // events may come before the constructor has returned
    session.reset();
    destroyed.set_value();
  };
  start(handlers);
  made.set_value();
  destroyed.get_future().wait();
  finish_io();
  EXPECT_EQ(calls, 3) << "started, connecting, connected, and none after it";
}

TEST_F(a_threaded_session,
       waits_with_its_end_for_the_handler_that_runs_and_lets_it_use_the_session) {
  std::promise<void> entered;
  std::promise<threaded_session*> used;
  std::atomic<bool> left{false};
  session_handlers handlers;
  handlers.on_event = [&](event const& e) {
    if (!std::holds_alternative<gladia::live::connected>(e)) return;
    entered.set_value();
    auto* const itself = used.get_future().get();
    while (itself->send(asio::buffer("ab", 2))) {
    }  // until it is cancelled
    left = true;
  };
  start(handlers);
  entered.get_future().wait();
  used.set_value(&*session);
  session.reset();
  EXPECT_TRUE(left);
}

TEST_F(a_threaded_session, survives_handlers_that_throw) {
  std::atomic<int> caught{0};
  int ends = 0;
  session_handlers handlers;
  handlers.on_event = [](event const&) { throw std::runtime_error("mine"); };
  handlers.on_end = [&](summary const&) { ++ends; };
  handlers.on_exception = [&](std::exception_ptr) { ++caught; };
  start(handlers);
  session->stop();
  EXPECT_FALSE(session->wait().error);
  EXPECT_EQ(ends, 1);
  EXPECT_GE(caught, 3);
}

TEST_F(a_threaded_session, reports_no_exception_of_a_handler_that_destroyed_it) {
  asio::io_context gui;
  int caught = 0;
  session_handlers handlers;
  handlers.post = [&](std::function<void()> f) { asio::post(gui, std::move(f)); };
  handlers.on_event = [&](event const&) {
    session.reset();
    throw std::runtime_error("mine");
  };
  handlers.on_exception = [&](std::exception_ptr const&) { ++caught; };
  start(handlers);
  auto gui_work = asio::make_work_guard(gui);
  while (session) gui.run_one();
  EXPECT_EQ(caught, 0);
}

/// Posts to a thread of the test's, and throws instead at one of the events.
struct a_threaded_session_whose_post_throws : a_threaded_session {
  struct thrown_by_user {};
  int posts = 0;
  std::atomic<int> told{0};
  std::vector<std::size_t> kinds;  // of events
  std::promise<void> over;

  /// \param at  the number of the event, from 1
  void run_and_throw(int at, bool is_last) {
    asio::thread_pool gui(1);
    session_handlers handlers;
    handlers.post = [&, at](std::function<void()> f) {
      if (++posts == at) throw thrown_by_user();
      asio::post(gui, std::move(f));
    };
    handlers.on_event = [&](event const& e) { kinds.push_back(e.index()); };
    handlers.on_end = [&](summary const&) { over.set_value(); };
    handlers.on_exception = [&, is_last](std::exception_ptr const& e) {
      EXPECT_THROW(std::rethrow_exception(e), thrown_by_user);
      ++told;
      if (is_last) over.set_value();
    };
    start(handlers);
    send(2);
    session->stop();
    EXPECT_EQ(session->wait().verdict, completeness::complete);
    EXPECT_EQ(over.get_future().wait_for(30s), std::future_status::ready);
    session.reset();
    gui.join();
  }
};

TEST_F(a_threaded_session_whose_post_throws, loses_that_event_and_no_other) {
  run_and_throw(0, false);
  auto const all = std::exchange(kinds, {});
  EXPECT_EQ(all.size(), 8u);
  for (std::size_t at = 1; at <= all.size(); ++at) {
    SCOPED_TRACE(at);
    far = std::make_shared<far_side>();
    posts = told = 0;
    kinds.clear();
    over = {};
    run_and_throw(static_cast<int>(at), at == all.size());
    auto expected = all;
    expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(at) - 1);
    EXPECT_EQ(kinds, expected);
    EXPECT_EQ(told, 1);
  }
}

TEST_F(a_threaded_session, calls_handlers_where_its_user_wants_them) {
  asio::io_context gui;
  auto const gui_thread = std::this_thread::get_id();
  int ends = 0;
  session_handlers handlers;
  handlers.post = [&](std::function<void()> f) { asio::post(gui, std::move(f)); };
  handlers.on_event = [&](event const&) { EXPECT_EQ(std::this_thread::get_id(), gui_thread); };
  handlers.on_end = [&](summary const&) { ++ends; };
  start(handlers);
  session->stop();
  auto gui_work = asio::make_work_guard(gui);
  while (ends == 0) gui.run_one();
  EXPECT_FALSE(session->wait().error);
  session.reset();
}

TEST_F(a_threaded_session, posts_on_one_thread_at_a_time) {
  std::thread second_io_thread([this] { io.run(); });
  std::atomic<int> calls{0};
  std::promise<void> called_again;
  std::promise<void> over;
  session_handlers handlers;
  handlers.post = [&](std::function<void()> const& f) {
    auto const call = ++calls;
    if (call == 2) called_again.set_value();
    std::thread(f).join();  // handled before this returns
    if (call > 1) return;
    EXPECT_EQ(called_again.get_future().wait_for(std::chrono::milliseconds(50)),
              std::future_status::timeout);
  };
  handlers.on_end = [&](summary const&) { over.set_value(); };
  start(handlers);
  session->stop();
  EXPECT_EQ(over.get_future().wait_for(30s), std::future_status::ready);
  session.reset();
  finish_io();
  second_io_thread.join();
}

TEST_F(a_threaded_session, waits_with_its_end_for_the_function_that_posts) {
  std::promise<void> entered;
  std::promise<void> destroyed;
  session_handlers handlers;
  handlers.post = [&, is_first = true](std::function<void()> const&) mutable {
    if (!std::exchange(is_first, false)) return;
    entered.set_value();
    EXPECT_EQ(destroyed.get_future().wait_for(std::chrono::milliseconds(50)),
              std::future_status::timeout);
  };
  start(handlers);
  entered.get_future().wait();
  session.reset();
  destroyed.set_value();
}

}  // namespace
