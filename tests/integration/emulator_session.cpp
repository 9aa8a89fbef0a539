#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gladia/testing/emulator.hpp>

#include <algorithm>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <cstdint>
#include <string>
#include <support/emulator_fixture.hpp>
#include <thread>
#include <utility>
#include <vector>

namespace gladia::test {
namespace {

using ::testing::ElementsAre;

class emulator_session : public emulator_fixture {
 protected:
  static json audio_chunk(std::string const& base64) {
    return {{"type", "audio_chunk"}, {"data", {{"chunk", base64}}}};
  }
  json ack() { return client.receive("audio_chunk").value_or(json()); }
};

TEST_F(emulator_session, acknowledges_audio_with_ranges_that_end_before_the_next) {
  start();
  connect();
  client.send(silence(0.1));
  auto const first = ack();
  EXPECT_EQ(first["acknowledged"], true);
  EXPECT_EQ(first["error"], nullptr);
  EXPECT_EQ(first["session_id"], id);
  EXPECT_EQ(first["data"], json({{"byte_range", {0, 3200}}, {"time_range", {0.0, 0.1}}}));
  client.send(silence(0.2));
  EXPECT_EQ(ack()["data"]["byte_range"], json({3200, 9600}));
}

TEST_F(emulator_session, takes_audio_as_base64_too) {
  start();
  connect();
  client.send_text(audio_chunk("AAECAw==").dump());
  EXPECT_EQ(ack()["data"]["byte_range"], json({0, 4}));
  EXPECT_EQ(emulator->audio(id), std::string("\0\1\2\3", 4));
}

TEST_F(emulator_session, takes_an_empty_chunk_as_a_sign_of_life) {
  start();
  connect();
  client.send_text(audio_chunk("").dump());
  EXPECT_EQ(ack()["data"]["byte_range"], json({0, 0}));
  EXPECT_EQ(report().connections[0].keep_alives, 1u);
}

TEST_F(emulator_session, refuses_audio_that_is_not_whole_frames) {
  start();
  connect({{"channels", 3}, {"bit_depth", 24}});
  client.send(std::string(10, 'x'));
  auto const nack = ack();
  EXPECT_EQ(nack["acknowledged"], false);
  EXPECT_EQ(nack["data"], nullptr);
  EXPECT_EQ(nack["error"]["message"], "Invalid audio chunk");
  client.send(std::string(9, 'x'));
  EXPECT_EQ(ack()["data"]["byte_range"], json({0, 9}));
  EXPECT_EQ(report().nacks, 1u);
}

TEST_F(emulator_session, tolerates_a_wav_header_at_the_head) {
  start();
  connect();
  client.send(silence(0.1));
  client.stop();
  client.drain();
  ASSERT_TRUE(wait_for_job("done"));
  auto const file =
      exchange("GET", call("GET", "/v2/live/" + id + "/file").headers["Location"], {});
  client.reset();
  connect({{"bit_depth", 24}});
  client.send(file.body);
  EXPECT_EQ(ack()["data"]["byte_range"], json({0, 3244}));
}

TEST_F(emulator_session, answers_what_it_does_not_know_with_an_error) {
  start();
  connect();
  client.send_text("{}");
  EXPECT_EQ(client.receive("error")->at("message"), "Unknown message");
  client.send_text("nonsense");
  EXPECT_TRUE(client.receive("error"));
}

TEST_F(emulator_session, answers_json_that_is_nested_too_deeply_with_an_error) {
  start();
  connect();
  client.send_text(R"({"type":)" + std::string(250000, '[') + std::string(250000, ']') + "}");
  EXPECT_EQ(client.receive("error")->at("message"), "Unknown message");
}

TEST_F(emulator_session, ends_in_the_documented_order) {
  testing::emulator_options options;
  options.script = "hello";
  start(options);
  connect({{"messages_config", {{"receive_lifecycle_events", true}}},
           {"post_processing", {{"summarization", true}}}});
  client.send(tone(0.5));
  client.stop();
  auto messages = client.drain();
  EXPECT_THAT(
      types_of(messages),
      ElementsAre("start_session", "start_recording", "audio_chunk", "speech_start",
                  "stop_recording", "speech_end", "transcript", "end_recording", "post_transcript",
                  "post_summarization", "post_final_transcript", "end_session"));
  EXPECT_EQ(messages[4]["data"]["recording_duration"], 0.5);
  EXPECT_EQ(client.close_code(), 1000);
}

TEST_F(emulator_session, sends_only_what_was_asked_for) {
  testing::emulator_options options;
  options.script = "hello";
  start(options);
  json flags;
  for (auto const* name : {"final_transcripts", "speech_events", "acknowledgments",
                           "post_processing_events", "errors"}) {
    flags[std::string("receive_") + name] = false;
  }
  connect({{"messages_config", flags}});
  client.send(tone(0.5));
  client.send_text("nonsense");
  client.stop();
  EXPECT_THAT(client.drain(), ::testing::IsEmpty());
  EXPECT_EQ(client.close_code(), 1000);
}

TEST_F(emulator_session, does_not_make_add_ons_up) {
  testing::emulator_options options;
  options.script = "hello";
  start(options);
  connect({{"realtime_processing",
            {{"translation", true},
             {"translation_config", {{"target_languages", {"fr"}}}},
             {"named_entity_recognition", true},
             {"sentiment_analysis", true}}}});
  client.send(tone(0.5));
  client.stop();
  auto const messages = client.drain();
  for (auto const& message : messages) {
    if (message["type"] != "translation") continue;
    EXPECT_EQ(message["data"], nullptr);
    EXPECT_EQ(message["error"]["message"], "translation is not available in the emulator");
  }
  auto const& result = messages.back()["data"];
  for (auto const* name : {"translation", "named_entity_recognition", "sentiment_analysis"}) {
    EXPECT_EQ(result[name]["success"], false) << name;
    EXPECT_EQ(result[name]["results"], nullptr) << name;
    EXPECT_THAT(types_of(messages), ::testing::Contains(name));
  }
}

TEST_F(emulator_session, translates_what_its_script_translates) {
  testing::emulator_options options;
  options.script = R"([{"text": "hello", "start": 0.1, "end": 0.2, "language": "en",
                        "translations": {"fr": "bonjour à tous"}}])";
  start(options);
  connect(
      {{"realtime_processing",
        {{"translation", true}, {"translation_config", {{"target_languages", {"fr", "de"}}}}}}});
  client.send(tone(0.5));
  client.stop();
  auto const messages = client.drain();
  std::vector<json> translations;
  for (auto const& message : messages) {
    if (message["type"] == "translation") translations.push_back(message);
  }
  ASSERT_EQ(translations.size(), 2u);
  auto const& french = translations[0]["data"];
  EXPECT_EQ(french["utterance"]["text"], " hello");
  EXPECT_EQ(french["original_language"], "en");
  EXPECT_EQ(french["target_language"], "fr");
  EXPECT_EQ(french["translated_utterance"]["text"], " bonjour à tous");
  EXPECT_EQ(french["translated_utterance"]["start"], 0.1);
  EXPECT_EQ(translations[1]["error"]["message"], "translation is not available in the emulator");
  auto const& all = messages.back()["data"]["translation"];
  EXPECT_EQ(all["success"], true);
  EXPECT_EQ(all["results"][0]["full_transcript"], "bonjour à tous");
  EXPECT_EQ(all["results"][1]["error"]["message"], "translation is not available in the emulator");
}

