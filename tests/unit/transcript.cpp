#include <gladia/live/transcript.hpp>

#include <gtest/gtest.h>

#include <gladia/live/event.hpp>
#include <limits>
#include <random>

namespace {

using gladia::live::transcript_view;
using ::testing::ElementsAre;

gladia::transcript_utterance utterance(double start, double end, std::string text,
                                       int channel = 0) {
  gladia::transcript_utterance u;
  u.start = start;
  u.end = end;
  u.channel = channel;
  u.text = std::move(text);
  return u;
}

gladia::transcript message(bool is_final, std::string id, gladia::transcript_utterance u) {
  gladia::transcript m;
  m.data.id = std::move(id);
  m.data.is_final = is_final;
  m.data.utterance = std::move(u);
  return m;
}
gladia::transcript partial(std::string id, gladia::transcript_utterance u) {
  return message(false, std::move(id), std::move(u));
}
gladia::transcript final(std::string id, gladia::transcript_utterance u) {
  return message(true, std::move(id), std::move(u));
}

gladia::translation_message translation(std::string id, gladia::transcript_utterance original,
                                        std::string language, std::string text) {
  gladia::translation_message m;
  m.data.emplace();
  m.data->utterance_id = std::move(id);
  m.data->target_language = std::move(language);
  m.data->translated_utterance = utterance(original.start, original.end, std::move(text));
  m.data->utterance = std::move(original);
  return m;
}

std::vector<std::string> texts(transcript_view const& view) {
  std::vector<std::string> all;
  for (auto const& line : view.lines()) all.emplace_back(line.text());
  return all;
}

TEST(transcript_view, a_partial_replaces_the_one_before) {
  transcript_view view;
  view.add(partial("a", utterance(1, 2, " Hello")));
  view.add(partial("a", utterance(1, 3, " Hello my")));
  EXPECT_THAT(texts(view), ElementsAre("Hello my"));
  EXPECT_FALSE(view.lines()[0].is_final);
}

TEST(transcript_view, the_final_wins_and_stays) {
  transcript_view view;
  view.add(partial("a", utterance(1, 2, " Hello")));
  auto const* line = view.add(final("a", utterance(1, 3, " Hello, my friend.")));
  ASSERT_TRUE(line);
  EXPECT_TRUE(line->is_final);
  EXPECT_EQ(view.add(partial("a", utterance(1, 2.5, " Hello my"))), nullptr);
  EXPECT_THAT(texts(view), ElementsAre("Hello, my friend."));
}

TEST(transcript_view, a_final_that_comes_again_is_the_same_line) {
  transcript_view view;
  view.add(final("a", utterance(1, 3, "Hello.")));
  view.add(final("a", utterance(1, 3, "Hello!")));
  EXPECT_THAT(texts(view), ElementsAre("Hello!"));
}

TEST(transcript_view, channels_have_lines_of_their_own) {
  transcript_view view;
  view.add(final("a", utterance(1, 2, "left", 0)));
  view.add(final("a", utterance(1, 2, "right", 1)));
  EXPECT_THAT(texts(view), ElementsAre("left", "right"));
}

TEST(transcript_view, lines_are_ordered_by_their_start) {
  transcript_view view;
  view.add(final("b", utterance(5, 6, "second")));
  view.add(final("a", utterance(1, 2, "first")));
  view.add(final("c", utterance(7, 9, "third")));
  EXPECT_THAT(texts(view), ElementsAre("first", "second", "third"));
  view.add(final("c", utterance(3, 9, "moved")));
  EXPECT_THAT(texts(view), ElementsAre("first", "moved", "second"));
  EXPECT_EQ(view.text(), "first moved second");
  EXPECT_EQ(view.text("\n"), "first\nmoved\nsecond");
}

TEST(transcript_view, empty_lines_are_not_in_the_text) {
  transcript_view view;
  view.add(final("a", utterance(1, 2, " ")));
  view.add(final("b", utterance(2, 3, " Hello ")));
  EXPECT_EQ(view.text(), "Hello");
  EXPECT_EQ(view.lines().size(), 2u);
}

TEST(transcript_view, marks_text_that_touches_a_replayed_stretch_and_drops_none) {
  transcript_view view;
  view.add(final("a", utterance(4, 5, "Hello.")));
  view.mark_repeated(4, 6);
  view.add(final("b", utterance(3, 4, "before")));
  view.add(final("r", utterance(3.9, 4.5, "reaches")));
  view.add(final("c", utterance(4, 5, "Hello.")));
  view.add(final("d", utterance(5.9, 8, "in it")));
  view.add(final("e", utterance(6, 7, "after")));
  std::vector<std::string> marked;
  for (auto const& line : view.lines()) {
    if (line.maybe_repeated) marked.emplace_back(line.text());
  }
  EXPECT_THAT(marked, ElementsAre("reaches", "Hello.", "in it"));
  EXPECT_EQ(view.text(), "before reaches Hello. Hello. in it after");
}

TEST(transcript_view, learns_from_a_new_link_what_may_be_a_repetition) {
  transcript_view view;
  gladia::live::connected link;
  link.repeated_from = 4;
  link.repeated_to = 6;
  EXPECT_EQ(view.add(gladia::live::event(link)), nullptr);
  EXPECT_FALSE(view.add(final("a", utterance(3, 4, "before")))->maybe_repeated);
  EXPECT_TRUE(view.add(final("b", utterance(4, 5, "Hello.")))->maybe_repeated);
}

TEST(transcript_view, marks_a_translation_that_touches_a_replayed_stretch) {
  transcript_view view;
  view.mark_repeated(4, 6);
  auto const* line = view.add(translation("a", utterance(4, 5, "Hello."), "fr", "Bonjour."));
  ASSERT_TRUE(line);
  EXPECT_TRUE(line->maybe_repeated);
}

TEST(transcript_view, where_ids_start_again_nothing_is_overwritten) {
  transcript_view view;
  view.add(final("0", utterance(1, 2, "first")));
  view.add(partial("0", utterance(8, 9, "second")));
  view.add(final("0", utterance(8, 10, "second one")));
  EXPECT_THAT(texts(view), ElementsAre("first", "second one"));
}

TEST(transcript_view, messages_without_times_are_one_line) {
  transcript_view view;
  view.add(final("a", utterance(0, 0, "one")));
  view.add(final("a", utterance(0, 0, "two")));
  EXPECT_THAT(texts(view), ElementsAre("two"));
}

TEST(transcript_view, translations_join_their_line) {
  transcript_view view;
  auto const original = utterance(1, 2, " Hello", 1);
  view.add(final("a", original));
  ASSERT_TRUE(view.add(translation("a", original, "fr", "Bonjour")));
  view.add(translation("a", original, "de", "Hallo"));
  ASSERT_EQ(view.lines().size(), 1u);
  EXPECT_EQ(view.lines()[0].translations.at("fr").text, "Bonjour");
  EXPECT_EQ(view.lines()[0].translations.at("de").text, "Hallo");

  view.add(final("a", utterance(1, 2, " Hello!", 1)));
  EXPECT_EQ(view.lines()[0].translations.size(), 2u) << "still there";
}

TEST(transcript_view, a_translation_without_its_original_is_found_by_id) {
  transcript_view view;
  view.add(final("a", utterance(1, 2, " Hello", 1)));
  view.add(translation("a", {}, "fr", "Bonjour"));
  ASSERT_EQ(view.lines().size(), 1u);
  EXPECT_EQ(view.lines()[0].translations.at("fr").text, "Bonjour");
}

TEST(transcript_view, a_translation_of_an_unknown_line_brings_it_along) {
  transcript_view view;
  view.add(translation("a", utterance(1, 2, " Hello"), "fr", "Bonjour"));
  EXPECT_EQ(view.text(), "Hello");
  view.add(final("a", utterance(1, 2, " Hello.")));
  EXPECT_EQ(view.text(), "Hello.");
  EXPECT_EQ(view.lines()[0].translations.at("fr").text, "Bonjour");
}

TEST(transcript_view, a_failed_translation_changes_nothing) {
  transcript_view view;
  gladia::translation_message failed;
  failed.error.emplace();
  EXPECT_EQ(view.add(failed), nullptr);
  EXPECT_TRUE(view.lines().empty());
}

TEST(transcript_view, takes_any_message) {
  transcript_view view;
  EXPECT_EQ(view.add(gladia::live_message(gladia::start_session{})), nullptr);
  EXPECT_TRUE(view.add(gladia::live_message(final("a", utterance(1, 2, "Hello")))));
  EXPECT_TRUE(
      view.add(gladia::live_message(translation("a", utterance(1, 2, "Hello"), "fr", "Bonjour"))));
  EXPECT_EQ(view.text(), "Hello");
}

TEST(transcript_view, gives_the_final_utterances_for_subtitles) {
  transcript_view view;
  view.add(final("a", utterance(1, 2, "Hello")));
  view.add(translation("a", utterance(1, 2, "Hello"), "fr", "Bonjour"));
  view.add(final("b", utterance(2, 3, "again")));
  view.add(partial("c", utterance(3, 4, "and")));
  EXPECT_EQ(view.utterances().size(), 2u);
  ASSERT_EQ(view.utterances("fr").size(), 1u);
  EXPECT_EQ(view.utterances("fr")[0].text, "Bonjour");
  EXPECT_TRUE(view.utterances("de").empty());
}

TEST(transcript_view, keeps_no_more_lines_than_allowed) {
  transcript_view view(2);
  view.add(final("a", utterance(1, 2, "first")));
  view.add(final("b", utterance(3, 4, "second")));
  ASSERT_TRUE(view.add(partial("c", utterance(5, 6, "thi"))));
  auto const* line = view.add(final("c", utterance(5, 6, "third")));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->text(), "third");
  EXPECT_THAT(texts(view), ElementsAre("second", "third"));
  EXPECT_EQ(view.add(final("z", utterance(0, 1, "too late"))), nullptr);
  EXPECT_THAT(texts(view), ElementsAre("second", "third"));
}

