#include <gladia/live/event_json.hpp>
#include <gladia/live/session.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/use_future.hpp>
#include <string>
#include <vector>

#include "support/fake_transport.hpp"
#include "support/session_player.hpp"

/// What becomes of words that a lost link swallowed, with a server that says just what it is told.
namespace {

using namespace gladia::test;
using gladia::transcript;
using gladia::live::event_selection;
using gladia::live::warning_code;
using testing::ElementsAre;
using testing::IsEmpty;

std::string utterance(std::string const& text, double start, double end) {
  return R"({"text":")" + text + R"(","start":)" + std::to_string(start) + R"(,"end":)" +
         std::to_string(end) + R"(,"channel":0,"words":[]})";
}
std::string final(std::string const& text, double start, double end) {
  return R"({"type":"transcript","data":{"id":"id-)" + text + R"(","is_final":true,"utterance":)" +
         utterance(text, start, end) + "}}";
}
std::string transcription(std::vector<std::string> const& utterances) {
  std::string all;
  for (auto const& u : utterances) all += (all.empty() ? "" : ",") + u;
  return R"({"full_transcript":"x","languages":[],"utterances":[)" + all + "]}";
}

std::string quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2) {
    text.insert(at, "\\");
  }
  return '"' + text + '"';
}

std::vector<std::string> const all_three{utterance("one", 0.01, 0.02), utterance("two", 0.03, 0.04),
                                         utterance("three", 0.12, 0.13)};

/// Says "one" on its first link, loses it, and says "three" on its second: "two" is lost. Audio is
/// played in pieces of 10 ms.
struct a_session_that_loses_a_word : a_session {
  gladia::live_request request = request_of_counted_audio();
  std::vector<event> events;
  summary end;

  void SetUp() override {
    far->close_after = 5;
    say_on_links({final("one", 0.01, 0.02)}, {final("three", 0.12, 0.13)});
    far->transcription = transcription(all_three);
  }
  /// What is said with the third piece of each link.
  void say_on_links(std::vector<std::string> first, std::vector<std::string> second) {
    far->answer_to_audio = [this, first, second, links = 0, pieces = 0](std::uint64_t from,
                                                                        std::uint64_t to) mutable {
      if (links != far->links) pieces = 0;
      links = far->links;
      auto answer = ++pieces == 3 ? (links == 1 ? first : second) : std::vector<std::string>();
      answer.push_back(acknowledgement(from, to));
      return answer;
    };
  }
  void play() { play_in(make_test_client(io.get_executor(), far).session(request, options)); }
  void play_in(gladia::live::session made) {
    session.emplace(std::move(made));
    auto run = session->async_run(asio::use_future);
    for (int i = 0; i < 12; ++i) {
      auto const piece = counted_audio(static_cast<std::size_t>(i) * 160, 160);
      ASSERT_TRUE(get(session->async_send(asio::buffer(piece), asio::use_future)));
    }
    session->stop();
    end = get(std::move(run));
    events = drain();
  }
  std::vector<std::string> texts(bool recovered) const {
    std::vector<std::string> found;
    for (auto const& t : all_of<gladia::transcript>(events)) {
      if (t.recovered == recovered) found.push_back(t.data.utterance.text);
    }
    return found;
  }
};

TEST_F(a_session_that_loses_a_word, delivers_it_from_the_summing_up_and_marks_it) {
  play();
  EXPECT_THAT(texts(false), ElementsAre("one", "three"));
  EXPECT_THAT(texts(true), ElementsAre("two"));
  EXPECT_EQ(end.verdict, completeness::complete) << end.error.what();
  EXPECT_EQ(end.stats.finals_recovered, 1u);
  EXPECT_EQ(far->http_calls, 1) << "no job is asked for";
}

TEST_F(a_session_that_loses_a_word, finds_it_in_the_messages_of_the_job) {
  far->sums_up = false;
  far->job_result = R"({"metadata":{"audio_duration":0.12},"messages":[)" +
                    quoted(final("one", 0.01, 0.02)) + "," + quoted(final("two", 0.03, 0.04)) +
                    "," + quoted(final("three", 0.12, 0.13)) + "]}";
  play();
  EXPECT_THAT(texts(true), ElementsAre("two"));
  EXPECT_EQ(all_of<gladia::transcript>(events).back().data.id, "id-two");
  EXPECT_EQ(end.verdict, completeness::complete);
  EXPECT_EQ(far->http_calls, 2);
}

