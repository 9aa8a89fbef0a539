#include <gladia/live/detail/word_ledger.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gladia/detail/stable_sort.hpp>

namespace {

using gladia::live_message;
using gladia::transcript;
using gladia::transcript_data;
using gladia::transcript_utterance;
using gladia::transcript_word;
using gladia::transcription_result;
using gladia::translation_message;
using gladia::translation_result;
using gladia::live::time_span;
using gladia::live::detail::word_ledger;
using testing::ElementsAre;
using testing::IsEmpty;

/// `text` said from `from` to `to`, each of its words as long as the others.
transcript_utterance said(std::string const& text, double from, double to, int channel = 0) {
  transcript_utterance u;
  u.text = " " + text;
  u.start = from;
  u.end = to;
  u.channel = channel;
  auto const count = 1 + std::count(text.begin(), text.end(), ' ');
  auto const length = (to - from) / static_cast<double>(count);
  std::size_t begin = 0;
  for (long i = 0; i < count; ++i) {
    auto const end = std::min(text.find(' ', begin), text.size());
    transcript_word word;
    word.word = " " + text.substr(begin, end - begin);
    word.start = from + static_cast<double>(i) * length;
    word.end = word.start + length;
    u.words.push_back(word);
    begin = end + 1;
  }
  return u;
}

transcript_utterance without_words(transcript_utterance u) {
  u.words.clear();
  return u;
}

transcription_result sum_of(std::vector<transcript_utterance> utterances) {
  transcription_result all;
  for (auto const& u : utterances) all.full_transcript += u.text;
  all.utterances = std::move(utterances);
  return all;
}

std::vector<std::string> texts_of(std::vector<transcript> const& found) {
  std::vector<std::string> texts;
  for (auto const& t : found) texts.push_back(t.data.utterance.text);
  return texts;
}

/// A session of which some finals arrive. Each second of it is a second of audio.
struct a_word_ledger : testing::Test {
  word_ledger ledger{word_ledger::settings{}};
  int ids = 0;

