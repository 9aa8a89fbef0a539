#pragma once

#include <cstdlib>
#include <string>

namespace gladia::test {

#ifdef _WIN32

inline void set_environment(char const* name, std::string const& value) {
  ::_putenv_s(name, value.c_str());
}
inline void unset_environment(char const* name) {
  ::_putenv_s(name, "");
}

#else

inline void set_environment(char const* name, std::string const& value) {
  ::setenv(name, value.c_str(), 1);
}
inline void unset_environment(char const* name) {
  ::unsetenv(name);
}

#endif

}  // namespace gladia::test
