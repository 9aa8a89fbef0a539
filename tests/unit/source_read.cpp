#include <gladia/net/detail/source_read.hpp>

#include <gtest/gtest.h>

#include <string>

using gladia::errc;
using gladia::net::detail::read_source;

TEST(read_source, gives_what_the_source_gave) {
  gladia::net::body_source source;
  source.read = [](char*, std::size_t room) { return room; };
  char bytes[4];
  EXPECT_EQ(read_source(source, bytes, sizeof bytes).value(), 4u);
}

TEST(read_source, refuses_more_than_there_was_room_for) {
  gladia::net::body_source source;
  source.read = [](char*, std::size_t room) { return room + 1; };
  char bytes[4];
  auto const read = read_source(source, bytes, sizeof bytes);
  ASSERT_EQ(read.error(), errc::invalid_request);
  EXPECT_NE(read.error().what().find("gave 5 bytes where there was room for 4"), std::string::npos)
      << read.error().what();
}

TEST(read_source, hands_on_the_error_of_the_source) {
  gladia::net::body_source source;
  source.read = [](char*, std::size_t) -> gladia::result<std::size_t> {
    return gladia::error(errc::truncated_audio);
  };
  EXPECT_EQ(read_source(source, nullptr, 0).error(), errc::truncated_audio);
}
