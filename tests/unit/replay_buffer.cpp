#include <gladia/live/detail/replay_buffer.hpp>

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace {

using gladia::live::detail::replay_buffer;

std::string take(replay_buffer const& ring, std::size_t n) {
  std::string text;
  for (auto const& part : ring.next(n)) {
    text.append(static_cast<char const*>(part.data()), part.size());
  }
  return text;
}

void append(replay_buffer& ring, std::string const& text) {
  ring.append(boost::asio::buffer(text));
}

TEST(replay_buffer, gives_out_again_what_was_not_acknowledged) {
  replay_buffer ring(2, 100);
  append(ring, "abcdef");
  ring.mark_sent(6);
  ring.acknowledge(2);
  EXPECT_EQ(ring.base(), 2u);
  ring.rewind();
  EXPECT_EQ(ring.unsent(), 4u);
  EXPECT_EQ(take(ring, 4), "cdef");
}

TEST(replay_buffer, rounds_an_acknowledgement_down_to_a_whole_frame) {
  replay_buffer ring(4, 100);
  append(ring, "abcdefgh");
  ring.mark_sent(8);
  ring.acknowledge(7);
  EXPECT_EQ(ring.base(), 4u);
}

TEST(replay_buffer, never_lets_go_what_was_not_sent) {
  replay_buffer ring(1, 100);
  append(ring, "abcdef");
  ring.mark_sent(3);
  ring.acknowledge(1000);
  EXPECT_EQ(ring.base(), 3u);
  EXPECT_EQ(take(ring, 3), "def");
}

TEST(replay_buffer, ignores_acknowledgements_that_go_back) {
  replay_buffer ring(1, 100);
  append(ring, "abcdef");
  ring.mark_sent(6);
  ring.acknowledge(4);
  ring.acknowledge(2);
  EXPECT_EQ(ring.base(), 4u);
}

TEST(replay_buffer, lets_sent_audio_give_way_in_whole_frames) {
  replay_buffer ring(4, 16);
  append(ring, "abcdefghijkl");
  ring.mark_sent(8);
  EXPECT_EQ(ring.give_way(5), 8u);
  EXPECT_EQ(ring.give_way(100), 0u) << "unsent audio does not";
  EXPECT_EQ(take(ring, 4), "ijkl");
}

TEST(replay_buffer, closes_over_the_gap_when_unsent_audio_is_dropped) {
  replay_buffer ring(2, 100);
  append(ring, "abcdef");
  EXPECT_EQ(ring.drop_unsent(3), 4u);
  EXPECT_EQ(take(ring, 2), "ef");
  EXPECT_EQ(ring.end(), 2u) << "the server will hear two bytes";
}

TEST(replay_buffer, gives_its_memory_back_after_a_backlog_drained) {
  replay_buffer ring(1, 1 << 20);
  append(ring, std::string(500'000, 'x'));
  EXPECT_GE(ring.capacity(), 500'000u);
  ring.mark_sent(500'000);
  ring.acknowledge(500'000);
  EXPECT_EQ(ring.capacity(), 0u);
}

TEST(replay_buffer, gives_its_memory_back_though_a_chunk_is_always_under_way) {
  replay_buffer ring(1, 1 << 20);
  std::string const chunk(3200, 'x');
  append(ring, std::string(500'000, 'x') + chunk);
  ring.mark_sent(500'000);
  ring.acknowledge(500'000);
  for (int i = 0; i < 100; ++i) {
    append(ring, chunk);
    ring.mark_sent(chunk.size());
    ring.acknowledge(ring.sent());
  }
  EXPECT_LE(ring.capacity(), 16u << 10);
  EXPECT_EQ(take(ring, chunk.size()), chunk);
}

TEST(replay_buffer, starts_small) {
  replay_buffer ring(2, 1 << 20);
  EXPECT_EQ(ring.capacity(), 0u);
  append(ring, std::string(3200, 'x'));
  EXPECT_LE(ring.capacity(), 4096u);
}

TEST(replay_buffer, takes_no_more_memory_than_it_may_hold) {
  replay_buffer ring(1, 5000);
  for (int i = 0; i < 50; ++i) append(ring, std::string(100, 'x'));
  EXPECT_EQ(ring.room(), 0u);
  EXPECT_EQ(ring.capacity(), 5000u);
}

TEST(replay_buffer, grows_in_few_steps) {
  replay_buffer ring(1, 1 << 20);
  int steps = 0;
  for (int i = 0; i < 10'000; ++i) {
    auto const before = ring.capacity();
    append(ring, std::string(100, 'x'));
    steps += ring.capacity() != before;
  }
  EXPECT_LE(steps, 10);
}

TEST(replay_buffer, keeps_its_order_when_it_grows) {
  replay_buffer ring(1, 1 << 20);
  std::string stream;
  auto give = [&](std::size_t size) {
    std::string piece(size, '\0');
    for (char& c : piece) c = static_cast<char>(stream.size() % 251), stream += c;
    append(ring, piece);
  };
  give(4096);
  ring.mark_sent(3000);
  ring.acknowledge(3000);
  give(2000);  // around the end of the memory
  give(5000);  // more than there is
  EXPECT_EQ(take(ring, ring.unsent()), stream.substr(3000));
}

TEST(replay_buffer, allocates_nothing_while_a_stream_is_steady) {
  replay_buffer ring(2, 1 << 20);
  append(ring, std::string(3200, 'x'));
  auto const* const memory = ring.next(1)[0].data();
  auto const capacity = ring.capacity();
  ring.mark_sent(3200);
  ring.acknowledge(3200);
  for (int i = 2; i <= 100; ++i) {
    append(ring, std::string(capacity, 'x'));
    ring.mark_sent(capacity);
    ring.acknowledge(ring.sent());
    ASSERT_EQ(ring.capacity(), capacity);
  }
  append(ring, std::string(capacity, 'x'));
  auto const parts = ring.next(capacity);
  EXPECT_EQ((parts[1].size() > 0 ? parts[1] : parts[0]).data(), memory);
}

TEST(replay_buffer, keeps_its_memory_between_messages_of_a_second) {
  constexpr std::size_t second = 32'000;
  replay_buffer ring(2, 60 * second);
  for (int i = 0; i < 3; ++i) {
    append(ring, std::string(second, 'x'));
    ring.mark_sent(second);
    ring.acknowledge(ring.sent());
    EXPECT_GE(ring.capacity(), second);
  }
}

/// The same operations on a ring and on a plain string that is never thrown away.
TEST(replay_buffer, behaves_like_a_plain_string_under_random_operations) {
  std::mt19937 random(7);
  for (std::size_t frame : {1u, 2u, 3u, 4u, 6u, 15u, 24u, 32u}) {
    replay_buffer ring(frame, frame * 500);
    std::string stream;
    std::uint64_t sent = 0;
    for (int step = 0; step < 5000; ++step) {
      switch (random() % 4) {
        case 0: {
          std::string piece(random() % (ring.room() + 1), '\0');
          for (char& c : piece) c = static_cast<char>(random());
          append(ring, piece);
          stream += piece;
          break;
        }
        case 1: {
          auto n = random() % (ring.unsent() + 1);
          n -= n % frame;
          ASSERT_EQ(take(ring, n), stream.substr(sent, n));
          ring.mark_sent(n);
          sent += n;
          break;
        }
        case 2:
          ring.acknowledge(ring.base() + random() % (ring.size() + 5));
          break;
        case 3:
          if (random() % 10 == 0) {
            ring.rewind();
            sent = ring.base();
          }
          break;
      }
      ASSERT_EQ(ring.end(), stream.size());
      ASSERT_EQ(ring.sent(), sent);
      ASSERT_EQ(ring.base() % frame, 0u);
      ASSERT_LE(ring.base(), ring.sent());
      ASSERT_LE(ring.size(), ring.limit());
    }
  }
}

}  // namespace
