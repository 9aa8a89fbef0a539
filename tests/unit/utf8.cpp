#include <gladia/detail/utf8.hpp>

#include <gtest/gtest.h>

namespace {

using gladia::detail::is_utf8;
using gladia::detail::mended_utf8;
using namespace std::string_literals;

#define FFFD "\xEF\xBF\xBD"

TEST(utf8, that_is_right_stays_as_it_is) {
  for (auto const& text :
       {""s, "plain"s, "gr\xC3\xBC\xC3\x9F"s, "\xE2\x82\xAC"s, "\xF0\x9F\x8E\xA4"s, "\0"s,
        "\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF"s}) {
    EXPECT_TRUE(is_utf8(text)) << testing::PrintToString(text);
    EXPECT_EQ(mended_utf8(text), text);
  }
}

struct broken_text {
  std::string text, mended;
};

class broken_utf8 : public testing::TestWithParam<broken_text> {};

TEST_P(broken_utf8, has_a_replacement_for_each_piece_that_is_none) {
  EXPECT_FALSE(is_utf8(GetParam().text));
  EXPECT_EQ(mended_utf8(GetParam().text), GetParam().mended);
  EXPECT_TRUE(is_utf8(GetParam().mended));
}

INSTANTIATE_TEST_SUITE_P(
    kinds, broken_utf8,
    testing::Values(broken_text{"\xC3", FFFD}, broken_text{"cut \xE2\x82", "cut " FFFD},
                    broken_text{"\x80", FFFD}, broken_text{"\xC3(", FFFD "("},
                    broken_text{"a\xFF\xFEz", "a" FFFD FFFD "z"},
                    broken_text{"\xC0\xAF", FFFD FFFD},                    // overlong
                    broken_text{"\xE0\x80\xAF", FFFD FFFD FFFD},           // overlong
                    broken_text{"\xED\xA0\x80", FFFD FFFD FFFD},           // a surrogate
                    broken_text{"\xF4\x90\x80\x80", FFFD FFFD FFFD FFFD},  // above U+10FFFF
                    broken_text{"\xF0\x9F\x8E", FFFD},                     // cut
                    broken_text{"\xF0\x9F\x8E\xC3\xBC", FFFD "\xC3\xBC"},  // cut by another
                    broken_text{"12345678\xC3"
                                "12345678",
                                "12345678" FFFD "12345678"},
                    broken_text{"caf\xE9 au lait", "caf" FFFD " au lait"}));  // Latin-1

TEST(utf8, is_looked_at_wherever_it_begins) {
  for (std::size_t before = 0; before < 20; ++before) {
    std::string const blanks(before, ' ');
    EXPECT_TRUE(is_utf8(blanks + "\xC3\xBC" + blanks));
    EXPECT_EQ(mended_utf8(blanks + "\xC3" + blanks), blanks + FFFD + blanks);
  }
}

}  // namespace
