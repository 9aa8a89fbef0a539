#include <gladia/live/detail/audio_intake.hpp>

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
using gladia::live::detail::audio_intake;
using gladia::live::detail::stretch;
using patience = audio_intake::patience;

std::string bytes_of(std::array<boost::asio::const_buffer, 2> const& parts) {
  std::string text;
  for (auto const& part : parts) text.append(static_cast<char const*>(part.data()), part.size());
  return text;
}

/// Frames of 2 bytes, 8000 a second: 16 bytes are a millisecond.
struct an_intake : testing::Test {
  audio_format format{gladia::audio_encoding::pcm, 16, 8000, 1};
  session_options options;
  audio_intake intake = make();

  an_intake() {
    options.buffer = 2000ms;
    options.high_water = 200ms;
    options.low_water = 100ms;
    intake = make();
  }
  audio_intake make() { return audio_intake(format, options); }
  std::string audio(std::chrono::milliseconds time, char c = 'x') {
    return std::string(format.bytes(time), c);
  }
  gladia::error offer(std::string const& bytes, patience who = patience::none) {
    auto taken = intake.offer(boost::asio::buffer(bytes), who);
    return taken ? gladia::error() : taken.error();
  }
  /// Sends what waits; gives what went out.
  std::string send() {
    std::string wire;
    while (auto const n = intake.sendable()) {
      wire += bytes_of(intake.ring().next(n));
      intake.ring().mark_sent(n);
    }
    return wire;
  }
  static void expect_stretch(std::optional<stretch> const& s, std::uint64_t from,
                             std::uint64_t to) {
    ASSERT_TRUE(s);
    EXPECT_EQ(s->from, from);
    EXPECT_EQ(s->to, to);
  }
};

// Patience.

TEST_F(an_intake, lets_one_who_can_wait_wait_above_the_high_mark) {
  EXPECT_FALSE(offer(audio(200ms), patience::link_and_acks));
  EXPECT_FALSE(offer(audio(1ms), patience::link_and_acks)) << "just at the mark";
  EXPECT_EQ(offer(audio(1ms), patience::link_and_acks), errc::would_block);
  EXPECT_EQ(offer(audio(1ms), patience::link), errc::would_block);
  EXPECT_FALSE(offer(audio(1ms), patience::none)) << "who cannot wait has the whole buffer";
}

TEST_F(an_intake, does_not_count_sent_audio_towards_the_high_mark) {
  ASSERT_FALSE(offer(audio(1000ms)));
  send();
  EXPECT_FALSE(offer(audio(100ms), patience::link_and_acks)) << "it only waits for its answer";
}

TEST_F(an_intake, is_low_again_at_the_low_mark) {
  ASSERT_FALSE(offer(audio(300ms)));
  EXPECT_FALSE(intake.is_low());
  intake.ring().mark_sent(format.bytes(200ms) - 2);
  EXPECT_FALSE(intake.is_low());
  intake.ring().mark_sent(2);
  EXPECT_TRUE(intake.is_low());
}

TEST_F(an_intake, full_of_sent_audio_waits_for_acknowledgements_while_they_come) {
  ASSERT_FALSE(offer(audio(2000ms)));
  send();
  EXPECT_EQ(offer(audio(100ms), patience::link_and_acks), errc::would_block);
  intake.acknowledge(format.bytes(100ms));
  EXPECT_FALSE(offer(audio(100ms), patience::link_and_acks));
  EXPECT_FALSE(intake.take_shortened());
}

TEST_F(an_intake, full_of_sent_audio_lets_the_oldest_go_when_acknowledgements_stand_still) {
  ASSERT_FALSE(offer(audio(2000ms)));
  send();
  ASSERT_FALSE(offer(audio(100ms), patience::link));
  EXPECT_EQ(intake.lost(), 0u) << "nothing is lost while the link holds";
  auto const shortened = intake.take_shortened();
  ASSERT_TRUE(shortened);
  EXPECT_EQ(shortened->from, 0u);
  EXPECT_GE(shortened->to, format.bytes(100ms) - 12) << "but for what lies beside the buffer";
  EXPECT_FALSE(intake.take_shortened()) << "told once";
}

