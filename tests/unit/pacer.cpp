#include <gladia/audio/pacer.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace {

using namespace std::chrono_literals;
using gladia::audio_encoding;
using gladia::audio_format;
using gladia::audio::pacer;

constexpr std::size_t chunk_100_ms = 3200;

// A clock that moves when it is told to.
pacer::time_point now{1h};

TEST(pacer, waits_as_long_as_the_audio_lasts) {
  pacer pace(audio_format{});
  EXPECT_EQ(pace.sent(chunk_100_ms, now), 100ms);
  EXPECT_EQ(pace.sent(chunk_100_ms / 2, now + 100ms), 50ms);
}

TEST(pacer, may_be_faster_or_slower_than_real_time) {
  EXPECT_EQ(pacer(audio_format{}, 2).sent(chunk_100_ms, now), 50ms);
  EXPECT_EQ(pacer(audio_format{}, 0.5).sent(chunk_100_ms, now), 200ms);
}

TEST(pacer, without_speed_never_waits) {
  for (double speed : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(),
                       std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(pacer(audio_format{}, speed).sent(1'000'000, now), 0ms);
  }
}

TEST(pacer, makes_up_for_a_timer_that_fires_late) {
  pacer pace(audio_format{});
  auto at = now;
  for (int i = 1; i <= 100'000; ++i) {
    auto const wait = pace.sent(chunk_100_ms, at);
    at += wait + 7ms;  // late, every time
    ASSERT_EQ(at, now + i * 100ms + 7ms);
  }
}

TEST(pacer, does_not_add_up_what_is_rounded) {
  // 441 frames are 10 ms, 147 frames 3333.33... us.
  pacer pace(audio_format{audio_encoding::pcm, 16, 44100, 1});
  auto at = now;
  for (int i = 0; i < 300'000; ++i) at += pace.sent(2 * 147, at);
  EXPECT_LE(now + 1000s - at, 1us);
  EXPECT_GE(now + 1000s - at, 0us);
}

TEST(pacer, after_a_stall_catches_up_by_no_more_than_the_burst) {
  pacer pace(audio_format{}, 1, 300ms);
  pace.sent(chunk_100_ms, now);
  auto const later = now + 10s;
  EXPECT_EQ(pace.sent(chunk_100_ms, later), 0ms);
  EXPECT_EQ(pace.sent(chunk_100_ms, later), 0ms);
  EXPECT_EQ(pace.sent(chunk_100_ms, later), 0ms);
  EXPECT_EQ(pace.sent(chunk_100_ms, later), 100ms);
}

TEST(pacer, without_burst_a_stall_is_forgotten) {
  pacer pace(audio_format{}, 1, 0ms);
  pace.sent(chunk_100_ms, now);
  EXPECT_EQ(pace.sent(chunk_100_ms, now + 10s), 100ms);
}

TEST(pacer, never_lets_more_out_than_time_and_one_burst) {
  std::mt19937 random(2);
  for (double speed : {0.5, 1.0, 2.0}) {
    pacer pace(audio_format{}, speed, 250ms);
    auto at = now;
    std::size_t bytes = 0;
    for (int i = 0; i < 20'000; ++i) {
      // Ready to send: what was sent before must have had its time, but for the burst.
      auto const played = std::chrono::duration<double>(at - now + 250ms) * speed;
      ASSERT_LE(static_cast<double>(bytes), played.count() * 32000 + 1);
      auto const size = 2 * (random() % 4000);
      bytes += size;
      at += pace.sent(size, at) + std::chrono::microseconds(random() % 3 ? 0 : random() % 600'000);
    }
  }
}

}  // namespace
