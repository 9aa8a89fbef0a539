#pragma once

#include <openssl/rand.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include <gladia/codec/decode.hpp>
#include <gladia/codec/impl/fault.ipp>
#include <gladia/detail/calendar.hpp>
#include <gladia/detail/percent.hpp>

// The forms in which the server writes small values: times, ids, JSON, percent-encoding.

namespace gladia::testing::detail {

using wall_clock = std::chrono::system_clock;

/// ISO 8601 with milliseconds and `Z`.
inline std::string iso_time(wall_clock::time_point time) {
  using std::chrono::milliseconds;
  constexpr std::int64_t day = 86'400'000;
  std::int64_t const all =
      std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
  auto const date = gladia::detail::civil_from_days(all / day);
  auto const in_day = static_cast<int>(all % day);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", date.year, date.month,
                date.day, in_day / 3'600'000, in_day / 60'000 % 60, in_day / 1000 % 60,
                in_day % 1000);
  return text;
}

/// In milliseconds, because the clock's own ticks cannot hold every year of a date.
using wall_time = std::chrono::time_point<wall_clock, std::chrono::milliseconds>;

/// Reads `YYYY-MM-DD` and `YYYY-MM-DDTHH:MM:SS[.fff][Z|+HH:MM]`; without a zone it is UTC.
inline std::optional<wall_time> parse_iso_time(std::string const& text) {
  gladia::detail::civil_date date;
  int hour = 0, minute = 0, second = 0;
  int length = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2d%n", &date.year, &date.month, &date.day, &length) !=
      3) {
    return std::nullopt;
  }
  auto const* rest = text.c_str() + length;
  double fraction = 0;
  int offset = 0;
  if (*rest == 'T') {
    if (std::sscanf(rest, "T%2d:%2d:%2d%n", &hour, &minute, &second, &length) != 3) {
      return std::nullopt;
    }
    rest += length;
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
      if (std::sscanf(rest + 1, "%2d:%2d%n", &hours, &minutes, &length) != 2) return std::nullopt;
      offset = (*rest == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
      rest += 1 + length;
    }
  }
  auto const is_within = [](int value, int least, int most) {
    return least <= value && value <= most;
  };
  bool const is_time = *rest == '\0' && date.year >= 0 && is_within(date.month, 1, 12) &&
                       is_within(date.day, 1, 31) && is_within(hour, 0, 23) &&
                       is_within(minute, 0, 59) && is_within(second, 0, 60);
  if (!is_time) return std::nullopt;
  auto const days = gladia::detail::days_from_civil(date);
  return wall_time(
             std::chrono::seconds(days * 86400 + hour * 3600 + minute * 60 + second - offset)) +
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
