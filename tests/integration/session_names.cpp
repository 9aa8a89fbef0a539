#include <gladia/live/session.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <support/live_fixture.hpp>
#include <support/name_service.hpp>

namespace {

using namespace std::chrono_literals;
using namespace gladia::test;
using gladia::errc;
using gladia::phase;
using gladia::test::name_service;
namespace live = gladia::live;

/// A name that is looked up for ever. What a session meets of other limits is longer than the test.
struct a_stuck_name : live_fixture {
  name_service& names = name_service::instance();

  void SetUp() override {
    live_fixture::SetUp();
    names.stick();
    client_options.proxy.use_environment = false;
    client_options.allow_insecure = true;
    options.timeouts = {1h, 1h, 1h, 1h, 1h};
    options.init_timeout = 1h;
  }
  void TearDown() override {
    names.release();
    live_fixture::TearDown();
  }

  void lead_post_to_stuck_name() {
    start_server();
    client_options.api_url = "http://stuck.test";
  }
  void lead_link_to_stuck_name() { emulator_options.faults.init_url = "ws://stuck.test/"; }
};

TEST_F(a_stuck_name, is_given_up_by_the_post_after_it_was_tried_again) {
  options.timeouts.resolve = 300ms;
  lead_post_to_stuck_name();
  start();
  run_to_end();
  EXPECT_EQ(end->error, errc::timeout) << end->error.what();
  EXPECT_EQ(end->error.details().phase, phase::resolve);
  EXPECT_EQ(end->error.details().attempts, 2);
}

TEST_F(a_stuck_name, is_tried_again_by_a_link) {
  options.timeouts.resolve = 300ms;
  options.reconnect_attempts = 1;
  lead_link_to_stuck_name();
  start();
  run_to_end();
  auto const lost = all<live::disconnected>();
  ASSERT_EQ(lost.size(), 2u);
  for (auto const& l : lost) {
    EXPECT_EQ(l.error, errc::timeout) << l.error.what();
    EXPECT_EQ(l.error.details().phase, phase::resolve);
  }
  EXPECT_TRUE(lost[0].will_retry);
  EXPECT_EQ(end->error, errc::reconnect_failed) << end->error.what();
  EXPECT_EQ(end->error.details().phase, phase::resolve);
}

/// A client with a thread of its own.
struct a_stuck_name_of_a_threaded_session : a_stuck_name {
  std::optional<live::threaded_session> threaded;
  std::future<void> forgotten;  ///< ready when nobody has the handlers any more
  std::atomic<bool> is_gone{false};

  void start_threaded() {
    if (!server) start_server();
    client.emplace(client_options);
    auto const token = std::make_shared<std::promise<void>>();
    forgotten = token->get_future();
    auto const handle = [this, token](auto const&) { EXPECT_FALSE(is_gone); };
    threaded.emplace(client->live().session(request, options),
                     live::session_handlers{handle, handle});
    names.wait_until_stuck();
  }
  void expect_end_without_waiting() {
    threaded.reset();
    is_gone = true;
    client.reset();
    EXPECT_EQ(forgotten.wait_for(10s), std::future_status::ready);
    EXPECT_TRUE(names.is_stuck()) << "it was waited for";
  }
};

TEST_F(a_stuck_name_of_a_threaded_session, delays_no_destructor_while_it_is_created) {
  lead_post_to_stuck_name();
  start_threaded();
  expect_end_without_waiting();
}

TEST_F(a_stuck_name_of_a_threaded_session, delays_no_destructor_while_it_connects) {
  lead_link_to_stuck_name();
  start_threaded();
  expect_end_without_waiting();
}

TEST_F(a_stuck_name_of_a_threaded_session, delays_no_end) {
  lead_link_to_stuck_name();
  start_threaded();
  threaded->cancel();
  EXPECT_EQ(threaded->wait().error, boost::asio::error::operation_aborted);
  EXPECT_TRUE(names.is_stuck()) << "it was waited for";
}

TEST_F(a_stuck_name_of_a_threaded_session, delays_no_other_session_of_the_client) {
  lead_link_to_stuck_name();
  start_threaded();
  server->set_faults({});
  live::threaded_session other(client->live().session(request, options), {});
  other.stop();
  EXPECT_EQ(other.wait().verdict, live::completeness::complete);
  EXPECT_TRUE(names.is_stuck()) << "it was waited for";
}

}  // namespace
