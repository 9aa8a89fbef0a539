#include <gmock/gmock.h>

#include <support/live_example_fixture.hpp>

namespace {

using namespace gladia::test;
using ::testing::IsEmpty;

struct coroutine : live_example_fixture {
  coroutine() : live_example_fixture("coroutine") {}
};

TEST_F(coroutine, prints_what_was_said) {
  auto const end = run({wav_file(two_seconds), "--speed", "0"});
  EXPECT_EQ(end.out, "[00:00.2] hello wide world\n[00:01.2] and good night\n");
  EXPECT_THAT(end.err, IsEmpty());
  EXPECT_EQ(end.status, 0);
  EXPECT_TRUE(has_heard(two_seconds));
}

TEST_F(coroutine, stops_in_order_at_the_first_interrupt) {
  auto const end = run_interrupted({wav_file(std::string(640'000, '\0'))});
  EXPECT_EQ(end.out, "[00:00.2] hello wide world\n");
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_LT(report().bytes, 640'000u);
}

TEST_F(coroutine, gives_up_at_the_second_interrupt) {
  emulator_options.faults.ignore_stop = true;
  auto const end = run_interrupted({wav_file(std::string(640'000, '\0'))}, 2);
  expect_failure(end, "cancel");
}

TEST_F(coroutine, names_the_file_that_shrinks_while_it_is_read) {
  auto const path = wav_file(std::string(3'200'000, '\0'));
  options.arguments = arguments({path});
  program running(example(name), options);
  ASSERT_TRUE(server->wait_until([](auto const& r) { return r.bytes > 0; }));
  std::filesystem::resize_file(path, 100);
  expect_failure(running.wait(), path + ": the file became shorter");
}

TEST_F(coroutine, explains_itself_and_what_goes_wrong) {
  expect_good_manners({wav_file(two_seconds)});
  expect_failure(run({"/nowhere/none.wav"}), "/nowhere/none.wav");
}

}  // namespace
