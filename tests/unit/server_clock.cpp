#include <gladia/live/detail/server_clock.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace {

using gladia::live::detail::server_clock;

/// After a link that was sent 9600 bytes, of which 6400 were acknowledged.
server_clock after_a_lost_link() {
  server_clock clock;
  clock.on_open(0, 0, 0);
  clock.on_origin(0);
  clock.on_open(6400, 6400, 9600);
  return clock;
}

void expect_repeated(server_clock const& clock, std::uint64_t sent, std::uint64_t from,
                     std::uint64_t to) {
  auto const repeated = clock.repeated(sent);
  EXPECT_EQ(repeated.from, from);
  EXPECT_EQ(repeated.to, to);
}

TEST(server_clock, is_that_of_the_stream_on_the_first_link) {
  server_clock clock;
  clock.on_open(0, 0, 0);
  EXPECT_EQ(clock.in_stream(3200), 3200u);
  expect_repeated(clock, 0, 0, 0);
}

TEST(server_clock, takes_all_that_was_sent_for_what_may_be_heard_twice) {
  auto const clock = after_a_lost_link();
  expect_repeated(clock, 9600, 6400, 12'800);
}

TEST(server_clock, tells_no_offset_that_is_not_certain) {
  auto const clock = after_a_lost_link();
  EXPECT_FALSE(clock.in_stream(9600));
}

TEST(server_clock, follows_a_server_that_counts_what_it_heard_twice) {
  auto clock = after_a_lost_link();
  clock.on_origin(8000);  // of 9600 it had heard 8000, and hears on from 6400
  EXPECT_EQ(clock.in_stream(8000), 6400u);
  EXPECT_FALSE(clock.in_stream(1000)) << "before the beginning";
  clock.on_open(20'000, 20'000, 20'000);
  EXPECT_EQ(clock.in_stream(21'600), 20'000u) << "nothing was in flight";
  clock.on_open(30'000, 30'000, 33'000);
  expect_repeated(clock, 33'000, 31'600, 37'600);
}

TEST(server_clock, follows_a_server_that_forgets_what_it_did_not_acknowledge) {
  auto clock = after_a_lost_link();
  clock.on_origin(6400);
  EXPECT_EQ(clock.in_stream(9600), 9600u);
}

TEST(server_clock, is_behind_by_what_the_server_never_heard) {
  server_clock clock;
  clock.on_open(0, 0, 0);
  clock.on_open(3200, 6400, 9600);  // 3200 to 6400 was let go before it was acknowledged
  expect_repeated(clock, 9600, 3200, 12'800);
  clock.on_origin(4800);
  EXPECT_EQ(clock.in_stream(4800), 6400u);
  expect_repeated(clock, 9600, 4800, 8000);
}

TEST(server_clock, knows_what_is_heard_again_once_all_is_acknowledged) {
  auto clock = after_a_lost_link();
  clock.on_origin(8000);
  auto const again = clock.on_all_acknowledged();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->from, 6400u);
  EXPECT_EQ(again->to, 8000u);
  EXPECT_FALSE(clock.on_all_acknowledged()) << "once is enough";
  clock.on_open(20'000, 20'000, 23'000);
  clock.on_origin(24'000);
  auto const third = clock.on_all_acknowledged();
  ASSERT_TRUE(third);
  EXPECT_EQ(third->from, 21'600u);
  EXPECT_EQ(third->to, 24'000u);
}

TEST(server_clock, knows_of_nothing_heard_again_where_nothing_was_in_flight) {
  auto clock = after_a_lost_link();
  clock.on_origin(6400);
  EXPECT_FALSE(clock.on_all_acknowledged());
  clock.on_open(20'000, 20'000, 20'000);
  EXPECT_FALSE(clock.on_all_acknowledged());
}

TEST(server_clock, does_not_know_what_is_heard_again_after_a_link_that_proved_nothing) {
  auto clock = after_a_lost_link();
  clock.on_origin(8000);  // as far as can be seen: an acknowledgement may be lost
  clock.on_open(20'000, 20'000, 23'000);
  clock.on_origin(24'000);
  EXPECT_FALSE(clock.on_all_acknowledged());
}

TEST(server_clock, learns_nothing_from_a_count_that_starts_anew) {
  server_clock clock;
  clock.on_open(0, 0, 0);
  clock.on_open(0, 0, 3200);
  clock.on_origin(0);
  EXPECT_FALSE(clock.in_stream(3200));
  expect_repeated(clock, 3200, 0, 6400);
}

TEST(server_clock, learns_nothing_from_a_senseless_count) {
  for (auto const origin : std::array<std::uint64_t, 3>{6399, 9601, INT64_MAX}) {
    auto clock = after_a_lost_link();
    clock.on_origin(origin);
    EXPECT_FALSE(clock.in_stream(9600)) << origin;
    expect_repeated(clock, 9600, 6400, 12'800);
  }
}

}  // namespace
