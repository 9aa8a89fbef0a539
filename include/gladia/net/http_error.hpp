#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include <gladia/error.hpp>
#include <gladia/net/http.hpp>

namespace gladia::net {

/// The code for a status other than 2xx, of a response or of a refused WebSocket handshake.
[[nodiscard]] errc errc_for_status(int status) noexcept;

/// Reads the value of a `Retry-After`: a number of seconds, or an HTTP date, which is compared with
/// `now`.
///
/// \return A time that is not negative; nothing if `value` is neither a number nor a date.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(
    std::string_view value, std::chrono::system_clock::time_point now);

/// The error that a response other than 2xx stands for.
///
/// A date in `Retry-After` is compared with the response's `Date` and `Age`, or with `now` if the
/// response has no readable `Date`.
/// \param response  The response.
/// \param phase     The step in which the response came.
/// \param asked     The request that was answered, for example `GET https://...`.
/// \param now       The time of the response.
/// \param read      Finds the server's message in the body. If `read` is null or finds no message,
///   the beginning of the body is the message.
[[nodiscard]] error error_from_response(http_response const& response, gladia::phase phase,
                                        std::string const& asked,
                                        std::chrono::system_clock::time_point now,
                                        refusal_reader read = nullptr);

}  // namespace gladia::net

#ifdef GLADIA_HEADER_ONLY
#include <gladia/net/impl/http_error.ipp>
#endif