TEST_F(an_intake, does_not_warn_of_what_a_new_link_has_missed) {
  ASSERT_FALSE(offer(audio(2000ms)));
  send();
  ASSERT_FALSE(offer(audio(100ms)));
  EXPECT_TRUE(intake.rewind());
  EXPECT_FALSE(intake.take_shortened());
}

TEST_F(an_intake, reports_what_a_new_link_misses) {
  ASSERT_FALSE(offer(audio(2000ms)));
  send();
  intake.acknowledge(format.bytes(50ms));
  ASSERT_FALSE(offer(audio(100ms)));
  auto const gave = intake.take_shortened();
  ASSERT_TRUE(gave);
  expect_stretch(intake.rewind(), format.bytes(50ms), gave->to);
  EXPECT_EQ(intake.lost(), gave->to - format.bytes(50ms));
  EXPECT_FALSE(intake.rewind()) << "reported once";
}

TEST_F(an_intake, misses_nothing_that_was_acknowledged_after_all) {
  ASSERT_FALSE(offer(audio(2000ms)));
  send();
  ASSERT_FALSE(offer(audio(100ms)));
  EXPECT_TRUE(intake.acknowledge(format.bytes(50ms))) << "news, though it lets nothing go";
  EXPECT_FALSE(intake.acknowledge(format.bytes(50ms)));
  intake.acknowledge(format.bytes(1000ms));
  EXPECT_FALSE(intake.rewind());
  EXPECT_EQ(intake.lost(), 0u);
}

TEST_F(an_intake, full_of_unsent_audio_refuses_more) {
  ASSERT_FALSE(offer(audio(2000ms)));
  EXPECT_EQ(offer(audio(100ms)), errc::would_block);
  EXPECT_EQ(intake.accepted(), format.bytes(2000ms));
}

TEST_F(an_intake, gives_up_no_replay_for_audio_that_it_cannot_take_all_the_same) {
  ASSERT_FALSE(offer(audio(2000ms)));
  intake.ring().mark_sent(format.bytes(50ms));
  EXPECT_EQ(offer(audio(100ms)), errc::would_block);
  EXPECT_EQ(intake.ring().base(), 0u);
  EXPECT_FALSE(intake.take_shortened());
}

TEST_F(an_intake, drops_the_oldest_unsent_audio_where_that_is_the_policy) {
  options.overflow = overflow_policy::drop_oldest;
  intake = make();
  ASSERT_FALSE(offer(audio(1000ms, 'a')));
  ASSERT_FALSE(offer(audio(1000ms, 'b')));
  ASSERT_FALSE(offer(audio(500ms, 'c')));
  auto const dropped = intake.take_dropped();
  ASSERT_TRUE(dropped);
  EXPECT_EQ(dropped->from, 0u);
  EXPECT_EQ(intake.lost(), dropped->to);
  auto const whole = audio(1000ms, 'a') + audio(1000ms, 'b') + audio(500ms, 'c');
  EXPECT_EQ(send(), whole.substr(dropped->to));
}

TEST_F(an_intake, reports_drops_one_after_the_other_as_one_stretch) {
  options.overflow = overflow_policy::drop_oldest;
  intake = make();
  for (int i = 0; i < 30; ++i) ASSERT_FALSE(offer(audio(100ms)));
  auto const dropped = intake.take_dropped();
  ASSERT_TRUE(dropped);
  EXPECT_EQ(dropped->from, 0u);
  EXPECT_EQ(dropped->to, intake.lost());
  EXPECT_EQ(intake.ring().end(), intake.accepted() - intake.lost());
}

