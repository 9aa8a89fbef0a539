#include <gladia/live/session.hpp>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <support/live_fixture.hpp>
#include <support/scripted_server.hpp>

namespace {

using namespace gladia::test;
namespace live = gladia::live;
namespace emulation = gladia::testing;

/// A session whose link is lost again and again, and which is destroyed when so many events have
/// come.
struct a_session_destroyed_at_event : live_fixture, ::testing::WithParamInterface<std::size_t> {
  std::string const audio = position_coded_audio(100'000);
  int sends_completed = 0;

  void SetUp() override {
    live_fixture::SetUp();
    emulator_options.tls = true;
    emulator_options.faults.cuts = {20'000, emulation::cut_kind::brutal, emulation::ending::reset};
  }

  /// More than are taken at once: some wait until the end.
  void send(int times) {
    for (int i = 0; i < times; ++i) {
      session->async_send(boost::asio::buffer(audio),
                          here([this](gladia::result<void>) { ++sends_completed; }));
    }
  }
  void expect_all_completed_once() {
    start();
    send(8);
    run_to_end(below_default_limits);
    gladia::test::run_until(io, [this] { return sends_completed == 8; });
    EXPECT_EQ(end->error, boost::asio::error::operation_aborted) << end->error.what();
    EXPECT_TRUE(server->wait_until([](emulation::session_report const& r) {
      return std::none_of(r.connections.begin(), r.connections.end(),
                          [](auto const& link) { return link.open; });
    })) << "a link was left";
    end_network();
    io.restart();
    io.poll();
    EXPECT_EQ(sends_completed, 8);
  }
};

TEST_P(a_session_destroyed_at_event, by_its_handler_completes_everything_once) {
  on_event = [this](live::event const&) {
    if (events.size() == GetParam()) session.reset();
  };
  expect_all_completed_once();
  EXPECT_EQ(events.size(), GetParam());
}

TEST_P(a_session_destroyed_at_event, while_the_next_is_awaited_completes_everything_once) {
  on_event = [this](live::event const&) {
    if (events.size() == GetParam()) boost::asio::post(io, [this] { session.reset(); });
  };
  expect_all_completed_once();
  EXPECT_EQ(events.size(), GetParam()) << "not even one that was on its way";
}

// Three for each link: connecting, connected, disconnected.
INSTANTIATE_TEST_SUITE_P(number, a_session_destroyed_at_event, ::testing::Range<std::size_t>(1, 9),
                         [](auto const& given) { return std::to_string(given.param); });

/// A session whose link stays open until the session is destroyed.
struct a_session_with_an_open_link : live_fixture, ::testing::WithParamInterface<bool> {
  void SetUp() override {
    live_fixture::SetUp();
    emulator_options.tls = GetParam();
    emulator_options.faults.ignore_stop = true;
    request.messages_config.receive_acknowledgments = true;
  }
  template <class Event>
  void destroy_at() {
    on_event = [this](live::event const& e) {
      if (std::holds_alternative<Event>(e)) session.reset();
    };
  }
  void expect_closed_in_order() {
    run_to_end(below_default_limits);
    EXPECT_EQ(end->error, boost::asio::error::operation_aborted) << end->error.what();
    auto const closed = server->wait_until(
        [](auto const& r) { return !r.connections.empty() && !r.connections[0].open; });
    ASSERT_TRUE(closed);
    EXPECT_EQ(closed->connections[0].client_close_code, 1000);
    EXPECT_EQ(closed->connections.size(), 1u);
  }
};

TEST_P(a_session_with_an_open_link, closes_it_in_order_when_it_is_destroyed_at_once) {
  destroy_at<live::connected>();
  start();
  expect_closed_in_order();
}

TEST_P(a_session_with_an_open_link, closes_it_in_order_when_it_is_destroyed_while_audio_flows) {
  destroy_at<gladia::audio_chunk_ack>();
  start();
  feed(std::string(1'000'000, '\0'));
  expect_closed_in_order();
}

TEST_P(a_session_with_an_open_link, closes_it_in_order_when_it_is_destroyed_after_the_stop) {
  on_event = [this](live::event const& e) {
    if (!std::holds_alternative<live::connected>(e)) return;
    session->stop();
    EXPECT_TRUE(server->wait_until(
        [](auto const& r) { return r.total(&emulation::connection_report::stops) == 1; }));
    session.reset();
  };
  start();
  expect_closed_in_order();
}

INSTANTIATE_TEST_SUITE_P(over, a_session_with_an_open_link, ::testing::Bool(),
                         [](auto const& given) { return given.param ? "wss" : "ws"; });

}  // namespace
