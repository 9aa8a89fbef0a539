#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gladia/codec/encode.hpp>
#include <gladia/model/api_error.hpp>
#include <gladia/net/url.hpp>
#include <gladia/testing/impl/script.ipp>
#include <gladia/testing/impl/shared_state.ipp>
#include <gladia/testing/impl/spool_file.ipp>
#include <gladia/testing/impl/wire.ipp>
#include <gladia/testing/report.hpp>

namespace gladia::testing::detail {

/// An answer to an HTTP request.
struct http_reply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::string content_type = "application/json; charset=utf-8";
  std::shared_ptr<spool_file const> file{};  ///< the body, if there is no text
};

inline char const* reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 302:
      return "Found";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 413:
      return "Payload Too Large";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

/// The path of a request's target, in UTF-8 whatever was sent.
inline std::string path_of(std::string_view target) {
  std::string path;
  for (char const& c : target.substr(0, target.find('?'))) {
    bool const is_ascii = static_cast<unsigned char>(c) < 0x80;
    path += is_ascii ? std::string(1, c) : net::percent_encode({&c, 1});
  }
  return path;
}

/// The server's error body.
inline http_reply error_reply(int status, std::string_view target, std::string message,
                              std::vector<std::string> faults = {}) {
  api_error body;
  body.timestamp = iso_time(wall_clock::now());
  body.path = path_of(target);
  body.request_id = make_request_id();
  body.statusCode = status;
  body.message = std::move(message);
  body.validation_errors = std::move(faults);
  http_reply reply;
  reply.status = status;
  reply.body = codec::encode(body).value();
  return reply;
}

inline http_reply not_found(request_report const& request) {
  return error_reply(404, request.target, "Not found");
}

inline http_reply invalid(request_report const& request, std::vector<std::string> faults) {
  return error_reply(400, request.target,
                     "Invalid parameter(s). See validation_errors for more details.",
                     std::move(faults));
}

template <class T>
http_reply json_reply(int status, T const& body) {
  auto text = codec::encode(body);
  if (!text) return error_reply(500, "", text.error().what());
  http_reply reply;
  reply.status = status;
  reply.body = std::move(*text);
  return reply;
}

/// Name and value of each part of a URL's query, decoded.
using query_parts = std::vector<std::pair<std::string, std::string>>;

inline query_parts parse_query(std::string_view target) {
  query_parts parts;
  auto const mark = target.find('?');
  if (mark == std::string_view::npos) return parts;
  for (auto part : split(target.substr(mark + 1), '&')) {
    if (part.empty()) continue;
    auto const sign = std::min(part.find('='), part.size());
    auto const value = sign < part.size() ? part.substr(sign + 1) : std::string_view{};
    parts.emplace_back(query_decoded(std::string(part.substr(0, sign))),
                       query_decoded(std::string(value)));
  }
  return parts;
}

inline std::string value_of(query_parts const& query, std::string_view name) {
  for (auto const& [key, value] : query) {
    if (key == name) return value;
  }
  return {};
}

/// The redirect of a file route.
inline http_reply to_storage(shared_state const& shared, request_report const& request,
                             std::string const& name, std::string const& signature) {
  http_reply reply;
  reply.status = 302;
  auto const url = shared.url_follows_host ? shared.url_for(request) : shared.storage_url;
  reply.headers.emplace_back("Location", url + "/storage/" + name + "?signature=" + signature);
  return reply;
}

}  // namespace gladia::testing::detail