  bool arrives(transcript_utterance const& u, std::string id = {}) {
    transcript_data data;
    data.id = id.empty() ? "id-" + std::to_string(ids++) : id;
    data.is_final = true;
    data.utterance = u;
    return ledger.on_final(data, now);
  }
  double now = 1000;  // the server has heard audio until then
  void lose_link(double heard_until) { ledger.open_gap(heard_until); }
  std::vector<std::string> recover(std::vector<transcript_utterance> all,
                                   word_ledger::source from = {true}) {
    return texts_of(ledger.recover(sum_of(std::move(all)), from));
  }
};

transcript_utterance const first = said("the first", 1, 2);
transcript_utterance const second = said("the second", 3, 4);
transcript_utterance const third = said("the third", 5, 6);

translation_message translated(std::string const& id, transcript_utterance const& u) {
  translation_message m;
  auto& data = m.data.emplace();
  data.utterance_id = id;
  data.utterance = u;
  data.target_language = {"fr"};
  data.translated_utterance = u;
  data.translated_utterance.text = " en francais:" + u.text;
  data.translated_utterance.language = {"fr"};
  return m;
}

/// The three finals, "a" to "c", each with its translation.
std::vector<live_message> messages_of_a_job() {
  std::vector<live_message> messages;
  for (auto const& [id, u] :
       {std::pair("a", first), std::pair("b", second), std::pair("c", third)}) {
    transcript t;
    t.data = {id, true, u};
    messages.push_back(t);
    messages.push_back(translated(id, u));
  }
  return messages;
}

TEST_F(a_word_ledger, misses_nothing_while_no_link_was_lost) {
  arrives(first);
  EXPECT_FALSE(ledger.is_open());
  EXPECT_THAT(recover({first, second}), IsEmpty()) << "nothing is compared";
}

TEST_F(a_word_ledger, finds_the_final_that_a_lost_link_swallowed) {
  arrives(first);
  lose_link(4.5);
  arrives(third);
  EXPECT_TRUE(ledger.is_open());
  auto const found = ledger.recover(sum_of({first, second, third}), {true});
  ASSERT_THAT(texts_of(found), ElementsAre(" the second"));
  EXPECT_TRUE(found[0].recovered);
  EXPECT_TRUE(found[0].data.is_final);
  EXPECT_EQ(found[0].data.id, "recovered-0-3000");
  EXPECT_FALSE(ledger.is_open());
  EXPECT_EQ(ledger.recovered(), 1u);
}

TEST_F(a_word_ledger, finds_what_was_said_at_the_very_end) {
  arrives(first);
  lose_link(6.5);
  EXPECT_THAT(recover({first, second, third}), ElementsAre(" the second", " the third"));
}

TEST_F(a_word_ledger, finds_what_was_said_before_anything_arrived) {
  lose_link(4.5);
  arrives(third);
  EXPECT_THAT(recover({first, second, third}), ElementsAre(" the first", " the second"));
}

TEST_F(a_word_ledger, finds_a_final_that_is_older_than_the_last_one_to_arrive) {
  arrives(second);
  lose_link(4.5);
  arrives(third);
  EXPECT_THAT(recover({first, second, third}), ElementsAre(" the first"));
}

TEST_F(a_word_ledger, looks_no_further_back_than_half_a_minute) {
  arrives(said("long ago", 50, 51));
  lose_link(52);
  arrives(said("news", 60, 61));
  EXPECT_THAT(recover({said("before", 20, 20.9), said("within", 21.1, 22), said("long ago", 50, 51),
                       said("news", 60, 61)}),
              ElementsAre(" within"));
}

TEST_F(a_word_ledger, does_not_look_behind_the_first_news_of_a_later_link) {
  arrives(first);
  lose_link(2.5);
  arrives(second);
  EXPECT_THAT(recover({first, second, third}), IsEmpty()) << "only gaps are looked at";
}

TEST_F(a_word_ledger, looks_behind_a_final_that_only_comes_late) {
  arrives(first);
  lose_link(6.5);
  arrives(second);  // was made before the link was lost; so was the third
  arrives(said("the fourth", 7, 8));
  EXPECT_THAT(recover({first, second, third, said("the fourth", 7, 8)}), ElementsAre(" the third"));
}

TEST_F(a_word_ledger, keeps_channels_apart) {
  ledger = word_ledger(word_ledger::settings{2});
  arrives(said("left", 1, 2, 0));
  arrives(said("right", 1, 2, 1));
  lose_link(4.5);
  arrives(said("left again", 3, 4, 0));
  EXPECT_THAT(recover({said("left", 1, 2, 0), said("right", 1, 2, 1), said("left again", 3, 4, 0),
                       said("lost", 3, 4, 1)}),
              ElementsAre(" lost"));
}

TEST_F(a_word_ledger, takes_channels_that_there_cannot_be) {
  arrives(said("from nowhere", 1, 2, -7));
  arrives(said("from beyond", 2, 3, 1'000'000'000));
  lose_link(5);
  EXPECT_THAT(recover({said("from nowhere", 1, 2, -7), said("lost", 3, 4, 77)}),
              ElementsAre(" lost"));
}

// How a summing-up may differ.

TEST_F(a_word_ledger, finds_the_new_words_of_a_merged_utterance) {
  arrives(first);
  lose_link(4.5);
  arrives(third);
  auto merged = said("x", 1, 6);
  merged.words = first.words;
  for (auto const& u : {second, third}) {
    merged.words.insert(merged.words.end(), u.words.begin(), u.words.end());
  }
  auto const found = ledger.recover(sum_of({merged}), {true});
  ASSERT_THAT(texts_of(found), ElementsAre(" the second"));
  EXPECT_EQ(found[0].data.utterance.start, 3);
  EXPECT_EQ(found[0].data.utterance.end, 4);
  EXPECT_FALSE(ledger.is_open());
}

TEST_F(a_word_ledger, finds_nothing_new_in_texts_that_are_spelled_otherwise) {
  arrives(first);
  lose_link(4.5);
  EXPECT_THAT(recover({said("The 1st", 1, 2)}), IsEmpty());
  EXPECT_FALSE(ledger.is_open());
}

TEST_F(a_word_ledger, finds_nothing_new_in_times_that_are_rounded) {
  arrives(said("a", 1.62, 1.88));
  arrives(said("b", 2.13, 2.37));
  lose_link(9);
  for (auto const unit : {0.1, 0.5, 1.0}) {
    auto const rounded = [unit](transcript_utterance u) {
      auto const round = [unit](double t) { return std::round(t / unit) * unit; };
      u.start = round(u.start);
      u.end = round(u.end);
      for (auto& word : u.words) {
        word.start = round(word.start);
        word.end = round(word.end);
      }
      return u;
    };
    EXPECT_THAT(
        texts_of(ledger.recover(
            sum_of({rounded(said("a", 1.62, 1.88)), rounded(said("b", 2.13, 2.37))}), {false})),
        IsEmpty())
        << unit;
  }
}

TEST_F(a_word_ledger, finds_an_utterance_without_words_as_a_whole) {
  arrives(first);
  lose_link(4.5);
  arrives(third);
  EXPECT_THAT(recover({without_words(first), without_words(second), without_words(third)}),
              ElementsAre(" the second"));
  EXPECT_FALSE(ledger.is_open());
}

TEST_F(a_word_ledger, does_not_divide_a_merged_utterance_without_words) {
  arrives(first);
  lose_link(4.5);
  arrives(third);
  EXPECT_THAT(recover({without_words(said("all three of them", 1, 6))}), IsEmpty());
  EXPECT_TRUE(ledger.is_open()) << "what is new in it is not known";
}

TEST_F(a_word_ledger, closes_no_gap_with_a_text_without_times) {
  arrives(first);
  lose_link(4.5);
  transcription_result all;
  all.full_transcript = "the first the second";
  EXPECT_THAT(ledger.recover(all, {true}), IsEmpty());
  EXPECT_TRUE(ledger.is_open());
}

TEST_F(a_word_ledger, closes_no_gap_with_an_empty_text_where_something_was_said) {
  arrives(first);
  lose_link(4.5);
  EXPECT_THAT(recover({}), IsEmpty());
  EXPECT_TRUE(ledger.is_open());
}

TEST_F(a_word_ledger, closes_its_gaps_with_an_empty_text_where_nothing_was_said) {
  lose_link(4.5);
  EXPECT_THAT(recover({}), IsEmpty());
  EXPECT_TRUE(ledger.is_open()) << "it may be about the last link alone";
  EXPECT_THAT(recover({}, {true, true}), IsEmpty());
  EXPECT_FALSE(ledger.is_open()) << "it is about all audio";
}

TEST_F(a_word_ledger, closes_no_gap_of_a_silent_channel_with_a_text_of_the_last_link_alone) {
  lose_link(4.5);  // with the first and the second
  arrives(third);
  EXPECT_THAT(recover({third}), IsEmpty());
  EXPECT_TRUE(ledger.is_open());
  EXPECT_THAT(recover({first, second, third}), ElementsAre(" the first", " the second"));
  EXPECT_FALSE(ledger.is_open());
}

TEST_F(a_word_ledger, closes_no_gap_with_a_text_that_does_not_reach_back_to_it) {
  arrives(first);
  lose_link(4.5);
  arrives(third);
  EXPECT_THAT(recover({third}), IsEmpty()) << "of the last link alone";
  EXPECT_TRUE(ledger.is_open());
  EXPECT_THAT(recover({first, second, third}), ElementsAre(" the second")) << "another source";
  EXPECT_FALSE(ledger.is_open());
}

TEST_F(a_word_ledger, closes_no_gap_with_a_text_that_lacks_what_was_delivered_however_long_it_is) {
  arrives(first);
  lose_link(4.5);
  arrives(third);
  EXPECT_THAT(recover({third}, {true, true}), IsEmpty());
  EXPECT_TRUE(ledger.is_open());
}

TEST_F(a_word_ledger, closes_no_gap_before_all_is_said) {
  arrives(first);
  lose_link(4.5);
  EXPECT_THAT(texts_of(ledger.recover(sum_of({first, second}), {false})),
              ElementsAre(" the second"));
  EXPECT_TRUE(ledger.is_open());
}

TEST_F(a_word_ledger, finds_each_text_once_however_often_it_is_summed_up) {
  arrives(first);
  lose_link(4.5);
  EXPECT_THAT(texts_of(ledger.recover(sum_of({first, second}), {false})),
              ElementsAre(" the second"));
  EXPECT_THAT(recover({first, second}), IsEmpty());
  EXPECT_THAT(recover({first, second}), IsEmpty());
}

TEST_F(a_word_ledger, compares_ids_where_finals_have_no_times) {
  arrives(said("untimed", 0, 0), "a");
  lose_link(4.5);
  EXPECT_THAT(recover({first, second}), IsEmpty()) << "one of them was delivered";
  EXPECT_TRUE(ledger.is_open());
  std::vector<live_message> messages(2);
  for (auto const* id : {"a", "b"}) {
    transcript t;
    t.data = {id, true, said(id, 0, 0)};
    messages.push_back(t);
  }
  auto const found = ledger.recover(messages, {true});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(std::get<transcript>(found[0]).data.id, "b");
  EXPECT_FALSE(ledger.is_open());
}

TEST_F(a_word_ledger, finds_a_short_word_beside_a_delivered_one_in_rounded_times) {
  arrives(said("before", 9, 10.1));
  lose_link(12);
  EXPECT_THAT(recover({said("before", 9, 10), said("yes", 10, 11)}), ElementsAre(" yes"));

  ledger = word_ledger(word_ledger::settings{});
  arrives(said("before", 9, 10.21));
  lose_link(12);
  EXPECT_THAT(recover({said("before", 9, 10.2), said("yes", 10.2, 10.3)}), ElementsAre(" yes"));
}

TEST_F(a_word_ledger, does_not_know_where_a_word_without_length_belongs_that_borders_on_a_final) {
  arrives(said("before", 9, 9.8));
  lose_link(12);
  auto const yes = said("yes", 10, 10);  // of 10.1 to 10.4, in whole seconds
  EXPECT_THAT(recover({said("before", 9, 10), yes}), IsEmpty());
  EXPECT_TRUE(ledger.is_open());

  auto ends_short = said("before it", 9, 10);
  ends_short.words.back() = yes.words.front();
  ends_short.words.back().word = " it";
  EXPECT_THAT(recover({ends_short}), IsEmpty());
  EXPECT_FALSE(ledger.is_open()) << "it is the last word of what was delivered";
}

TEST_F(a_word_ledger, finds_words_without_times_between_their_neighbours) {
  arrives(first);
  lose_link(20);
  auto call = said("please call 911 now", 10, 14);
  call.words[0].start = call.words[0].end = 0;
  call.words[2].start = call.words[2].end = 0;
  EXPECT_THAT(recover({first, call}), ElementsAre(" please call 911 now"));
  EXPECT_FALSE(ledger.is_open());
}

TEST_F(a_word_ledger, gives_a_text_without_times_those_of_its_words) {
  arrives(first);
  lose_link(20);
  auto timeless = said("one two", 10, 12);
  timeless.start = -1;
  auto const found = ledger.recover(sum_of({first, timeless}), {true});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].data.utterance.start, 10);
  EXPECT_FALSE(ledger.on_final(found[0].data, now)) << "it is known by them";
}

TEST_F(a_word_ledger, finds_two_utterances_that_overlap) {
  arrives(first);
  lose_link(20);
  EXPECT_THAT(recover({first, said("one long talk", 10, 16), said("no", 12, 13)}),
              ElementsAre(" one long talk", " no"));
}

TEST_F(a_word_ledger, does_not_overlook_a_short_word_that_was_merged_without_words) {
  arrives(said("before", 10, 11.6));
  lose_link(15);
  EXPECT_THAT(recover({without_words(said("before yes", 10, 12.4))}), IsEmpty());
  EXPECT_TRUE(ledger.is_open());
}

TEST_F(a_word_ledger, is_not_misled_by_a_time_that_cannot_be) {
  now = 20;
  arrives(said("first", 1, 2));
  arrives(said("nonsense", 1e6, 1e6 + 1));
  lose_link(20);
  arrives(said("nonsense", 2e6, 2e6 + 1));
  EXPECT_THAT(recover({said("first", 1, 2), said("lost", 15, 16)}), ElementsAre(" lost"));
}

TEST_F(a_word_ledger, forgets_nothing_it_needs_where_finals_come_out_of_order) {
  std::vector<transcript_utterance> all;
  for (int i = 0; i < 100; ++i) all.push_back(said("text", i, i + 0.9));
  for (int i = 0; i < 100; ++i) {
    if (i != 60) arrives(all[static_cast<std::size_t>(i)]);
    if (i == 65) arrives(all[60]);  // late
  }
  lose_link(101);
  EXPECT_THAT(recover(all), IsEmpty());
}

TEST_F(a_word_ledger, closes_no_gap_with_a_job_of_which_a_message_cannot_be_read) {
  arrives(first, "a");
  lose_link(4.5);
  word_ledger::source from{true, true, false};
  EXPECT_EQ(ledger.recover(messages_of_a_job(), from).size(), 2u);
  EXPECT_TRUE(ledger.is_open());
}

TEST_F(a_word_ledger, stays_quick_with_a_server_that_never_stops) {
  lose_link(4.5);
  for (int i = 0; i < 100'000; ++i) arrives(said("text", 0, 0.1 + i % 4));
  transcript_utterance huge = said("x", 0, 1000);
  huge.words.assign(100'000, transcript_word{});
  for (std::size_t i = 0; i < huge.words.size(); i += 2) {
    huge.words[i].word = " w";
    huge.words[i].start = huge.words[i].end = 500;
  }
  EXPECT_LE(recover({huge}).size(), huge.words.size());
  EXPECT_TRUE(ledger.is_open()) << "not all that came is known";
}

// What comes twice.

TEST_F(a_word_ledger, withholds_a_final_that_is_sent_again_on_a_later_link) {
  EXPECT_TRUE(arrives(first, "a"));
  lose_link(2.5);
  EXPECT_FALSE(arrives(first, "a"));
  EXPECT_TRUE(arrives(second, "a")) << "other times: another text";
  EXPECT_EQ(ledger.withheld(), 1u);
}

TEST_F(a_word_ledger, withholds_a_final_that_is_sent_twice_over_one_link) {
  EXPECT_TRUE(arrives(first, "a"));
  EXPECT_FALSE(arrives(first, "a"));
  EXPECT_TRUE(arrives(second, "a")) << "other times: another text";
  EXPECT_EQ(ledger.withheld(), 1u);
}

TEST_F(a_word_ledger, delivers_a_final_of_which_only_a_part_was_recovered) {
  arrives(first);
  lose_link(20);
  auto trimmed = said("one two three", 10, 13);
  ASSERT_THAT(recover({first, trimmed}), ElementsAre(" one two three"));
  EXPECT_TRUE(arrives(said("one two three four five", 10, 15)));
}

TEST_F(a_word_ledger, gives_texts_that_begin_together_ids_of_their_own) {
  arrives(first);
  lose_link(20);
  auto const found =
      ledger.recover(sum_of({first, said("one", 10, 11), said("other", 10, 11)}), {true});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].data.id, "recovered-0-10000");
  EXPECT_NE(found[1].data.id, found[0].data.id);
}

TEST_F(a_word_ledger, withholds_a_final_that_comes_after_its_recovery) {
  arrives(first);
  lose_link(4.5);
  ASSERT_THAT(recover({first, second}), ElementsAre(" the second"));
  EXPECT_FALSE(arrives(second));
  EXPECT_TRUE(arrives(third));
  EXPECT_EQ(ledger.withheld(), 1u);
}

TEST_F(a_word_ledger, withholds_a_final_that_was_recovered_in_pieces) {
  arrives(first);
  lose_link(20);
  ASSERT_THAT(recover({first, said("one two", 10, 11.9), said("three four", 12.1, 14)}, {false}),
              ElementsAre(" one two", " three four"));
  EXPECT_FALSE(arrives(said("one two three four", 10, 14)));
  std::vector<live_message> messages;
  transcript t;
  t.data = {"whole", true, said("one two three four", 10, 14)};
  messages.push_back(t);
  EXPECT_THAT(ledger.recover(messages, {true, true}), IsEmpty());
}

TEST_F(a_word_ledger, withholds_every_final_that_is_sent_again_since_the_first_gap) {
  lose_link(1);
  for (int i = 0; i < 100; ++i) arrives(said("text", i, i + 0.9), std::to_string(i));
  lose_link(101);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(arrives(said("text", i, i + 0.9), std::to_string(i))) << i;
  }
}