TEST_F(a_session_that_loses_a_word, does_not_know_it_where_nothing_tells) {
  far->sums_up = false;
  play();
  EXPECT_THAT(texts(true), IsEmpty());
  EXPECT_EQ(end.verdict, completeness::unknown);
  EXPECT_FALSE(end.error) << "it was ended in order";
  ASSERT_EQ(end.words_unknown.size(), 1u);
  EXPECT_EQ(end.words_unknown[0].from, 0);
  EXPECT_EQ(end.words_unknown[0].to, 0.12) << "the first news of the second link";
}

TEST_F(a_session_that_loses_a_word, does_not_take_it_for_found_by_a_final_whose_time_is_none) {
  auto three = final("three", 0.12, 0.13);
  three.replace(three.find("0.120000"), 8, "NaN");
  say_on_links({final("one", 0.01, 0.02)}, {three});
  far->sums_up = false;
  play();
  EXPECT_EQ(end.verdict, completeness::unknown);
  auto const said = all_of<gladia::transcript>(events);
  EXPECT_EQ(said.back().data.utterance.text, "three") << "delivered all the same";
  EXPECT_EQ(said.back().envelope.unreadable,
            "data.utterance.start: expected a number, got no number");
}

TEST_F(a_session_that_loses_a_word, does_not_know_it_where_a_message_of_the_job_is_read_in_part) {
  for (bool const is_whole : {true, false}) {
    far = std::make_shared<far_side>();
    SetUp();
    far->sums_up = false;
    auto two = final("two", 0.03, 0.04);
    if (!is_whole) two.replace(two.find("0.030000"), 8, "NaN");
    far->job_result = R"({"metadata":{"audio_duration":0.12},"messages":[)" +
                      quoted(final("one", 0.01, 0.02)) + "," + quoted(two) + "," +
                      quoted(final("three", 0.12, 0.13)) + "]}";
    play();
    EXPECT_EQ(end.verdict, is_whole ? completeness::complete : completeness::unknown);
    EXPECT_THAT(texts(true), ElementsAre("two")) << "delivered all the same";
  }
}

TEST_F(a_session_that_loses_a_word, says_of_a_message_what_it_could_not_read_of_it) {
  std::vector<std::string> lines;
  gladia::logger log;
  log.write = [&lines](gladia::log_level, std::string_view line) { lines.emplace_back(line); };
  auto one = final("one", 0.01, 0.02);
  one.replace(one.find("\"words\":[]"), 10, "\"words\":7");
  say_on_links({one, one}, {one});
  play_in(make_test_client(io.get_executor(), far, "key", log).session(request, options));
  auto const first = all_of<gladia::transcript>(events).front();
  EXPECT_NE(gladia::live::to_json(first).find(
                R"("unreadable":"data.utterance.words: expected an array, got a number")"),
            std::string::npos)
      << gladia::live::to_json(first);
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [](auto const& line) {
                            return line.find(
                                       "a message of type transcript could not be read "
                                       "wholly: data.utterance.words: expected an array, "
                                       "got a number") != std::string::npos;
                          }),
            1)
      << "logged once";
}

TEST_F(a_session_that_loses_a_word, says_so_as_json) {
  far->sums_up = false;
  play();
  EXPECT_NE(gladia::live::to_json(end).find(R"("words_unknown":[[0.0,0.12]])"), std::string::npos)
      << gladia::live::to_json(end);
  far->transcription = transcription(all_three);
  for (auto const keep_raw : {false, true}) {
    options.keep_raw = keep_raw;
    far = std::make_shared<far_side>();
    SetUp();
    play();
    std::string marked;
    for (auto const& e : events) {
      auto const line = gladia::live::to_json(e);
      if (line.find(R"("recovered":true)") != std::string::npos) marked += line;
    }
    EXPECT_NE(marked.find("two"), std::string::npos);
    EXPECT_EQ(marked.find("three"), std::string::npos);
  }
}

