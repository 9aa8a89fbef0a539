#include <gladia/live/detail/watchdog.hpp>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using gladia::live::session_options;
using gladia::live::detail::alarm;
using gladia::live::detail::watchdog;

/// A link that opened at time 0, and a clock that jumps to wherever the watchdog looks next.
struct a_watched_link : testing::Test {
  session_options options;
  watchdog::time_point start{};
  watchdog::time_point now{};
  watchdog dog{options};
  gladia::net::outflow left{};  ///< what leaves; nothing, unless a test says so
  std::chrono::nanoseconds bytes_leave_for{0};
  int looks = 0;

  void SetUp() override { dog.on_open(now); }
  void restart() {
    dog = watchdog(options);
    dog.on_open(now);
  }

  /// What happens next, and when, if nothing else does.
  std::pair<alarm, std::chrono::nanoseconds> next() {
    for (;;) {
      auto const due = dog.deadline();
      if (!due) return {alarm::none, now - start};
      now = std::max(now, *due);
      auto const what = dog.check(now);
      if (what == alarm::look) {
        ++looks;
        if (now - start <= bytes_leave_for) ++left.bytes;
        dog.on_outflow(left, now);
      } else if (what != alarm::none) {
        return {what, now - start};
      }
    }
  }
  void expect(alarm what, std::chrono::nanoseconds when) {
    auto const [got, at] = next();
    EXPECT_EQ(got, what);
    EXPECT_EQ(at, when);
  }
};

TEST_F(a_watched_link, is_pinged_after_half_of_the_limit_and_dead_after_all_of_it) {
  expect(alarm::ping, 5s);
  expect(alarm::progress, 5s);
  expect(alarm::link_dead, 10s);
}

TEST_F(a_watched_link, that_nobody_looked_at_for_an_hour_is_asked_before_it_is_dead) {
  options.keep_alive_after = 0ms;
  restart();
  now = start + 1h;  // the process was stopped, say
  EXPECT_EQ(dog.check(now), alarm::ping);
  expect(alarm::progress, 1h);
  expect(alarm::link_dead, 1h + 5s);
}

TEST_F(a_watched_link, lives_as_long_as_anything_comes_in) {
  for (int i = 1; i <= 100; ++i) {
    now = start + i * 4s;
    dog.on_activity(now);
    auto const what = dog.check(now);
    EXPECT_NE(what, alarm::link_dead);
    EXPECT_NE(what, alarm::ping);
  }
}

TEST_F(a_watched_link, is_pinged_again_after_a_pong) {
  expect(alarm::ping, 5s);
  dog.on_activity(start + 5s);
  expect(alarm::progress, 5s);
  expect(alarm::ping, 10s);
}

TEST_F(a_watched_link, is_given_up_when_a_write_does_not_end) {
  options.link_timeout = 0ms;
  restart();
  dog.on_write(now);
  expect(alarm::progress, 5s);
  expect(alarm::send_stalled, 10s);
}

TEST_F(a_watched_link, is_kept_while_a_large_message_leaves_slowly) {
  options.link_timeout = 0ms;
  options.keep_alive_after = 0ms;
  restart();
  dog.on_write(now);
  bytes_leave_for = 40s;
  expect(alarm::progress, 5s);
  expect(alarm::send_stalled, 50s);
}

TEST_F(a_watched_link, is_kept_while_a_ping_waits_to_leave) {
  options.keep_alive_after = 0ms;
  restart();
  bytes_leave_for = 30s;
  expect(alarm::ping, 5s);
  expect(alarm::progress, 5s);
  expect(alarm::link_dead, 35s);
}

TEST_F(a_watched_link, owes_an_answer_from_when_the_ping_has_left) {
  options.keep_alive_after = 0ms;
  restart();
  bytes_leave_for = 100s;
  expect(alarm::ping, 5s);
  left.ping_left = true;  // the server's system takes what is behind the ping, the server does not
  dog.on_write(now);
  expect(alarm::progress, 5s);
  expect(alarm::link_dead, 10s);
}

TEST_F(a_watched_link, is_not_given_more_time_for_what_left_before) {
  options.keep_alive_after = 0ms;
  restart();
  left.bytes = 1'000'000;
  dog.on_write(now);
  expect(alarm::ping, 5s);
  expect(alarm::progress, 5s);
  dog.on_written();
  expect(alarm::link_dead, 10s);
}

TEST_F(a_watched_link, is_seen_at_work_from_one_message_to_the_next) {
  options.link_timeout = 0ms;
  options.send_stall_timeout = 10s;  // and looked at every 2 s
  options.keep_alive_after = 0ms;
  restart();
  dog.on_write(now);
  expect(alarm::progress, 5s);
  now = start + 9s;
  EXPECT_EQ(dog.check(now), alarm::look);
  dog.on_outflow({7, false}, now);
  left.bytes = 7;
  dog.on_written();
  dog.on_write(now);
  bytes_leave_for = 11s;  // seen at the first look, for it was looked at when the write began
  expect(alarm::send_stalled, 21s);
}

