#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <csignal>
#include <filesystem>
#include <support/example_fixture.hpp>

namespace {

using namespace gladia::test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

struct microphone : example_fixture {
  std::optional<program> running;
  int keys = -1;

  void SetUp() override {
    example_fixture::SetUp();
    emulator_options.script = R"([
      {"text": "hello wide world", "start": 0.1, "end": 0.4},
      {"text": "goodbye", "start": 0.5, "end": 0.7}])";
  }
  void TearDown() override {
    if (keys >= 0) ::close(keys);
    example_fixture::TearDown();
  }
  /// What stands in for a device.
  std::string device(double seconds) const {
    return wav_file(std::string(static_cast<std::size_t>(seconds * 16000) * 2, 'a'));
  }
  /// Lets the test type.
  void make_keyboard() {
    options.input = (folder / "keys.fifo").string();
    ASSERT_EQ(::mkfifo(options.input.c_str(), 0600), 0);
    keys = ::open(options.input.c_str(), O_RDWR | O_CLOEXEC);  // does not wait for a reader
    ASSERT_GE(keys, 0);
  }
  void type(std::string const& text) const {
    ASSERT_EQ(::write(keys, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  void start(std::vector<std::string> more) {
    options.arguments = arguments(std::move(more));
    running.emplace(example("microphone"), options);
  }
  program_outcome run(std::vector<std::string> more) {
    start(std::move(more));
    return running->wait();
  }
};

TEST_F(microphone, prints_what_was_said) {
  auto const end = run({"--device", device(1), "--language", "en"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_EQ(end.out, "hello wide world\ngoodbye\n");
  EXPECT_THAT(end.err, IsEmpty());
  EXPECT_TRUE(has_heard(std::string(32'000, 'a')));
  auto const request = json::parse(server->requests().at(0).body);
  EXPECT_EQ(request["language_config"]["languages"], json::parse(R"(["en"])"));
}

TEST_F(microphone, shows_on_a_terminal_what_is_being_said_and_overwrites_it) {
  options.columns = 80;
  auto const end = run({"--device", device(1)});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out, HasSubstr("\033[?7lhello wide\033[?7h"));
  EXPECT_THAT(screen_of(end.out), ElementsAre("(m and Enter mute and unmute, Ctrl-C ends)",
                                              "hello wide world", "goodbye", ""));
}

TEST_F(microphone, sends_nothing_while_it_is_muted) {
  auto const end = run({"--device", device(0.3), "--muted"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_EQ(report().bytes, 0u);
}

TEST_F(microphone, is_muted_and_unmuted_by_a_key) {
  make_keyboard();
  start({"--device", device(60), "--muted"});
  type("what is this?\nm\n");
  ASSERT_TRUE(server->wait_until([](auto const& r) { return r.bytes > 0; }));
  type("m\n");
  ASSERT_TRUE(running->wait_for_output("(not muted)\n(muted)\n"));
  running->send_signal(SIGINT);
  EXPECT_EQ(running->wait().status, 0);
}

TEST_F(microphone, gives_the_last_words_after_an_interrupt) {
  start({"--device", device(60)});
  ASSERT_TRUE(running->wait_for_output("hello wide world"));
  running->send_signal(SIGINT);
  auto const end = running->wait();
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out, StartsWith("hello wide world\n"));
  EXPECT_LT(report().bytes, 60u * 32'000);
}

TEST_F(microphone, names_the_file_that_shrinks_while_it_is_heard) {
  auto const path = device(60);
  start({"--device", path});
  ASSERT_TRUE(running->wait_for_output("hello wide world"));
  std::filesystem::resize_file(path, 100);
  expect_failure(running->wait(), path + ": the file became shorter");
}

TEST_F(microphone, says_before_any_network_that_there_is_no_such_device) {
  start_server();
  expect_failure(run({"--device", "/nowhere/none.wav"}), "/nowhere/none.wav");
#ifdef GLADIA_PORTAUDIO
  expect_failure(run({"--device", "of nobody"}), "no microphone is called of nobody; --list shows");
#else
  expect_failure(run({"--device", "of nobody"}), "Debian: portaudio19-dev");
#endif
  EXPECT_THAT(server->requests(), IsEmpty());
}

TEST_F(microphone, lists_the_devices_and_does_nothing_else) {
  start_server();
  auto const end = run({"--list"});
#ifdef GLADIA_PORTAUDIO
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out + end.err, Not(IsEmpty()));
#else
  expect_failure(end, "Debian: portaudio19-dev");
#endif
  EXPECT_THAT(server->requests(), IsEmpty());
}

TEST_F(microphone, fails_with_one_line_when_nobody_listens) {
  start_server();
  options.arguments = arguments({"--device", device(60)});
  server.reset();
  expect_failure(program(example("microphone"), options).wait(), "connect");
}

TEST_F(microphone, says_2_for_wrong_usage_and_explains_itself) {
  for (auto const* wrong : {"--louder", "--device", "now"}) EXPECT_EQ(run({wrong}).status, 2);
  auto const help = run({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("Exit status"));
}

}  // namespace
