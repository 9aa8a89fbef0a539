#include <gladia/live/options.hpp>

#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>

#include "support/fake_transport.hpp"
#include "support/session_player.hpp"

namespace {

using namespace gladia::test;
using std::chrono::milliseconds;

session_options with_every_time(milliseconds time) {
  session_options o;
  for (auto* each : {&o.reconnect_window,    &o.backoff.base,     &o.backoff.cap,
                     &o.timeouts.resolve,    &o.timeouts.connect, &o.timeouts.proxy,
                     &o.timeouts.tls,        &o.timeouts.upgrade, &o.init_timeout,
                     &o.send_stall_timeout,  &o.link_timeout,     &o.ack_timeout,
                     &o.stop_timeout,        &o.close_timeout,    &o.keep_alive_after,
                     &o.keep_alive_interval, &o.keep_alive_limit, &o.buffer,
                     &o.high_water,          &o.low_water,        &o.fetch_timeout}) {
    *each = time;
  }
  o.fetch_result = true;
  return o;
}

/// Sessions with one reconnect, each with other options; of each pair the second ends so that its
/// job is asked for.
struct sessions_with_extreme_options : sessions {
  void add_pair(session_options const& options) {
    for (int const goodbye : {1000, 4403}) {
      auto const player = add(options);
      player->far->close_after = 1;  // all audio may be one message
      player->far->goodbye = goodbye;
    }
  }
  void expect_good_ends() {
    run();
    for (auto const& player : players) {
      expect_consistent(*player);
      expect_all_events(*player);
      EXPECT_EQ(player->far->links, 2);
      EXPECT_EQ(player->far->heard_to, player->accepted);
      EXPECT_EQ(player->accepted, session_player::pieces * session_player::samples_of_piece);
      auto const is_seen = player->far->goodbye == 1000;
      EXPECT_EQ(player->end.verdict, is_seen ? completeness::complete : completeness::unknown)
          << player->end.error.what();
      EXPECT_EQ(player->end.job != nullptr, !is_seen);
    }
  }
};

TEST_F(sessions_with_extreme_options, work_with_the_longest_times) {
  for (auto const time : {milliseconds::max(), milliseconds::max() - 1ms}) {
    auto options = with_every_time(time);
    options.backoff.base = 1ms;  // or a reconnect would be years away
    add_pair(options);
    options.backoff = {time, 1ms};
    add_pair(options);
  }
  expect_good_ends();
}

TEST_F(sessions_with_extreme_options, work_with_no_times_and_with_negative_ones) {
  for (auto const time : {0ms, -1ms, milliseconds::min()}) add_pair(with_every_time(time));
  expect_good_ends();
}

TEST_F(a_session, queues_its_end_alone_if_it_is_told_to) {
  options.events = gladia::live::event_selection::none;
  make();
  far->close_after = 1;
  ASSERT_TRUE(try_send(0, 160));
  session->stop();
  get(session->async_run(asio::use_future));
  auto const events = drain();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<ended>(events[0]));
}

TEST_F(a_session, keeps_the_text_of_messages_only_if_it_is_told_to) {
  for (bool const keep : {false, true}) {
    options.keep_raw = keep;
    make();
    session->stop();
    get(session->async_run(asio::use_future));
    auto const messages = all_of<gladia::end_session>(drain());
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0].envelope.raw.text,
              keep ? R"({"type":"end_session","session_id":"job"})" : "");
  }
}

}  // namespace
