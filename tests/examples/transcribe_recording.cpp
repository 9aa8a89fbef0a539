#include <gmock/gmock.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <gladia/testing/sound.hpp>
#include <support/contract.hpp>
#include <support/example_fixture.hpp>
#include <thread>

namespace {

using namespace std::chrono_literals;
using namespace gladia::test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
namespace emulation = gladia::testing;

struct transcribe_recording : example_fixture {
  std::optional<program> running;

  void SetUp() override {
    example_fixture::SetUp();
    emulator_options.script = R"([
      {"text": "hello wide world", "start": 0.2, "end": 0.9},
      {"text": "žluťoučký kůň", "start": 1.2, "end": 1.9}])";
  }

  void start(std::vector<std::string> more) {
    options.arguments = arguments(std::move(more));
    running.emplace(example("transcribe_recording"), options);
  }
  program_outcome run(std::vector<std::string> more) {
    start(std::move(more));
    return running->wait();
  }
  program_outcome run_without_server(std::vector<std::string> more) {
    options.arguments = std::move(more);
    return program(example("transcribe_recording"), options).wait();
  }
  std::string recording(int channels = 1) const {
    gladia::audio_format format;
    format.channels = channels;
    return file("call.wav", gladia::test::wav(format, emulation::silence(format, 2s)));
  }
  std::string output(std::string const& name) const { return (folder / name).string(); }

  emulation::recording_report job() const {
    auto const all = server->recordings();
    EXPECT_FALSE(all.empty());
    return all.empty() ? emulation::recording_report() : all.back();
  }
  /// How the job of a recording is asked for.
  std::string jobs_command(std::string const& what) const {
    return "jobs --kind pre-recorded --api-url " + server->url() + " " + what;
  }
  /// Waits until there is a request of this kind.
  void wait_for_request(std::string const& method, std::string const& begin) const {
    auto const has_come = [&] {
      for (auto const& request : server->requests()) {
        if (request.method == method && request.target.rfind(begin, 0) == 0) return true;
      }
      return false;
    };
    auto const give_up = std::chrono::steady_clock::now() + 30s;
    while (!has_come()) {
      ASSERT_LT(std::chrono::steady_clock::now(), give_up);
      std::this_thread::sleep_for(5ms);
    }
  }
  /// A failure is one line on standard error, and status 1.
};

// What it prints.

TEST_F(transcribe_recording, prints_a_line_for_each_utterance_with_its_time) {
  auto const end = run({recording()});
  EXPECT_EQ(end.out, "[00:00.2-00:00.9] hello wide world\n[00:01.2-00:01.9] žluťoučký kůň\n");
  EXPECT_THAT(end.err, IsEmpty()) << "progress is for terminals";
  EXPECT_EQ(end.status, 0);
  EXPECT_EQ(job().filename, "call.wav");
}

TEST_F(transcribe_recording, starts_an_emulator_when_it_has_neither_key_nor_url) {
  auto const end = run_without_server({recording()});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(lines_of(end.err), ElementsAre(HasSubstr("emulator"), "no speech was found"));
}

TEST_F(transcribe_recording, says_that_no_speech_was_found) {
  emulator_options.script.clear();
  auto const end = run({recording(), "--output", output("call.txt")});
  EXPECT_EQ(end.status, 0);
  EXPECT_EQ(end.err, "no speech was found\n");
  EXPECT_THAT(end.out, IsEmpty());
  EXPECT_THAT(read_text(output("call.txt")), IsEmpty());
}

TEST_F(transcribe_recording, has_the_server_fetch_what_is_at_a_url) {
  emulator_options.remote_files["https://files.test/call.wav"] = recording();
  auto const end = run({"https://files.test/call.wav"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out, HasSubstr("hello wide world"));
  for (auto const& request : server->requests()) EXPECT_NE(request.target, "/v2/upload");
}

TEST_F(transcribe_recording, names_the_channels_where_there_are_several) {
  emulator_options.script = R"([
    {"text": "good day", "start": 0.2, "end": 0.9, "channel": 0},
    {"text": "hello", "start": 1.2, "end": 1.9, "channel": 1}])";
  auto const end = run({recording(2)});
  EXPECT_EQ(end.out, "[00:00.2-00:00.9] channel 0: good day\n[00:01.2-00:01.9] channel 1: hello\n");
}

TEST_F(transcribe_recording, asks_for_what_it_was_told) {
  EXPECT_EQ(run({recording(), "--language", "en", "--language", "fr", "--subtitles", "vtt"}).status,
            0);
  wait_for_request("POST", "/v2/pre-recorded");
  for (auto const& request : server->requests()) {
    if (request.method != "POST" || request.target != "/v2/pre-recorded") continue;
    auto const body = json::parse(request.body);
    EXPECT_EQ(body["language_config"]["languages"], json::parse(R"(["en", "fr"])"));
    EXPECT_EQ(body["subtitles_config"]["formats"], json::parse(R"(["vtt"])"));
    EXPECT_FALSE(body.contains("diarization"));
  }
}

