#include <gladia/audio/wav.hpp>

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "support/temporary_folder.hpp"
#include "support/wav_bytes.hpp"

namespace {

using gladia::audio_encoding;
using gladia::audio_format;
using gladia::errc;
using gladia::audio::wav_file;
using gladia::audio::wav_header_parser;
using gladia::test::chunk;
using gladia::test::format_chunk;
using gladia::test::little_endian;
using gladia::test::riff;
using status = wav_header_parser::status;
using ::testing::HasSubstr;

std::string const fmt = chunk("fmt ", format_chunk{}.body());

wav_header_parser parse(std::string_view bytes) {
  wav_header_parser parser;
  parser.feed(boost::asio::buffer(bytes));
  return parser;
}

std::string fault(std::string_view bytes, errc expected) {
  auto const parser = parse(bytes);
  EXPECT_TRUE(parser.error() == expected) << parser.error().what();
  return parser.error().details().message;
}

class wav_on_disk : public ::testing::Test {
 protected:
  std::string const& holding(std::string_view bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
    return path_;
  }
  std::string refusal(std::string_view bytes, errc expected) {
    auto const file = wav_file::open(holding(bytes));
    EXPECT_TRUE(file.has_error());
    if (!file.has_error()) return {};
    auto const error = file.error();
    EXPECT_TRUE(error == expected) << error.what();
    EXPECT_THAT(error.what(), HasSubstr(path_));
    return error.what();
  }

