#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gladia/api/impl/answer.ipp>
#include <gladia/net/detail/http_fsm.hpp>

#include <boost/asio/error.hpp>

namespace {

using namespace std::chrono_literals;
using gladia::errc;
using gladia::error;
using gladia::log_level;
using gladia::phase;
using gladia::net::find_header;
using gladia::net::http_headers;
using gladia::net::http_request;
using gladia::net::http_response;
using gladia::net::http_retry;
using gladia::net::parse_url;
using gladia::net::detail::http_fsm;
using testing::HasSubstr;
using testing::Not;

error network_error(phase p) {
  return error(boost::asio::error::connection_reset, p);
}

class http_calls : public testing::Test {
 protected:
  http_fsm machine(std::string method = "GET", std::string const& url = "https://a.io/x") {
    http_request request;
    request.method = std::move(method);
    request.url = *parse_url(url);
    request.headers = {{"X-Gladia-Key", "api-key-1"},
                       {"Authorization", "a"},
                       {"Cookie", "c"},
                       {"Content-Type", "application/json"},
                       {"x-gladia-version", "v"}};
    request.secret_headers = {"x-gladia-key"};
    request.leaves_behind = "a session";
    request.read_refusal = gladia::api::detail::read_refusal;
    request.body = "body";
    if (change) change(request);
    http_fsm made(request, can_restart_sink, retry, allow_insecure, 1);
    last = made.on_start(now());
    return made;
  }

  gladia::net::detail::moment now() const {
    return {std::chrono::steady_clock::time_point(elapsed),
            std::chrono::system_clock::time_point()};
  }

  void ends(http_fsm& m, gladia::result<http_response> outcome, bool sink_was_used = false) {
    last = m.on_exchange(std::move(outcome), sink_was_used, now());
  }
  void answers(http_fsm& m, int status, http_headers headers = {}) {
    ends(m, http_response{status, std::move(headers), ""});
  }
  void waits(http_fsm& m) { last = m.on_wait_over(); }

  bool is_sent() const { return std::holds_alternative<http_fsm::send>(last.action); }
  bool is_waiting() const { return std::holds_alternative<http_fsm::wait>(last.action); }
  bool is_finished() const { return std::holds_alternative<http_fsm::finish>(last.action); }
  http_request const& sent() const { return std::get<http_fsm::send>(last.action).request; }
  std::chrono::milliseconds delay() const { return std::get<http_fsm::wait>(last.action).delay; }
  gladia::result<http_response> const& outcome() const {
    return std::get<http_fsm::finish>(last.action).outcome;
  }
  error failure() const { return outcome().error(); }

