#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gladia/testing/emulator.hpp>

#include <chrono>
#include <cstdint>
#include <future>
#include <string>
#include <support/emulator_fixture.hpp>
#include <thread>
#include <vector>

namespace gladia::test {
namespace {

using testing::ack_mode;
using testing::cut_kind;
using testing::ending;
using testing::resume_policy;

class emulator_faults : public emulator_fixture {
 protected:
  /// 100 ms of coded audio: the n-th message of a stream.
  static std::string message(std::uint32_t n) { return coded(n * 800, 800); }

  void reconnect() {
    client.reset();
    ASSERT_FALSE(client.open(socket_url));
  }
  /// The byte ranges that are acknowledged until the link ends.
  std::vector<json> ranges() {
    std::vector<json> found;
    for (auto const& m : client.drain()) {
      if (m["type"] == "audio_chunk" && m["acknowledged"] == true) {
        found.push_back(m["data"]["byte_range"]);
      }
    }
    return found;
  }
  std::vector<json> ranges_of(int messages) {
    for (int i = 0; i < messages; ++i) client.send(message(static_cast<std::uint32_t>(i)));
    client.stop();
    return ranges();
  }
  static testing::faults with_cuts(cut_kind kind, std::uint64_t every,
                                   resume_policy resume = resume_policy::count) {
    testing::faults faults;
    faults.cuts.kind = kind;
    faults.cuts.every = every;
    faults.cuts.times = 1;
    faults.resume = resume;
    return faults;
  }
  static testing::faults with_acks(ack_mode mode) {
    testing::faults faults;
    faults.acks = mode;
    faults.ack_every = 2;
    return faults;
  }
};

TEST_F(emulator_faults, cuts_clean_so_that_both_sides_know_the_same) {
  start_with(with_cuts(cut_kind::clean, 6400));
  connect();
  for (std::uint32_t n = 0; n < 4; ++n) client.send(message(n));
  EXPECT_EQ(ranges(), (std::vector<json>{{0, 3200}, {3200, 6400}}));
  EXPECT_EQ(client.pings, 1);
  reconnect();
  client.send(message(2));
  client.send(message(3));
  client.stop();
  EXPECT_EQ(ranges(), (std::vector<json>{{6400, 9600}, {9600, 12800}}));
  EXPECT_EQ(emulator->audio(id), coded(0, 3200));
  EXPECT_TRUE(report().connections[0].was_cut);
  EXPECT_EQ(report().connections[0].bytes, report().connections[0].acknowledged);
}

TEST_F(emulator_faults, cuts_by_a_close_code) {
  auto faults = with_cuts(cut_kind::clean, 3200);
  faults.cuts.how = ending::close;
  faults.cuts.code = 1012;
  start_with(faults);
  connect();
  client.send(message(0));
  ranges();
  EXPECT_EQ(client.close_code(), 1012);
}

TEST_F(emulator_faults, cuts_by_the_end_of_the_connection) {
  auto faults = with_cuts(cut_kind::clean, 3200);
  faults.cuts.how = ending::fin;
  start_with(faults);
  connect();
  client.send(message(0));
  ranges();
  EXPECT_EQ(client.end, asio::error::eof);
}

TEST_F(emulator_faults, cuts_brutally_and_counts_what_it_had_not_acknowledged) {
  auto faults = with_cuts(cut_kind::brutal, 9600);
  faults.cuts.unacknowledged = 3200;
  start_with(faults);
  connect();
  for (std::uint32_t n = 0; n < 3; ++n) client.send(message(n));
  ranges();  // how much of it arrives before the reset is chance
  EXPECT_EQ(report().connections[0].bytes, 9600u);
  EXPECT_EQ(report().connections[0].acknowledged, 3200u);
  reconnect();
  client.send(message(1));
  client.stop();
  EXPECT_EQ(ranges(), (std::vector<json>{{9600, 12800}}));
  EXPECT_EQ(emulator->audio(id), coded(0, 2400) + message(1));
  EXPECT_EQ(emulator->audio(id, 0), coded(0, 2400));
  EXPECT_EQ(emulator->audio(id, 1), message(1));
}

TEST_F(emulator_faults, forgets_what_it_had_not_acknowledged) {
  auto faults = with_cuts(cut_kind::brutal, 9600, resume_policy::discard);
  faults.cuts.unacknowledged = 3200;
  start_with(faults);
  connect();
  for (std::uint32_t n = 0; n < 3; ++n) client.send(message(n));
  ranges();
  EXPECT_EQ(report().connections[0].bytes, 9600u);
  EXPECT_EQ(report().connections[0].kept, 3200u);
  reconnect();
  client.send(message(1));
  client.stop();
  EXPECT_EQ(ranges(), (std::vector<json>{{3200, 6400}}));
  EXPECT_EQ(emulator->audio(id), coded(0, 1600));
}

TEST_F(emulator_faults, forgets_nothing_that_it_had_acknowledged_under_another_policy) {
  auto faults = with_acks(ack_mode::late);
  faults.ack_delay = std::chrono::milliseconds(50);
  faults.resume = resume_policy::discard;
  start_with(faults);
  connect();
  client.send(message(0));
  ASSERT_TRUE(emulator->wait_until(id, [](auto const& r) { return r.bytes == 3200; }));
  faults.resume = resume_policy::count;
  emulator->set_faults(id, faults);
  while (client.receive()->at("type") != "audio_chunk") {
  }
  faults.resume = resume_policy::discard;
  emulator->set_faults(id, faults);
  client.drop();
  ASSERT_TRUE(emulator->wait_until(id, [](auto const& r) { return !r.connections[0].open; }));
  EXPECT_EQ(emulator->audio(id), message(0));
}

TEST_F(emulator_faults, restarts_its_counter) {
  start_with(with_cuts(cut_kind::brutal, 3200, resume_policy::restart));
  connect();
  client.send(message(0));
  ranges();
  reconnect();
  client.send(message(0));
  client.stop();
  EXPECT_EQ(ranges(), (std::vector<json>{{0, 3200}}));
  EXPECT_EQ(report().bytes, 6400u);
}

TEST_F(emulator_faults, tells_its_last_acknowledgement_again_on_a_new_link) {
  auto faults = with_cuts(cut_kind::clean, 6400);
  faults.acks = ack_mode::again;
  start_with(faults);
  connect();
  client.send(message(0));
  client.send(message(1));
  EXPECT_EQ(ranges(), (std::vector<json>{{0, 3200}, {3200, 6400}}));
  reconnect();
  client.send(message(2));
  client.stop();
  EXPECT_EQ(ranges(), (std::vector<json>{{3200, 6400}, {6400, 9600}}));
}

TEST_F(emulator_faults, tells_late_acknowledgements_on_the_next_link_as_they_were) {
  auto faults = with_cuts(cut_kind::brutal, 6400, resume_policy::restart);
  faults.acks = ack_mode::over_cuts;
  faults.ack_delay = std::chrono::hours(1);
  start_with(faults);
  connect();
  client.send(message(0));
  client.send(message(1));
  EXPECT_TRUE(ranges().empty());
  faults.ack_delay = {};
  emulator->set_faults(id, faults);
  reconnect();
  EXPECT_EQ(client.receive("audio_chunk")->at("data")["byte_range"], (json{0, 3200}));
  client.send(message(1));
  EXPECT_EQ(client.receive("audio_chunk")->at("data")["byte_range"], (json{0, 3200}));
}

TEST_F(emulator_faults, cuts_again_and_again_until_told_otherwise) {
  auto faults = with_cuts(cut_kind::clean, 3200);
  faults.cuts.times = -1;
  start_with(faults);
  init();
  for (std::uint32_t n = 0; n < 3; ++n) {
    reconnect();
    client.send(message(n));
    EXPECT_EQ(ranges().size(), 1u);
  }
  emulator->set_faults({});
  reconnect();
  client.send(message(3));
  client.stop();
  EXPECT_EQ(ranges().size(), 1u);
  EXPECT_EQ(client.close_code(), 1000);
  EXPECT_EQ(emulator->audio(id), coded(0, 3200));
}

TEST_F(emulator_faults, cuts_at_once_when_asked) {
  start();
  connect();
  testing::cut_plan plan;
  plan.how = ending::close;
  plan.code = 1013;
  emulator->cut(id, plan);
  EXPECT_FALSE(client.receive());
  EXPECT_EQ(client.close_code(), 1013);
}

TEST_F(emulator_faults, gives_one_session_faults_of_its_own) {
  start();
  connect();
  auto const other = call("POST", "/v2/live").parsed();
  testing::faults faults;
  faults.acks = ack_mode::inclusive;
  emulator->set_faults(id, faults);
  EXPECT_EQ(ranges_of(1), (std::vector<json>{{0, 3199}}));
  client.reset();
  client.open(other["url"]);
  EXPECT_EQ(ranges_of(1), (std::vector<json>{{0, 3200}}));
}

TEST_F(emulator_faults, acknowledges_in_every_wrong_way) {
  using list = std::vector<json>;
  std::vector<std::pair<ack_mode, list>> const cases{
      {ack_mode::none, {}},
      {ack_mode::late, {{0, 3200}, {3200, 6400}}},
      {ack_mode::lost, {{0, 3200}}},
      {ack_mode::shrinking, {{0, 3200}, {1600, 1600}}},
      {ack_mode::jumping, {{0, 3200}, {3200, 6400 + 1024 * 1024}}},
      {ack_mode::inclusive, {{0, 3199}, {3200, 6399}}},
      {ack_mode::merged, {{0, 6400}}},
      {ack_mode::again, {{0, 3200}, {3200, 6400}}},
  };
  start();
  for (auto const& [mode, expected] : cases) {
    auto faults = with_acks(mode);
    faults.ack_delay = std::chrono::milliseconds(mode == ack_mode::late ? 20 : 0);
    emulator->set_faults(faults);
    client.reset();
    connect();
    client.send(message(0));
    client.send(message(1));
    if (mode == ack_mode::late) {
      EXPECT_EQ(client.receive("audio_chunk")->at("data")["byte_range"], expected[0]);
      EXPECT_EQ(client.receive("audio_chunk")->at("data")["byte_range"], expected[1]);
      continue;
    }
    client.stop();
    EXPECT_EQ(ranges(), expected) << static_cast<int>(mode);
    EXPECT_EQ(emulator->audio(id), coded(0, 1600));
  }
}

TEST_F(emulator_faults, refuses_every_nth_message) {
  start_with(with_acks(ack_mode::nack));
  connect();
  EXPECT_EQ(ranges_of(3), (std::vector<json>{{0, 3200}, {3200, 6400}}));
  EXPECT_EQ(emulator->audio(id), message(0) + message(2));
}

TEST_F(emulator_faults, closes_right_after_the_handshake) {
  testing::faults faults;
  faults.on_open.times = 2;
  faults.on_open.code = 4500;
  faults.on_open.reason = "no";
  start_with(faults);
  init();
  for (int i = 0; i < 2; ++i) {
    reconnect();
    EXPECT_FALSE(client.receive());
    EXPECT_EQ(client.close_code(), 4500);
  }
  reconnect();
  EXPECT_EQ(ranges_of(1).size(), 1u);
}

TEST_F(emulator_faults, loses_a_stop) {
  testing::faults faults;
  faults.on_stop.times = 1;
  faults.on_stop.how = ending::fin;
  start_with(faults);
  connect();
  client.stop();
  EXPECT_FALSE(client.receive("stop_recording"));
  EXPECT_EQ(call("GET", "/v2/live/" + id).parsed()["status"], "processing");
  reconnect();
  client.stop();
  EXPECT_TRUE(client.receive("stop_recording"));
  client.drain();
  EXPECT_EQ(client.close_code(), 1000);
}

TEST_F(emulator_faults, ignores_a_stop) {
  testing::faults faults;
  faults.ignore_stop = true;
  start_with(faults);
  connect();
  client.stop();
  client.send(message(0));
  EXPECT_TRUE(client.receive("audio_chunk"));
}

TEST_F(emulator_faults, sends_everything_but_never_closes) {
  testing::faults faults;
  faults.never_close = true;
  start_with(faults);
  connect({{"messages_config", {{"receive_lifecycle_events", true}}}});
  client.stop();
  EXPECT_TRUE(client.receive("end_session"));
  EXPECT_TRUE(wait_for_job("done"));
  EXPECT_TRUE(report().connections[0].open);
}

TEST_F(emulator_faults, ignores_pings) {
  testing::faults faults;
  faults.ignore_pings = true;
  start_with(faults);
  connect();
  client.ping();
  client.send(message(0));
  EXPECT_TRUE(client.receive("audio_chunk"));
  EXPECT_EQ(client.pongs, 0);
  EXPECT_EQ(report().connections[0].pings, 1u);
}

TEST_F(emulator_faults, ignores_a_close) {
  testing::faults faults;
  faults.ignore_close = true;
  start_with(faults);
  connect();
  auto closing = std::async(std::launch::async, [this] { return client.close(1000); });
  std::optional<testing::session_report> heard;
  for (int i = 0; i < 1000 && !heard; ++i) {
    heard = emulator->wait_until(  // again and again: what is ignored wakes nobody
        id,
        [](auto const& r) {
          return r.total(&testing::connection_report::client_close_code) == 1000;
        },
        std::chrono::milliseconds(10));
  }
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->connections[0].server_close_code, 0);
  EXPECT_TRUE(heard->connections[0].open);
  testing::cut_plan now;
  now.kind = cut_kind::brutal;
  now.how = ending::fin;
  emulator->cut(id, now);
  EXPECT_EQ(closing.get(), asio::error::eof) << "without an answer";
}

TEST_F(emulator_faults, stops_reading) {
  testing::faults faults;
  faults.stop_reading_after = 3200;
  start_with(faults);
  connect();
  client.send(message(0));
  EXPECT_TRUE(client.receive("audio_chunk"));
  client.send(message(1));
  emulator->set_faults({});  // the link is not read again
  EXPECT_EQ(report().connections[0].bytes, 3200u);
}

TEST_F(emulator_faults, reads_slowly) {
  testing::faults faults;
  faults.read_size = 100;
  faults.read_delay = std::chrono::milliseconds(1);
  start_with(faults);
  connect();
  EXPECT_EQ(ranges_of(1).size(), 1u);
}

TEST_F(emulator_faults, refuses_resets_and_halves_handshakes) {
  testing::faults faults;
  testing::http_fault busy;
  busy.route = testing::route::upgrade;
  busy.status = 429;
  auto reset = busy;
  reset.action = testing::http_action::reset;
  auto half = busy;
  half.action = testing::http_action::half_answer;
  faults.http = {busy, reset, half};
  start_with(faults);
  init();
  EXPECT_TRUE(client.open(socket_url));
  EXPECT_EQ(client.status, 429);
  for (int i = 0; i < 2; ++i) {
    client.reset();
    EXPECT_TRUE(client.open(socket_url));
  }
  reconnect();
  EXPECT_EQ(ranges_of(1).size(), 1u);
}

TEST_F(emulator_faults, injects_messages_of_every_kind) {
  using kind = testing::injection::kind;
  testing::faults faults;
  faults.injections = {{0, kind::text, R"({"type":"novelty"})"},
                       {3200, kind::binary, R"({"type":"bytes"})"},
                       {3200, kind::text, std::string(5 << 20, ' ') + R"({"type":"large"})"},
                       {3200, kind::raw_bytes, std::string(16, '\xff')}};
  start_with(faults);
  connect();
  EXPECT_EQ(client.receive()->at("type"), "novelty");
  client.send(silence(0.1));
  EXPECT_TRUE(client.receive("audio_chunk"));
  EXPECT_TRUE(client.receive("bytes"));
  EXPECT_TRUE(client.receive("large"));
  EXPECT_FALSE(client.receive());
  EXPECT_EQ(client.end.category().name(), std::string("boost.beast.websocket"));
}

TEST_F(emulator_faults, injects_a_message_while_running) {
  start();
  connect();
  emulator->inject(id, {0, testing::injection::kind::text, R"({"type":"now"})"});
  EXPECT_TRUE(client.receive("now"));
}

TEST_F(emulator_faults, waits_in_vain_no_longer_than_told) {
  start();
  EXPECT_FALSE(
      emulator->wait_until([](auto const&) { return true; }, std::chrono::milliseconds(1)));
}

}  // namespace
}  // namespace gladia::test
