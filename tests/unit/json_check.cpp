#include <gladia/codec/impl/json_check.ipp>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

using gladia::codec::detail::check_json;
using gladia::codec::detail::json_verdict;

namespace {

json_verdict verdict_on(std::string const& text, std::size_t max_depth = 64) {
  return check_json(text, max_depth).verdict;
}

}  // namespace

TEST(json_check, takes_what_a_strict_parser_takes_and_no_more) {
  for (std::string const text :
       {"1", "-0", "0.5", "1e5", "1E-5", "1e+05", "\"\"", "true", "[]", "{}", " [ ] ", "[1 , 2]",
        "{\"a\":1}", "{\"a\" : {\"b\" : [null, false]}}", "\t\r\n1\n", "[[],{}]",
        // Numbers that are none.
        "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "1.e5", "--1", "1 2", "-a",
        // Words that are none.
        "tru", "truee", "nul", "True", "falsE", "n",
        // Punctuation.
        "", " ", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1}", "{\"a\"]",
        "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{1:2}", "{\"a\":1 \"b\":2}", "{\"a\"::1}",
        "[1]]", "{}{}", "{}x", "[\"a\",\n4", "\"", "\"a", "\"\\\"", "\"\\", "[\"]", ",", ":"}) {
    EXPECT_EQ(verdict_on(text) == json_verdict::good, nlohmann::json::accept(text)) << text;
  }
}

TEST(json_check, takes_numbers_that_are_none_inside_of_something_only) {
  for (std::string const word : {"NaN", "Infinity", "-Infinity"}) {
    EXPECT_EQ(verdict_on("[" + word + "]"), json_verdict::good) << word;
    EXPECT_EQ(verdict_on("{\"a\":" + word + "}"), json_verdict::good) << word;
    EXPECT_EQ(verdict_on(word), json_verdict::malformed) << word;
    EXPECT_EQ(verdict_on("[" + word + "x]"), json_verdict::malformed) << word;
  }
}

TEST(json_check, takes_anything_in_a_string_but_its_end) {
  EXPECT_EQ(verdict_on("\"\xff\x01\n\\x\\u12\""), json_verdict::good);
  // Eight bytes are looked at together: an end at each place among them.
  for (std::size_t length = 0; length < 40; ++length) {
    auto const inside = std::string(length, '.');
    EXPECT_EQ(verdict_on("\"" + inside + "\""), json_verdict::good) << length;
    EXPECT_EQ(verdict_on("\"" + inside), json_verdict::malformed) << length;
    EXPECT_EQ(verdict_on("\"" + inside + "\\\"" + inside + "\""), json_verdict::good) << length;
    EXPECT_EQ(verdict_on("\"" + inside + "\\\\\"" + inside + "\""), json_verdict::malformed)
        << length;
  }
}

TEST(json_check, says_where_the_text_stops_to_be_json) {
  EXPECT_EQ(check_json("{\"a\":1,}", 64).size, 7u);
  EXPECT_EQ(check_json("[1] x", 64).size, 4u);
}

TEST(json_check, knows_what_is_around_a_value_at_any_depth) {
  std::string open, close;
  for (std::size_t depth = 1; depth <= 1024; ++depth) {
    auto const is_object = depth % 3 == 0;
    open += is_object ? "{\"a\":" : "[";
    close.insert(0, is_object ? "}" : "]");
    EXPECT_EQ(verdict_on(open + "1" + close, depth), json_verdict::good) << depth;
    EXPECT_EQ(verdict_on(open + "1" + close, depth - 1), json_verdict::too_deep) << depth;
  }
  EXPECT_EQ(verdict_on("[" + open + "1" + close + "]", 100'000), json_verdict::too_deep);
  close.front() = close.front() == '}' ? ']' : '}';
  EXPECT_EQ(verdict_on(open + "1" + close, 1024), json_verdict::malformed);
}

TEST(json_check, finds_the_last_type_of_the_outermost_object) {
  EXPECT_EQ(check_json(R"({"a":{"type":1},"type":2})", 64).type, 23u);
  EXPECT_EQ(check_json(R"({"type":1,"t\u0079pe":2})", 64).type, 22u);
  EXPECT_EQ(check_json(R"([{"type":1}])", 64).type, std::nullopt);
}
