#include <gladia/net/detail/frame_filter.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using gladia::net::detail::frame_filter;
using namespace std::string_literals;

std::string const upgraded = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

std::string frame(int first, std::string const& payload) {
  std::string bytes(1, static_cast<char>(first));
  auto const add_length = [&](int kind, int size) {
    bytes += static_cast<char>(kind);
    while (size-- > 0) bytes += static_cast<char>(payload.size() >> (8 * size) & 0xff);
  };
  if (payload.size() < 126) {
    bytes += static_cast<char>(payload.size());
  } else if (payload.size() < 65536) {
    add_length(126, 2);
  } else {
    add_length(127, 8);
  }
  return bytes + payload;
}

std::string close_payload(int code, std::string const& reason = {}) {
  return std::string(1, static_cast<char>(code >> 8)) + static_cast<char>(code & 0xff) + reason;
}

/// What comes out, and what was said of the end.
struct filtered {
  std::string bytes{};
  int code = 0;
  std::string reason{};
};

filtered filter(std::string bytes, std::vector<std::size_t> const& cuts = {}) {
  frame_filter filter;
  std::size_t from = 0;
  for (auto const cut : cuts) {
    filter.feed(&bytes[from], cut - from);
    from = cut;
  }
  filter.feed(bytes.data() + from, bytes.size() - from);
  auto const closed = filter.closed();
  return {bytes, closed ? closed->code : 0, closed ? closed->reason : ""};
}

/// The same, behind the head of an upgrade, which passes as it is.
filtered filter_frames(std::string const& frames) {
  auto all = filter(upgraded + frames);
  EXPECT_EQ(all.bytes.substr(0, upgraded.size()), upgraded);
  all.bytes.erase(0, upgraded.size());
  return all;
}

TEST(frame_filter, makes_binary_messages_of_text_whatever_their_length) {
  for (std::size_t const size : {0u, 1u, 125u, 126u, 127u, 65535u, 65536u, 200000u}) {
    std::string const payload(size, '\x81');
    auto const got = filter_frames(frame(0x81, payload) + frame(0x81, "next"));
    EXPECT_TRUE(got.bytes == frame(0x82, payload) + frame(0x82, "next")) << size;
    EXPECT_EQ(got.code, 0);
  }
}

TEST(frame_filter, leaves_fragments_pings_and_pongs_between_them_alone) {
  auto const rest = frame(0x89, "\x81\x01") + frame(0x00, "\xc3") + frame(0x8a, "\x88\x02") +
                    frame(0x80, "") + frame(0x82, "\x81\x81");
  EXPECT_EQ(filter_frames(frame(0x01, "\x81") + rest).bytes, frame(0x02, "\x81") + rest);
}

TEST(frame_filter, looks_for_frames_behind_an_upgrade_alone) {
  for (auto const& head : {"HTTP/1.1 200 OK\r\n\r\n"s, "HTTP/1.1 403\r\n\r\n"s, "\r\n\r\n"s,
                           "HTTP/1.1 101 OK\r\n"s, "HTTP/1.1 101 OK\r\nx: \n y: \r\n"s}) {
    auto const refused = head + frame(0x81, "text");
    EXPECT_EQ(filter(refused).bytes, refused);
  }
  std::string const bare = "HTTP/1.1 101\n\n";
  EXPECT_EQ(filter(bare + frame(0x81, "text")).bytes, bare + frame(0x82, "text"));
}

TEST(frame_filter, keeps_the_close_frame_and_hands_on_a_blank_one) {
  auto const got = filter_frames(frame(0x88, close_payload(4403, "gone")));
  EXPECT_EQ(got.code, 4403);
  EXPECT_EQ(got.reason, "gone");
  EXPECT_EQ(got.bytes, frame(0x88, close_payload(4403, "    ")));
}

TEST(frame_filter, keeps_the_code_of_a_reason_that_was_cut_inside_a_character) {
  auto const got = filter_frames("\x88\x03\x11\x33\xc3"s);
  EXPECT_EQ(got.code, 4403);
  EXPECT_EQ(got.reason, "\xEF\xBF\xBD");
  EXPECT_EQ(got.bytes, "\x88\x03\x11\x33 "s);
}