TEST(transcript_view, whatever_is_said_has_one_line_with_its_newest_text) {
  std::mt19937 random(11);
  transcript_view view;
  std::map<std::pair<std::string, int>, gladia::transcript_utterance> newest;
  std::map<std::pair<std::string, int>, bool> done;
  for (int i = 0; i < 5000; ++i) {
    auto const number = static_cast<int>(random() % 60);
    auto const channel = static_cast<int>(random() % 2);
    auto const key = std::pair{std::to_string(number), channel};
    auto const u = utterance(number, number + 5, std::to_string(random() % 1000), channel);
    bool const is_final = random() % 8 == 0;
    view.add(message(is_final, key.first, u));
    if (is_final || !done[key]) newest[key] = u;
    done[key] = done[key] || is_final;
  }
  ASSERT_EQ(view.lines().size(), newest.size());
  double last = 0;
  for (auto const& line : view.lines()) {
    EXPECT_EQ(line.utterance.text, (newest[{line.id, line.utterance.channel}].text));
    EXPECT_GE(line.utterance.start, last);
    last = line.utterance.start;
  }
}

TEST(transcript_view, senseless_times_do_no_harm) {
  auto const nan = std::numeric_limits<double>::quiet_NaN();
  auto const infinite = std::numeric_limits<double>::infinity();
  transcript_view view;
  view.mark_repeated(nan, 3);
  view.mark_repeated(3, 1);
  for (double time : {nan, infinite, -infinite, -1.0, nan, 0.0}) {
    view.add(final(std::to_string(view.lines().size()), utterance(time, time, "x")));
  }
  EXPECT_EQ(view.lines().size(), 6u);
}

