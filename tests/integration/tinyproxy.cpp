// Whole sessions through a tinyproxy, which is asked to CONNECT. Each test starts its own, in the
// foreground and with its files in a folder of the test; see `support/local_daemon.hpp`.

#include <gmock/gmock.h>

#include <array>
#include <cstdlib>
#include <support/daemon_fixture.hpp>

namespace {

using gladia::errc;
using gladia::phase;
using testing::HasSubstr;
using testing::Not;

/// A name of loopback that only the name service takes for it (inet_aton(3)): the library reaches
/// loopback without a proxy.
constexpr auto far_away = "127.1";

struct tinyproxy : gladia::test::daemon_fixture {
  tinyproxy() : daemon_fixture("tinyproxy") {
    for (auto const* name : proxy_variables) ::unsetenv(name);
  }
  ~tinyproxy() override {
    for (auto const* name : proxy_variables) ::unsetenv(name);
  }

  /// The emulator with TLS, and the client that knows it as another machine.
  void serve() {
    emulator_options.tls = true;
    auto const own = authority.issue({std::string("DNS:") + far_away});
    emulator_options.certificate_file = between.file("own.pem", own.certificate);
    emulator_options.key_file = between.file("own.key", own.key);
    emulator_options.faults.init_url =
        std::string("wss://") + far_away + ":{port}/v2/live?token={token}";
    start_server();
    client_options.api_url = "https://" + target();
    client_options.tls.ca_pem = authority.pem();
  }
  std::string target() const {
    return std::string(far_away) + server->url().substr(server->url().rfind(':'));
  }

  void start_proxy(std::string const& more = {}) {
    auto const config = between.file("tinyproxy.conf", "Listen 127.0.0.1\nPort " + between.port() +
                                                           "\nTimeout 60\nMaxClients 20\n"
                                                           "LogLevel Connect\n" +
                                                           more);
    between.start({"-d", "-c", config});
  }
  std::string proxy_url(std::string const& who = {}) const {
    return "http://" + who + "127.0.0.1:" + between.port();
  }
  void use_proxy(std::string const& who = {}) {
    client_options.proxy.url = proxy_url(who);
    client_options.proxy.use_environment = false;
  }

  /// How often the proxy was asked for a tunnel to the emulator.
  int tunnels() {
    between.kill();
    int count = 0;
    auto const& log = between.log();
    auto const asked = "CONNECT " + target() + " ";
    for (auto at = log.find(asked); at != log.npos; at = log.find(asked, at + 1)) ++count;
    return count;
  }

  /// How a session fails that the proxy refuses: at once.
  std::string refusal(int status) {
    auto const error = failure();
    EXPECT_EQ(error, errc::proxy_refused);
    EXPECT_EQ(error.details().phase, phase::proxy);
    EXPECT_EQ(error.details().http_status, status);
    EXPECT_NE(error, gladia::condition::retryable);
    EXPECT_EQ(error.details().attempts, 1);
    EXPECT_TRUE(server->requests().empty());
    return error.what();
  }