  std::function<void(http_request&)> change{};
  bool can_restart_sink = false;
  bool allow_insecure = false;
  http_retry retry{};
  std::chrono::milliseconds elapsed{0};
  http_fsm::decision last{http_fsm::send{}, log_level::off, ""};
};

TEST_F(http_calls, send_the_request_and_end_with_any_2xx) {
  for (int status : {200, 201, 202, 204, 299}) {
    auto m = machine();
    ASSERT_TRUE(is_sent());
    EXPECT_EQ(sent().body, "body");
    answers(m, status);
    ASSERT_TRUE(is_finished());
    EXPECT_EQ(outcome()->status, status);
  }
}

TEST_F(http_calls, retry_what_may_pass) {
  for (int status : {408, 429, 500, 502, 503, 599}) {
    auto m = machine("POST");
    answers(m, status);
    ASSERT_TRUE(is_waiting()) << status;
    waits(m);
    ASSERT_TRUE(is_sent());
    answers(m, 201);
    EXPECT_EQ(outcome()->status, 201);
  }
}

TEST_F(http_calls, do_not_retry_what_will_not_change) {
  for (int status : {400, 401, 402, 403, 404, 405, 410, 413, 418, 422, 304, 600}) {
    auto m = machine();
    answers(m, status);
    ASSERT_TRUE(is_finished()) << status;
    EXPECT_EQ(failure().details().http_status, status);
    EXPECT_EQ(failure().details().attempts, 1);
  }
}

TEST_F(http_calls, retry_network_errors_and_timeouts) {
  for (auto const& e : {network_error(phase::connect), network_error(phase::response),
                        error(make_error_code(errc::timeout), phase::tls),
                        error(boost::asio::error::host_not_found, phase::resolve)}) {
    auto m = machine();
    ends(m, e);
    EXPECT_TRUE(is_waiting()) << e.what();
  }
}

TEST_F(http_calls, do_not_retry_errors_that_stay) {
  for (auto const& e :
       {error(errc::invalid_request), error(errc::message_too_large), error(errc::no_trust_anchors),
        error(errc::proxy_refused), error(boost::asio::error::operation_aborted)}) {
    auto m = machine();
    ends(m, e);
    ASSERT_TRUE(is_finished()) << e.what();
    EXPECT_EQ(failure().code(), e.code());
  }
}

TEST_F(http_calls, give_up_after_the_last_attempt_with_all_that_is_known) {
  retry.attempts = 3;
  auto m = machine();
  for (int i = 0; i < 2; ++i) {
    answers(m, 503);
    elapsed += 100ms;
    waits(m);
  }
  answers(m, 503, {{"x-aipi-call-id", "id"}});
  ASSERT_TRUE(is_finished());
  EXPECT_EQ(failure(), errc::server_error);
  EXPECT_EQ(failure().details().attempts, 3);
  EXPECT_EQ(failure().details().elapsed, 200ms);
  EXPECT_EQ(failure().details().request_id, "id");
}

TEST_F(http_calls, are_tried_once_where_no_retry_is_wanted) {
  for (int attempts : {1, 0, -1}) {
    retry.attempts = attempts;
    auto m = machine();
    answers(m, 503);
    EXPECT_TRUE(is_finished());
  }
}

TEST_F(http_calls, wait_as_long_as_the_server_asks_for_but_not_for_ever) {
  retry.backoff = {0ms, 0ms};
  retry.retry_after_cap = 10s;
  auto m = machine();
  answers(m, 429, {{"Retry-After", "7"}});
  EXPECT_EQ(delay(), 7s);
  m = machine();
  answers(m, 503, {{"retry-after", "Thu, 01 Jan 1970 00:00:05 GMT"}});
  EXPECT_EQ(delay(), 5s);
  m = machine();
  answers(m, 429, {{"Retry-After", "86400"}});
  EXPECT_EQ(delay(), 10s);
}

TEST_F(http_calls, wait_within_the_back_off_otherwise) {
  retry.backoff = {20ms, 20ms};
  auto m = machine();
  answers(m, 500);
  EXPECT_LE(delay(), 20ms);
}

TEST_F(http_calls, repeat_once_at_most_what_may_have_been_carried_out) {
  retry.attempts = 5;
  auto m = machine("POST");
  ends(m, network_error(phase::response));
  ASSERT_TRUE(is_waiting());
  EXPECT_EQ(last.level, log_level::warning);
  EXPECT_THAT(last.line, HasSubstr("a session may have been left behind"));
  waits(m);
  ends(m, network_error(phase::connect));  // this one was certainly not carried out
  ASSERT_TRUE(is_waiting());
  EXPECT_THAT(last.line, Not(HasSubstr("left behind")));
  waits(m);
  ends(m, network_error(phase::response));
  EXPECT_TRUE(is_finished());
}

TEST_F(http_calls, repeat_idempotent_requests_as_often_as_wanted) {
  retry.attempts = 4;
  auto m = machine("DELETE");
  for (int i = 0; i < 3; ++i) {
    ends(m, network_error(phase::response));
    ASSERT_TRUE(is_waiting());
    EXPECT_THAT(last.line, Not(HasSubstr("left behind")));
    waits(m);
  }
  ends(m, network_error(phase::response));
  EXPECT_TRUE(is_finished());
}

TEST_F(http_calls, find_deleted_what_an_earlier_attempt_may_have_deleted) {
  auto const attempts = std::vector<gladia::result<http_response>>{
      network_error(phase::response), error(make_error_code(errc::timeout), phase::response),
      http_response{408, {}, ""}, http_response{503, {}, ""}};
  for (auto const& attempt : attempts) {
    for (int gone : {404, 410}) {
      auto m = machine("DELETE");
      ends(m, attempt);
      waits(m);
      answers(m, gone);
      ASSERT_TRUE(is_finished());
      ASSERT_TRUE(outcome()) << failure().what();
      EXPECT_EQ(outcome()->status, gone);
    }
  }
  retry.attempts = 3;
  auto m = machine("DELETE");
  ends(m, network_error(phase::response));
  waits(m);
  answers(m, 429);
  waits(m);
  answers(m, 404);
  EXPECT_TRUE(outcome()) << "the first attempt may have done it";
}

TEST_F(http_calls, do_not_take_for_deleted_what_no_attempt_can_have_deleted) {
  auto m = machine("DELETE");
  answers(m, 404);
  EXPECT_EQ(failure(), errc::not_found);
  auto const attempts = std::vector<gladia::result<http_response>>{
      http_response{429, {}, ""}, network_error(phase::connect), network_error(phase::request)};
  for (auto const& attempt : attempts) {
    m = machine("DELETE");
    ends(m, attempt);
    waits(m);
    answers(m, 404);
    EXPECT_EQ(failure(), errc::not_found);
  }
  for (auto const* method : {"GET", "POST"}) {
    m = machine(method);
    ends(m, network_error(phase::response));
    waits(m);
    answers(m, 404);
    EXPECT_EQ(failure(), errc::not_found) << method;
  }
}

TEST_F(http_calls, do_not_hand_a_sink_the_same_bytes_twice) {
  auto m = machine();
  ends(m, network_error(phase::response), true);
  EXPECT_TRUE(is_finished());
}

TEST_F(http_calls, start_a_sink_again_where_that_is_possible) {
  can_restart_sink = true;
  auto m = machine();
  ends(m, network_error(phase::response), true);
  EXPECT_TRUE(std::get<http_fsm::wait>(last.action).restart_sink);
  m = machine();
  ends(m, network_error(phase::response), false);
  EXPECT_FALSE(std::get<http_fsm::wait>(last.action).restart_sink);
}

TEST_F(http_calls, are_not_made_twice_where_that_must_not_be) {
  change = [](http_request& request) { request.is_unrepeatable = true; };
  for (auto const where : {phase::connect, phase::tls, phase::request}) {
    auto m = machine("POST");
    ends(m, network_error(where));
    EXPECT_TRUE(is_waiting()) << to_string(where);
  }
  auto busy = machine("POST");
  answers(busy, 429);
  EXPECT_TRUE(is_waiting());
  auto lost = machine("POST");
  ends(lost, network_error(phase::response));
  EXPECT_TRUE(failure().details().may_have_been_made);
  EXPECT_THAT(failure().what(), HasSubstr("it may have been carried out"));
  for (int status : {400, 408, 500, 503}) {
    auto m = machine("POST");
    answers(m, status);
    ASSERT_TRUE(is_finished()) << status;
    EXPECT_EQ(failure().details().may_have_been_made, status != 400) << status;
  }
}

TEST_F(http_calls, that_are_cancelled_say_whether_they_may_have_been_carried_out) {
  change = [](http_request& request) { request.is_unrepeatable = true; };
  for (auto const where : {phase::connect, phase::request, phase::response}) {
    auto m = machine("POST");
    last = m.on_cancel(where, now());
    EXPECT_EQ(failure(), boost::asio::error::operation_aborted);
    EXPECT_EQ(failure().details().may_have_been_made, where == phase::response);
  }
}

TEST_F(http_calls, end_with_a_failure_of_the_source_though_it_looks_like_one_that_passes) {
  change = [](http_request& request) { request.source.emplace().can_begin_again = true; };
  auto m = machine("POST");
  last = m.on_source_failure(error(boost::asio::error::connection_reset), now());
  EXPECT_EQ(failure(), boost::asio::error::connection_reset);
}

TEST_F(http_calls, show_no_signature_of_a_url_in_their_body) {
  change = [](http_request& request) {
    request.secret_urls = {"https://files.io/a.wav?signature=abcdef12"};
  };
  auto m = machine("POST");
  ends(m, http_response{400, {}, "cannot fetch https://files.io/a.wav?signature=abcdef12"});
  EXPECT_THAT(failure().what(), Not(HasSubstr("abcdef12")));
  EXPECT_THAT(last.line, Not(HasSubstr("abcdef12")));
}

TEST_F(http_calls, send_a_source_again_only_if_it_can_begin_again) {
  for (bool const can : {true, false}) {
    change = [can](http_request& request) { request.source.emplace().can_begin_again = can; };
    auto m = machine("POST");
    ends(m, network_error(phase::connect));
    EXPECT_TRUE(is_waiting()) << "nothing of it was sent";
    m = machine("POST");
    ends(m, network_error(phase::request));
    EXPECT_EQ(is_waiting(), can);
    m = machine("POST");
    answers(m, 503);
    EXPECT_EQ(is_waiting(), can);
    m = machine("POST");
    answers(m, 413);
    EXPECT_TRUE(is_finished());
  }
}

TEST_F(http_calls, take_a_source_to_no_other_place) {
  change = [](http_request& request) { request.source.emplace().can_begin_again = true; };
  for (int status : {307, 308}) {
    auto m = machine("POST");
    answers(m, status, {{"Location", "/y"}});
    EXPECT_TRUE(is_sent());
    m = machine("POST");
    answers(m, status, {{"Location", "https://b.io/y"}});
    EXPECT_EQ(failure(), errc::bad_redirect);
  }
  auto m = machine("POST");
  answers(m, 303, {{"Location", "/y"}});
  EXPECT_EQ(failure(), errc::bad_redirect) << "a GET would say nothing of the upload";
  change = [](http_request& request) { request.source.emplace(); };
  m = machine("POST");
  answers(m, 307, {{"Location", "/y"}});
  EXPECT_EQ(failure(), errc::bad_redirect) << "it cannot begin again";
}

TEST_F(http_calls, follow_a_redirect) {
  for (int status : {301, 302, 303, 307, 308}) {
    auto m = machine();
    answers(m, status, {{"Location", "../y?z=1"}});
    ASSERT_TRUE(is_sent()) << status;
    EXPECT_EQ(sent().url.reveal(), "https://a.io/y?z=1");
    EXPECT_EQ(sent().method, "GET");
  }
}

struct method_case {
  int status;
  char const* method;
  char const* becomes;
};

class redirected_method : public http_calls, public testing::WithParamInterface<method_case> {};

TEST_P(redirected_method, is_kept_or_becomes_get) {
  auto const& [status, method, becomes] = GetParam();
  auto m = machine(method);
  answers(m, status, {{"Location", "/y"}});
  ASSERT_TRUE(is_sent());
  EXPECT_EQ(sent().method, becomes);
  bool const keeps_body = sent().method == method;
  EXPECT_EQ(sent().body, keeps_body ? "body" : "");
  EXPECT_EQ(find_header(sent().headers, "content-type") != nullptr, keeps_body);
}

INSTANTIATE_TEST_SUITE_P(
    status, redirected_method,
    testing::Values(method_case{301, "POST", "GET"}, method_case{302, "POST", "GET"},
                    method_case{303, "POST", "GET"}, method_case{307, "POST", "POST"},
                    method_case{308, "POST", "POST"}, method_case{301, "DELETE", "DELETE"},
                    method_case{303, "DELETE", "GET"}, method_case{303, "HEAD", "HEAD"}));

TEST_F(http_calls, keep_secrets_within_their_origin) {
  auto m = machine();
  answers(m, 302, {{"Location", "https://a.io:443/y"}});
  EXPECT_NE(find_header(sent().headers, "x-gladia-key"), nullptr);
  answers(m, 302, {{"Location", "https://storage.io/y"}});
  for (auto const* name : {"x-gladia-key", "authorization", "cookie"}) {
    EXPECT_EQ(find_header(sent().headers, name), nullptr) << name;
  }
  EXPECT_NE(find_header(sent().headers, "x-gladia-version"), nullptr);
  answers(m, 302, {{"Location", "https://a.io/y"}});
  EXPECT_EQ(find_header(sent().headers, "x-gladia-key"), nullptr) << "gone is gone";
}

TEST_F(http_calls, say_where_the_key_did_not_go) {
  for (int status : {401, 403, 404}) {
    auto m = machine();
    answers(m, 302, {{"Location", "https://b.io/y"}});
    answers(m, status);
    EXPECT_EQ(failure().details().message.find("did not get the key") != std::string::npos,
              status != 404)
        << failure().what();
  }
  for (auto const* elsewhere : {"/y", "https://storage.io/y?signature=s"}) {
    auto m = machine();
    answers(m, 302, {{"Location", elsewhere}});
    answers(m, 403);
    EXPECT_THAT(failure().details().message, Not(HasSubstr("did not get the key")));
  }
}

TEST_F(http_calls, give_on_the_words_of_a_page_without_the_key) {
  auto m = machine();
  ends(m, http_response{200, {}, "<h1>Welcome, api-key-1</h1>"});
  EXPECT_EQ(outcome()->page, "GET https://a.io/x says: Welcome, ***");
  auto silent = machine();
  ends(silent, http_response{200, {}, "<script>location = '/login'</script>"});
  EXPECT_EQ(outcome()->page, "GET https://a.io/x answered with a page without words");
  auto other = machine();
  ends(other, http_response{200, {}, "{\"id\": \"<b>\"}"});
  EXPECT_EQ(outcome()->page, "");
}

TEST_F(http_calls, take_another_port_or_scheme_for_another_origin) {
  auto m = machine();
  answers(m, 307, {{"Location", "https://a.io:444/"}});
  EXPECT_EQ(find_header(sent().headers, "x-gladia-key"), nullptr);
  m = machine("GET", "http://127.0.0.1/");
  answers(m, 307, {{"Location", "https://127.0.0.1/"}});
  EXPECT_EQ(find_header(sent().headers, "x-gladia-key"), nullptr);
}

TEST_F(http_calls, are_not_redirected_to_an_unencrypted_link) {
  allow_insecure = true;
  auto m = machine();
  answers(m, 302, {{"Location", "http://a.io/?token=secret"}});
  ASSERT_TRUE(is_finished());
  EXPECT_EQ(failure(), errc::insecure_url);
  EXPECT_THAT(failure().what(), Not(HasSubstr("secret")));
  m = machine();
  answers(m, 302, {{"Location", "http://127.0.0.1/"}});
  EXPECT_TRUE(is_sent());
}

TEST_F(http_calls, are_redirected_twenty_times) {
  auto m = machine();
  for (int i = 0; i < 20; ++i) {
    answers(m, 302, {{"Location", "/again"}});
    ASSERT_TRUE(is_sent()) << i;
  }
  answers(m, 302, {{"Location", "/again"}});
  EXPECT_EQ(failure(), errc::too_many_redirects);
}

TEST_F(http_calls, refuse_a_redirect_to_nowhere) {
  for (http_headers const& headers :
       {http_headers{}, http_headers{{"Location", "ftp://a.io/"}},
        http_headers{{"Location", "wss://a.io/"}}, http_headers{{"Location", "https://u@a.io/"}},
        http_headers{{"Location", "/a\tb"}}, http_headers{{"Location", "/a\\b"}}}) {
    auto m = machine();
    answers(m, 302, headers);
    ASSERT_TRUE(is_finished());
    EXPECT_EQ(failure(), errc::bad_redirect);
    EXPECT_EQ(failure().details().http_status, 302);
  }
}

TEST_F(http_calls, share_their_attempts_over_redirects) {
  auto m = machine();
  answers(m, 503);
  waits(m);
  answers(m, 302, {{"Location", "/y"}});
  answers(m, 503);
  ASSERT_TRUE(is_finished());
  EXPECT_EQ(failure().details().attempts, 2);
}

TEST_F(http_calls, are_made_in_plain_text_only_where_nobody_listens) {
  for (auto const* url : {"http://a.io/", "ws://a.io/", "wss://a.io/"}) {
    machine("GET", url);
    EXPECT_TRUE(is_finished()) << url;
  }
  EXPECT_EQ((machine("GET", "http://a.io/"), failure()), errc::insecure_url);
  machine("GET", "http://localhost/");
  EXPECT_TRUE(is_sent());
  allow_insecure = true;
  machine("GET", "http://a.io/");
  EXPECT_TRUE(is_sent());
}

TEST_F(http_calls, end_when_they_are_cancelled) {
  auto m = machine();
  answers(m, 503);
  last = m.on_cancel(phase::none, now());
  EXPECT_EQ(failure().code(), boost::asio::error::operation_aborted);
}

TEST_F(http_calls, never_write_a_secret_to_the_log) {
  auto m = machine("GET", "https://a.io/x?token=secret");
  EXPECT_THAT(last.line, HasSubstr("GET https://a.io/x?token=***"));
  answers(m, 302, {{"Location", "/y?signature=secret"}});
  EXPECT_THAT(last.line, HasSubstr("signature=***"));
  answers(m, 503);
  EXPECT_THAT(last.line, Not(HasSubstr("secret")));
}

}  // namespace
