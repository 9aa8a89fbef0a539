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
  auto const is_positive = [](std::string const& text) {
    return std::atof(text.c_str()) > 0 ? "" : "must be a number above 0";
  };
  for (auto const& [name, number] : numbers) {
    program.add_option("--" + name, *number)->check(is_positive)->capture_default_str();
  }
  try {
    program.parse(argc, argv);
  } catch (CLI::ParseError const& e) {
    std::exit(program.exit(e) == 0 ? 0 : 2);
  }
}

}  // namespace bench
