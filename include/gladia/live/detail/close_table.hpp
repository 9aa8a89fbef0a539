#pragma once

#include <cstdint>
#include <string>

#include <gladia/detail/errc_table.hpp>
#include <gladia/error.hpp>
#include <gladia/net/http_error.hpp>
#include <gladia/net/websocket.hpp>

namespace gladia::live::detail {

/// What the end of a link means for the session.
enum class fate {
  end,    ///< the server is done
  retry,  ///< the same URL may be opened again
  doubt,  ///< as `retry`, but for a shorter time: this end hardly passes by itself
  fatal,  ///< the URL cannot be opened again
};

/// The table of close codes (RFC 6455, section 7.4, and the server's own from 4000 on). The table
/// is total: an unknown code counts as a lost link.
[[nodiscard]] constexpr fate fate_of_close_code(std::uint16_t code,
                                                bool retry_unassigned) noexcept {
  switch (code) {
    case 1000:
      return fate::end;
    case 1002:  // protocol error
    case 1003:  // unsupported data
    case 1007:  // inconsistent data
    case 1008:  // policy violation
    case 1009:  // message too big
    case 1010:  // missing extension
    case 4504:  // no speech
      return fate::fatal;
    default:
      break;
  }
  if (code >= 3000 && code <= 3999) return fate::fatal;
  if (code >= 4000 && code <= 4399) return retry_unassigned ? fate::retry : fate::fatal;
  if (code >= 4400 && code <= 4499) return fate::fatal;
  return fate::retry;
}

/// What the answer to a WebSocket handshake means. A status below 400 is no refusal: somebody else
/// answered, such as a captive portal, or an error page while the server is replaced.
[[nodiscard]] inline fate fate_of_handshake_status(int status) noexcept {
  if (status < 400) return fate::doubt;
  auto const code = make_error_code(net::errc_for_status(status));
  return code == condition::retryable ? fate::retry : fate::fatal;
}

/// The table of links that ended without a close code.
[[nodiscard]] inline fate fate_of_error(error const& e) noexcept {
  auto const& details = e.details();
  if (details.http_status != 0) return fate_of_handshake_status(details.http_status);
  if (details.phase == phase::tls && e != condition::retryable) return fate::fatal;
  for (auto code : {errc::no_trust_anchors, errc::invalid_url, errc::insecure_url,
                    errc::invalid_options, errc::invalid_request, errc::message_too_large}) {
    if (e == code) return fate::fatal;
  }
  return e == condition::retryable ? fate::retry : fate::doubt;
}

[[nodiscard]] inline fate fate_of(net::link_end const& end, bool retry_unassigned) noexcept {
  return end.close_code != 0 ? fate_of_close_code(end.close_code, retry_unassigned)
                             : fate_of_error(end.error);
}

/// The end of a link as an error.
[[nodiscard]] inline error to_error(net::link_end const& end) {
  if (end.close_code == 0) return end.error;
  auto const* row = gladia::detail::find_errc_of_answer(end.close_code);
  error e(row ? row->code : errc::closed_by_server);
  e.edit_details().phase = phase::stream;
  e.edit_details().close_code = end.close_code;
  e.edit_details().close_reason = end.reason;
  return e;
}

}  // namespace gladia::live::detail
