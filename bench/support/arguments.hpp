#pragma once

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <map>
#include <string>

namespace bench {

/// Reads `--name value` pairs into the numbers of those names, all above 0; `--help` and anything
/// else end the program.
inline void read_arguments(int argc, char** argv, std::map<std::string, double*> const& numbers) {
  CLI::App program;
  for (auto const& [name, number] : numbers) {
    program.add_option("--" + name, *number)->check(CLI::PositiveNumber)->capture_default_str();
  }
  try {
    program.parse(argc, argv);
  } catch (CLI::ParseError const& e) {
    std::exit(program.exit(e));
  }
}

}  // namespace bench