  gladia::test::temporary_folder folder_;
  std::string path_ = folder_.file("a.wav");
};

std::string read_all(wav_file& file, std::size_t buffer_bytes) {
  std::string all;
  std::string buffer(buffer_bytes, '\0');
  for (;;) {
    auto const bytes = file.read(boost::asio::buffer(buffer));
    EXPECT_TRUE(bytes.has_value());
    if (!bytes || *bytes == 0) return all;
    all.append(buffer, 0, *bytes);
  }
}

TEST(wav_header, reads_every_format_that_the_server_takes) {
  for (auto encoding : {audio_encoding::pcm, audio_encoding::alaw, audio_encoding::ulaw}) {
    for (int bits : gladia::supported_bit_depths) {
      if (encoding != audio_encoding::pcm && bits != 8) continue;
      for (int rate : gladia::supported_sample_rates) {
        for (int channels = 1; channels <= gladia::max_channels; ++channels) {
          audio_format const format{encoding, bits, rate, channels};
          auto const parser = parse(gladia::test::wav(format, std::string(480, 'x')));
          ASSERT_EQ(parser.state(), status::complete) << parser.error().what();
          EXPECT_TRUE(parser.header().format == format);
          EXPECT_EQ(parser.header().data_bytes, 480u);
          EXPECT_EQ(parser.header().frames(), 480 / format.bytes_per_frame());
        }
      }
    }
  }
}

TEST(wav_header, tells_where_the_samples_begin) {
  wav_header_parser parser;
  auto const bytes = riff({fmt, chunk("data", "samples!")});
  EXPECT_EQ(parser.feed(boost::asio::buffer(bytes)), 44u);
  EXPECT_EQ(parser.header().data_offset, 44u);
  EXPECT_EQ(parser.feed(boost::asio::buffer(bytes)), 0u) << "what follows is not the header";
}

TEST(wav_header, passes_over_other_chunks_and_their_pad_bytes) {
  auto const bytes = riff({chunk("LIST", "odd"), chunk("bext", std::string(602, 'b')), fmt,
                           chunk("fact", little_endian(4, 4)), chunk("x\x01y\xff", "12345"),
                           chunk("data", "samples!")});
  auto const parser = parse(bytes);
  ASSERT_EQ(parser.state(), status::complete) << parser.error().what();
  EXPECT_EQ(bytes.substr(parser.header().data_offset), "samples!");
}

TEST(wav_header, does_not_miss_a_pad_byte_that_was_forgotten) {
  std::string const odd = "LIST" + little_endian(1, 4) + "x";
  std::string const data = chunk("data", "samples!");
  for (auto const& bytes :
       {riff({fmt, odd, data}), riff({odd, fmt, data}), riff({fmt, odd + '\0', data}),
        riff({fmt, odd, odd, data}),
        riff({"fmt " + little_endian(17, 4) + format_chunk().body() + "x", data}),
        riff({fmt, odd + '\0', chunk("????", "unknown"), data})}) {
    auto const parser = parse(bytes);
    ASSERT_EQ(parser.state(), status::complete) << parser.error().what();
    EXPECT_EQ(parser.header().data_offset, bytes.size() - 8);
  }
}

TEST(wav_header, reads_extensible_and_longer_format_chunks) {
  format_chunk format;
  format.bits = 24;
  format.channels = 3;
  for (auto const& body : {format.body() + std::string(2, '\0'), format.extensible_body(),
                           format.extensible_body() + std::string(7, 'x')}) {
    auto const bytes = riff({chunk("fmt ", body), chunk("data", "samples!!")});
    auto const parser = parse(bytes);
    ASSERT_EQ(parser.state(), status::complete) << parser.error().what();
    EXPECT_TRUE(parser.header().format == (audio_format{audio_encoding::pcm, 24, 16000, 3}));
    EXPECT_EQ(bytes.substr(parser.header().data_offset, 9), "samples!!");
  }
}

TEST(wav_header, an_extensible_file_may_hold_a_law_and_mu_law) {
  for (auto [tag, encoding] :
       {std::pair{6u, audio_encoding::alaw}, std::pair{7u, audio_encoding::ulaw}}) {
    format_chunk format;
    format.tag = tag;
    format.bits = 8;
    auto const parser = parse(riff({chunk("fmt ", format.extensible_body()), chunk("data", "")}));
    ASSERT_EQ(parser.state(), status::complete) << parser.error().what();
    EXPECT_TRUE(parser.header().format.encoding == encoding);
  }
}

TEST(wav_header, of_an_unfinished_file_knows_no_size) {
  for (std::uint64_t size : {0u, 0xffffffffu}) {
    auto const parser = parse(riff({fmt, chunk("data", "samples!", size)}));
    ASSERT_EQ(parser.state(), status::complete);
    EXPECT_FALSE(parser.header().data_bytes);
    EXPECT_FALSE(parser.header().frames());
  }
}

TEST(wav_header, of_a_large_file_has_its_size_in_ds64) {
  std::uint64_t const five_gigabytes = 5'000'000'000;
  auto const sizes = [](std::uint64_t data_bytes) {
    return chunk("ds64", little_endian(data_bytes + 72, 8) + little_endian(data_bytes, 8) +
                             little_endian(data_bytes / 2, 8) + little_endian(0, 4));
  };
  for (auto const* magic : {"RF64", "BW64"}) {
    auto const parser =
        parse(riff({sizes(five_gigabytes), fmt, chunk("data", "s", 0xffffffff)}, magic));
    ASSERT_EQ(parser.state(), status::complete) << parser.error().what();
    EXPECT_EQ(parser.header().data_bytes, five_gigabytes);
  }
  auto const unfinished = parse(riff({sizes(0), fmt, chunk("data", "s", 0xffffffff)}, "RF64"));
  ASSERT_EQ(unfinished.state(), status::complete);
  EXPECT_FALSE(unfinished.header().data_bytes);
}

TEST(wav_header, is_the_same_however_it_is_split) {
  auto const bytes = riff({chunk("LIST", "odd"), chunk("fmt ", format_chunk{}.extensible_body()),
                           chunk("fact", "1234"), chunk("data", "samples!")});
  auto const whole = parse(bytes);
  ASSERT_EQ(whole.state(), status::complete);
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    for (std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
      wav_header_parser parser;
      auto read = parser.feed(boost::asio::buffer(bytes.data(), first));
      for (auto at = first; at < bytes.size(); at += piece) {
        read +=
            parser.feed(boost::asio::buffer(bytes.data() + at, std::min(piece, bytes.size() - at)));
      }
      ASSERT_EQ(parser.state(), status::complete);
      EXPECT_EQ(read, whole.header().data_offset);
      EXPECT_EQ(parser.header().data_offset, whole.header().data_offset);
      EXPECT_EQ(parser.header().data_bytes, whole.header().data_bytes);
    }
  }
}

