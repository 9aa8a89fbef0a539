#include <gladia/live/session.hpp>

#include <algorithm>
#include <support/fault_names.hpp>
#include <support/heard_spans.hpp>
#include <support/live_fixture.hpp>
#include <tuple>

namespace {

using namespace std::chrono_literals;
using namespace gladia::test;
using gladia::audio_encoding;
using gladia::audio_format;
using gladia::live::completeness;
namespace live = gladia::live;
namespace emulation = gladia::testing;

struct named_format {
  char const* name;
  audio_format format;

  friend void PrintTo(named_format const& f, std::ostream* out) { *out << f.name; }
};
named_format const formats[] = {
    {"mono_16_bit", {audio_encoding::pcm, 16, 16000, 1}},
    {"mono_24_bit", {audio_encoding::pcm, 24, 16000, 1}},
    {"three_channels_16_bit", {audio_encoding::pcm, 16, 16000, 3}},
    {"ulaw_8_khz", {audio_encoding::ulaw, 8, 8000, 1}},
};

/// The server takes nothing more, acknowledges what it has, and ends the link.
struct a_session_cut_clean
    : live_fixture,
      ::testing::WithParamInterface<std::tuple<named_format, emulation::ending>> {};

TEST_P(a_session_cut_clean, delivers_every_byte_once) {
  auto const& [format, how] = GetParam();
  request.audio = format.format;
  emulator_options.faults.cuts.how = how;
  // A message has a second of audio at most.
  emulator_options.faults.cuts.every = request.audio.bytes(2s);
  emulator_options.faults.cuts.times = 2;
  auto const audio = position_coded_audio(request.audio.bytes(10s));
  start();
  feed(audio, 3203);  // not whole frames
  run_to_end();
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
  EXPECT_EQ(end->stats.connections, 3);
  EXPECT_EQ(end->stats.bytes_acknowledged, audio.size());
  EXPECT_TRUE(server->audio(report().id) == audio) << "not the same audio";
  EXPECT_EQ(report().total(&emulation::connection_report::bytes), audio.size()) << "repeats";
  for (auto const& c : report().connections)
    EXPECT_EQ(c.counter % format.format.bytes_per_frame(), 0u);
}

INSTANTIATE_TEST_SUITE_P(formats, a_session_cut_clean,
                         ::testing::Combine(::testing::ValuesIn(formats),
                                            ::testing::Values(emulation::ending::reset,
                                                              emulation::ending::fin,
                                                              emulation::ending::close)),
                         [](auto const& given) {
                           return std::string(std::get<0>(given.param).name) + "_" +
                                  name_of(std::get<1>(given.param));
                         });

/// ... and does not acknowledge each message once.
struct a_session_cut_clean_and_acknowledged : live_fixture,
                                              ::testing::WithParamInterface<emulation::ack_mode> {};

TEST_P(a_session_cut_clean_and_acknowledged, otherwise_delivers_every_byte_once) {
  emulator_options.faults.acks = GetParam();
  emulator_options.faults.cuts.every = 10'000;
  auto const audio = position_coded_audio(320'000);
  start();
  feed(audio, 3200);
  run_to_end();
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
  EXPECT_GT(end->stats.connections, 5);
  EXPECT_TRUE(server->audio(report().id) == audio) << "not the same audio";
  EXPECT_EQ(report().total(&emulation::connection_report::bytes), audio.size()) << "repeats";
}

INSTANTIATE_TEST_SUITE_P(kinds, a_session_cut_clean_and_acknowledged,
                         ::testing::Values(emulation::ack_mode::merged, emulation::ack_mode::again,
                                           emulation::ack_mode::over_cuts),
                         [](auto const& given) { return name_of(given.param); });

/// The link ends with audio and acknowledgements in flight.
struct a_session_cut_brutally
    : live_fixture,
      ::testing::WithParamInterface<std::tuple<emulation::resume_policy, emulation::ending>> {};

TEST_P(a_session_cut_brutally, leaves_no_gap_and_repeats_no_more_than_was_in_flight) {
  auto& faults = emulator_options.faults;
  std::tie(faults.resume, faults.cuts.how) = GetParam();
  faults.cuts.kind = emulation::cut_kind::brutal;
  faults.cuts.every = 40'000;
  faults.cuts.unacknowledged = 15'000;
  faults.cuts.times = 3;
  request.audio = {audio_encoding::pcm, 24, 8000, 1};  // a message has 24000 bytes at most
  auto const audio = position_coded_audio(288'000);
  start();
  feed(audio, 3203);
  run_to_end();
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();

  auto const heard = heard_spans(*server, audio);
  ASSERT_EQ(heard.size(), 4u);
  expect_no_gap(heard, audio);
  auto const links = all<live::connected>();
  ASSERT_EQ(links.size(), heard.size());
  std::size_t repeated = 0;
  for (std::size_t i = 0; i < heard.size(); ++i) {
    EXPECT_EQ(heard[i].begin, links[i].resume_offset);
    EXPECT_EQ(heard[i].begin % 3, 0u) << "not whole frames";
    EXPECT_EQ(heard[i].end % 3, 0u) << "not whole frames";
    if (i == 0) continue;
    EXPECT_GE(links[i].replayed_to, heard[i - 1].end);
    // At worst no acknowledgement of a link came through. What earlier links had in flight is
    // never sent a third time.
    EXPECT_GE(heard[i].begin, heard[i - 1].begin);
    repeated += heard[i - 1].end - heard[i].begin;
  }
  EXPECT_GT(repeated, 0u) << "what was not acknowledged comes again";
  EXPECT_LE(repeated, end->stats.bytes_replayed);
}

INSTANTIATE_TEST_SUITE_P(policies, a_session_cut_brutally,
                         ::testing::Combine(::testing::Values(emulation::resume_policy::count,
                                                              emulation::resume_policy::discard,
                                                              emulation::resume_policy::restart),
                                            ::testing::Values(emulation::ending::reset,
                                                              emulation::ending::fin)),
                         [](auto const& given) {
                           return std::string(name_of(std::get<0>(given.param))) + "_" +
                                  name_of(std::get<1>(given.param));
                         });

/// ... and the server acknowledges in any way. It is cut once where a late range of a server that
/// counts on cannot be told from the first of a new link (ADR 11).
struct a_session_cut_brutally_and_acknowledged
    : live_fixture,
      ::testing::WithParamInterface<std::tuple<emulation::resume_policy, emulation::ack_mode>> {};

TEST_P(a_session_cut_brutally_and_acknowledged, in_any_way_leaves_no_gap) {
  auto& faults = emulator_options.faults;
  std::tie(faults.resume, faults.acks) = GetParam();
  faults.ack_delay = 2ms;
  auto const may_be_late =
      faults.acks == emulation::ack_mode::again || faults.acks == emulation::ack_mode::over_cuts;
  auto const counts_anew = faults.resume == emulation::resume_policy::restart;
  faults.cuts = {40'000, emulation::cut_kind::brutal, emulation::ending::reset};
  faults.cuts.times = may_be_late && !counts_anew ? 1 : 3;
  faults.cuts.unacknowledged = 15'000;
  request.audio = {audio_encoding::pcm, 24, 8000, 1};
  auto const audio = position_coded_audio(288'000);
  start();
  feed(audio, 3203);
  run_to_end();
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
  EXPECT_EQ(end->stats.connections, faults.cuts.times + 1);
  expect_no_gap(heard_spans(*server, audio), audio);
}

INSTANTIATE_TEST_SUITE_P(kinds, a_session_cut_brutally_and_acknowledged,
                         ::testing::Combine(::testing::Values(emulation::resume_policy::count,
                                                              emulation::resume_policy::discard,
                                                              emulation::resume_policy::restart),
                                            ::testing::Values(emulation::ack_mode::lost,
                                                              emulation::ack_mode::merged,
                                                              emulation::ack_mode::again,
                                                              emulation::ack_mode::over_cuts)),
                         [](auto const& given) {
                           return std::string(name_of(std::get<0>(given.param))) + "_" +
                                  name_of(std::get<1>(given.param));
                         });

/// A link is lost, its server refuses two more, and audio goes on coming.
struct a_session_after_an_outage : live_fixture, ::testing::WithParamInterface<named_format> {
  audio_format const& format = request.audio = GetParam().format;
  std::size_t bytes(std::chrono::milliseconds time) const { return format.bytes(time); }

  void SetUp() override {
    live_fixture::SetUp();
    auto& faults = emulator_options.faults;
    faults.cuts.kind = emulation::cut_kind::brutal;
    faults.cuts.every = bytes(1s);
    faults.cuts.unacknowledged = bytes(500ms);
    faults.cuts.times = 1;
    emulation::http_fault fault;
    fault.route = emulation::route::upgrade;
    fault.action = emulation::http_action::serve;
    faults.http = {fault, fault};
    faults.http[1].action = emulation::http_action::answer;
    faults.http[1].times = 2;
  }
};

TEST_P(a_session_after_an_outage, sends_what_has_piled_up_in_small_messages_of_whole_frames) {
  // Some messages of the largest size, or many of a second.
  auto const audio = position_coded_audio(std::max<std::size_t>(bytes(3s), 1'000'000));
  on_event = [&](live::event const& e) {
    if (!std::holds_alternative<live::disconnected>(e)) return;
    if (all<live::disconnected>().size() > 1) return;
    EXPECT_TRUE(session->try_send(boost::asio::buffer(audio) + bytes(2s)));
    session->stop();
  };
  start();
  ASSERT_TRUE(session->try_send(boost::asio::buffer(audio, bytes(2s))));
  run_to_end();
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
  EXPECT_EQ(all<live::disconnected>().size(), 4u) << "the cut, two refusals, the end";
  expect_no_gap(heard_spans(*server, audio), audio);
  auto const links = report().connections;
  ASSERT_EQ(links.size(), 2u);
  EXPECT_GE(links[1].bytes, audio.size() - bytes(1s)) << "that much was not acknowledged";
  for (auto const& link : links) {
    EXPECT_LE(link.largest_frame, std::min<std::size_t>(bytes(1s), 512 * 1024));
    EXPECT_EQ(link.largest_frame % format.bytes_per_frame(), 0u);
    EXPECT_EQ(link.bytes % format.bytes_per_frame(), 0u);
    EXPECT_EQ(link.fragments, 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(
    in, a_session_after_an_outage,
    ::testing::Values(named_format{"mono_16_bit", {audio_encoding::pcm, 16, 16000, 1}},
                      named_format{"seven_channels_24_bit", {audio_encoding::pcm, 24, 48000, 7}},
                      named_format{"eight_channels_32_bit", {audio_encoding::pcm, 32, 48000, 8}}),
    [](auto const& given) { return given.param.name; });

}  // namespace
