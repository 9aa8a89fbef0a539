#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <support/example_fixture.hpp>
#include <support/live_fixture.hpp>
#include <tuple>

namespace {

using namespace gladia::test;
using gladia::test::wav;
namespace emulation = gladia::testing;

struct end_to_end : example_fixture {
  program_outcome transcribe(std::string const& path) {
    options.arguments = arguments({path, "--speed", "0", "--json"});
    return program(example("transcribe_file"), options).wait();
  }
};

TEST_F(end_to_end, ten_minutes_arrive_byte_for_byte_under_a_clean_cut_every_500_kB) {
  emulator_options.faults.cuts.every = 500'000;
  auto const audio = position_coded_audio(10 * 60 * 32'000);
  auto const end = transcribe(wav_file(audio));
  ASSERT_EQ(end.status, 0) << end.err;
  auto const cut = report();

  server.reset();
  emulator_options.faults = {};
  ASSERT_EQ(transcribe(wav_file(audio)).status, 0);
  EXPECT_TRUE(has_heard(audio));
  EXPECT_EQ(cut.bytes, audio.size());
  EXPECT_EQ(cut.sha256, report().sha256);

  auto const summary = objects(end.out).back()["summary"];
  EXPECT_EQ(summary["verdict"], "complete");
  EXPECT_GE(summary["connections"], 35);
  EXPECT_EQ(summary["bytes_acknowledged"], audio.size());
}

/// Frames of 6 bytes, each of which holds its number.
std::string numbered_frames(std::uint32_t count) {
  std::string audio;
  for (std::uint32_t i = 0; i < count; ++i) audio += gladia::test::little_endian(i, 6);
  return audio;
}

struct brutal_cuts
    : end_to_end,
      ::testing::WithParamInterface<std::tuple<emulation::resume_policy, emulation::ending>> {
  gladia::audio_format format;
  std::string audio = numbered_frames(400'000);

  void SetUp() override {
    end_to_end::SetUp();
    format.channels = 2;
    format.bit_depth = 24;
    emulator_options.faults.resume = std::get<emulation::resume_policy>(GetParam());
    auto& cuts = emulator_options.faults.cuts;
    cuts.kind = emulation::cut_kind::brutal;
    cuts.how = std::get<emulation::ending>(GetParam());
    cuts.every = 400'000;
    cuts.unacknowledged = 50'000;
    cuts.times = 5;
  }
};

TEST_P(brutal_cuts, leave_no_gap_and_repeat_only_what_was_not_acknowledged) {
  auto const end = transcribe(file("numbered.wav", wav(format, audio)));
  ASSERT_EQ(end.status, 0) << end.err;
  auto const session = report();
  ASSERT_EQ(session.connections.size(), 6u);

  std::size_t heard = 0;
  std::size_t repeated = 0;
  std::uint64_t unacknowledged = 0;  // on the connection before
  for (std::size_t i = 0; i < session.connections.size(); ++i) {
    auto const received = server->audio(session.id, i);
    ASSERT_EQ(received.size() % 6, 0u) << "not whole frames";
    if (!received.empty()) {
      std::uint32_t number = 0;
      std::memcpy(&number, received.data(), sizeof number);
      auto const from = std::size_t{number} * 6;
      ASSERT_LE(from, heard) << "a gap before connection " << i;
      ASSERT_TRUE(audio.compare(from, received.size(), received) == 0) << "connection " << i;
      repeated += heard - from;
      // A reset may destroy acknowledgements on their way; a close comes behind them. A count that
      // starts anew on a link of less than 10 s is followed late (ADR 11).
      bool const is_followed = emulator_options.faults.resume != emulation::resume_policy::restart;
      if (is_followed && std::get<emulation::ending>(GetParam()) == emulation::ending::close) {
        EXPECT_LE(heard - from, unacknowledged);
      }
      heard = std::max(heard, from + received.size());
    }
    unacknowledged = session.connections[i].bytes - session.connections[i].acknowledged;
  }
  EXPECT_EQ(heard, audio.size());

  auto const summary = objects(end.out).back()["summary"];
  EXPECT_EQ(summary["connections"], 6);
  EXPECT_GE(repeated, 5 * 50'000u) << "the cuts were not brutal";
  EXPECT_LE(repeated, summary["bytes_replayed"].get<std::size_t>());
  auto const acknowledged = summary["bytes_acknowledged"].get<std::size_t>();
  if (emulator_options.faults.resume == emulation::resume_policy::restart) {
    EXPECT_LE(acknowledged, audio.size());
  } else {
    EXPECT_EQ(acknowledged, audio.size());
  }
}

INSTANTIATE_TEST_SUITE_P(
    resuming, brutal_cuts,
    ::testing::Combine(::testing::Values(emulation::resume_policy::count,
                                         emulation::resume_policy::discard,
                                         emulation::resume_policy::restart),
                       ::testing::Values(emulation::ending::reset, emulation::ending::close)),
    [](auto const& run) {
      auto const policy = std::get<emulation::resume_policy>(run.param);
      std::string const name = policy == emulation::resume_policy::count     ? "count"
                               : policy == emulation::resume_policy::discard ? "discard"
                                                                             : "restart";
      return name + (std::get<emulation::ending>(run.param) == emulation::ending::reset ? "_reset"
                                                                                        : "_close");
    });

/// Lower-case words without punctuation.
std::vector<std::string> words_of(std::string text) {
  for (char& c : text) {
    auto const letter = static_cast<unsigned char>(c);
    c = std::isalnum(letter) || c == '\'' ? static_cast<char>(std::tolower(letter)) : ' ';
  }
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

/// How many words must be inserted, removed or replaced to make `said` out of `heard`.
std::size_t word_errors(std::vector<std::string> const& said,
                        std::vector<std::string> const& heard) {
  std::vector<std::size_t> row(heard.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= said.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j < row.size(); ++j) {
      auto const replaced = diagonal + (said[i - 1] == heard[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row.back();
}

TEST(words, are_counted_as_wrong_once) {
  std::vector<std::string> const said = {"a", "b", "c", "d"};
  EXPECT_EQ(word_errors(said, said), 0u);
  EXPECT_EQ(word_errors(said, {"a", "x", "c", "d"}), 1u);
  EXPECT_EQ(word_errors(said, {"a", "c", "d"}), 1u);
  EXPECT_EQ(word_errors(said, {"a", "b", "x", "c", "d"}), 1u);
  EXPECT_EQ(word_errors(said, {}), 4u);
}

TEST_F(end_to_end, at_least_90_percent_of_the_words_of_the_sample_are_right) {
  std::string const folder_of_samples = GLADIA_SOURCE_DIR "/examples/data/";
  options.arguments = {folder_of_samples + "sample.wav", "--speed", "0"};
  auto const end = program(example("transcribe_file"), options).wait();
  ASSERT_EQ(end.status, 0) << end.err;
  if (end.err.find("pocketsphinx") == std::string::npos) {
    GTEST_SKIP() << "no words without PocketSphinx: " << end.err;
  }
  std::string heard;
  for (auto const& line : lines_of(end.out)) heard += line.substr(line.find(']') + 1) + ' ';
  std::ifstream file(folder_of_samples + "sample.txt");
  std::string const text{std::istreambuf_iterator<char>(file), {}};
  auto const said = words_of(text);
  ASSERT_GT(said.size(), 40u);
  EXPECT_LE(word_errors(said, words_of(heard)), said.size() / 10) << heard;
}

}  // namespace
