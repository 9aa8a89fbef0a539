#pragma once

#include <string>
#include <support/program_fixture.hpp>

namespace gladia::test {

/// Runs an example.
struct example_fixture : program_fixture {
  /// The program of an example.
  static std::string example(std::string const& name) {
    return std::string(GLADIA_EXAMPLES) + '/' + name;
  }
};

}  // namespace gladia::test
