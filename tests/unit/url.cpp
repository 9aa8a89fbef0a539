#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gladia/net/url.hpp>

namespace {

using gladia::errc;
using gladia::net::parse_url;
using gladia::net::percent_encode;
using gladia::net::resolve_url;
using gladia::net::url;
using testing::HasSubstr;
using testing::Not;

TEST(url, has_scheme_host_port_and_target) {
  auto const parsed = parse_url("wss://api.gladia.io:8443/v2/live?token=t");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->scheme, "wss");
  EXPECT_EQ(parsed->host, "api.gladia.io");
  EXPECT_EQ(parsed->port, "8443");
  EXPECT_EQ(parsed->target, "/v2/live?token=t");
  EXPECT_TRUE(parsed->is_secure());
}

struct parse_case {
  char const* text;
  char const* same_as;  ///< as `reveal` gives it
};

class url_spelling : public testing::TestWithParam<parse_case> {};

TEST_P(url_spelling, is_normalized) {
  auto const parsed = parse_url(GetParam().text);
  ASSERT_TRUE(parsed) << parsed.error().what();
  EXPECT_EQ(parsed->reveal(), GetParam().same_as);
}

INSTANTIATE_TEST_SUITE_P(
    text, url_spelling,
    testing::Values(parse_case{"HTTPS://API.Gladia.IO", "https://api.gladia.io/"},
                    parse_case{"https://h:443/", "https://h/"},
                    parse_case{"http://h:080/", "http://h/"}, parse_case{"ws://h:/x", "ws://h/x"},
                    parse_case{"https://h?q=1", "https://h/?q=1"},
                    parse_case{"https://h/a#fragment", "https://h/a"},
                    parse_case{"https://h#fragment", "https://h/"},
                    parse_case{"https://[2001:DB8::1]:444/a", "https://[2001:db8::1]:444/a"},
                    parse_case{"https://h/%2f?a=%20", "https://h/%2f?a=%20"},
                    parse_case{"https://h/\xc3\xa9", "https://h/%C3%A9"},
                    parse_case{"https://h/a@b:c", "https://h/a@b:c"}));

class bad_url : public testing::TestWithParam<char const*> {};

TEST_P(bad_url, is_refused) {
  auto const parsed = parse_url(GetParam());
  ASSERT_FALSE(parsed) << parsed->reveal();
  EXPECT_EQ(parsed.error(), errc::invalid_url);
}

INSTANTIATE_TEST_SUITE_P(
    text, bad_url,
    testing::Values("", "api.gladia.io", "https:", "https:/h", "https://", "https:///path",
                    "ftp://h/", "file:///etc/passwd", "https://h:0/", "https://h:65536/",
                    "https://h:4294967297/", "https://h:12ab/", "https://h:-1/", "https://user@h/",
                    "https://user:password@h/", "https://good\\@evil/", "https://h /",
                    "https://h/a b", "https://h/\r\nX: y", "https://h/\x7f", "https://[::1",
                    "https://::1/", "https://[fe80::1%25eth0]/", "https://[127.0.0.1]/",
                    "https://[]/", "https://h<>/", "https://h%41/", "https://\xc3\xa9/",
                    "https://[::1]x/", "javascript:alert(1)"));

TEST(url, of_nonsense_is_shown_without_its_secrets) {
  for (auto const* text : {"https://user:secret@h/", "ftp://h/?token=secret", "https://h:0/?secret",
                           "https://a:secret@b:secret@h/"}) {
    auto const shown = parse_url(text).error().what();
    EXPECT_THAT(shown, Not(HasSubstr("secret"))) << text;
    EXPECT_THAT(shown, HasSubstr("***"));
  }
}

TEST(url, knows_this_machine) {
  for (auto const* host : {"localhost", "127.0.0.1", "127.9.9.9", "[::1]", "LOCALHOST"}) {
    EXPECT_TRUE(parse_url("http://" + std::string(host))->is_loopback()) << host;
  }
  for (auto const* host : {"localhost.evil.com", "127.0.0.1.evil.com", "0x7f.1", "127.1",
                           "2130706433", "[::2]", "10.0.0.1", "notlocalhost"}) {
    EXPECT_FALSE(parse_url("http://" + std::string(host))->is_loopback()) << host;
  }
}

