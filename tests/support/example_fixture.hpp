#pragma once

#include <gmock/gmock.h>

#include <string>
#include <support/program_fixture.hpp>

namespace gladia::test {

/// Runs an example.
struct example_fixture : program_fixture {
  /// The program of an example.
  static std::string example(std::string const& name) {
    return std::string(GLADIA_EXAMPLES) + '/' + name;
  }

  /// It ended with 1, and its one line on standard error has these words.
  static void expect_failure(program_outcome const& outcome, std::string const& words) {
    EXPECT_EQ(outcome.status, 1) << outcome.out;
    EXPECT_THAT(lines_of(outcome.err), ::testing::SizeIs(1)) << outcome.err;
    EXPECT_THAT(outcome.err, ::testing::StartsWith("error: "));
    EXPECT_THAT(outcome.err, ::testing::HasSubstr(words));
  }
};

}  // namespace gladia::test
