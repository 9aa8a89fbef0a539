#include <gmock/gmock.h>

#include <sys/stat.h>
#include <fstream>
#include <support/contract.hpp>
#include <support/live_example_fixture.hpp>

namespace {

using namespace gladia::test;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;

struct captions : live_example_fixture {
  std::string srt, vtt;

  captions() : live_example_fixture("captions") {}
  void SetUp() override {
    live_example_fixture::SetUp();
    srt = (folder / "talk.srt").string();
    vtt = (folder / "talk.vtt").string();
  }
};

// What both utterances look like at the end. A short caption stays for a second, unless the next
// one comes.
auto const whole_vtt =
    "WEBVTT\n\n"
    "00:00:00.200 --> 00:00:01.200\nhello wide world\n\n"
    "00:00:01.200 --> 00:00:02.200\nand good night\n";

TEST_F(captions, writes_both_kinds_of_subtitles) {
  auto const end = run({wav_file(two_seconds), "--srt", srt, "--vtt", vtt, "--speed", "0"});
  EXPECT_EQ(end.out, "[00:00.2] hello wide world\n[00:01.2] and good night\n");
  EXPECT_THAT(end.err, IsEmpty());
  EXPECT_EQ(end.status, 0);
  EXPECT_EQ(read_text(vtt), whole_vtt);
  EXPECT_EQ(read_text(srt),
            "1\n00:00:00,200 --> 00:00:01,200\nhello wide world\n\n"
            "2\n00:00:01,200 --> 00:00:02,200\nand good night\n");
}

TEST_F(captions, have_a_readable_file_while_people_speak) {
  options.arguments = arguments({wav_file(std::string(640'000, '\0')), "--vtt", vtt});
  program running(example(name), options);
  ASSERT_TRUE(running.wait_for_output("hello wide world"));
  EXPECT_EQ(read_text(vtt), "WEBVTT\n\n00:00:00.200 --> 00:00:01.200\nhello wide world\n\n");
  running.send_signal(SIGINT);
  EXPECT_EQ(running.wait().status, 0);
}

TEST_F(captions, never_show_half_a_caption) {
  auto lines = json::array();
  for (int i = 0; i < 100; ++i) {
    auto const start = i / 100.0;
    lines.push_back(
        {{"text", "line " + std::to_string(i)}, {"start", start}, {"end", start + 0.01}});
  }
  emulator_options.script = lines.dump();
  options.arguments =
      arguments({wav_file(std::string(640'000, '\0')), "--vtt", vtt, "--speed", "1"});
  program running(example(name), options);
  ASSERT_TRUE(running.wait_for_output("line 0"));
  for (std::size_t size = 0; size < 3'000 && !running.is_over();) {
    auto const text = read_text(vtt);
    ASSERT_THAT(text, EndsWith("\n\n"));
    size = text.size();
  }
  running.send_signal(SIGINT);
  EXPECT_EQ(running.wait().status, 0);
}

TEST_F(captions, put_what_came_late_in_its_place_at_the_end) {
  emulator_options.faults.messages = {{"final", gladia::testing::message_action::reset_instead}};
  auto const end = run({wav_file(two_seconds), "--vtt", vtt, "--speed", "0"});
  EXPECT_THAT(lines_of(end.out),
              ElementsAre("[00:01.2] and good night",
                          "[00:00.2] hello wide world (late: put in its place at the end)"));
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_EQ(read_text(vtt), whole_vtt);
}

TEST_F(captions, stop_in_order_at_an_interrupt) {
  auto const end = run_interrupted({wav_file(std::string(640'000, '\0')), "--vtt", vtt});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_EQ(read_text(vtt), "WEBVTT\n\n00:00:00.200 --> 00:00:01.200\nhello wide world\n");
}

TEST_F(captions, are_whole_though_nobody_reads_the_lines) {
  options.arguments = arguments({wav_file(two_seconds), "--vtt", vtt});
  program running(example(name), options);
  ASSERT_TRUE(running.wait_for_output("hello wide world"));
  running.close_output();
  expect_failure(running.wait(), "cannot write to standard output: Broken pipe");
  EXPECT_EQ(read_text(vtt), whole_vtt);
}

TEST_F(captions, hold_what_is_still_in_a_pipe_at_an_interrupt) {
  auto const pipe = (folder / "a.fifo").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  options.arguments = arguments({pipe, "--vtt", vtt, "--speed", "1"});
  program running(example(name), options);
  std::ofstream writer(pipe, std::ios::binary);
  writer << gladia::test::wav({}, two_seconds) << std::flush;
  ASSERT_TRUE(server->wait_until([](auto const& r) { return r.bytes > 0; }));
  running.send_signal(SIGINT);
  EXPECT_EQ(running.wait().status, 0);
  EXPECT_EQ(read_text(vtt), whole_vtt);
}

TEST_F(captions, name_the_file_that_cannot_be_written) {
  expect_failure(run({wav_file(two_seconds), "--srt", "/nowhere/talk.srt"}), "/nowhere/talk.srt");
  EXPECT_THAT(server->requests(), IsEmpty());
  expect_failure(run({wav_file(two_seconds), "--speed", "0", "--srt", "/dev/full"}), "/dev/full");
}

TEST_F(captions, explain_themselves_and_what_goes_wrong) {
  expect_good_manners({wav_file(two_seconds), "--vtt", vtt});
  EXPECT_EQ(run({wav_file(two_seconds)}).status, 2) << "without a file to write";
}

}  // namespace