TEST_F(a_word_ledger, withholds_what_was_heard_twice_where_the_repetition_was_delivered) {
  arrives(first);
  lose_link(6.5);            // with it the second and the third
  ledger.on_repeat(2.5, 2);  // from 2.5 to 4.5 is heard again from 4.5 on
  ledger.on_heard_until(8.5);
  arrives(said("the second", 5, 6));
  arrives(said("news", 9, 10));
  EXPECT_THAT(recover({first, second, said("the second", 5, 6), said("news", 9, 10)}), IsEmpty());
  EXPECT_FALSE(ledger.is_open());
  EXPECT_EQ(ledger.withheld(), 1u);
}

TEST_F(a_word_ledger, withholds_the_repetition_of_what_was_delivered) {
  arrives(first);
  arrives(second);
  lose_link(4.5);
  ledger.on_repeat(2.5, 2);
  EXPECT_THAT(recover({first, second, said("the second", 5, 6)}), IsEmpty());
  EXPECT_EQ(ledger.withheld(), 1u);
}

TEST_F(a_word_ledger, delivers_one_of_two_that_are_both_missing) {
  arrives(first);
  lose_link(4.5);
  ledger.on_repeat(2.5, 2);
  EXPECT_THAT(recover({first, second, said("the second", 5, 6)}), ElementsAre(" the second"));
  EXPECT_EQ(ledger.withheld(), 1u);
}

