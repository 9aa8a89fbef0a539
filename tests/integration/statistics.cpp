#include <gladia/live/summary.hpp>

#include <set>
#include <support/heard_spans.hpp>
#include <support/live_fixture.hpp>
#include <support/scripted_server.hpp>
#include <tuple>

namespace {

using namespace std::chrono_literals;
using namespace gladia::test;
using gladia::live::completeness;
namespace live = gladia::live;
namespace emulation = gladia::testing;
using emulation::connection_report;

/// What a session counted, beside what the server saw.
struct statistics : live_fixture {
  std::string const audio = position_coded_audio(300'000);
  std::chrono::steady_clock::time_point const began = std::chrono::steady_clock::now();

  live::statistics const& run_whole() {
    start();
    feed(audio);
    run_to_end();
    EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
    return end->stats;
  }
  template <class Condition>
  void run_until(Condition is_met) {
    gladia::test::run_until(io, [&] { return end || is_met(session->stats()); });
  }
  /// Whether it lies within the life of the test.
  void expect_sane(live::latency const& measured) const {
    auto const life = std::chrono::steady_clock::now() - began;
    EXPECT_GT(measured.count, 0u);
    EXPECT_GT(measured.last, 0us);
    EXPECT_LE(measured.last, life);
    EXPECT_LE(measured.p50, measured.p95);
    EXPECT_LE(measured.p95, life * 11 / 10) << "within 10 %";
  }
};

TEST_F(statistics, of_an_undisturbed_session_are_those_of_the_server) {
  auto const& s = run_whole();
  EXPECT_EQ(s.bytes_accepted, audio.size());
  EXPECT_EQ(s.bytes_sent, report().total(&connection_report::bytes));
  EXPECT_EQ(s.bytes_replayed, 0u);
  EXPECT_EQ(s.bytes_acknowledged, report().total(&connection_report::acknowledged));
  EXPECT_EQ(s.bytes_dropped + s.bytes_buffered + s.bytes_unsent + s.events_dropped, 0u);
  EXPECT_EQ(s.messages_received, report().total(&connection_report::messages_sent));
  EXPECT_EQ(s.connections, 1);
  expect_sane(s.ack_round_trip);
  EXPECT_LE(s.ack_round_trip.count, report().total(&connection_report::binary_frames));
}

TEST_F(statistics, count_the_keep_alives_that_the_server_saw) {
  options.keep_alive_after = 20ms;
  options.keep_alive_interval = 20ms;
  start();
  run_until([](live::statistics const& s) { return s.keep_alives_sent >= 3; });
  session->stop();
  run_to_end();
  EXPECT_GE(end->stats.keep_alives_sent, 3u);
  EXPECT_EQ(end->stats.keep_alives_sent, report().total(&connection_report::keep_alives));
  EXPECT_EQ(report().bytes, 0u) << "a keep-alive is no audio";
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
}

TEST_F(statistics, measure_the_round_trip_of_a_server_that_takes_its_time) {
  emulator_options.faults.acks = emulation::ack_mode::late;
  emulator_options.faults.ack_delay = 200ms;
  start();
  ASSERT_TRUE(session->try_send(boost::asio::buffer(audio)));
  run_until([&](live::statistics const& s) { return s.bytes_acknowledged == audio.size(); });
  session->stop();
  run_to_end();
  auto const& s = end->stats;
  EXPECT_EQ(s.bytes_acknowledged, audio.size());
  expect_sane(s.ack_round_trip);
  EXPECT_GE(s.ack_round_trip.last, 200ms);
  EXPECT_GE(s.ack_round_trip.p50, 180ms) << "within 10 %";
}

TEST_F(statistics, measure_each_utterance_once) {
  emulator_options.script =
      R"([{"text": "one two three", "start": 0.2, "end": 2.9},
          {"text": "four five six", "start": 3.2, "end": 5.9}])";
  request.messages_config.receive_partial_transcripts = true;
  auto const& s = run_whole();
  std::set<std::string> seen;
  for (auto const& t : all<gladia::transcript>()) {
    if (!t.data.is_final) seen.insert(t.data.id);
  }
  EXPECT_EQ(seen.size(), 2u) << "an utterance is longer than a message";
  EXPECT_EQ(s.first_partial.count, seen.size());
  EXPECT_EQ(s.final_transcript.count, report().said.size());
  expect_sane(s.first_partial);
  expect_sane(s.final_transcript);
}

/// Cuts as they come, with more or less in flight.
struct statistics_of_cuts
    : statistics,
      ::testing::WithParamInterface<std::tuple<emulation::cut_kind, emulation::resume_policy>> {};

TEST_P(statistics_of_cuts, are_those_of_the_server) {
  auto& faults = emulator_options.faults;
  std::tie(faults.cuts.kind, faults.resume) = GetParam();
  faults.cuts.every = 45'000;
  faults.cuts.times = 3;
  auto const& s = run_whole();

  EXPECT_EQ(s.connections, static_cast<int>(report().connections.size()));
  EXPECT_EQ(s.connections, 4);
  EXPECT_EQ(s.bytes_accepted, audio.size());
  EXPECT_EQ(s.bytes_acknowledged, audio.size());
  EXPECT_EQ(s.bytes_sent - s.bytes_replayed, audio.size()) << "each byte is new once";
  auto const taken = report().total(&connection_report::bytes);
  EXPECT_GE(s.bytes_sent, taken);
  EXPECT_LE(s.messages_received, report().total(&connection_report::messages_sent));

  // What each link was sent begins where it resumed, and what is sent again is what was sent.
  std::uint64_t replayed = 0;
  auto const links = all<live::connected>();
  for (auto const& link : links) replayed += link.replayed_to - link.resume_offset;
  EXPECT_LE(s.bytes_replayed, replayed) << "a link may be lost before it is sent everything again";
  auto const heard = heard_spans(*server, audio);
  expect_no_gap(heard, audio);
  std::uint64_t heard_twice = 0;
  for (std::size_t i = 1; i < heard.size(); ++i) {
    heard_twice += heard[i - 1].end - heard[i].begin;
  }
  EXPECT_GE(s.bytes_replayed, heard_twice);
  expect_sane(s.ack_round_trip);
}

INSTANTIATE_TEST_SUITE_P(
    all, statistics_of_cuts,
    ::testing::Combine(::testing::Values(emulation::cut_kind::clean, emulation::cut_kind::brutal),
                       ::testing::Values(emulation::resume_policy::count,
                                         emulation::resume_policy::discard)),
    [](auto const& given) {
      return std::string(std::get<0>(given.param) == emulation::cut_kind::clean ? "clean"
                                                                                : "brutal") +
             (std::get<1>(given.param) == emulation::resume_policy::count ? "_count" : "_discard");
    });

}  // namespace
