#include <gladia/codec/validate.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

using namespace gladia;

namespace {

// All that is wrong with a default request changed by `change`.
std::string faults(std::function<void(live_request&)> const& change) {
  live_request request;
  change(request);
  auto const e = codec::validate(request);
  EXPECT_TRUE(!e || e == errc::invalid_request);
  return e.details().message;
}

// The same of a file whose URL is given.
std::string faults_of_file(std::function<void(pre_recorded_request&)> const& change) {
  pre_recorded_request request;
  request.audio_url = "https://h";
  change(request);
  auto const e = codec::validate(request);
  EXPECT_TRUE(!e || e == errc::invalid_request);
  return e.details().message;
}

}  // namespace

TEST(validate, finds_nothing_wrong_with_the_default) {
  EXPECT_FALSE(codec::validate(live_request{}));
}

TEST(validate, knows_which_depths_fit_an_encoding) {
  auto const depth = [](open_enum<audio_encoding> encoding, int bits) {
    return faults([&](auto& r) {
      r.audio.encoding = encoding;
      r.audio.bit_depth = bits;
    });
  };
  for (int bits : {8, 16, 24, 32}) EXPECT_EQ(depth(audio_encoding::pcm, bits), "");
  EXPECT_EQ(depth(audio_encoding::pcm, 12), "bit_depth: must be 8, 16, 24 or 32");
  EXPECT_EQ(depth(audio_encoding::ulaw, 8), "");
  EXPECT_EQ(depth(audio_encoding::ulaw, 16), "bit_depth: must be 8, as the encoding is wav/ulaw");
  EXPECT_EQ(depth(audio_encoding::alaw, 16), "bit_depth: must be 8, as the encoding is wav/alaw");
  EXPECT_EQ(depth(open_enum<audio_encoding>("wav/opus"), 12), "");
}

TEST(validate, knows_rates_and_channels) {
  EXPECT_EQ(faults([](auto& r) { r.audio.sample_rate = 22050; }),
            "sample_rate: must be 8000, 16000, 32000, 44100 or 48000");
  EXPECT_EQ(faults([](auto& r) { r.audio.channels = 0; }), "channels: must be from 1 to 8");
  EXPECT_EQ(faults([](auto& r) { r.audio.channels = 9; }), "channels: must be from 1 to 8");
}

TEST(validate, knows_the_ranges_of_numbers) {
  EXPECT_EQ(faults([](auto& r) { r.endpointing = 0.001; }), "endpointing: must be from 0.01 to 10");
  EXPECT_EQ(faults([](auto& r) { r.endpointing = std::numeric_limits<double>::quiet_NaN(); }),
            "endpointing: must be from 0.01 to 10");
  EXPECT_EQ(faults([](auto& r) { r.maximum_duration_without_endpointing = 61; }),
            "maximum_duration_without_endpointing: must be from 5 to 60");
  EXPECT_EQ(faults([](auto& r) { r.pre_processing.speech_threshold = -0.1; }),
            "pre_processing.speech_threshold: must be from 0 to 1");
  EXPECT_EQ(faults([](auto& r) {
              r.endpointing = 10;
              r.maximum_duration_without_endpointing = 5;
              r.pre_processing.speech_threshold = 1;
            }),
            "");
}

TEST(validate, lists_all_faults_at_once) {
  EXPECT_EQ(faults([](auto& r) {
              r.audio.channels = 9;
              r.endpointing = 0;
            }),
            "channels: must be from 1 to 8; endpointing: must be from 0.01 to 10");
}

TEST(validate, checks_each_vocabulary_entry) {
  EXPECT_EQ(faults([](auto& r) {
              auto& p = r.realtime_processing;
              p.custom_vocabulary = true;
              p.custom_vocabulary_config.vocabulary = {{"ok", 0.5}, {"", 2.0}};
              p.custom_vocabulary_config.default_intensity = 1.5;
            }),
            "realtime_processing.custom_vocabulary_config.vocabulary[1].value: must not be empty; "
            "realtime_processing.custom_vocabulary_config.vocabulary[1].intensity: must be from 0 "
            "to 1; realtime_processing.custom_vocabulary_config.default_intensity: must be from 0 "
            "to 1");
}

