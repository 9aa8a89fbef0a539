#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>
#include <chrono>
#include <random>
#include <string>
#include <support/live_fixture.hpp>
#include <support/slow_relay.hpp>

namespace {

using namespace std::chrono_literals;
using gladia::live::completeness;
using gladia::test::position_coded_audio;
using gladia::test::slow_relay;

/// A session whose audio comes faster than its uplink takes it.
class a_session_on_a_slow_link : public gladia::test::live_fixture {
 protected:
  void SetUp() override {
    live_fixture::SetUp();
    options.high_water = 2s;
    options.low_water = 1s;
  }

  void start_behind_relay(std::size_t bytes_per_second) {
    start_behind_relay(slow_relay::at(bytes_per_second));
  }
  void start_behind_relay(slow_relay::pace pace) {
    start_server();
    client.emplace(network.context(), client_options);
    auto info = client->live().async_init(request, boost::asio::use_future).get();
    ASSERT_TRUE(info) << info.error().what();
    auto url = gladia::net::parse_url(info->url.reveal());
    ASSERT_TRUE(url);
    relay.emplace(url->port, std::move(pace));
    url->port = relay->port();
    info->url = url->reveal();
    session.emplace(client->live().attach(*info, request, options));
    run();
  }

  /// All of `audio` goes over one link, once.
  void expect_one_link_for(std::string const& audio) {
    feed(audio);
    run_to_end();
    EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
    EXPECT_EQ(end->stats.connections, 1);
    EXPECT_EQ(end->stats.bytes_sent, audio.size());
    EXPECT_EQ(end->stats.bytes_replayed, 0u);
    EXPECT_EQ(report().bytes, audio.size());
  }

  std::optional<slow_relay> relay;
};

TEST_F(a_session_on_a_slow_link, has_one_link_and_sends_nothing_again) {
  // Shorter than a message of a second takes.
  options.link_timeout = 2s;
  options.send_stall_timeout = 2s;
  start_behind_relay(12'000);
  expect_one_link_for(position_coded_audio(50'000));
}

TEST_F(a_session_on_a_slow_link, bears_a_link_that_was_fast) {
  options.link_timeout = 2s;
  options.send_stall_timeout = 2s;
  auto const fast = slow_relay::at(1'000'000), slow = slow_relay::at(12'000);
  start_behind_relay([=](std::size_t portions) {
    return portions * slow_relay::portion < 200'000 ? fast(portions) : slow(portions);
  });
  expect_one_link_for(position_coded_audio(240'000));
}

TEST_F(a_session_on_a_slow_link, bears_one_that_pauses_for_eight_seconds) {
  start_behind_relay(
      [](std::size_t portions) -> std::chrono::microseconds { return portions == 100 ? 8s : 2ms; });
  expect_one_link_for(position_coded_audio(100'000));
}

TEST_F(a_session_on_a_slow_link, bears_one_that_jitters) {
  options.link_timeout = 2s;
  options.send_stall_timeout = 2s;
  start_behind_relay([random = std::minstd_rand(1)](std::size_t) mutable {
    return random() % 20 == 0 ? 200ms : 1ms;
  });
  expect_one_link_for(position_coded_audio(80'000));
}

TEST_F(a_session_on_a_slow_link, keeps_what_is_not_sent_where_its_water_marks_count_it) {
  request.messages_config.receive_acknowledgments = true;
  start_behind_relay(64'000);
  auto const audio = position_coded_audio(256'000);
  std::uint64_t most_outside = 0;
  on_event = [&](gladia::live::event const&) {
    auto const now = session->stats();
    most_outside = std::max(most_outside, now.bytes_sent - now.bytes_acknowledged);
  };
  feed(audio);
  run_to_end();
  EXPECT_EQ(end->stats.connections, 1);
  // A message, and what the systems on the way keep.
  EXPECT_LT(most_outside, 130'000u);
}

}  // namespace
