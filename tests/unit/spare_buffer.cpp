#include <gladia/detail/spare_buffer.hpp>

#include <gtest/gtest.h>

namespace {

using gladia::detail::give_back_buffer;
using gladia::detail::kept_buffer;
using gladia::detail::spare_buffer;
using gladia::detail::take_buffer;

TEST(a_spare_buffer, is_used_again_by_whoever_writes_next) {
  std::vector<char> first, second;
  take_buffer(first, 3200);
  first.assign(3200, 'x');
  auto const* memory = first.data();
  give_back_buffer(first);
  EXPECT_EQ(first.capacity(), 0u);
  take_buffer(second, 3200);
  EXPECT_TRUE(second.empty());
  second.push_back('y');
  EXPECT_EQ(second.data(), memory);
  give_back_buffer(second);
}

TEST(a_spare_buffer, is_not_taken_where_one_is_at_hand) {
  std::vector<char> buffer;
  take_buffer(buffer, 3200);
  auto const* memory = buffer.data();
  take_buffer(buffer, 100);
  EXPECT_EQ(buffer.data(), memory);
  give_back_buffer(buffer);
}

TEST(a_spare_buffer, is_none_that_a_large_message_took) {
  std::vector<char> buffer;
  take_buffer(buffer, 2 * kept_buffer);
  give_back_buffer(buffer);
  EXPECT_EQ(buffer.capacity(), 0u);
  EXPECT_LE(spare_buffer().capacity(), kept_buffer);
}

}  // namespace
