#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <string>
#include <system_error>

#include <gladia/detail/utf8.hpp>

// Files of this machine: their names are UTF-8 on every system, and no child of the application
// inherits them.

namespace gladia::detail {

/// What Windows calls a file has U+FFFD where `utf8` is not UTF-8; elsewhere a name is any bytes.
[[nodiscard]] inline std::filesystem::path path_of(std::string const& utf8) {
#if !defined(_WIN32)
  return utf8;
#elif defined(__cpp_lib_char8_t)
  auto const name = mended_utf8(utf8);
  return std::u8string(name.begin(), name.end());
#else
  return std::filesystem::u8path(mended_utf8(utf8));
#endif
}

/// `std::fopen`, or `std::freopen` where `reopened` is a file. Null: see `errno`.
[[nodiscard]] inline std::FILE* open_private(std::string const& utf8, std::string mode,
                                             std::FILE* reopened = nullptr) {
#if defined(_WIN32)
  mode += 'N';
  std::wstring const wide(mode.begin(), mode.end());
  auto const path = path_of(utf8);
  return reopened ? ::_wfreopen(path.c_str(), wide.c_str(), reopened)
                  : ::_wfopen(path.c_str(), wide.c_str());
#else
  mode += 'e';
  return reopened ? std::freopen(utf8.c_str(), mode.c_str(), reopened)
                  : std::fopen(utf8.c_str(), mode.c_str());
#endif
}

/// Goes to a byte of a file. False: see `errno`.
[[nodiscard]] inline bool seek(std::FILE& file, std::uint64_t offset) noexcept {
#if defined(_WIN32)
  auto* const go = &::_fseeki64;  // long has 32 bits there
  using place = long long;
#else
  auto* const go = &::fseek;
  using place = long;
#endif
  if (offset > static_cast<std::uint64_t>(std::numeric_limits<place>::max())) {
    errno = EOVERFLOW;
    return false;
  }
  return go(&file, static_cast<place>(offset), SEEK_SET) == 0;
}

/// The `errno` that means the same: Windows has numbers of its own.
[[nodiscard]] inline int errno_of(std::error_code const& ec) noexcept {
  return ec.default_error_condition().value();
}

/// The name of a file without its folders.
[[nodiscard]] inline std::string name_of_file(std::string const& path) {
#if defined(_WIN32)
  auto const slash = path.find_last_of("/\\");
#else
  auto const slash = path.rfind('/');
#endif
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace gladia::detail