TEST_F(emulator_session, refuses_unknown_tokens_and_closes_what_is_over) {
  start();
  init();
  EXPECT_TRUE(client.open(socket_url + "x"));
  EXPECT_EQ(client.status, 404);
  client.reset();
  EXPECT_TRUE(client.open(socket_url.substr(0, socket_url.find('?'))));
  EXPECT_NE(client.status, 101);
  client.reset();
  client.open(socket_url);
  client.stop();
  client.drain();
  client.reset();
  EXPECT_FALSE(client.open(socket_url));
  EXPECT_FALSE(client.receive());
  EXPECT_EQ(client.close_code(), 4403);
}

TEST_F(emulator_session, resumes_on_the_same_url_and_counts_on) {
  start();
  connect();
  client.send(coded(0, 800));
  EXPECT_EQ(ack()["data"]["byte_range"], json({0, 3200}));
  client.drop();
  client.reset();
  ASSERT_FALSE(client.open(socket_url));
  client.send(coded(800, 800));
  EXPECT_EQ(ack()["data"]["byte_range"], json({3200, 6400}));
  EXPECT_EQ(emulator->audio(id), coded(0, 1600));
  EXPECT_EQ(emulator->audio(id, 1), coded(800, 800));
  EXPECT_EQ(report().connections.size(), 2u);
}