TEST_F(a_word_ledger, finds_again_what_the_queue_dropped) {
  transcript_data dropped{"b", true, second};
  arrives(first);
  ASSERT_TRUE(ledger.on_final(dropped, now));
  ledger.take_back(dropped);
  lose_link(4.5);
  EXPECT_THAT(recover({first, second}), ElementsAre(" the second"));
}

// Jobs.

TEST_F(a_word_ledger, finds_the_messages_of_a_job_with_their_ids) {
  arrives(first, "a");
  lose_link(4.5);
  arrives(third, "c");
  auto const found = ledger.recover(messages_of_a_job(), {true});
  ASSERT_EQ(found.size(), 1u);
  auto const& t = std::get<transcript>(found[0]);
  EXPECT_EQ(t.data.id, "b");
  EXPECT_TRUE(t.recovered);
  EXPECT_FALSE(ledger.is_open());
}

TEST_F(a_word_ledger, closes_no_gap_with_a_job_whose_messages_hold_no_final) {
  arrives(first);
  lose_link(4.5);
  EXPECT_THAT(ledger.recover(std::vector<live_message>(3), {true, true}), IsEmpty());
  EXPECT_TRUE(ledger.is_open());
}

// Add-ons.

struct a_word_ledger_with_translations : a_word_ledger {
  a_word_ledger_with_translations() {
    word_ledger::settings asked;
    asked.target_languages = {"fr"};
    ledger = word_ledger(asked);
    arrives(first, "a");
    EXPECT_TRUE(ledger.on_addon(translated("a", first), now));
    arrives(second, "b");
    lose_link(4.5);  // with it the second one's translation
    arrives(third, "c");
    EXPECT_TRUE(ledger.on_addon(translated("c", third), now));
  }
};

