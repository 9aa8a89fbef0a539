#include <gladia/api/impl/answer.ipp>
#include <gladia/net/http_client.hpp>

#include <optional>
#include <support/net_fixture.hpp>

namespace {

using namespace std::chrono_literals;
namespace net = gladia::net;
namespace asio = boost::asio;
using gladia::errc;
using gladia::log_level;
using gladia::test::read_head;
using gladia::test::read_request;
using gladia::test::scripted_server;
using gladia::test::send;
using gladia::test::tcp;
using gladia::test::wait_for_close;
using outcome = gladia::result<net::http_response>;
using testing::HasSubstr;
using testing::Not;

class http_client : public gladia::test::net_fixture {
 protected:
  http_client() {
    options.retry.backoff = {0ms, 0ms};
    options.logger.level = log_level::debug;
    options.logger.write = [this](log_level level, std::string_view line) {
      log += line;
      log += '\n';
      if (level == log_level::warning) ++warnings;
    };
  }

  static net::http_call call(std::string const& url, std::string method = "GET") {
    net::http_call made;
    made.request.method = std::move(method);
    made.request.url = *net::parse_url(url);
    made.request.headers = {{"x-gladia-key", "secret-key"}};
    made.request.secret_headers = {"x-gladia-key"};
    made.request.leaves_behind = "a session";
    made.request.read_refusal = gladia::api::detail::read_refusal;
    return made;
  }

  std::weak_ptr<net::http_operation> start(net::http_call what) {
    net::http_client client(transport, options);
    auto operation = client.start(strand, std::move(what), [this](outcome o) {
      ++calls;
      answer.emplace(std::move(o));
    });
    EXPECT_EQ(calls, 0) << "called from within start";
    return operation;
  }

  outcome const& run(net::http_call what) {
    start(std::move(what));
    run_until([this] { return answer.has_value(); });
    EXPECT_EQ(calls, 1);
    EXPECT_THAT(log, Not(HasSubstr("secret")));
    return *answer;
  }

