#include <gladia/live/session.hpp>

#include <gmock/gmock.h>
#include <future>
#include <support/live_fixture.hpp>
#include <support/ports.hpp>
#include <support/scripted_server.hpp>

namespace {

using namespace std::chrono_literals;
using namespace gladia::testing_support;
using gladia::errc;
using gladia::phase;
using gladia::test::scripted_server;
using gladia::test::tcp;
using gladia::test::wait_for_close;
namespace live = gladia::live;

/// A session that meets a server which takes connections and says nothing. Every other limit of the
/// session is longer than the test.
struct a_silent_server : live_fixture {
  scripted_server silent{
      std::vector<scripted_server::script>(8, [](tcp::socket& s) { wait_for_close(s); })};

  void SetUp() override {
    live_fixture::SetUp();
    client_options.proxy.use_environment = false;
    client_options.retry.attempts = 1;
    options.timeouts = {1h, 1h, 1h, 1h, 1h};
    options.init_timeout = 1h;
    options.reconnect_attempts = 1;
  }

  /// The session cannot be made.
  void run_without_service(std::string const& url) {
    client_options.api_url = url;
    client.emplace(network.context(), client_options);
    session.emplace(client->live().session(request, options));
    run();
    run_to_end();
  }
  void expect_no_session(phase where) {
    EXPECT_EQ(end->error, errc::timeout) << end->error.what();
    EXPECT_EQ(end->error.details().phase, where);
  }

  /// The session is made, but its URL leads to the silent server.
  void run_with_link_to(std::string const& url) {
    emulator_options.faults.init_url = url;
    start();
    run_to_end();
  }
  void expect_one_retry(phase where) {
    auto const lost = all<live::disconnected>();
    ASSERT_EQ(lost.size(), 2u);
    for (auto const& l : lost) {
      EXPECT_EQ(l.error, errc::timeout) << l.error.what();
      EXPECT_EQ(l.error.details().phase, where);
    }
    EXPECT_TRUE(lost[0].will_retry);
    EXPECT_EQ(end->error, errc::reconnect_failed) << end->error.what();
    EXPECT_EQ(end->error.details().phase, where);
  }
};

TEST_F(a_silent_server, is_given_up_in_the_tls_handshake_of_the_post) {
  options.timeouts.tls = 300ms;
  run_without_service(silent.url("https", ""));
  expect_no_session(phase::tls);
}

TEST_F(a_silent_server, is_given_up_as_the_proxy_of_the_post) {
  options.timeouts.proxy = 300ms;
  client_options.proxy.url = silent.url("http", "");
  run_without_service("https://gladia.test");
  expect_no_session(phase::proxy);
}

TEST_F(a_silent_server, is_given_up_when_it_does_not_answer_the_post) {
  options.init_timeout = 300ms;
  run_without_service(silent.url("http", ""));
  expect_no_session(phase::response);
}

TEST_F(a_silent_server, may_keep_a_session_whose_creation_is_cancelled) {
  std::promise<std::string> warned;
  client_options.logger.write = [&](gladia::log_level, std::string_view line) {
    warned.set_value(std::string(line));
  };
  client_options.api_url = silent.url("http", "");
  client.emplace(network.context(), client_options);
  session.emplace(client->live().session(request, options));
  run();
  session->cancel();
  run_to_end();
  EXPECT_EQ(end->error, boost::asio::error::operation_aborted);
  EXPECT_THAT(warned.get_future().get(), testing::HasSubstr("may have been left behind"));
}

TEST_F(a_silent_server, is_tried_again_after_the_tls_handshake_of_a_link) {
  options.timeouts.tls = 300ms;
  emulator_options.tls = true;
  run_with_link_to(silent.url("wss"));
  expect_one_retry(phase::tls);
}

TEST_F(a_silent_server, is_tried_again_as_the_proxy_of_a_link) {
  options.timeouts.proxy = 300ms;
  client_options.proxy.url = silent.url("http", "");
  emulator_options.tls = true;
  run_with_link_to("wss://gladia.test/");
  expect_one_retry(phase::proxy);
}

TEST_F(a_silent_server, is_tried_again_after_the_websocket_handshake) {
  options.timeouts.upgrade = 300ms;
  run_with_link_to(silent.url("ws"));
  expect_one_retry(phase::upgrade);
}

struct a_full_server : a_silent_server {
  full_port const full;

  void SetUp() override {
    a_silent_server::SetUp();
    options.timeouts.connect = 300ms;
  }
  std::string url(std::string const& scheme) const {
    return scheme + "://127.0.0.1:" + full.number();
  }
};

TEST_F(a_full_server, is_given_up_by_the_post) {
  run_without_service(url("http"));
  expect_no_session(phase::connect);
}

TEST_F(a_full_server, is_tried_again_by_a_link) {
  run_with_link_to(url("ws") + "/");
  expect_one_retry(phase::connect);
}

}  // namespace
