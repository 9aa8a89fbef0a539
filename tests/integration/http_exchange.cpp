#ifndef _WIN32
#include <poll.h>
#endif
#include <gladia/net/http.hpp>

#include <future>
#include <optional>
#include <support/net_fixture.hpp>
#include <support/tls_server.hpp>
#include <support/wine.hpp>

namespace {

using namespace std::chrono_literals;
namespace net = gladia::net;
namespace asio = boost::asio;
using gladia::errc;
using gladia::phase;
using gladia::test::read_head;
using gladia::test::read_request;
using gladia::test::scripted_server;
using gladia::test::send;
using gladia::test::tcp;
using gladia::test::wait_for_close;
using outcome = gladia::result<net::http_response>;

class http_exchange : public gladia::test::net_fixture {
 protected:
  static net::http_request get(std::string const& url) {
    net::http_request request;
    request.url = *net::parse_url(url);
    return request;
  }

  std::weak_ptr<net::http_exchange> start(net::http_request request) {
    auto exchange = transport->make_http_exchange(strand);
    asio::post(strand, [this, exchange, request = std::move(request)]() mutable {
      exchange->start(std::move(request), [this](outcome o) {
        ++calls;
        answer.emplace(std::move(o));
      });
      EXPECT_EQ(calls, 0) << "called from within start";
    });
    return exchange;
  }

  outcome& run(net::http_request request) {
    start(std::move(request));
    run_until([this] { return answer.has_value(); });
    EXPECT_EQ(calls, 1);
    return *answer;
  }
  gladia::error failure(net::http_request request) {
    auto& done = run(std::move(request));
    return done ? gladia::error() : done.error();
  }

