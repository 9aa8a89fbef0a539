#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gladia/testing/emulator.hpp>
#include <gladia/testing/sound.hpp>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <support/emulator_fixture.hpp>
#include <utility>
#include <vector>

namespace gladia::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class emulator_words : public emulator_fixture {
 protected:
  void start_script(std::string script) {
    testing::emulator_options options;
    options.script = std::move(script);
    start(std::move(options));
  }
  /// Everything that comes of a session with this audio, in messages of 100 ms.
  std::vector<json> say(std::string const& audio, json const& request = json::object(),
                        std::size_t chunk = 3200) {
    connect(request);
    for (std::size_t at = 0; at < audio.size(); at += chunk) {
      client.send(std::string_view(audio).substr(at, chunk));
    }
    client.stop();
    return client.drain();
  }
  static std::vector<json> finals(std::vector<json> const& messages) {
    std::vector<json> found;
    for (auto const& message : messages) {
      if (message["type"] == "transcript" && message["data"]["is_final"] == true) {
        found.push_back(message["data"]);
      }
    }
    return found;
  }
  static std::vector<std::string> texts(std::vector<json> const& messages, bool is_final = true) {
    std::vector<std::string> found;
    for (auto const& message : messages) {
      if (message["type"] == "transcript" && message["data"]["is_final"] == is_final) {
        found.push_back(message["data"]["utterance"]["text"]);
      }
    }
    return found;
  }
  static json with_partials() {
    return {{"messages_config", {{"receive_partial_transcripts", true}}}};
  }
};

TEST_F(emulator_words, hears_speech_by_its_energy) {
  start();
  auto const messages = say(silence(0.5) + tone(1) + silence(0.5));
  EXPECT_EQ(emulator->words(), "none (speech events only)");
  std::vector<json> events;
  for (auto const& message : messages) {
    if (message["type"] == "speech_start" || message["type"] == "speech_end")
      events.push_back(message);
  }
  ASSERT_EQ(events.size(), 2u);
  EXPECT_NEAR(events[0]["data"]["time"].get<double>(), 0.5, 0.011);
  EXPECT_NEAR(events[1]["data"]["time"].get<double>(), 1.5, 0.011);
  EXPECT_EQ(events[0]["data"]["channel"], 0);
  EXPECT_THAT(texts(messages), IsEmpty());
}

TEST_F(emulator_words, gives_each_stretch_of_speech_the_next_line_of_the_script) {
  start_script("Hello world.\n\n  How are you?\nNever said.\n");
  EXPECT_EQ(emulator->words(), "script");
  auto const messages = say(silence(0.5) + tone(1) + silence(0.5) + tone(0.5) + silence(0.5));
  auto const said = finals(messages);
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0]["id"], "00_00000000");
  EXPECT_EQ(said[1]["id"], "00_00000001");
  auto const& utterance = said[0]["utterance"];
  EXPECT_EQ(utterance["text"], " Hello world.");
  EXPECT_EQ(utterance["words"][0]["word"], " Hello");
  EXPECT_NEAR(utterance["start"].get<double>(), 0.5, 0.011);
  EXPECT_NEAR(utterance["end"].get<double>(), 1.5, 0.011);
  EXPECT_NEAR(utterance["words"][1]["start"].get<double>(), 0.96, 0.03);
  EXPECT_EQ(messages[messages.size() - 2]["data"]["full_transcript"], "Hello world. How are you?");
}

TEST_F(emulator_words, speaks_a_script_over_made_up_speech_of_any_format) {
  using namespace std::chrono_literals;
  for (auto const& format :
       {gladia::audio_format{}, gladia::audio_format{gladia::audio_encoding::pcm, 8, 8000, 1},
        gladia::audio_format{gladia::audio_encoding::pcm, 24, 48000, 1},
        gladia::audio_format{gladia::audio_encoding::ulaw, 8, 8000, 1},
        gladia::audio_format{gladia::audio_encoding::alaw, 8, 16000, 1}}) {
    start_script("Hello world.\nHow are you?\n");
    auto const speech = gladia::testing::speech(format, 300ms);
    auto const silence = gladia::testing::silence(format, 500ms);
    json const request = {{"encoding", std::string(format.encoding.name())},
                          {"bit_depth", format.bit_depth},
                          {"sample_rate", format.sample_rate}};
    auto const chunk = static_cast<std::size_t>(format.bytes(100ms));
    EXPECT_THAT(texts(say(silence + speech + silence + speech + silence, request, chunk)),
                ElementsAre(" Hello world.", " How are you?"))
        << format.bit_depth << " bit, " << format.sample_rate << " Hz";
    client.reset();
  }
}

