#include <gladia/detail/completion.hpp>

#include <gtest/gtest.h>

#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <memory>
#include <optional>
#include <thread>

#if __cplusplus >= 202002L
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#endif

namespace {

namespace asio = boost::asio;
using completion = gladia::detail::completion<int>;

struct a_completion : testing::Test {
  asio::io_context io;
  std::optional<completion> pending;

  /// An operation that waits in `pending`.
  template <class Token>
  auto start(Token&& token) {
    return asio::async_initiate<Token, void(int)>(
        [this](completion::handler_type h) { pending.emplace(std::move(h), io.get_executor()); },
        token);
  }
  void complete(int value) {
    std::move(*pending).post(value);
    pending.reset();
  }
};

TEST_F(a_completion, calls_its_handler_once_and_not_from_within) {
  int got = 0;
  start([&](int value) { got += value; });
  complete(7);
  EXPECT_EQ(got, 0);
  io.run();
  EXPECT_EQ(got, 7);
}

TEST_F(a_completion, does_not_call_its_handler_from_within_a_handler_either) {
  int got = 0;
  start([&](int value) { got += value; });
  asio::post(io, [&] {
    complete(7);
    EXPECT_EQ(got, 0) << "whoever completes it may hold a lock";
  });
  io.run();
  EXPECT_EQ(got, 7);
}

TEST_F(a_completion, runs_on_the_executor_it_was_made_with) {
  bool was_inside = false;
  start([&](int) { was_inside = io.get_executor().running_in_this_thread(); });
  complete(1);
  io.run();
  EXPECT_TRUE(was_inside);
}

TEST_F(a_completion, runs_on_the_executor_of_its_handler) {
  asio::thread_pool pool(1);
  std::promise<std::thread::id> where;
  start(asio::bind_executor(pool, [&](int) { where.set_value(std::this_thread::get_id()); }));
  complete(1);
  io.run();
  EXPECT_NE(where.get_future().get(), std::this_thread::get_id());
  pool.join();
}

TEST_F(a_completion, runs_on_the_strand_of_its_handler) {
  auto strand = asio::make_strand(io);
  bool was_inside = false;
  start(asio::bind_executor(strand, [&](int) { was_inside = strand.running_in_this_thread(); }));
  complete(1);
  io.run();
  EXPECT_TRUE(was_inside);
}

TEST_F(a_completion, keeps_the_executor_of_its_handler_busy) {
  asio::io_context other;
  bool was_called = false;
  start(asio::bind_executor(other, [&](int) { was_called = true; }));
  EXPECT_EQ(other.poll(), 0u);
  EXPECT_FALSE(other.stopped()) << "there is still something to wait for";
  complete(1);
  io.run();
  EXPECT_FALSE(was_called);
  other.run();
  EXPECT_TRUE(was_called);
  EXPECT_TRUE(other.stopped());
}

TEST_F(a_completion, takes_handlers_that_can_only_be_moved) {
  int got = 0;
  start([&got, mine = std::make_unique<int>(35)](int value) { got = *mine + value; });
  complete(7);
  io.run();
  EXPECT_EQ(got, 42);
}

TEST_F(a_completion, serves_a_future) {
  auto future = start(asio::use_future);
  complete(42);
  io.run();
  EXPECT_EQ(future.get(), 42);
}

TEST_F(a_completion, hears_of_cancellation) {
  asio::cancellation_signal signal;
  int cancelled = 0;
  start(asio::bind_cancellation_slot(signal.slot(), [](int) {}));
  pending->on_cancellation([&] { ++cancelled; });
  signal.emit(asio::cancellation_type::none);
  EXPECT_EQ(cancelled, 0);
  signal.emit(asio::cancellation_type::total);
  signal.emit(asio::cancellation_type::terminal);
  EXPECT_EQ(cancelled, 2);
  complete(0);
  io.run();
}

TEST_F(a_completion, hears_of_no_cancellation_from_its_handler_on) {
  asio::cancellation_signal signal;
  int cancelled = 0;
  start(asio::bind_cancellation_slot(signal.slot(),
                                     [&](int) { signal.emit(asio::cancellation_type::all); }));
  pending->on_cancellation([&] { ++cancelled; });
  complete(0);
  signal.emit(asio::cancellation_type::all);
  EXPECT_EQ(cancelled, 1) << "only the handler's executor may touch the slot";
  io.run();
  EXPECT_EQ(cancelled, 1);
}

TEST_F(a_completion, needs_no_slot) {
  start([](int) {});
  pending->on_cancellation([] {});
  complete(0);
  EXPECT_GT(io.run(), 0u);
}

TEST_F(a_completion, may_be_destroyed_unheard) {
  auto witness = std::make_shared<int>();
  std::weak_ptr<int> const alive = witness;
  start([witness = std::move(witness)](int) { FAIL(); });
  pending.reset();
  EXPECT_TRUE(alive.expired());
  EXPECT_EQ(io.run(), 0u) << "no work is left behind";
}

TEST(completion, may_be_under_way_when_its_context_is_destroyed) {
  auto witness = std::make_shared<int>();
  std::weak_ptr<int> const alive = witness;
  {
    asio::io_context io;
    completion c([witness = std::move(witness)](int) { FAIL(); }, io.get_executor());
    std::move(c).post(1);
  }
  EXPECT_TRUE(alive.expired());
}

#if __cplusplus >= 202002L
TEST_F(a_completion, serves_a_coroutine) {
  int got = 0;
  asio::co_spawn(
      io, [&]() -> asio::awaitable<void> { got = co_await start(asio::use_awaitable); },
      asio::detached);
  io.poll();
  ASSERT_TRUE(pending);
  complete(42);
  io.run();
  EXPECT_EQ(got, 42);
}
#endif

}  // namespace
