#include <gladia/audio/stream_head.hpp>

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "support/wav_bytes.hpp"

namespace {

using gladia::audio_encoding;
using gladia::audio_format;
using gladia::errc;
using gladia::audio::stream_head;
using gladia::test::chunk;
using gladia::test::format_chunk;
using gladia::test::riff;
using ::testing::HasSubstr;

audio_format const expected{};

std::string text(boost::asio::const_buffer buffer) {
  return buffer.size() == 0 ? std::string()
                            : std::string(static_cast<char const*>(buffer.data()), buffer.size());
}

// What of a stream is audio, fed in pieces.
class audio_of {
 public:
  explicit audio_of(audio_format format = expected) : head_(std::move(format)) {}

  audio_of& feed(std::string const& piece) {
    auto const audio = head_.feed(boost::asio::buffer(piece));
    if (audio) {
      heard_ += text(audio->held) + text(audio->fresh);
    } else {
      error_ = audio.error();
    }
    return *this;
  }
  std::string finish() { return heard_ + text(head_.finish()); }

  gladia::error const& error() const { return error_; }
  std::string const& heard() const { return heard_; }
  bool decided() const { return head_.decided(); }

 private:
  stream_head head_;
  std::string heard_;
  gladia::error error_;
};

TEST(stream_head, strips_a_header_that_is_split_at_any_byte) {
  auto const stream = riff({chunk("LIST", "odd"), chunk("fmt ", format_chunk{}.body()),
                            chunk("data", "samples!", 0xffffffff)}) +
                      "more samples";
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      audio_of audio;
      audio.feed(stream.substr(0, first))
          .feed(stream.substr(first, second - first))
          .feed(stream.substr(second));
      ASSERT_FALSE(audio.error()) << audio.error().what();
      ASSERT_EQ(audio.heard(), "samples!more samples");
      ASSERT_TRUE(audio.decided());
    }
  }
}

TEST(stream_head, passes_any_other_stream_entirely_however_it_is_split) {
  for (std::string const stream :
       {"plain samples", "RIFF of another kind", "RIFF....WAVX", "RF6 almost", "RRIFF....WAVE"}) {
    for (std::size_t first = 0; first <= stream.size(); ++first) {
      for (std::size_t second = first; second <= stream.size(); ++second) {
        audio_of audio;
        audio.feed(stream.substr(0, first))
            .feed(stream.substr(first, second - first))
            .feed(stream.substr(second));
        ASSERT_FALSE(audio.error());
        ASSERT_EQ(audio.heard(), stream);
      }
    }
  }
}

TEST(stream_head, does_not_hold_back_what_cannot_be_a_header) {
  audio_of audio;
  EXPECT_EQ(audio.feed("\1").heard(), "\1");
  EXPECT_TRUE(audio.decided());
}

TEST(stream_head, gives_out_at_the_end_what_it_held_back) {
  EXPECT_EQ(audio_of().feed("RI").feed("FF").finish(), "RIFF");
  EXPECT_EQ(audio_of().feed("RIFF....WAV").finish(), "RIFF....WAV");
  EXPECT_EQ(audio_of().finish(), "");
  EXPECT_EQ(audio_of().feed("samples").finish(), "samples");
}

TEST(stream_head, gives_out_nothing_of_an_incomplete_header) {
  EXPECT_EQ(audio_of().feed("RIFF....WAVEfmt ").finish(), "");
  EXPECT_EQ(audio_of().feed("RIFF.").feed("...WAVEfmt ").finish(), "");
}

TEST(stream_head, gives_out_nothing_twice) {
  EXPECT_EQ(audio_of().feed("RIFF.").feed("...no WAVE").finish(), "RIFF....no WAVE");
}

TEST(stream_head, knows_a_header_at_the_head_only) {
  auto const wav = gladia::test::wav(expected, "samples!");
  EXPECT_EQ(audio_of().feed("ab").feed(wav).heard(), "ab" + wav);
  EXPECT_EQ(audio_of().feed(wav).feed(wav).heard(), "samples!" + wav);
}

TEST(stream_head, refuses_a_header_of_another_format_and_names_both) {
  audio_of audio;
  audio.feed(gladia::test::wav({audio_encoding::ulaw, 8, 8000, 2}, "samples!"));
  EXPECT_TRUE(audio.error() == errc::format_mismatch);
  EXPECT_THAT(audio.error().what(), AllOf(HasSubstr("wav/ulaw, 8 bit, 8000 Hz, 2 channels"),
                                          HasSubstr("wav/pcm, 16 bit, 16000 Hz, 1 channel")));
  EXPECT_EQ(audio.finish(), "");
}

TEST(stream_head, refuses_a_header_that_is_of_no_use) {
  format_chunk format;
  format.sample_rate = 22050;
  audio_of audio;
  audio.feed(riff({chunk("fmt ", format.body())}));
  EXPECT_TRUE(audio.error() == errc::format_mismatch);
  EXPECT_THAT(audio.error().what(), AllOf(HasSubstr("22050 Hz"), HasSubstr("16000 Hz")));
}

TEST(stream_head, goes_on_refusing) {
  stream_head head(expected);
  EXPECT_FALSE(head.fault());
  auto const wav = gladia::test::wav({audio_encoding::alaw, 8, 8000, 1}, "samples!");
  EXPECT_TRUE(head.feed(boost::asio::buffer(wav)).has_error());
  EXPECT_TRUE(head.feed(boost::asio::buffer("samples", 7)).error() == errc::format_mismatch);
  EXPECT_TRUE(head.fault() == errc::format_mismatch);
  EXPECT_FALSE(head.decided());
}

TEST(stream_head, can_be_tried_on_a_copy) {
  stream_head head(expected);
  ASSERT_TRUE(head.feed(boost::asio::buffer("RI", 2)));
  auto copy = head;
  EXPECT_EQ(text(copy.feed(boost::asio::buffer("xx", 2))->held), "RI");
  EXPECT_EQ(text(head.finish()), "RI") << "the first one has not moved on";
}

TEST(stream_head, survives_any_corruption_in_any_split) {
  auto const good = riff({chunk("LIST", "odd"), chunk("fmt ", format_chunk{}.extensible_body()),
                          chunk("data", "samples!")});
  std::mt19937 random(13);
  for (int round = 0; round < 20000; ++round) {
    auto stream = good;
    for (auto faults = random() % 3; faults > 0; --faults) {
      stream[random() % stream.size()] = static_cast<char>(random());
    }
    audio_of whole;
    whole.feed(stream);
    audio_of pieces;
    for (std::size_t at = 0; at < stream.size();) {
      auto const size = 1 + random() % 40;
      pieces.feed(stream.substr(at, size));
      at += size;
    }
    ASSERT_EQ(pieces.finish(), whole.finish());
    ASSERT_EQ(pieces.error().what(), whole.error().what());
  }
}

}  // namespace