TEST_F(emulator_words, reads_a_script_behind_a_byte_order_mark) {
  for (std::string const script : {"said", R"([{"text": "said", "start": 0, "end": 0.2}])"}) {
    start_script("\xEF\xBB\xBF" + script);
    EXPECT_THAT(texts(say(tone(0.5))), ElementsAre(" said")) << script;
    client.reset();
  }
}

TEST_F(emulator_words, refuses_a_script_that_is_not_utf8) {
  testing::emulator_options options;
  options.script = "caf\xe9";
  auto const started = testing::emulator::start(options);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error(), errc::invalid_options);
  EXPECT_THAT(started.error().what(), ::testing::HasSubstr("script: is not UTF-8"));
}

TEST_F(emulator_words, starts_the_script_anew_in_each_session) {
  start_script("one\ntwo");
  auto const first = say(tone(0.5));
  client.reset();
  EXPECT_EQ(texts(say(tone(0.5))), texts(first));
}

TEST_F(emulator_words, shows_partials_of_the_same_utterance_when_asked) {
  start_script("one two three four");
  auto const messages = say(tone(2), with_partials());
  EXPECT_THAT(texts(messages, false), ElementsAre(" one", " one two", " one two three"));
  EXPECT_THAT(texts(messages), ElementsAre(" one two three four"));
  for (auto const& message : messages) {
    if (message["type"] == "transcript") {
      EXPECT_EQ(message["data"]["id"], "00_00000000");
    }
  }
}

TEST_F(emulator_words, cuts_an_utterance_that_lasts_too_long) {
  start_script("one\ntwo\nthree");
  EXPECT_THAT(texts(say(tone(11), {{"maximum_duration_without_endpointing", 5}})),
              ElementsAre(" one", " two", " three"));
}

TEST_F(emulator_words, says_timed_lines_when_the_audio_has_come_that_far) {
  start_script(R"([{"text": "second", "start": 1, "end": 2, "channel": 0, "language": "fr"},
                   {"text": "first line", "start": 0.2, "end": 0.8},
                   {"text": "begun", "start": 2.2, "end": 9},
                   {"text": "never", "start": 8, "end": 9}])");
  connect({{"language_config", {{"languages", {"de"}}}}});
  client.send(silence(0.8));
  auto const first = client.receive("transcript")->at("data");
  EXPECT_EQ(first["utterance"]["text"], " first line");
  EXPECT_EQ(first["utterance"]["language"], "de");
  EXPECT_EQ(first["utterance"]["words"][0]["start"], 0.2);
  EXPECT_EQ(first["utterance"]["end"], 0.8);
  client.send(silence(1.5));
  client.stop();
  auto const rest = finals(client.drain());
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[0]["utterance"]["language"], "fr");
  EXPECT_EQ(rest[1]["utterance"]["text"], " begun");
}

TEST_F(emulator_words, shows_partials_of_timed_lines) {
  start_script(R"([{"text": "one two three four", "start": 0, "end": 1}])");
  auto const messages = say(silence(1.2), with_partials());
  EXPECT_THAT(texts(messages, false), ElementsAre(" one", " one two", " one two three"));
  EXPECT_THAT(texts(messages), ElementsAre(" one two three four"));
}