TEST(wav_header, incomplete_at_every_earlier_byte) {
  auto const bytes = riff({fmt, chunk("data", "samples!")});
  for (std::size_t size = 0; size < 44; ++size) {
    EXPECT_EQ(parse(std::string_view(bytes).substr(0, size)).state(), status::incomplete);
  }
}

TEST(wav_header, anything_else_is_known_at_the_first_byte_that_differs) {
  EXPECT_EQ(parse("").state(), status::incomplete);
  EXPECT_EQ(parse("x").state(), status::not_a_wav);
  EXPECT_EQ(parse("RI").state(), status::incomplete);
  EXPECT_EQ(parse("RIx").state(), status::not_a_wav);
  EXPECT_EQ(parse("RF64....WAV").state(), status::incomplete);
  EXPECT_EQ(parse("RIFF....WAX").state(), status::not_a_wav);
}

TEST(wav_header, names_other_kinds_of_files) {
  EXPECT_THAT(fault("fLaC\0\0\0\x22............", errc::not_a_wav), HasSubstr("a FLAC file"));
  EXPECT_THAT(fault("RIFX\0\0\0\0WAVE", errc::not_a_wav), HasSubstr("big-endian"));
  EXPECT_THAT(fault("RIFF....AVI LIST", errc::not_a_wav), HasSubstr("'AVI '"));
  EXPECT_THAT(fault("{\"json\": \"document\"}", errc::not_a_wav), HasSubstr("not a WAV file"));
}

TEST(wav_header, refuses_what_the_server_does_not_take_and_names_it) {
  auto const refusal = [](format_chunk const& format) {
    return fault(riff({chunk("fmt ", format.body()), chunk("data", "samples!")}),
                 errc::unsupported_audio);
  };
  format_chunk format;
  format.sample_rate = 22050;
  EXPECT_THAT(refusal(format),
              AllOf(HasSubstr("22050 Hz"), HasSubstr("8000, 16000, 32000, 44100 or 48000")));
  format = {};
  format.channels = 9;
  EXPECT_THAT(refusal(format), AllOf(HasSubstr("9 channels"), HasSubstr("1 to 8")));
  format.channels = 0;
  EXPECT_THAT(refusal(format), HasSubstr("0 channels"));
  format = {};
  format.tag = 3;
  format.bits = 32;
  EXPECT_THAT(refusal(format), AllOf(HasSubstr("floating-point"), HasSubstr("ffmpeg")));
  format.tag = 0x1234;
  EXPECT_THAT(refusal(format), HasSubstr("4660"));
  format = {};
  format.bits = 12;
  EXPECT_THAT(refusal(format), AllOf(HasSubstr("12 bits"), HasSubstr("8, 16, 24 or 32")));
  format.tag = 7;
  format.bits = 16;
  EXPECT_THAT(refusal(format), HasSubstr("16 bits instead of 8"));
}

TEST(wav_header, refuses_frames_that_hold_something_else_than_the_samples) {
  format_chunk format;
  format.bits = 24;
  format.frame_bytes = 4;
  EXPECT_THAT(fault(riff({chunk("fmt ", format.body())}), errc::unsupported_audio),
              HasSubstr("4 bytes"));
}

TEST(wav_header, does_not_mind_a_wrong_byte_rate) {
  auto body = format_chunk{}.body();
  body.replace(8, 4, "\xff\xff\xff\xff");
  EXPECT_EQ(parse(riff({chunk("fmt ", body), chunk("data", "")})).state(), status::complete);
}

TEST(wav_header, refuses_chunks_that_contradict_each_other) {
  EXPECT_THAT(fault(riff({chunk("fmt ", "too short")}), errc::not_a_wav), HasSubstr("9 bytes"));
  EXPECT_THAT(fault(riff({chunk("data", "samples!"), fmt}), errc::not_a_wav),
              HasSubstr("before any 'fmt '"));
  auto const short_extensible = format_chunk{}.extensible_body().substr(0, 38);
  EXPECT_THAT(fault(riff({chunk("fmt ", short_extensible)}), errc::not_a_wav), HasSubstr("38"));
  auto unknown_guid = format_chunk{}.extensible_body();
  unknown_guid.back() = '!';
  EXPECT_THAT(fault(riff({chunk("fmt ", unknown_guid)}), errc::unsupported_audio),
              HasSubstr("sub-format"));
}