  static constexpr std::array proxy_variables = {"https_proxy", "HTTPS_PROXY", "http_proxy",
                                                 "no_proxy", "NO_PROXY"};
};

TEST_F(tinyproxy, carries_a_whole_session) {
  serve();
  start_proxy();
  use_proxy();
  expect_whole_session();
  EXPECT_EQ(tunnels(), 2);  // a POST and a WebSocket
}

TEST_F(tinyproxy, carries_an_unencrypted_session) {
  emulator_options.faults.init_url =
      std::string("ws://") + far_away + ":{port}/v2/live?token={token}";
  start_server();
  client_options.api_url = "http://" + target();
  client_options.allow_insecure = true;
  start_proxy();
  use_proxy();
  expect_whole_session();
  EXPECT_EQ(tunnels(), 2);
}

TEST_F(tinyproxy, does_not_vouch_for_the_server) {
  serve();
  client_options.tls.ca_pem = gladia::test::certificate_authority().pem();
  start_proxy();
  use_proxy();
  auto const error = failure();
  EXPECT_EQ(error.details().phase, phase::tls);
  EXPECT_THAT(error.what(), HasSubstr("unable to get local issuer certificate"));
}

TEST_F(tinyproxy, may_crash_and_come_back) {
  serve();
  start_proxy();
  use_proxy();
  expect_to_survive_a_restart();
}

// -- who asks

TEST_F(tinyproxy, takes_a_client_with_its_password) {
  serve();
  start_proxy("BasicAuth user pass-word\n");
  use_proxy("user:pass%2Dword@");
  expect_whole_session();
}

TEST_F(tinyproxy, turns_a_client_without_a_password_away) {
  serve();
  start_proxy("BasicAuth user password\n");
  use_proxy();
  EXPECT_THAT(refusal(407), HasSubstr("it asks for a user name and password"));
}

TEST_F(tinyproxy, turns_a_client_with_a_wrong_password_away) {
  serve();
  start_proxy("BasicAuth user password\n");
  use_proxy("user:guessed@");
  auto const what = refusal(401);
  EXPECT_THAT(what, HasSubstr("it does not take the user name and password it was given"));
  EXPECT_THAT(what, Not(HasSubstr("guessed")));
}

// -- where to

TEST_F(tinyproxy, refuses_a_host_that_its_filter_forbids) {
  serve();
  start_proxy("Filter \"" + between.file("allowed", "example\\.com\n") +
              "\"\nFilterDefaultDeny Yes\n");
  use_proxy();
  EXPECT_THAT(refusal(403), HasSubstr("Filtered: the proxy 127.0.0.1 refused to connect to"));
}

TEST_F(tinyproxy, refuses_a_port_that_it_does_not_serve) {
  serve();
  start_proxy("ConnectPort 443\n");
  use_proxy();
  EXPECT_THAT(refusal(403), HasSubstr("Access violation"));
}

TEST_F(tinyproxy, that_cannot_reach_the_server_is_asked_again) {
  serve();
  gladia::test::reserved_port const nobody;
  client_options.api_url = std::string("https://") + far_away + ":" + nobody.number();
  start_proxy();
  use_proxy();
  auto const error = failure();
  EXPECT_EQ(error.details().phase, phase::proxy);
  EXPECT_EQ(error.details().attempts, client_options.retry.attempts);
  EXPECT_THAT(error.what(), HasSubstr("Unable to connect: the proxy 127.0.0.1 refused"));
}

TEST_F(tinyproxy, that_is_dead_is_named) {
  serve();
  use_proxy();
  auto const error = failure();
  EXPECT_EQ(error.code(), boost::asio::error::connection_refused);
  EXPECT_EQ(error.details().phase, phase::connect);
  EXPECT_EQ(error, gladia::condition::retryable);
  EXPECT_THAT(error.what(), HasSubstr("cannot connect to the proxy 127.0.0.1"));
}

// -- the environment

TEST_F(tinyproxy, is_found_in_the_environment) {
  serve();
  start_proxy();
  ::setenv("HTTPS_PROXY", proxy_url().c_str(), 1);
  expect_whole_session();
  EXPECT_EQ(tunnels(), 2);
}

TEST_F(tinyproxy, is_passed_by_for_hosts_in_no_proxy) {
  serve();
  start_proxy();
  ::setenv("https_proxy", proxy_url().c_str(), 1);
  ::setenv("NO_PROXY", ("example.com," + target()).c_str(), 1);
  expect_whole_session();
  EXPECT_EQ(tunnels(), 0);
}

TEST_F(tinyproxy, is_passed_by_for_loopback) {
  emulator_options.tls = true;
  start_server();
  start_proxy();
  use_proxy();
  expect_whole_session();
  EXPECT_EQ(tunnels(), 0);
}

}  // namespace
