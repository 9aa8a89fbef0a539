#include <gmock/gmock.h>

#include <support/live_example_fixture.hpp>

namespace {

using namespace gladia::test;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct translation : live_example_fixture {
  translation() : live_example_fixture("translation") {
    emulator_options.script = R"([
      {"text": "hello wide world", "start": 0.2, "end": 0.9, "language": "en",
       "translations": {"fr": "bonjour le vaste monde", "de": "hallo weite Welt"}},
      {"text": "and good night", "start": 1.2, "end": 1.9, "language": "en",
       "translations": {"fr": "et bonne nuit"}}])";
  }
};

TEST_F(translation, prints_the_translations_below_what_was_said) {
  auto const end = run({wav_file(two_seconds), "--to", "fr", "--to", "de", "--speed", "0"});
  EXPECT_THAT(lines_of(end.out),
              ElementsAre("[00:00.2] en: hello wide world", "[00:00.2] fr: bonjour le vaste monde",
                          "[00:00.2] de: hallo weite Welt", "[00:01.2] en: and good night",
                          "[00:01.2] fr: et bonne nuit",
                          "(not translated: translation is not available in the emulator)"));
  EXPECT_THAT(end.err, IsEmpty());
  EXPECT_EQ(end.status, 0);
}

TEST_F(translation, prints_partials_that_were_asked_for) {
  auto const end = run({wav_file(two_seconds), "--to", "fr", "--speed", "4", "--partials"});
  EXPECT_THAT(lines_of(end.out), Contains("[00:00.2] en: hello wide ..."));
}

TEST_F(translation, can_be_tried_without_a_server) {
  std::string const data = GLADIA_SOURCE_DIR "/examples/data/";
  auto const end = run_alone(
      {data + "sample.wav", "--to", "de", "--script", data + "translated.json", "--speed", "0"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(lines_of(end.out), ::testing::SizeIs(10));
  EXPECT_THAT(end.out, HasSubstr("\n[00:00.2] de: Guten Morgen und willkommen zur Besprechung.\n"));
  expect_failure(run_alone({data + "sample.wav", "--to", "de", "--script", "/nowhere.json"}),
                 "/nowhere.json");
}

TEST_F(translation, stops_in_order_at_an_interrupt) {
  auto const end = run_interrupted({wav_file(std::string(640'000, '\0')), "--to", "fr"});
  EXPECT_THAT(lines_of(end.out), ElementsAre("[00:00.2] en: hello wide world",
                                             "[00:00.2] fr: bonjour le vaste monde"));
  EXPECT_EQ(end.status, 0) << end.err;
}

TEST_F(translation, explains_itself_and_what_goes_wrong) {
  expect_good_manners({wav_file(two_seconds), "--to", "fr"});
  EXPECT_EQ(run({wav_file(two_seconds)}).status, 2) << "without a language";
  expect_failure(run({wav_file(two_seconds), "--to", "klingon"}), "target_languages");
}

}  // namespace
