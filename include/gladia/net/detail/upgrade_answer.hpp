#pragma once

#include <string>

#include <gladia/net/detail/response_head.hpp>

namespace gladia::net::detail {

/// What a WebSocket library gets to see of an answer that switches protocols: the server's own
/// values of all that a handshake is judged by, and nothing else, so that it is small.
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
