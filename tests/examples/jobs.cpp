#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <support/contract.hpp>
#include <support/example_fixture.hpp>
#include <thread>

namespace {

using namespace gladia::test;
using ::testing::_;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
namespace emulation = gladia::testing;

struct jobs : example_fixture {
  std::string const audio = std::string(32'000, '\0');

  program_outcome run(std::vector<std::string> more) {
    options.arguments = arguments(std::move(more));
    return program(example("jobs"), options).wait();
  }
  /// Makes a job by transcribing a file; its id.
  std::string make_job() {
    options.arguments = arguments({wav_file(audio), "--speed", "0"});
    EXPECT_EQ(program(example("transcribe_file"), options).wait().status, 0);
    return report().id;
  }
  /// Makes a job by transcribing a recording; its id.
  std::string make_recorded_job() {
    options.arguments = arguments({wav_file(audio)});
    EXPECT_EQ(program(example("transcribe_recording"), options).wait().status, 0);
    return server->recordings().back().id;
  }
};

TEST_F(jobs, prints_a_line_for_each_job) {
  auto const first = make_job();
  auto const second = make_job();
  auto const end = run({"list", "--limit", "1", "--status", "done", "--status", "error"});
  EXPECT_EQ(end.status, 0) << end.err;
  auto const lines = lines_of(end.out);
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0], StartsWith(second + "  done  "));
  EXPECT_THAT(lines[1], StartsWith(first + "  done  "));
  auto const none = run({"list", "--status", "queued"});
  EXPECT_THAT(none.out, IsEmpty());
  EXPECT_EQ(none.err, "no jobs; for those of recordings: --kind pre-recorded\n");
  EXPECT_EQ(run({"list", "--kind", "pre-recorded"}).err, "no jobs\n");
}

TEST_F(jobs, prints_a_job_and_what_was_said) {
  emulator_options.script = R"([{"text": "hello world", "start": 0.2, "end": 0.9}])";
  auto const end = run({"get", make_job()});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(lines_of(end.out),
              ElementsAre(StartsWith(report().id + "  done"), "  0.2..0.9: hello world"));
}

