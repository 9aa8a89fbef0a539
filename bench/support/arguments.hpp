#pragma once

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

namespace bench {

/// Reads `--name value` pairs into the numbers of those names; anything else ends the program.
inline void read_arguments(int argc, char** argv, std::map<std::string, double*> const& numbers) {
  auto const usage = [&] {
    std::fprintf(stderr, "usage: %s", argv[0]);
    for (auto const& [name, number] : numbers) {
      std::fprintf(stderr, " [--%s %g]", name.c_str(), *number);
    }
    std::fprintf(stderr, "\n");
    std::exit(2);
  };
  for (int i = 1; i < argc; i += 2) {
    auto const name = std::string(argv[i]);
    auto const found = name.rfind("--", 0) == 0 ? numbers.find(name.substr(2)) : numbers.end();
    if (found == numbers.end() || i + 1 == argc) usage();
    char* end = nullptr;
    *found->second = std::strtod(argv[i + 1], &end);
    if (*end != '\0' || !(*found->second > 0)) usage();
  }
}

}  // namespace bench
