#include <gladia/live/session.hpp>

#include <gmock/gmock.h>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <functional>
#include <future>
#include <support/certificates.hpp>
#include <support/live_fixture.hpp>
#include <support/name_service.hpp>
#include <support/ports.hpp>
#include <support/scripted_server.hpp>
#include <tuple>

namespace {

using namespace std::chrono_literals;
using namespace gladia::test;
using gladia::errc;
using gladia::phase;
using gladia::live::completeness;
using gladia::test::name_service;
using gladia::test::scripted_server;
using gladia::test::tcp;
using gladia::test::wait_for_close;
namespace live = gladia::live;
namespace emulation = gladia::testing;

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
    client_options.tls.ca_pem = gladia::test::certificate_authority().pem();
    client_options.retry.attempts = 1;
    options.timeouts = {1h, 1h, 1h, 1h, 1h};
    options.init_timeout = 1h;
    options.reconnect_attempts = 1;
  }

  /// The session cannot be made.
  void run_without_server(std::string const& url) {
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

  /// The session was made elsewhere: no limit can pass while it is made.
  void run_with_link_to(std::string const& url) {
    client.emplace(network.context(), client_options);
    session.emplace(client->live().attach({"job", {}, url}, request, options));
    run();
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
  run_without_server(silent.url("https", ""));
  expect_no_session(phase::tls);
}

TEST_F(a_silent_server, is_given_up_as_the_proxy_of_the_post) {
  options.timeouts.proxy = 300ms;
  client_options.proxy.url = silent.url("http", "");
  run_without_server("https://gladia.test");
  expect_no_session(phase::proxy);
}

TEST_F(a_silent_server, is_given_up_when_it_does_not_answer_the_post) {
  options.init_timeout = 1s;  // connecting counts too
  run_without_server(silent.url("http", ""));
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
  run_with_link_to(silent.url("wss"));
  expect_one_retry(phase::tls);
}

TEST_F(a_silent_server, is_tried_again_as_the_proxy_of_a_link) {
  options.timeouts.proxy = 300ms;
  client_options.proxy.url = silent.url("http", "");
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
  run_without_server(url("http"));
  expect_no_session(phase::connect);
}

TEST_F(a_full_server, is_tried_again_by_a_link) {
  run_with_link_to(url("ws") + "/");
  expect_one_retry(phase::connect);
}

// Giving up while nothing goes on.

enum class way_out { cancel, destroy, stop };
constexpr way_out ways_out[] = {way_out::cancel, way_out::destroy, way_out::stop};

char const* name_of(way_out how) {
  return how == way_out::cancel ? "cancel" : how == way_out::destroy ? "destroy" : "stop";
}

void leave(live_fixture& test, way_out how) {
  switch (how) {
    case way_out::cancel:
      return test.session->cancel();
    case way_out::destroy:
      return test.session.reset();
    case way_out::stop:
      return test.session->stop();
  }
}
void expect_left(live::summary const& end, way_out how) {
  if (how == way_out::stop) {
    EXPECT_EQ(end.error, errc::stop_timeout) << end.error.what();
  } else {
    EXPECT_EQ(end.error, boost::asio::error::operation_aborted) << end.error.what();
  }
}

/// The way to a server comes to a halt in some phase, and then the session is left.
struct a_way_that_hangs : a_silent_server,
                          ::testing::WithParamInterface<std::tuple<phase, way_out>> {
  full_port const full;
  phase const where = std::get<0>(GetParam());
  way_out const how = std::get<1>(GetParam());
  bool const is_secure = where == phase::proxy || where == phase::tls;

  void SetUp() override {
    a_silent_server::SetUp();
    name_service::instance().stick();
    options.stop_timeout = 200ms;
    client_options.allow_insecure = true;
    if (where == phase::proxy) client_options.proxy.url = silent.url("http", "");
    on_heard = [this] { leave(*this, how); };
  }
  void TearDown() override {
    name_service::instance().release();
    a_silent_server::TearDown();
  }

  /// What leads no further than to the phase.
  std::string dead_end(std::string scheme) const {
    if (is_secure) scheme += 's';
    switch (where) {
      case phase::resolve:
        return scheme + "://stuck.test";
      case phase::connect:
        return scheme + "://127.0.0.1:" + full.number();
      case phase::proxy:
        return scheme + "://gladia.test";
      default:
        return silent.url(scheme, "");
    }
  }
  /// The session is on its way.
  void on_begin() {
    if (where == phase::resolve) name_service::instance().wait_until_stuck();
    if (where == phase::resolve || where == phase::connect) leave(*this, how);
  }
  void expect_left_behind() {
    run_to_end(below_default_limits);
    expect_left(*end, how);
    EXPECT_EQ(end->verdict, completeness::partial);
  }

  static std::string name(::testing::TestParamInfo<ParamType> const& given) {
    return std::string(to_string(std::get<0>(given.param))) + "_" +
           name_of(std::get<1>(given.param));
  }
};

struct a_post_that_hangs : a_way_that_hangs {};

TEST_P(a_post_that_hangs, does_not_hold_who_leaves) {
  client_options.logger.level = gladia::log_level::debug;
  client_options.logger.write = [this, has_begun = false](auto, auto) mutable {
    if (!std::exchange(has_begun, true)) boost::asio::post(io, [this] { on_begin(); });
  };
  client_options.api_url = dead_end("http");
  client.emplace(network.context(), client_options);
  session.emplace(client->live().session(request, options));
  run();
  expect_left_behind();
}

INSTANTIATE_TEST_SUITE_P(stages, a_post_that_hangs,
                         ::testing::Combine(::testing::Values(phase::resolve, phase::connect,
                                                              phase::proxy, phase::tls,
                                                              phase::response),
                                            ::testing::ValuesIn(ways_out)),
                         a_post_that_hangs::name);

struct a_link_that_hangs : a_way_that_hangs {};

TEST_P(a_link_that_hangs, does_not_hold_who_leaves) {
  emulator_options.tls = is_secure;
  emulator_options.faults.init_url = dead_end("ws");
  on_event = [this](live::event const& e) {
    if (std::holds_alternative<live::connecting>(e)) on_begin();
  };
  start();
  expect_left_behind();
}

INSTANTIATE_TEST_SUITE_P(stages, a_link_that_hangs,
                         ::testing::Combine(::testing::Values(phase::resolve, phase::connect,
                                                              phase::proxy, phase::tls,
                                                              phase::upgrade),
                                            ::testing::ValuesIn(ways_out)),
                         a_link_that_hangs::name);

/// A link that is open, and whose server does not answer when it is closed.
struct a_close_without_answer : live_fixture,
                                ::testing::WithParamInterface<std::tuple<bool, way_out>> {
  way_out const how = std::get<1>(GetParam());
  emulation::faults& faults = emulator_options.faults;

  void SetUp() override {
    live_fixture::SetUp();
    emulator_options.tls = std::get<0>(GetParam());
    options.close_timeout = 200ms;
    options.stop_timeout = 1s;  // time enough to write the stop
    options.send_stall_timeout = options.link_timeout = 1h;
  }

  /// Leaves when no more audio goes out.
  void leave_when_stuck(std::uint64_t sent = 0) {
    pause.expires_after(100ms);
    pause.async_wait([this, sent](auto) {
      auto const now = session->stats().bytes_sent;
      now == sent&& now > 0 ? leave(*this, how) : leave_when_stuck(now);
    });
  }
  boost::asio::steady_timer pause{io};
};

TEST_P(a_close_without_answer, is_heard_and_then_given_up) {
  faults.ignore_close = faults.ignore_stop = true;
  options.fetch_result = false;
  on_event = [this](live::event const& e) {
    if (std::holds_alternative<live::connected>(e)) leave(*this, how);
  };
  start();
  run_to_end(below_default_limits);
  expect_left(*end, how);
  EXPECT_EQ(end->verdict, how == way_out::stop ? completeness::unknown : completeness::partial);
  EXPECT_EQ(end->close_code, 0);
  auto const over = server->wait_until(
      [](auto const& r) { return !r.connections.empty() && !r.connections[0].open; });
  ASSERT_TRUE(over) << "the link was left";
  EXPECT_EQ(over->connections[0].client_close_code, 1000);
  EXPECT_EQ(over->connections[0].server_close_code, 0);
}

TEST_P(a_close_without_answer, is_given_up_where_nothing_is_read) {
  faults.stop_reading_after = 1;
  // More than the buffers of both systems take.
  request.audio = {gladia::audio_encoding::pcm, 32, 48000, 8};
  auto const audio = std::string(16'000'000, '\0');
  start();
  ASSERT_TRUE(session->try_send(boost::asio::buffer(audio)));
  leave_when_stuck();
  run_to_end(below_default_limits);
  expect_left(*end, how);
  EXPECT_EQ(end->verdict, completeness::partial);
  EXPECT_LT(end->stats.bytes_sent, audio.size());
}

INSTANTIATE_TEST_SUITE_P(over, a_close_without_answer,
                         ::testing::Combine(::testing::Bool(), ::testing::ValuesIn(ways_out)),
                         [](auto const& given) {
                           return std::string(std::get<0>(given.param) ? "wss" : "ws") + "_" +
                                  name_of(std::get<1>(given.param));
                         });

}  // namespace
