#include <gmock/gmock.h>

#include <support/live_example_fixture.hpp>

namespace {

using namespace gladia::test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct gui_loop : live_example_fixture {
  gui_loop() : live_example_fixture("gui_loop") {}
};

TEST_F(gui_loop, prints_what_was_said) {
  auto const end = run({wav_file(two_seconds), "--speed", "0"});
  EXPECT_EQ(end.out, "[00:00.2] hello wide world\n[00:01.2] and good night\n");
  EXPECT_THAT(end.err, IsEmpty());
  EXPECT_EQ(end.status, 0);
  EXPECT_TRUE(has_heard(two_seconds));
}

TEST_F(gui_loop, shows_what_is_being_said_on_a_terminal) {
  options.columns = 80;
  auto const end = run({wav_file(two_seconds), "--speed", "4"});
  EXPECT_THAT(end.out, HasSubstr(" streaming [00:00.2] hello wide"));
  EXPECT_THAT(screen_of(end.out),
              ElementsAre("[00:00.2] hello wide world", "[00:01.2] and good night", ""));
}

TEST_F(gui_loop, goes_on_drawing_while_the_server_does_not_answer) {
  emulator_options.faults.http = {
      {gladia::testing::route::init, gladia::testing::http_action::hang, -1}};
  options.columns = 80;
  options.arguments = arguments({wav_file(two_seconds)});
  program running(example(name), options);
  for (std::string const frame : {"|", "/", "-", "\\"}) {
    EXPECT_TRUE(running.wait_for_output(frame + " creating"));
  }
  running.send_signal(SIGINT);
  running.send_signal(SIGTERM);  // another one: two of a kind may arrive as one
  expect_failure(running.wait(), "");
}

TEST_F(gui_loop, stops_in_order_at_an_interrupt) {
  auto const end = run_interrupted({wav_file(std::string(640'000, '\0'))});
  EXPECT_EQ(end.out, "[00:00.2] hello wide world\n");
  EXPECT_EQ(end.status, 0) << end.err;
}

TEST_F(gui_loop, explains_itself_and_what_goes_wrong) {
  expect_good_manners({wav_file(two_seconds)});
  expect_failure(run({"/nowhere/none.wav"}), "/nowhere/none.wav");
}

}  // namespace
