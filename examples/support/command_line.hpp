#pragma once

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <optional>
#include <string>

namespace examples {

/// For the `--help` of programs that run a live session.
inline std::string const about_live_sessions =
    "\nCtrl-C stops in order: the last words still come. A second one gives up."
    "\nExit status: 0, all was transcribed; 1, not all, which standard error explains; 2, wrong "
    "usage.";

/// Says what went wrong. Gives the exit status.
inline int fail(std::string const& why) {
  std::cerr << "error: " << why << '\n';
  return 1;
}

/// Reads the command line. Gives the exit status where the program is to end: 0 after `--help`, 2
/// for wrong usage.
inline std::optional<int> parse(CLI::App& app, int argc, char** argv) {
  // A reader that goes away, as with `| head`, is an error like others: programs end in order.
  std::signal(SIGPIPE, SIG_IGN);
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
/// For audio that may also come through a pipe.
inline void add_speed(CLI::App& app, std::optional<double>& speed) {
  app.add_option("--speed", speed,
                 "Times real time, for example 2; 0: as fast as it goes. Without it 1, and for a "
                 "pipe 2 at most, so that it catches up")
      ->check(CLI::NonNegativeNumber);
}

}  // namespace examples
