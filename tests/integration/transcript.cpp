#include <gladia/live/transcript.hpp>

#include <support/emulator_fixture.hpp>
#include <support/live_fixture.hpp>
#include <support/scripted_server.hpp>

namespace {

using namespace gladia::test;
using gladia::live::transcript_line;
namespace emulation = gladia::testing;
namespace live = gladia::live;

/// What is folded together of a session that loses its link within speech.
struct a_transcript : live_fixture, testing::WithParamInterface<emulation::resume_policy> {
  static constexpr double bytes_per_second = 32'000;
  live::transcript_view view;

  void SetUp() override {
    live_fixture::SetUp();
    emulator_options.words = emulation::word_source::automatic;
    for (int i = 0; i < 20; ++i) emulator_options.script += "line " + std::to_string(i) + "\n";
    emulator_options.faults.resume = GetParam();
    auto& cuts = emulator_options.faults.cuts;
    cuts.every = 96'000;
    cuts.kind = emulation::cut_kind::brutal;
    cuts.times = 1;
    cuts.unacknowledged = 32'000;
    on_event = [this](live::event const& e) { view.add(e); };
  }
  static std::string speech() {
    std::string audio;
    for (int i = 0; i < 10; ++i) {
      audio += gladia::test::tone(0.3) + gladia::test::silence(0.5);
    }
    return audio;
  }
  /// Whether the server had heard the beginning of the line before. Unless it forgets that, it
  /// goes on behind what it had heard, and hears again what it had not acknowledged.
  bool is_repeated(transcript_line const& line) const {
    if (GetParam() == emulation::resume_policy::discard) return false;
    auto const heard = report().connections[0].bytes;
    auto const resumed = all<live::connected>()[1].resume_offset;
    return line.utterance.end > static_cast<double>(heard) / bytes_per_second &&
           line.utterance.start < static_cast<double>(2 * heard - resumed) / bytes_per_second;
  }
  void transcribe(std::string const& audio) {
    auto const until_cut = emulator_options.faults.cuts.every;
    start();
    ASSERT_TRUE(session->try_send(boost::asio::buffer(audio.data(), until_cut)));
    gladia::test::run_until(io, [&] { return !all<live::disconnected>().empty(); });
    feed(audio.substr(until_cut));
    run_to_end();
    ASSERT_EQ(report().connections.size(), 2u);
  }
};

TEST_P(a_transcript, has_a_line_for_each_utterance_and_marks_each_that_was_heard_twice) {
  transcribe(speech());
  // What was on its way when the link was cut may be missing.
  EXPECT_EQ(view.lines().size(), all<gladia::transcript>().size());
  int repeated = 0;
  for (auto const& line : view.lines()) {
    if (!is_repeated(line)) continue;
    EXPECT_TRUE(line.maybe_repeated) << line.text() << " at " << line.utterance.start;
    ++repeated;
  }
  EXPECT_EQ(repeated > 0, GetParam() != emulation::resume_policy::discard);
}

TEST_P(a_transcript, marks_an_utterance_that_the_loss_of_the_link_interrupted) {
  request.maximum_duration_without_endpointing = 60;
  transcribe(gladia::test::tone(3.5) + gladia::test::silence(1));
  ASSERT_EQ(view.lines().size(), 1u);
  auto const& line = view.lines()[0];
  auto const again = all<live::connected>()[1];
  EXPECT_LT(line.utterance.start, again.repeated_from);
  EXPECT_TRUE(line.maybe_repeated);
}

INSTANTIATE_TEST_SUITE_P(policies, a_transcript,
                         testing::Values(emulation::resume_policy::count,
                                         emulation::resume_policy::discard,
                                         emulation::resume_policy::restart));

}  // namespace