TEST_F(transcribe_recording, warns_of_an_add_on_that_failed_and_succeeds) {
  auto const end = run({recording(), "--diarization"});
  EXPECT_EQ(end.status, 0);
  EXPECT_THAT(lines_of(end.err), ElementsAre(StartsWith("warning: diarization failed: ")));
  EXPECT_THAT(lines_of(end.out), SizeIs(2));
}

TEST_F(transcribe_recording, keeps_what_the_server_says_from_controlling_the_terminal) {
  emulator_options.script = R"([{"text": "bad\u001b[2J\nwords", "start": 0.2, "end": 0.9}])";
  EXPECT_EQ(run({recording()}).out, "[00:00.2-00:00.9] bad [2J words\n");
}

TEST_F(transcribe_recording, prints_the_job_as_one_line_of_json) {
  auto const end = run({recording(), "--json"});
  EXPECT_EQ(end.status, 0) << end.err;
  auto const all = objects(end.out);
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0]["id"], job().id);
  EXPECT_EQ(all[0]["status"], "done");
  EXPECT_THAT(std::string(all[0]["result"]["transcription"]["full_transcript"]),
              HasSubstr("hello wide world"));
}

TEST_F(transcribe_recording, shows_on_a_terminal_how_far_it_is_and_removes_that_at_the_end) {
  options.columns = 120;
  options.is_error_on_terminal = true;
  auto const path = recording();
  auto const end = run({path});
  auto const size = std::to_string(std::filesystem::file_size(path));
  EXPECT_THAT(end.err, HasSubstr(size + " of " + size + " bytes sent"));
  EXPECT_THAT(end.err, HasSubstr("job " + job().id + ": created, 00:00.0"));
  EXPECT_THAT(end.err, HasSubstr("job " + job().id + ": done, 00:0"));
  EXPECT_THAT(screen_of(end.err), ElementsAre(""));
  EXPECT_THAT(end.out, Not(HasSubstr("\033")));
}

TEST_F(transcribe_recording, shows_on_a_terminal_that_time_goes_on_between_two_polls) {
  emulator_options.faults.http = {
      {emulation::route::pre_recorded_get, emulation::http_action::hang, -1}};
  options.columns = 120;
  options.is_error_on_terminal = true;
  auto const end = run({recording(), "--timeout", "3"});
  EXPECT_THAT(end.err, HasSubstr("job " + job().id + ": created, 00:01."));
}

// Files that it writes.

TEST_F(transcribe_recording, writes_the_text_to_a_file) {
  auto const end = run({recording(), "--output", output("call.txt")});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(lines_of(end.out), SizeIs(2));
  EXPECT_EQ(read_text(output("call.txt")), end.out);
}

TEST_F(transcribe_recording, writes_subtitles_to_a_file) {
  for (std::string const format : {"srt", "vtt"}) {
    auto const path = output("call." + format);
    auto const end = run({recording(), "--subtitles", format, "--output", path, "--json"});
    EXPECT_EQ(end.status, 0) << end.err;
    EXPECT_THAT(objects(end.out), SizeIs(1));
    EXPECT_THAT(read_text(path), StartsWith(format == "srt" ? "1\n00:00:00,200 --> " : "WEBVTT"));
    EXPECT_THAT(read_text(path), HasSubstr("hello wide world"));
    EXPECT_FALSE(std::filesystem::exists(path + ".part"));
  }
}

TEST_F(transcribe_recording, leaves_no_part_of_a_file_and_keeps_the_old_one_after_a_failure) {
  emulator_options.faults.job.error_code = 422;
  auto const path = file("call.txt", "of yesterday");
  expect_failure(run({recording(), "--output", path}), "422");
  EXPECT_EQ(read_text(path), "of yesterday");
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
}

TEST_F(transcribe_recording, says_before_any_network_that_a_file_cannot_be_written) {
  start_server();
  expect_failure(run({recording(), "--output", "/nowhere/call.txt"}), "/nowhere/call.txt");
  expect_failure(run({recording(), "--output", folder.string()}), folder.string());
  auto const pipe = output("a.fifo");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  expect_failure(run({recording(), "--output", pipe}), pipe);
  EXPECT_TRUE(std::filesystem::is_fifo(pipe)) << "it is no file, and is not replaced by one";
  EXPECT_THAT(server->requests(), IsEmpty());
}

// What fails.

TEST_F(transcribe_recording, says_before_any_network_that_a_file_cannot_be_sent) {
  start_server();
  auto const empty = file("empty.wav", "");
  expect_failure(run({"/nowhere/none.wav"}), "/nowhere/none.wav");
  expect_failure(run({empty}), empty + " is empty");
  expect_failure(run({folder.string()}), folder.string());
  EXPECT_THAT(server->requests(), IsEmpty());
}

TEST_F(transcribe_recording, names_the_job_that_failed) {
  emulator_options.faults.job.error_code = 422;
  auto const end = run({recording(), "--json"});
  expect_failure(end, job().id);
  EXPECT_THAT(end.err, HasSubstr("422"));
  EXPECT_THAT(end.out, IsEmpty());
}

