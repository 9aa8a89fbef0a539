#include <gmock/gmock.h>

#include <csignal>
#include <support/example_fixture.hpp>

namespace {

using namespace gladia::test;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct two_legs : example_fixture {
  std::optional<program> running;

  void SetUp() override {
    example_fixture::SetUp();
    // Messages hold up to a second: one ends while the first line is open and the second is not.
    emulator_options.script = R"([
      {"text": "good day how can I help", "start": 0.1, "end": 1.9, "channel": 0},
      {"text": "hello", "start": 1.2, "end": 1.5, "channel": 1},
      {"text": "bye", "start": 2.1, "end": 2.3, "channel": 1}])";
  }
  /// A leg of 16 kHz and 16 bits, in which every byte is the same.
  std::string leg(char content, double seconds, int channels = 1) const {
    gladia::audio_format format;
    format.channels = channels;
    return file(std::string(1, content) + std::to_string(channels) + ".wav",
                gladia::test::wav(format, samples(content, seconds)));
  }
  static std::string samples(char content, double seconds) {
    return std::string(static_cast<std::size_t>(seconds * 16000) * 2, content);
  }

  void start(std::vector<std::string> more) {
    options.arguments = arguments(std::move(more));
    running.emplace(example("two_legs"), options);
  }
  program_outcome run(std::vector<std::string> more) {
    start(std::move(more));
    return running->wait();
  }
};

TEST_F(two_legs, labels_each_line_in_the_order_in_which_they_were_begun) {
  auto const end = run({leg('a', 3), leg('c', 3), "--speed", "0"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_EQ(end.out,
            "[00:00.1] agent: good day how can I help\n"
            "[00:01.2] customer: hello\n"
            "[00:02.1] customer: bye\n");
  EXPECT_THAT(end.err, IsEmpty());
}

TEST_F(two_legs, takes_names) {
  auto const end = run({leg('a', 3), leg('c', 3), "--speed", "0", "--names", "Ann,Bob"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out, HasSubstr("] Ann: good day"));
  EXPECT_THAT(end.out, HasSubstr("] Bob: hello\n"));
}

TEST_F(two_legs, sends_two_channels_and_silence_where_a_leg_has_none) {
  auto const end = run({leg('a', 0.5), leg('c', 0.4), "--speed", "0", "--joins-after", "0.25"});
  EXPECT_EQ(end.status, 0) << end.err;
  std::string wanted;
  for (int i = 0; i < 16 * 650; ++i) {
    wanted += i < 16 * 500 ? "aa" : std::string(2, '\0');
    wanted += i < 16 * 250 ? std::string(2, '\0') : "cc";
  }
  EXPECT_TRUE(has_heard(wanted));
  EXPECT_EQ(json::parse(server->requests().at(0).body)["channels"], 2);
}

TEST_F(two_legs, gives_the_last_words_after_an_interrupt) {
  start({leg('a', 60), leg('c', 60)});
  ASSERT_TRUE(running->wait_for_output("customer: hello"));
  running->send_signal(SIGINT);
  auto const end = running->wait();
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out, StartsWith("[00:00.1] agent: good day how can I help\n"));
  EXPECT_LT(report().bytes, samples('a', 60).size());
}

TEST_F(two_legs, sends_at_an_interrupt_what_waits_for_the_other_leg) {
  // An hour passes in some seconds: the second leg is still to come.
  start({leg('a', 0.1), leg('c', 1), "--joins-after", "3600", "--speed", "1000"});
  ASSERT_TRUE(server->wait_until([](auto const& r) { return !r.connections.empty(); }));
  running->send_signal(SIGINT);
  EXPECT_EQ(running->wait().status, 0);
  std::string wanted;
  for (int i = 0; i < 1600; ++i) wanted += std::string("aa") + '\0' + '\0';
  EXPECT_TRUE(has_heard(wanted));
}

TEST_F(two_legs, refuses_legs_that_do_not_go_together_before_any_network) {
  start_server();
  gladia::audio_format telephone;
  telephone.sample_rate = 8000;
  auto const other = file("8k.wav", gladia::test::wav(telephone, samples('c', 1)));
  expect_failure(run({leg('a', 1), other}), "of one format");
  expect_failure(run({leg('a', 1, 2), leg('c', 1, 2)}), "have to be mono");
  expect_failure(run({leg('a', 1), "/nowhere/c.wav"}), "/nowhere/c.wav");
  EXPECT_THAT(server->requests(), IsEmpty());
}

TEST_F(two_legs, fails_with_one_line_when_nobody_listens) {
  start_server();
  options.arguments = arguments({leg('a', 1), leg('c', 1)});
  server.reset();
  expect_failure(program(example("two_legs"), options).wait(), "connect");
}

TEST_F(two_legs, says_2_for_wrong_usage_and_explains_itself) {
  auto const a = leg('a', 1);
  std::vector<std::vector<std::string>> const wrong = {
      {}, {a}, {a, a, a}, {a, a, "--names", "Ann"}, {a, a, "--speed", "-1"}, {a, a, "--louder"}};
  for (auto const& line : wrong) {
    EXPECT_EQ(run(line).status, 2) << ::testing::PrintToString(line);
  }
  auto const help = run({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("Exit status"));
}

}  // namespace