TEST_F(emulator_words, keeps_the_channels_apart) {
  start_script("left\nright");
  std::string audio;
  auto const left = tone(0.5) + silence(1);
  auto const right = silence(1) + tone(0.5);
  for (std::size_t i = 0; i < left.size(); i += 2) audio += left.substr(i, 2) + right.substr(i, 2);
  auto const said = finals(say(audio, {{"channels", 2}}));
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0]["utterance"]["channel"], 0);
  EXPECT_EQ(said[1]["utterance"]["channel"], 1);
  EXPECT_EQ(said[1]["id"], "01_00000000");
}

/// Audio that tells its position, in messages of 100 ms: the n-th is heard from n / 10 seconds.
class emulator_positions : public emulator_words {
 protected:
  /// An emulator that says one line in so many seconds of the client's audio, and a session.
  void start_line(double from, double to, testing::faults faults = {}) {
    testing::emulator_options options;
    options.script = json::array({{{"text", "said"}, {"start", from}, {"end", to}}}).dump();
    options.position_of = [](std::string_view audio) { return position_of(audio); };
    options.faults = std::move(faults);
    start(std::move(options));
    connect();
  }
  static std::optional<std::uint64_t> position_of(std::string_view audio) {
    if (audio.size() < 4) return std::nullopt;
    std::uint64_t word = 0;
    for (std::size_t i = 4; i-- > 0;) word = word << 8 | static_cast<unsigned char>(audio[i]);
    return 4 * word;
  }
  void send(std::uint32_t first, std::uint32_t end) {
    for (auto n = first; n < end; ++n) client.send(coded(n * 800, 800));
  }
  void reconnect() {
    client.reset();
    ASSERT_FALSE(client.open(socket_url));
  }
  /// Waits until the session has all that was sent, and loses the link.
  void lose_link(std::uint64_t messages) {
    ASSERT_TRUE(
        emulator->wait_until(id, [&](auto const& r) { return r.bytes == messages * 3200; }));
    reconnect();
  }
  /// Start and end of all that was said.
  std::vector<std::pair<double, double>> times() {
    client.stop();
    client.drain();
    std::vector<std::pair<double, double>> found;
    for (auto const& said : report().said) found.emplace_back(said.start, said.end);
    return found;
  }
};

TEST_F(emulator_positions, say_twice_what_is_heard_twice) {
  start_line(0.1, 0.2);
  send(0, 2);
  lose_link(2);
  send(0, 3);
  EXPECT_THAT(times(), ElementsAre(std::pair(0.1, 0.2), std::pair(0.3, 0.4)));
  EXPECT_NE(report().said[0].id, report().said[1].id);
}

TEST_F(emulator_positions, say_once_and_longer_what_a_cut_interrupts) {
  start_line(0.1, 0.4);
  send(0, 3);
  lose_link(3);
  send(2, 4);
  EXPECT_THAT(times(), ElementsAre(std::pair(0.1, 0.5)));
}

TEST_F(emulator_positions, say_once_from_its_second_start_what_a_cut_interrupts_that_goes_back) {
  start_line(0.1, 0.3);
  send(0, 2);
  lose_link(2);
  send(0, 3);
  EXPECT_THAT(times(), ElementsAre(std::pair(0.3, 0.5)));
}

TEST_F(emulator_positions, do_not_say_again_what_is_heard_again_in_part) {
  start_line(0.1, 0.3);
  send(0, 3);
  lose_link(3);
  send(2, 4);
  EXPECT_THAT(times(), ElementsAre(std::pair(0.1, 0.3)));
}

TEST_F(emulator_positions, do_not_say_what_has_a_gap) {
  start_line(0, 0.3);
  send(0, 1);
  send(2, 4);
  EXPECT_THAT(times(), IsEmpty());
}

TEST_F(emulator_positions, say_once_what_a_server_forgot_and_got_again) {
  testing::faults faults;
  faults.cuts.kind = testing::cut_kind::brutal;
  faults.cuts.every = 9600;
  faults.cuts.unacknowledged = 3200;
  faults.cuts.times = 1;
  faults.resume = testing::resume_policy::discard;
  start_line(0.05, 0.2, faults);
  send(0, 3);
  client.drain();
  reconnect();
  send(1, 4);
  EXPECT_THAT(times(), ElementsAre(std::pair(0.05, 0.2)));
}

