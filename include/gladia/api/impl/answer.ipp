#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include <gladia/codec/decode.hpp>
#include <gladia/error.hpp>
#include <gladia/model/api_error.hpp>
#include <gladia/net/http.hpp>

/// \file
/// Reads the answers of the API.

namespace gladia::api::detail {

/// The header field that holds the id of a call if the body is not the API's.
inline void find_request_id(net::http_response const& response, error_details& details) {
  if (auto const* id = net::find_header(response.headers, "x-aipi-call-id")) {
    details.request_id = *id;
  }
}

/// Reads the server's words in a refusal.
inline void read_refusal(net::http_response const& refusal, error_details& details) {
  find_request_id(refusal, details);
  constexpr std::size_t largest = std::size_t{1} << 20;
  auto body = codec::decode<api_error>(refusal.body, {false, 16, largest});
  if (!body) return;
  details.server_message = std::move(body->message);
  details.validation_errors = std::move(body->validation_errors);
  if (!body->request_id.empty()) details.request_id = std::move(body->request_id);
}

template <class T>
result<T> read_body(result<net::http_response> response) {
  if (!response) return response.error();
  auto body = codec::decode<T>(response->body);
  if (body) return body;
  auto e = body.error();
  auto& details = e.edit_details();
  // The error does not quote the body, which may hold a token, unless the body is a page.
  details.message = "the answer is not the API's: " + details.message;
  details.server_message = response->page;
  details.phase = phase::response;
  details.http_status = response->status;
  find_request_id(*response, details);
  return e;
}

inline result<void> ignore_body(result<net::http_response> response) {
  if (!response) return response.error();
  return {};
}

}  // namespace gladia::api::detail