TEST_F(a_word_ledger_with_translations, finds_the_translation_that_a_lost_link_swallowed) {
  ASSERT_THAT(recover({first, second, third}), IsEmpty());
  EXPECT_TRUE(ledger.misses_addons());
  translation_result french;
  french.transcription.languages = {{"fr"}};
  for (auto const& u : {first, second, third}) {
    french.transcription.utterances.push_back(translated("", u).data->translated_utterance);
  }
  auto const found = ledger.recover(std::vector<translation_result>{french});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].recovered);
  EXPECT_EQ(found[0].data->utterance_id, "b");
  EXPECT_EQ(found[0].data->target_language.code, "fr");
  EXPECT_EQ(found[0].data->translated_utterance.text, " en francais: the second");
  EXPECT_FALSE(ledger.misses_addons());
}

TEST_F(a_word_ledger_with_translations, misses_it_as_long_as_not_all_could_be_read) {
  ASSERT_THAT(recover({first, second, third}), IsEmpty());
  translation_result french;
  french.transcription.languages = {{"fr"}};
  french.transcription.utterances = {translated("", first).data->translated_utterance};
  EXPECT_THAT(ledger.recover(std::vector<translation_result>{french}, false), IsEmpty());
  EXPECT_TRUE(ledger.misses_addons());
}