TEST_F(emulator_positions, go_on_with_a_message_that_has_no_position) {
  start_line(0.1, 6402.0 / 32000);
  send(0, 2);
  EXPECT_FALSE(position_of("ab"));
  client.send("ab");
  EXPECT_THAT(times(), ElementsAre(std::pair(0.1, 0.2)));
}

struct coding {
  char const* encoding;
  int bit_depth;
  int sample_rate;
  char const* quiet;  // one sample
  char const* loud;   // one sample
};

class emulator_formats : public emulator_words, public ::testing::WithParamInterface<coding> {};

// The same half second of speech, whatever carries it.
TEST_P(emulator_formats, hears_speech) {
  auto const& c = GetParam();
  start_script("heard");
  auto const width = static_cast<std::size_t>(c.bit_depth / 8);
  auto const append = [&](std::string& audio, double seconds, bool is_speech) {
    for (int i = 0; i < static_cast<int>(seconds * c.sample_rate); ++i) {
      // A square wave of about 400 Hz.
      bool const high = is_speech && (i * 800 / c.sample_rate) % 2 == 0;
      audio.append(high ? c.loud : c.quiet, width);
    }
  };
  std::string audio;
  append(audio, 0.5, false);
  append(audio, 0.5, true);
  append(audio, 0.5, false);
  auto const said = finals(say(
      audio, {{"encoding", c.encoding}, {"bit_depth", c.bit_depth}, {"sample_rate", c.sample_rate}},
      4800));
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NEAR(said[0]["utterance"]["start"].get<double>(), 0.5, 0.02);
  EXPECT_NEAR(said[0]["utterance"]["end"].get<double>(), 1, 0.02);
}

INSTANTIATE_TEST_SUITE_P(all, emulator_formats,
                         ::testing::Values(coding{"wav/pcm", 8, 8000, "\x80", "\xc0"},
                                           coding{"wav/pcm", 16, 44100, "\0\0", "\0\x40"},
                                           coding{"wav/pcm", 24, 48000, "\0\0\0", "\0\0\x40"},
                                           coding{"wav/pcm", 32, 32000, "\0\0\0\0", "\0\0\0\x40"},
                                           coding{"wav/alaw", 8, 8000, "\xd5", "\xa5"},
                                           coding{"wav/ulaw", 8, 16000, "\xff", "\x8f"}),
                         [](auto const& test) {
                           return std::string(test.param.encoding).substr(4) +
                                  std::to_string(test.param.bit_depth) + "_at_" +
                                  std::to_string(test.param.sample_rate);
                         });

class emulator_pocketsphinx : public emulator_words {
 protected:
  void SetUp() override {
    testing::emulator_options options;
    options.words = testing::word_source::pocketsphinx;
    auto started = testing::emulator::start(std::move(options));
    if (!started) GTEST_SKIP() << started.error().what();
    emulator.emplace(std::move(*started));
    EXPECT_EQ(emulator->words(), "pocketsphinx");
    client.time_limit = std::chrono::minutes(1);  // a recogniser needs a processor
  }
};

TEST_F(emulator_pocketsphinx, recognises_what_is_said) {
  std::ifstream file(GLADIA_TEST_DATA "/hello_world.wav", std::ios::binary);
  if (!file) GTEST_SKIP() << "tests/data/hello_world.wav is not there";
  std::string const wav(std::istreambuf_iterator<char>(file), {});
  auto const messages = say(wav, with_partials());
  ASSERT_FALSE(texts(messages).empty());
  EXPECT_THAT(texts(messages)[0], ::testing::StartsWith(" hello world"));
  EXPECT_THAT(texts(messages, false), ::testing::Contains(" hello"));
  EXPECT_EQ(finals(messages)[0]["utterance"]["language"], "en");
}

TEST_F(emulator_pocketsphinx, makes_no_words_of_silence) {
  EXPECT_THAT(texts(say(silence(1), with_partials())), IsEmpty());
}

}  // namespace
}  // namespace gladia::test
