#include <gladia/live/session.hpp>

#include <gmock/gmock.h>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <functional>
#include <future>
#include <support/live_fixture.hpp>
#include <support/ports.hpp>
#include <support/scripted_server.hpp>
#include <tuple>

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
  /// Called when a connection has brought its first byte.
  std::function<void()> on_heard = [] {};
  scripted_server silent{std::vector<scripted_server::script>(8, [this](tcp::socket& s) {
    char first;
    boost::asio::read(s, boost::asio::buffer(&first, 1));
    boost::asio::post(io, [this] { on_heard(); });
    wait_for_close(s);
  })};

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

// Giving up on a link while it is being opened.

enum class way_out { cancel, destroy, stop };

char const* name_of(way_out how) {
  return how == way_out::cancel ? "cancel" : how == way_out::destroy ? "destroy" : "stop";
}

struct stage_of_a_link {
  char const* name;
  char const* scheme;
  bool is_heard = true;  ///< by the server that does not answer
  bool has_proxy = false;

  friend void PrintTo(stage_of_a_link const& s, std::ostream* out) { *out << s.name; }
};

struct a_link_that_hangs : a_silent_server,
                           ::testing::WithParamInterface<std::tuple<stage_of_a_link, way_out>> {
  full_port const full;

  void leave() {
    switch (std::get<way_out>(GetParam())) {
      case way_out::cancel:
        return session->cancel();
      case way_out::destroy:
        return session.reset();
      case way_out::stop:
        return session->stop();
    }
  }
  /// Leaves a link that has come as far as the stage.
  void run_and_leave(stage_of_a_link const& stage) {
    emulator_options.tls = std::string(stage.scheme) == "wss";
    emulator_options.faults.init_url = silent.url(stage.scheme);
    if (stage.has_proxy) {
      client_options.proxy.url = silent.url("http", "");
      emulator_options.faults.init_url = "wss://gladia.test/";
    }
    if (stage.is_heard) {
      on_heard = [this] { leave(); };
    } else {
      emulator_options.faults.init_url = "ws://127.0.0.1:" + full.number() + "/";
      on_event = [this](live::event const& e) {
        if (std::holds_alternative<live::connecting>(e)) leave();
      };
    }
    start();
    run_to_end(below_default_limits);
  }
};

TEST_P(a_link_that_hangs, does_not_hold_who_leaves) {
  auto const& [stage, how] = GetParam();
  options.stop_timeout = 200ms;
  run_and_leave(stage);
  EXPECT_EQ(end->verdict, live::completeness::partial);
  if (how == way_out::stop) {
    EXPECT_EQ(end->error, errc::stop_timeout) << end->error.what();
  } else {
    EXPECT_EQ(end->error, boost::asio::error::operation_aborted) << end->error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    stages, a_link_that_hangs,
    ::testing::Combine(::testing::Values(stage_of_a_link{"connect", "ws", false},
                                         stage_of_a_link{"proxy", "wss", true, true},
                                         stage_of_a_link{"tls", "wss"},
                                         stage_of_a_link{"upgrade", "ws"}),
                       ::testing::Values(way_out::cancel, way_out::destroy, way_out::stop)),
    [](auto const& given) {
      return std::string(std::get<0>(given.param).name) + "_" + name_of(std::get<1>(given.param));
    });

}  // namespace
