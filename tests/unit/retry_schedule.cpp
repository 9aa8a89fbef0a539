#include <gladia/net/detail/retry_schedule.hpp>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using gladia::net::detail::retry_schedule;

retry_schedule::time_point const start{};

/// Waits nothing of its own.
retry_schedule schedule(retry_schedule::limits limits) {
  return {{0ms, 0ms}, limits, 1};
}

TEST(retry_schedule, allows_as_many_retries_as_its_limit) {
  auto two = schedule({2, std::nullopt, 1s});
  EXPECT_TRUE(two.on_failure({}, start));
  EXPECT_TRUE(two.on_failure({}, start));
  EXPECT_FALSE(two.on_failure({}, start));
  EXPECT_FALSE(schedule({0, std::nullopt, 1s}).on_failure({}, start));
}

TEST(retry_schedule, allows_none_that_begins_after_its_window) {
  auto narrow = schedule({std::nullopt, 10s, 1h});
  EXPECT_TRUE(narrow.on_failure({}, start)) << "the window begins with the first failure";
  EXPECT_TRUE(narrow.on_failure({}, start + 10s));
  EXPECT_FALSE(narrow.on_failure({}, start + 11s));
  EXPECT_FALSE(schedule({std::nullopt, 10s, 1h}).on_failure(11s, start)) << "the wait counts";
}

TEST(retry_schedule, counts_the_time_of_the_attempts) {
  auto narrow = schedule({std::nullopt, 10s, 1h});
  narrow.on_attempt(start);
  EXPECT_TRUE(narrow.on_failure({}, start + 9s));
  EXPECT_EQ(narrow.since(), start);
  narrow.on_attempt(start + 9s);
  EXPECT_FALSE(narrow.on_failure({}, start + 11s));
}

TEST(retry_schedule, waits_as_long_as_the_server_asks_for_within_its_limit) {
  auto polite = schedule({std::nullopt, std::nullopt, 30s});
  EXPECT_EQ(polite.on_failure(7s, start), 7s);
  EXPECT_EQ(polite.on_failure(31s, start), 30s);
  EXPECT_EQ(polite.on_failure({}, start), 0s);
}

TEST(retry_schedule, has_all_limits_again_after_progress) {
  auto one = schedule({1, 10s, 1s});
  EXPECT_TRUE(one.on_failure({}, start));
  one.on_progress();
  EXPECT_EQ(one.failures(), 0);
  EXPECT_TRUE(one.on_failure({}, start + 1h));
  EXPECT_EQ(one.since(), start + 1h);
  EXPECT_FALSE(one.on_failure({}, start + 1h));
  EXPECT_EQ(one.failures(), 2);
}

}  // namespace
