#include <gladia/net/detail/upgrade_answer.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

namespace {

using gladia::errc;
using gladia::net::http_headers;
using gladia::net::detail::essential_upgrade;
using gladia::net::detail::response_head_reader;
using testing::HasSubstr;

gladia::result<std::string> essence(std::string const& fields, http_headers const& offered = {},
                                    std::string const& version = "1.1") {
  response_head_reader reader;
  reader.feed("HTTP/" + version + " 101\r\n" + fields + "\r\n\r\n");
  return essential_upgrade(reader.head(), offered);
}

TEST(upgrade_answer, is_made_of_the_servers_own_values) {
  EXPECT_EQ(
      *essence("connection: keep-alive\r\nX: y\r\nUPGRADE: WebSocket\r\nConnection: upgrade\r\n"
               "Set-Cookie: a\r\nsec-websocket-accept: abc="),
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, "
      "upgrade\r\n"
      "Sec-WebSocket-Accept: abc=\r\n\r\n");
  EXPECT_EQ(*essence("X: y", {}, "1.0"), "HTTP/1.0 101 Switching Protocols\r\n\r\n");
}

TEST(upgrade_answer, chooses_only_what_was_offered) {
  http_headers const offered = {{"sec-websocket-protocol", "a, b"},
                                {"Sec-WebSocket-Protocol", "c"}};
  EXPECT_TRUE(essence("Sec-WebSocket-Protocol: b", offered));
  EXPECT_TRUE(essence("Sec-WebSocket-Protocol: c", offered));
  EXPECT_TRUE(essence("Sec-WebSocket-Protocol:\r\nSec-WebSocket-Extensions: "));
  auto const protocol = essence("sec-websocket-protocol: d", offered);
  ASSERT_FALSE(protocol);
  EXPECT_EQ(protocol.error(), errc::malformed_response);
  EXPECT_THAT(protocol.error().what(), HasSubstr("a protocol that was not offered"));
  EXPECT_FALSE(essence("Sec-WebSocket-Protocol: a"));
  auto const extension = essence("Sec-WebSocket-Extensions: permessage-deflate");
  ASSERT_FALSE(extension);
  EXPECT_THAT(extension.error().what(), HasSubstr("an extension that was not offered"));
}

TEST(upgrade_answer, is_small) {
  EXPECT_EQ(essence("Upgrade: " + std::string(2000, 'x')).error(), errc::malformed_response);
}

}  // namespace
