#include <gladia/codec/encode.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include <gladia/codec/decode.hpp>

using namespace gladia;
using codec::encode;

namespace {

std::string fault_of(live_request const& request) {
  auto const text = encode(request);
  return text ? "" : text.error().details().message;
}

std::string const audio_text =
    R"({"encoding":"wav/pcm","bit_depth":16,"sample_rate":16000,"channels":1)";

}  // namespace

TEST(encode, writes_the_audio_format_and_nothing_that_is_not_set) {
  EXPECT_EQ(*encode(live_request{}), audio_text + "}");
}

TEST(encode, writes_members_in_order) {
  live_request r;
  r.callback = false;
  r.endpointing = 0.3;
  r.language_config.languages = {"en"};
  EXPECT_EQ(*encode(r), audio_text +
                            R"(,"endpointing":0.3,"language_config":{"languages":["en"]},)" +
                            R"("callback":false})");
}

TEST(encode, writes_a_vocabulary_entry_in_its_shortest_form) {
  live_request r;
  r.realtime_processing.custom_vocabulary_config.vocabulary = {{"a"}, {"b", 0.5}};
  EXPECT_EQ(*encode(r), audio_text + R"(,"realtime_processing":{"custom_vocabulary_config":)" +
                            R"({"vocabulary":["a",{"value":"b","intensity":0.5}]}}})");
}