TEST_F(a_word_ledger_with_translations, misses_some_as_long_as_not_all_of_a_job_could_be_read) {
  EXPECT_THAT(ledger.recover(messages_of_a_job(), {true, false, false}), testing::SizeIs(1));
  EXPECT_TRUE(ledger.misses_addons());
}

TEST_F(a_word_ledger_with_translations, finds_it_among_the_messages_of_a_job) {
  auto const found = ledger.recover(messages_of_a_job(), {true});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(std::get<translation_message>(found[0]).data->utterance_id, "b");
  EXPECT_FALSE(ledger.misses_addons());
}

TEST_F(a_word_ledger_with_translations, withholds_one_that_is_sent_again) {
  EXPECT_FALSE(ledger.on_addon(translated("a", first), now));
}

TEST_F(a_word_ledger, says_that_entities_are_missing_which_no_message_told) {
  word_ledger::settings asked;
  asked.named_entities = true;
  ledger = word_ledger(asked);
  arrives(first);
  lose_link(4.5);
  ASSERT_THAT(recover({first, second}), ElementsAre(" the second"));
  EXPECT_TRUE(ledger.misses_addons());
}

// What is not known.

TEST_F(a_word_ledger, tells_where_words_may_be_missing) {
  arrives(said("early", 40, 41.0004));
  lose_link(45);
  EXPECT_EQ(ledger.unknown_hull(45.0001), (time_span{11, 45.001}));
  arrives(said("news", 46.5, 47));
  EXPECT_EQ(ledger.unknown_hull(50), (time_span{11, 46.5})) << "it has an end";
  lose_link(100);
  EXPECT_THAT(ledger.unknown(100.5), ElementsAre(time_span{11, 100.5}));
}

