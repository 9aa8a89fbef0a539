#include <gladia/audio/framer.hpp>

#include <gtest/gtest.h>

#include <random>

namespace {

using gladia::audio_encoding;
using gladia::audio_format;
using gladia::audio::framer;

template <class F>
void for_each_format(F&& check) {
  for (int bits : gladia::supported_bit_depths) {
    for (int rate : gladia::supported_sample_rates) {
      for (int channels = 1; channels <= gladia::max_channels; ++channels) {
        check(audio_format{audio_encoding::pcm, bits, rate, channels});
      }
    }
  }
}

TEST(framer, a_message_is_at_most_a_second_and_512_KiB_of_whole_frames) {
  for_each_format([](audio_format const& format) {
    framer const frames(format);
    auto const most = frames.max_message_bytes();
    EXPECT_EQ(most % format.bytes_per_frame(), 0u);
    EXPECT_LE(most, format.bytes_per_second());
    EXPECT_LE(most, 512u * 1024u);
    // Not needlessly small.
    auto const one_more = most + format.bytes_per_frame();
    EXPECT_TRUE(one_more > format.bytes_per_second() || one_more > 512u * 1024u);
  });
}

TEST(framer, a_second_of_speech_is_one_message) {
  EXPECT_EQ(framer(audio_format{}).max_message_bytes(), 32000u);
}

TEST(framer, an_odd_remainder_waits_for_the_next_call) {
  framer const frames(audio_format{audio_encoding::pcm, 24, 16000, 2});
  EXPECT_EQ(frames.message_size(0), 0u);
  EXPECT_EQ(frames.message_size(5), 0u);
  EXPECT_EQ(frames.message_size(6), 6u);
  EXPECT_EQ(frames.message_size(20), 18u);
  EXPECT_EQ(frames.whole_frames(20), 18u);
}

TEST(framer, cuts_any_stream_into_whole_frames_without_loss) {
  std::mt19937 random(7);
  for_each_format([&](audio_format const& format) {
    framer const frames(format);
    std::uint64_t given = 0;
    std::uint64_t sent = 0;
    for (int call = 0; call < 50; ++call) {
      given += random() % 40000;
      while (auto const bytes = frames.message_size(given - sent)) {
        ASSERT_EQ(bytes % frames.frame_bytes(), 0u);
        ASSERT_LE(bytes, frames.max_message_bytes());
        sent += bytes;
      }
      ASSERT_LT(given - sent, frames.frame_bytes());
    }
  });
}

TEST(framer, any_amount_of_audio_can_wait) {
  framer const frames(audio_format{});
  EXPECT_EQ(frames.message_size(~std::uint64_t{0}), 32000u);
}

TEST(framer, a_senseless_format_does_no_harm) {
  EXPECT_EQ(framer(audio_format{audio_encoding::pcm, 0, 0, 0}).message_size(10), 1u);
  framer const huge(audio_format{audio_encoding::pcm, 32, 1, 1'000'000});
  EXPECT_EQ(huge.max_message_bytes(), 4'000'000u) << "one frame at least";
}

}  // namespace
