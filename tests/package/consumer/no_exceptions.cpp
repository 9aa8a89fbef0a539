// What Boost asks of a user who compiles without exceptions (boost/throw_exception.hpp).
#include <boost/throw_exception.hpp>
#include <cstdio>
#include <cstdlib>

namespace boost {

void throw_exception(std::exception const& ex) {
  std::puts(ex.what());
  std::abort();
}

void throw_exception(std::exception const& ex, source_location const&) {
  throw_exception(ex);
}

}  // namespace boost
