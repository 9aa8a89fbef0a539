#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include <gladia/error.hpp>
#include <gladia/net/http.hpp>

namespace gladia::net {

/// The code for a status other than 2xx, of a response and of a refused WebSocket handshake alike.
[[nodiscard]] errc errc_for_status(int status) noexcept;

/// Reads a `Retry-After`: seconds, or an HTTP date, which is taken relative to `now`.
///
/// Gives nothing for any other text; never a negative time.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(
    std::string_view value, std::chrono::system_clock::time_point now);

/// The error that a response other than 2xx stands for.
///
/// `read` finds the server's message in it; where there is no `read`, or it finds none, the
/// beginning of the body serves as one. `asked` is what was answered, for example
/// `GET https://...`. A date in `Retry-After` is relative to the response's `Date` and `Age`, or to
/// `now` where there is no `Date` that can be read.
[[nodiscard]] error error_from_response(http_response const& response, gladia::phase phase,
                                        std::string const& asked,
                                        std::chrono::system_clock::time_point now,
                                        refusal_reader read = nullptr);

}  // namespace gladia::net

#ifdef GLADIA_HEADER_ONLY
#include <gladia/net/impl/http_error.ipp>
#endif
