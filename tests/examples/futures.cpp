#include <gmock/gmock.h>

#include <support/live_example_fixture.hpp>

namespace {

using namespace gladia::test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct futures : live_example_fixture {
  futures() : live_example_fixture("futures") {}
};

TEST_F(futures, transcribes_a_recording_and_lists_the_jobs) {
  auto const end = run({wav_file(two_seconds)});
  EXPECT_THAT(end.err, IsEmpty());
  EXPECT_EQ(end.status, 0);
  auto const id = server->recordings().at(0).id;
  auto const again = run({wav_file(two_seconds)});
  EXPECT_THAT(lines_of(end.out),
              ElementsAre("jobs on the first page: 0", StartsWith("job " + id + ": "),
                          "job " + id + ": done", "hello wide world and good night"));
  EXPECT_THAT(lines_of(again.out)[0], "jobs on the first page: 1");
}

TEST_F(futures, ends_at_an_interrupt_while_a_job_goes_on) {
  emulator_options.queued_time = std::chrono::seconds(60);
  options.arguments = arguments({wav_file(two_seconds)});
  program running(example(name), options);
  ASSERT_TRUE(running.wait_for_output(": queued"));
  running.send_signal(SIGINT);
  expect_failure(running.wait(), "interrupted");
}

TEST_F(futures, says_why_a_job_failed) {
  emulator_options.faults.job.error_code = 422;
  expect_failure(run({wav_file(two_seconds)}), "422");
}

TEST_F(futures, explains_itself_and_what_goes_wrong) {
  expect_good_manners({wav_file(two_seconds)});
  expect_failure(run({"/nowhere/none.wav"}), "/nowhere/none.wav");
}

}  // namespace