TEST(validate, refuses_a_config_whose_flag_was_forgotten) {
  std::string const what = ": must be true, or its config has no effect";
  EXPECT_EQ(
      faults([](auto& r) { r.realtime_processing.custom_vocabulary_config.vocabulary = {{"a"}}; }),
      "realtime_processing.custom_vocabulary" + what);
  EXPECT_EQ(faults([](auto& r) {
              r.realtime_processing.custom_spelling_config.spelling_dictionary = {{"a", {"b"}}};
            }),
            "realtime_processing.custom_spelling" + what);
  EXPECT_EQ(
      faults([](auto& r) { r.realtime_processing.translation_config.target_languages = {"fr"}; }),
      "realtime_processing.translation" + what);
  EXPECT_EQ(
      faults([](auto& r) { r.post_processing.summarization_config.type = summary_type::concise; }),
      "post_processing.summarization" + what);
  EXPECT_EQ(faults([](auto& r) { r.callback_config.url = "https://h"; }), "callback" + what);
}

TEST(validate, lets_a_config_be_turned_off_on_purpose) {
  EXPECT_EQ(faults([](auto& r) {
              r.callback = false;
              r.callback_config.url = "https://h";
            }),
            "");
}

TEST(validate, wants_the_list_of_a_config_that_is_turned_off_for_it_is_sent) {
  EXPECT_EQ(faults([](auto& r) {
              r.realtime_processing.translation = false;
              r.realtime_processing.translation_config.model = translation_model::base;
            }),
            "realtime_processing.translation_config.target_languages: needs at least one entry");
  EXPECT_EQ(faults([](auto& r) {
              r.realtime_processing.custom_vocabulary = false;
              r.realtime_processing.custom_vocabulary_config.default_intensity = 0.4;
            }),
            "realtime_processing.custom_vocabulary_config.vocabulary: needs at least one entry");
}

TEST(validate, refuses_a_flag_without_what_it_needs) {
  EXPECT_EQ(faults([](auto& r) { r.realtime_processing.translation = true; }),
            "realtime_processing.translation_config.target_languages: needs at least one entry");
  EXPECT_EQ(faults([](auto& r) { r.realtime_processing.custom_vocabulary = true; }),
            "realtime_processing.custom_vocabulary_config.vocabulary: needs at least one entry");
  EXPECT_EQ(
      faults([](auto& r) { r.realtime_processing.custom_spelling = true; }),
      "realtime_processing.custom_spelling_config.spelling_dictionary: needs at least one entry");
  EXPECT_EQ(faults([](auto& r) { r.callback = true; }),
            "callback_config.url: needed, as callback is true");
  EXPECT_EQ(faults([](auto& r) { r.post_processing.summarization = true; }), "");
}

TEST(validate, refuses_code_switching_with_one_language) {
  auto const with = [](std::vector<language_code> const& list) {
    return faults([&](auto& r) {
      r.language_config.languages = list;
      r.language_config.code_switching = true;
    });
  };
  EXPECT_EQ(with({}), "");
  EXPECT_EQ(with({"en", "fr"}), "");
  EXPECT_EQ(with({"en"}),
            "language_config.code_switching: has no effect with exactly one "
            "language; list all that may be spoken");
}

TEST(validate, takes_metadata_of_up_to_2000_characters) {
  auto const metadata = [](std::string text) {
    return faults([&](auto& r) { r.custom_metadata.text = std::move(text); });
  };
  auto const of_size = [](std::size_t characters) {
    std::string text = R"({"a": ")";  // the space does not count
    for (std::size_t i = 8; i < characters; ++i) text += "\xc3\xa9";
    return text + "\"}";
  };
  EXPECT_EQ(metadata(of_size(2000)), "");
  EXPECT_EQ(metadata(of_size(2001)), "custom_metadata: 2001 characters are more than 2000");
  EXPECT_EQ(metadata("[]"), "custom_metadata: expected an object, got an array");
  EXPECT_EQ(metadata("null"), "custom_metadata: expected an object, got null");
  EXPECT_EQ(metadata("{user:1}"), "custom_metadata: the text is not JSON");
}

