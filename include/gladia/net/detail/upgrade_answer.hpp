#pragma once

#include <string>

#include <gladia/net/detail/response_head.hpp>

namespace gladia::net::detail {

/// The part of an answer with status 101 that the WebSocket library gets to see: the server's
/// values by which a handshake is judged, and nothing else, so that the answer is small.
///
/// Errors: `errc::malformed_response` for an extension or a protocol that was not offered, and for
/// values that no server needs. Precondition: the status is 101.
/// \param offered  the header fields of the request
[[nodiscard]] result<std::string> essential_upgrade(response_head const& head,
                                                    http_headers const& offered);

}  // namespace gladia::net::detail

#ifdef GLADIA_HEADER_ONLY
#include <gladia/net/impl/upgrade_answer.ipp>
#endif