TEST_F(an_intake, never_drops_for_one_who_can_wait) {
  options.overflow = overflow_policy::drop_oldest;
  options.high_water = 10s;
  intake = make();
  ASSERT_FALSE(offer(audio(2000ms)));
  EXPECT_EQ(offer(audio(100ms), patience::link), errc::would_block);
  EXPECT_EQ(intake.lost(), 0u);
}

TEST_F(an_intake, counts_in_the_callers_bytes_behind_a_gap) {
  options.overflow = overflow_policy::drop_oldest;
  intake = make();
  ASSERT_FALSE(offer(audio(1000ms)));
  send();  // given way below, never acknowledged
  ASSERT_FALSE(offer(audio(2000ms)));
  ASSERT_FALSE(offer(audio(500ms)));  // drops unsent audio behind the first second
  auto const dropped = intake.take_dropped();
  ASSERT_TRUE(dropped);
  EXPECT_EQ(dropped->from, format.bytes(1000ms));
  expect_stretch(intake.rewind(), 0, format.bytes(1000ms));
  EXPECT_EQ(intake.lost(), dropped->to) << "both, each once";
}

// Sizes.

TEST_F(an_intake, takes_a_piece_as_large_as_the_buffer_even_behind_a_part_of_a_frame) {
  ASSERT_FALSE(offer("0123456789abc"));  // 12 are a possible header, and an odd number
  send();
  intake.acknowledge(12);
  EXPECT_FALSE(offer(audio(2000ms), patience::link_and_acks));
}

TEST_F(an_intake, refuses_a_piece_larger_than_the_whole_buffer) {
  auto const refused = offer(audio(2000ms) + "x");
  EXPECT_EQ(refused, errc::chunk_too_large);
  EXPECT_NE(refused.what().find("32000"), std::string::npos) << refused.what();
  EXPECT_FALSE(offer(audio(2000ms))) << "it is not lasting";
}

TEST_F(an_intake, sends_whole_frames_and_keeps_the_rest_for_the_next_piece) {
  ASSERT_FALSE(offer("0123456789abc"));
  EXPECT_EQ(send(), "0123456789ab");
  ASSERT_FALSE(offer("d"));
  EXPECT_EQ(send(), "cd");
}

TEST_F(an_intake, takes_nothing_of_an_empty_piece) {
  EXPECT_FALSE(offer(""));
  EXPECT_EQ(intake.accepted(), 0u);
}

// The head and the end of the stream.

TEST_F(an_intake, strips_a_wav_header_however_it_is_split) {
  auto const header = gladia_test::wav(format, "");
  for (std::size_t cut = 1; cut < header.size(); ++cut) {
    intake = make();
    ASSERT_FALSE(offer(header.substr(0, cut))) << cut;
    ASSERT_FALSE(offer(header.substr(cut))) << cut;
    ASSERT_FALSE(offer("abcd"));
    EXPECT_EQ(send(), "abcd") << cut;
    EXPECT_EQ(intake.accepted(), 4u) << "the header is no audio";
  }
}

TEST_F(an_intake, refuses_a_wav_of_another_format_for_good) {
  auto other = format;
  other.sample_rate = 16000;
  EXPECT_EQ(offer(gladia_test::wav(other, "")), errc::format_mismatch);
  EXPECT_EQ(offer("abcd"), errc::format_mismatch);
  EXPECT_EQ(intake.sendable(), 0u);
}

TEST_F(an_intake, gives_out_at_the_end_what_might_have_become_a_header) {
  ASSERT_FALSE(offer("RIFFxx"));
  EXPECT_EQ(intake.sendable(), 0u);
  EXPECT_EQ(intake.close(errc::stopping), 0u);
  EXPECT_EQ(send(), "RIFFxx");
  EXPECT_EQ(intake.accepted(), 6u);
}

TEST_F(an_intake, drops_the_incomplete_frame_at_the_end) {
  ASSERT_FALSE(offer("0123456789abc"));
  EXPECT_EQ(intake.close(errc::stopping), 1u);
  EXPECT_EQ(intake.close(errc::session_ended), 0u) << "once";
  EXPECT_EQ(send(), "0123456789ab");
}