TEST_F(jobs, keeps_what_the_server_says_from_controlling_the_terminal) {
  emulator_options.script = R"([{"text": "bad\u001b[2J\nwords", "start": 0.1, "end": 0.4}])";
  auto const end = run({"get", make_job()});
  EXPECT_THAT(lines_of(end.out), ElementsAre(_, "  0.1..0.4: bad [2J words"));
  emulation::faults faults;
  faults.http = {{emulation::route::get, emulation::http_action::answer}};
  faults.http[0].status = 403;
  faults.http[0].body = R"({"statusCode":403,"message":"bad\u001b[2J\nwords"})";
  server->set_faults(faults);
  expect_failure(run({"get", report().id}), "bad [2J words");
}

TEST_F(jobs, saves_the_recording) {
  auto const path = (folder / "recording.wav").string();
  auto const end = run({"download", make_job(), path});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out + end.err, IsEmpty()) << "progress is for terminals";
  auto const recording = read_text(path);
  EXPECT_THAT(recording, StartsWith("RIFF"));
  EXPECT_TRUE(recording.substr(recording.size() - audio.size()) == audio);
}

TEST_F(jobs, overwrites_progress_on_a_terminal_and_removes_it_before_a_failure) {
  auto const id = make_job();
  emulation::faults faults;
  faults.http = {{emulation::route::storage, emulation::http_action::half_answer, -1}};
  server->set_faults(faults);
  options.columns = 80;
  auto const end = run({"download", id, (folder / "recording.wav").string()});
  expect_failure(end, "error: ");
  EXPECT_THAT(end.out, HasSubstr(" bytes of 32044"));
  EXPECT_THAT(screen_of(end.out), ElementsAre(""));
}

TEST_F(jobs, leaves_no_part_of_a_file_when_it_is_interrupted) {
  auto const id = make_job();
  emulation::faults faults;
  faults.http = {{emulation::route::storage, emulation::http_action::hang}};
  auto const path = (folder / "recording.wav").string();
  for (int signal : {SIGINT, SIGTERM}) {
    server->set_faults(faults);
    auto const before = server->requests().size();
    options.arguments = arguments({"download", id, path});
    program running(example("jobs"), options);
    while (server->requests().size() < before + 2) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_TRUE(std::filesystem::exists(path + ".part"));
    running.send_signal(signal);
    expect_failure(running.wait(), "error: ");
    EXPECT_FALSE(std::filesystem::exists(path + ".part"));
  }
}

TEST_F(jobs, deletes_a_job) {
  auto const id = make_job();
  EXPECT_EQ(run({"delete", id}).status, 0);
  for (std::string const command : {"get", "delete"}) expect_failure(run({command, id}), "404");
  expect_failure(run({"download", id, (folder / "none.wav").string()}), "404");
}

TEST_F(jobs, fails_with_one_line) {
  start_server();
  api_key = "wrong";
  expect_failure(run({"list"}), "gladia key not found");
}

TEST_F(jobs, lists_the_jobs_of_one_kind) {
  auto const live = make_job();
  auto const recorded = make_recorded_job();
  EXPECT_THAT(lines_of(run({"list"}).out), ElementsAre(StartsWith(live + "  done  ")));
  EXPECT_THAT(lines_of(run({"list", "--kind", "live"}).out), ElementsAre(StartsWith(live)));
  auto const end = run({"list", "--kind", "pre-recorded"});
  EXPECT_THAT(lines_of(end.out), ElementsAre(StartsWith(recorded + "  done  ")));
  EXPECT_EQ(end.status, 0) << end.err;
}

TEST_F(jobs, prints_saves_and_deletes_the_job_of_a_recording) {
  emulator_options.script = R"([{"text": "hello world", "start": 0.2, "end": 0.9}])";
  auto const id = make_recorded_job();
  auto const got = run({"--kind", "pre-recorded", "get", id});
  EXPECT_THAT(lines_of(got.out), ElementsAre(StartsWith(id + "  done"), HasSubstr("hello world")));
  auto const path = (folder / "saved.wav").string();
  EXPECT_EQ(run({"--kind", "pre-recorded", "download", id, path}).status, 0);
  EXPECT_TRUE(read_text(path) == gladia::test::wav({}, audio));
  // Among those of live sessions:
  expect_failure(run({"delete", id}), "404");
  expect_failure(run({"get", id}), "; if it is the job of a recording: --kind pre-recorded\n");
  EXPECT_EQ(run({"--kind", "pre-recorded", "delete", id}).status, 0);
  expect_failure(run({"--kind", "pre-recorded", "get", id}), "404");
}

TEST_F(jobs, prints_why_a_job_failed) {
  emulator_options.faults.job.error_code = 422;
  options.arguments = arguments({wav_file(audio)});
  EXPECT_EQ(program(example("transcribe_recording"), options).wait().status, 1);
  auto const id = server->recordings().back().id;
  auto const end = run({"--kind", "pre-recorded", "get", id});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(lines_of(end.out),
              ElementsAre(AllOf(StartsWith(id + "  error  "), HasSubstr("  error code 422"))));
}

TEST_F(jobs, explains_itself) {
  auto const help = run({"--help"});
  EXPECT_EQ(help.status, 0);
  for (auto const* command : {"list", "get", "download", "delete"}) {
    EXPECT_THAT(help.out, HasSubstr(std::string("\n  ") + command + ' '));
  }
}

TEST_F(jobs, says_2_for_wrong_usage) {
  std::vector<std::vector<std::string>> const wrong = {{},
                                                       {"get"},
                                                       {"download", "1"},
                                                       {"list", "--limit", "many"},
                                                       {"burn", "1"},
                                                       {"list", "--kind", "dead"}};
  for (auto const& line : wrong) {
    EXPECT_EQ(run(line).status, 2) << ::testing::PrintToString(line);
  }
}

}  // namespace
