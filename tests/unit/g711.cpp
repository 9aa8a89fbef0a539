#include <gladia/audio/g711.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <vector>

namespace {

using namespace gladia::audio;

// It can be used for tables at compile time.
static_assert(decode_ulaw(encode_ulaw(1000)) == 988);

int exponent_of(int plain_code) {
  return plain_code >> 4 & 0x07;
}

TEST(alaw, known_vectors) {
  EXPECT_EQ(decode_alaw(0xd5), 8);
  EXPECT_EQ(decode_alaw(0x55), -8);
  EXPECT_EQ(decode_alaw(0xaa), 32256);
  EXPECT_EQ(decode_alaw(0x2a), -32256);
  EXPECT_EQ(decode_alaw(0x80), 5504);
  EXPECT_EQ(encode_alaw(0), 0xd5);
  EXPECT_EQ(encode_alaw(-1), 0x55);
  EXPECT_EQ(encode_alaw(32767), 0xaa);
  EXPECT_EQ(encode_alaw(-32768), 0x2a);
  EXPECT_EQ(encode_alaw(0), alaw_silence);
}

TEST(ulaw, known_vectors) {
  EXPECT_EQ(decode_ulaw(0xff), 0);
  EXPECT_EQ(decode_ulaw(0x7f), 0);
  EXPECT_EQ(decode_ulaw(0x80), 32124);
  EXPECT_EQ(decode_ulaw(0x00), -32124);
  EXPECT_EQ(decode_ulaw(0xce), 988);
  EXPECT_EQ(encode_ulaw(0), 0xff);
  EXPECT_EQ(encode_ulaw(32767), 0x80);
  EXPECT_EQ(encode_ulaw(-32768), 0x00);
  EXPECT_EQ(encode_ulaw(0), ulaw_silence);
}

TEST(alaw, every_code_survives_a_round_trip) {
  std::set<int> values;
  for (int code = 0; code < 256; ++code) {
    auto const value = decode_alaw(static_cast<std::uint8_t>(code));
    EXPECT_EQ(encode_alaw(value), code);
    values.insert(value);
  }
  EXPECT_EQ(values.size(), 256u);
}

TEST(ulaw, every_code_but_minus_zero_survives_a_round_trip) {
  std::set<int> values;
  for (int code = 0; code < 256; ++code) {
    auto const value = decode_ulaw(static_cast<std::uint8_t>(code));
    EXPECT_EQ(encode_ulaw(value), code == 0x7f ? 0xff : code);
    values.insert(value);
  }
  EXPECT_EQ(values.size(), 255u);
}

TEST(alaw, is_odd_and_monotonic_and_at_most_half_a_step_off) {
  int last = -40000;
  for (int sample = -32768; sample <= 32767; ++sample) {
    auto const code = encode_alaw(static_cast<std::int16_t>(sample));
    int const value = decode_alaw(code);
    ASSERT_GE(value, last) << sample;
    last = value;
    ASSERT_EQ(encode_alaw(static_cast<std::int16_t>(-1 - sample)), code ^ 0x80);
    int const step = 16 << std::max(exponent_of(code ^ 0x55) - 1, 0);
    ASSERT_LE(std::abs(value - sample), step / 2) << sample;
  }
}

TEST(ulaw, is_odd_and_monotonic_and_at_most_half_a_step_off) {
  int last = -40000;
  for (int sample = -32768; sample <= 32767; ++sample) {
    auto const code = encode_ulaw(static_cast<std::int16_t>(sample));
    int const value = decode_ulaw(code);
    ASSERT_GE(value, last) << sample;
    last = value;
    if (sample > -32768) {
      ASSERT_EQ(decode_ulaw(encode_ulaw(static_cast<std::int16_t>(-sample))), -value);
    }
    int const step = 8 << exponent_of(code ^ 0xff);
    int const clipped = std::max(-32635, std::min(sample, 32635));
    ASSERT_LE(std::abs(value - clipped), step / 2) << sample;
  }
}

TEST(g711, converts_many_samples_at_once) {
  std::vector<std::int16_t> const samples{0, 8, -8, 1000, -1000, 32767, -32768};
  std::vector<std::uint8_t> codes(samples.size());
  std::vector<std::int16_t> decoded(samples.size());

  encode_alaw(samples.data(), samples.size(), codes.data());
  decode_alaw(codes.data(), codes.size(), decoded.data());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ(decoded[i], decode_alaw(encode_alaw(samples[i])));
  }
  encode_ulaw(samples.data(), samples.size(), codes.data());
  decode_ulaw(codes.data(), codes.size(), decoded.data());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ(decoded[i], decode_ulaw(encode_ulaw(samples[i])));
  }
}

}  // namespace
