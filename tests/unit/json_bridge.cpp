#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include <gladia/codec/json.hpp>

using namespace gladia;
using nlohmann::json;

TEST(json_bridge, turns_any_json_into_a_document_and_back) {
  json_text const text{R"({"a":[1,null]})"};
  auto const value = codec::to_json(text);
  ASSERT_TRUE(value);
  EXPECT_EQ((*value)["a"][0], 1);
  EXPECT_EQ(codec::to_json_text(*value), text);
}

TEST(json_bridge, takes_an_absent_value_for_null) {
  EXPECT_TRUE(codec::to_json(json_text{})->is_null());
}

TEST(json_bridge, reports_what_is_not_json) {
  EXPECT_EQ(codec::to_json(json_text{"{"}).error(), errc::malformed_json);
}

TEST(json_bridge, turns_structs_into_documents_and_back) {
  live_request request;
  request.language_config.languages = {"en"};
  auto const document = codec::to_json(request);
  ASSERT_TRUE(document);
  EXPECT_EQ((*document)["language_config"], json::parse(R"({"languages":["en"]})"));
  auto const again = codec::from_json<live_request>(*document);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, request);
}

TEST(json_bridge, turns_messages_into_documents_and_back) {
  live_message const message = speech_end{{"s", "t", {}}, {1.5, 2}};
  auto const document = codec::to_json(message);
  ASSERT_TRUE(document);
  EXPECT_EQ((*document)["type"], "speech_end");
  EXPECT_EQ(*codec::from_json<live_message>(*document), message);
}

TEST(json_bridge, names_the_path_of_what_it_cannot_read) {
  auto const info = codec::from_json<live_session_info>(json::parse(R"({"id":1})"));
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().details().message, "id: expected a string, got a number");
}

TEST(json_bridge, refuses_what_is_nested_too_deeply) {
  auto const nested = [](std::size_t depth) {
    return codec::from_json<live_message>(
        json::parse(std::string(depth, '[') + std::string(depth, ']')));
  };
  EXPECT_TRUE(nested(64));
  for (auto const depth : {std::size_t{65}, std::size_t{100'000}}) {
    EXPECT_EQ(nested(depth).error(), errc::malformed_json);
  }
}

TEST(json_bridge, replaces_bytes_that_are_not_utf8) {
  EXPECT_EQ(codec::to_json_text(json("\xff")).text, "\"\xef\xbf\xbd\"");
}

TEST(json_bridge, agrees_with_the_parser_about_what_is_utf8) {
  auto const edges = {0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
  auto const check = [](std::string const& text) {
    auto const parsed = json::parse("\"" + text + "\"", nullptr, false);
    EXPECT_EQ(codec::detail::is_utf8(text), !parsed.is_discarded()) << testing::PrintToString(text);
  };
  for (int lead = 0x80; lead <= 0xff; ++lead) {
    std::string text(1, static_cast<char>(lead));
    check(text);
    for (int second : edges) {
      for (int third : edges) {
        text = {static_cast<char>(lead), static_cast<char>(second), static_cast<char>(third)};
        check(text.substr(0, 2));
        check(text);
        check(text + '\x80');
        check(text + '\x80' + '\x7f');
      }
    }
  }
}