TEST(wav_header, the_first_format_chunk_counts) {
  format_chunk other;
  other.sample_rate = 48000;
  auto const parser = parse(riff({fmt, chunk("fmt ", other.body()), chunk("data", "")}));
  ASSERT_EQ(parser.state(), status::complete);
  EXPECT_EQ(parser.header().format.sample_rate, 16000);
}

TEST(wav_header, is_bounded) {
  EXPECT_THAT(fault(riff({chunk("id3 ", "x", 0xfffffffe)}), errc::not_a_wav),
              AllOf(HasSubstr("'id3 '"), HasSubstr("4294967294")));
  std::string many = riff({});
  while (many.size() < 3 * gladia::audio::max_wav_header_bytes) many += chunk("LIST", "x");
  wav_header_parser parser;
  EXPECT_LE(parser.feed(boost::asio::buffer(many)), gladia::audio::max_wav_header_bytes + 8);
  EXPECT_EQ(parser.state(), status::failed);
}

TEST(wav_header, survives_any_corruption_in_any_split) {
  auto const good =
      riff({chunk("ds64", std::string(28, '\1')), chunk("LIST", "odd"),
            chunk("fmt ", format_chunk{}.extensible_body()), chunk("data", "samples!")});
  std::mt19937 random(20);
  for (int round = 0; round < 20000; ++round) {
    auto bytes = good;
    for (auto faults = random() % 4; faults > 0; --faults) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    bytes.resize(random() % (bytes.size() + 1));
    auto const whole = parse(bytes);
    wav_header_parser parser;
    for (std::size_t at = 0; at < bytes.size();) {
      // A buffer of its own, so that reading past the piece is found.
      std::vector<char> const piece(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                    bytes.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                        bytes.size(), at + 1 + random() % 50)));
      auto const read = parser.feed(boost::asio::buffer(piece));
      ASSERT_LE(read, piece.size());
      at += piece.size();
    }
    ASSERT_EQ(parser.state(), whole.state());
    ASSERT_EQ(parser.header().data_bytes, whole.header().data_bytes);
    ASSERT_EQ(bool(parser.error()),
              parser.state() == status::failed || parser.state() == status::not_a_wav);
  }
}

