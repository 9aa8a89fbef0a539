#include <gtest/gtest.h>
#include <gladia/net/backoff.hpp>

#include <limits>
#include <set>

namespace {

using namespace std::chrono_literals;
using gladia::net::backoff;
using gladia::net::backoff_options;

std::chrono::milliseconds longest(backoff_options options, int attempt) {
  auto longest = 0ms;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    backoff waits(options, seed);
    for (int i = 0; i < attempt; ++i) (void)waits.next();
    longest = std::max(longest, waits.next());
  }
  return longest;
}

TEST(backoff, doubles_its_bound_up_to_the_cap) {
  backoff_options const options{100ms, 500ms};
  EXPECT_EQ(longest(options, 0), 100ms);
  EXPECT_EQ(longest(options, 1), 200ms);
  EXPECT_EQ(longest(options, 2), 400ms);
  EXPECT_EQ(longest(options, 3), 500ms);
  EXPECT_EQ(longest(options, 50), 500ms);
}

TEST(backoff, spreads_its_waits_down_to_none) {
  std::set<std::chrono::milliseconds> waits;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) waits.insert(backoff({100ms, 1s}, seed).next());
  EXPECT_EQ(*waits.begin(), 0ms);
  EXPECT_GT(waits.size(), 90u);
}

TEST(backoff, gives_the_same_waits_for_the_same_seed) {
  backoff a({}, 7), b({}, 7);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(a.next(), b.next());
}

TEST(backoff, has_another_seed_each_time) {
  EXPECT_NE(gladia::net::random_seed(), gladia::net::random_seed());
}

TEST(backoff, starts_again_after_a_reset) {
  backoff_options const options{1ms, 10s};
  backoff waits(options, 1);
  for (int i = 0; i < 20; ++i) (void)waits.next();
  waits.reset();
  EXPECT_LE(waits.next(), 1ms);
}

TEST(backoff, bears_any_options) {
  constexpr auto most = std::chrono::milliseconds::max();
  for (backoff_options const options :
       {backoff_options{0ms, 0ms}, backoff_options{-1ms, -1ms}, backoff_options{1ms, -1ms}}) {
    backoff waits(options, 1);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(waits.next(), 0ms);
  }
  backoff waits({most, most}, 1);
  for (int i = 0; i < 100; ++i) EXPECT_GE(waits.next(), 0ms);
}

}  // namespace
