#include <gladia/live/subtitle.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

namespace {

using namespace std::chrono_literals;
using gladia::live::make_captions;
using gladia::live::subtitle_options;
using gladia::live::to_srt;
using gladia::live::to_webvtt;
using ::testing::ElementsAre;

gladia::transcript_utterance spoken(double start, double end, std::string text) {
  gladia::transcript_utterance u;
  u.start = start;
  u.end = end;
  u.text = std::move(text);
  return u;
}

// One word a second, with the space in front that the server sends.
gladia::transcript_utterance with_words(double start, std::vector<std::string> const& words) {
  auto u = spoken(start, start + static_cast<double>(words.size()), "");
  for (auto const& word : words) {
    u.text += " " + word;
    auto const begin = start + static_cast<double>(u.words.size());
    u.words.push_back({" " + word, begin, begin + 0.5, 1});
  }
  return u;
}

subtitle_options layout(std::size_t characters, std::size_t rows) {
  subtitle_options options;
  options.max_characters_per_row = characters;
  options.max_rows = rows;
  options.minimum_duration = 0ms;
  return options;
}

std::size_t code_points(std::string const& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

TEST(srt, has_numbers_times_and_rows) {
  EXPECT_EQ(
      to_srt({spoken(0.412, 3.108, " Hello, my name is Sasha."), spoken(3661.5, 3662.75, " Bye.")}),
      "1\n"
      "00:00:00,412 --> 00:00:03,108\n"
      "Hello, my name is Sasha.\n"
      "\n"
      "2\n"
      "01:01:01,500 --> 01:01:02,750\n"
      "Bye.\n");
}

TEST(webvtt, has_a_header_times_and_rows) {
  EXPECT_EQ(to_webvtt({spoken(0.412, 3.108, " Hello, my name is Sasha.")}),
            "WEBVTT\n"
            "\n"
            "00:00:00.412 --> 00:00:03.108\n"
            "Hello, my name is Sasha.\n");
}

TEST(srt, can_be_written_caption_by_caption) {
  std::vector<gladia::transcript_utterance> const said = {spoken(0.5, 2, "a --> b"),
                                                          spoken(2, 3, "c")};
  std::string file;
  for (auto const& c : make_captions(said)) file += to_srt(c, file.empty() ? 1 : 2);
  EXPECT_EQ(file, to_srt(said) + '\n');
  EXPECT_EQ(to_srt(make_captions(said)[1], 7), "7\n00:00:02,000 --> 00:00:03,000\nc\n\n");
}

TEST(webvtt, can_be_written_caption_by_caption) {
  std::vector<gladia::transcript_utterance> const said = {spoken(0.5, 2, "R&D"), spoken(2, 3, "c")};
  std::string file = gladia::live::webvtt_header;
  for (auto const& c : make_captions(said)) file += to_webvtt(c);
  EXPECT_EQ(file, to_webvtt(said) + '\n');
}

TEST(subtitles, of_nothing_are_an_empty_file) {
  EXPECT_EQ(to_srt({}), "");
  EXPECT_EQ(to_webvtt(std::vector<gladia::transcript_utterance>()), "WEBVTT\n");
  EXPECT_EQ(to_srt({spoken(1, 2, " \n")}), "");
}

TEST(webvtt, escapes_markup) {
  EXPECT_THAT(to_webvtt({spoken(1, 2, "<b>R&D</b> --> x")}),
              ::testing::HasSubstr("\n&lt;b&gt;R&amp;D&lt;/b&gt; --&gt; x\n"));
}

TEST(srt, writes_no_second_arrow) {
  EXPECT_THAT(to_srt({spoken(1, 2, "a ----> b")}), ::testing::HasSubstr("\na -> b\n"));
}

TEST(subtitles, text_never_breaks_the_file) {
  auto const captions = make_captions(
      {spoken(1, 2, "one\n\n2\r\n00:00 two\tthree" + std::string(1, '\0'))}, layout(0, 0));
  ASSERT_EQ(captions.size(), 1u);
  EXPECT_THAT(captions[0].rows, ElementsAre("one 2 00:00 two three"));
}

TEST(captions, rows_are_cut_between_words) {
  auto const captions =
      make_captions({spoken(0, 4, "the quick brown fox jumps over it")}, layout(10, 0));
  ASSERT_EQ(captions.size(), 1u);
  EXPECT_THAT(captions[0].rows, ElementsAre("the quick", "brown fox", "jumps over", "it"));
}

TEST(captions, words_longer_than_a_row_are_cut_between_characters) {
  auto const captions = make_captions({spoken(0, 4, "a äöüßäöüßäö b")}, layout(4, 0));
  ASSERT_EQ(captions.size(), 1u);
  EXPECT_THAT(captions[0].rows, ElementsAre("a", "äöüß", "äöüß", "äö b"));
}

TEST(captions, what_does_not_fit_comes_in_the_next_one_at_the_time_of_its_words) {
  auto const captions =
      make_captions({with_words(10, {"aaaa", "bbbb", "cccc", "dddd", "eeee"})}, layout(4, 2));
  ASSERT_EQ(captions.size(), 3u);
  EXPECT_THAT(captions[0].rows, ElementsAre("aaaa", "bbbb"));
  EXPECT_EQ(captions[0].start, 10s);
  EXPECT_EQ(captions[0].end, 11500ms);
  EXPECT_THAT(captions[1].rows, ElementsAre("cccc", "dddd"));
  EXPECT_EQ(captions[1].start, 12s);
  EXPECT_EQ(captions[1].end, 13500ms);
  EXPECT_THAT(captions[2].rows, ElementsAre("eeee"));
  EXPECT_EQ(captions[2].start, 14s);
}

TEST(captions, without_words_time_is_divided_by_length) {
  auto const captions = make_captions({spoken(0, 9, "aaaa bbbb")}, layout(4, 1));
  ASSERT_EQ(captions.size(), 2u);
  EXPECT_EQ(captions[0].end, 4s);
  EXPECT_EQ(captions[1].start, 5s);
  EXPECT_EQ(captions[1].end, 9s);
}

TEST(captions, words_that_are_not_in_the_text_do_not_matter) {
  auto odd = with_words(0, {"aaaa", "bbbb"});
  odd.words.insert(odd.words.begin() + 1, {" never said", 0.7, 0.8, 1});
  auto const captions = make_captions({odd}, layout(4, 1));
  ASSERT_EQ(captions.size(), 2u);
  EXPECT_EQ(captions[1].start, 1s);
}

TEST(captions, are_ordered_by_their_start) {
  auto const captions = make_captions({spoken(5, 6, "b"), spoken(1, 2, "a")});
  ASSERT_EQ(captions.size(), 2u);
  EXPECT_THAT(captions[0].rows, ElementsAre("a"));
}

TEST(captions, short_ones_stay_until_the_next_or_the_minimum) {
  subtitle_options options;
  options.minimum_duration = 2s;
  auto const captions = make_captions({spoken(1, 1.1, "a"), spoken(2, 2.1, "b")}, options);
  ASSERT_EQ(captions.size(), 2u);
  EXPECT_EQ(captions[0].end, 2s);
  EXPECT_EQ(captions[1].end, 4s);
}

TEST(captions, senseless_times_are_put_right) {
  auto const nan = std::numeric_limits<double>::quiet_NaN();
  auto const infinite = std::numeric_limits<double>::infinity();
  for (double start : {nan, infinite, -infinite, -5.0, 3.0}) {
    for (double end : {nan, infinite, -infinite, -5.0, 2.0}) {
      auto u = spoken(start, end, "one two");
      u.words = {{" one", end, start, 1}, {" two", nan, -infinite, 1}};
      for (auto const& c : make_captions({u}, layout(3, 1))) {
        EXPECT_GE(c.start, 0s);
        EXPECT_GT(c.end, c.start);
      }
    }
  }
}

TEST(captions, no_text_is_lost_and_no_limit_is_passed) {
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> words;
    for (auto count = random() % 20; count > 0; --count) {
      std::string word;
      for (auto size = 1 + random() % 9; size > 0; --size) word += random() % 3 ? "x" : "é";
      words.push_back(word);
    }
    auto const spoken = with_words(3, words);
    auto const characters = 1 + random() % 12;
    auto const rows = 1 + random() % 3;
    std::string shown;
    auto last = 0ms;
    for (auto const& c : make_captions({spoken}, layout(characters, rows))) {
      ASSERT_LE(c.rows.size(), rows);
      ASSERT_GE(c.start, last);
      last = c.start;
      for (auto const& row : c.rows) {
        ASSERT_LE(code_points(row), characters);
        ASSERT_FALSE(row.empty());
        shown += row;
      }
    }
    std::string said;
    for (auto const& word : words) said += word;
    shown.erase(std::remove(shown.begin(), shown.end(), ' '), shown.end());
    ASSERT_EQ(shown, said);
  }
}

}  // namespace
