#include <gladia/live/detail/ack_tracker.hpp>

#include <gtest/gtest.h>

#include <cstdint>

namespace {

using gladia::live::detail::ack_tracker;

TEST(ack_tracker, reads_session_wide_offsets) {
  ack_tracker acks;
  acks.on_open(0);
  EXPECT_EQ(acks.on_ack(0, 3200).offset, 3200u);
  EXPECT_EQ(acks.on_ack(3200, 6400).offset, 6400u);
}

TEST(ack_tracker, reads_offsets_that_restart_with_each_connection) {
  ack_tracker acks;
  acks.on_open(6400);
  auto const first = acks.on_ack(0, 3200);
  EXPECT_EQ(first.offset, 9600u);
  EXPECT_TRUE(first.mismatch);
  EXPECT_FALSE(acks.on_ack(3200, 6400).mismatch) << "reported for the first range only";
}

TEST(ack_tracker, reads_a_server_that_counts_what_it_never_acknowledged) {
  ack_tracker acks;
  acks.on_open(6400);  // the server has 9600, and counts the repeats behind them
  EXPECT_EQ(acks.on_ack(9600, 12800).offset, 9600u);
  EXPECT_EQ(acks.on_ack(12800, 16000).offset, 12800u);
}

TEST(ack_tracker, reads_each_connection_by_its_own_first_range) {
  ack_tracker acks;
  acks.on_open(0);
  (void)acks.on_ack(0, 3200);
  (void)acks.on_ack(3200, 6400);
  acks.on_open(3200);  // the server counts on behind what it had received
  EXPECT_EQ(acks.on_ack(6400, 8000).offset, 4800u);
}

TEST(ack_tracker, finds_no_fault_with_ranges_that_continue) {
  ack_tracker acks;
  acks.on_open(6400);
  EXPECT_FALSE(acks.on_ack(6400, 9600).mismatch);
}

TEST(ack_tracker, does_not_read_a_connection_by_a_range_that_says_nothing) {
  ack_tracker acks;
  acks.on_open(6400);
  EXPECT_EQ(acks.on_ack(3200, 3200).offset, 6400u);
  EXPECT_EQ(acks.on_ack(6400, 9600).offset, 9600u) << "more would be lost with the next link";
}

TEST(ack_tracker, tells_the_first_range_of_a_connection) {
  ack_tracker acks;
  acks.on_open(0);
  EXPECT_FALSE(acks.on_ack(0, 0).is_first);
  EXPECT_TRUE(acks.on_ack(0, 3200).is_first);
  EXPECT_FALSE(acks.on_ack(3200, 6400).is_first);
}

TEST(ack_tracker, takes_a_range_before_the_first_one_for_no_progress) {
  ack_tracker acks;
  acks.on_open(100);
  EXPECT_EQ(acks.on_ack(50, 60).offset, 110u);
  EXPECT_EQ(acks.on_ack(0, 40).offset, 100u);
}

TEST(ack_tracker, takes_nonsense_for_no_progress) {
  ack_tracker acks;
  acks.on_open(100);
  EXPECT_EQ(acks.on_ack(50, 10).offset, 100u) << "an end before its start";
  EXPECT_EQ(acks.on_ack(INT64_MIN, INT64_MIN).offset, 100u);
  EXPECT_GT(acks.on_ack(0, INT64_MAX).offset, 100u) << "clamped by what was sent";
}

}  // namespace
