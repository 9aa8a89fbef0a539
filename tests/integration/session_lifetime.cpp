#include <gladia/live/session.hpp>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <support/live_fixture.hpp>
#include <support/scripted_server.hpp>

namespace {

using namespace gladia::testing_support;
namespace live = gladia::live;
namespace fake = gladia::testing;

/// A session whose link is lost again and again, and which is destroyed when so many events have
/// come.
struct a_session_destroyed_at_event : live_fixture, ::testing::WithParamInterface<std::size_t> {
  std::string const audio = position_coded_audio(100'000);
  int sends_completed = 0;

  void SetUp() override {
    live_fixture::SetUp();
    emulator_options.tls = true;
    emulator_options.faults.cuts = {20'000, fake::cut_kind::brutal, fake::ending::reset};
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
    EXPECT_TRUE(service->wait_until([](fake::session_report const& r) {
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

}  // namespace