TEST_F(emulator_session, lets_a_new_connection_take_the_place_of_the_old) {
  start();
  connect();
  socket_client second;
  ASSERT_FALSE(second.open(socket_url));
  EXPECT_FALSE(client.receive());
  EXPECT_EQ(client.close_code(), 1001);
  second.send(silence(0.1));
  EXPECT_TRUE(second.receive("audio_chunk"));
}

TEST_F(emulator_session, closes_on_a_frame_above_one_mebibyte_and_in_the_end_refuses_the_token) {
  start();
  init();
  for (int i = 0; i < 3; ++i) {
    client.reset();
    ASSERT_FALSE(client.open(socket_url));
    client.send(std::string(1024 * 1024 + 2, '\0'));
    EXPECT_FALSE(client.receive());
    EXPECT_EQ(client.close_code(), 1009);
  }
  client.reset();
  EXPECT_TRUE(client.open(socket_url));
  EXPECT_EQ(client.status, 403);
}

TEST_F(emulator_session, takes_a_frame_of_one_mebibyte) {
  start();
  connect();
  client.send(std::string(1024 * 1024, '\0'));
  EXPECT_EQ(ack()["data"]["byte_range"], json({0, 1024 * 1024}));
  EXPECT_EQ(report().connections[0].largest_frame, std::size_t{1024} * 1024);
  EXPECT_EQ(report().connections[0].fragments, 0u);
}

TEST_F(emulator_session, refuses_audio_after_the_stop) {
  testing::emulator_options options;
  options.processing_time = std::chrono::seconds(5);
  start(options);
  connect();
  client.stop();
  client.send(silence(0.1));
  EXPECT_EQ(ack()["error"]["message"], "Recording already stopped");
  client.stop();
  client.receive("stop_recording");  // of the first
  EXPECT_EQ(report().total(&testing::connection_report::stops), 2u);
  EXPECT_EQ(call("GET", "/v2/live/" + id).parsed()["status"], "processing");
  EXPECT_EQ(call("DELETE", "/v2/live/" + id).status, 403);
}

TEST_F(emulator_session, finishes_in_the_background_when_the_client_closes_with_1000) {
  start();
  connect();
  client.send(silence(0.1));
  ack();
  client.close(1000);
  EXPECT_TRUE(wait_for_job("done"));
  EXPECT_EQ(report().connections[0].client_close_code, 1000);
}

TEST_F(emulator_session, waits_for_a_client_that_closes_with_another_code) {
  start();
  connect();
  client.close(1001);
  client.reset();
  EXPECT_FALSE(client.open(socket_url));
  client.send(silence(0.1));
  EXPECT_EQ(ack()["data"]["byte_range"], json({0, 3200}));
}

TEST_F(emulator_session, ends_an_idle_session) {
  testing::emulator_options options;
  options.idle_timeout = std::chrono::milliseconds(50);
  start(options);
  connect();
  EXPECT_FALSE(client.receive("end_session"));
  EXPECT_EQ(client.close_code(), 4408);
  EXPECT_TRUE(wait_for_job("done"));
}

TEST_F(emulator_session, ends_a_session_without_speech) {
  testing::emulator_options options;
  options.no_speech_limit = std::chrono::milliseconds(500);
  start(options);
  connect();
  for (int i = 0; i < 5; ++i) client.send(silence(0.1));
  EXPECT_FALSE(client.receive("end_session"));
  EXPECT_EQ(client.close_code(), 4504);
}

