#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <dlfcn.h>
#include <netdb.h>
#endif
#include <gladia/net/http.hpp>

#include <cstring>
#include <optional>
#include <support/name_service.hpp>
#include <support/net_fixture.hpp>
#include <support/ports.hpp>
#include <support/tls_server.hpp>

using gladia::test::name_service;

namespace {

using look_up = int(char const*, char const*, addrinfo const*, addrinfo**);

look_up* look_up_of_the_system() {
#ifdef _WIN32
  auto* const found =
      reinterpret_cast<void*>(::GetProcAddress(::GetModuleHandleA("ws2_32.dll"), "getaddrinfo"));
#else
  auto* const found = ::dlsym(RTLD_NEXT, "getaddrinfo");
#endif
  return reinterpret_cast<look_up*>(found);
}

int look_up_of_the_tests(char const* host, char const* port, addrinfo const* hints,
                         addrinfo** found) {
  static auto* const real = look_up_of_the_system();
  if (host == nullptr) return real(host, port, hints, found);
  if (std::strcmp(host, "missing.test") == 0) return EAI_NONAME;
  if (std::strcmp(host, "stuck.test") == 0) {
    name_service::instance().wait_while_stuck();
    return EAI_AGAIN;
  }
  if (std::strcmp(host, "two.test") == 0) {
    if (auto const failed = real("127.0.0.2", port, hints, found)) return failed;
    return real("127.0.0.1", port, hints, &(*found)->ai_next);
  }
  if (std::strcmp(host, "three.test") == 0) {
    if (auto const failed = real("127.0.0.3", port, hints, found)) return failed;
    return look_up_of_the_tests("two.test", port, hints, &(*found)->ai_next);
  }
  return real(host, port, hints, found);
}

}  // namespace

// Stands before the system's own, which looks up everything else.
#ifdef _WIN32
extern "C" {
look_up* __imp_getaddrinfo = look_up_of_the_tests;  // where a call takes the address from
}
#else
extern "C" int getaddrinfo(char const* host, char const* port, addrinfo const* hints,
                           addrinfo** found) {
  return look_up_of_the_tests(host, port, hints, found);
}
#endif

namespace {

using namespace std::chrono_literals;
namespace net = gladia::net;
namespace asio = boost::asio;
using gladia::errc;
using gladia::phase;
using gladia::test::read_head;
using gladia::test::scripted_server;
using gladia::test::send;
using gladia::test::tcp;
using gladia::test::wait_for_close;
using http_result = gladia::result<net::http_response>;
using testing::HasSubstr;

class dialer : public gladia::test::net_fixture {
 protected:
  http_result get(std::string const& url, net::timeouts timeouts = {}) {
    std::optional<http_result> answer;
    start(url, timeouts, [&answer](http_result o) { answer.emplace(std::move(o)); });
    run_until([&] { return answer.has_value(); });
    return answer ? std::move(*answer) : http_result(gladia::error(errc::timeout));
  }
  gladia::error failure(std::string const& url, net::timeouts timeouts = {}) {
    auto const answer = get(url, timeouts);
    return answer ? gladia::error() : answer.error();
  }