  net::http_client_options options{};
  std::string log{};
  int warnings = 0;
  int calls = 0;
  std::optional<outcome> answer{};
};

scripted_server::script answers_with(std::string text, std::string* head = nullptr) {
  return [text = std::move(text), head](tcp::socket& socket) {
    auto received = read_head(socket);
    if (head) *head = std::move(received);
    send(socket, text);
  };
}

constexpr auto ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr auto busy = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

TEST_F(http_client, gives_the_first_success) {
  scripted_server server({answers_with(busy), answers_with(ok)});
  auto const& response = run(call(server.url("http", "/x?token=secret")));
  ASSERT_TRUE(response) << response.error().what();
  EXPECT_EQ(response->body, "ok");
  EXPECT_EQ(warnings, 1);
}

TEST_F(http_client, gives_the_error_of_the_last_attempt) {
  std::string const body =
      R"({"message": "no good", "request_id": "G-1", "validation_errors": ["a", "b"]})";
  scripted_server server(
      {answers_with(busy), answers_with("HTTP/1.1 400 Bad Request\r\n\r\n" + body)});
  auto const& response = run(call(server.url("http")));
  ASSERT_FALSE(response);
  auto const& error = response.error();
  EXPECT_EQ(error, errc::bad_request);
  EXPECT_EQ(error.details().server_message, "no good");
  EXPECT_EQ(error.details().request_id, "G-1");
  EXPECT_THAT(error.details().validation_errors, testing::ElementsAre("a", "b"));
  EXPECT_EQ(error.details().attempts, 2);
}

TEST_F(http_client, repeats_a_request_without_an_answer_and_warns) {
  scripted_server server({[](tcp::socket& socket) { read_head(socket); }, answers_with(ok)});
  EXPECT_TRUE(run(call(server.url("http"), "POST")));
  EXPECT_THAT(log, HasSubstr("a session may have been left behind"));
}

TEST_F(http_client, reads_a_source_that_failed_no_second_time) {
  scripted_server server([](tcp::socket& socket) { wait_for_close(socket); });
  auto made = call(server.url("http"), "POST");
  auto& source = made.request.source.emplace();
  source.size = 10;
  int reads = 0;
  source.read = [&](char*, std::size_t) -> gladia::result<std::size_t> {
    ++reads;
    return gladia::error(asio::error::connection_reset);
  };
  EXPECT_EQ(run(std::move(made)).error(), asio::error::connection_reset);
  EXPECT_EQ(reads, 1);
}

TEST_F(http_client, follows_a_redirect_to_another_origin_without_the_key) {
  std::string first, second;
  scripted_server storage(answers_with(ok, &second));
  scripted_server server(answers_with(
      "HTTP/1.1 302 Found\r\nLocation: " + storage.url("http", "/file?signature=secret") +
          "\r\nContent-Length: 0\r\n\r\n",
      &first));
  std::string sunk;
  auto made = call(server.url("http", "/v2/live/1/file"));
  made.request.sink = [&](std::string_view part) {
    sunk += part;
    return gladia::result<void>();
  };
  auto const& response = run(std::move(made));
  server.finish();
  storage.finish();
  ASSERT_TRUE(response) << response.error().what();
  EXPECT_EQ(sunk, "ok");
  EXPECT_THAT(first, HasSubstr("x-gladia-key"));
  EXPECT_THAT(second, testing::StartsWith("GET /file?signature=secret "));
  EXPECT_THAT(second, Not(HasSubstr("x-gladia-key")));
}

TEST_F(http_client, starts_the_sink_again_before_it_downloads_again) {
  scripted_server server({answers_with("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha"),
                          answers_with("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhalf")});
  std::string sunk;
  auto made = call(server.url("http"));
  made.request.sink = [&](std::string_view part) {
    sunk += part;
    return gladia::result<void>();
  };
  made.restart_sink = [&] {
    sunk.clear();
    return gladia::result<void>();
  };
  ASSERT_TRUE(run(std::move(made)));
  EXPECT_EQ(sunk, "half");
}

TEST_F(http_client, ends_when_the_sink_cannot_be_started_again) {
  scripted_server server(answers_with("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha"));
  auto made = call(server.url("http"));
  made.request.sink = [](std::string_view) { return gladia::result<void>(); };
  made.restart_sink = []() -> gladia::result<void> {
    return gladia::error(errc::invalid_request, "no way back");
  };
  EXPECT_EQ(run(std::move(made)).error().details().message, "no way back");
}

TEST_F(http_client, refuses_to_send_a_key_in_plain_text) {
  EXPECT_EQ(run(call("http://api.test/")).error(), errc::insecure_url);
}

TEST_F(http_client, can_be_cancelled_before_it_begins) {
  auto const operation = start(call("http://127.0.0.1:9"));
  operation.lock()->cancel();
  EXPECT_EQ(calls, 0);
  run_until([this] { return answer.has_value(); });
  EXPECT_EQ(answer->error().code(), asio::error::operation_aborted);
}

TEST_F(http_client, can_be_cancelled_while_it_waits_for_an_answer) {
  std::weak_ptr<net::http_operation> operation;
  scripted_server server([&](tcp::socket& socket) {
    read_head(socket);
    asio::post(strand, [&] { operation.lock()->cancel(); });
    wait_for_close(socket);
  });
  operation = start(call(server.url("http")));
  run_until([this] { return answer.has_value(); });
  EXPECT_EQ(answer->error().code(), asio::error::operation_aborted);
  EXPECT_TRUE(operation.expired());
}

TEST_F(http_client, can_be_cancelled_between_two_attempts) {
  scripted_server server(
      answers_with("HTTP/1.1 429 Too Many\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"));
  auto const operation = start(call(server.url("http")));
  run_until([this] { return warnings == 1; });
  asio::post(strand, [operation] { operation.lock()->cancel(); });
  run_until([this] { return answer.has_value(); });
  EXPECT_EQ(answer->error().code(), asio::error::operation_aborted);
  EXPECT_EQ(calls, 1);
}

TEST_F(http_client, leaves_nothing_behind_when_the_io_context_goes_between_two_attempts) {
  scripted_server server(
      answers_with("HTTP/1.1 429 Too Many\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"));
  auto const operation = start(call(server.url("http")));
  run_until([this] { return warnings == 1; });
  strand = {};
  io.reset();
  EXPECT_TRUE(operation.expired());
}

TEST_F(http_client, sends_once_what_was_refused_before_it_was_whole) {
  for (std::string const status : {"401 Unauthorized", "413 Payload Too Large"}) {
    answer.reset();
    calls = 0;
    scripted_server server({[&](tcp::socket& socket) {
                              read_head(socket);
                              send(socket,
                                   "HTTP/1.1 " + status + "\r\n\r\n{\"message\":\"no way\"}");
                              gladia::test::reset(socket);
                            },
                            answers_with(ok)});
    auto made = call(server.url("http"), "POST");
    made.request.body = std::string(3'000'000, 'x');
    auto const& response = run(std::move(made));
    ASSERT_FALSE(response) << "sent twice";
    EXPECT_EQ(response.error(),
              status.front() == '4' && status[1] == '0' ? errc::unauthorized : errc::bad_request);
    EXPECT_EQ(response.error().details().server_message, "no way");
    EXPECT_EQ(response.error().details().attempts, 1);
  }
}

TEST_F(http_client, follows_a_redirect_with_a_blank) {
  std::string second;
  scripted_server server(
      {answers_with(
           "HTTP/1.1 302 Found\r\nLocation: /my file.wav?sig=a b\r\nContent-Length: 0\r\n\r\n"),
       answers_with(ok, &second)});
  ASSERT_TRUE(run(call(server.url("http"))));
  server.finish();
  EXPECT_THAT(second, testing::StartsWith("GET /my%20file.wav?sig=a%20b HTTP/1.1\r\n"));
}

}  // namespace
