#pragma once

#include <gmock/gmock.h>

#include <csignal>
#include <optional>
#include <string>
#include <support/example_fixture.hpp>
#include <utility>
#include <vector>

namespace gladia::test {

/// Runs an example that transcribes audio while it is spoken. Two seconds of it hold two lines.
struct live_example_fixture : example_fixture {
  std::string const name;
  std::string const two_seconds = std::string(64'000, '\0');

  explicit live_example_fixture(std::string example_name) : name(std::move(example_name)) {
    emulator_options.script = R"([
      {"text": "hello wide world", "start": 0.2, "end": 0.9},
      {"text": "and good night", "start": 1.2, "end": 1.9}])";
  }

  program_outcome run_alone(std::vector<std::string> all) {
    options.arguments = std::move(all);
    return program(example(name), options).wait();
  }
  program_outcome run(std::vector<std::string> more) {
    return run_alone(arguments(std::move(more)));
  }

  /// Runs until the first line was printed, then presses Ctrl-C. What is said later is not heard.
  program_outcome run_interrupted(std::vector<std::string> more, int times = 1) {
    options.arguments = arguments(std::move(more));
    program running(example(name), options);
    EXPECT_TRUE(running.wait_for_output("hello wide world"));
    running.send_signal(SIGINT);
    if (times > 1) {
      auto const has_stopped = [](auto const& r) {
        return r.total(&gladia::testing::connection_report::stops) == 1;
      };
      EXPECT_TRUE(server->wait_until(has_stopped));
      running.send_signal(SIGINT);
    }
    return running.wait();
  }

  /// What every example does with `--help`, a wrong option and a server that is not there.
  void expect_good_manners(std::vector<std::string> const& usual) {
    auto const help = run_alone({"--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_THAT(help.out, ::testing::AllOf(::testing::HasSubstr("Ctrl-C"),
                                           ::testing::HasSubstr("Exit status")));
    auto wrong = usual;
    wrong.emplace_back("--bogus");
    auto const misused = run_alone(wrong);
    EXPECT_EQ(misused.status, 2);
    EXPECT_THAT(misused.err, ::testing::HasSubstr("--bogus"));
    auto alone = arguments(usual);  // with the URL of one that is gone
    server.reset();
    expect_failure(run_alone(alone), "connect");
  }
};

}  // namespace gladia::test
