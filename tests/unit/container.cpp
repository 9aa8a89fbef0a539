#include <gladia/audio/container.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using gladia::audio::container_detector;
using namespace std::string_literals;

/// What `stream` begins with, the same however it is split.
std::string name_of(std::string const& stream) {
  container_detector whole, bytewise;
  whole.feed(boost::asio::buffer(stream));
  for (char const& c : stream) bytewise.feed(boost::asio::buffer(&c, 1));
  EXPECT_EQ(whole.name(), bytewise.name());
  EXPECT_EQ(whole.decided(), bytewise.decided());
  return std::string(whole.name());
}

/// A frame of MPEG audio of this size: its header, and silence.
std::string frame(std::string const& header, std::size_t bytes) {
  return header + std::string(bytes - header.size(), '\0');
}

TEST(container, is_known_by_its_magic) {
  EXPECT_EQ(name_of("fLaC\0\0\0\x22........"s), "a FLAC file");
  EXPECT_EQ(name_of("OggS\0\2\0\0........"s), "an Ogg file");
  EXPECT_EQ(name_of("\x1a\x45\xdf\xa3\x9f........"s), "a WebM or Matroska file");
  EXPECT_EQ(name_of("\0\0\0\x20"
                    "ftypisom...."s),
            "an MP4 file");
  EXPECT_EQ(name_of("ID3\4\0\0........"s), "an MP3 file");
  EXPECT_EQ(name_of("FORM....AIFF"), "an AIFF file");
}

TEST(container, is_known_by_two_frames_that_follow_each_other) {
  // 128 kbit/s at 44.1 kHz; 24 kbit/s at 16 kHz; AAC.
  EXPECT_EQ(name_of(frame("\xff\xfb\x90\0"s, 417) + frame("\xff\xfb\x92\0"s, 418)), "an MP3 file");
  EXPECT_EQ(name_of(frame("\xff\xf3\x38\xc4"s, 108) + frame("\xff\xf3\x38\xc4"s, 108)),
            "an MP3 file");
  auto const aac = frame("\xff\xf1\x50\x80\x08\x1f\xfc"s, 64);
  EXPECT_EQ(name_of(aac + aac), "an AAC file");
}

TEST(container, is_not_seen_in_samples) {
  EXPECT_EQ(name_of("RIFF....WAVEfmt "), "");
  EXPECT_EQ(name_of("RIFFftypWAVEfmt "), "") << "its size may spell anything";
  EXPECT_EQ(name_of(std::string(100, '\0')), "");
  EXPECT_EQ(name_of(std::string(10'000, '\xff')), "");
  EXPECT_EQ(name_of("short"), "");
  // Quiet samples that look like one frame.
  EXPECT_EQ(name_of("\xff\xfb\x90\0"s + std::string(1000, '\x01')), "");
  EXPECT_EQ(name_of("\xff\xf1\x50\x80\x08\x1f"s + std::string(1000, '\xff')), "");
}

}  // namespace
