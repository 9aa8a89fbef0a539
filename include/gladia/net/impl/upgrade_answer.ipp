#pragma once

#include <gladia/net/detail/upgrade_answer.hpp>

#include <gladia/net/impl/response_head.ipp>

namespace gladia::net::detail {

/// All elements of the fields `name`.
inline std::vector<std::string> elements(http_headers const& headers, std::string_view name) {
  std::vector<std::string> all;
  for_each_element(headers, name, [&all](std::string_view element) { all.emplace_back(element); });
  return all;
}

GLADIA_DECL result<std::string> essential_upgrade(response_head const& head,
                                                  http_headers const& offered) {
  if (!elements(head.headers, "sec-websocket-extensions").empty()) {
    return error(errc::malformed_response, "the server chose an extension that was not offered");
  }
  auto const protocols = elements(offered, "sec-websocket-protocol");
  for (auto const& chosen : elements(head.headers, "sec-websocket-protocol")) {
    if (std::find(protocols.begin(), protocols.end(), chosen) == protocols.end()) {
      return error(errc::malformed_response, "the server chose a protocol that was not offered");
    }
  }
  // Beast requires a reason.
  auto text = "HTTP/" + head.version + " 101 Switching Protocols\r\n";
  for (std::string const name : {"Upgrade", "Connection", "Sec-WebSocket-Accept"}) {
    std::string values;
    for (auto const& value : elements(head.headers, name)) {
      values += (values.empty() ? "" : ", ") + value;
    }
    if (!values.empty()) text += name + ": " + values + "\r\n";
  }
  // Beast reads the answer into a buffer of 1536 bytes.
  constexpr std::size_t largest = 1024;
  if (text.size() > largest) {
    return error(errc::malformed_response, "the server's Upgrade or Connection is too long");
  }
  return text + "\r\n";
}

}  // namespace gladia::net::detail
