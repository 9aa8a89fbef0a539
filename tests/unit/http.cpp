#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gladia/net/http.hpp>

namespace {

using gladia::errc;
using gladia::net::check_headers;
using gladia::net::find_header;
using gladia::net::http_headers;

TEST(http_headers, are_found_without_regard_to_case) {
  http_headers const headers = {{"Content-Type", "a"}, {"content-type", "b"}};
  EXPECT_EQ(*find_header(headers, "CONTENT-TYPE"), "a");
  EXPECT_EQ(find_header(headers, "content"), nullptr);
}

TEST(http_headers, hold_tokens_and_printable_values) {
  EXPECT_TRUE(check_headers({}));
  EXPECT_TRUE(check_headers({{"x-gladia-key", ""}, {"A!#$%&'*+-.^_`|~9", "a\tb \xc3\xa9"}}));
  for (auto const* name : {"", "a b", "a:", "a\n", "\xc3\xa9"}) {
    EXPECT_EQ(check_headers({{name, "v"}}).error(), errc::invalid_request) << name;
  }
  for (auto const& value : {std::string("a\r\nb"), std::string("a\n"), std::string("\x7f"),
                            std::string("\x1b"), std::string("\0", 1)}) {
    EXPECT_EQ(check_headers({{"n", value}}).error(), errc::invalid_request) << value;
  }
}

TEST(http_headers, are_not_shown_when_they_are_refused) {
  auto const shown = check_headers({{"x-gladia-key", "secret\n"}}).error().what();
  EXPECT_THAT(shown, testing::HasSubstr("x-gladia-key"));
  EXPECT_THAT(shown, testing::Not(testing::HasSubstr("secret")));
}

}  // namespace
