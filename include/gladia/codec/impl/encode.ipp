#pragma once

#include <gladia/codec/encode.hpp>

#include <nlohmann/json.hpp>
#include <string>

#include <gladia/codec/impl/fault.ipp>
#include <gladia/codec/impl/write.ipp>

namespace gladia::codec {
namespace detail {

inline std::string base64(std::string_view bytes) {
  constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    auto const byte = [&](std::size_t at) -> unsigned {
      return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u;
    };
    unsigned const group = byte(i) << 16u | byte(i + 1) << 8u | byte(i + 2);
    text += alphabet[group >> 18u & 63u];
    text += alphabet[group >> 12u & 63u];
    text += i + 1 < bytes.size() ? alphabet[group >> 6u & 63u] : '=';
    text += i + 2 < bytes.size() ? alphabet[group & 63u] : '=';
  }
  return text;
}

template <class T>
result<std::string> encode_as(T const& value) {
  nlohmann::ordered_json document;
  fault why;
  if (!write(value, document, why)) return error(errc::invalid_request, why.text());
  return document.dump();
}

}  // namespace detail

template <class T, std::enable_if_t<!std::is_convertible_v<T const&, live_message>, int>>
result<std::string> encode(T const& value) {
  return detail::encode_as(value);
}

GLADIA_DECL result<std::string> encode(live_message const& message) {
  return detail::encode_as(message);
}

GLADIA_DECL std::string encode_stop_recording() {
  return R"({"type":"stop_recording"})";
}

GLADIA_DECL std::string encode_audio_chunk(std::string_view bytes) {
  return R"({"type":"audio_chunk","data":{"chunk":")" + detail::base64(bytes) + R"("}})";
}

}  // namespace gladia::codec
