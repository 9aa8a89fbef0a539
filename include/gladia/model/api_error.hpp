#pragma once

#include <string>
#include <vector>

#include <gladia/model/fields.hpp>

namespace gladia {

/// The body of an HTTP error. Any member may be missing.
///
/// `gladia::error` has the members that a user needs.
struct api_error {
  std::string timestamp{};   ///< ISO 8601
  std::string path{};        ///< of the request
  std::string request_id{};  ///< what Gladia's support asks for
  int statusCode = 0;        ///< the HTTP status; the only name of the API in camel case
  std::string message{};     ///< the server's words; untrusted text
  std::vector<std::string> validation_errors{};  ///< what is wrong with the request
};

template <class V, class S>
void fields(V& v, S& s, api_error const*) {
  v.emitted("timestamp", s.timestamp);
  v.emitted("path", s.path);
  v.emitted("request_id", s.request_id);
  v.emitted("statusCode", s.statusCode);
  v.emitted("message", s.message);
  v.optional("validation_errors", s.validation_errors);
}

}  // namespace gladia