// What a lost link swallowed.

gladia::post_transcript summing_up(std::vector<gladia::transcript_utterance> all) {
  gladia::post_transcript m;
  m.data.utterances = std::move(all);
  return m;
}
gladia::live::event lost_link() {
  return gladia::live::disconnected{};
}

TEST(transcript_view, a_recovered_transcript_is_a_line_of_its_own) {
  transcript_view view;
  view.add(final("a", utterance(1, 2, " first")));
  view.add(final("c", utterance(5, 6, " third")));
  auto recovered = final("recovered-0-3000", utterance(3, 4, " second"));
  recovered.recovered = true;
  auto const* line = view.add(recovered);
  ASSERT_TRUE(line);
  EXPECT_TRUE(line->recovered);
  EXPECT_TRUE(line->is_final);
  EXPECT_THAT(texts(view), ElementsAre("first", "second", "third"));
}

TEST(transcript_view, a_recovered_transcript_replaces_no_finished_line) {
  transcript_view view;
  view.add(final("a", utterance(1, 2, " first")));
  auto recovered = final("a", utterance(1, 2, " 1st"));
  recovered.recovered = true;
  EXPECT_FALSE(view.add(recovered));
  EXPECT_THAT(texts(view), ElementsAre("first"));
}

TEST(transcript_view, a_recovered_transcript_replaces_its_partial) {
  transcript_view view;
  view.add(partial("b", utterance(3, 3.8, " sec")));
  auto recovered = final("recovered-0-3000", utterance(3, 4, " second"));
  recovered.recovered = true;
  view.add(recovered);
  EXPECT_THAT(texts(view), ElementsAre("second"));
  EXPECT_TRUE(view.lines()[0].is_final);
}

