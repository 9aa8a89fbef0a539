#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gladia/api/impl/answer.ipp>
#include <gladia/net/http_error.hpp>

#include <fstream>
#include <sstream>

namespace {

using namespace std::chrono_literals;
using gladia::errc;
using gladia::phase;
using gladia::net::errc_for_status;
using gladia::net::error_from_response;
using gladia::net::http_response;
using gladia::net::parse_retry_after;
using clock = std::chrono::system_clock;

gladia::error error_of(http_response const& response) {
  return error_from_response(response, phase::response, "GET https://api.test/", {},
                             gladia::api::detail::read_refusal);
}

std::string example(std::string const& name) {
  std::ifstream file(GLADIA_TEST_DATA "/contract/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(http_error, has_one_code_for_each_status) {
  EXPECT_EQ(errc_for_status(400), errc::bad_request);
  EXPECT_EQ(errc_for_status(401), errc::unauthorized);
  EXPECT_EQ(errc_for_status(402), errc::payment_required);
  EXPECT_EQ(errc_for_status(403), errc::forbidden);
  EXPECT_EQ(errc_for_status(404), errc::not_found);
  EXPECT_EQ(errc_for_status(408), errc::timeout);
  EXPECT_EQ(errc_for_status(410), errc::not_found);
  EXPECT_EQ(errc_for_status(422), errc::bad_request);
  EXPECT_EQ(errc_for_status(429), errc::too_many_requests);
  EXPECT_EQ(errc_for_status(500), errc::server_error);
  EXPECT_EQ(errc_for_status(599), errc::server_error);
  for (int status : {0, 304, 418, 600, 999}) {
    EXPECT_EQ(errc_for_status(status), errc::unexpected_status) << status;
  }
}

TEST(http_error, says_what_is_wrong_where_the_server_does_not) {
  EXPECT_EQ(error_of({403, {}, ""}).what(),
            "not allowed: in answer to GET https://api.test/ (during response, HTTP 403) "
            "[gladia:forbidden]");
}

TEST(http_error, holds_what_gladia_says) {
  auto const error = error_of({400, {{"x-aipi-call-id", "call"}}, example("http.error.400.json")});
  EXPECT_EQ(error, errc::bad_request);
  EXPECT_EQ(error.details().http_status, 400);
  EXPECT_THAT(error.details().server_message, testing::HasSubstr("Invalid parameter(s)"));
  EXPECT_FALSE(error.details().validation_errors.empty());
  EXPECT_THAT(error.details().request_id, testing::StartsWith("G-"));
}

TEST(http_error, falls_back_on_the_call_id) {
  EXPECT_EQ(error_of({502, {{"X-Aipi-Call-Id", "call"}}, ""}).details().request_id, "call");
}

TEST(http_error, shows_the_words_of_a_page_that_is_not_json) {
  auto const words = [](std::string body) {
    return error_of({502, {}, std::move(body)}).details().server_message;
  };
  EXPECT_EQ(words("<html>\r\n<h1>502 Bad</h1>\n<p>Gateway</p></html>"), "502 Bad Gateway");
  EXPECT_EQ(words("<!-- if lt IE 7 > x --><STYLE>p > a {}</STYLE>Sorry<script>a<b;</script> you"),
            "Sorry you");
  EXPECT_EQ(words("Sorry <script>never ends"), "Sorry");
  EXPECT_EQ(words("  upstream\x1b[31m reset \n"), "upstream [31m reset");
  EXPECT_EQ(words(""), "");
  EXPECT_EQ(words("{\"message\":"), "{\"message\":");
  EXPECT_LE(words(std::string(100000, 'x')).size(), 300u);
  EXPECT_EQ(words(std::string(100000, '<')), "");
}

TEST(http_error, cuts_a_long_text_before_a_token_and_not_within) {
  auto const words = [](std::string body) {
    return error_of({502, {}, std::move(body)}).details().server_message;
  };
  std::string const token = "aZ09-._~%2B+/==";
  // The token lies in all places around the end of what is shown.
  for (std::size_t before = 270; before < 305; ++before) {
    for (std::string const gap : {" ", "\"", ":", "<br>", "&", "\xc3\xa9"}) {
      auto const text = words(std::string(before, '!') + gap + token + gap + "tail, and more");
      EXPECT_LE(text.size(), 300u);
      auto const whole = text.find(token) != std::string::npos;
      EXPECT_TRUE(whole || text.find('a') == std::string::npos) << before << gap << ": " << text;
    }
  }
  EXPECT_EQ(words(std::string(301, 'x')), "") << "all of it may be one token";
  EXPECT_EQ(words(std::string(300, 'x')), std::string(300, 'x')) << "nothing has to be cut";
  EXPECT_EQ(words(std::string(300, 'x') + " more"), std::string(300, 'x'));
}

TEST(http_error, knows_how_long_to_wait) {
  EXPECT_EQ(error_of({429, {{"Retry-After", "7"}}, ""}).details().retry_after, 7s);
  EXPECT_FALSE(error_of({429, {{"Retry-After", "soon"}}, ""}).details().retry_after);
}

TEST(http_error, ends_words_that_were_cut_before_the_token_they_may_end_within) {
  EXPECT_EQ(error_of({403, {}, "unknown: a-long-tok", true}).details().server_message, "unknown:");
  EXPECT_EQ(error_of({403, {}, "a-long-tok", true}).details().server_message, "");
  EXPECT_EQ(error_of({403, {}, "a-long-token", false}).details().server_message, "a-long-token");
}

std::chrono::seconds wait_of(gladia::net::http_headers headers) {
  headers.emplace_back("Retry-After", "Sun, 06 Nov 1994 09:49:37 GMT");
  auto const now = clock::time_point(784111777s);  // an hour before
  return error_from_response({429, std::move(headers), ""}, phase::response, "it", now)
      .details()
      .retry_after.value_or(-1s);
}

TEST(http_error, measures_a_date_to_come_back_at_against_the_server_s_own_clock) {
  EXPECT_EQ(wait_of({}), 1h);
  EXPECT_EQ(wait_of({{"Date", "Sun, 06 Nov 1994 09:49:07 GMT"}}), 30s);
  EXPECT_EQ(wait_of({{"date", "Sun, 06 Nov 1994 09:49:07 GMT"}, {"age", " 20 "}}), 10s);
  EXPECT_EQ(wait_of({{"Date", "Sun, 06 Nov 1994 09:49:07 GMT"}, {"Age", "old"}}), 30s);
  EXPECT_EQ(wait_of({{"Date", "Sun, 06 Nov 1994 09:49:07 GMT"}, {"Age", "31"}}), 0s);
  EXPECT_EQ(wait_of({{"Date", "Sun, 06 Nov 1994 09:50:07 GMT"}}), 0s);
  EXPECT_EQ(wait_of({{"Date", "yesterday"}, {"Age", "20"}}), 1h);
  EXPECT_EQ(wait_of({{"Date", "Fri, 31 Dec 9999 23:59:59 GMT"}, {"Age", "9999999999999"}}), 0s);
}

TEST(retry_after, is_a_number_of_seconds) {
  EXPECT_EQ(parse_retry_after(" 120 ", {}), 120s);
  EXPECT_EQ(parse_retry_after("0", {}), 0s);
  EXPECT_GT(parse_retry_after("99999999999999999999", {}), 24h);
}

TEST(retry_after, is_a_date) {
  // date -u -d @784111777
  clock::time_point const now(784111777s);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), 60s);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:48:37 GMT", now), 0s);
  // date -u -d @1709210096
  EXPECT_EQ(parse_retry_after("Thu, 29 Feb 2024 12:34:57 GMT", clock::time_point(1709210096s)), 1s);
  EXPECT_GT(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", now), 24h) << "beyond the clock";
}

TEST(retry_after, is_ignored_where_it_makes_no_sense) {
  for (auto const* text :
       {"", "-1", "1.5", "7 s", "Sun, 06 Nov 1994", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET"}) {
    EXPECT_FALSE(parse_retry_after(text, {})) << text;
  }
}

}  // namespace
