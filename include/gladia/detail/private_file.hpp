#pragma once

#include <cstdio>
#include <string>

namespace gladia::detail {

/// The mode for `std::fopen` and `std::freopen` with which no child of the application inherits the
/// file.
[[nodiscard]] inline std::string private_mode(char const* mode) {
#if defined(_WIN32)
  return std::string(mode) + 'N';
#else
  return std::string(mode) + 'e';
#endif
}

}  // namespace gladia::detail
