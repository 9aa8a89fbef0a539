#include <gladia/api/impl/answer.ipp>
#include <gladia/detail/redact.hpp>

#include <gtest/gtest.h>

#include <gladia/net/detail/http_fsm.hpp>

namespace {

using gladia::detail::redact;
namespace net = gladia::net;

TEST(redact, hides_every_occurrence) {
  std::string text = "key abcdef12, again abcdef12";
  redact(text, "abcdef12");
  EXPECT_EQ(text, "key ***, again ***");
}

TEST(redact, leaves_words_that_are_too_short_to_be_a_secret) {
  std::string text = "en, english";
  redact(text, "en");
  EXPECT_EQ(text, "en, english");
}

TEST(redact, hides_the_values_of_a_query_also_as_they_mean) {
  std::string text = "bad signature ab+cd12 of ab%2Bcd12";
  gladia::detail::redact_query(text, "https://h/?sig=ab%2Bcd12");
  EXPECT_EQ(text, "bad signature *** of ***");
}

TEST(redact, hides_a_key_that_the_server_repeats) {
  net::http_request request;
  request.url = *net::parse_url("https://api.gladia.io/v2/live");
  request.headers = {{"x-gladia-key", "abcdef12"}};
  request.secret_headers = {"x-gladia-key"};
  request.read_refusal = gladia::api::detail::read_refusal;
  net::detail::http_fsm machine(request, false, {}, false, 1);
  (void)machine.on_start({});
  net::http_response answer{401, {}, R"({"statusCode": 401, "message": "unknown key abcdef12"})"};

  auto const decision = machine.on_exchange(std::move(answer), false, {});

  auto const& end = std::get<net::detail::http_fsm::finish>(decision.action);
  EXPECT_EQ(end.outcome.error().details().server_message, "unknown key ***");
  EXPECT_EQ(decision.line.find("abcdef12"), std::string::npos);
}

TEST(redact, hides_a_signature_that_the_storage_repeats) {
  net::http_request request;
  request.url = *net::parse_url("https://api.gladia.io/v2/live/1/file");
  net::detail::http_fsm machine(request, false, {}, false, 1);
  (void)machine.on_start({});
  net::http_response to_storage{302, {{"Location", "https://s3.test/a?Signature=abcdef12"}}, ""};
  (void)machine.on_exchange(std::move(to_storage), false, {});
  net::http_response answer{403, {}, "bad signature abcdef12"};

  auto const decision = machine.on_exchange(std::move(answer), false, {});

  auto const& end = std::get<net::detail::http_fsm::finish>(decision.action);
  EXPECT_EQ(end.outcome.error().details().server_message, "bad signature ***");
  EXPECT_EQ(decision.line.find("abcdef12"), std::string::npos);
}

}  // namespace