TEST_F(emulator_session, posts_callbacks) {
  start();
  asio::io_context io;
  asio::ip::tcp::acceptor receiver(io, {asio::ip::address_v4::loopback(), 0});
  auto const url = "http://127.0.0.1:" + std::to_string(receiver.local_endpoint().port()) + "/hook";
  connect({{"callback", true}, {"callback_config", {{"url", url}}}});
  for (auto const* event : {"live.start_session", "live.start_recording"}) {
    auto socket = receiver.accept();
    asio::streambuf text;
    asio::read_until(socket, text, "}}");
    asio::write(socket, asio::buffer(std::string("HTTP/1.1 204 No Content\r\n\r\n")));
    std::string const post(asio::buffers_begin(text.data()), asio::buffers_end(text.data()));
    EXPECT_EQ(post.substr(0, 10), "POST /hook");
    auto const body = json::parse(post.substr(post.find("\r\n\r\n") + 4));
    EXPECT_EQ(body["event"], event);
    EXPECT_EQ(body["id"], id);
    EXPECT_EQ(body["payload"]["session_id"], id);
  }
  EXPECT_TRUE(emulator->wait_until(id, [](auto const& r) { return r.callbacks_delivered == 2; }));
}

TEST_F(emulator_session, calls_nobody_back_but_this_machine) {
  start();
  connect({{"callback", true}, {"callback_config", {{"url", "http://192.0.2.1/hook"}}}});
  EXPECT_TRUE(emulator->wait_until(id, [](auto const& r) { return r.callbacks_failed == 2; }));
}

// What is injected, each one after so many bytes.
testing::faults with_injections(std::vector<std::pair<std::uint64_t, char const*>> const& types) {
  testing::faults faults;
  for (auto const& [bytes, type] : types) {
    faults.injections.push_back(
        {bytes, testing::injection::kind::text, json{{"type", type}}.dump()});
  }
  return faults;
}

TEST_F(emulator_session, sends_injections_that_are_set_after_others_were_sent) {
  start_with(with_injections({{0, "first"}}));
  connect();
  EXPECT_TRUE(client.receive("first"));
  emulator->set_faults(with_injections({{0, "second"}}));
  EXPECT_TRUE(client.receive("second"));
  emulator->set_faults(id, with_injections({{0, "third"}}));
  EXPECT_TRUE(client.receive("third"));
}

TEST_F(emulator_session, keeps_its_own_injections_when_those_of_all_sessions_change) {
  start();
  connect();
  emulator->set_faults(id, with_injections({{0, "own"}}));
  emulator->set_faults(with_injections({{0, "other"}}));
  client.stop();
  auto const types = types_of(client.drain());
  EXPECT_EQ(std::count(types.begin(), types.end(), "own"), 1);
  EXPECT_THAT(types, ::testing::Not(::testing::Contains("other")));
}

TEST_F(emulator_session, sends_injections_in_the_order_of_the_audio) {
  start_with(with_injections({{3200, "later"}, {0, "at once"}}));
  connect();
  EXPECT_EQ(client.receive()->at("type"), "at once");
  client.send(silence(0.1));
  EXPECT_TRUE(client.receive("later"));
}

TEST_F(emulator_session, closes_open_links_when_it_ends) {
  start();
  connect();
  client.send(silence(0.1));
  ack();
  std::thread ender([this] { emulator.reset(); });
  EXPECT_FALSE(client.receive());
  EXPECT_EQ(client.close_code(), 1001);
  ender.join();
}

TEST_F(emulator_session, reports_what_it_received) {
  start();
  connect();
  client.send(coded(0, 100));
  client.send_text(audio_chunk("AAAA").dump());  // three bytes: refused
  client.ping();
  client.stop();
  client.drain();
  ASSERT_TRUE(emulator->wait_until(id, [](auto const& r) { return !r.connections[0].open; }));
  auto const r = report();
  EXPECT_EQ(r.bytes, 400u);
  EXPECT_EQ(r.sha256, "077897d1b034053b87f9dcf857eddf68e4eab2d68a726c2865ff8800599dd95c");
  auto const& connection = r.connections[0];
  EXPECT_EQ(connection.binary_frames, 1u);
  EXPECT_EQ(connection.text_frames, 2u);
  EXPECT_EQ(connection.acknowledged, 400u);
  EXPECT_EQ(connection.pings, 1u);
  EXPECT_EQ(client.pongs, 1);
}

}  // namespace
}  // namespace gladia::test
