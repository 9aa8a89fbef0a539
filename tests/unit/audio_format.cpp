#include <gladia/model/audio_format.hpp>

#include <gtest/gtest.h>

#include <random>

namespace {

using namespace std::chrono_literals;
using gladia::audio_encoding;
using gladia::audio_format;

TEST(audio_format, is_16_kHz_mono_of_16_bits_unless_said_otherwise) {
  audio_format const format;
  EXPECT_EQ(format.bytes_per_frame(), 2u);
  EXPECT_EQ(format.bytes_per_second(), 32000u);
}

TEST(audio_format, counts_every_channel) {
  audio_format const format{audio_encoding::pcm, 24, 48000, 5};
  EXPECT_EQ(format.bytes_per_frame(), 15u);
  EXPECT_EQ(format.bytes_per_second(), 720'000u);
  EXPECT_EQ(format.whole_frames(44), 30u);
  EXPECT_EQ(format.whole_frames(45), 45u);
}

TEST(audio_format, turns_time_into_bytes_and_back) {
  audio_format const format;
  EXPECT_EQ(format.bytes(100ms), 3200u);
  EXPECT_EQ(format.bytes(-1s), 0u);
  EXPECT_EQ(format.duration(3200), 100ms);
  EXPECT_EQ(format.bytes(24h * 365), 32000ull * 86400 * 365);
}

TEST(audio_format, bytes_are_always_whole_frames) {
  std::mt19937_64 random(3);
  for (int rate : gladia::supported_sample_rates) {
    for (int channels = 1; channels <= gladia::max_channels; ++channels) {
      audio_format const format{audio_encoding::pcm, 24, rate, channels};
      std::chrono::nanoseconds const time(random() % 10'000'000'000);
      auto const bytes = format.bytes(time);
      EXPECT_EQ(bytes, format.whole_frames(bytes));
      EXPECT_LE(format.duration(bytes), time);
      EXPECT_GT(format.duration(bytes + format.bytes_per_frame()) + 1us, time);
    }
  }
}

TEST(audio_format, a_senseless_one_never_divides_by_zero) {
  audio_format const format{audio_encoding::pcm, 0, 0, -1};
  EXPECT_EQ(format.bytes_per_frame(), 1u);
  EXPECT_EQ(format.bytes_per_second(), 1u);
  EXPECT_EQ(format.duration(2), 2s);
  EXPECT_EQ(format.whole_frames(7), 7u);
}

}  // namespace
