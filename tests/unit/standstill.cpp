#include <gladia/net/detail/standstill.hpp>

#include <gtest/gtest.h>

namespace {

using gladia::net::detail::standstill;

TEST(a_transfer, stands_still_where_nothing_moved_for_some_ticks) {
  standstill transfer;
  for (int i = 1; i < standstill::ticks; ++i) EXPECT_FALSE(transfer.on_tick(0));
  EXPECT_TRUE(transfer.on_tick(0));
}

TEST(a_transfer, of_a_byte_at_a_time_is_slow_and_stands_not_still) {
  standstill transfer;
  for (unsigned bytes = 0; bytes < 100; ++bytes) {
    for (int i = 1; i < standstill::ticks; ++i) EXPECT_FALSE(transfer.on_tick(bytes));
  }
}

}  // namespace