TEST_F(transcribe_recording, names_a_job_without_a_transcript) {
  emulator_options.faults.job.without_result = true;
  auto const end = run({recording()});
  expect_failure(end, "the job has no transcript (job " + job().id + ")");
}

TEST_F(transcribe_recording, names_the_job_that_takes_too_long) {
  emulator_options.processing_time = 1min;
  auto const end = run({recording(), "--timeout", "0.1"});
  expect_failure(end, "; job " + job().id + " goes on: " + jobs_command("get " + job().id));
}

TEST_F(transcribe_recording, says_that_a_job_ended_with_the_emulator_of_the_program) {
  auto const end = run_without_server({recording(), "--timeout", "0.1"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.err, HasSubstr(" ended with the emulator of this program\n"));
  EXPECT_THAT(end.err, Not(HasSubstr("jobs --kind")));
}

TEST_F(transcribe_recording, says_that_there_may_be_a_job) {
  emulator_options.faults.http = {
      {emulation::route::pre_recorded_init, emulation::http_action::reset}};
  auto const end = run({recording()});
  expect_failure(end, "; look for a job before you try again: " + jobs_command("list"));
}

TEST_F(transcribe_recording, fails_with_one_line) {
  start_server();
  api_key = "wrong";
  auto const end = run({recording()});
  expect_failure(end, "gladia key not found");
  EXPECT_THAT(end.err, Not(HasSubstr("--api-key")));
}

TEST_F(transcribe_recording, names_its_own_options_where_one_is_missing) {
  start_server();
  expect_failure(run_without_server({recording(), "--api-url", server->url()}),
                 "; no key was set: use --api-key or GLADIA_API_KEY\n");
  expect_failure(run_without_server({recording(), "--api-url", "https://gladia.example.com"}),
                 "no API key: set --api-key or GLADIA_API_KEY");
  options.environment = {"GLADIA_API_URL=http://gladia.example.com"};
  expect_failure(run_without_server({recording(), "--api-key", "any"}), "or set --allow-insecure");
}

TEST_F(transcribe_recording, says_2_for_wrong_usage) {
  auto const path = recording();
  std::vector<std::vector<std::string>> const wrong = {{},
                                                       {path, path},
                                                       {path, "--subtitles", "text"},
                                                       {path, "--timeout", "0"},
                                                       {path, "--timeout", "soon"},
                                                       {path, "--output", path},
                                                       {path, "--louder"}};
  for (auto const& line : wrong) {
    EXPECT_EQ(run(line).status, 2) << ::testing::PrintToString(line);
  }
  EXPECT_THAT(server->requests(), IsEmpty());
  auto const help = run({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("Exit status"));
}

// Interruptions.

TEST_F(transcribe_recording, names_the_job_that_goes_on_after_an_interrupt) {
  emulator_options.processing_time = 1min;
  for (int signal : {SIGINT, SIGTERM}) {
    if (server) server.reset();
    start({recording(), "--output", output("call.txt")});
    wait_for_request("GET", "/v2/pre-recorded/");
    running->send_signal(signal);
    auto const end = running->wait();
    expect_failure(end, "interrupted; job " + job().id +
                            " goes on: " + jobs_command("get " + job().id) + "\n");
    EXPECT_FALSE(std::filesystem::exists(output("call.txt.part")));
    EXPECT_EQ(job().status, gladia::job_status::processing);
  }
}

TEST_F(transcribe_recording, can_be_interrupted_before_there_is_a_job) {
  emulator_options.faults.http = {{emulation::route::upload, emulation::http_action::hang, -1}};
  start({recording()});
  wait_for_request("POST", "/v2/upload");
  running->send_signal(SIGINT);
  auto const end = running->wait();
  expect_failure(end, "error: interrupted\n");
  EXPECT_THAT(server->recordings(), IsEmpty());
}

TEST_F(transcribe_recording, says_that_nobody_reads_its_output) {
  start({recording()});
  running->close_output();
  auto const end = running->wait();
  expect_failure(end, "cannot write to standard output (job " + job().id + ")");
  EXPECT_THAT(end.err, HasSubstr("Broken pipe"));
}

TEST_F(transcribe_recording, says_that_the_disk_of_its_output_is_full) {
  if (!std::filesystem::is_character_file("/dev/full")) GTEST_SKIP() << "without /dev/full";
  // A line that fits into the stream's buffer, and one that does not.
  for (auto length : {std::size_t{10}, std::size_t{20'000}}) {
    emulator_options.script =
        R"([{"text": ")" + std::string(length, 'a') + R"(", "start": 0.2, "end": 0.9}])";
    server.reset();
    options.arguments = arguments({});
    // A shell opens it, as a user's does.
    options.arguments.insert(
        options.arguments.begin(),
        {"-c", "exec \"$0\" \"$@\" > /dev/full", example("transcribe_recording"), recording()});
    auto const end = program("/bin/sh", options).wait();
    expect_failure(end, "cannot write to standard output (job " + job().id + ")");
    EXPECT_THAT(end.err, HasSubstr("No space left on device"));
  }
}

}  // namespace
