#pragma once

#include <cstddef>
#include <string>

#include <gladia/error.hpp>
#include <gladia/net/http.hpp>

namespace gladia::net::detail {

/// Reads up to `room` bytes of a source into `to`.
///
/// Errors: the source's own, and `errc::invalid_request` if the source says that it gave more.
inline result<std::size_t> read_source(body_source const& source, char* to, std::size_t room) {
  auto read = source.read(to, room);
  if (read && *read > room) {
    return error(errc::invalid_request, "the source gave " + std::to_string(*read) +
                                            " bytes where there was room for " +
                                            std::to_string(room));
  }
  return read;
}

}  // namespace gladia::net::detail
