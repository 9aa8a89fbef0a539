#pragma once

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include <gladia/codec/decode.hpp>
#include <gladia/codec/impl/fault.ipp>
#include <gladia/detail/percent.hpp>

// The forms in which the service writes small values: times, ids, JSON, base64, percent-encoding.

namespace gladia::testing::detail {

using wall_clock = std::chrono::system_clock;

/// ISO 8601 with milliseconds and `Z`.
inline std::string iso_time(wall_clock::time_point time) {
  auto const seconds = wall_clock::to_time_t(time);
  auto const millis =
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count() % 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  char text[48];
  std::snprintf(text, sizeof text, "%s.%03dZ", date, static_cast<int>(millis));
  return text;
}

/// In milliseconds, because the clock's own ticks cannot hold every year of a date.
using wall_time = std::chrono::time_point<wall_clock, std::chrono::milliseconds>;

/// Reads `YYYY-MM-DD` and `YYYY-MM-DDTHH:MM:SS[.fff][Z|+HH:MM]`; without a zone it is UTC.
inline std::optional<wall_time> parse_iso_time(std::string const& text) {
  std::tm parts{};
  auto const* rest = strptime(text.c_str(), "%Y-%m-%d", &parts);
  if (!rest) return std::nullopt;
  double fraction = 0;
  int offset = 0;
  if (*rest == 'T') {
    rest = strptime(rest, "T%H:%M:%S", &parts);
    if (!rest) return std::nullopt;
    if (*rest == '.') {
      double scale = 0.1;
      for (++rest; *rest >= '0' && *rest <= '9'; ++rest, scale /= 10) {
        fraction += (*rest - '0') * scale;
      }
    }
    if (*rest == 'Z') {
      ++rest;
    } else if (*rest == '+' || *rest == '-') {
      int hours = 0;
      int minutes = 0;
      int length = 0;
      if (std::sscanf(rest + 1, "%2d:%2d%n", &hours, &minutes, &length) != 2) return std::nullopt;
      offset = (*rest == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
      rest += 1 + length;
    }
  }
  if (*rest != '\0') return std::nullopt;
  return wall_time(std::chrono::seconds(timegm(&parts) - offset)) +
         std::chrono::milliseconds(std::llround(fraction * 1000));
}

inline std::string random_hexadecimal(std::size_t digits) {
  std::string text;
  while (text.size() < digits) {
    unsigned char byte = 0;
    RAND_bytes(&byte, 1);
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text.substr(0, digits);
}

/// A random UUID, version 4.
inline std::string make_uuid() {
  auto text = random_hexadecimal(32);
  text[12] = '4';
  text[16] = "89ab"[static_cast<unsigned char>(text[16]) & 3];
  for (std::size_t at : {20u, 16u, 12u, 8u}) text.insert(at, "-");
  return text;
}

inline std::string make_request_id() {
  return "G-" + random_hexadecimal(8);
}

inline std::optional<std::string> from_base64(std::string_view text) {
  auto const padding =
      std::min<std::size_t>(2, text.size() - std::min(text.size(), text.find_last_not_of('=') + 1));
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  auto const size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                    reinterpret_cast<unsigned char const*>(text.data()),
                                    static_cast<int>(text.size()));
  if (size < 0 || static_cast<std::size_t>(size) < padding) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

/// `text` as JSON; a discarded value if the text is no JSON, or so deeply nested that copying or
/// writing it, which recurse, could overflow the stack.
inline nlohmann::json parse_json(std::string_view text) {
  if (codec::detail::deeper_than(codec::decode_options().max_depth, text)) {
    return nlohmann::json(nlohmann::json::value_t::discarded);
  }
  return nlohmann::json::parse(text, nullptr, false);
}

/// The decoded `text` of a query.
inline std::string query_decoded(std::string text) {
  std::replace(text.begin(), text.end(), '+', ' ');
  return gladia::detail::percent_decoded(text);
}

}  // namespace gladia::testing::detail
