#include <gladia/model/failed_addons.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <gladia/codec/decode.hpp>
#include "support/contract.hpp"

using namespace gladia;

namespace {

template <class Job>
std::vector<std::string> failures_of(std::string const& text) {
  std::vector<std::string> names;
  for (auto const& failed : failed_addons(codec::decode<Job>(text).value())) {
    names.push_back(failed.name + ": " + failed.error.message);
  }
  return names;
}

std::vector<std::string> failures_in(std::string const& result) {
  return failures_of<pre_recorded_job>(R"({"id":"a","status":"done","result":)" + result + "}");
}

using list = std::vector<std::string>;

}  // namespace

TEST(failed_addons, are_those_of_a_job_that_is_done) {
  auto const job = codec::decode<pre_recorded_job>(
      contract_example("http.prerecorded.get.200.all_addons_failed.json"));
  ASSERT_TRUE(job);
  list names;
  for (auto const& failed : failed_addons(*job)) {
    names.push_back(failed.name);
    EXPECT_FALSE(failed.error.message.empty()) << failed.name;
  }
  EXPECT_EQ(names, (list{"translation", "summarization", "named_entity_recognition", "audio_to_llm",
                         "diarization", "sentences", "moderation", "name_consistency",
                         "structured_data_extraction", "display_mode"}));
}

TEST(failed_addons, are_none_where_all_went_well) {
  EXPECT_EQ(failures_of<pre_recorded_job>(contract_example("http.prerecorded.get.200.done.json")),
            list{});
  EXPECT_EQ(failures_of<pre_recorded_job>(contract_example("http.prerecorded.get.200.error.json")),
            list{});
  EXPECT_EQ(failures_in(R"({"summarization":{"success":true,"results":null}})"), list{});
}

TEST(failed_addons, have_the_errors_of_single_prompts_and_languages) {
  EXPECT_EQ(failures_in(R"({"audio_to_llm":{"success":true,"results":[{"success":true,"results":)"
                        R"({"response":"a"}},{"success":false,"error":{"message":"b"}}]},)"
                        R"("translation":{"success":true,"results":[{"error":{"message":"c"}}]}})"),
            (list{"translation[0]: c", "audio_to_llm[1]: b"}));
}

TEST(failed_addons, have_the_sentences_of_the_transcript) {
  EXPECT_EQ(failures_in(R"({"transcription":{"sentences":[{"success":false}]}})"),
            list{"transcription.sentences[0]: "});
}

TEST(failed_addons, are_those_that_do_not_say_that_they_succeeded) {
  EXPECT_EQ(failures_in(R"({"diarization":{"success":false,"results":[]},"moderation":{}})"),
            (list{"diarization: ", "moderation: "}));
}

TEST(failed_addons, are_found_in_a_session_too) {
  EXPECT_EQ(failures_of<live_job>(R"({"id":"a","status":"done","result":{"sentiment_analysis":)"
                                  R"({"success":false,"error":{"message":"b"}}}})"),
            list{"sentiment_analysis: b"});
}