TEST(validate, finds_text_that_is_not_utf8_anywhere) {
  EXPECT_EQ(faults([](auto& r) {
              r.language_config.languages = {"en", "\xff"};
              r.model = open_enum<live_model>("\xfe");
              r.realtime_processing.translation_config.context = "\xc0\xaf";
              r.realtime_processing.translation_config.target_languages = {"fr"};
              r.realtime_processing.translation = false;
              r.realtime_processing.custom_vocabulary = false;
              r.realtime_processing.custom_vocabulary_config.vocabulary = {{"ok"}, {"\x80"}};
            }),
            "model: the text is not UTF-8; language_config.languages[1]: the text is not UTF-8; "
            "realtime_processing.custom_vocabulary_config.vocabulary[1].value: the text is not "
            "UTF-8; realtime_processing.translation_config.context: the text is not UTF-8");
}

TEST(validate, checks_the_request_as_extra_makes_it) {
  auto const extra = [](std::string text) {
    return faults([&](auto& r) {
      r.realtime_processing.translation = true;
      r.extra.text = std::move(text);
    });
  };
  std::string const given =
      R"("realtime_processing":{"translation_config":{"target_languages":["fr"]}})";
  EXPECT_EQ(extra("{" + given + "}"), "");
  EXPECT_EQ(extra("{" + given + R"(,"endpointing":11})"), "endpointing: must be from 0.01 to 10");
  EXPECT_EQ(extra("{" + given + R"(,"channels":"all","new":1})"), "");
  EXPECT_EQ(extra("{" + given + R"(,"custom_metadata":{"a":")" + std::string(2000, 'a') + "\"}}"),
            "custom_metadata: 2008 characters are more than 2000");
  EXPECT_EQ(extra("[]"), "extra: expected an object, got an array");
  EXPECT_EQ(extra("{"), "extra: the text is not JSON");
}

TEST(validate, lets_extra_change_nothing_that_a_session_relies_on) {
  auto const extra = [](std::string text) {
    return faults([&](auto& r) { r.extra.text = std::move(text); });
  };
  EXPECT_EQ(extra(R"({"channels":2})"), "extra: must not change the audio format");
  EXPECT_EQ(extra(R"({"channels":1,"messages_config":{"receive_acknowledgments":true}})"), "");
  EXPECT_EQ(extra(R"({"messages_config":{"receive_acknowledgments":false}})"),
            "extra: must not turn acknowledgements off: sessions need them");
}

TEST(validate, lets_values_pass_that_this_version_does_not_know) {
  EXPECT_EQ(faults([](auto& r) {
              r.model = open_enum<live_model>("solaria-9");
              r.language_config.languages = {"tlh"};
            }),
            "");
}

TEST(validate, knows_the_numbers_of_the_ends_of_turns) {
  EXPECT_EQ(faults([](auto& r) {
              r.end_of_turn.emplace();
              r.end_of_turn->threshold = 1.1;
              r.end_of_turn->emission_threshold = -0.1;
              r.end_of_turn->max_wait_secs = 31;
              r.end_of_turn->probe_base_ms = 99;
            }),
            "end_of_turn.threshold: must be from 0 to 1; end_of_turn.emission_threshold: must be "
            "from 0 to 1; end_of_turn.max_wait_secs: must be from 1 to 30; "
            "end_of_turn.probe_base_ms: must be from 100 to 5000");
  EXPECT_EQ(faults([](auto& r) { r.end_of_turn.emplace(); }), "");
}

TEST(validate, wants_the_url_of_a_file) {
  EXPECT_EQ(faults_of_file([](auto&) {}), "");
  EXPECT_EQ(faults_of_file([](auto& r) { r.audio_url = ""; }), "audio_url: needed");
  EXPECT_EQ(faults_of_file([](auto& r) {
              r.audio_url = "";
              r.extra.text = R"({"audio_url":"https://h"})";
            }),
            "");
}

TEST(validate, checks_the_add_ons_of_a_file_as_those_of_a_session) {
  EXPECT_EQ(faults_of_file([](auto& r) {
              r.custom_vocabulary_config.vocabulary = {{"", 2.0}};
              r.translation = true;
              r.summarization_config.type = summary_type::concise;
            }),
            "custom_vocabulary: must be true, or its config has no effect; "
            "custom_vocabulary_config.vocabulary[0].value: must not be empty; "
            "custom_vocabulary_config.vocabulary[0].intensity: must be from 0 to 1; "
            "translation_config.target_languages: needs at least one entry; "
            "summarization: must be true, or its config has no effect");
}