TEST(transcript_view, a_summing_up_adds_what_is_missing_where_a_link_was_lost) {
  transcript_view view;
  view.add(final("a", utterance(1, 2, " first")));
  view.add(lost_link());
  view.add(final("c", utterance(5, 6, " third")));
  auto const all = summing_up({utterance(1, 2, " 1st"), utterance(3, 4, " second"),
                               utterance(5, 6, " 3rd"), utterance(7, 8, " fourth")});
  auto const* line = view.add(all);
  ASSERT_TRUE(line);
  EXPECT_TRUE(line->recovered);
  EXPECT_THAT(texts(view), ElementsAre("first", "second", "third"));
  EXPECT_FALSE(view.add(all)) << "once";
}

TEST(transcript_view, a_summing_up_adds_nothing_where_no_link_was_lost) {
  transcript_view view;
  view.add(final("a", utterance(1, 2, " first")));
  EXPECT_FALSE(view.add(summing_up({utterance(1, 2, " first"), utterance(3, 4, " second")})));
  EXPECT_THAT(texts(view), ElementsAre("first"));
}

TEST(transcript_view, a_summing_up_adds_nothing_that_the_session_has_recovered) {
  transcript_view view;
  view.add(final("a", utterance(1, 2, " first")));
  view.add(lost_link());
  auto recovered = final("recovered-0-3000", utterance(3, 4, " second"));
  recovered.recovered = true;
  view.add(recovered);
  EXPECT_FALSE(view.add(summing_up({utterance(1, 2, " first"), utterance(3, 4, " second")})));
  EXPECT_THAT(texts(view), ElementsAre("first", "second"));
}

TEST(transcript_view, a_summing_up_adds_no_repetition) {
  transcript_view view;
  view.add(final("a", utterance(1, 2, " first")));
  view.add(lost_link());
  gladia::live::connected again;
  again.repeated_from = 2.5;
  again.repeated_to = 6.5;
  view.add(gladia::live::event(again));
  view.add(final("b", utterance(5, 6, " second")));
  EXPECT_FALSE(view.add(summing_up(
      {utterance(1, 2, " first"), utterance(3, 4, " second"), utterance(5, 6, " second")})));
  EXPECT_THAT(texts(view), ElementsAre("first", "second"));
}

TEST(transcript_view, a_copy_goes_its_own_way) {
  transcript_view view;
  view.add(final("a", utterance(1, 2, " first")));
  view.add(lost_link());
  auto copy = view;
  auto const all = summing_up({utterance(1, 2, " first"), utterance(3, 4, " second")});
  EXPECT_TRUE(copy.add(all)) << "it knows of the lost link";
  EXPECT_THAT(texts(view), ElementsAre("first"));
  view = std::move(copy);
  EXPECT_THAT(texts(view), ElementsAre("first", "second"));
  copy.add(final("b", utterance(1, 2, " other")));
  EXPECT_THAT(texts(copy), ElementsAre("other")) << "moved from, it is an empty one";
}

}  // namespace
