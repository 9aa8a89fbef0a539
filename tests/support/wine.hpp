#pragma once

#ifdef _WIN32
#include <windows.h>
#endif

namespace gladia::test {

/// Whether these tests run in Wine, whose sockets do not fail as those of Windows do. With plain
/// Asio, too: a reset connection ends in order, and a send that was cut off succeeds.
inline bool runs_in_wine() {
#ifdef _WIN32
  return GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version") != nullptr;
#else
  return false;
#endif
}

}  // namespace gladia::test