TEST_F(wav_on_disk, gives_its_format_length_and_samples) {
  audio_format const format{audio_encoding::pcm, 24, 8000, 2};
  std::string const samples(6 * 4000, 's');
  auto file = wav_file::open(holding(gladia::test::wav(format, samples)));
  ASSERT_TRUE(file) << file.error().what();
  EXPECT_TRUE(file->format() == format);
  EXPECT_EQ(file->data_bytes(), samples.size());
  EXPECT_EQ(file->duration(), std::chrono::milliseconds(500));
  EXPECT_EQ(file->path(), path_);
  EXPECT_EQ(read_all(*file, 1000), samples);
  ASSERT_TRUE(file->rewind());
  EXPECT_EQ(read_all(*file, 100'000), samples) << "again, after rewind";
}

TEST_F(wav_on_disk, reads_whole_frames_only) {
  audio_format const format{audio_encoding::pcm, 24, 8000, 2};
  auto file = wav_file::open(holding(gladia::test::wav(format, std::string(6 * 10 + 5, 's'))));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->data_bytes(), 60u);
  std::string buffer(17, '\0');
  EXPECT_EQ(*file->read(boost::asio::buffer(buffer)), 12u);
  EXPECT_EQ(read_all(*file, 17).size(), 48u);
  EXPECT_TRUE(file->read(boost::asio::buffer(buffer, 5)).error().code() ==
              boost::system::errc::invalid_argument);
}

TEST_F(wav_on_disk, leaves_out_chunks_after_the_samples) {
  auto file = wav_file::open(holding(riff({fmt, chunk("data", "samples!"), chunk("LIST", "no")})));
  ASSERT_TRUE(file);
  EXPECT_EQ(read_all(*file, 1000), "samples!");
}

TEST_F(wav_on_disk, an_unfinished_file_is_read_to_its_end) {
  for (std::uint64_t size : {0u, 0xffffffffu}) {
    auto file = wav_file::open(holding(riff({fmt, chunk("data", "samples!odd", size)})));
    ASSERT_TRUE(file) << file.error().what();
    EXPECT_EQ(read_all(*file, 1000), "samples!odd" + std::string(1, '\0'));
  }
}

// SoX and espeak-ng, which round 0x7ffff000 down to whole frames; LAME; arecord; ffmpeg's less a
// header.
TEST_F(wav_on_disk, a_file_that_was_piped_is_read_to_its_end) {
  for (std::uint64_t size : {0x7fff0000u, 0x7fffeffeu, 0x7ffff000u, 0x7fffffffu, 0x80000000u,
                             0xffffffd3u, 0xffffffb9u, 0xfffffffeu}) {
    auto file = wav_file::open(holding(riff({fmt, chunk("data", "samples!", size)})));
    ASSERT_TRUE(file) << file.error().what();
    EXPECT_EQ(file->data_bytes(), 8u);
    EXPECT_EQ(read_all(*file, 1000), "samples!");
    EXPECT_FALSE(file->is_cut_short()) << size;
  }
}

TEST_F(wav_on_disk, a_file_that_holds_more_than_a_pipe_promises_is_read_to_its_end) {
  std::uint64_t const size = 0x7fff0000;
  holding(riff({fmt, chunk("data", "samples!", size)}));
  std::filesystem::resize_file(path_, 44 + size + 100);  // a hole, on any disk of ours
  auto const file = wav_file::open(path_);
  ASSERT_TRUE(file) << file.error().what();
  EXPECT_EQ(file->data_bytes(), size + 100);
}

TEST_F(wav_on_disk, a_shorter_file_than_promised_is_read_to_its_end_and_says_so) {
  auto const sizes = chunk("ds64", little_endian(0, 8) + little_endian(0x7ffff000, 8) +
                                       little_endian(0, 8) + little_endian(0, 4));
  for (auto const& bytes :
       {riff({fmt, chunk("data", "samples!", 10)}), riff({fmt, chunk("data", "samples!", 5000)}),
        riff({fmt, chunk("data", "samples!", 0x7ffeffffu)}),
        riff({sizes, fmt, chunk("data", "samples!", 0xffffffff)}, "RF64")}) {
    auto file = wav_file::open(holding(bytes));
    ASSERT_TRUE(file) << file.error().what();
    EXPECT_EQ(read_all(*file, 1000), "samples!");
    EXPECT_TRUE(file->is_cut_short());
  }
  EXPECT_FALSE(wav_file::open(holding(riff({fmt, chunk("data", "samples!")})))->is_cut_short());
}

std::string with_riff_size(std::string bytes, std::uint64_t size) {
  return bytes.replace(4, 4, little_endian(size, 4));
}

// A recorder that crashed, or had not yet brought its header up to date.
TEST_F(wav_on_disk, a_size_that_is_too_small_is_not_believed) {
  std::string const more(1000, '\x05');
  for (auto const& bytes :
       {with_riff_size(riff({fmt, chunk("data", "samples!", 8)}) + more, 0),
        with_riff_size(riff({fmt, chunk("data", "samples!", 8)}) + more, 0xffffffff),
        with_riff_size(riff({fmt, chunk("data", "samples!", 8)}) + more, 500),
        riff({fmt, chunk("data", "samples!" + more, 8)})}) {
    auto file = wav_file::open(holding(bytes));
    ASSERT_TRUE(file) << file.error().what();
    EXPECT_EQ(file->data_bytes(), 1008u);
    EXPECT_FALSE(file->is_cut_short());
  }
}

// A recorder that brings both sizes up to date together, copied while it goes on.
TEST_F(wav_on_disk, sizes_that_agree_are_not_believed_where_much_more_follows) {
  std::string const more(100'000, '\x05');
  auto file = wav_file::open(holding(riff({fmt, chunk("data", "samples!")}) + more));
  ASSERT_TRUE(file) << file.error().what();
  EXPECT_EQ(file->data_bytes(), 100'008u);
}

TEST_F(wav_on_disk, a_size_is_believed_where_chunks_follow_up_to_the_end) {
  auto const tag = "TAG" + std::string(125, ' ');  // an ID3v1, which some put behind any file
  auto const odd = "LIST" + little_endian(3, 4) + "abc";  // without pad
  for (auto const& bytes :
       {riff({fmt, chunk("data", "samples!"), chunk("LIST", "no"), chunk("id3 ", "more")}),
        riff({fmt, chunk("data", "samples!")}) + tag,
        with_riff_size(riff({fmt, chunk("data", "samples!"), chunk("LIST", "no")}), 0xffffffff),
        riff({fmt, chunk("data", "samples!"), odd}),
        riff({fmt, chunk("data", "samples!"), odd, chunk("id3 ", "more")}),
        riff({fmt, chunk("data", "samples!"), chunk("LIST", "cut", 400)}),
        with_riff_size(riff({fmt, chunk("data", "samples!"), chunk("LIST", "no")}), 36)}) {
    auto file = wav_file::open(holding(bytes));
    ASSERT_TRUE(file) << file.error().what();
    EXPECT_EQ(read_all(*file, 1000), "samples!");
  }
}

TEST_F(wav_on_disk, an_empty_file_with_more_chunks_is_empty) {
  auto file = wav_file::open(holding(riff({fmt, chunk("data", ""), chunk("LIST", "about it")})));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->data_bytes(), 0u);
}

TEST_F(wav_on_disk, a_file_without_samples_is_empty) {
  auto file = wav_file::open(holding(riff({fmt, chunk("data", "")})));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->duration().count(), 0);
  EXPECT_EQ(read_all(*file, 100), "");
}

TEST_F(wav_on_disk, a_file_that_ends_in_its_header_is_refused) {
  auto const bytes = riff({fmt, chunk("data", "")});
  for (std::size_t size : {12u, 20u, 43u}) {
    refusal(std::string_view(bytes).substr(0, size), errc::truncated_audio);
  }
}

TEST_F(wav_on_disk, a_file_of_something_else_is_refused) {
  // Frames of MP3, without a tag.
  std::string const frame = "\xff\xf3\x38\xc4" + std::string(104, '\0');
  EXPECT_THAT(refusal(frame + frame, errc::not_a_wav), HasSubstr("an MP3 file"));
  refusal("", errc::not_a_wav);
  refusal("RIFF", errc::not_a_wav);
  refusal(std::string(10000, 'x'), errc::not_a_wav);
  format_chunk format;
  format.tag = 3;
  refusal(riff({chunk("fmt ", format.body())}), errc::unsupported_audio);
}

TEST_F(wav_on_disk, a_file_that_shrinks_while_it_is_read_is_reported) {
  auto file = wav_file::open(holding(gladia::test::wav({}, std::string(100'000, 's'))));
  ASSERT_TRUE(file);
  std::filesystem::resize_file(path_, 50);
  std::string buffer(100'000, '\0');
  EXPECT_TRUE(file->read(boost::asio::buffer(buffer)).error() == errc::truncated_audio);
}

TEST_F(wav_on_disk, what_cannot_be_opened_is_named) {
  auto const missing = wav_file::open(path_);
  ASSERT_FALSE(missing);
  EXPECT_TRUE(missing.error().code() == boost::system::errc::no_such_file_or_directory);
  EXPECT_THAT(missing.error().what(), HasSubstr(path_));
  EXPECT_FALSE(missing.error() == gladia::condition::retryable);

  auto const directory = wav_file::open(::testing::TempDir());
  ASSERT_FALSE(directory);
  EXPECT_TRUE(directory.error().code() == boost::system::errc::is_a_directory);
}

}  // namespace
