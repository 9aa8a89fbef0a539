#include <gladia/live/session.hpp>

#include <support/live_fixture.hpp>
#include <support/stretches.hpp>
#include <tuple>

namespace {

using namespace std::chrono_literals;
using namespace gladia::testing_support;
using gladia::audio_encoding;
using gladia::audio_format;
using gladia::live::completeness;
namespace live = gladia::live;
namespace fake = gladia::testing;

char const* name_of(fake::ending how) {
  return how == fake::ending::reset ? "reset" : how == fake::ending::fin ? "fin" : "close";
}

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
struct a_session_cut_clean : live_fixture,
                             ::testing::WithParamInterface<std::tuple<named_format, fake::ending>> {
};

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
  EXPECT_TRUE(service->audio(report().id) == audio) << "not the same audio";
  EXPECT_EQ(report().total(&fake::connection_report::bytes), audio.size()) << "repeats";
  for (auto const& c : report().connections)
    EXPECT_EQ(c.counter % format.format.bytes_per_frame(), 0u);
}

INSTANTIATE_TEST_SUITE_P(formats, a_session_cut_clean,
                         ::testing::Combine(::testing::ValuesIn(formats),
                                            ::testing::Values(fake::ending::reset,
                                                              fake::ending::fin,
                                                              fake::ending::close)),
                         [](auto const& given) {
                           return std::string(std::get<0>(given.param).name) + "_" +
                                  name_of(std::get<1>(given.param));
                         });

char const* name_of(fake::resume_policy policy) {
  return policy == fake::resume_policy::count     ? "count"
         : policy == fake::resume_policy::discard ? "discard"
                                                  : "restart";
}

/// The link ends with audio and acknowledgements in flight.
struct a_session_cut_brutally
    : live_fixture,
      ::testing::WithParamInterface<std::tuple<fake::resume_policy, fake::ending>> {};

TEST_P(a_session_cut_brutally, leaves_no_gap_and_repeats_no_more_than_was_in_flight) {
  auto& faults = emulator_options.faults;
  std::tie(faults.resume, faults.cuts.how) = GetParam();
  faults.cuts.kind = fake::cut_kind::brutal;
  faults.cuts.every = 40'000;
  faults.cuts.unacknowledged = 15'000;
  faults.cuts.times = 3;
  request.audio = {audio_encoding::pcm, 24, 8000, 1};  // a message has 24000 bytes at most
  auto const audio = position_coded_audio(288'000);
  start();
  feed(audio, 3203);
  run_to_end();
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();

  auto const stretches = stretches_of(*service, audio);
  ASSERT_EQ(stretches.size(), 4u);
  expect_no_gap(stretches, audio);
  auto const links = all<live::connected>();
  ASSERT_EQ(links.size(), stretches.size());
  std::size_t repeated = 0;
  for (std::size_t i = 0; i < stretches.size(); ++i) {
    EXPECT_EQ(stretches[i].begin, links[i].resume_offset);
    EXPECT_EQ(stretches[i].begin % 3, 0u) << "not whole frames";
    EXPECT_EQ(stretches[i].end % 3, 0u) << "not whole frames";
    if (i == 0) continue;
    EXPECT_GE(links[i].replayed_to, stretches[i - 1].end);
    // At worst no acknowledgement of a link came through. What earlier links had in flight is
    // never sent a third time.
    EXPECT_GE(stretches[i].begin, stretches[i - 1].begin);
    repeated += stretches[i - 1].end - stretches[i].begin;
  }
  EXPECT_GT(repeated, 0u) << "what was not acknowledged comes again";
  EXPECT_LE(repeated, end->stats.bytes_replayed);
}

INSTANTIATE_TEST_SUITE_P(
    policies, a_session_cut_brutally,
    ::testing::Combine(::testing::Values(fake::resume_policy::count, fake::resume_policy::discard,
                                         fake::resume_policy::restart),
                       ::testing::Values(fake::ending::reset, fake::ending::fin)),
    [](auto const& given) {
      return std::string(name_of(std::get<0>(given.param))) + "_" +
             name_of(std::get<1>(given.param));
    });

}  // namespace
