#pragma once

/// \file
/// Model structs and `json_text` to `nlohmann::json` and back. This is the only public header that
/// includes nlohmann/json: a program that includes this header needs that library itself.
///
/// Thread safety: all functions may be called from any thread.

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include <gladia/codec/decode.hpp>
#include <gladia/codec/impl/read.ipp>
#include <gladia/codec/impl/write.ipp>
#include <gladia/error.hpp>
#include <gladia/json_text.hpp>

namespace gladia::codec {
namespace detail {

/// Whether arrays and objects are nested deeper than `limit`.
inline bool is_deeper_than(std::size_t limit, nlohmann::json const& value) {
  if (!value.is_structured()) return false;
  return limit == 0 ||
         std::any_of(value.begin(), value.end(), [limit](nlohmann::json const& inner) {
           return is_deeper_than(limit - 1, inner);
         });
}

inline std::string dump(nlohmann::json const& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace detail

/// Parses `text`. An empty text gives null. Errors: `errc::malformed_json`.
[[nodiscard]] inline result<nlohmann::json> to_json(json_text const& text) {
  nlohmann::json value;
  detail::fault why;
  if (!text.empty() && !detail::write(text, value, why)) {
    return error(errc::malformed_json, why.text());
  }
  // An nlohmann::json converts to anything, so it has to be said which alternative it is.
  return result<nlohmann::json>(boost::system::in_place_value, std::move(value));
}

/// Writes `value` as text, with U+FFFD in place of bytes that are not UTF-8.
[[nodiscard]] inline json_text to_json_text(nlohmann::json const& value) {
  return {detail::dump(value)};
}

/// A struct of the model, or a `live_message`, as JSON. Errors: as `encode`.
template <class T>
[[nodiscard]] result<nlohmann::json> to_json(T const& value) {
  nlohmann::json document;
  detail::fault why;
  if (!detail::write(value, document, why)) return error(errc::invalid_request, why.text());
  return result<nlohmann::json>(boost::system::in_place_value, std::move(document));
}

/// `document` as a struct of the model, or as a `live_message`. Errors: `errc::malformed_json` if
/// `document` is nested deeper than the default of `decode_options::max_depth`;
/// `errc::malformed_response` if `document` has another shape than `T`.
template <class T>
[[nodiscard]] result<T> from_json(nlohmann::json const& document) {
  if (detail::is_deeper_than(decode_options{}.max_depth, document)) {
    return error(errc::malformed_json, "the JSON is too deep");
  }
  return detail::decode_as<T>(detail::dump(document), {});
}

}  // namespace gladia::codec