TEST(frame_filter, hands_on_a_code_that_may_be_sent_or_1002) {
  for (int code = 0; code <= 0xffff; ++code) {
    auto const got = filter_frames(frame(0x88, close_payload(code, "why")));
    auto const may_not_be_sent = code < 1000 || (code >= 1004 && code <= 1006) || code == 1015;
    EXPECT_EQ(got.code, may_not_be_sent ? 1006 : code);
    EXPECT_EQ(got.reason, "why");
    auto const passes =
        (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1013) || code >= 3072;
    EXPECT_EQ(got.bytes, frame(0x88, close_payload(passes ? code : 1002, "   "))) << code;
  }
}

TEST(frame_filter, counts_half_a_code_as_1006_and_none_as_1005) {
  EXPECT_EQ(filter_frames("\x88\x01\x11"s).code, 1006);
  EXPECT_EQ(filter_frames("\x88\x01\x11"s).bytes, "\x88\x01\x11"s);
  EXPECT_EQ(filter_frames("\x88\x00"s).code, 1005);
  EXPECT_EQ(filter_frames("\x88\x00"s).bytes, "\x88\x00"s);
}

TEST(frame_filter, cuts_a_reason_too_long_for_a_control_frame) {
  for (std::size_t const size : {124u, 1000u, 70000u}) {
    auto const got = filter_frames(frame(0x88, close_payload(4408, std::string(size, 'x'))));
    EXPECT_EQ(got.code, 4408);
    EXPECT_GE(got.reason.size(), 115u);
    EXPECT_EQ(got.reason, std::string(got.reason.size(), 'x'));
    EXPECT_EQ(got.bytes.substr(0, 127), frame(0x88, close_payload(1002, std::string(123, ' '))));
  }
}

TEST(frame_filter, leaves_what_is_behind_a_close_frame_alone) {
  auto const got = filter_frames(frame(0x88, close_payload(1000)) + frame(0x81, "x") +
                                 frame(0x88, close_payload(4403)));
  EXPECT_EQ(got.code, 1000);
  EXPECT_EQ(got.bytes,
            frame(0x88, close_payload(1000)) + frame(0x81, "x") + frame(0x88, close_payload(4403)));
}

TEST(frame_filter, knows_the_code_of_a_close_frame_that_is_cut_off) {
  EXPECT_EQ(filter_frames("\x88"s).code, 0);
  EXPECT_EQ(filter_frames("\x88\x09"s).code, 0);
  EXPECT_EQ(filter_frames("\x88\x09\x11"s).code, 0);
  auto const got = filter_frames("\x88\x09\x11\x33ov"s);
  EXPECT_EQ(got.code, 4403);
  EXPECT_EQ(got.reason, "ov");
}

TEST(frame_filter, takes_no_close_frame_of_other_flags_for_one) {
  for (auto const first : {0x08, 0x48, 0xc8}) {
    auto const odd = frame(first, close_payload(4403, "HTTP/1.1 500"));
    EXPECT_EQ(filter_frames(odd).bytes, odd);
    EXPECT_EQ(filter_frames(odd).code, 0);
  }
}

TEST(frame_filter, leaves_masked_frames_to_who_fails_them) {
  auto const masked = "\x82\x81\1\2\3\4x\x81\x01y"s;
  EXPECT_EQ(filter_frames(masked).bytes, masked);
}

TEST(frame_filter, does_the_same_however_the_bytes_are_cut) {
  for (auto const& end : {frame(0x88, close_payload(4403, "cut \xc3")), "\x88\x01\x11"s,
                          frame(0x88, close_payload(1005, std::string(200, 'y')))}) {
    auto const all = upgraded + frame(0x01, "a") + frame(0x89, "") + frame(0x80, "b") +
                     frame(0x81, std::string(130, 'c')) + frame(0x81, std::string(65536, 'd')) +
                     end;
    auto const whole = filter(all);
    std::vector<std::size_t> bytes;
    for (std::size_t at = 0; at < all.size(); ++at) {
      bytes.push_back(at);
      auto const is_inside_the_large_one = at > 500 && at + 500 < all.size();
      if (is_inside_the_large_one) continue;
      auto const split = filter(all, {at});
      ASSERT_TRUE(split.bytes == whole.bytes) << "cut at " << at;
      ASSERT_EQ(split.code, whole.code);
      ASSERT_EQ(split.reason, whole.reason);
    }
    EXPECT_TRUE(filter(all, bytes).bytes == whole.bytes) << "byte by byte";
  }
}

}  // namespace