TEST_F(a_word_ledger, tells_of_stretches_apart_from_each_other) {
  arrives(said("a", 40, 41));
  lose_link(45);
  arrives(said("b", 46, 47));
  arrives(said("c", 99, 100));
  lose_link(101);
  arrives(said("d", 102, 103));
  EXPECT_THAT(ledger.unknown(200), ElementsAre(time_span{11, 46}, time_span{70, 102}));
}

TEST_F(a_word_ledger, that_is_off_takes_everything_and_misses_nothing) {
  ledger = word_ledger();
  EXPECT_TRUE(arrives(first, "a"));
  lose_link(4.5);
  EXPECT_TRUE(arrives(first, "a"));
  EXPECT_THAT(recover({first, second}), IsEmpty());
  EXPECT_FALSE(ledger.is_open());
}

// Against a plain model.

/// How a server counts audio that is sent again.
enum class counting { on, forgetting, anew };

/// A session of random utterances, links and losses. Every text is unique, also that of an
/// utterance heard twice, so that the model only has to count texts, which the ledger never looks
/// at.
class random_session {
 public:
  explicit random_session(unsigned seed)
      : random_(seed),
        counting_(static_cast<counting>(number(3))),
        channels_(1 + static_cast<int>(number(8))),
        ledger_(word_ledger::settings{channels_}) {}

  void play() {
    auto const utterances = speak();
    double resume = 0;  // of the client's audio
    while (resume < length && !testing::Test::HasFailure()) {
      auto const end = roll(4) ? length : std::min(resume + 3 + fraction() * 30, length);
      auto const next = end < length ? end - fraction() * 3 : end;
      tell(utterances, {resume, end}, next);
      if (end < length) reconnect(end, next);
      resume = next;
    }
    auto const is_open = ledger_.is_open();
    for (auto const& t : ledger_.recover(sum_up(), {true, true})) {
      EXPECT_TRUE(is_open);
      for (auto const& word : t.data.utterance.words) ++delivered_[word.word];
    }
    EXPECT_FALSE(ledger_.is_open());
    for (auto const& u : told_) {
      for (auto const& word : u.words) expect_once(word);
    }
  }

 private:
  static constexpr double length = 90;  // seconds

  unsigned number(unsigned below) { return static_cast<unsigned>(random_() % below); }
  bool roll(unsigned sides) { return number(sides) == 0; }
  double fraction() { return number(1000) / 1000.0; }

  /// What is said in the client's audio, mostly in the order in which it ends.
  std::vector<transcript_utterance> speak() {
    std::vector<transcript_utterance> all;
    for (int channel = 0; channel < channels_; ++channel) {
      for (double now = fraction() * 3; now < length;) {
        auto const to = now + 0.3 + fraction() * 4;
        std::string text = "w";
        for (auto more = number(6); more > 0; --more) text += " w";
        all.push_back(said(text, now, to, channel));
        now = to + 0.01 + fraction() * 3;
      }
    }
    gladia::detail::stable_sort(all, [](auto const& a, auto const& b) { return a.end < b.end; });
    // Their order is not promised.
    for (std::size_t i = 1; i < all.size(); ++i) {
      if (roll(10)) std::swap(all[i - 1], all[i]);
    }
    return all;
  }

