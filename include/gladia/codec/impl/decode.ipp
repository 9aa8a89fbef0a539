#pragma once

#include <gladia/codec/decode.hpp>

#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include <gladia/codec/impl/message_types.ipp>
#include <gladia/codec/impl/read.ipp>

namespace gladia::codec {
GLADIA_DECL live_message decode_message(std::string_view text, decode_options const& options) {
  auto good = detail::check(text, options);
  if (good) return detail::read_message(*good, options);
  malformed_message message;
  if (good.error() != errc::message_too_large) message.raw.text = std::string(text);
  message.error = std::move(good).error();
  return message;
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
