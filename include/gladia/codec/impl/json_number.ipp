#pragma once

#include <algorithm>
#include <cfloat>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

/// \file
/// The numbers of JSON texts that `check_json` accepted.

namespace gladia::codec::detail {

inline bool is_json_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// The exact value of a number of JSON, as far as 64 bits can hold it.
struct decimal {
  bool is_negative = false;
  bool is_integer = true;  ///< without a fraction or an exponent
  bool is_exact = true;    ///< `digits` and `exponent` hold the whole value
  std::uint64_t digits = 0;
  int exponent = 0;
  std::string_view text{};

  /// Reads the number that begins at `begin`.
  decimal(char const* begin, char const* end) noexcept {
    auto at = begin;
    if (*at == '-') {
      is_negative = true;
      ++at;
    }
    auto const first = at;
    at = add_digits(at, end);
    auto count = at - first;
    if (at != end && *at == '.') {
      is_integer = false;
      auto const fraction = ++at;
      at = add_digits(at, end);
      count += at - fraction;
      exponent = static_cast<int>(std::max<std::ptrdiff_t>(fraction - at, -most));
    }
    constexpr int most_digits = 19;  // that always fit into 64 bits
    is_exact = count <= most_digits;
    if (at != end && (*at == 'e' || *at == 'E')) {
      is_integer = false;
      at = add_exponent(at + 1, end);
    }
    text = {begin, static_cast<std::size_t>(at - begin)};
  }

 private:
  static constexpr int most = 9999;

  char const* add_digits(char const* at, char const* end) noexcept {
    for (; at != end && is_json_digit(*at); ++at) {
      digits = digits * 10 + static_cast<unsigned>(*at - '0');
    }
    return at;
  }
  char const* add_exponent(char const* at, char const* end) noexcept {
    auto const is_minus = *at == '-';
    if (is_minus || *at == '+') ++at;
    int value = 0;
    for (; at != end && is_json_digit(*at); ++at) {
      if (value <= most) value = value * 10 + (*at - '0');
    }
    exponent += is_minus ? -value : value;
    return at;
  }
};

/// Powers of ten that are exact in a `double`, so that one operation with them rounds correctly.
inline constexpr double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                           1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                           1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/// The nearest `double`; nothing if it is not finite.
inline std::optional<double> to_double(decimal const& number) {
  constexpr bool is_plain_double = FLT_EVAL_METHOD == 0;
  constexpr int most_exact = 22;
  if (is_plain_double && number.is_exact && number.digits <= (std::uint64_t{1} << DBL_MANT_DIG) &&
      number.exponent >= -most_exact && number.exponent <= most_exact) {
    auto const digits = static_cast<double>(number.digits);
    auto const value = number.exponent < 0 ? digits / powers_of_ten[-number.exponent]
                                           : digits * powers_of_ten[number.exponent];
    return number.is_negative ? -value : value;
  }
  // Neither from_chars (libc++ has none) nor strtod (it obeys the locale).
  auto const& text = number.text;
  auto const parsed = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  if (parsed.is_discarded()) return std::nullopt;
  return parsed.get<double>();
}

}  // namespace gladia::codec::detail