TEST_F(a_session_that_loses_a_word, asks_nobody_where_finals_are_not_asked_for) {
  options.events = event_selection::none;
  far->sums_up = false;
  play();
  EXPECT_EQ(end.verdict, completeness::complete) << "of the audio";
  EXPECT_TRUE(end.words_unknown.empty());
  EXPECT_EQ(far->http_calls, 1);
}

TEST_F(a_session_that_loses_a_word, withholds_one_that_comes_after_all) {
  far->last_words.push_back(final("two", 0.03, 0.04));
  play();
  EXPECT_THAT(texts(true), ElementsAre("two"));
  EXPECT_THAT(texts(false), ElementsAre("one", "three"));
  EXPECT_EQ(end.stats.finals_withheld, 1u);
}

TEST_F(a_session_that_loses_a_word, withholds_one_that_is_sent_again) {
  say_on_links({final("one", 0.01, 0.02)}, {final("one", 0.01, 0.02), final("three", 0.12, 0.13)});
  play();
  EXPECT_THAT(texts(false), ElementsAre("one", "three"));
  EXPECT_EQ(end.stats.finals_withheld, 1u);
  EXPECT_EQ(end.verdict, completeness::complete);
}

TEST_F(a_session_that_loses_a_word, opens_a_gap_where_a_transcript_cannot_be_read) {
  far->close_after = 0;
  say_on_links({final("one", 0.01, 0.02), R"({"type":"transcript","data":{"id":7}})"}, {});
  play();
  EXPECT_THAT(texts(true), ElementsAre("two", "three"));
  EXPECT_EQ(end.verdict, completeness::complete);
}

TEST_F(a_session_that_loses_a_word, has_a_good_end_if_its_end_is_lost_and_the_job_holds_all) {
  far->goodbye = 4403;
  far->job_result =
      R"({"metadata":{"audio_duration":0.12},"transcription":)" + transcription(all_three) + "}";
  play();
  EXPECT_EQ(end.verdict, completeness::complete);
  EXPECT_FALSE(end.error) << end.error.what();
  EXPECT_EQ(end.close_code, 4403);
}

TEST_F(a_session_that_loses_a_word, has_no_good_end_if_its_job_is_shorter_than_its_audio) {
  far->goodbye = 4403;
  far->job_result =
      R"({"metadata":{"audio_duration":0.02},"transcription":)" + transcription(all_three) + "}";
  play();
  EXPECT_EQ(end.verdict, completeness::unknown);
  EXPECT_EQ(end.error, errc::session_gone);
}

TEST_F(a_session_that_loses_a_word, has_no_good_end_if_its_job_has_repeats_instead_of_the_end) {
  far->goodbye = 4403;
  auto const say = std::exchange(far->answer_to_audio, {});
  far->answer_to_audio = [this, say](std::uint64_t from, std::uint64_t to) {
    auto answer = say(from, to);
    answer.pop_back();
    // The 50 ms of the first link are not acknowledged, and come again.
    if (far->links == 2) answer.push_back(acknowledgement(from + 1600, to + 1600));
    return answer;
  };
  far->job_result =
      R"({"metadata":{"audio_duration":0.11},"transcription":)" + transcription(all_three) + "}";
  play();
  EXPECT_GT(end.stats.bytes_replayed, 0u);
  EXPECT_EQ(end.verdict, completeness::unknown);
  EXPECT_EQ(end.error, errc::session_gone);
}

TEST_F(a_session_that_loses_a_word, asks_no_longer_where_no_answer_can_be_read) {
  far->sums_up = false;
  far->job_result = "no JSON";
  play();
  EXPECT_EQ(end.verdict, completeness::unknown);
  EXPECT_EQ(far->asked, 3u);
}

