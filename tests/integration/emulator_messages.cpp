#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gladia/testing/emulator.hpp>

#include <string>
#include <support/emulator_fixture.hpp>
#include <utility>
#include <vector>

namespace gladia::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::message_action;
using testing::message_fault;
using ::testing::SizeIs;

using texts = std::vector<std::string>;

/// A session in which each tenth of a second brings a final transcript: one, two, three.
class emulator_messages : public emulator_fixture {
 protected:
  void start_saying(testing::faults faults) {
    testing::emulator_options options;
    options.script = R"([{"text": "one", "start": 0, "end": 0.1},
                         {"text": "two", "start": 0.1, "end": 0.2},
                         {"text": "three", "start": 0.2, "end": 0.3}])";
    options.faults = std::move(faults);
    start(std::move(options));
  }
  void start_with_message(message_fault fault) {
    testing::faults faults;
    faults.messages = {std::move(fault)};
    start_saying(std::move(faults));
  }
  void connect_with_lifecycle() {
    connect({{"messages_config", {{"receive_lifecycle_events", true}}}});
  }
  void reconnect() {
    client.reset();
    ASSERT_FALSE(client.open(socket_url));
  }
  void say(int tenths) {
    for (int i = 0; i < tenths; ++i) client.send(silence(0.1));
  }
  /// All messages but acknowledgements, to the end of the link.
  std::vector<json> rest() {
    std::vector<json> found;
    for (auto& message : client.drain()) {
      if (message["type"] != "audio_chunk") found.push_back(std::move(message));
    }
    return found;
  }
  std::vector<json> whole_session() {
    connect_with_lifecycle();
    say(3);
    client.stop();
    return rest();
  }
  static texts finals(std::vector<json> const& messages) {
    texts found;
    for (auto const& message : messages) {
      if (message["type"] == "transcript") found.push_back(message["data"]["utterance"]["text"]);
    }
    return found;
  }
  static json find(std::vector<json> const& messages, std::string const& type) {
    for (auto const& message : messages) {
      if (message["type"] == type) return message;
    }
    return nullptr;
  }
  json job() { return call("GET", "/v2/live/" + id).parsed(); }
};

TEST_F(emulator_messages, lose_the_nth_final_but_not_in_the_summing_up) {
  start_with_message({"final", message_action::lose, 2});
  auto const messages = whole_session();
  EXPECT_THAT(finals(messages), ElementsAre(" one", " three"));
  EXPECT_EQ(find(messages, "post_transcript")["data"]["full_transcript"], "one two three");
  EXPECT_THAT(job()["result"]["messages"].dump(), HasSubstr(R"(\"text\":\" two\")"));
}

TEST_F(emulator_messages, count_what_they_lose_anew_in_each_session) {
  start_with_message({"final", message_action::lose, 2, -1});
  EXPECT_THAT(finals(whole_session()), ElementsAre(" one"));
  client.reset();
  EXPECT_THAT(finals(whole_session()), ElementsAre(" one"));
}

TEST_F(emulator_messages, lose_every_message_of_a_type) {
  for (std::string const type : {"post_transcript", "post_final_transcript", "end_session"}) {
    start_with_message({type, message_action::lose, 1, -1});
    client.reset();
    auto const types = types_of(whole_session());
    EXPECT_THAT(types, SizeIs(9)) << "of ten";
    EXPECT_THAT(types, ::testing::Not(::testing::Contains(type)));
  }
}

TEST_F(emulator_messages, report_what_was_said_and_where_it_was_sent) {
  start_with_message({"final", message_action::lose, 2});
  whole_session();
  auto const said = report().said;
  ASSERT_EQ(said.size(), 3u);
  EXPECT_EQ(said[1].id, "00_00000001");
  EXPECT_EQ(said[1].text, " two");
  EXPECT_EQ(said[1].start, 0.1);
  EXPECT_EQ(said[1].end, 0.2);
  EXPECT_THAT(said[0].sent_on, ElementsAre(0u));
  EXPECT_THAT(said[1].sent_on, IsEmpty());
}

