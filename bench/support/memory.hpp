#pragma once

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>

namespace bench {

struct memory {
  double heap = 0;      ///< bytes in use
  double resident = 0;  ///< bytes
};

/// What this process has.
inline memory memory_now() {
  auto const info = mallinfo2();
  memory now{static_cast<double>(info.uordblks + info.hblkhd), 0};
  if (auto* file = std::fopen("/proc/self/statm", "r")) {
    long total = 0, resident = 0;
    if (std::fscanf(file, "%ld %ld", &total, &resident) == 2) {
      now.resident = static_cast<double>(resident * sysconf(_SC_PAGESIZE));
    }
    std::fclose(file);
  }
  return now;
}

/// The most that was ever resident, in bytes.
inline double peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

}  // namespace bench
