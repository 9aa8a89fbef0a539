#pragma once

#include <cstdio>
#include <string>

namespace bench {

/// Prints what was measured, one figure a line. `bench/run` reads these lines, and makes medians
/// and tables of them.
inline void figure(std::string const& name, double value) {
  std::printf("%-48s %14.4f\n", name.c_str(), value);
  std::fflush(stdout);
}

}  // namespace bench