TEST(encode, writes_callback_flags_beside_the_url) {
  live_request r;
  r.callback_config.url = "https://h";
  r.callback_config.flags.receive_errors = true;
  EXPECT_EQ(*encode(r),
            audio_text + R"(,"callback_config":{"url":"https://h","receive_errors":true}})");
}

TEST(encode, sends_an_unknown_value_as_it_is) {
  live_request r;
  r.model = open_enum<live_model>("solaria-9");
  EXPECT_EQ(*encode(r), audio_text + R"(,"model":"solaria-9"})");
}

TEST(encode, merges_extra_last) {
  live_request r;
  r.language_config.languages = {"en"};
  r.language_config.code_switching = false;
  r.endpointing = 1;
  r.extra.text = R"({"language_config":{"code_switching":true,"new":1},"endpointing":null,"x":[]})";
  EXPECT_EQ(*encode(r), audio_text +
                            R"(,"endpointing":null,"language_config":{"languages":["en"],)" +
                            R"("code_switching":true,"new":1},"x":[]})");
}

TEST(encode, keeps_the_order_of_any_json) {
  live_request r;
  r.custom_metadata.text = R"({"z":1, "a":2})";
  EXPECT_EQ(*encode(r), audio_text + R"(,"custom_metadata":{"z":1,"a":2}})");
}

TEST(encode, names_the_path_of_what_cannot_be_written) {
  live_request r;
  r.endpointing = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(fault_of(r), "endpointing: the number is not finite");
  r = {};
  r.language_config.languages = {"en", "\xff"};
  EXPECT_EQ(fault_of(r), "language_config.languages[1]: the text is not UTF-8");
  r = {};
  r.realtime_processing.custom_spelling_config.spelling_dictionary = {{"a", {"\xc0\xaf"}}};
  EXPECT_EQ(fault_of(r),
            "realtime_processing.custom_spelling_config.spelling_dictionary.a[0]: "
            "the text is not UTF-8");
  r = {};
  r.custom_metadata.text = "{";
  EXPECT_EQ(fault_of(r), "custom_metadata: the text is not JSON");
  r.custom_metadata.text = std::string(100'000, '[');
  EXPECT_EQ(fault_of(r), "custom_metadata: the JSON is too deep");
  r = {};
  r.extra.text = "[]";
  EXPECT_EQ(fault_of(r), "extra: must be an object");
}

TEST(encode, gives_a_message_its_type) {
  EXPECT_EQ(*encode(end_session{}), R"({"type":"end_session","session_id":"","created_at":""})");
}

TEST(encode, writes_null_where_the_server_does) {
  audio_chunk_ack nack;
  nack.error.emplace().message = "no";
  EXPECT_EQ(*encode(nack), R"({"type":"audio_chunk","session_id":"","created_at":"",)"
                           R"("acknowledged":false,"error":{"message":"no"},"data":null})");
}

TEST(encode, writes_any_message_as_its_alternative) {
  live_message const known = speech_start{{}, {0.5, 1}};
  EXPECT_EQ(*encode(known), R"({"type":"speech_start","session_id":"","created_at":"","data":)"
                            R"({"time":0.5,"channel":1}})");
  EXPECT_EQ(*encode(known), *encode(std::get<speech_start>(known)));
  live_message const unknown = unknown_message{"x", {R"({"type":"x","a":1})"}};
  EXPECT_EQ(*encode(unknown), R"({"type":"x","a":1})");
}

TEST(encode, writes_a_callback_with_its_message) {
  live_callback post{"job", "live.end_session", end_session{}};
  EXPECT_EQ(*encode(post), R"({"id":"job","event":"live.end_session","payload":{"type":)"
                           R"("end_session","session_id":"","created_at":""}})");
}

TEST(encode, writes_the_secret_url_of_a_session) {
  live_session_info info;
  info.id = "a";
  info.url = "wss://h?token=t";
  EXPECT_EQ(*encode(info), R"({"id":"a","url":"wss://h?token=t"})");
}

TEST(encode, writes_nothing_of_a_file_but_what_is_set) {
  pre_recorded_request r;
  EXPECT_EQ(*encode(r), "{}");
  r.audio_url = "https://h/a.mp3?sig=s";
  r.model = pre_recorded_model::solaria_3;
  r.custom_vocabulary = true;
  r.custom_vocabulary_config.vocabulary = {{"Stark"}};
  r.pii_redaction_config.entity_types = {pii_entity::gdpr, open_enum<pii_entity>("NEW")};
  r.callback_config.url = "https://h";
  r.callback_config.method = callback_method::put;
  r.extra.text = R"({"name_consistency":true})";
  EXPECT_EQ(*encode(r), R"({"audio_url":"https://h/a.mp3?sig=s","model":"solaria-3",)"
                        R"("custom_vocabulary":true,)"
                        R"("custom_vocabulary_config":{"vocabulary":["Stark"]},)"
                        R"("pii_redaction_config":{"entity_types":["GDPR","NEW"]},)"
                        R"("callback_config":{"url":"https://h","method":"PUT"},)"
                        R"("name_consistency":true})");
}

TEST(encode, writes_the_url_of_an_upload) {
  EXPECT_EQ(*encode(upload_url_request{"https://h?sig=s"}), R"({"audio_url":"https://h?sig=s"})");
}

TEST(encode, asks_for_the_ends_of_turns_with_an_empty_object) {
  live_request r;
  r.end_of_turn.emplace();
  EXPECT_EQ(*encode(r), audio_text + R"(,"end_of_turn":{}})");
  r.end_of_turn->max_wait_secs = 4;
  EXPECT_EQ(*encode(r), audio_text + R"(,"end_of_turn":{"max_wait_secs":4.0}})");
}

TEST(encode_stop_recording, is_one_member) {
  EXPECT_EQ(codec::encode_stop_recording(), R"({"type":"stop_recording"})");
}

TEST(encode_audio_chunk, holds_base64) {
  auto const chunk = [](std::string const& base64) {
    return R"({"type":"audio_chunk","data":{"chunk":")" + base64 + R"("}})";
  };
  EXPECT_EQ(codec::encode_audio_chunk(""), chunk(""));
  EXPECT_EQ(codec::encode_audio_chunk("f"), chunk("Zg=="));
  EXPECT_EQ(codec::encode_audio_chunk("fo"), chunk("Zm8="));
  EXPECT_EQ(codec::encode_audio_chunk("foo"), chunk("Zm9v"));
  EXPECT_EQ(codec::encode_audio_chunk("\xff\xfe\xfd\xfc"), chunk("//79/A=="));
}