TEST_F(a_watched_link, is_not_looked_at_while_all_leaves_at_once) {
  for (int i = 0; i < 100; ++i) {
    now = start + i * 100ms;
    dog.on_activity(now);
    dog.on_write(now);
    EXPECT_EQ(dog.check(now + 99ms), i == 50 ? alarm::progress : alarm::none);
    dog.on_written();
  }
}

TEST_F(a_watched_link, expects_no_acknowledgement_while_the_audio_leaves) {
  options.link_timeout = 0ms;
  options.keep_alive_after = 0ms;
  options.send_stall_timeout = 20s;  // and looked at every 4 s
  restart();
  dog.on_audio_sent(now);
  dog.on_write(now);
  bytes_leave_for = 28s;
  expect(alarm::progress, 5s);
  expect(alarm::ack_stalled, 38s);
  expect(alarm::send_stalled, 48s);
}

TEST_F(a_watched_link, is_kept_alive_after_20_s_of_silence_and_then_every_5_s) {
  options.link_timeout = 0ms;
  restart();
  expect(alarm::progress, 5s);
  expect(alarm::keep_alive, 20s);
  expect(alarm::keep_alive, 25s);
  dog.on_audio_sent(start + 27s);
  dog.on_acknowledged(true, start + 27s);
  expect(alarm::keep_alive, 47s);
}

TEST_F(a_watched_link, is_kept_alive_once_without_an_interval) {
  options.link_timeout = 0ms;
  options.keep_alive_interval = 0ms;
  options.keep_alive_limit = 0ms;
  restart();
  expect(alarm::progress, 5s);
  expect(alarm::keep_alive, 20s);
  expect(alarm::none, 20s);
  now = start + 30s;
  dog.on_audio_sent(now);
  dog.on_acknowledged(true, now);
  expect(alarm::keep_alive, 50s);
}

TEST_F(a_watched_link, is_kept_alive_for_ten_minutes_at_most) {
  options.link_timeout = 0ms;
  restart();
  auto last = next();
  while (last.first != alarm::keep_alive_limit) last = next();
  EXPECT_EQ(last.second, 600s);
  expect(alarm::none, 600s);
}

TEST_F(a_watched_link, is_kept_alive_again_after_more_audio) {
  options.link_timeout = 0ms;
  options.ack_timeout = 0ms;
  restart();
  while (next().first != alarm::keep_alive_limit) {
  }
  dog.on_audio_sent(start + 700s);
  expect(alarm::keep_alive, 720s);
}

TEST_F(a_watched_link, is_not_kept_alive_after_the_stop) {
  options.link_timeout = 0ms;
  restart();
  dog.on_stop();
  expect(alarm::progress, 5s);
  expect(alarm::none, 5s);
}

TEST_F(a_watched_link, carries_the_silence_over_a_reconnect) {
  options.link_timeout = 0ms;
  restart();
  dog.on_closed(now);
  now = start + 19s;
  dog.on_open(now);
  expect(alarm::keep_alive, 20s);
}

TEST_F(a_watched_link, reports_acknowledgements_that_stand_still_once) {
  options.link_timeout = 0ms;
  options.keep_alive_after = 0ms;
  restart();
  dog.on_audio_sent(now);
  expect(alarm::progress, 5s);
  expect(alarm::ack_stalled, 10s);
  expect(alarm::none, 10s);
  dog.on_acknowledged(false, start + 12s);
  expect(alarm::ack_stalled, 22s);
}

TEST_F(a_watched_link,
       that_is_lost_again_and_again_does_not_hide_that_acknowledgements_stand_still) {
  options.link_timeout = 0ms;
  options.keep_alive_after = 0ms;
  restart();
  dog.on_audio_sent(now);
  expect(alarm::progress, 5s);
  dog.on_closed(start + 8s);
  now = start + 20s;  // only what a link had time for counts
  dog.on_open(now);
  dog.on_audio_sent(now);
  expect(alarm::ack_stalled, 22s);
  dog.on_closed(start + 23s);
  now = start + 30s;
  dog.on_open(now);
  dog.on_audio_sent(now);
  expect(alarm::progress, 35s);
  expect(alarm::ack_stalled, 40s);
}

TEST_F(a_watched_link, expects_no_acknowledgement_when_all_audio_has_one) {
  options.link_timeout = 0ms;
  options.keep_alive_after = 0ms;
  restart();
  dog.on_audio_sent(now);
  dog.on_acknowledged(true, start + 1s);
  expect(alarm::progress, 5s);
  expect(alarm::none, 5s);
}

TEST_F(a_watched_link, is_not_watched_once_it_closed) {
  dog.on_closed(now);
  EXPECT_EQ(dog.deadline(), std::nullopt);
  EXPECT_EQ(dog.check(start + 1h), alarm::none);
}

}  // namespace