TEST_F(emulator_messages, reset_the_link_in_place_of_a_final) {
  start_with_message({"final", message_action::reset_instead, 2});
  connect();
  say(2);
  auto const before = client.drain();
  EXPECT_EQ(client.end, asio::error::connection_reset);
  EXPECT_THAT(types_of(before), ElementsAre("audio_chunk", "transcript", "audio_chunk"));
  EXPECT_EQ(before[2]["data"]["byte_range"][1], 6400) << "all audio is acknowledged";
  reconnect();
  say(1);
  client.stop();
  auto const after = rest();
  EXPECT_THAT(finals(after), ElementsAre(" three"));
  EXPECT_EQ(find(after, "post_transcript")["data"]["full_transcript"], "one two three");
  EXPECT_EQ(client.close_code(), 1000);
  EXPECT_THAT(report().said[1].sent_on, IsEmpty());
  EXPECT_THAT(report().said[2].sent_on, ElementsAre(1u));
}

TEST_F(emulator_messages, reset_the_link_in_place_of_the_summing_up) {
  start_with_message({"post_transcript", message_action::reset_instead});
  connect();
  say(3);
  client.stop();
  EXPECT_THAT(types_of(rest()), ::testing::Not(::testing::Contains("post_final_transcript")));
  EXPECT_EQ(client.end, asio::error::connection_reset);
  EXPECT_EQ(job()["status"], "done");
}

/// Three tenths in one message: the last line is said while the link is gone.
class emulator_away : public emulator_messages {
 protected:
  texts finals_of_next_link(bool is_lost) {
    testing::faults faults;
    faults.messages = {{"final", message_action::reset_instead, 2}};
    faults.lose_while_away = is_lost;
    start_saying(std::move(faults));
    connect();
    client.send(silence(0.3));
    EXPECT_THAT(finals(rest()), ElementsAre(" one"));
    reconnect();
    client.stop();
    return finals(rest());
  }
};

TEST_F(emulator_away, sends_what_was_said_while_no_link_was_up_on_the_next_one) {
  EXPECT_THAT(finals_of_next_link(false), ElementsAre(" three"));
}

TEST_F(emulator_away, loses_what_was_said_while_no_link_was_up_if_told) {
  EXPECT_THAT(finals_of_next_link(true), IsEmpty());
}

TEST_F(emulator_messages, come_twice_late_or_out_of_order) {
  std::vector<std::pair<message_fault, texts>> const cases{
      {{"final", message_action::twice, 2}, {" one", " two", " two", " three"}},
      {{"final", message_action::late}, {" two", " one", " three"}},
      {{"final", message_action::late, 1, 1, 2}, {" two", " three", " one"}},
      {{"final", message_action::late, 1, 1, 9}, {" two", " three", " one"}},
      {{"final", message_action::late, 1, 2}, {" three", " one", " two"}},
      {{"final", message_action::on_next_link, 2}, {" one", " three"}},
  };
  for (auto const& [fault, expected] : cases) {
    start_with_message(fault);
    client.reset();
    EXPECT_THAT(finals(whole_session()), ElementsAreArray(expected));
  }
}

TEST_F(emulator_messages, wait_for_the_next_link_or_come_again_on_it) {
  for (auto const action : {message_action::on_next_link, message_action::again_on_next_link}) {
    start_with_message({"final", action});
    client.reset();
    connect();
    say(1);
    ASSERT_TRUE(emulator->wait_until(id, [](auto const& r) { return r.said.size() == 1; }));
    emulator->cut(id, {});
    bool const is_again = action == message_action::again_on_next_link;
    EXPECT_THAT(finals(rest()), SizeIs(is_again ? 1 : 0));
    reconnect();
    client.stop();
    EXPECT_THAT(finals(rest()), ElementsAre(" one"));
    EXPECT_THAT(report().said[0].sent_on, SizeIs(is_again ? 2 : 1));
  }
}