TEST_F(an_intake, tells_why_it_is_closed) {
  intake.close(errc::stopping);
  EXPECT_TRUE(intake.is_closed());
  EXPECT_EQ(offer("abcd"), errc::stopping);
  intake.close(errc::session_ended);
  EXPECT_EQ(offer("abcd"), errc::session_ended);
}

/// An intake and a link, beside a plain model: what the server is to hear, and for each byte where
/// among all accepted ones it came from.
class random_stream {
 public:
  random_stream(audio_format const& format, unsigned seed)
      : random_(seed), frame_(format.bytes_per_frame()), intake_(format, options(seed)) {}

  void play(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFatalFailure(); ++i) step();
    intake_.close(errc::stopping);
    reconnect();
    while (intake_.sendable() > 0 && !testing::Test::HasFatalFailure()) send();
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
  std::size_t sent() const { return static_cast<std::size_t>(intake_.ring().sent()); }
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
        return offer();
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

  void offer() {
    auto const piece = audio(random_() % (intake_.ring().limit() / 3));
    auto const taken =
        intake_.offer(boost::asio::buffer(piece), static_cast<patience>(random_() % 3));
    if (auto const dropped = intake_.take_dropped()) {
      auto const length = static_cast<std::ptrdiff_t>(dropped->to - dropped->from);
      auto const at = static_cast<std::ptrdiff_t>(sent());
      ASSERT_EQ(origin_[sent()], dropped->from) << "the oldest unsent audio goes";
      text_.erase(sent(), static_cast<std::size_t>(length));
      origin_.erase(origin_.begin() + at, origin_.begin() + at + length);
      lost_ += static_cast<std::uint64_t>(length);
    }
    if (!taken) {
      ASSERT_EQ(taken.error(), errc::would_block);
      return;
    }
    text_ += piece;
    origin_.resize(origin_.size() + piece.size());
    std::iota(origin_.end() - static_cast<std::ptrdiff_t>(piece.size()), origin_.end(), accepted_);
    accepted_ += piece.size();
    ASSERT_EQ(intake_.accepted(), accepted_);
    ASSERT_LE(intake_.ring().size(), intake_.ring().limit());
    ASSERT_EQ(intake_.lost(), lost_);
  }

  void send() {
    auto const n = intake_.sendable();
    ASSERT_EQ(n % frame_, 0u);
    ASSERT_EQ(bytes_of(intake_.ring().next(n)), text_.substr(sent(), n));
    intake_.ring().mark_sent(n);
  }

  void acknowledge() {
    auto const offset = acknowledged_ + random_() % (sent() - acknowledged_ + 1);
    acknowledged_ = offset - offset % frame_;
    intake_.acknowledge(offset);
    ASSERT_EQ(intake_.acknowledged(), acknowledged_);
  }

  void reconnect() {
    auto const lost = intake_.rewind();
    auto const resume = sent();
    ASSERT_EQ(resume, intake_.ring().base());
    ASSERT_EQ(lost.has_value(), acknowledged_ < resume) << "all but what is reported is repeated";
    if (!lost) return;
    EXPECT_EQ(lost->from, origin_[acknowledged_]);
    EXPECT_EQ(lost->to, origin_[resume - 1] + 1);
    lost_ += resume - acknowledged_;
    acknowledged_ = resume;
    ASSERT_EQ(intake_.lost(), lost_);
  }

  std::mt19937 random_;
  std::size_t frame_;
  audio_intake intake_;
  std::string text_;
  std::vector<std::uint64_t> origin_;
  std::uint64_t accepted_ = 0;
  std::size_t acknowledged_ = 0;
  std::uint64_t lost_ = 0;
};

TEST(audio_intake, sends_all_that_was_accepted_at_least_once_and_in_order_but_for_what_it_reports) {
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
