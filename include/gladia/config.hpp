#pragma once

/// \file
/// How this library is compiled.
///
/// All code is below `include/gladia`. With the CMake target `gladia::gladia` the files
/// `*/impl/*.ipp` are compiled once, into the library. With the target `gladia::header_only`, which
/// defines `GLADIA_HEADER_ONLY`, each header includes its own `.ipp` file.

#include <boost/version.hpp>

#if BOOST_VERSION < 108100
#error "gladia needs Boost 1.81 or later (Debian 12: libboost1.81-dev, not libboost-dev)"
#endif

#ifdef GLADIA_HEADER_ONLY
#define GLADIA_DECL inline

namespace gladia::detail {
inline void refer_to_running_asio() {}
}  // namespace gladia::detail

#else
#define GLADIA_DECL

#include <gladia/detail/same_asio.hpp>
#endif
