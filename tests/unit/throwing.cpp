#include <gladia/throwing.hpp>

#include <gtest/gtest.h>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <memory>
#include <string>

#include <gladia/detail/completion.hpp>
#include <gladia/live/summary.hpp>

#if __cplusplus >= 202002L
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/use_awaitable.hpp>
#endif

namespace {

namespace asio = boost::asio;
using gladia::errc;
using gladia::error;
using gladia::exception;
using gladia::result;
using gladia::throwing;

struct an_operation : testing::Test {
  asio::io_context io;

  /// Completes with `value`.
  template <class T, class Token>
  auto give(T value, Token&& token) {
    return asio::async_initiate<Token, void(T)>(
        [this](asio::any_completion_handler<void(T)> h, T v) {
          gladia::detail::completion<T>(std::move(h), io.get_executor()).post(std::move(v));
        },
        token, std::move(value));
  }
  static result<std::string> good() { return std::string("hello"); }
  static result<std::string> bad() { return error(errc::not_found, "no such job"); }
};

/// What `future` throws.
template <class Future>
error thrown_by(Future future) {
  try {
    future.get();
  } catch (exception const& e) {
    return e.error();
  }
  return {};
}

TEST_F(an_operation, gives_its_value) {
  auto future = give(good(), throwing(asio::use_future));
  io.run();
  EXPECT_EQ(future.get(), "hello");
}

TEST_F(an_operation, throws_its_error_with_all_details) {
  auto future = give(bad(), throwing(asio::use_future));
  io.run();
  auto const e = thrown_by(std::move(future));
  EXPECT_EQ(e, errc::not_found);
  EXPECT_EQ(e.details().message, "no such job");
}

TEST_F(an_operation, without_a_value_throws_likewise) {
  auto fine = give(result<void>(), throwing(asio::use_future));
  auto failed = give(result<void>(error(errc::stopping)), throwing(asio::use_future));
  io.run();
  EXPECT_NO_THROW(fine.get());
  EXPECT_EQ(thrown_by(std::move(failed)), errc::stopping);
}

TEST_F(an_operation, with_a_summary_throws_its_error) {
  gladia::live::summary good_end;
  good_end.job_id = "job";
  auto bad_end = good_end;
  bad_end.error = error(errc::no_speech);
  auto fine = give(good_end, throwing(asio::use_future));
  auto failed = give(bad_end, throwing(asio::use_future));
  io.run();
  EXPECT_EQ(fine.get().job_id, "job");
  EXPECT_EQ(thrown_by(std::move(failed)), errc::no_speech);
}

TEST_F(an_operation, tells_a_callback_both) {
  std::exception_ptr failure;
  std::string value;
  auto take = [&](std::exception_ptr e, std::string v) {
    failure = std::move(e);
    value = std::move(v);
  };
  give(good(), throwing(take));
  io.run();
  EXPECT_FALSE(failure);
  EXPECT_EQ(value, "hello");
  give(bad(), throwing(take));
  io.restart();
  io.run();
  EXPECT_TRUE(failure);
  EXPECT_EQ(value, "");
}

TEST_F(an_operation, takes_callbacks_that_can_only_be_moved) {
  std::string got;
  give(good(), throwing([&got, mine = std::make_unique<char>('!')](
                            std::exception_ptr, std::string v) { got = v + *mine; }));
  io.run();
  EXPECT_EQ(got, "hello!");
}

TEST_F(an_operation, that_is_deferred_waits_until_it_is_started) {
  auto later = give(good(), throwing(asio::deferred));
  EXPECT_EQ(io.poll(), 0u);
  std::string got;
  std::move(later)([&](std::exception_ptr, std::string v) { got = v; });
  io.restart();
  io.run();
  EXPECT_EQ(got, "hello");
}

TEST_F(an_operation, keeps_the_executor_of_its_handler) {
  auto strand = asio::make_strand(io);
  bool was_inside = false;
  give(good(), throwing(asio::bind_executor(strand, [&](std::exception_ptr, std::string) {
         was_inside = strand.running_in_this_thread();
       })));
  io.run();
  EXPECT_TRUE(was_inside);
}

TEST_F(an_operation, keeps_the_cancellation_slot_of_its_handler) {
  asio::cancellation_signal signal;
  auto token =
      throwing(asio::bind_cancellation_slot(signal.slot(), [](std::exception_ptr, int) {}));
  bool is_connected = false;
  asio::async_initiate<decltype(token)&, void(result<int>)>(
      [&](auto&& h) { is_connected = asio::get_associated_cancellation_slot(h).is_connected(); },
      token);
  EXPECT_TRUE(is_connected);
}

#if __cplusplus >= 202002L
TEST_F(an_operation, gives_its_value_to_a_coroutine_or_throws) {
  std::string got;
  auto future = asio::co_spawn(
      io,
      [&]() -> asio::awaitable<void> {
        got = co_await give(good(), throwing(asio::use_awaitable));
        co_await give(bad(), throwing(asio::use_awaitable));
        got = "not reached";
      },
      asio::use_future);
  io.run();
  EXPECT_EQ(thrown_by(std::move(future)), errc::not_found);
  EXPECT_EQ(got, "hello");
}

/// What an operator of `awaitable_operators.hpp` throws first: the cancelled others throw as well.
error first_thrown_by(std::future<void> future) {
  try {
    future.get();
  } catch (asio::multiple_exceptions const& all) {
    try {
      std::rethrow_exception(all.first_exception());
    } catch (exception const& e) {
      return e.error();
    }
  }
  return {};
}

TEST_F(an_operation, that_fails_ends_the_others_beside_it) {
  using namespace asio::experimental::awaitable_operators;
  asio::steady_timer forever(io, asio::steady_timer::time_point::max());
  auto future = asio::co_spawn(
      io,
      [&]() -> asio::awaitable<void> {
        co_await (give(bad(), throwing(asio::use_awaitable)) &&
                  forever.async_wait(asio::use_awaitable));
      },
      asio::use_future);
  io.run();
  EXPECT_EQ(first_thrown_by(std::move(future)), errc::not_found);
}
#endif

}  // namespace