  std::weak_ptr<net::http_exchange> start(std::string const& url, net::timeouts timeouts,
                                          std::function<void(http_result)> done) {
    auto request = request_to(url);
    request.timeouts = timeouts;
    auto exchange = transport->make_http_exchange(strand);
    asio::post(strand, [exchange, request, done] { exchange->start(request, done); });
    return exchange;
  }
};

void answer_ok(tcp::socket& socket) {
  read_head(socket);
  send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
}

// -- look-up

TEST_F(dialer, reports_a_host_that_does_not_exist) {
  auto const error = failure("http://missing.test/");
  EXPECT_EQ(error.code(), asio::error::host_not_found);
  EXPECT_EQ(error.details().phase, phase::resolve);
  EXPECT_THAT(error.what(), HasSubstr("missing.test"));
}

class stuck_look_up : public dialer {
 protected:
  stuck_look_up() { name_service::instance().stick(); }
  ~stuck_look_up() override { name_service::instance().release(); }
};

TEST_F(stuck_look_up, is_given_up) {
  net::timeouts timeouts;
  timeouts.resolve = 20ms;
  auto const error = failure("http://stuck.test/", timeouts);
  EXPECT_EQ(error, errc::timeout);
  EXPECT_EQ(error.details().phase, phase::resolve);
}

TEST_F(stuck_look_up, does_not_delay_a_cancellation) {
  for (auto const limit : {5000ms, 0ms}) {
    name_service::instance().stick();
    net::timeouts timeouts;
    timeouts.resolve = limit;
    std::optional<http_result> answer;
    auto exchange =
        start("http://stuck.test/", timeouts, [&](http_result o) { answer.emplace(std::move(o)); });
    asio::post(strand, [&] { exchange.lock()->cancel(); });
    run_until([&] { return answer.has_value(); });
    EXPECT_EQ(answer->error().code(), asio::error::operation_aborted);
    run_until([&] { return exchange.expired(); });  // nor is it kept by the look-up
    name_service::instance().release();
  }
}

TEST_F(stuck_look_up, does_not_delay_a_deadline) {
  std::optional<http_result> answer;
  auto request = request_to("http://stuck.test/");
  request.deadline = 20ms;
  auto exchange = transport->make_http_exchange(strand);
  exchange->start(request, [&](http_result o) { answer.emplace(std::move(o)); });
  run_until([&] { return answer.has_value(); });
  EXPECT_EQ(answer->error(), errc::timeout);
  EXPECT_EQ(answer->error().details().phase, phase::resolve);
}

TEST_F(stuck_look_up, leaves_nothing_behind_when_the_io_context_goes_first) {
  auto token = std::make_shared<int>();
  std::weak_ptr<int> const held = token;
  auto const exchange =
      start("http://stuck.test/", {},
            [token = std::exchange(token, nullptr)](http_result) { ADD_FAILURE(); });
  io->poll();
  name_service::instance().wait_until_stuck();
  name_service::instance().release();  // or the io_context would wait for its thread
  strand = {};
  io.reset();
  EXPECT_TRUE(held.expired());
  EXPECT_TRUE(exchange.expired());
}

// -- TCP

TEST_F(dialer, goes_on_to_the_next_address) {
  scripted_server server(answer_ok);
  EXPECT_TRUE(get("http://two.test:" + server.port()));
}

TEST_F(dialer, does_not_wait_for_addresses_that_swallow_everything) {
  scripted_server server(answer_ok);
  auto const port = static_cast<unsigned short>(std::stoi(server.port()));
  gladia::test::full_port const deaf("127.0.0.3", port), deaf_too("127.0.0.2", port);
  EXPECT_TRUE(get("http://three.test:" + server.port()));
}

TEST_F(dialer, begins_with_the_address_that_worked_last) {
  scripted_server server({answer_ok, answer_ok});
  EXPECT_TRUE(get("http://two.test:" + server.port()));  // by the second: nobody is at the first
  asio::io_context context;
  tcp::acceptor first(context, {asio::ip::make_address("127.0.0.2"),
                                static_cast<unsigned short>(std::stoi(server.port()))});
  EXPECT_TRUE(get("http://two.test:" + server.port()));
  first.non_blocking(true);
  boost::system::error_code nobody_came;
  first.accept(nobody_came);
  EXPECT_EQ(nobody_came, asio::error::would_block);
}

TEST_F(dialer, tries_the_address_that_led_nowhere_last) {
  std::string const ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  gladia::test::certificate_authority authority;
  trust(authority.pem());
  scripted_server server(
      encrypted(authority.issue({"DNS:two.test"}), [&](gladia::test::tls_connection& stream) {
        read_head(stream);
        send(stream, ok);
      }));
  asio::io_context context;
  std::optional<tcp::acceptor> first;
  first.emplace(context, tcp::endpoint(asio::ip::make_address("127.0.0.2"),
                                       static_cast<unsigned short>(std::stoi(server.port()))));
  std::thread hangs_up([&] {
    boost::system::error_code ec;
    first->accept(ec);
  });
  EXPECT_EQ(failure("https://two.test:" + server.port()).details().phase, phase::tls);
  hangs_up.join();
  EXPECT_TRUE(get("https://two.test:" + server.port()));
}

TEST_F(dialer, lists_the_addresses_it_tried) {
  gladia::test::reserved_port const nobody;
  auto const port = nobody.number();
  auto const error = failure("http://two.test:" + port);
  EXPECT_EQ(error.code(), asio::error::connection_refused);
  EXPECT_EQ(error.details().phase, phase::connect);
  EXPECT_THAT(error.details().message, HasSubstr("127.0.0.2:" + port + ": Connection refused"));
  EXPECT_THAT(error.details().message, HasSubstr("127.0.0.1:" + port + ": Connection refused"));
}

TEST_F(dialer, connects_to_an_ipv6_address) {
  asio::io_context context;
  boost::system::error_code no_ipv6;
  tcp::acceptor acceptor(context);
  acceptor.open(tcp::v6(), no_ipv6);
  if (!no_ipv6) acceptor.bind({asio::ip::address_v6::loopback(), 0}, no_ipv6);
  if (no_ipv6) GTEST_SKIP() << "this machine has no IPv6";
  acceptor.listen();
  auto const port = std::to_string(acceptor.local_endpoint().port());
  std::string head;
  std::thread server([&] {
    auto socket = acceptor.accept();
    head = read_head(socket);
    send(socket, "HTTP/1.1 204 No Content\r\n\r\n");
  });
  EXPECT_TRUE(get("http://[::1]:" + port));
  server.join();
  EXPECT_THAT(head, HasSubstr("Host: [::1]:" + port + "\r\n"));
}

TEST_F(dialer, gives_up_on_an_address_that_does_not_answer) {
  gladia::test::full_port const deaf;
  net::timeouts timeouts;
  timeouts.connect = 50ms;
  auto const error = failure("http://127.0.0.1:" + deaf.number(), timeouts);
  EXPECT_EQ(error, errc::timeout);
  EXPECT_EQ(error.details().phase, phase::connect);
  EXPECT_THAT(error.details().message, HasSubstr("127.0.0.1:" + deaf.number()));
}

// -- proxy

class proxy_link : public dialer {
 protected:
  void use_proxy(std::string const& url) {
    auto options = plain_options();
    options.proxy.url = url;
    options.tls.ca_pem = authority.pem();
    use(std::move(options));
  }
  gladia::error refusal(std::string const& answer, std::string const& who = {}) {
    scripted_server proxy([&](tcp::socket& socket) {
      read_head(socket);
      send(socket, answer);
    });
    use_proxy("http://" + who + "127.0.0.1:" + proxy.port());
    return failure("https://api.test/");
  }

