#include <gladia/live/options.hpp>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using gladia::live::session_options;

// What docs/guarantees.md promises to whoever sets nothing.

TEST(session_options, have_the_limits_that_are_promised) {
  session_options const o;
  EXPECT_EQ(o.reconnect_window, 30s);
  EXPECT_EQ(o.backoff.base, 250ms);
  EXPECT_EQ(o.backoff.cap, 5s);
  EXPECT_FALSE(o.retry_unassigned_close_codes);
  EXPECT_EQ(o.link_timeout, 10s);
  EXPECT_EQ(o.ack_timeout, 10s);
  EXPECT_EQ(o.stop_timeout, 60s);
  EXPECT_EQ(o.close_timeout, 1s);
}

TEST(session_options, have_no_phase_without_a_limit) {
  session_options const o;
  EXPECT_GT(o.timeouts.resolve, 0ms);
  EXPECT_GT(o.timeouts.connect, 0ms);
  EXPECT_GT(o.timeouts.proxy, 0ms);
  EXPECT_GT(o.timeouts.tls, 0ms);
  EXPECT_GT(o.timeouts.upgrade, 0ms);
  EXPECT_GT(o.init_timeout, 0ms);
  EXPECT_GT(o.send_stall_timeout, 0ms);
}

TEST(session_options, keep_a_minute_of_audio_and_refuse_more) {
  session_options const o;
  EXPECT_EQ(o.buffer, 60s);
  EXPECT_EQ(o.high_water, 5s);
  EXPECT_EQ(o.low_water, 2500ms);
  EXPECT_EQ(o.overflow, gladia::live::overflow_policy::refuse);
}

TEST(session_options, keep_a_silent_session_alive_for_ten_minutes) {
  session_options const o;
  EXPECT_EQ(o.keep_alive_after, 20s);
  EXPECT_EQ(o.keep_alive_interval, 5s);
  EXPECT_EQ(o.keep_alive_limit, 10min);
}

}  // namespace
