#include <gladia/net/detail/response_head.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <utility>

namespace {

using gladia::net::find_header;
using gladia::net::detail::offered_schemes;
using gladia::net::detail::response_head_reader;
using verdict = response_head_reader::verdict;
using testing::ElementsAre;
using testing::HasSubstr;

response_head_reader read(std::string_view text) {
  response_head_reader reader;
  reader.feed(text);
  return reader;
}

std::string fault_of(std::string_view text) {
  auto const reader = read(text);
  return reader.now() == verdict::refused ? reader.fault() : "none";
}

TEST(response_head, has_a_status_a_reason_and_fields_and_leaves_the_rest) {
  auto const reader =
      read("HTTP/1.1 401 Not  today\r\nX-Id: \t7 \r\nx-id:8\r\nEmpty:\r\n\r\nbody\r\n");
  ASSERT_EQ(reader.now(), verdict::whole);
  EXPECT_EQ(reader.head().version, "1.1");
  EXPECT_EQ(reader.head().status, 401);
  EXPECT_EQ(reader.head().reason, "Not  today");
  EXPECT_THAT(reader.head().headers, ElementsAre(std::pair<std::string, std::string>("X-Id", "7"),
                                                 std::pair<std::string, std::string>("x-id", "8"),
                                                 std::pair<std::string, std::string>("Empty", "")));
  EXPECT_EQ(reader.rest(), "body\r\n");
}

TEST(response_head, is_the_same_however_it_is_cut) {
  std::string const text =
      "HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n\r\nHTTP/1.0 200\nContent-Length: 2\n\nok";
  for (std::size_t step = 1; step < text.size(); ++step) {
    response_head_reader reader;
    for (std::size_t at = 0; at < text.size(); at += step) {
      reader.feed(std::string_view(text).substr(at, step));
    }
    ASSERT_EQ(reader.now(), verdict::whole) << step << reader.fault();
    EXPECT_EQ(reader.head().status, 200);
    EXPECT_EQ(reader.head().headers.size(), 1u);
    EXPECT_EQ(reader.rest(), "ok");
  }
}

TEST(response_head, counts_only_with_its_blank_line) {
  std::string const text = "HTTP/1.1 403 Forbidden\r\nX: y\r\n\r\n";
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(read(text.substr(0, size)).now(), verdict::incomplete) << size;
  }
  EXPECT_EQ(read(text).now(), verdict::whole);
}

TEST(response_head, needs_neither_a_reason_nor_the_blank_before_it) {
  for (auto const* text : {"HTTP/1.1 200\r\n\r\n", "HTTP/1.1 200 \r\n\r\n", "HTTP/1.1  200\n\n",
                           "HTTP/1.0 200 \xc3\x96K\r\n\r\n", "\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"}) {
    auto const reader = read(text);
    ASSERT_EQ(reader.now(), verdict::whole) << text << reader.fault();
    EXPECT_EQ(reader.head().status, 200);
  }
}

