#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gladia/net/proxy.hpp>

#include "support/environment.hpp"

namespace {

using gladia::errc;
using gladia::net::parse_url;
using gladia::net::proxy_options;
using gladia::net::select_proxy;
using gladia::net::with_environment;

proxy_options options(char const* url, char const* no_proxy = "") {
  proxy_options o;
  o.url = url;
  o.no_proxy = no_proxy;
  return o;
}

/// `host:port` of the proxy for `target`, or `direct`.
std::string way(proxy_options const& o, std::string const& target) {
  auto const selected = select_proxy(o, *parse_url(target));
  if (!selected) return selected.error().what();
  return *selected ? (*selected)->host + ":" + (*selected)->port : "direct";
}

TEST(proxy, is_used_where_one_is_set) {
  EXPECT_EQ(way(options(""), "https://api.gladia.io"), "direct");
  EXPECT_EQ(way(options("http://proxy:3128"), "https://api.gladia.io"), "proxy:3128");
  EXPECT_EQ(way(options("http://[::1]:3128/ignored"), "wss://api.gladia.io"), "::1:3128");
}

TEST(proxy, may_be_written_as_curl_takes_it) {
  EXPECT_EQ(way(options("proxy:3128"), "https://h"), "proxy:3128");
  EXPECT_EQ(way(options("HTTP://proxy"), "https://h"), "proxy:80");
}

TEST(proxy, is_never_used_for_this_machine) {
  for (auto const* target : {"http://localhost:1/", "ws://127.0.0.1:1/", "https://[::1]/"}) {
    EXPECT_EQ(way(options("http://proxy"), target), "direct") << target;
  }
}

TEST(proxy, takes_user_and_password_from_its_url) {
  auto const authorization = [](char const* url) {
    return (**select_proxy(options(url), *parse_url("https://h"))).authorization.reveal();
  };
  EXPECT_EQ(authorization("http://proxy"), "");
  EXPECT_EQ(authorization("http://Aladdin:open%20sesame@proxy"),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(authorization("http://a@proxy"), "Basic YTo=");
  EXPECT_EQ(authorization("http://a:b@c@proxy"), "Basic YTpiQGM=");
  EXPECT_EQ(authorization("http://a:%zz%4@proxy"), "Basic YTolenolNA==");
}

class bad_proxy : public testing::TestWithParam<char const*> {};

TEST_P(bad_proxy, is_refused_without_showing_its_password) {
  auto const selected = select_proxy(options(GetParam()), *parse_url("https://h"));
  ASSERT_FALSE(selected);
  EXPECT_EQ(selected.error(), errc::invalid_options);
  EXPECT_THAT(selected.error().what(), testing::Not(testing::HasSubstr("secret")));
}

INSTANTIATE_TEST_SUITE_P(url, bad_proxy,
                         testing::Values("https://user:secret@proxy", "socks5://proxy",
                                         "http://user:secret@", "http://user:secret@proxy:0",
                                         "http://user:secret@pro xy"));

struct bypass_case {
  char const* no_proxy;
  char const* target;
  bool is_direct;
};

class no_proxy : public testing::TestWithParam<bypass_case> {};

TEST_P(no_proxy, decides) {
  auto const& [list, target, is_direct] = GetParam();
  EXPECT_EQ(way(options("http://p", list), target), is_direct ? "direct" : "p:80")
      << list << " for " << target;
}

INSTANTIATE_TEST_SUITE_P(
    list, no_proxy,
    testing::Values(
        bypass_case{"*", "https://a.b", true}, bypass_case{"b", "https://a.b", true},
        bypass_case{".b", "https://a.b", true}, bypass_case{"A.B", "https://a.b", true},
        bypass_case{"x, a.b", "https://a.b", true}, bypass_case{"x,,a.b,", "https://a.b", true},
        bypass_case{"a.b:443", "https://a.b", true}, bypass_case{"a.b:8443", "https://a.b", false},
        bypass_case{"a.b", "https://xa.b", false}, bypass_case{"x.a.b", "https://a.b", false},
        bypass_case{"", "https://a.b", false}, bypass_case{".", "https://a.b", false},
        bypass_case{"10.0.0.1", "https://10.0.0.1", true},
        bypass_case{"0.0.1", "https://10.0.0.1", false},
        bypass_case{"*.a.b", "https://x.a.b", true}, bypass_case{"*.a.b", "https://y.x.a.b", true},
        bypass_case{"*.a.b", "https://a.b", false}, bypass_case{"*a.b", "https://xa.b", false},
        bypass_case{"*.a.b:443", "https://x.a.b", true}, bypass_case{"*.", "https://a.b", false},
        bypass_case{"a.b.", "https://a.b", true}, bypass_case{"a.b", "https://x.a.b.", true},
        bypass_case{"x\ta.b", "https://a.b", true}, bypass_case{"x, *", "https://a.b", true},
        bypass_case{"10.0.0.0/8", "https://10.1.2.3", true},
        bypass_case{"10.9.9.9/8", "https://10.1.2.3", true},
        bypass_case{"10.0.0.0/8", "https://11.0.0.1", false},
        bypass_case{"10.0.0.1/32", "https://10.0.0.1", true},
        bypass_case{"0.0.0.0/0", "https://10.0.0.1", true},
        bypass_case{"10.0.0.0/33", "https://10.0.0.1", false},
        bypass_case{"10.0.0.0/", "https://10.0.0.1", false},
        bypass_case{"10.0.0.0/8", "https://a.b", false},
        bypass_case{"10.0.0.0/8", "https://[2001:db8::1]", false},
        bypass_case{"2001:db8::/32", "https://[2001:db8:7::1]", true},
        bypass_case{"2001:db8::/32", "https://[2001:db9::1]", false},
        bypass_case{"[2001:db8::]/32", "https://[2001:db8::1]", false},
        bypass_case{"2001:db8::0:1", "https://[2001:db8::1]", true},
        bypass_case{"[2001:db8::1]:443", "https://[2001:db8::1]", true}));

class proxy_environment : public testing::Test {
 protected:
  void SetUp() override { clear(); }
  void TearDown() override { clear(); }
  static void clear() {
    for (auto const* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "no_proxy",
                             "NO_PROXY", "REQUEST_METHOD"}) {
      gladia::test::unset_environment(name);
    }
  }
  static void set(char const* name, char const* value) {
    gladia::test::set_environment(name, value);
  }
};

TEST_F(proxy_environment, fills_in_what_the_options_leave_empty) {
  set("https_proxy", "http://secure");
  set("http_proxy", "http://plain");
  set("no_proxy", "a.b");
  EXPECT_EQ(with_environment({}, true).url.reveal(), "http://secure");
  EXPECT_EQ(with_environment({}, false).url.reveal(), "http://plain");
  EXPECT_EQ(with_environment({}, true).no_proxy, "a.b");
  EXPECT_EQ(with_environment(options("http://mine", "c.d"), true).url.reveal(), "http://mine");
  EXPECT_EQ(with_environment(options("http://mine", "c.d"), true).no_proxy, "c.d");
}

TEST_F(proxy_environment, may_be_in_capitals_but_for_http_proxy) {
  set("REQUEST_METHOD", "GET");  // what it takes on Windows, where names have no case
  set("HTTPS_PROXY", "http://secure");
  set("HTTP_PROXY", "http://from-a-request-header");
  set("NO_PROXY", "a.b");
  EXPECT_EQ(with_environment({}, true).url.reveal(), "http://secure");
  EXPECT_EQ(with_environment({}, false).url.reveal(), "");
  EXPECT_EQ(with_environment({}, true).no_proxy, "a.b");
}

#ifdef _WIN32
TEST_F(proxy_environment, has_http_proxy_in_any_case_outside_of_cgi) {
  set("HTTP_PROXY", "http://plain");
  EXPECT_EQ(with_environment({}, false).url.reveal(), "http://plain");
}
#endif

TEST_F(proxy_environment, can_be_ignored) {
  set("https_proxy", "http://secure");
  proxy_options o;
  o.use_environment = false;
  EXPECT_TRUE(with_environment(o, true).url.empty());
}

}  // namespace