TEST(url, shares_its_origin_with_the_websocket_of_the_same_server) {
  EXPECT_EQ(parse_url("wss://h/a")->origin(), parse_url("https://h:443/b")->origin());
  EXPECT_NE(parse_url("ws://h/")->origin(), parse_url("wss://h/")->origin());
  EXPECT_NE(parse_url("https://h/")->origin(), parse_url("https://h:444/")->origin());
  EXPECT_NE(parse_url("https://h/")->origin(), parse_url("https://h.evil/")->origin());
}

TEST(url, hides_the_values_of_its_query) {
  EXPECT_EQ(parse_url("wss://h/live?token=secret&x=1&bare")->redacted(),
            "wss://h/live?token=***&x=***&***");
  EXPECT_EQ(parse_url("wss://h/live?")->redacted(), "wss://h/live?***");
  EXPECT_EQ(parse_url("wss://h/live?a=b=c&")->redacted(), "wss://h/live?a=***&***");
}

struct resolve_case {
  char const* reference;
  char const* resolved;
};

class url_reference : public testing::TestWithParam<resolve_case> {};

TEST_P(url_reference, is_resolved_as_rfc_3986_has_it) {
  auto const base = *parse_url("http://a/b/c/d;p?q");
  auto const resolved = resolve_url(base, GetParam().reference);
  ASSERT_TRUE(resolved) << resolved.error().what();
  EXPECT_EQ(resolved->reveal(), GetParam().resolved);
}

// Section 5.4 of the RFC.
INSTANTIATE_TEST_SUITE_P(
    normal, url_reference,
    testing::Values(resolve_case{"g", "http://a/b/c/g"}, resolve_case{"./g", "http://a/b/c/g"},
                    resolve_case{"g/", "http://a/b/c/g/"}, resolve_case{"/g", "http://a/g"},
                    resolve_case{"//g", "http://g/"}, resolve_case{"?y", "http://a/b/c/d;p?y"},
                    resolve_case{"g?y", "http://a/b/c/g?y"},
                    resolve_case{"#s", "http://a/b/c/d;p?q"}, resolve_case{"g#s", "http://a/b/c/g"},
                    resolve_case{";x", "http://a/b/c/;x"}, resolve_case{"", "http://a/b/c/d;p?q"},
                    resolve_case{".", "http://a/b/c/"}, resolve_case{"./", "http://a/b/c/"},
                    resolve_case{"..", "http://a/b/"}, resolve_case{"../g", "http://a/b/g"},
                    resolve_case{"../..", "http://a/"}, resolve_case{"../../g", "http://a/g"}));
INSTANTIATE_TEST_SUITE_P(
    abnormal, url_reference,
    testing::Values(resolve_case{"../../../g", "http://a/g"}, resolve_case{"/./g", "http://a/g"},
                    resolve_case{"/../g", "http://a/g"}, resolve_case{"g.", "http://a/b/c/g."},
                    resolve_case{"..g", "http://a/b/c/..g"}, resolve_case{"./../g", "http://a/b/g"},
                    resolve_case{"g;x=1/../y", "http://a/b/c/y"},
                    resolve_case{"g?y/../x", "http://a/b/c/g?y/../x"},
                    resolve_case{"https://other:1/x", "https://other:1/x"}));

INSTANTIATE_TEST_SUITE_P(
    sloppy, url_reference,
    testing::Values(resolve_case{"/my file.wav?sig=a b", "http://a/my%20file.wav?sig=a%20b"},
                    resolve_case{"my file.wav", "http://a/b/c/my%20file.wav"},
                    resolve_case{"call 10:15.wav", "http://a/b/c/call%2010:15.wav"},
                    resolve_case{"https://s/\xc3\xa9 \xff?\xe2", "https://s/%C3%A9%20%FF?%E2"}));

TEST(url, refuses_a_reference_to_another_kind_of_thing) {
  auto const base = *parse_url("https://a/");
  for (auto const* reference :
       {"mailto:a@b", "file:///etc/passwd", "//user@evil/", "//", "/a\tb", "/a\\b", "/a\x01",
        "https://a b/", "https:// a/", "https://a: 1/"}) {
    EXPECT_FALSE(resolve_url(base, reference)) << reference;
  }
}

TEST(url, encodes_everything_but_the_unreserved_characters) {
  EXPECT_EQ(percent_encode("azAZ09-._~"), "azAZ09-._~");
  EXPECT_EQ(percent_encode("../a b?&\xff"), "..%2Fa%20b%3F%26%FF");
}

}  // namespace