TEST(response_head, may_be_as_large_as_64_kib) {
  std::string text = "HTTP/1.1 101 Switching Protocols\r\nX: ";
  text += std::string(response_head_reader::max_size - text.size() - 4, 'x') + "\r\n\r\n";
  EXPECT_EQ(read(text + "rest").now(), verdict::whole);
  text.insert(text.find('x'), "x");
  EXPECT_THAT(fault_of(text), HasSubstr("64 KiB"));
  EXPECT_THAT(fault_of(text.substr(0, text.size() - 2)), "none");
  EXPECT_THAT(fault_of("HTTP/1.1 200 " + std::string(70'000, 'x')), HasSubstr("64 KiB"));
}

TEST(response_head, passes_over_16_interim_answers) {
  std::string text;
  for (int i = 0; i < 16; ++i) text += i % 2 ? "HTTP/1.1 100 Continue\r\n\r\n" : "HTTP/1.1 103\n\n";
  auto const reader = read(text + "HTTP/1.1 204\r\n\r\n");
  ASSERT_EQ(reader.now(), verdict::whole);
  EXPECT_EQ(reader.head().status, 204);
  EXPECT_THAT(fault_of(text + "HTTP/1.1 103\r\n\r\n"), HasSubstr("16 interim answers"));
}

TEST(response_head, that_switches_protocols_is_not_interim) {
  EXPECT_EQ(read("HTTP/1.1 101 Switching Protocols\r\n\r\n").head().status, 101);
}

struct faulty {
  std::string head;
  char const* fault;
};
void PrintTo(faulty const& f, std::ostream* out) {
  *out << f.fault;
}

class a_faulty_head : public testing::TestWithParam<faulty> {};

TEST_P(a_faulty_head, is_refused_with_its_fault_and_never_quoted) {
  auto const fault = fault_of(GetParam().head);
  EXPECT_THAT(fault, HasSubstr(GetParam().fault));
  EXPECT_THAT(fault, testing::Not(HasSubstr("secret")));
}

std::string with(std::string const& lines) {
  return "HTTP/1.1 200 OK\r\n" + lines + "\r\n\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    heads, a_faulty_head,
    testing::Values(
        faulty{"<html>secret</html>", "HTTP/0.9 or no HTTP"}, faulty{"secret", "no HTTP at all"},
        faulty{"220 smtp.example ESMTP\r\n", "no HTTP at all"},
        faulty{"HTTP/2 200 OK\r\n\r\n", "does not begin with HTTP/1.1"},
        faulty{"HTTP/0.9 200 OK\r\n\r\n", "HTTP/0.9"},
        faulty{"http/1.1 200 OK\r\n\r\n", "does not begin with"},
        faulty{"ICY 200 OK\r\n\r\n", "does not begin with"},
        faulty{"HTTP/1.x 200 OK\r\n\r\n", "does not begin with"},
        faulty{"HTTP/1.1\r\n\r\n", "status"}, faulty{"HTTP/1.1 \r\n\r\n", "status"},
        faulty{"HTTP/1.1 20\r\n\r\n", "status"}, faulty{"HTTP/1.1 2000\r\n\r\n", "status"},
        faulty{"HTTP/1.1 200OK\r\n\r\n", "status"}, faulty{"HTTP/1.1 099 x\r\n\r\n", "status"},
        faulty{"HTTP/1.1 -20 x\r\n\r\n", "status"}, faulty{"HTTP/1.1x200 OK\r\n\r\n", "status"},
        faulty{std::string("HTTP/1.1 200 O\0K\r\n\r\n", 19), "NUL"},
        faulty{with(std::string("X: secret\0", 10)), "NUL"},
        faulty{with("X: secret\rY: z"), "carriage return"},
        faulty{with("X : secret"), "blank before"}, faulty{with("X\t: secret"), "blank before"},
        faulty{with(" X: secret"), "folded"}, faulty{with("X: a\r\n\tsecret"), "folded"},
        faulty{with("secret"), "without a colon"}, faulty{with(": secret"), "without a name"},
        faulty{with("a secret: x"), "in the name"}, faulty{with("X\x01: secret"), "in the name"},
        faulty{with("Content-Length: 5\r\ncontent-length: 6"), "unlike Content-Lengths"},
        faulty{with("Content-Length: 5, 6"), "unlike Content-Lengths"},
        faulty{with("Content-Length: five"), "Content-Length is no number"},
        faulty{with("Content-Length: -1"), "Content-Length is no number"},
        faulty{with("Content-Length: +5"), "Content-Length is no number"},
        faulty{with("Content-Length: 0x5"), "Content-Length is no number"},
        faulty{with("Content-Length:"), "Content-Length is no number"},
        faulty{with("Content-Length: 99999999999999999999"), "Content-Length is no number"},
        faulty{"HTTP/1.1 100\r\n\r\nHTTP/1.1 200\r\nX : y\r\n\r\n", "blank before"}));

TEST(response_head, of_another_protocol_is_refused_before_a_line_ends) {
  EXPECT_EQ(read("HTT").now(), verdict::incomplete);
  EXPECT_EQ(read("HTX").now(), verdict::refused);
  EXPECT_EQ(read("HTTP/2").now(), verdict::refused);
  EXPECT_EQ(read(std::string_view("\x16\x03\x01", 3)).now(), verdict::refused);
}

TEST(response_head, keeps_what_values_hold) {
  auto const reader = read(with("X: a\x01\xff\"b: c"));
  ASSERT_EQ(reader.now(), verdict::whole);
  EXPECT_EQ(*find_header(reader.head().headers, "x"), "a\x01\xff\"b: c");
}

TEST(response_head, says_how_the_body_ends) {
  EXPECT_EQ(read(with("Content-Length: 007")).head().content_length, 7u);
  EXPECT_EQ(read(with("Content-Length: 7\r\nContent-Length: 7")).head().content_length, 7u);
  EXPECT_EQ(read(with("Content-Length: 7, 7")).head().content_length, 7u);
  EXPECT_FALSE(read(with("X: y")).head().content_length);
  auto const both = read(with("Content-Length: 7\r\nTransfer-Encoding: Chunked")).head();
  EXPECT_FALSE(both.content_length);
  EXPECT_TRUE(both.is_chunked);
  auto const twice = read(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")).head();
  EXPECT_TRUE(twice.is_chunked);
  EXPECT_EQ(twice.foreign_coding, "");
  EXPECT_EQ(read(with("Transfer-Encoding: gzip, chunked")).head().foreign_coding, "gzip");
  auto const identity = read(with("Transfer-Encoding: identity\r\nContent-Length: 7")).head();
  EXPECT_EQ(identity.content_length, 7u);
  EXPECT_EQ(identity.foreign_coding, "");
}

TEST(response_head, offers_schemes) {
  auto const offered = [](std::string const& lines) {
    return offered_schemes(read(with(lines)).head().headers, "Proxy-Authenticate");
  };
  EXPECT_THAT(offered("X: Basic"), ElementsAre());
  EXPECT_THAT(offered("Proxy-Authenticate: Negotiate\r\nproxy-authenticate: NTLM TlRM=="),
              ElementsAre("Negotiate", "NTLM"));
  EXPECT_THAT(offered("Proxy-Authenticate: Basic realm=\"a, Digest \\\" b\", charset = \"UTF-8\", "
                      "Digest nonce=x, qop=auth,basic"),
              ElementsAre("Basic", "Digest"));
}

}  // namespace