TEST(validate, knows_the_numbers_of_subtitles_and_speakers) {
  EXPECT_EQ(faults_of_file([](auto& r) {
              r.subtitles = true;
              r.subtitles_config.formats = {subtitle_format::srt, open_enum<subtitle_format>()};
              r.subtitles_config.minimum_duration = -1;
              r.subtitles_config.maximum_duration = 31;
              r.subtitles_config.maximum_characters_per_row = 0;
              r.subtitles_config.maximum_rows_per_caption = 6;
            }),
            "subtitles_config.formats[1]: must not be empty; "
            "subtitles_config.minimum_duration: must be at least 0; "
            "subtitles_config.maximum_duration: must be from 1 to 30; "
            "subtitles_config.maximum_characters_per_row: must be at least 1; "
            "subtitles_config.maximum_rows_per_caption: must be from 1 to 5");
  EXPECT_EQ(faults_of_file([](auto& r) {
              r.diarization = true;
              r.diarization_config.number_of_speakers = 0;
              r.diarization_config.min_speakers = -1;
              r.diarization_config.max_speakers = 0;
            }),
            "diarization_config.number_of_speakers: must be at least 1; "
            "diarization_config.min_speakers: must be at least 0");
}

TEST(validate, refuses_what_has_no_effect_on_a_file) {
  std::string const what = ": must be true, or its config has no effect";
  EXPECT_EQ(faults_of_file([](auto& r) { r.subtitles_config.formats = {subtitle_format::vtt}; }),
            "subtitles" + what);
  EXPECT_EQ(faults_of_file([](auto& r) { r.diarization_config.max_speakers = 2; }),
            "diarization" + what);
  EXPECT_EQ(faults_of_file([](auto& r) { r.audio_to_llm_config.prompts = {"Who?"}; }),
            "audio_to_llm" + what);
  EXPECT_EQ(
      faults_of_file([](auto& r) { r.pii_redaction_config.entity_types = {pii_entity::pci}; }),
      "pii_redaction" + what);
  EXPECT_EQ(faults_of_file([](auto& r) { r.callback_config.url = "https://h"; }),
            "callback" + what);
  EXPECT_EQ(faults_of_file([](auto& r) {
              r.language_config.languages = {"en"};
              r.language_config.code_switching = true;
            }),
            "language_config.code_switching: has no effect with exactly one language; list all "
            "that may be spoken");
}

TEST(validate, wants_prompts_and_the_url_of_a_callback) {
  EXPECT_EQ(faults_of_file([](auto& r) { r.audio_to_llm = true; }),
            "audio_to_llm_config.prompts: needs at least one entry");
  EXPECT_EQ(faults_of_file([](auto& r) {
              r.audio_to_llm = true;
              r.audio_to_llm_config.prompts = {"Who?", ""};
            }),
            "audio_to_llm_config.prompts[1]: must not be empty");
  EXPECT_EQ(faults_of_file([](auto& r) { r.callback = true; }), "callback_config.url: needed");
  EXPECT_EQ(faults_of_file([](auto& r) {
              r.callback = false;
              r.callback_config.method = callback_method::put;
            }),
            "callback_config.url: needed");
  EXPECT_EQ(faults_of_file([](auto& r) {
              r.callback = true;
              r.callback_url = "https://h";
            }),
            "");
}

TEST(validate, does_not_check_which_languages_a_model_knows) {
  EXPECT_EQ(faults_of_file([](auto& r) {
              r.model = pre_recorded_model::solaria_3;
              r.language_config.languages = {"en", "tlh"};
            }),
            "");
}

TEST(validate, finds_metadata_and_texts_of_a_file_that_cannot_be_sent) {
  EXPECT_EQ(faults_of_file([](auto& r) { r.custom_metadata.text = "[]"; }),
            "custom_metadata: expected an object, got an array");
  EXPECT_EQ(faults_of_file([](auto& r) {
              r.audio_url = "\xff";
              r.custom_metadata.text = R"({"a":")" + std::string(2000, 'a') + "\"}";
            }),
            "audio_url: the text is not UTF-8; custom_metadata: 2008 characters are more than "
            "2000");
  EXPECT_EQ(faults_of_file([](auto& r) { r.extra.text = R"({"subtitles_config":{}})"; }), "");
}
