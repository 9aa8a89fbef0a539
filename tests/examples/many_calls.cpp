#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <gladia/testing/sound.hpp>
#include <string>
#include <support/example_fixture.hpp>
#include <vector>

namespace {

using namespace gladia::test;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using namespace std::chrono_literals;

struct many_calls : example_fixture {
  std::string const audio = gladia::testing::silence({}, 400ms);

  void SetUp() override {
    example_fixture::SetUp();
    emulator_options.script = R"([{"text": "hello world", "start": 0.1, "end": 0.3}])";
  }
  std::vector<std::string> call(std::vector<std::string> more) {
    more.insert(more.begin(), wav_file(audio));
    return arguments(std::move(more));
  }
  program_outcome run(std::vector<std::string> more) {
    options.arguments = call(std::move(more));
    return program(example("many_calls"), options).wait();
  }
};

TEST_F(many_calls, transcribes_all_of_them_a_few_at_a_time) {
  emulator_options.max_sessions = 8;
  auto const end = run({"--sessions", "40", "--at-once", "8", "--speed", "0"});
  EXPECT_EQ(end.status, 0);
  EXPECT_EQ(end.out,
            "40 sessions: 40 complete, 0 partial, 0 unknown, 0 not started; 80 words of 00:16.0\n");
  EXPECT_THAT(end.err, IsEmpty());
  EXPECT_THAT(server->reports(), SizeIs(40));
}

TEST_F(many_calls, tries_again_what_the_server_refuses_because_there_are_too_many) {
  gladia::testing::http_fault refusal;
  refusal.status = 429;
  refusal.times = 6;  // the library itself tries twice
  emulator_options.faults.http = {refusal};
  auto const end = run({"--sessions", "4", "--at-once", "2", "--speed", "0"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out, StartsWith("4 sessions: 4 complete, "));
}

TEST_F(many_calls, takes_refusals_that_come_together_for_one) {
  gladia::testing::http_fault refusal;
  refusal.status = 429;
  refusal.times = 300;  // of which the library itself takes a part for each session
  emulator_options.faults.http = {refusal};
  auto const end = run({"--sessions", "120", "--at-once", "120", "--speed", "0"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out, StartsWith("120 sessions: 120 complete, "));
}

TEST_F(many_calls, goes_on_after_one_that_could_not_be_started) {
  using gladia::testing::http_action;
  using gladia::testing::route;
  emulator_options.faults.http = {{route::init, http_action::serve, 1},
                                  {route::init, http_action::answer, 1, 0ms, 400}};
  auto const end = run({"--sessions", "4", "--at-once", "1", "--speed", "0"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.out, StartsWith("4 sessions: 3 complete, 0 partial, 0 unknown, 1 not started; "));
  EXPECT_THAT(end.err, HasSubstr("the first of 1: "));
}

TEST_F(many_calls, ends_in_order_when_it_is_interrupted) {
  auto const long_call = wav_file(gladia::testing::silence({}, 30s));
  options.arguments = arguments({long_call, "--sessions", "50", "--at-once", "3"});
  program running(example("many_calls"), options);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(server->wait_until([&](auto const&) {
      auto const all = server->reports();
      return all.size() == 3 && !all.at(static_cast<std::size_t>(i)).connections.empty();
    }));
  }
  running.send_signal(SIGINT);
  auto const end = running.wait();
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.out,
              StartsWith("50 sessions: 3 complete, 0 partial, 0 unknown, 47 not started; "));
  EXPECT_EQ(end.err, "error: not all sessions are complete\n");
  EXPECT_THAT(server->reports(), SizeIs(3));
}

TEST_F(many_calls, counts_those_that_a_second_interrupt_gives_up) {
  emulator_options.faults.ignore_stop = true;
  auto const long_call = wav_file(gladia::testing::silence({}, 30s));
  options.arguments = arguments({long_call, "--sessions", "5", "--at-once", "2"});
  program running(example("many_calls"), options);
  auto const has_two = [&](auto const& wanted) {
    return server->wait_until([&](auto const&) {
      auto const all = server->reports();
      return all.size() == 2 && std::all_of(all.begin(), all.end(), wanted);
    });
  };
  ASSERT_TRUE(has_two([](auto const& r) { return r.bytes > 0; }));
  running.send_signal(SIGINT);
  ASSERT_TRUE(has_two(
      [](auto const& r) { return r.total(&gladia::testing::connection_report::stops) == 1; }));
  running.send_signal(SIGINT);
  auto const end = running.wait();
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.out, StartsWith("5 sessions: 0 complete, 0 partial, 2 unknown, 3 not started; "));
}

TEST_F(many_calls, shows_how_far_it_is_on_a_terminal) {
  options.columns = 80;
  auto const end = run({"--sessions", "3", "--at-once", "2", "--speed", "0"});
  EXPECT_THAT(end.out, HasSubstr("1 waiting, 2 running, 0 complete, 0 words"));
  EXPECT_THAT(end.out, HasSubstr("0 waiting, 1 running, 2 complete, 4 words"));
  EXPECT_THAT(screen_of(end.out).front(), StartsWith("3 sessions: 3 complete"));
}

TEST_F(many_calls, starts_no_more_where_one_cannot_be_started) {
  options.arguments = {wav_file(audio), "--sessions",         "50",        "--at-once", "2",
                       "--api-url",     "http://127.0.0.1:9", "--api-key", "any"};
  auto const end = program(example("many_calls"), options).wait();
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.out, HasSubstr("0 partial, 0 unknown, 50 not started"));
  EXPECT_THAT(lines_of(end.err), SizeIs(1));
  EXPECT_THAT(end.err, HasSubstr("the first of 2: cannot connect to 127.0.0.1"));
}

TEST_F(many_calls, says_what_is_wrong_with_its_options) {
  options.arguments = {"--help"};
  EXPECT_EQ(program(example("many_calls"), options).wait().status, 0);
  EXPECT_EQ(run({"--threads", "0"}).status, 2);
  options.arguments = arguments({(folder / "none.wav").string()});
  auto const end = program(example("many_calls"), options).wait();
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.err, StartsWith("error: "));
  EXPECT_THAT(end.err, HasSubstr("none.wav"));
}

}  // namespace