  gladia::test::certificate_authority authority{};
};

TEST_F(proxy_link, is_asked_for_a_tunnel_with_user_and_password) {
  std::string asked, request;
  scripted_server proxy([&](tcp::socket& socket) {
    asked = read_head(socket);
    send(socket, "HTTP/1.1 200 Connection established\r\nProxy-Agent: x\r\n\r\n");
    encrypted(authority.issue({"DNS:api.test"}), [&](gladia::test::tls_connection& stream) {
      request = read_head(stream);
      send(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    })(socket);
  });
  use_proxy("http://user:pass%20word@127.0.0.1:" + proxy.port());
  auto const answer = get("https://api.test/v2/live");
  proxy.finish();
  ASSERT_TRUE(answer) << answer.error().what();
  EXPECT_THAT(asked, testing::StartsWith("CONNECT api.test:443 HTTP/1.1\r\n"));
  EXPECT_THAT(asked, HasSubstr("Host: api.test:443\r\n"));
  EXPECT_THAT(asked, HasSubstr("Proxy-Authorization: Basic dXNlcjpwYXNzIHdvcmQ=\r\n"));
  EXPECT_THAT(request, testing::StartsWith("GET /v2/live HTTP/1.1\r\n"));
  EXPECT_THAT(request, testing::Not(HasSubstr("Proxy-Authorization")));
}

TEST_F(proxy_link, works_without_a_password_and_for_plain_links) {
  std::string asked;
  scripted_server proxy([&](tcp::socket& socket) {
    asked = read_head(socket);
    send(socket, "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n");  // the length means nothing
    answer_ok(socket);
  });
  use_proxy(proxy.url("http"));
  auto const answer = get("http://[2001:db8::1]:8080/");
  proxy.finish();
  ASSERT_TRUE(answer) << answer.error().what();
  EXPECT_THAT(asked, testing::StartsWith("CONNECT [2001:db8::1]:8080 HTTP/1.1\r\n"));
  EXPECT_THAT(asked, testing::Not(HasSubstr("Authorization")));
}

TEST_F(proxy_link, is_not_used_for_loopback) {
  gladia::test::reserved_port const nobody;
  use_proxy("http://127.0.0.1:" + nobody.number());
  scripted_server server(answer_ok);
  EXPECT_TRUE(get(server.url("http")));
}

TEST_F(proxy_link, may_refuse) {
  auto const error = refusal("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 100\r\n\r\n<html>");
  EXPECT_EQ(error, errc::proxy_refused);
  EXPECT_EQ(error.details().phase, phase::proxy);
  EXPECT_EQ(error.details().http_status, 502);
  EXPECT_THAT(error.what(), testing::StartsWith("Bad Gateway: the proxy 127.0.0.1 refused"));
}

TEST_F(proxy_link, does_not_tell_the_password_that_the_proxy_repeats) {
  auto const error = refusal("HTTP/1.1 403 Not dXNlcjpwYXNzd29yZA==\r\n\r\n", "user:password@");
  EXPECT_THAT(error.what(), testing::StartsWith("Not ***: the proxy 127.0.0.1 refused"));
}

TEST_F(proxy_link, may_want_to_know_who_asks) {
  auto const error = refusal("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
  EXPECT_EQ(error, errc::proxy_refused);
  EXPECT_THAT(error.what(), HasSubstr("it asks for a user name and password"));
}

TEST_F(proxy_link, may_not_believe_who_asks) {
  for (std::string const status : {"401 Unauthorized", "407 Proxy Authentication Required"}) {
    auto const error = refusal("HTTP/1.1 " + status + "\r\n\r\n", "user:secret@");
    EXPECT_EQ(error, errc::proxy_refused);
    EXPECT_THAT(error.what(), HasSubstr("it does not take the user name and password"));
  }
}

TEST_F(proxy_link, may_know_no_scheme_that_is_known_here) {
  for (auto const* who : {"", "user:secret@"}) {
    auto const error = refusal(
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\n"
        "Proxy-Authenticate: NTLM, Digest realm=\"Basic, x\"\r\n\r\n",
        who);
    EXPECT_EQ(error, errc::proxy_refused);
    EXPECT_THAT(error.what(), HasSubstr("it asks for authentication by Negotiate, NTLM, Digest, "
                                        "and only Basic is known here"));
  }
  EXPECT_THAT(refusal("HTTP/1.1 407\r\nProxy-Authenticate: Digest x=y, basic realm=\"z\"\r\n\r\n",
                      "user:secret@")
                  .what(),
              HasSubstr("it does not take the user name and password"));
}

TEST_F(proxy_link, may_answer_in_any_way_that_can_be_understood) {
  for (std::string const answer : {"HTTP/1.1 200\r\n\r\n", "HTTP/1.0 200 OK\n\n",
                                   "HTTP/1.1 100 Wait\r\n\r\nHTTP/1.1 200 \r\n\r\n",
                                   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    scripted_server proxy([&](tcp::socket& socket) {
      read_head(socket);
      send(socket, answer);
      answer_ok(socket);
    });
    use_proxy(proxy.url("http"));
    auto const got = get("http://api.test/");
    EXPECT_TRUE(got) << answer << got.error().what();
  }
  scripted_server proxy([](tcp::socket& socket) {
    read_head(socket);
    send(socket, "HTTP/1.1 200 OK\r\nX-Policy: " + std::string(60'000, 'x') + "\r\n\r\n");
    answer_ok(socket);
  });
  use_proxy(proxy.url("http"));
  EXPECT_TRUE(get("http://api.test/"));
}

TEST_F(proxy_link, is_named_when_its_answer_cannot_be_understood) {
  for (std::string const head :
       {"HTTP/1.1 200 OK\r\nX : y\r\n\r\n", "HTTP/1.1 200 OK\r\n\tx\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n"}) {
    auto const error = refusal(head);
    EXPECT_EQ(error, errc::malformed_response);
    EXPECT_EQ(error.details().phase, phase::proxy);
    EXPECT_THAT(error.what(), HasSubstr("the proxy 127.0.0.1 answered with a head that cannot be "
                                        "read: it holds"));
  }
}

TEST_F(proxy_link, may_refuse_before_it_was_asked) {
  scripted_server proxy([](tcp::socket& socket) {
    send(socket, "HTTP/1.1 503 Full\r\n\r\n");
    socket.close();  // a reset could be seen before the connection is
  });
  use_proxy(proxy.url("http"));
  EXPECT_EQ(failure("https://api.test/").details().http_status, 503);
}

TEST_F(proxy_link, may_break_off) {
  auto const error = refusal("");
  EXPECT_EQ(error, gladia::condition::retryable);
  EXPECT_EQ(error.details().phase, phase::proxy);
}

TEST_F(proxy_link, may_talk_nonsense) {
  EXPECT_EQ(refusal("220 smtp.example ESMTP\r\n\r\n").details().phase, phase::proxy);
}

TEST_F(proxy_link, may_not_speak_for_the_server) {
  EXPECT_EQ(refusal("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), errc::proxy_refused);
}

TEST_F(proxy_link, is_given_up_when_it_does_not_answer) {
  scripted_server proxy([](tcp::socket& socket) { wait_for_close(socket); });
  use_proxy(proxy.url("http"));
  net::timeouts timeouts;
  timeouts.proxy = 50ms;
  auto const error = failure("https://api.test/", timeouts);
  EXPECT_EQ(error, errc::timeout);
  EXPECT_EQ(error.details().phase, phase::proxy);
}

TEST_F(proxy_link, is_named_when_it_cannot_be_reached) {
  gladia::test::reserved_port const nobody;
  use_proxy("http://127.0.0.1:" + nobody.number());
  auto const error = failure("https://api.test/");
  EXPECT_EQ(error.details().phase, phase::connect);
  EXPECT_THAT(error.what(), HasSubstr("the proxy 127.0.0.1"));
}

TEST_F(proxy_link, must_have_a_url_that_can_be_used) {
  auto options = plain_options();
  options.proxy.url = "socks5://user:secret@proxy";
  auto const made = net::make_transport(options);
  EXPECT_EQ(made.error(), errc::invalid_options);
  EXPECT_THAT(made.error().what(), testing::Not(HasSubstr("secret")));
}

// -- cancellation

TEST_F(dialer, can_be_cancelled_in_each_phase) {
  gladia::test::certificate_authority authority;
  std::weak_ptr<net::http_exchange> exchange;
  auto const cancel_after_first_words = [&](tcp::socket& socket) {
    char some[16];
    socket.read_some(asio::buffer(some));
    asio::post(strand, [&] { exchange.lock()->cancel(); });
    wait_for_close(socket);
  };
  scripted_server silent({cancel_after_first_words, cancel_after_first_words});
  for (auto const expected : {phase::tls, phase::proxy}) {
    auto options = plain_options();
    options.tls.ca_pem = authority.pem();
    if (expected == phase::proxy) options.proxy.url = silent.url("http");
    use(options);
    std::optional<http_result> answer;
    auto const url = expected == phase::proxy ? "https://api.test/" : silent.url("https");
    exchange = start(url, {}, [&](http_result o) { answer.emplace(std::move(o)); });
    run_until([&] { return answer.has_value(); });
    EXPECT_EQ(answer->error().code(), asio::error::operation_aborted);
    EXPECT_EQ(answer->error().details().phase, expected);
  }
}

}  // namespace
