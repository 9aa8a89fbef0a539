#pragma once

#include <gladia/codec/decode.hpp>

#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include <gladia/codec/impl/fault.ipp>
#include <gladia/codec/impl/message_types.ipp>
#include <gladia/codec/impl/read.ipp>

namespace gladia::codec {
namespace detail {

inline error parse(std::string_view text, decode_options const& options, json& document) {
  if (text.size() > options.max_size) {
    return error(errc::message_too_large, std::to_string(text.size()) +
                                              " bytes of JSON are more than the limit of " +
                                              std::to_string(options.max_size));
  }
  if (deeper_than(options.max_depth, text)) {
    return error(errc::malformed_json, "the JSON is nested deeper than the limit of " +
                                           std::to_string(options.max_depth));
  }
  try {
    document = json::parse(text.begin(), text.end());
  } catch (json::parse_error const& ex) {
    // Its own message quotes the text, which may hold a token.
    return error(errc::malformed_json, "not JSON at byte " + std::to_string(ex.byte));
  } catch (json::exception const&) {
    return error(errc::malformed_json, "a number in the JSON is out of range");
  }
  return {};
}

template <class T>
result<T> decode_as(std::string_view text, decode_options const& options) {
  json document;
  if (auto failure = parse(text, options, document)) return failure;
  T value{};
  fault why;
  if (!read(document, value, why)) return error(errc::malformed_response, why.text());
  return value;
}

}  // namespace detail

GLADIA_DECL live_message decode_message(std::string_view text, decode_options const& options) {
  detail::json document;
  if (auto failure = detail::parse(text, options, document)) {
    malformed_message message;
    if (failure != errc::message_too_large) message.raw.text = std::string(text);
    message.error = std::move(failure);
    return message;
  }
  return detail::read_message(document, text, options);
}

GLADIA_DECL std::string_view type_of(live_message const& message) noexcept {
  return std::visit(
      [](auto const& alternative) -> std::string_view {
        using M = std::decay_t<decltype(alternative)>;
        if constexpr (detail::is_message<M>) {
          return detail::type_name<M>();
        } else {
          return alternative.type;
        }
      },
      message);
}

template <class T>
result<T> decode(std::string_view text, decode_options const& options) {
  return detail::decode_as<T>(text, options);
}

GLADIA_DECL result<callback_post> decode_callback(std::string_view text,
                                                  decode_options const& options) {
  return detail::decode_as<callback_post>(text, options);
}

}  // namespace gladia::codec
