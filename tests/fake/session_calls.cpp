#include <gladia/live/session.hpp>

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "support/session_player.hpp"

namespace {

using namespace gladia::test;

TEST_F(a_session, is_not_disturbed_when_a_call_that_was_refused_is_cancelled) {
  asio::cancellation_signal run_again, receive_again;
  auto run = session->async_run(asio::use_future);
  auto event = session->async_receive(asio::use_future);
  auto refused_run =
      session->async_run(asio::bind_cancellation_slot(run_again.slot(), asio::use_future));
  auto refused_receive =
      session->async_receive(asio::bind_cancellation_slot(receive_again.slot(), asio::use_future));
  run_again.emit(asio::cancellation_type::terminal);
  receive_again.emit(asio::cancellation_type::terminal);
  session->stop();
  EXPECT_EQ(get(std::move(refused_run)).error, errc::already_running);
  EXPECT_EQ(get(std::move(refused_receive)).error(), errc::already_receiving);
  EXPECT_TRUE(get(std::move(event)));
  EXPECT_EQ(get(std::move(run)).verdict, completeness::complete);
}

}  // namespace