TEST_F(a_session_that_loses_a_word, looks_for_none_where_the_request_given_to_attach_wants_none) {
  request.messages_config.receive_final_transcripts = false;
  far->sums_up = false;
  gladia::live_session_info job;
  job.id = "job";
  job.url = gladia::secret("ws://127.0.0.1/v2/live?token=t");
  play_in(make_test_client(io.get_executor(), far).attach(job, request, options));
  EXPECT_EQ(end.verdict, completeness::complete) << "of the audio";
  EXPECT_EQ(far->http_calls, 0);
}

TEST_F(a_session_that_loses_a_word, says_once_that_addons_may_be_missing) {
  request.realtime_processing.sentiment_analysis = true;
  play();
  EXPECT_EQ(warnings(events, warning_code::addons_missing).size(), 1u);
}

TEST_F(a_session_that_loses_a_word, opens_a_gap_where_a_message_is_no_json) {
  far->close_after = 0;
  say_on_links({final("one", 0.01, 0.02), R"({"type":"transcript","data":{"id":"t)"}, {});
  play();
  EXPECT_THAT(texts(true), ElementsAre("two", "three"));
}

TEST_F(a_session_that_loses_a_word, misses_no_word_where_the_stop_takes_too_long) {
  options.stop_timeout = 100ms;
  far->close_after = 0;
  far->sums_up = false;
  far->goodbye = 0;
  say_on_links({final("one", 0.01, 0.02)}, {});
  far->job_result =
      R"({"metadata":{"audio_duration":0.12},"transcription":)" + transcription(all_three) + "}";
  play();
  EXPECT_THAT(texts(true), ElementsAre("two", "three"));
  EXPECT_EQ(end.verdict, completeness::complete);
  EXPECT_FALSE(end.error);
}

TEST_F(a_session_that_loses_a_word, says_what_it_does_not_know_where_it_may_not_ask) {
  far->sums_up = false;
  gladia::live_session_info job;
  job.id = "job";
  job.url = gladia::secret("ws://127.0.0.1/v2/live?token=t");
  play_in(make_test_client(io.get_executor(), far, "").attach(job, request, options));
  EXPECT_EQ(end.verdict, completeness::unknown);
  EXPECT_FALSE(end.words_unknown.empty());
  EXPECT_EQ(far->http_calls, 0);
}

TEST_F(a_session_that_loses_a_word, does_not_know_it_where_its_job_was_erased) {
  far->sums_up = false;
  far->on_operation = [this](operation what, int number) {
    if (what == operation::http && far->http_calls > 1) far->fail_at = number;
    far->how = {kind::http_status, 404};
  };
  play();
  EXPECT_EQ(end.verdict, completeness::unknown);
  EXPECT_FALSE(end.words_unknown.empty());
  EXPECT_EQ(far->http_calls, 2);
}

TEST_F(a_session_that_loses_a_word, asks_nothing_once_it_is_cancelled) {
  far->sums_up = false;
  far->goodbye = 0;
  far->on_operation = [this](operation what, int) {
    if (what == operation::goodbye) session->cancel();
  };
  play();
  EXPECT_EQ(end.verdict, completeness::unknown) << "the stop was written";
  EXPECT_FALSE(end.words_unknown.empty());
  EXPECT_EQ(far->http_calls, 1);
}

TEST_F(a_session, asks_for_what_sums_up_unless_its_user_says_no) {
  for (auto const said : {std::optional<bool>(), std::optional(true), std::optional(false)}) {
    far = std::make_shared<far_side>();
    auto request = request_of_counted_audio();
    request.messages_config.receive_post_processing_events = said;
    far->last_words.push_back(R"({"type":"post_summarization","data":{"results":"x"}})");
    session.emplace(make_test_client(io.get_executor(), far).session(request, options));
    session->stop();
    get(session->async_run(asio::use_future));
    auto const is_asked = far->requests.at(0).body.find(
                              R"("receive_post_processing_events":true)") != std::string::npos;
    EXPECT_EQ(is_asked, said.value_or(true));
    auto const events = drain();
    EXPECT_EQ(all_of<gladia::post_transcript>(events).empty(), !said.value_or(true))
        << "one that nobody asked for is not delivered";
    EXPECT_EQ(all_of<gladia::post_summarization>(events).empty(), !said.value_or(true));
  }
}

}  // namespace
