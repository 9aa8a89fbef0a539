#include <gladia/live/detail/audio_queue.hpp>

#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "support/wav_bytes.hpp"

namespace {

using namespace std::chrono_literals;
using gladia::audio_format;
using gladia::errc;
using gladia::live::overflow_policy;
using gladia::live::session_options;
using gladia::live::detail::audio_queue;
using gladia::live::detail::byte_span;
using wait_policy = audio_queue::wait_policy;

std::string bytes_of(std::array<boost::asio::const_buffer, 2> const& parts) {
  std::string text;
  for (auto const& part : parts) text.append(static_cast<char const*>(part.data()), part.size());
  return text;
}

/// Frames of 2 bytes, 8000 a second: 16 bytes are a millisecond.
struct an_audio_queue : testing::Test {
  audio_format format{gladia::audio_encoding::pcm, 16, 8000, 1};
  session_options options;
  audio_queue queue = make();

  an_audio_queue() {
    options.buffer = 2000ms;
    options.high_water = 200ms;
    options.low_water = 100ms;
    queue = make();
  }
  audio_queue make() { return audio_queue(format, options); }
  std::string audio(std::chrono::milliseconds time, char c = 'x') {
    return std::string(format.bytes(time), c);
  }
  gladia::error accept(std::string const& bytes, wait_policy wait = wait_policy::none) {
    auto accepted = queue.accept(boost::asio::buffer(bytes), wait);
    return accepted ? gladia::error() : accepted.error();
  }
  /// Sends what waits; gives what went out.
  std::string send() {
    std::string wire;
    while (auto const n = queue.sendable()) {
      wire += bytes_of(queue.ring().next(n));
      queue.ring().mark_sent(n);
    }
    return wire;
  }
  static void expect_span(std::optional<byte_span> const& s, std::uint64_t from, std::uint64_t to) {
    ASSERT_TRUE(s);
    EXPECT_EQ(s->from, from);
    EXPECT_EQ(s->to, to);
  }
};

// Patience.

TEST_F(an_audio_queue, lets_one_who_can_wait_wait_above_the_high_mark) {
  EXPECT_FALSE(accept(audio(200ms), wait_policy::link_and_acks));
  EXPECT_FALSE(accept(audio(1ms), wait_policy::link_and_acks)) << "just at the mark";
  EXPECT_EQ(accept(audio(1ms), wait_policy::link_and_acks), errc::would_block);
  EXPECT_EQ(accept(audio(1ms), wait_policy::link), errc::would_block);
  EXPECT_FALSE(accept(audio(1ms), wait_policy::none)) << "who cannot wait has the whole buffer";
}

TEST_F(an_audio_queue, does_not_count_sent_audio_towards_the_high_mark) {
  ASSERT_FALSE(accept(audio(1000ms)));
  send();
  EXPECT_FALSE(accept(audio(100ms), wait_policy::link_and_acks)) << "it only waits for its answer";
}

TEST_F(an_audio_queue, is_low_again_at_the_low_mark) {
  ASSERT_FALSE(accept(audio(300ms)));
  EXPECT_FALSE(queue.is_low());
  queue.ring().mark_sent(format.bytes(200ms) - 2);
  EXPECT_FALSE(queue.is_low());
  queue.ring().mark_sent(2);
  EXPECT_TRUE(queue.is_low());
}

TEST_F(an_audio_queue, full_of_sent_audio_waits_for_acknowledgements_while_they_come) {
  ASSERT_FALSE(accept(audio(2000ms)));
  send();
  EXPECT_EQ(accept(audio(100ms), wait_policy::link_and_acks), errc::would_block);
  queue.acknowledge(format.bytes(100ms));
  EXPECT_FALSE(accept(audio(100ms), wait_policy::link_and_acks));
  EXPECT_FALSE(queue.take_unreplayable());
}

TEST_F(an_audio_queue, full_of_sent_audio_lets_the_oldest_go_when_acknowledgements_stand_still) {
  ASSERT_FALSE(accept(audio(2000ms)));
  send();
  ASSERT_FALSE(accept(audio(100ms), wait_policy::link));
  EXPECT_EQ(queue.lost(), 0u) << "nothing is lost while the link holds";
  auto const unreplayable = queue.take_unreplayable();
  ASSERT_TRUE(unreplayable);
  EXPECT_EQ(unreplayable->from, 0u);
  EXPECT_GE(unreplayable->to, format.bytes(100ms) - 12) << "but for what lies beside the buffer";
  EXPECT_FALSE(queue.take_unreplayable()) << "told once";
}

TEST_F(an_audio_queue, does_not_warn_of_what_a_new_link_has_missed) {
  ASSERT_FALSE(accept(audio(2000ms)));
  send();
  ASSERT_FALSE(accept(audio(100ms)));
  EXPECT_TRUE(queue.rewind());
  EXPECT_FALSE(queue.take_unreplayable());
}

TEST_F(an_audio_queue, reports_what_a_new_link_misses) {
  ASSERT_FALSE(accept(audio(2000ms)));
  send();
  queue.acknowledge(format.bytes(50ms));
  ASSERT_FALSE(accept(audio(100ms)));
  auto const gave = queue.take_unreplayable();
  ASSERT_TRUE(gave);
  expect_span(queue.rewind(), format.bytes(50ms), gave->to);
  EXPECT_EQ(queue.lost(), gave->to - format.bytes(50ms));
  EXPECT_FALSE(queue.rewind()) << "reported once";
}

TEST_F(an_audio_queue, misses_nothing_that_was_acknowledged_after_all) {
  ASSERT_FALSE(accept(audio(2000ms)));
  send();
  ASSERT_FALSE(accept(audio(100ms)));
  EXPECT_TRUE(queue.acknowledge(format.bytes(50ms))) << "news, though it lets nothing go";
  EXPECT_FALSE(queue.acknowledge(format.bytes(50ms)));
  queue.acknowledge(format.bytes(1000ms));
  EXPECT_FALSE(queue.rewind());
  EXPECT_EQ(queue.lost(), 0u);
}

TEST_F(an_audio_queue, full_of_unsent_audio_refuses_more) {
  ASSERT_FALSE(accept(audio(2000ms)));
  EXPECT_EQ(accept(audio(100ms)), errc::would_block);
  EXPECT_EQ(queue.accepted(), format.bytes(2000ms));
}

TEST_F(an_audio_queue, gives_up_no_replay_for_audio_that_it_cannot_take_all_the_same) {
  ASSERT_FALSE(accept(audio(2000ms)));
  queue.ring().mark_sent(format.bytes(50ms));
  EXPECT_EQ(accept(audio(100ms)), errc::would_block);
  EXPECT_EQ(queue.ring().base(), 0u);
  EXPECT_FALSE(queue.take_unreplayable());
}

TEST_F(an_audio_queue, drops_the_oldest_unsent_audio_where_that_is_the_policy) {
  options.overflow = overflow_policy::drop_oldest;
  queue = make();
  ASSERT_FALSE(accept(audio(1000ms, 'a')));
  ASSERT_FALSE(accept(audio(1000ms, 'b')));
  ASSERT_FALSE(accept(audio(500ms, 'c')));
  auto const dropped = queue.take_dropped();
  ASSERT_TRUE(dropped);
  EXPECT_EQ(dropped->from, 0u);
  EXPECT_EQ(queue.lost(), dropped->to);
  auto const whole = audio(1000ms, 'a') + audio(1000ms, 'b') + audio(500ms, 'c');
  EXPECT_EQ(send(), whole.substr(dropped->to));
}

TEST_F(an_audio_queue, reports_drops_one_after_the_other_as_one_span) {
  options.overflow = overflow_policy::drop_oldest;
  queue = make();
  for (int i = 0; i < 30; ++i) ASSERT_FALSE(accept(audio(100ms)));
  auto const dropped = queue.take_dropped();
  ASSERT_TRUE(dropped);
  EXPECT_EQ(dropped->from, 0u);
  EXPECT_EQ(dropped->to, queue.lost());
  EXPECT_EQ(queue.ring().end(), queue.accepted() - queue.lost());
}

TEST_F(an_audio_queue, never_drops_for_one_who_can_wait) {
  options.overflow = overflow_policy::drop_oldest;
  options.high_water = 10s;
  queue = make();
  ASSERT_FALSE(accept(audio(2000ms)));
  EXPECT_EQ(accept(audio(100ms), wait_policy::link), errc::would_block);
  EXPECT_EQ(queue.lost(), 0u);
}

TEST_F(an_audio_queue, counts_in_the_callers_bytes_behind_a_gap) {
  options.overflow = overflow_policy::drop_oldest;
  queue = make();
  ASSERT_FALSE(accept(audio(1000ms)));
  send();  // given way below, never acknowledged
  ASSERT_FALSE(accept(audio(2000ms)));
  ASSERT_FALSE(accept(audio(500ms)));  // drops unsent audio behind the first second
  auto const dropped = queue.take_dropped();
  ASSERT_TRUE(dropped);
  EXPECT_EQ(dropped->from, format.bytes(1000ms));
  expect_span(queue.rewind(), 0, format.bytes(1000ms));
  EXPECT_EQ(queue.lost(), dropped->to) << "both, each once";
}

// Sizes.

TEST_F(an_audio_queue, takes_a_piece_as_large_as_the_buffer_even_behind_a_part_of_a_frame) {
  ASSERT_FALSE(accept("0123456789abc"));  // 12 are a possible header, and an odd number
  send();
  queue.acknowledge(12);
  EXPECT_FALSE(accept(audio(2000ms), wait_policy::link_and_acks));
}

TEST_F(an_audio_queue, refuses_a_piece_larger_than_the_whole_buffer) {
  auto const refused = accept(audio(2000ms) + "x");
  EXPECT_EQ(refused, errc::chunk_too_large);
  EXPECT_NE(refused.what().find("32000"), std::string::npos) << refused.what();
  EXPECT_FALSE(accept(audio(2000ms))) << "it is not lasting";
}

TEST_F(an_audio_queue, sends_whole_frames_and_keeps_the_rest_for_the_next_piece) {
  ASSERT_FALSE(accept("0123456789abc"));
  EXPECT_EQ(send(), "0123456789ab");
  ASSERT_FALSE(accept("d"));
  EXPECT_EQ(send(), "cd");
}

TEST_F(an_audio_queue, takes_nothing_of_an_empty_piece) {
  EXPECT_FALSE(accept(""));
  EXPECT_EQ(queue.accepted(), 0u);
}

// The head and the end of the stream.

TEST_F(an_audio_queue, strips_a_wav_header_however_it_is_split) {
  auto const header = gladia::test::wav(format, "");
  for (std::size_t cut = 1; cut < header.size(); ++cut) {
    queue = make();
    ASSERT_FALSE(accept(header.substr(0, cut))) << cut;
    ASSERT_FALSE(accept(header.substr(cut))) << cut;
    ASSERT_FALSE(accept("abcd"));
    EXPECT_EQ(send(), "abcd") << cut;
    EXPECT_EQ(queue.accepted(), 4u) << "the header is no audio";
  }
}

TEST_F(an_audio_queue, refuses_a_wav_of_another_format_for_good) {
  auto other = format;
  other.sample_rate = 16000;
  EXPECT_EQ(accept(gladia::test::wav(other, "")), errc::format_mismatch);
  EXPECT_EQ(accept("abcd"), errc::format_mismatch);
  EXPECT_EQ(queue.sendable(), 0u);
}

TEST_F(an_audio_queue, gives_out_at_the_end_what_might_have_become_a_header) {
  ASSERT_FALSE(accept("RIFFxx"));
  EXPECT_EQ(queue.sendable(), 0u);
  EXPECT_EQ(queue.close(errc::stopping), 0u);
  EXPECT_EQ(send(), "RIFFxx");
  EXPECT_EQ(queue.accepted(), 6u);
}

TEST_F(an_audio_queue, drops_the_incomplete_frame_at_the_end) {
  ASSERT_FALSE(accept("0123456789abc"));
  EXPECT_EQ(queue.close(errc::stopping), 1u);
  EXPECT_EQ(queue.close(errc::session_ended), 0u) << "once";
  EXPECT_EQ(send(), "0123456789ab");
}

TEST_F(an_audio_queue, tells_why_it_is_closed) {
  queue.close(errc::stopping);
  EXPECT_TRUE(queue.is_closed());
  EXPECT_EQ(accept("abcd"), errc::stopping);
  queue.close(errc::session_ended);
  EXPECT_EQ(accept("abcd"), errc::session_ended);
}

/// A queue and a link, beside a plain model: what the server is to hear, and for each byte where
/// among all accepted ones it came from.
class random_stream {
 public:
  random_stream(audio_format const& format, unsigned seed)
      : random_(seed), frame_(format.bytes_per_frame()), queue_(format, options(seed)) {}