TEST_F(emulator_messages, come_behind_the_summing_up) {
  start_with_message({"final", message_action::after_summary, 2});
  auto const types = types_of(whole_session());
  EXPECT_THAT(std::vector(types.end() - 3, types.end()),
              ElementsAre("post_final_transcript", "transcript", "end_session"));
}

TEST_F(emulator_messages, come_without_is_final) {
  start_with_message({"final", message_action::without_is_final, 2});
  auto const messages = whole_session();
  std::vector<bool> has_it;
  for (auto const& message : messages) {
    if (message["type"] == "transcript") has_it.push_back(message["data"].contains("is_final"));
  }
  EXPECT_EQ(has_it, (std::vector<bool>{true, false, true}));
  EXPECT_THAT(finals(messages), ElementsAre(" one", " two", " three"));
}

TEST_F(emulator_messages, tell_partials_from_finals) {
  testing::faults faults;
  faults.messages = {{"partial", message_action::lose, 1, -1}};
  testing::emulator_options options;
  options.script = R"([{"text": "one two", "start": 0, "end": 0.2}])";
  options.faults = faults;
  start(std::move(options));
  connect({{"messages_config", {{"receive_partial_transcripts", true}}}});
  say(2);
  client.stop();
  EXPECT_THAT(finals(rest()), ElementsAre(" one two"));
}

/// A session that says `a b` and `c d` in channel 0, and `x y z` in channel 1 meanwhile.
class emulator_summary : public emulator_messages {
 protected:
  std::vector<json> sum_up(testing::summary_fault summary) {
    testing::emulator_options options;
    options.script = R"([{"text": "a b", "start": 0, "end": 0.12},
                         {"text": "x y z", "start": 0.05, "end": 0.13, "channel": 1},
                         {"text": "c d", "start": 0.2, "end": 0.32}])";
    options.faults.summary = summary;
    start(std::move(options));
    connect({{"channels", 2}});
    client.send(silence(1));
    client.stop();
    auto messages = rest();
    EXPECT_THAT(finals(messages), ElementsAre(" a b", " x y z", " c d")) << "as they were said";
    return messages;
  }
  json summed_up(testing::summary_fault summary) {
    auto const messages = sum_up(summary);
    auto data = find(messages, "post_transcript")["data"];
    EXPECT_EQ(find(messages, "post_final_transcript")["data"]["transcription"], data);
    EXPECT_EQ(job()["result"]["transcription"], data);
    return data["utterances"];
  }
  static texts texts_of(json const& utterances) {
    texts found;
    for (auto const& utterance : utterances) found.push_back(utterance["text"]);
    return found;
  }
};

TEST_F(emulator_summary, merges_neighbours_of_a_channel) {
  testing::summary_fault summary;
  summary.merge = 2;
  auto const found = summed_up(summary);
  EXPECT_THAT(texts_of(found), ElementsAre(" a b c d", " x y z"));
  EXPECT_EQ(found[0]["start"], 0);
  EXPECT_EQ(found[0]["end"], 0.32);
  EXPECT_EQ(found[0]["words"].size(), 4u);
}

TEST_F(emulator_summary, divides_the_words_of_a_channel_anew) {
  testing::summary_fault summary;
  summary.words_per_utterance = 3;
  auto const found = summed_up(summary);
  EXPECT_THAT(texts_of(found), ElementsAre(" a b c", " x y z", " d"));
  EXPECT_EQ(found[2]["start"], 0.26);
  EXPECT_EQ(found[2]["end"], 0.32);
}

TEST_F(emulator_summary, trims_all_but_a_word) {
  testing::summary_fault summary;
  summary.trim_front = 1;
  summary.trim_back = 1;
  auto const found = summed_up(summary);
  EXPECT_THAT(texts_of(found), ElementsAre(" b", " y", " d"));
  EXPECT_EQ(found[0]["start"], 0.06);
  EXPECT_EQ(found[0]["words"].size(), 1u);
}

