#include <gladia/audio/convert.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace convert_tests {
namespace {

using namespace gladia::audio;
using pcm_samples = std::vector<std::int16_t>;

// They can be used for tables at compile time.
static_assert(float_to_int16(0.5) == 16384);

TEST(convert, clips_floats_at_both_ends) {
  auto const infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(float_to_int16(1), 32767);
  EXPECT_EQ(float_to_int16(-1), -32768);
  EXPECT_EQ(float_to_int16(1.5), 32767);
  EXPECT_EQ(float_to_int16(-1.5), -32768);
  EXPECT_EQ(float_to_int16(1e300), 32767);
  EXPECT_EQ(float_to_int16(infinity), 32767);
  EXPECT_EQ(float_to_int16(-infinity), -32768);
}

TEST(convert, makes_silence_of_what_is_no_number) {
  EXPECT_EQ(float_to_int16(std::numeric_limits<double>::quiet_NaN()), 0);
  EXPECT_EQ(float_to_int16(-std::numeric_limits<double>::quiet_NaN()), 0);
  EXPECT_EQ(float_to_int16(std::numeric_limits<double>::denorm_min()), 0);
  EXPECT_EQ(float_to_int16(-0.0), 0);
}

TEST(convert, rounds_floats_to_the_nearest_value_and_halves_upwards) {
  EXPECT_EQ(float_to_int16(0.49 / 32768), 0);
  EXPECT_EQ(float_to_int16(0.5 / 32768), 1);
  EXPECT_EQ(float_to_int16(-0.5 / 32768), 0);
  EXPECT_EQ(float_to_int16(-0.51 / 32768), -1);
  EXPECT_EQ(float_to_int16(32766.5 / 32768), 32767);
  EXPECT_EQ(float_to_int16(-32767.51 / 32768), -32768);
}

TEST(convert, gives_16_bits_back_as_they_were) {
  for (int sample = -32768; sample <= 32767; ++sample) {
    ASSERT_EQ(float_to_int16(double{static_cast<float>(sample) / 32768}), sample);
    ASSERT_EQ(int32_to_int16(sample * 65536), sample);
    std::uint8_t const bytes[] = {0, static_cast<std::uint8_t>(sample & 0xff),
                                  static_cast<std::uint8_t>(sample >> 8 & 0xff)};
    ASSERT_EQ(int24_to_int16(bytes), sample);
  }
}

TEST(convert, rounds_32_bits_and_clips_what_would_round_beyond_the_range) {
  EXPECT_EQ(int32_to_int16(0x7fff), 0);
  EXPECT_EQ(int32_to_int16(0x8000), 1);
  EXPECT_EQ(int32_to_int16(-0x8000), 0);
  EXPECT_EQ(int32_to_int16(-0x8001), -1);
  EXPECT_EQ(int32_to_int16(std::numeric_limits<std::int32_t>::max()), 32767);
  EXPECT_EQ(int32_to_int16(std::numeric_limits<std::int32_t>::min()), -32768);
}

TEST(convert, reads_24_bits_from_three_bytes_the_lowest_first) {
  std::array<std::uint8_t, 15> const bytes{0xff, 0xff, 0x7f,  // the largest
                                           0x00, 0x00, 0x80,  // the smallest
                                           0x80, 0x00, 0x00,  // a half
                                           0x7f, 0x34, 0x12,  //
                                           0xff, 0xff, 0xff};
  pcm_samples out(5);
  int24_to_int16(bytes.data(), 5, out.data());
  EXPECT_EQ(out, (pcm_samples{32767, -32768, 1, 0x1234, 0}));
}

TEST(convert, takes_8_bits_as_unsigned) {
  std::array<std::uint8_t, 5> const bytes{0, 127, 128, 129, 255};
  pcm_samples out(5);
  uint8_to_int16(bytes.data(), 5, out.data());
  EXPECT_EQ(out, (pcm_samples{-32768, -256, 0, 256, 32512}));
}

TEST(convert, converts_many_samples_at_once) {
  std::array<float, 3> const floats{0.25F, -2.0F, std::nanf("")};
  std::array<double, 3> const doubles{0.25, -2.0, std::nan("")};
  std::array<std::int32_t, 3> const integers{0x20000000, -0x7fffffff - 1, 0};
  for (int i = 0; i < 3; ++i) {
    pcm_samples out(3);
    if (i == 0) float_to_int16(floats.data(), 3, out.data());
    if (i == 1) float_to_int16(doubles.data(), 3, out.data());
    if (i == 2) int32_to_int16(integers.data(), 3, out.data());
    EXPECT_EQ(out, (pcm_samples{8192, -32768, 0})) << i;
  }
}

TEST(convert, interleaves_tracks_sample_by_sample) {
  std::array<float, 2> left{1, 2};
  std::array<float, 2> right{10, 20};
  std::array<float, 2> centre{100, 200};
  float* const tracks[] = {left.data(), right.data(), centre.data()};  // as devices give them
  std::vector<float> out(6);
  interleave(tracks, 3, 2, out.data());
  EXPECT_EQ(out, (std::vector<float>{1, 10, 100, 2, 20, 200}));
}

TEST(convert, mixes_to_the_mean_without_clipping) {
  pcm_samples const stereo{32767, 32767, -32768, -32768, 32767, -32768, 1, 2, -1, -2, 100, 0};
  pcm_samples out(6);
  downmix(stereo.data(), 6, 2, out.data());
  EXPECT_EQ(out, (pcm_samples{32767, -32768, 0, 2, -1, 50})) << "halves go upwards";
  pcm_samples const three{3, 4, 4, -3, -4, -4};
  out.resize(2);
  downmix(three.data(), 2, 3, out.data());
  EXPECT_EQ(out, (pcm_samples{4, -4}));
}

TEST(convert, mixes_within_one_buffer) {
  pcm_samples mixed{2, 4, 6, 8, -10, -20};
  downmix(mixed.data(), 3, 2, mixed.data());
  EXPECT_EQ(mixed, (pcm_samples{3, 7, -15, 8, -10, -20}));
  downmix(mixed.data(), 3, 1, mixed.data());
  EXPECT_EQ(mixed, (pcm_samples{3, 7, -15, 8, -10, -20}));
}

}  // namespace
}  // namespace convert_tests
