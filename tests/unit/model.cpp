#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include <gladia/model/callback.hpp>
#include <gladia/model/language.hpp>
#include <gladia/model/live_job.hpp>
#include <gladia/model/live_message.hpp>
#include <gladia/model/live_request.hpp>
#include <gladia/model/pre_recorded_job.hpp>
#include <gladia/model/print.hpp>

using namespace gladia;

#if __cplusplus >= 202002L
TEST(live_request, is_written_with_designated_initializers) {
  audio_format const format{.sample_rate = 8000};
  live_request const r{.audio = format, .language_config = {.languages = {"en", "fr"}}};
  EXPECT_EQ(r.audio.sample_rate, 8000);
  EXPECT_EQ(r.language_config.languages.back().code, "fr");
}
#endif

TEST(live_request, is_written_by_assignment) {
  live_request r;
  r.model = live_model::solaria_1;
  r.language_config.languages = {"en", languages::french};
  r.realtime_processing.custom_vocabulary_config.vocabulary = {{"Westeros"}, {"Stark", 0.4}};
  r.realtime_processing.custom_spelling_config.spelling_dictionary = {{"SQL", {"sequel", "S Q L"}}};
  EXPECT_EQ(r.model.name(), "solaria-1");
  EXPECT_EQ(r.language_config.languages.at(1).code, "fr");
  EXPECT_EQ(r.realtime_processing.custom_vocabulary_config.vocabulary.at(1).intensity, 0.4);
  EXPECT_EQ(r.realtime_processing.custom_spelling_config.spelling_dictionary.at("SQL").size(), 2u);
}

TEST(language_code, takes_any_text) {
  EXPECT_EQ(language_code("tlh").code, "tlh");
  EXPECT_EQ(language_code(std::string_view("tlh")), language_code(std::string("tlh")));
  EXPECT_EQ(language_code(languages::hawaiian).code, "haw");
  EXPECT_TRUE(language_code().empty());
}

TEST(language_code, has_a_constant_for_each_known_language) {
  std::set<std::string_view> codes;
  for (auto const& constant : languages::all) codes.insert(constant.code);
  EXPECT_EQ(codes.size(), std::size(languages::all));
  EXPECT_EQ(codes.size(), 100u);
}

TEST(open_enum, keeps_a_name_it_does_not_know) {
  open_enum<job_status> const known("done");
  open_enum<job_status> const unknown("paused");
  EXPECT_EQ(known, job_status::done);
  EXPECT_EQ(known.value(), job_status::done);
  EXPECT_EQ(unknown.value(), std::nullopt);
  EXPECT_EQ(unknown.name(), "paused");
  EXPECT_TRUE(open_enum<job_status>().empty());
}

TEST(pii_entity, has_each_name_of_the_server) {
  EXPECT_EQ(std::size(enum_names<pii_entity>::names), 82u);
  EXPECT_EQ(open_enum<pii_entity>(pii_entity::appi).name(), "APPI");
  EXPECT_EQ(open_enum<pii_entity>("HIPAA_SAFE_HARBOR"), pii_entity::hipaa_safe_harbor);
  EXPECT_EQ(open_enum<pii_entity>(pii_entity::year).name(), "YEAR");
}

TEST(to_string, prints_what_is_set_with_its_name) {
  transcript_utterance u;
  u.end = 1.5;
  u.text = " Hi";
  u.language = languages::english;
  u.words = {{" Hi", 0, 1.5, 0.25}};
  EXPECT_EQ(
      to_string(u),
      "{start: 0, end: 1.5, confidence: 0, channel: 0, words: [{word: \" Hi\", start: 0, end: "
      "1.5, confidence: 0.25}], text: \" Hi\", language: en}");
}

TEST(to_string, never_prints_a_secret) {
  live_session_info info;
  info.id = "job";
  info.url = "wss://host/?token=hidden";
  EXPECT_EQ(to_string(info), "{id: \"job\", url: ***}");
}

TEST(to_string, never_prints_a_url_that_may_be_signed) {
  pre_recorded_request r;
  r.audio_url = "https://host/hidden";
  r.callback_url = "https://host/hidden";
  r.callback_config.url = "https://host/hidden";
  EXPECT_EQ(to_string(r),
            "{audio_url: ***, language_config: {}, custom_vocabulary_config: {}, "
            "custom_spelling_config: {}, translation_config: {}, summarization_config: {}, "
            "subtitles_config: {}, diarization_config: {}, audio_to_llm_config: {}, "
            "pii_redaction_config: {}, callback_config: {url: ***}, callback_url: ***}");
  uploaded_audio audio;
  audio.audio_url = "https://host/hidden";
  audio.audio_metadata.source = "https://host/hidden";
  EXPECT_EQ(to_string(audio).find("hidden"), std::string::npos) << to_string(audio);
  EXPECT_EQ(to_string(upload_url_request{"https://host/hidden"}), "{audio_url: ***}");
}

TEST(to_string, stays_on_one_line) {
  live_message const message = unknown_message{"x\ny", {"{\n}"}};
  EXPECT_EQ(to_string(message), "{type: \"x y\", raw: { }}");
}

TEST(to_string, prints_every_kind) {
  live_request r;
  r.custom_metadata.text = R"({"user":"John"})";
  r.endpointing = 0.3;
  r.realtime_processing.custom_spelling_config.spelling_dictionary = {{"SQL", {"sequel"}}};
  auto const text = to_string(r);
  EXPECT_NE(text.find("encoding: wav/pcm"), std::string::npos) << text;
  EXPECT_NE(text.find("custom_metadata: {\"user\":\"John\"}"), std::string::npos) << text;
  EXPECT_NE(text.find("endpointing: 0.3"), std::string::npos) << text;
  EXPECT_NE(text.find("{\"SQL\": [\"sequel\"]}"), std::string::npos) << text;

  audio_chunk_ack ack;
  ack.acknowledged = true;
  ack.data = audio_chunk_ack_data{{0, 3200}, {0, 0.1}};
  std::ostringstream out;
  out << ack;
  EXPECT_EQ(out.str(),
            "{acknowledged: true, data: {byte_range: [0, 3200), time_range: [0, "
            "0.1)}}");
}

TEST(to_string, writes_a_point_whatever_the_locale_of_the_program) {
  struct comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
  };
  auto const before = std::locale::global(std::locale(std::locale::classic(), new comma));
  live_request r;
  r.endpointing = 1234.5;
  auto const text = to_string(r);
  std::locale::global(before);
  EXPECT_NE(text.find("endpointing: 1234.5,"), std::string::npos) << text;
}

TEST(to_string, says_what_is_wrong_with_a_malformed_message) {
  malformed_message message;
  message.type = "transcript";
  message.error = error(errc::malformed_response, "data: missing");
  auto const text = to_string(live_message(message));
  EXPECT_NE(text.find("data: missing"), std::string::npos) << text;
}
