#include <gladia/detail/reused_buffer.hpp>

#include <gtest/gtest.h>

namespace {

using gladia::detail::kept_buffer;
using gladia::detail::reuse;

TEST(reused_buffer, keeps_its_memory_for_the_next_message) {
  std::vector<char> buffer;
  reuse(buffer, 3200);
  buffer.assign(3200, 'x');
  auto const* memory = buffer.data();
  reuse(buffer, 3200);
  EXPECT_TRUE(buffer.empty());
  buffer.push_back('y');
  EXPECT_EQ(buffer.data(), memory);
}

TEST(reused_buffer, gives_back_what_a_large_message_took_when_a_usual_one_comes) {
  std::vector<char> buffer;
  reuse(buffer, 2 * kept_buffer);
  reuse(buffer, 2 * kept_buffer);
  EXPECT_GE(buffer.capacity(), 2 * kept_buffer);
  reuse(buffer, 3200);
  EXPECT_LE(buffer.capacity(), kept_buffer);
}

}  // namespace
