#pragma once

#include <gladia/codec/encode.hpp>

#include <nlohmann/json.hpp>
#include <string>

#include <gladia/base64.hpp>
#include <gladia/codec/impl/fault.ipp>
#include <gladia/codec/impl/write.ipp>

namespace gladia::codec {
namespace detail {

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
  return R"({"type":"audio_chunk","data":{"chunk":")" + gladia::encode_base64(bytes) + R"("}})";
}

}  // namespace gladia::codec
