#pragma once

/// \file
/// How this library is compiled.
///
/// All code lives under `include/gladia`. With the target `gladia::gladia` the files `*/impl/*.ipp`
/// are compiled once, into the library; with `gladia::header_only`, which defines
/// `GLADIA_HEADER_ONLY`, each header includes its own.

#include <boost/asio/version.hpp>
#include <boost/version.hpp>

#if BOOST_VERSION < 108100
#error "gladia needs Boost 1.81 or later (Debian 12: libboost1.81-dev, not libboost-dev)"
#endif

#ifdef GLADIA_HEADER_ONLY
#define GLADIA_DECL inline
#else
#define GLADIA_DECL

#include <boost/asio/detail/mutex.hpp>
#include <type_traits>

namespace gladia::detail {

// The library and its user must be compiled with the same Asio, whose classes cross the border, and
// whose layout depends on its version and its mutex. The symbol's name holds both, and every
// translation unit refers to it: a mismatch is a link error, not a crash.
void same_asio_as_the_library(std::integral_constant<int, BOOST_ASIO_VERSION>,
                              boost::asio::detail::mutex&);

#ifdef __GNUC__
[[gnu::used, gnu::retain]] static auto* const same_asio_as_the_library_s =
    &same_asio_as_the_library;
#endif

}  // namespace gladia::detail
#endif