  int calls = 0;
  std::optional<outcome> answer{};
};

/// Answers any request without a body with `text`, and closes.
scripted_server::script answering(std::string text) {
  return [text = std::move(text)](tcp::socket& socket) {
    read_head(socket);
    send(socket, text);
  };
}

TEST_F(http_exchange, sends_method_target_headers_and_body) {
  std::string received;
  scripted_server server([&](tcp::socket& socket) {
    received = read_request(socket, 2);
    send(socket, "HTTP/1.1 201 Created\r\nContent-Length: 4\r\nX-Id: 7\r\n\r\nbody");
  });
  auto request = get(server.url("http", "/v2/live?region=eu-west"));
  request.method = "POST";
  request.headers = {{"x-gladia-key", "k"}};
  request.body = "{}";
  auto& response = run(std::move(request));
  server.finish();
  ASSERT_TRUE(response) << response.error().what();
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->body, "body");
  EXPECT_EQ(*net::find_header(response->headers, "x-ID"), "7");
  EXPECT_THAT(received, testing::StartsWith("POST /v2/live?region=eu-west HTTP/1.1\r\n"));
  EXPECT_THAT(received, testing::HasSubstr("Host: 127.0.0.1:" + server.port() + "\r\n"));
  EXPECT_THAT(received, testing::HasSubstr("User-Agent: gladia-test\r\n"));
  EXPECT_THAT(received, testing::HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(received, testing::HasSubstr("Content-Length: 2\r\n"));
  EXPECT_THAT(received, testing::HasSubstr("x-gladia-key: k\r\n"));
  EXPECT_THAT(received, testing::EndsWith("\r\n\r\n{}"));
}

TEST_F(http_exchange, reads_a_chunked_body) {
  scripted_server server(
      answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"));
  auto& response = run(get(server.url("http")));
  ASSERT_TRUE(response) << response.error().what();
  EXPECT_EQ(response->body, "hello world");
}

TEST_F(http_exchange, reads_a_body_that_the_end_of_the_connection_ends) {
  scripted_server server(answering("HTTP/1.1 200 OK\r\n\r\nhello"));
  auto& response = run(get(server.url("http")));
  ASSERT_TRUE(response) << response.error().what();
  EXPECT_EQ(response->body, "hello");
}

TEST_F(http_exchange, does_not_wait_for_the_end_of_the_connection_after_a_whole_response) {
  scripted_server server([](tcp::socket& socket) {
    read_head(socket);
    send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    wait_for_close(socket);
  });
  auto& response = run(get(server.url("http")));
  ASSERT_TRUE(response) << response.error().what();
  EXPECT_EQ(response->body, "ok");
}

class http_without_body : public http_exchange, public testing::WithParamInterface<char const*> {};

TEST_P(http_without_body, needs_no_content_length) {
  scripted_server server([](tcp::socket& socket) {
    read_head(socket);
    send(socket, GetParam());
  });
  auto& response = run(get(server.url("http")));
  ASSERT_TRUE(response) << response.error().what();
  EXPECT_EQ(response->body, "");
}

INSTANTIATE_TEST_SUITE_P(status, http_without_body,
                         testing::Values("HTTP/1.1 204 No Content\r\n\r\n",
                                         "HTTP/1.1 202 Accepted\r\n\r\n",
                                         "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"));

TEST_F(http_exchange, skips_interim_responses) {
  scripted_server server(
      answering("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  auto& response = run(get(server.url("http")));
  ASSERT_TRUE(response) << response.error().what();
  EXPECT_EQ(response->body, "ok");
  EXPECT_EQ(net::find_header(response->headers, "Link"), nullptr);
}

TEST_F(http_exchange, gives_up_on_endless_interim_responses) {
  scripted_server server([](tcp::socket& socket) {
    read_head(socket);
    for (int i = 0; i < 1000; ++i) send(socket, "HTTP/1.1 103 Early Hints\r\n\r\n");
  });
  EXPECT_EQ(failure(get(server.url("http"))), errc::malformed_response);
}

TEST_F(http_exchange, hands_the_body_of_a_success_to_the_sink) {
  scripted_server server(
      answering("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(100000, 'x')));
  auto request = get(server.url("http"));
  request.max_body = 10;  // does not apply to a sink
  std::string sunk;
  request.sink = [&sunk](std::string_view part) {
    sunk += part;
    return gladia::result<void>();
  };
  std::uint64_t told = 0;
  std::optional<std::uint64_t> told_total;
  request.progress = [&](std::uint64_t received, std::optional<std::uint64_t> total) {
    EXPECT_GT(received, told);
    told = received;
    told_total = total;
  };
  auto& response = run(std::move(request));
  ASSERT_TRUE(response) << response.error().what();
  EXPECT_EQ(response->body, "");
  EXPECT_EQ(sunk, std::string(100000, 'x'));
  EXPECT_EQ(told, 100000u);
  EXPECT_EQ(told_total, 100000u);
}

TEST_F(http_exchange, keeps_the_body_of_a_failure_from_the_sink) {
  scripted_server server(answering("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"));
  auto request = get(server.url("http"));
  request.sink = [](std::string_view) {
    ADD_FAILURE();
    return gladia::result<void>();
  };
  auto& response = run(std::move(request));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "gone");
}

TEST_F(http_exchange, tells_no_progress_but_that_of_a_success) {
  for (auto const* status : {"302 Found", "404 Not Found"}) {
    answer.reset();
    calls = 0;
    scripted_server server(
        answering("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 4\r\n\r\nbody"));
    auto request = get(server.url("http"));
    request.progress = [&](auto...) { ADD_FAILURE() << status; };
    auto& response = run(std::move(request));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "body");
  }
}

TEST_F(http_exchange, ends_with_the_error_of_the_sink) {
  scripted_server server(answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"));
  auto request = get(server.url("http"));
  request.sink = [](std::string_view) -> gladia::result<void> {
    return gladia::error(errc::invalid_request, "disk full");
  };
  EXPECT_EQ(failure(std::move(request)).details().message, "disk full");
}

TEST_F(http_exchange, refuses_a_body_above_the_limit) {
  for (auto const* framing : {"Content-Length: 11\r\n", ""}) {
    answer.reset();
    calls = 0;
    scripted_server server(
        answering("HTTP/1.1 200 OK\r\n" + std::string(framing) + "\r\n12345678901"));
    auto request = get(server.url("http"));
    request.max_body = 10;
    EXPECT_EQ(failure(std::move(request)), errc::message_too_large) << framing;
  }
}

TEST_F(http_exchange, reports_a_connection_that_ends_in_the_middle_of_a_body) {
  scripted_server server(answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
  auto const error = failure(get(server.url("http")));
  EXPECT_EQ(error.code(), asio::error::eof);
  EXPECT_EQ(error, gladia::condition::retryable);
  EXPECT_EQ(error.details().phase, phase::response);
}

TEST_F(http_exchange, reports_a_connection_that_ends_without_an_answer) {
  scripted_server server([](tcp::socket& socket) { read_head(socket); });
  auto const error = failure(get(server.url("http")));
  EXPECT_EQ(error, gladia::condition::retryable);
  EXPECT_EQ(error.details().phase, phase::response);
}

TEST_F(http_exchange, reports_a_reset_in_the_middle_of_a_body) {
  scripted_server server([](tcp::socket& socket) {
    read_head(socket);
    send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    gladia::test::reset(socket);
  });
  auto const error = failure(get(server.url("http")));
  EXPECT_EQ(error, gladia::condition::retryable);
  EXPECT_EQ(error.details().phase, phase::response);
}

TEST_F(http_exchange, reports_an_answer_that_is_not_http) {
  scripted_server server(answering("SSH-2.0-OpenSSH_9.2\r\n\r\n"));
  auto const error = failure(get(server.url("http")));
  EXPECT_EQ(error, errc::malformed_response);
  EXPECT_THAT(error.what(),
              testing::HasSubstr("the server answered with a head that cannot be read: it "
                                 "does not begin with HTTP/1.1"));
}

TEST_F(http_exchange, bounds_the_head_of_a_response) {
  scripted_server server(
      answering("HTTP/1.1 200 OK\r\nX: " + std::string(200000, 'x') + "\r\n\r\n"));
  EXPECT_EQ(failure(get(server.url("http"))), errc::malformed_response);
}

TEST_F(http_exchange, ends_at_its_deadline) {
  scripted_server server([](tcp::socket& socket) { wait_for_close(socket); });
  auto request = get(server.url("http"));
  request.deadline = 50ms;
  auto const error = failure(std::move(request));
  EXPECT_EQ(error, errc::timeout);
  EXPECT_EQ(error.details().phase, phase::response);
}

TEST_F(http_exchange, ends_after_too_long_a_silence) {
  scripted_server server([](tcp::socket& socket) {
    read_head(socket);
    send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    wait_for_close(socket);
  });
  auto request = get(server.url("http"));
  request.deadline = 0ms;
  request.idle = 50ms;
  auto const error = failure(std::move(request));
  EXPECT_EQ(error, errc::timeout);
  EXPECT_EQ(error.details().phase, phase::response);
}

TEST_F(http_exchange, refuses_control_characters_in_headers_without_showing_them) {
  auto request = get("http://127.0.0.1:9");
  request.headers = {{"x-gladia-key", "secret\r\nHost: evil"}};
  auto const error = failure(std::move(request));
  EXPECT_EQ(error, errc::invalid_request);
  EXPECT_THAT(error.what(), testing::HasSubstr("x-gladia-key"));
  EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("secret")));
}

TEST_F(http_exchange, can_be_cancelled_before_it_begins_to_connect) {
  auto exchange = transport->make_http_exchange(strand);
  asio::post(strand, [&, exchange] {
    exchange->start(get("http://127.0.0.1:9"), [&](outcome o) { answer.emplace(std::move(o)); });
    exchange->cancel();
    EXPECT_FALSE(answer);
  });
  run_until([&] { return answer.has_value(); });
  EXPECT_EQ(answer->error().code(), asio::error::operation_aborted);
}

TEST_F(http_exchange, can_be_cancelled_while_it_waits_for_the_response) {
  std::weak_ptr<net::http_exchange> exchange;
  scripted_server server([&](tcp::socket& socket) {
    read_head(socket);
    asio::post(strand, [&] { exchange.lock()->cancel(); });
    wait_for_close(socket);
  });
  exchange = start(get(server.url("http")));
  run_until([&] { return answer.has_value(); });
  EXPECT_EQ(answer->error().code(), asio::error::operation_aborted);
  EXPECT_EQ(calls, 1);
}

TEST_F(http_exchange, can_be_cancelled_by_its_sink) {
  scripted_server server([](tcp::socket& socket) {
    read_head(socket);
    send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    wait_for_close(socket);
  });
  auto request = get(server.url("http"));
  std::weak_ptr<net::http_exchange> exchange;
  request.sink = [&](std::string_view) {
    exchange.lock()->cancel();
    return gladia::result<void>();
  };
  exchange = start(std::move(request));
  run_until([&] { return answer.has_value(); });
  EXPECT_EQ(answer->error().code(), asio::error::operation_aborted);
}

TEST_F(http_exchange, may_be_cancelled_after_its_end) {
  scripted_server server(answering("HTTP/1.1 204 No Content\r\n\r\n"));
  auto exchange = transport->make_http_exchange(strand);
  asio::post(strand, [&, exchange] {
    exchange->start(get(server.url("http")), [&](outcome o) {
      ++calls;
      answer.emplace(std::move(o));
    });
  });
  run_until([&] { return answer.has_value(); });
  exchange->cancel();
  EXPECT_EQ(calls, 1);
}

TEST_F(http_exchange, leaves_nothing_behind_when_the_io_context_goes_first) {
  bool asked = false;
  std::mutex mutex;
  scripted_server server([&](tcp::socket& socket) {
    read_head(socket);
    {
      std::lock_guard const lock(mutex);
      asked = true;
    }
    wait_for_close(socket);
  });
  auto token = std::make_shared<int>();
  auto exchange = transport->make_http_exchange(strand);
  exchange->start(get(server.url("http")), [token](outcome) { ADD_FAILURE(); });
  std::weak_ptr<int> const held = std::exchange(token, nullptr);
  exchange.reset();
  run_until([&] {
    std::lock_guard const lock(mutex);
    return asked;
  });
  strand = {};
  io.reset();
  EXPECT_TRUE(held.expired());
}

// -- refusals: the status counts once the head is there

/// What a server does with a connection behind its answer.
enum class parting { in_order, reset, without_shutdown, none };

class refusal : public http_exchange, public testing::WithParamInterface<bool> {
 protected:
  refusal() { trust(authority.pem()); }

  /// A server that reads a request's head alone, answers and parts.
  scripted_server::script answering(std::string text, parting how) {
    auto const part = [how](tcp::socket& socket) {
      if (how == parting::reset) gladia::test::reset(socket);
      if (how == parting::none) wait_for_silence(socket);
    };
    if (!GetParam()) {
      return [text = std::move(text), part](tcp::socket& socket) {
        read_head(socket);
        send(socket, text);
        part(socket);
      };
    }
    return gladia::test::encrypted(
        authority.issue(), [text = std::move(text), part, how](gladia::test::tls_connection& tls) {
          read_head(tls);
          send(tls, text);
          if (how == parting::in_order) close_in_order(tls);
          part(tls.next_layer());
        });
  }
  /// Says goodbye, and does not wait for the answer.
  static void close_in_order(gladia::test::tls_connection& tls) {
    tls.next_layer().non_blocking(true);
    boost::system::error_code ignored;
    tls.shutdown(ignored);
  }
  /// Reads nothing, until the client has gone. On Windows unread bytes hide that: there until the
  /// server is destroyed.
  static void wait_for_silence(tcp::socket& socket) {
#ifdef _WIN32
    auto const give_up = std::chrono::steady_clock::now() + 20s;
    boost::system::error_code ec;
    char next = 0;
    while (!ec && std::chrono::steady_clock::now() < give_up) {
      socket.receive(asio::buffer(&next, 1), tcp::socket::message_peek, ec);
      std::this_thread::sleep_for(10ms);
    }
#else
    pollfd watched{socket.native_handle(), POLLRDHUP, 0};
    ::poll(&watched, 1, 20'000);
#endif
  }
  std::string url(scripted_server const& server) const {
    return server.url(GetParam() ? "https" : "http");
  }
  net::http_request large_post(scripted_server const& server) const {
    auto request = request_to(url(server));
    request.method = "POST";
    request.body = std::string(std::size_t{8} << 20, 'x');
    return request;
  }

  gladia::test::certificate_authority authority{};
};

INSTANTIATE_TEST_SUITE_P(over, refusal, testing::Bool(),
                         [](auto const& given) { return given.param ? "tls" : "tcp"; });

TEST_P(refusal, is_heard_however_the_server_parts_from_a_request_that_it_did_not_read) {
  for (auto how : {parting::in_order, parting::reset, parting::without_shutdown, parting::none}) {
    answer.reset();
    calls = 0;
    scripted_server server(
        answering("HTTP/1.1 413 Too Large\r\nContent-Length: 9\r\n\r\ntoo large", how));
    auto const& response = run(large_post(server));
    ASSERT_TRUE(response) << response.error().what();
    EXPECT_EQ(response->status, 413);
    EXPECT_EQ(response->body, "too large");
    EXPECT_FALSE(response->is_cut);
  }
}

TEST_P(refusal, counts_without_a_word) {
  for (auto how : {parting::reset, parting::without_shutdown}) {
    answer.reset();
    calls = 0;
    scripted_server server(answering("HTTP/1.1 401 Unauthorized\r\n\r\n", how));
    auto const& response = run(large_post(server));
    ASSERT_TRUE(response) << response.error().what();
    EXPECT_EQ(response->status, 401);
    EXPECT_EQ(response->body, "");
  }
}

TEST_P(refusal, may_have_its_words_cut) {
  for (auto const* framing :
       {"Content-Length: 100\r\n\r\nno acc", "Transfer-Encoding: chunked\r\n\r\n50\r\nno acc"}) {
    answer.reset();
    calls = 0;
    scripted_server server(
        answering("HTTP/1.1 403 Forbidden\r\n" + std::string(framing), parting::reset));
    auto const& response = run(request_to(url(server)));
    ASSERT_TRUE(response) << response.error().what();
    EXPECT_EQ(response->status, 403);
    EXPECT_EQ(response->body, "no acc");
    EXPECT_TRUE(response->is_cut);
  }
}

TEST_P(refusal, has_its_words_waited_for_no_longer_than_a_second) {
  scripted_server server(
      answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nno acc", parting::none));
  auto const& response = run(request_to(url(server)));
  ASSERT_TRUE(response) << response.error().what();
  EXPECT_EQ(response->body, "no acc");
  EXPECT_TRUE(response->is_cut);
}

TEST_P(refusal, may_have_more_words_than_anybody_reads) {
  auto const page = std::string(std::size_t{4} << 20, 'x');
  scripted_server server(answering("HTTP/1.1 403 Forbidden\r\n\r\n" + page, parting::none));
  auto request = request_to(url(server));
  request.max_body = 10;  // of a success
  auto const& response = run(std::move(request));
  ASSERT_TRUE(response) << response.error().what();
  EXPECT_GE(response->body.size(), std::size_t{1} << 20);
  EXPECT_LT(response->body.size(), std::size_t{2} << 20);
  EXPECT_TRUE(response->is_cut);
}

TEST_P(refusal, is_none_before_its_blank_line) {
  scripted_server server(
      answering("HTTP/1.1 403 Forbidden\r\nX: y\r\n", parting::without_shutdown));
  EXPECT_EQ(failure(request_to(url(server))), gladia::condition::retryable);
}

// -- successes: whole, or an error

class success : public refusal {};

INSTANTIATE_TEST_SUITE_P(over, success, testing::Bool(),
                         [](auto const& given) { return given.param ? "tls" : "tcp"; });

TEST_P(success, is_whole_by_its_length_or_its_chunks_whatever_follows) {
  for (auto const* framing : {"Content-Length: 4\r\n\r\nwhole",
                              "Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "2;x=\"y\"\r\nwh\r\n2\r\nol\r\n0\r\nX: y\r\n\r\n+"}) {
    for (auto how : {parting::reset, parting::without_shutdown, parting::none}) {
      answer.reset();
      calls = 0;
      scripted_server server(answering("HTTP/1.0 200\r\n" + std::string(framing), how));
      auto const& response = run(request_to(url(server)));
      ASSERT_TRUE(response) << response.error().what();
      EXPECT_EQ(response->body, "whol");
    }
  }
}

TEST_P(success, that_is_cut_is_an_error) {
  for (auto const* framing : {"Content-Length: 5\r\n\r\nwhol", "Content-Length: 5\r\n\r\n",
                              "Transfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n0\r\n",
                              "Transfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n"}) {
    for (auto how : {parting::in_order, parting::reset, parting::without_shutdown}) {
      answer.reset();
      calls = 0;
      scripted_server server(answering("HTTP/1.1 200 OK\r\n" + std::string(framing), how));
      auto const error = failure(request_to(url(server)));
      EXPECT_EQ(error, gladia::condition::retryable) << framing;
      EXPECT_EQ(error.details().phase, phase::response);
    }
  }
}

TEST_P(success, without_a_length_ends_with_a_connection_that_was_closed_in_order) {
  scripted_server server(answering("HTTP/1.1 200 OK\r\n\r\nwhole", parting::in_order));
  auto const& response = run(request_to(url(server)));
  ASSERT_TRUE(response) << response.error().what();
  EXPECT_EQ(response->body, "whole");
}

TEST_P(success, without_a_length_is_an_error_where_the_connection_is_reset) {
  if (gladia::test::runs_in_wine()) GTEST_SKIP() << "Wine takes the reset for an end in order";
  scripted_server server(answering("HTTP/1.1 200 OK\r\n\r\nwho", parting::reset));
  EXPECT_EQ(failure(request_to(url(server))), gladia::condition::retryable);
}

TEST_P(success, without_a_length_is_whole_over_tls_only_if_the_server_says_so) {
  if (!GetParam()) GTEST_SKIP() << "TCP alone knows no other end";
  scripted_server server(answering("HTTP/1.1 200 OK\r\n\r\nwho", parting::without_shutdown));
  EXPECT_EQ(failure(request_to(url(server))), gladia::condition::retryable);
}

TEST_P(success, in_a_coding_that_nobody_asked_for_is_an_error) {
  scripted_server server(answering(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", parting::none));
  EXPECT_EQ(failure(request_to(url(server))), errc::malformed_response);
}

TEST_P(success, that_comes_before_the_request_was_whole_is_an_error) {
  if (gladia::test::runs_in_wine()) GTEST_SKIP() << "Wine takes the request for written";
  for (auto how : {parting::reset, parting::none}) {
    answer.reset();
    calls = 0;
    scripted_server server(answering("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}", how));
    auto const error = failure(large_post(server));
    EXPECT_EQ(error, errc::malformed_response) << error.what();
    EXPECT_EQ(error.details().phase, phase::request);
    EXPECT_THAT(error.what(), testing::HasSubstr("before it had the whole request"));
  }
}

TEST_P(refusal, that_is_no_HTTP_is_an_answer_however_much_of_the_request_was_sent) {
  scripted_server server(answering("220 mail.example.com ready\r\n", parting::none));
  auto const error = failure(large_post(server));
  EXPECT_EQ(error, errc::malformed_response) << error.what();
  EXPECT_EQ(error.details().phase, phase::response);
}

TEST_P(refusal, that_nobody_gives_leaves_the_reason_why_the_request_was_not_sent) {
  scripted_server server(answering("", parting::reset));
  auto const error = failure(large_post(server));
  EXPECT_EQ(error, gladia::condition::retryable) << error.what();
  EXPECT_EQ(error.details().phase, phase::request);
}

/// A request whose body is read while it is sent.
class upload : public refusal {
 protected:
  net::http_request upload_of(scripted_server const& server, std::uint64_t size) {
    auto request = request_to(url(server));
    request.method = "POST";
    request.deadline = {};
    auto& source = request.source.emplace();
    source.size = size;
    source.begin = [this]() -> gladia::result<void> {
      given = 0;
      return {};
    };
    source.read = [this](char* to, std::size_t room) -> gladia::result<std::size_t> {
      EXPECT_LE(room, std::size_t{64} << 10) << "so much of it is in memory";
      auto const some = static_cast<std::size_t>(std::min<std::uint64_t>(room, there_are - given));
      for (std::size_t i = 0; i < some; ++i) to[i] = static_cast<char>('a' + (given + i) % 23);
      given += some;
      return some;
    };
    source.progress = [this](std::uint64_t bytes) { told.push_back(bytes); };
    return request;
  }
  /// Runs an exchange that is cancelled amid the upload.
  void expect_cancelled(net::http_exchange& exchange, net::http_request request) {
    asio::post(strand, [&] {
      exchange.start(std::move(request), [&](outcome o) {
        ++calls;
        answer.emplace(std::move(o));
      });
    });
    run_until([&] { return answer.has_value(); });
    EXPECT_EQ(answer->error(), asio::error::operation_aborted);
    EXPECT_EQ(calls, 1);
  }
  static std::string expected(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
    return text;
  }
  /// A server that reads the request with its body, answers and closes.
  scripted_server::script taking(std::size_t size) {
    auto const take = [this, size](auto& stream) {
      received = gladia::test::read_request(stream, size);
      send(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    };
    if (!GetParam()) return [take](tcp::socket& socket) { take(socket); };
    return gladia::test::encrypted(authority.issue(),
                                   [take](gladia::test::tls_connection& tls) { take(tls); });
  }

  std::uint64_t there_are = std::uint64_t{1} << 40;  // bytes of the source
  std::uint64_t given = 0;
  std::vector<std::uint64_t> told{};
  std::string received{};
};

INSTANTIATE_TEST_SUITE_P(over, upload, testing::Bool(),
                         [](auto const& given) { return given.param ? "tls" : "tcp"; });

TEST_P(upload, sends_as_much_as_was_promised_and_tells_how_far_it_is) {
  for (std::size_t size : {std::size_t{1}, std::size_t{65'536}, std::size_t{1'000'001}}) {
    answer.reset();
    calls = 0;
    told.clear();
    scripted_server server(taking(size));
    auto const& response = run(upload_of(server, size));
    server.finish();
    ASSERT_TRUE(response) << response.error().what();
    EXPECT_EQ(response->body, "ok");
    EXPECT_THAT(received, testing::HasSubstr("Content-Length: " + std::to_string(size) + "\r\n"));
    EXPECT_TRUE(received.substr(received.find("\r\n\r\n") + 4) == expected(size));
    EXPECT_EQ(told.back(), size);
    EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  }
}

TEST_P(upload, ends_where_the_source_ends_early) {
  there_are = 100'000;
  scripted_server server(answering("", parting::none));
  auto const error = failure(upload_of(server, 200'000));
  EXPECT_EQ(error, errc::truncated_audio);
  EXPECT_THAT(error.what(), testing::HasSubstr("the source ended after 100000 of 200000 bytes"));
}

TEST_P(upload, ends_with_what_the_source_says) {
  scripted_server server(answering("", parting::none));
  auto request = upload_of(server, 200'000);
  request.source->read = [](char*, std::size_t) -> gladia::result<std::size_t> {
    return gladia::error(errc::unsupported_audio);
  };
  EXPECT_EQ(failure(std::move(request)), errc::unsupported_audio);
}

TEST_P(upload, takes_no_more_from_the_source_than_there_is_room_for) {
  scripted_server server(answering("", parting::none));
  auto request = upload_of(server, 200'000);
  request.source->read = [](char*, std::size_t room) {
    return gladia::result<std::size_t>(room + 1);
  };
  EXPECT_EQ(failure(std::move(request)), errc::invalid_request);
}

TEST_P(upload, that_was_answered_already_can_be_cancelled) {
  // Nothing is left to be read that would end with the connection.
  auto const answer_and_read = [](auto& stream) {
    read_head(stream);
    send(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    wait_for_close(stream);
  };
  scripted_server server(
      GetParam()
          ? gladia::test::encrypted(
                authority.issue(), [&](gladia::test::tls_connection& tls) { answer_and_read(tls); })
          : scripted_server::script([&](tcp::socket& socket) { answer_and_read(socket); }));
  auto request = upload_of(server, std::uint64_t{1} << 40);
  auto exchange = transport->make_http_exchange(strand);
  request.source->progress = [&exchange](std::uint64_t sent) {
    if (sent > (std::uint64_t{8} << 20)) exchange->cancel();
  };
  expect_cancelled(*exchange, std::move(request));
}

TEST_P(upload, that_is_refused_meanwhile_is_not_read_to_its_end) {
  for (auto how : {parting::in_order, parting::reset, parting::none}) {
    answer.reset();
    calls = 0;
    constexpr std::uint64_t size = std::uint64_t{1} << 30;
    scripted_server server(
        answering("HTTP/1.1 413 Too Large\r\nContent-Length: 9\r\n\r\ntoo large", how));
    auto const& response = run(upload_of(server, size));
    ASSERT_TRUE(response) << response.error().what();
    EXPECT_EQ(response->status, 413);
    EXPECT_LT(given, size / 2);
  }
}

TEST_P(upload, that_stands_still_is_given_up) {
  scripted_server server(answering("", parting::none));
  auto request = upload_of(server, std::uint64_t{1} << 30);
  request.send_idle = 200ms;
  auto const error = failure(std::move(request));
  EXPECT_EQ(error, errc::timeout);
  EXPECT_EQ(error.details().phase, phase::request);
}

TEST_P(upload, can_be_cancelled_from_its_own_progress) {
  scripted_server server(answering("", parting::none));
  auto request = upload_of(server, std::uint64_t{1} << 30);
  auto exchange = transport->make_http_exchange(strand);
  request.source->progress = [&exchange](std::uint64_t) { exchange->cancel(); };
  expect_cancelled(*exchange, std::move(request));
}

TEST_F(http_exchange, hands_large_parts_to_the_sink_and_keeps_none_back) {
  std::string const body(std::size_t{8} << 20, 'x');
  std::promise<void> heard;
  scripted_server server([&](tcp::socket& socket) {
    read_head(socket);
    send(socket,
         "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size() + 5) + "\r\n\r\nfirst");
    heard.get_future().wait();
    send(socket, body);
    wait_for_close(socket);
  });
  auto request = request_to(server.url("http"));
  std::vector<std::size_t> parts;
  request.sink = [&](std::string_view part) {
    if (parts.empty()) heard.set_value();
    parts.push_back(part.size());
    return gladia::result<void>();
  };
  ASSERT_TRUE(run(std::move(request)));
  EXPECT_EQ(parts.front(), 5u);
  EXPECT_EQ(*std::max_element(parts.begin(), parts.end()), std::size_t{64} << 10);
  EXPECT_LE(parts.size(), 2 * body.size() / (std::size_t{64} << 10)) << "many small ones";
}

}  // namespace
