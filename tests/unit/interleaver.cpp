#include <gladia/audio/interleaver.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace interleaver_tests {
namespace {

using namespace std::chrono_literals;
using boost::asio::buffer;
using gladia::audio_encoding;
using gladia::audio_format;
using gladia::audio::interleaver;
using gladia::audio::interleaver_options;

audio_format const telephone{audio_encoding::ulaw, 8, 8000, 1};
// One sample is one millisecond.
audio_format const slow{audio_encoding::pcm, 8, 1000, 1};

std::string taken(interleaver& legs) {
  std::string all;
  for (auto piece = legs.take(); piece.size() > 0; piece = legs.take()) {
    all.append(static_cast<char const*>(piece.data()), piece.size());
  }
  return all;
}

/// One channel of what was taken; silence as dots.
std::string channel(std::string const& all, std::size_t number, std::size_t channels = 2) {
  std::string samples;
  for (auto at = number; at < all.size(); at += channels) {
    samples += all[at] == '\x80' ? '.' : all[at];
  }
  return samples;
}

TEST(interleaver, says_what_comes_out_of_it) {
  interleaver const legs(telephone, 2);
  EXPECT_EQ(legs.format().encoding, audio_encoding::ulaw);
  EXPECT_EQ(legs.format().bit_depth, 8);
  EXPECT_EQ(legs.format().sample_rate, 8000);
  EXPECT_EQ(legs.format().channels, 2);
}

TEST(interleaver, gives_out_what_every_track_has) {
  interleaver legs(slow, 2);
  EXPECT_EQ(taken(legs), "");
  EXPECT_EQ(legs.add(0, 0ms, buffer("abcd", 4)), 0u);
  EXPECT_EQ(taken(legs), "");
  EXPECT_EQ(legs.add(1, 0ms, buffer("AB", 2)), 0u);
  EXPECT_EQ(taken(legs), "aAbB");
  EXPECT_EQ(legs.add(1, 2ms, buffer("CDE", 3)), 0u);
  EXPECT_EQ(taken(legs), "cCdD");
}

TEST(interleaver, keeps_samples_of_several_bytes_together) {
  interleaver legs({audio_encoding::pcm, 24, 1000, 1}, 3);
  legs.add(2, buffer("mnoMNO", 6));
  legs.add(0, buffer("abcABC", 6));
  legs.add(1, buffer("xyzXYZ", 6));
  EXPECT_EQ(taken(legs), "abcxyzmnoABCXYZMNO");
}

TEST(interleaver, places_audio_without_a_time_behind_what_is_there) {
  interleaver legs(slow, 2);
  legs.add(0, buffer("ab", 2));
  legs.add(0, buffer("cd", 2));
  legs.add(1, buffer("ABCD", 4));
  EXPECT_EQ(taken(legs), "aAbBcCdD");
}

TEST(interleaver, puts_silence_where_a_track_has_not_begun_or_has_a_gap) {
  interleaver legs(slow, 2, {500ms, 0ms});
  legs.add(0, 0ms, buffer("abcdefgh", 8));
  legs.add(1, 3ms, buffer("DE", 2));
  legs.add(1, 7ms, buffer("H", 1));
  auto const all = taken(legs);
  EXPECT_EQ(channel(all, 0), "abcdefgh");
  EXPECT_EQ(channel(all, 1), "...DE..H");
}

TEST(interleaver, knows_the_silence_of_each_encoding) {
  std::vector<std::pair<audio_format, std::string>> const silences = {
      {{audio_encoding::alaw, 8, 8000, 1}, "\xd5"},
      {{audio_encoding::ulaw, 8, 8000, 1}, "\xff"},
      {{audio_encoding::pcm, 8, 8000, 1}, "\x80"},
      {{audio_encoding::pcm, 16, 8000, 1}, std::string(2, '\0')},
      {{audio_encoding::pcm, 24, 8000, 1}, std::string(3, '\0')},
      {{audio_encoding::pcm, 32, 8000, 1}, std::string(4, '\0')}};
  for (auto const& [format, silence] : silences) {
    interleaver legs(format, 2);
    std::string const sample(silence.size(), 'a');
    legs.add(0, buffer(sample));
    legs.finish();
    EXPECT_EQ(taken(legs), sample + silence);
  }
}

TEST(interleaver, pads_a_track_that_another_has_left_too_far_behind) {
  interleaver legs(slow, 2, {5ms, 0ms});
  legs.add(0, 0ms, buffer("abcdefgh", 8));
  auto all = taken(legs);
  EXPECT_EQ(channel(all, 0), "abc");
  EXPECT_EQ(channel(all, 1), "...");
  EXPECT_EQ(legs.add(1, 1ms, buffer("BCDE", 4)), 2u) << "the place of B and C was given away";
  all = taken(legs);
  EXPECT_EQ(channel(all, 0), "de");
  EXPECT_EQ(channel(all, 1), "DE");
}

TEST(interleaver, decides_what_is_too_far_behind_only_when_audio_is_taken) {
  interleaver legs(slow, 2, {5ms, 0ms});
  legs.add(0, 0ms, buffer("abcdefgh", 8));
  EXPECT_EQ(legs.add(1, 0ms, buffer("ABCDEFGH", 8)), 0u);
  EXPECT_EQ(channel(taken(legs), 1), "ABCDEFGH");
}

TEST(interleaver, drops_what_a_track_has_already) {
  interleaver legs(slow, 1, {500ms, 0ms});
  legs.add(0, 0ms, buffer("abcd", 4));
  EXPECT_EQ(legs.add(0, 2ms, buffer("cdef", 4)), 2u);
  EXPECT_EQ(legs.add(0, 1ms, buffer("bc", 2)), 2u);
  EXPECT_EQ(taken(legs), "abcdef");
}

TEST(interleaver, joins_what_is_apart_by_no_more_than_the_tolerance) {
  interleaver legs(slow, 1, {500ms, 2ms});
  legs.add(0, 0ms, buffer("ab", 2));
  EXPECT_EQ(legs.add(0, 4ms, buffer("cd", 2)), 0u);
  EXPECT_EQ(legs.add(0, 2ms, buffer("ef", 2)), 0u);
  EXPECT_EQ(channel(taken(legs), 0, 1), "abcdef");
  legs.add(0, 9ms, buffer("g", 1));
  EXPECT_EQ(legs.add(0, 7ms, buffer("hijk", 4)), 3u) << "now exact again";
  EXPECT_EQ(channel(taken(legs), 0, 1), "...gk");
}

TEST(interleaver, takes_empty_audio_with_a_time_for_silence) {
  interleaver legs(slow, 2);
  legs.add(0, 0ms, buffer("ab", 2));
  EXPECT_EQ(legs.add(0, 30ms, {}), 0u);
  legs.add(1, 30ms, {});
  EXPECT_EQ(channel(taken(legs), 0), "ab" + std::string(28, '.'));
}

TEST(interleaver, gives_out_the_rest_at_the_end) {
  interleaver legs(slow, 2, {500ms, 0ms});
  legs.add(0, 0ms, buffer("abc", 3));
  legs.add(1, 0ms, buffer("A", 1));
  legs.finish();
  EXPECT_EQ(legs.add(1, 1ms, buffer("BCDE", 4)), 2u) << "its end was settled";
  auto const all = taken(legs);
  EXPECT_EQ(channel(all, 0), "abc");
  EXPECT_EQ(channel(all, 1), "A..");
}

TEST(interleaver, drops_and_reports_what_it_cannot_place) {
  interleaver legs({audio_encoding::pcm, 16, 1000, 1}, 2);
  EXPECT_EQ(legs.add(2, 0ms, buffer("ab", 2)), 2u) << "there is no such track";
  EXPECT_EQ(legs.add(2, buffer("ab", 2)), 2u);
  EXPECT_EQ(legs.add(0, 0ms, buffer("abc", 3)), 1u) << "an incomplete sample";
  EXPECT_EQ(legs.add(1, buffer("x", 1)), 1u);
}

TEST(interleaver, keeps_no_more_than_a_minute_that_nobody_takes) {
  interleaver legs(slow, 2);
  std::string const second(1000, 'a');
  for (int i = 0; i < 60; ++i) ASSERT_EQ(legs.add(0, buffer(second)), 0u);
  EXPECT_EQ(legs.add(0, buffer("a", 1)), 1u);
  EXPECT_EQ(legs.add(1, buffer("a", 1)), 0u);
  EXPECT_EQ(taken(legs).size(), 2 * 59'500u);
  EXPECT_EQ(legs.add(0, buffer(second)), 0u);
}

TEST(interleaver, gives_out_a_long_gap_in_messages) {
  interleaver legs(telephone, 2);
  legs.add(0, 0ms, buffer("a", 1));
  legs.add(0, std::chrono::hours(1), buffer("b", 1));
  legs.finish();
  std::uint64_t bytes = 0;
  for (auto piece = legs.take(); piece.size() > 0; piece = legs.take()) {
    ASSERT_LE(piece.size(), 16'000u);
    bytes += piece.size();
  }
  EXPECT_EQ(bytes, 2u * (3600 * 8000 + 1));
}

TEST(interleaver, drops_what_has_the_time_of_another_clock) {
  interleaver legs(slow, 2);
  EXPECT_EQ(legs.add(0, std::chrono::hours(1) + 1ms, buffer("a", 1)), 1u);
  EXPECT_EQ(legs.add(0, std::chrono::nanoseconds::max(), buffer("a", 1)), 1u);
  EXPECT_EQ(legs.add(1, std::chrono::hours(1), {}), 0u);
  EXPECT_EQ(legs.add(0, std::chrono::hours(2), buffer("a", 1)), 0u) << "a long silence of all";
}

TEST(interleaver, counts_times_of_before_the_beginning_as_0) {
  interleaver legs(slow, 1);
  EXPECT_EQ(legs.add(0, -5ms, buffer("ab", 2)), 0u);
  EXPECT_EQ(taken(legs), "ab");
}

TEST(interleaver, keeps_what_was_taken_while_more_is_added) {
  interleaver legs(slow, 1);
  legs.add(0, buffer("ab", 2));
  auto const piece = legs.take();
  legs.add(0, buffer("cd", 2));
  legs.finish();
  EXPECT_EQ(std::string(static_cast<char const*>(piece.data()), piece.size()), "ab");
}

/// Legs that lose, repeat, delay and mistime what they bring: a sample is a number, which says
/// where it comes from.
struct careless_legs {
  static constexpr std::size_t count = 3;
  struct sent_sample {
    std::uint16_t number;
    std::int64_t at;  // its frame, by the time it was added with
  };

  explicit careless_legs(unsigned seed) : random(seed) {}

  void add_a_piece() {
    auto const track = below(count);
    auto& next = position[track];
    if (below(10) == 0) next += below(80);                  // lost
    if (below(10) == 0) next -= std::min(next, below(60));  // again
    if (below(20) == 0) next += below(20);                  // drift
    auto const jitter = static_cast<std::int64_t>(below(13)) - 6;
    auto const at = std::max(std::int64_t{0}, static_cast<std::int64_t>(next) + jitter);
    std::string bytes;
    std::vector<sent_sample> samples;
    for (std::size_t i = 0, size = below(40); i < size; ++i) {
      numbers[track] = static_cast<std::uint16_t>(numbers[track] % 60'000 + 1);  // 0 is silence
      samples.push_back({numbers[track], at + static_cast<std::int64_t>(i)});
      bytes += static_cast<char>(numbers[track] & 0xff);
      bytes += static_cast<char>(numbers[track] >> 8);
    }
    next += samples.size();
    auto const dropped = legs.add(track, std::chrono::milliseconds(at), buffer(bytes));
    ASSERT_EQ(dropped % 2, 0u);
    ASSERT_LE(dropped, bytes.size());
    auto const kept = samples.begin() + static_cast<std::ptrdiff_t>(dropped / 2);
    expected[track].insert(expected[track].end(), kept, samples.end());
    furthest = std::max(furthest, expected[track].empty() ? 0 : expected[track].back().at);
  }
  void take() { all += taken(legs); }

  std::size_t below(std::size_t limit) { return random() % limit; }

  std::mt19937 random;
  interleaver legs{{audio_encoding::pcm, 16, 1000, 1}, count, {100ms, 8ms}};
  std::array<std::size_t, count> position{};
  std::array<std::uint16_t, count> numbers{};
  std::array<std::vector<sent_sample>, count> expected{};
  std::int64_t furthest = 0;
  std::string all;
};

TEST(interleaver, keeps_all_that_it_does_not_report_in_order_and_in_its_place) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    careless_legs test(seed);
    for (int i = 0; i < 400; ++i) {
      test.add_a_piece();
      if (test.below(3) > 0) continue;
      test.take();
      auto const given = static_cast<std::int64_t>(test.all.size() / 2 / careless_legs::count);
      ASSERT_LE(test.furthest - given, 100 + 8) << "more was held back than the skew allows";
    }
    test.legs.finish();
    test.take();
    ASSERT_EQ(test.all.size() % (2 * careless_legs::count), 0u);
    for (std::size_t track = 0; track < careless_legs::count; ++track) {
      auto wanted = test.expected[track].begin();
      for (std::size_t at = 2 * track; at < test.all.size(); at += 2 * careless_legs::count) {
        auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(test.all[i]); };
        int const number = byte(at) | byte(at + 1) << 8;
        if (number == 0) continue;
        ASSERT_NE(wanted, test.expected[track].end()) << "seed " << seed;
        ASSERT_EQ(number, wanted->number) << "seed " << seed;
        auto const frame = static_cast<std::int64_t>(at / 2 / careless_legs::count);
        ASSERT_LE(std::abs(frame - wanted->at), 8) << "seed " << seed;
        ++wanted;
      }
      ASSERT_EQ(wanted, test.expected[track].end()) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace interleaver_tests
