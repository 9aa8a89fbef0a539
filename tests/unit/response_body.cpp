#include <gladia/net/detail/response_body.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

namespace {

using gladia::net::detail::response_body;
using gladia::net::detail::response_head_reader;
using testing::HasSubstr;

response_body body_of(std::string const& head, std::string_view method = "GET") {
  response_head_reader reader;
  reader.feed(head + "\r\n\r\n");
  return response_body(reader.head(), method);
}

std::string decode(response_body& body, std::string bytes) {
  bytes.resize(body.decode(bytes.data(), bytes.size()));
  return bytes;
}

TEST(response_body, is_absent_where_http_says_so) {
  std::string const length = "\r\nContent-Length: 7";
  for (auto const* status : {"HTTP/1.1 204", "HTTP/1.1 304", "HTTP/1.1 101"}) {
    EXPECT_TRUE(body_of(status + length).is_whole()) << status;
  }
  EXPECT_TRUE(body_of("HTTP/1.1 200" + length, "HEAD").is_whole());
  EXPECT_TRUE(body_of("HTTP/1.1 200\r\nContent-Length: 0").is_whole());
}

TEST(response_body, ends_with_its_length) {
  auto body = body_of("HTTP/1.1 200\r\nContent-Length: 5");
  EXPECT_EQ(body.length(), 5u);
  EXPECT_EQ(decode(body, "ab"), "ab");
  EXPECT_FALSE(body.is_whole());
  EXPECT_EQ(decode(body, "cdeHTTP/1.1 200 OK"), "cde");
  EXPECT_TRUE(body.is_whole());
  EXPECT_EQ(decode(body, "more"), "");
}

TEST(response_body, without_a_length_ends_with_the_connection) {
  auto body = body_of("HTTP/1.1 200 OK");
  EXPECT_TRUE(body.ends_with_connection());
  EXPECT_EQ(decode(body, "abc"), "abc");
  EXPECT_FALSE(body.is_whole());
}

TEST(response_body, is_joined_from_chunks_however_they_are_cut) {
  std::string const chunks =
      "5\r\nhello\r\n006 ;name=\"x\"\r\n world\r\n1\n!\n0\r\nX-Sum: 7\r\nY: z\r\n\r\nmore";
  for (std::size_t step = 1; step <= chunks.size(); ++step) {
    auto body = body_of("HTTP/1.1 200\r\nTransfer-Encoding: chunked");
    std::string text;
    for (std::size_t at = 0; at < chunks.size(); at += step) {
      text += decode(body, chunks.substr(at, step));
    }
    EXPECT_EQ(text, "hello world!") << step;
    EXPECT_TRUE(body.is_whole()) << body.fault();
  }
}

TEST(response_body, in_chunks_is_not_whole_before_its_last_line) {
  std::string const chunks = "5\r\nhello\r\n0\r\nX: y\r\n\r\n";
  for (std::size_t size = 0; size < chunks.size(); ++size) {
    auto body = body_of("HTTP/1.1 200\r\nTransfer-Encoding: chunked");
    decode(body, chunks.substr(0, size));
    EXPECT_FALSE(body.is_whole()) << size;
    EXPECT_FALSE(body.ends_with_connection());
    EXPECT_EQ(body.fault(), "");
  }
}

TEST(response_body, in_chunks_that_cannot_be_is_refused) {
  std::pair<std::string, char const*> const faults[] = {
      {"x\r\n", "no hexadecimal number"},
      {"\r\n", "no hexadecimal number"},
      {"-1\r\n", "no hexadecimal number"},
      {"0x5\r\nhello", "no hexadecimal number"},
      {"00000000000000000\r\n", "too large"},
      {"5\r\nhello!\r\n", "longer than it says"},
      {"0\r\n" + std::string(70'000, 'x'), "64 KiB beside"},
      {"5;" + std::string(70'000, 'x'), "64 KiB beside"},
  };
  for (auto const& [chunks, fault] : faults) {
    auto body = body_of("HTTP/1.1 200\r\nTransfer-Encoding: chunked");
    decode(body, chunks);
    EXPECT_THAT(body.fault(), HasSubstr(fault));
    EXPECT_FALSE(body.is_whole());
  }
}

TEST(response_body, in_a_coding_that_was_not_asked_for_is_words_at_most) {
  std::string const coding = "\r\nTransfer-Encoding: gzip, chunked";
  EXPECT_THAT(body_of("HTTP/1.1 200" + coding).fault(), HasSubstr("coding"));
  EXPECT_TRUE(body_of("HTTP/1.1 403" + coding).ends_with_connection());
}

}  // namespace