  void play(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFatalFailure(); ++i) step();
    queue_.close(errc::stopping);
    reconnect();
    while (queue_.sendable() > 0 && !testing::Test::HasFatalFailure()) send();
    EXPECT_EQ(sent(), text_.size() - text_.size() % frame_) << "all but an incomplete frame";
  }

 private:
  session_options options(unsigned seed) const {
    session_options o;
    o.buffer = 30ms;
    o.high_water = 20ms;
    o.low_water = 10ms;
    if (seed % 2 == 0) o.overflow = overflow_policy::drop_oldest;
    return o;
  }
  std::size_t sent() const { return static_cast<std::size_t>(queue_.ring().sent()); }
  std::string audio(std::size_t bytes) {
    // What may begin a header is another test's.
    return accepted_ == 0 ? std::string(bytes, 'x') : noise().substr(random_() % 10'000, bytes);
  }
  static std::string const& noise() {
    static auto const bytes = [] {
      std::mt19937 random;
      std::string text(200'000, '\0');
      for (char& c : text) c = static_cast<char>(random());
      return text;
    }();
    return bytes;
  }

  void step() {
    switch (random_() % 8) {
      case 0:
      case 1:
      case 2:
        return accept();
      case 3:
      case 4:
      case 5:
        return send();
      case 6:
        return acknowledge();
      default:
        if (random_() % 10 == 0) reconnect();
    }
  }

  void accept() {
    auto const piece = audio(random_() % (queue_.ring().limit() / 3));
    auto const accepted =
        queue_.accept(boost::asio::buffer(piece), static_cast<wait_policy>(random_() % 3));
    if (auto const dropped = queue_.take_dropped()) {
      auto const length = static_cast<std::ptrdiff_t>(dropped->to - dropped->from);
      auto const at = static_cast<std::ptrdiff_t>(sent());
      ASSERT_EQ(origin_[sent()], dropped->from) << "the oldest unsent audio goes";
      text_.erase(sent(), static_cast<std::size_t>(length));
      origin_.erase(origin_.begin() + at, origin_.begin() + at + length);
      lost_ += static_cast<std::uint64_t>(length);
    }
    if (!accepted) {
      ASSERT_EQ(accepted.error(), errc::would_block);
      return;
    }
    text_ += piece;
    origin_.resize(origin_.size() + piece.size());
    std::iota(origin_.end() - static_cast<std::ptrdiff_t>(piece.size()), origin_.end(), accepted_);
    accepted_ += piece.size();
    ASSERT_EQ(queue_.accepted(), accepted_);
    ASSERT_LE(queue_.ring().size(), queue_.ring().limit());
    ASSERT_EQ(queue_.lost(), lost_);
  }

  void send() {
    auto const n = queue_.sendable();
    ASSERT_EQ(n % frame_, 0u);
    ASSERT_EQ(bytes_of(queue_.ring().next(n)), text_.substr(sent(), n));
    queue_.ring().mark_sent(n);
  }

  void acknowledge() {
    auto const offset = acknowledged_ + random_() % (sent() - acknowledged_ + 1);
    acknowledged_ = offset - offset % frame_;
    queue_.acknowledge(offset);
    ASSERT_EQ(queue_.acknowledged(), acknowledged_);
  }

  void reconnect() {
    auto const lost = queue_.rewind();
    auto const resume = sent();
    ASSERT_EQ(resume, queue_.ring().base());
    ASSERT_EQ(lost.has_value(), acknowledged_ < resume) << "all but what is reported is repeated";
    if (!lost) return;
    EXPECT_EQ(lost->from, origin_[acknowledged_]);
    EXPECT_EQ(lost->to, origin_[resume - 1] + 1);
    lost_ += resume - acknowledged_;
    acknowledged_ = resume;
    ASSERT_EQ(queue_.lost(), lost_);
  }

  std::mt19937 random_;
  std::size_t frame_;
  audio_queue queue_;
  std::string text_;
  std::vector<std::uint64_t> origin_;
  std::uint64_t accepted_ = 0;
  std::size_t acknowledged_ = 0;
  std::uint64_t lost_ = 0;
};

TEST(audio_queue, sends_all_that_was_accepted_at_least_once_and_in_order_but_for_what_it_reports) {
  for (int channels = 1; channels <= 8; ++channels) {
    for (int depth : {8, 16, 24, 32}) {
      for (unsigned seed = 0; seed < 4 && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE(testing::Message() << channels << " channels, " << depth << " bits, " << seed);
        random_stream({gladia::audio_encoding::pcm, depth, 8000, channels}, seed).play(300);
      }
    }
  }
}

}  // namespace
