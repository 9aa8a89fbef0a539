#include <gladia/codec/decode.hpp>

#include <gtest/gtest.h>

#include <climits>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <variant>

using namespace gladia;
using codec::decode;
using codec::decode_message;

namespace {

std::string transcript_with(std::string const& utterance) {
  return R"({"type":"transcript","data":{"id":"1","is_final":true,"utterance":)" + utterance + "}}";
}

transcript_utterance utterance_of(std::string const& text) {
  auto const message = decode_message(transcript_with(text));
  auto const* t = std::get_if<transcript>(&message);
  return t ? t->data.utterance : transcript_utterance{};
}

// The fault's path and text; empty if the message could be read.
std::string fault_of(std::string const& text) {
  auto const message = decode_message(text);
  auto const* malformed = std::get_if<malformed_message>(&message);
  return malformed ? malformed->error.details().message : "";
}

// What of a message counts as absent.
std::string passed_over(std::string const& text) {
  return std::visit(
      [](auto const& message) -> std::string {
        using M = std::decay_t<decltype(message)>;
        if constexpr (std::is_same_v<M, unknown_message> || std::is_same_v<M, malformed_message>) {
          return "not read";
        } else {
          return message.envelope.unreadable;
        }
      },
      decode_message(text));
}

errc code_of(std::string const& text) {
  auto const message = decode_message(text);
  auto const* malformed = std::get_if<malformed_message>(&message);
  return malformed ? static_cast<errc>(malformed->error.code().value()) : errc{};
}

std::string repeat(std::string const& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

template <class T>
std::string fault_of(result<T> const& r) {
  return r ? "" : r.error().details().message;
}

}  // namespace

TEST(decode_message, takes_integers_as_numbers) {
  auto const u = utterance_of(R"({"start":1,"end":2,"confidence":1,"text":""})");
  EXPECT_EQ(u.start, 1.0);
  EXPECT_EQ(u.end, 2.0);
}

TEST(decode_message, takes_whole_numbers_as_integers) {
  EXPECT_EQ(utterance_of(R"({"channel":3.0,"text":""})").channel, 3);
  EXPECT_EQ(utterance_of(R"({"speaker":1e0,"text":""})").speaker, 1);
}

TEST(decode_message, takes_a_number_that_does_not_fit_an_integer_for_absent) {
  std::string const path = "data.utterance.channel: ";
  auto const with = [](std::string const& n) {
    return transcript_with(R"({"text":"a","channel":)" + n + "}");
  };
  EXPECT_EQ(passed_over(with("1.5")), path + "expected an integer, got a fraction");
  for (auto const* n : {"2147483648", "-2147483649", "2147483648.0", "-2147483649.0", "1e300",
                        "-1e300", "18446744073709551615", "99999999999999999999999"}) {
    EXPECT_EQ(passed_over(with(n)), path + "the number is too large") << n;
    EXPECT_EQ(utterance_of(std::string(R"({"text":"a","channel":)") + n + "}").text, "a") << n;
    EXPECT_EQ(utterance_of(std::string(R"({"text":"a","channel":)") + n + "}").channel, 0) << n;
  }
  EXPECT_EQ(utterance_of(R"({"text":"","channel":2147483647.0})").channel, INT_MAX);
  EXPECT_EQ(utterance_of(R"({"text":"","channel":-2147483648})").channel, INT_MIN);
}

TEST(decode_message, reads_byte_offsets_up_to_the_largest_integer) {
  auto const ack = [](std::string const& end) {
    return decode_message(R"({"type":"audio_chunk","acknowledged":true,"data":{"byte_range":[0,)" +
                          end + "]}}");
  };
  auto const largest = ack("9223372036854775807");
  ASSERT_TRUE(std::holds_alternative<audio_chunk_ack>(largest));
  EXPECT_EQ(std::get<audio_chunk_ack>(largest).data->byte_range.end, INT64_MAX);
  EXPECT_TRUE(std::holds_alternative<malformed_message>(ack("9223372036854775808")));
  EXPECT_TRUE(std::holds_alternative<malformed_message>(ack("9223372036854775808.0")));
}

TEST(decode_message, reads_every_double_as_the_standard_library_does) {
  for (auto const* n : {"0", "-0.0", "0.1", "1.7976931348623157e308", "5e-324", "2.5e-1", "1E+2",
                        "9007199254740993", "123456789012345678901234567890", "0.30000000000000004",
                        "6.02214076e23", "179.99999999999999", "1e-7"}) {
    EXPECT_EQ(utterance_of(std::string(R"({"text":"","start":)") + n + "}").start,
              std::strtod(n, nullptr))
        << n;
  }
}

TEST(decode_message, takes_a_number_that_is_none_for_absent) {
  for (auto const* n : {"NaN", "Infinity", "-Infinity", "1e999", "-1e400"}) {
    auto const u = utterance_of(
        std::string(R"({"text":"a","start":2,"words":[{"word":"b","end":)") + n + "}]}");
    EXPECT_EQ(u.text, "a") << n;
    ASSERT_EQ(u.words.size(), 1u) << n;
    EXPECT_EQ(u.words[0].word, "b") << n;
    EXPECT_EQ(u.words[0].end, 0.0) << n;
  }
}

TEST(decode_message, leaves_the_default_for_missing_and_null_members) {
  auto const u = utterance_of(R"({"text":"a","words":null,"channel":null,"speaker":null})");
  EXPECT_EQ(u.text, "a");
  EXPECT_TRUE(u.words.empty());
  EXPECT_EQ(u.channel, 0);
  EXPECT_EQ(u.speaker, std::nullopt);
}

TEST(decode_message, ignores_unknown_members) {
  EXPECT_EQ(utterance_of(R"({"text":"a","mood":{"deep":[1]}})").text, "a");
}

TEST(decode_message, names_the_path_of_what_it_cannot_do_without) {
  EXPECT_EQ(fault_of(transcript_with("[]")), "data.utterance: expected an object, got an array");
  EXPECT_EQ(fault_of(transcript_with("{}")), "data.utterance.text: missing");
  EXPECT_EQ(fault_of(transcript_with(R"({"text":7})")),
            "data.utterance.text: expected a string, got a number");
  EXPECT_EQ(fault_of(R"({"type":"transcript"})"), "data: missing");
  EXPECT_EQ(fault_of(R"({"type":"speech_start","data":null})"), "data: missing");
  EXPECT_EQ(fault_of(R"({"type":"audio_chunk","acknowledged":1})"),
            "acknowledged: expected a boolean, got a number");
}

TEST(decode_message, names_the_path_of_what_it_passes_over) {
  EXPECT_EQ(passed_over(transcript_with(
                R"({"text":"","words":[{"word":"a"},{"word":"b","start":"soon"}]})")),
            "data.utterance.words[1].start: expected a number, got a string");
  EXPECT_EQ(passed_over(transcript_with(R"({"text":"","words":{}})")),
            "data.utterance.words: expected an array, got an object");
  EXPECT_EQ(passed_over(transcript_with(R"({"text":"","language":5})")),
            "data.utterance.language: expected a string, got a number");
  EXPECT_EQ(passed_over(transcript_with(R"({"text":""})")), "");
}

TEST(decode_message, cannot_read_one_of_which_neither_data_nor_error_is_left) {
  EXPECT_EQ(fault_of(R"({"type":"audio_chunk","acknowledged":true,"data":{"byte_range":[1]}})"),
            "data.byte_range: expected two numbers, got 1");
  EXPECT_EQ(
      fault_of(R"({"type":"audio_chunk","acknowledged":true,"data":{"byte_range":[1,true]}})"),
      "data.byte_range[1]: expected an integer, got a boolean");
  EXPECT_EQ(fault_of(R"({"type":"translation","data":7})"),
            "data: expected an object, got a number");
  EXPECT_EQ(fault_of(R"({"type":"translation","data":7,"error":{"exception":"X"}})"), "");
  EXPECT_EQ(fault_of(R"({"type":"audio_chunk","acknowledged":true,"data":null})"), "");
}

TEST(decode_message, leaves_out_a_word_that_cannot_be_read_and_keeps_those_around_it) {
  auto const u = utterance_of(
      R"({"text":"a b c","words":[{"word":"a"},{"word":1},null,"b",{"word":"c"}],"channel":1})");
  ASSERT_EQ(u.words.size(), 2u);
  EXPECT_EQ(u.words[0].word, "a");
  EXPECT_EQ(u.words[1].word, "c");
  EXPECT_EQ(u.channel, 1);
}

TEST(decode_message, cannot_read_a_transcript_that_may_be_final_or_not) {
  EXPECT_EQ(fault_of(R"({"type":"transcript","data":{"id":"a","utterance":{"text":"a"},)"
                     R"("is_final":"yes"}})"),
            "data.is_final: says in a way that cannot be read whether the transcript is final");
  EXPECT_EQ(fault_of(R"({"type":"transcript","data":{"id":"a","is_final":false,)"
                     R"("utterance":{"text":"a","confidence":NaN}}})"),
            "");
}

TEST(decode_message, takes_half_a_time_of_an_utterance_for_none) {
  auto const end_of = [](std::string const& members) {
    return utterance_of(R"({"text":"a",)" + members + "}").end;
  };
  EXPECT_EQ(end_of(R"("start":1,"end":2,"channel":1)"), 2.0);
  EXPECT_EQ(end_of(R"("start":NaN,"end":2)"), 0.0);
  EXPECT_EQ(end_of(R"("start":1,"end":2,"channel":"left")"), 0.0);
  EXPECT_EQ(end_of(R"("start":null,"end":2,"confidence":NaN)"), 2.0) << "they could be read";
  EXPECT_EQ(utterance_of(R"({"text":"a","start":1,"end":"soon"})").start, 0.0);
}

TEST(decode_message, forgets_a_defect_with_the_value_that_came_before_another_of_its_name) {
  auto const message = decode_message(
      R"({"type":"translation","error":{"message":"no"},"data":"none","data":null})");
  auto const* translation = std::get_if<gladia::translation_message>(&message);
  ASSERT_TRUE(translation);
  EXPECT_EQ(translation->envelope.unreadable, "");
  EXPECT_FALSE(translation->data);
}

TEST(decode_message, keeps_the_defects_of_other_members_when_it_forgets_one) {
  auto const message = decode_message(
      R"({"session_id":1,"type":"transcript","data":{"id":"a","is_final":true,"utterance":)"
      R"({"text":"a","start":1,"end":"soon"}},"session_id":"s"})");
  auto const& said = std::get<gladia::transcript>(message);
  EXPECT_EQ(said.data.utterance.start, 0.0) << "half a time is none";
  EXPECT_NE(said.envelope.unreadable, "");
}

TEST(decode_message, reads_what_is_all_defects_in_linear_time) {
  // With a look for each from the beginning of the text this takes minutes.
  auto const text = R"({"type":"post_transcript","data":{"full_transcript":"a","sentences":[)" +
                    repeat(R"({"success":0},)", 20'000) + R"({"success":true}]}})";
  auto const message = decode_message(text);
  auto const& sentences = std::get<post_transcript>(message).data.sentences;
  ASSERT_EQ(sentences.size(), 20'001u);
  EXPECT_EQ(sentences[19'999].unreadable, "success: expected a boolean, got a number");
}

TEST(decode_message, reads_an_addon_error_without_a_message) {
  auto const message = decode_message(
      R"({"type":"translation","error":{"status_code":500,"exception":"X"},"data":null})");
  auto const& error = std::get<translation_message>(message).error;
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exception, "X");
}

TEST(decode_message, says_of_an_addon_that_it_cannot_be_read_and_where) {
  auto const message = decode_message(
      R"({"type":"post_final_transcript","data":{"transcription":{"full_transcript":"a"},)"
      R"("translation":{"success":true,"results":[{"utterances":7,"full_transcript":"b"}]},)"
      R"("summarization":"none","named_entity_recognition":{"success":true,"results":[]}}})");
  auto const& data = std::get<post_final_transcript>(message).data;
  EXPECT_EQ(data.transcription->full_transcript, "a");
  EXPECT_EQ(data.translation->unreadable, "results[0].utterances: expected an array, got a number");
  EXPECT_EQ(data.translation->results->at(0).transcription.full_transcript, "b");
  EXPECT_EQ(data.summarization->unreadable, "expected an object, got a string");
  EXPECT_EQ(data.named_entity_recognition->unreadable, "");
}

TEST(decode_message, takes_the_last_of_members_with_one_name_and_it_wholly) {
  auto const u =
      utterance_of(R"({"text":"a","words":[{"word":"x"},{"word":"y"}],"speaker":3,"te\u0078t":"?",)"
                   R"("words":[{"word":"z"}],"speaker":null,"text":"b"})");
  EXPECT_EQ(u.text, "b");
  ASSERT_EQ(u.words.size(), 1u);
  EXPECT_EQ(u.words[0].word, "z");
  EXPECT_EQ(u.speaker, std::nullopt);
  EXPECT_EQ(fault_of(transcript_with(R"({"text":"a","text":null})")),
            "data.utterance.text: missing");
}

TEST(decode_message, keeps_type_and_text_of_a_malformed_message) {
  std::string const text = R"({"type":"transcript","data":7})";
  auto const message = decode_message(text);
  auto const& malformed = std::get<malformed_message>(message);
  EXPECT_EQ(malformed.type, "transcript");
  EXPECT_EQ(malformed.raw.text, text);
  EXPECT_EQ(malformed.error, errc::malformed_response);
}

TEST(decode_message, passes_unknown_types_on) {
  std::string const text = R"( {"data": 1, "type":"new"} )";
  auto const message = decode_message(text);
  EXPECT_EQ(std::get<unknown_message>(message), (unknown_message{"new", {text}}));
}

TEST(decode_message, keeps_the_text_only_on_request) {
  std::string const text = R"({"type":"end_session", "session_id":"s"})";
  codec::decode_options options;
  EXPECT_TRUE(std::get<end_session>(decode_message(text)).envelope.raw.empty());
  options.keep_raw = true;
  EXPECT_EQ(std::get<end_session>(decode_message(text, options)).envelope.raw.text, text);
}

TEST(decode_message, needs_an_object_with_a_type) {
  EXPECT_EQ(fault_of("[]"), "expected an object, got an array");
  EXPECT_EQ(fault_of("null"), "expected an object, got null");
  EXPECT_EQ(fault_of("{}"), "type: missing");
  EXPECT_EQ(fault_of(R"({"type":null})"), "type: expected a string, got null");
  EXPECT_EQ(fault_of(R"({"type":["transcript"]})"), "type: expected a string, got an array");
}

TEST(decode_message, refuses_what_is_not_json) {
  for (auto const* text : {"", " ", "hello", "{", R"({"type":"end_session"} x)", "{'type':1}",
                           "<html></html>", R"({"type":"end_session",})", "NaN", "\"", "\"\\"}) {
    EXPECT_EQ(code_of(text), errc::malformed_json) << text;
  }
  EXPECT_EQ(fault_of("{oops"), "not JSON at byte 2");
}

TEST(decode_message, replaces_what_is_no_character) {
  std::string const mark = "\xef\xbf\xbd";
  auto const text = [](std::string const& inside) {
    return utterance_of("{\"text\":\"" + inside + "\"}").text;
  };
  EXPECT_EQ(text("a\xff z"), "a" + mark + " z");
  EXPECT_EQ(text("\xe2\x82"), mark);
  EXPECT_EQ(text("\xed\xa0\x80"), mark + mark + mark);
  EXPECT_EQ(text(R"(a\ud800 z)"), "a" + mark + " z");
  EXPECT_EQ(text(R"(\ud800A)"), mark + "A");
  EXPECT_EQ(text(R"(\udc00\ud83d\ude00)"), mark + "\xf0\x9f\x98\x80");
  EXPECT_EQ(text(R"(\u12g4\x\u)"), mark + "12g4" + mark + mark);
  EXPECT_EQ(text(R"(\"\\\/\b\f\n\r\t\u00e9\u20AC)"), "\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac");
  EXPECT_EQ(text("tab\tand\nline"), "tab\tand\nline");
}

TEST(decode_message, keeps_any_json_as_strict_json_on_one_line) {
  auto const results = [](std::string const& value) {
    auto const message =
        decode_message(R"({"type":"post_chapterization","data":{"results":)" + value + "}}");
    return std::get<post_chapterization>(message).data->results.text;
  };
  EXPECT_EQ(results(" [ 1 ,\n{ \"a b\" : [ ] } , -2.50 ] "), R"([1,{"a b":[]},-2.50])");
  EXPECT_EQ(results("[NaN,-Infinity,1e999,1e3]"), "[null,null,null,1e3]");
  EXPECT_EQ(results("\"\\ud800\\u00e9\\n\xff\t\""), "\"\xef\xbf\xbd\xc3\xa9\\n\xef\xbf\xbd\\t\"");
}

TEST(decode_message, can_write_again_what_no_strict_reader_takes) {
  auto const message = decode_message("{\"type\":\"new\",\"data\":[NaN,\"\xff\"]}");
  EXPECT_EQ(std::get<unknown_message>(message).raw.text,
            "{\"type\":\"new\",\"data\":[null,\"\xef\xbf\xbd\"]}");
}

TEST(decode_message, ignores_a_byte_order_mark_and_the_end_of_a_c_string) {
  EXPECT_EQ(code_of("\xEF\xBB\xBF{\"type\":\"end_session\"}"), errc{});
  EXPECT_EQ(code_of(std::string("{\"type\":\"end_session\"}") + std::string(3, '\0')), errc{});
  EXPECT_EQ(code_of(std::string("{\"type\":") + '\0' + "\"end_session\"}"), errc::malformed_json);
}

TEST(decode_message, never_quotes_the_text_in_an_error) {
  for (auto const* text :
       {R"({"url":"wss://host?token=hidden" "x":1})", R"({"url" "wss://host?token=hidden"})",
        R"({"url":"wss://host?token=hidden)"}) {
    auto const message = decode_message(text);
    auto const what = std::get<malformed_message>(message).error.what();
    EXPECT_EQ(what.find("hidden"), std::string::npos) << what;
  }
}

TEST(decode_message, bounds_the_depth_before_it_parses) {
  EXPECT_EQ(code_of(repeat("[", 100'000)), errc::malformed_json);
  EXPECT_EQ(code_of(repeat("{\"a\":", 100'000)), errc::malformed_json);
  auto const nested = [](std::size_t depth) {
    return R"({"type":"new","data":)" + repeat("[", depth - 1) + repeat("]", depth - 1) + "}";
  };
  EXPECT_EQ(fault_of(nested(64)), "");
  EXPECT_EQ(fault_of(nested(65)), "the JSON is nested deeper than the limit of 64");
}

TEST(decode_message, does_not_count_brackets_within_strings) {
  auto const text = R"({"type":"new","data":"\"\\\")" + repeat("[{", 1000) + "\"}";
  EXPECT_EQ(fault_of(text), "");
}

TEST(decode_message, bounds_the_size) {
  codec::decode_options options;
  options.max_size = 10;
  auto const message = decode_message(R"({"type":"end_session"})", options);
  auto const& malformed = std::get<malformed_message>(message);
  EXPECT_EQ(malformed.error, errc::message_too_large);
  EXPECT_TRUE(malformed.raw.empty());
}

TEST(decode_message, finds_the_words_of_an_error_wherever_they_are) {
  auto const words = [](std::string const& rest) {
    auto const message = decode_message(R"({"type":"error")" + rest + "}");
    return std::get<error_message>(message);
  };
  EXPECT_EQ(words(R"(,"data":{"message":"a","code":7},"message":"b")").message, "a");
  EXPECT_EQ(words(R"(,"data":{"message":"a","code":7},"message":"b")").code.text, "7");
  EXPECT_EQ(words(R"(,"error":{"message":"b"},"message":"c")").message, "b");
  EXPECT_EQ(words(R"(,"message":"c","code":"x","data":3)").message, "c");
  EXPECT_EQ(words(R"(,"message":"c","code":"x","data":3)").code.text, "\"x\"");
  EXPECT_EQ(words(R"(,"error":"d")").message, "d");
  EXPECT_EQ(words(R"(,"data":[1])").message, R"({"type":"error","data":[1]})");
}

TEST(decode_message, takes_either_form_of_a_sentiment_result) {
  auto const results = [](std::string const& value) {
    auto const message = decode_message(
        R"({"type":"post_final_transcript","data":{"sentiment_analysis":{"results":)" + value +
        "}}}");
    return std::get<post_final_transcript>(message).data.sentiment_analysis->results;
  };
  EXPECT_EQ(results("null"), std::nullopt);
  EXPECT_EQ(results(R"("[]")")->text, R"("[]")");
  EXPECT_EQ(results("[1]")->text, "[1]");
}

TEST(type_of, names_every_message) {
  EXPECT_EQ(codec::type_of(audio_chunk_ack{}), "audio_chunk");
  EXPECT_EQ(codec::type_of(error_message{}), "error");
  EXPECT_EQ(codec::type_of(unknown_message{"new", {}}), "new");
  EXPECT_EQ(codec::type_of(malformed_message{}), "");
}

TEST(decode, leaves_the_default_where_it_passes_over_a_member) {
  auto const r = decode<live_request>(
      R"({"bit_depth":8,"bit_depth":null,"encoding":5,"sample_rate":8000.5,"channels":"two"})");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->audio, live_request{}.audio);
}

TEST(decode, needs_id_and_url_of_a_session) {
  auto const info = decode<live_session_info>(R"({"id":"a","url":"wss://h/?token=t"})");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->url.reveal(), "wss://h/?token=t");
  EXPECT_EQ(fault_of(decode<live_session_info>(R"({"id":"a"})")), "url: missing");
  EXPECT_EQ(decode<live_session_info>("<html>").error(), errc::malformed_json);
  EXPECT_EQ(decode<live_session_info>("[]").error(), errc::malformed_response);
}

TEST(decode, reads_vocabulary_entries_of_either_form) {
  auto const r =
      decode<live_request>(R"({"realtime_processing":{"custom_vocabulary_config":{"vocabulary":)"
                           R"(["a",{"value":"b","intensity":1}]}}})");
  ASSERT_TRUE(r);
  auto const& list = r->realtime_processing.custom_vocabulary_config.vocabulary;
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0], vocabulary_entry{"a"});
  EXPECT_EQ(list[1].intensity, 1.0);
}

TEST(decode, lists_the_jobs_of_a_page_that_it_could_not_read) {
  auto const page =
      decode<live_job_page>(R"({"first":"f","items":[{"id":"a","status":"done"},{"id":"b"},7,)"
                            R"({"id":"c","status":"done","file":{"id":3}}]})");
  ASSERT_TRUE(page);
  ASSERT_EQ(page->items.size(), 2u);
  EXPECT_EQ(page->items[1].id, "c");
  EXPECT_EQ(page->items[1].unreadable, "file.id: expected a string, got a number");
  ASSERT_EQ(page->unreadable.size(), 2u);
  EXPECT_EQ(page->unreadable[0].id, "b");
  EXPECT_EQ(page->unreadable[0].why, "status: missing");
  EXPECT_EQ(page->unreadable[1].why, "expected an object, got a number");
}

TEST(decode, keeps_an_unknown_status) {
  auto const job = decode<live_job>(R"({"id":"a","status":"paused"})");
  ASSERT_TRUE(job);
  EXPECT_EQ(job->status.name(), "paused");
}

TEST(decode, reads_an_error_body_in_any_spelling) {
  auto const e = decode<api_error>(
      R"({"statusCode":400,"requestId":"G-1","error":"Bad","validationErrors":
          ["a",{"loc":["body",0,"x"],"msg":"wrong"},{"loc":"y","msg":"odd"},{"z":1}]})");
  ASSERT_TRUE(e);
  EXPECT_EQ(e->statusCode, 400);
  EXPECT_EQ(e->request_id, "G-1");
  EXPECT_EQ(e->message, "Bad");
  EXPECT_EQ(e->validation_errors,
            (std::vector<std::string>{"a", "body.0.x: wrong", "y: odd", R"({"z":1})"}));
}

TEST(decode, reads_an_error_body_whatever_its_types) {
  auto const e = decode<api_error>(
      R"({"statusCode":"400","path":7,"request_id":null,"message":["a","b"],"timestamp":1})");
  ASSERT_TRUE(e);
  EXPECT_EQ(e->statusCode, 0);
  EXPECT_EQ(e->validation_errors, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(decode<api_error>("{}"));
  EXPECT_EQ(decode<api_error>(R"({"statusCode":99999999999})")->statusCode, 0);
}

TEST(decode_callback, tells_a_callback_from_a_webhook_by_its_id) {
  auto const callback = codec::decode_callback(
      R"({"id":"j","event":"live.end_session","payload":{"type":"end_session"}})");
  ASSERT_TRUE(callback);
  EXPECT_TRUE(std::holds_alternative<end_session>(std::get<live_callback>(*callback).payload));
  auto const webhook =
      codec::decode_callback(R"({"event":"live.end_session","payload":{"id":"j"}})");
  ASSERT_TRUE(webhook);
  EXPECT_EQ(std::get<live_webhook>(*webhook).payload.id, "j");
}

TEST(decode_callback, passes_a_payload_on_that_it_cannot_read) {
  auto const post =
      codec::decode_callback(R"({"id":"j","event":"x","payload":{"type":"transcript"}})");
  ASSERT_TRUE(post);
  auto const& payload = std::get<live_callback>(*post).payload;
  EXPECT_EQ(std::get<malformed_message>(payload).raw.text, R"({"type":"transcript"})");
  EXPECT_FALSE(codec::decode_callback(R"({"id":"j"})"));
  EXPECT_FALSE(codec::decode_callback("[]"));
}

TEST(decode_callback, tells_callbacks_about_files_by_their_event) {
  auto const success = codec::decode_callback(
      R"({"id":"j","event":"transcription.success","payload":{"transcription":)"
      R"({"full_transcript":"a"}},"custom_metadata":null})");
  ASSERT_TRUE(success);
  auto const& done = std::get<pre_recorded_callback>(*success);
  EXPECT_EQ(done.payload->transcription->full_transcript, "a");
  EXPECT_TRUE(done.custom_metadata.empty());
  EXPECT_EQ(done.error, std::nullopt);

  auto const failure = codec::decode_callback(
      R"({"error":{"code":400,"message":"no"},"event":"transcription.error","id":"j"})");
  ASSERT_TRUE(failure);
  EXPECT_EQ(std::get<pre_recorded_callback>(*failure).error, (job_error{400, "no"}));

  auto const webhook =
      codec::decode_callback(R"({"event":"transcription.success","payload":{"id":"j"}})");
  ASSERT_TRUE(webhook);
  EXPECT_EQ(std::get<job_webhook>(*webhook).payload.id, "j");
}

TEST(decode_callback, says_what_of_a_callback_about_a_file_it_passes_over) {
  auto const post = codec::decode_callback(
      R"({"id":"j","event":"transcription.success","payload":{"transcription":{"utterances":)"
      R"([{"text":"a","words":7}]},"summarization":{"results":5}}})");
  ASSERT_TRUE(post);
  auto const& callback = std::get<pre_recorded_callback>(*post);
  EXPECT_EQ(callback.unreadable,
            "payload.transcription.utterances[0].words: expected an array, got a number");
  EXPECT_EQ(callback.payload->transcription->utterances.at(0).text, "a");
  EXPECT_EQ(callback.payload->summarization->unreadable,
            "results: expected a string, got a number");
  EXPECT_TRUE(codec::decode_callback(R"({"id":"j","event":"transcription.new","payload":1})"));
  EXPECT_FALSE(codec::decode_callback(R"({"id":7,"event":"transcription.success"})"));
}

TEST(decode, needs_what_names_an_upload_or_a_job) {
  EXPECT_EQ(fault_of(decode<uploaded_audio>(R"({"audio_metadata":{"size":1}})")),
            "audio_url: missing");
  EXPECT_EQ(fault_of(decode<pre_recorded_info>(R"({"result_url":"https://h"})")), "id: missing");
  auto const audio = decode<uploaded_audio>(R"({"audio_url":"https://h/1","audio_metadata":7})");
  ASSERT_TRUE(audio);
  EXPECT_EQ(audio->audio_url.reveal(), "https://h/1");
  EXPECT_EQ(audio->audio_metadata, uploaded_audio_metadata{});
}

TEST(decode, reads_the_size_of_an_upload_of_more_than_two_gigabytes) {
  auto const audio =
      decode<uploaded_audio>(R"({"audio_url":"u","audio_metadata":{"size":3000000000}})");
  ASSERT_TRUE(audio);
  EXPECT_EQ(audio->audio_metadata.size, 3'000'000'000);
}

TEST(decode, takes_a_list_of_words_in_the_place_of_the_flag_that_turns_it_on) {
  auto const job = decode<pre_recorded_job>(
      R"({"id":"a","status":"done","request_params":{"custom_vocabulary":["x",{"value":"y"}]}})");
  ASSERT_TRUE(job);
  auto const& params = *job->request_params;
  EXPECT_EQ(params.custom_vocabulary, true);
  EXPECT_EQ(params.custom_vocabulary_config.vocabulary,
            (std::vector<vocabulary_entry>{{"x"}, {"y"}}));
  EXPECT_EQ(job->unreadable, "");
}

TEST(decode, names_the_path_of_what_it_passes_over_beside_a_list_of_words) {
  auto const unreadable = [](std::string const& params) {
    auto const job =
        decode<pre_recorded_job>(R"({"id":"a","status":"done","request_params":)" + params + "}");
    return job ? job->unreadable : "not read";
  };
  EXPECT_EQ(unreadable(R"({"custom_vocabulary":[1,"x"]})"),
            "request_params.custom_vocabulary[0]: expected an object, got a number");
  EXPECT_EQ(unreadable(R"({"custom_vocabulary":["x"],"subtitles":7})"),
            "request_params.subtitles: expected a boolean, got a number");
  EXPECT_EQ(unreadable(R"({"custom_vocabulary":{},"custom_metadata":1})"),
            "request_params.custom_vocabulary: expected a boolean, got an object");
  EXPECT_EQ(unreadable("[]"), "request_params: expected an object, got an array");
}

TEST(decode, keeps_the_words_of_the_config_where_the_flag_is_a_list_too) {
  auto const r = decode<pre_recorded_request>(
      R"({"custom_vocabulary":["x"],"custom_vocabulary_config":{"vocabulary":["y"]}})");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->custom_vocabulary_config.vocabulary, (std::vector<vocabulary_entry>{{"y"}}));
}

TEST(decode, takes_a_single_kind_of_entity_for_a_list_of_one) {
  auto const r =
      decode<pre_recorded_request>(R"({"pii_redaction_config":{"entity_types":"GDPR"}})");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->pii_redaction_config.entity_types,
            (std::vector<open_enum<pii_entity>>{pii_entity::gdpr}));
}

TEST(decode, takes_parameters_without_the_url_that_is_no_longer_kept) {
  auto const job = decode<pre_recorded_job>(
      R"({"id":"a","status":"done","request_params":{"audio_url":null,"diarization":true}})");
  ASSERT_TRUE(job);
  EXPECT_EQ(job->request_params->diarization, true);
  EXPECT_TRUE(job->request_params->audio_url.empty());
}

TEST(decode, lists_the_files_of_a_page_that_it_could_not_read) {
  auto const page = decode<pre_recorded_job_page>(
      R"({"items":[{"id":"a","status":"done"},{"id":"b"},{"status":"done"}]})");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->items.size(), 1u);
  ASSERT_EQ(page->unreadable.size(), 2u);
  EXPECT_EQ(page->unreadable[0].id, "b");
  EXPECT_EQ(page->unreadable[1].why, "id: missing");
}

TEST(decode_message, reads_an_experimental_message_of_any_shape) {
  auto const turn = [](std::string const& data) {
    return std::get<speech_turn_end>(decode_message(R"({"type":"speech_turn_end")" + data + "}"));
  };
  EXPECT_EQ(turn(R"(,"data":{"time":3,"channel":1,"score":0.5})").data->score, 0.5);
  EXPECT_EQ(turn("").data, std::nullopt);
  EXPECT_EQ(turn(R"(,"data":[1])").data, std::nullopt);
  EXPECT_EQ(turn(R"(,"data":[1])").envelope.unreadable, "data: expected an object, got an array");
  auto const odd = turn(R"(,"data":{"time":"soon","probability":0.7})");
  EXPECT_EQ(odd.data->time, std::nullopt);
  EXPECT_EQ(odd.envelope.raw.text,
            R"({"type":"speech_turn_end","data":{"time":"soon","probability":0.7}})");

  auto const answered = decode_message(
      R"({"type":"answering_machine","data":{"kind":"fax","confidence":"high","time":5}})");
  auto const& who = std::get<answering_machine>(answered);
  EXPECT_EQ(who.data->kind.name(), "fax");
  EXPECT_EQ(who.data->confidence, std::nullopt);
  EXPECT_EQ(who.data->time, 5.0);
  EXPECT_EQ(who.envelope.unreadable, "data.confidence: expected a number, got a string");
}

TEST(decode_message, takes_a_transcript_that_does_not_say_whether_it_is_final_as_told) {
  auto const is_final = [](char const* mark, bool unmarked_is_final) {
    codec::decode_options how;
    how.unmarked_is_final = unmarked_is_final;
    auto const message = decode_message(std::string(R"({"type":"transcript","data":{"id":"a",)") +
                                            mark + R"("utterance":{"text":"hi"}}})",
                                        how);
    return std::get<transcript>(message).data.is_final;
  };
  EXPECT_FALSE(is_final("", false));
  EXPECT_TRUE(is_final("", true));
  EXPECT_TRUE(is_final(R"("is_final":null,)", true));
  EXPECT_TRUE(is_final(R"("is_final":"yes",)", true));
  EXPECT_FALSE(is_final(R"("is_final":false,)", true)) << "it says so";
}
