#include <gladia/live/detail/meter.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace {

using namespace std::chrono_literals;
using gladia::live::detail::histogram;
using gladia::live::detail::offset_clock;
using std::chrono::microseconds;

TEST(histogram, that_is_empty_says_so) {
  auto const l = histogram().snapshot();
  EXPECT_EQ(l.count, 0u);
  EXPECT_EQ(l.p50, 0us);
  EXPECT_EQ(l.p95, 0us);
}

TEST(histogram, gives_back_a_single_duration_within_ten_percent) {
  for (std::int64_t us = 1; us < 100'000'000'000; us = us * 5 / 4 + 1) {
    histogram h;
    h.add(microseconds(us));
    auto const l = h.snapshot();
    EXPECT_EQ(l.last.count(), us);
    EXPECT_NEAR(static_cast<double>(l.p50.count()), static_cast<double>(us),
                static_cast<double>(us) / 10);
    EXPECT_EQ(l.p50, l.p95);
  }
}

TEST(histogram, gives_percentiles_within_ten_percent_of_the_sorted_durations) {
  std::mt19937 random(3);
  for (int round = 0; round < 50; ++round) {
    std::lognormal_distribution<double> durations(10.0 + round % 5, 1.0);
    histogram h;
    std::vector<double> all;
    for (int i = 0; i < 1000; ++i) {
      all.push_back(std::floor(durations(random)));
      h.add(microseconds(static_cast<std::int64_t>(all.back())));
    }
    std::sort(all.begin(), all.end());
    auto const l = h.snapshot();
    EXPECT_NEAR(static_cast<double>(l.p50.count()), all[499], all[499] / 10);
    EXPECT_NEAR(static_cast<double>(l.p95.count()), all[949], all[949] / 10);
  }
}

TEST(histogram, takes_any_duration) {
  histogram h;
  h.add(-5us);
  EXPECT_EQ(h.snapshot().p50, 0us);
  h.add(microseconds::max());
  EXPECT_EQ(h.snapshot().count, 2u);
  EXPECT_GT(h.snapshot().p95, 24h);
}

struct an_offset_clock : testing::Test {
  offset_clock clock{100};
  offset_clock::time_point const start{};
};

TEST_F(an_offset_clock, knows_nothing_at_first) {
  EXPECT_FALSE(clock.time_of(0));
}

TEST_F(an_offset_clock, knows_when_an_offset_was_passed) {
  clock.note(100, start + 1s);
  clock.note(200, start + 2s);
  EXPECT_EQ(clock.time_of(50), start + 1s);
  EXPECT_EQ(clock.time_of(100), start + 1s);
  EXPECT_EQ(clock.time_of(101), start + 2s);
  EXPECT_FALSE(clock.time_of(201)) << "not yet";
}

TEST_F(an_offset_clock, keeps_the_first_time_of_what_is_repeated) {
  clock.note(100, start + 1s);
  clock.note(200, start + 2s);
  clock.note(100, start + 9s);
  EXPECT_EQ(clock.time_of(100), start + 1s);
  EXPECT_EQ(clock.time_of(200), start + 2s);
}

TEST_F(an_offset_clock, moves_up_what_comes_behind_audio_that_was_dropped) {
  for (unsigned i = 1; i <= 5; ++i) clock.note(i * 100u, start + i * 1s);
  clock.close_gap(100, 200);
  EXPECT_EQ(clock.time_of(100), start + 1s);
  EXPECT_EQ(clock.time_of(200), start + 4s) << "what was at 400";
  EXPECT_EQ(clock.time_of(300), start + 5s);
  clock.note(400, start + 6s);
  EXPECT_EQ(clock.time_of(400), start + 6s);
}

TEST_F(an_offset_clock, notes_no_more_than_its_resolution) {
  clock.note(100, start + 1s);
  clock.note(150, start + 2s);
  clock.note(200, start + 3s);
  EXPECT_EQ(clock.time_of(150), start + 3s);
}

TEST_F(an_offset_clock, forgets_what_was_long_ago_instead_of_giving_a_wrong_time) {
  for (unsigned i = 1; i <= 1000; ++i) clock.note(i * 100u, start + i * 1s);
  EXPECT_EQ(clock.time_of(100'000), start + 1000s);
  EXPECT_EQ(clock.time_of(90'000), start + 900s);
  EXPECT_FALSE(clock.time_of(100));
}

}  // namespace