  /// The server says what lies wholly in the audio of one link. Some of the last of it is lost.
  void tell(std::vector<transcript_utterance> const& all, time_span heard, double next) {
    auto const is_cut = heard.to < length;
    for (auto const& u : all) {
      if (u.start < heard.from || u.end > heard.to) continue;
      auto const is_forgotten = counting_ == counting::forgetting && u.end > next;
      if (is_forgotten) continue;
      auto const copy = as_heard(u);
      told_.push_back(copy);
      auto const is_lost = is_cut && u.end > heard.to - 2.5 && roll(2);
      if (is_lost) continue;
      transcript_data const data{"id-" + std::to_string(told_.size()), true, copy};
      ASSERT_TRUE(ledger_.on_final(data, length * 2));
      for (auto const& word : copy.words) ++delivered_[word.word];
      if (was_lost_ && roll(10)) {
        EXPECT_FALSE(ledger_.on_final(data, length * 2)) << "sent again";
      }
    }
  }

  void reconnect(double end, double next) {
    ledger_.open_gap(end + ahead_);
    was_lost_ = true;
    auto const again = end - next;
    if (counting_ == counting::on) ledger_.on_repeat(next + ahead_, again);
    auto const before = ahead_;
    if (counting_ != counting::forgetting) ahead_ += again;
    // Not more than a bound is known of a server that forgets, or counts anew.
    ledger_.on_heard_until(end + before + again);
  }

  /// With the times of the server, and words that were never said before.
  transcript_utterance as_heard(transcript_utterance u) {
    u.start += ahead_;
    u.end += ahead_;
    auto const from = client_time_.size();
    for (auto& word : u.words) {
      auto const id = " w" + std::to_string(client_time_.size());
      client_time_[id] = {u.channel, word.start};
      word.word = id;
      word.start += ahead_;
      word.end += ahead_;
    }
    u.text = " t" + std::to_string(from);
    return u;
  }

  /// A word was delivered once, or not, but what the server heard the other time was.
  void expect_once(transcript_word const& word) {
    auto const times = delivered_[word.word];
    if (times == 1) return;
    EXPECT_EQ(times, 0) << word.word << " came twice";
    auto const mine = client_time_.at(word.word);
    auto const is_same = [&](auto const& other) {
      return other.second.first == mine.first &&
             std::abs(other.second.second - mine.second) < 1e-6 && delivered_[other.first] == 1;
    };
    EXPECT_TRUE(std::any_of(client_time_.begin(), client_time_.end(), is_same))
        << word.word << " at " << word.start << " is lost";
    EXPECT_EQ(counting_, counting::on) << "else all hearings are delivered";
    EXPECT_GT(ledger_.withheld(), 0u);
  }

  transcription_result sum_up() {
    auto all = told_;
    if (roll(2)) merge_neighbours(all);
    if (roll(2)) round_to(all, 0.01);
    return sum_of(std::move(all));
  }

  void merge_neighbours(std::vector<transcript_utterance>& all) {
    gladia::detail::stable_sort(all,
                                [](auto const& a, auto const& b) { return a.channel < b.channel; });
    std::vector<transcript_utterance> merged;
    for (auto& u : all) {
      if (!merged.empty() && merged.back().channel == u.channel && roll(2)) {
        auto& last = merged.back();
        last.end = u.end;
        last.text += u.text;
        last.words.insert(last.words.end(), u.words.begin(), u.words.end());
      } else {
        merged.push_back(std::move(u));
      }
    }
    all = std::move(merged);
  }

  static void round_to(std::vector<transcript_utterance>& all, double unit) {
    auto const round = [unit](double& t) { t = std::round(t / unit) * unit; };
    for (auto& u : all) {
      round(u.start);
      round(u.end);
      for (auto& word : u.words) {
        round(word.start);
        round(word.end);
      }
    }
  }

  std::mt19937 random_;
  counting counting_;
  int channels_;
  word_ledger ledger_;
  double ahead_ = 0;
  bool was_lost_ = false;
  std::vector<transcript_utterance> told_;
  std::map<std::string, int> delivered_;
  std::map<std::string, std::pair<int, double>> client_time_;
};

TEST(word_ledgers, deliver_every_word_of_random_sessions_exactly_once) {
  for (unsigned seed = 0; seed < 1000 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_session(seed).play();
  }
}

}  // namespace
