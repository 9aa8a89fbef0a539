#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

namespace examples {

/// For the `--help` of programs that run a live session.
inline std::string const about_live_sessions =
    "\nCtrl-C stops in order: the last words still come. A second one gives up."
    "\nExit status: 0, all was transcribed; 1, not all, which standard error explains; 2, wrong "
    "usage.";

/// Reads the command line. Gives the exit status where the program is to end: 0 after `--help`, 2
/// for wrong usage.
inline std::optional<int> parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (CLI::ParseError const& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
}

/// For audio that comes from a file.
inline void add_speed(CLI::App& app, double& speed) {
  app.add_option("--speed", speed, "Times real time, for example 2; 0: as fast as it goes")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

}  // namespace examples