TEST_F(emulator_summary, rounds_times) {
  testing::summary_fault summary;
  summary.round_to = 0.1;
  auto const found = summed_up(summary);
  EXPECT_EQ(found[2]["start"], 0.2);
  EXPECT_EQ(found[2]["end"], 0.3);
  EXPECT_EQ(found[2]["words"][1]["start"], 0.3);
}

TEST_F(emulator_summary, leaves_words_out) {
  testing::summary_fault summary;
  summary.merge = 2;
  summary.without_words = true;
  auto const found = summed_up(summary);
  EXPECT_THAT(texts_of(found), ElementsAre(" a b c d", " x y z"));
  EXPECT_TRUE(found[0]["words"].empty());
}

TEST_F(emulator_summary, is_minimal_at_the_end) {
  testing::summary_fault summary;
  summary.minimal = true;
  auto const messages = sum_up(summary);
  auto const data = find(messages, "post_final_transcript")["data"];
  EXPECT_EQ(data.size(), 1u);
  EXPECT_EQ(data["metadata"]["audio_duration"], 0.5);
  EXPECT_EQ(find(messages, "post_transcript")["data"]["utterances"].size(), 3u);
}

/// The job of a session that is over.
class emulator_job : public emulator_messages {
 protected:
  json job_with(testing::job_fault fault) {
    testing::faults faults;
    faults.job = fault;
    start_saying(std::move(faults));
    whole_session();
    return job();
  }
};

TEST_F(emulator_job, is_done_without_a_result) {
  testing::job_fault fault;
  fault.without_result = true;
  auto const found = job_with(fault);
  EXPECT_EQ(found["status"], "done");
  EXPECT_TRUE(found["result"].is_null());
}

TEST_F(emulator_job, is_done_without_messages_or_transcription) {
  testing::job_fault fault;
  fault.without_messages = true;
  auto found = job_with(fault)["result"];
  EXPECT_FALSE(found.contains("messages"));
  EXPECT_TRUE(found.contains("transcription"));
  fault = {};
  fault.without_transcription = true;
  client.reset();
  found = job_with(fault)["result"];
  EXPECT_TRUE(found.contains("messages"));
  EXPECT_FALSE(found.contains("transcription"));
}

TEST_F(emulator_job, is_processing_for_some_polls) {
  testing::job_fault fault;
  fault.processing_polls = 2;
  EXPECT_EQ(job_with(fault)["status"], "processing");
  EXPECT_TRUE(job()["result"].is_null());
  EXPECT_EQ(job()["status"], "done");
}

TEST_F(emulator_messages, sends_turn_ends_when_it_is_told_to) {
  testing::emulator_options options;
  options.turn_ends = true;
  start(options);
  connect();
  client.send(tone(0.5) + silence(0.5));
  auto const end = client.receive("speech_end");
  auto const turn = client.receive();
  ASSERT_TRUE(end && turn);
  EXPECT_EQ((*turn)["type"], "speech_turn_end");
  EXPECT_EQ((*turn)["data"], (*end)["data"]);
}

TEST_F(emulator_messages, says_once_who_answered_when_it_is_told_to) {
  testing::emulator_options options;
  answering_machine_data data;
  data.kind = call_answerer::machine;
  data.confidence = 0.9;
  data.time = 0.2;
  options.answering_machine = data;
  start(options);
  connect();
  for (int i = 0; i < 4; ++i) client.send(silence(0.1));
  client.stop();
  std::vector<json> told;
  for (auto const& message : client.drain()) {
    if (message["type"] == "answering_machine") told.push_back(message["data"]);
  }
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0], json({{"kind", "machine"}, {"confidence", 0.9}, {"time", 0.2}}));
}

}  // namespace
}  // namespace gladia::test
