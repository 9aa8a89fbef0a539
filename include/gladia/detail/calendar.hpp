#pragma once

#include <cstdint>

// By http://howardhinnant.github.io/date_algorithms.html: C++17 has no calendar, and each system
// has another way to its own.

namespace gladia::detail {

/// A date of the Gregorian calendar.
struct civil_date {
  int year = 1970;
  int month = 1;
  int day = 1;
};

/// Days since 1970-01-01.
[[nodiscard]] constexpr std::int64_t days_from_civil(civil_date date) noexcept {
  auto const [year, month, day] = date;
  auto const from_march = month <= 2 ? year - 1 : year;
  auto const era = (from_march >= 0 ? from_march : from_march - 399) / 400;
  auto const year_of_era = from_march - era * 400;
  auto const day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  auto const day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return std::int64_t{era} * 146097 + day_of_era - 719468;
}

/// The date so many days after 1970-01-01; it is not before the year 0.
[[nodiscard]] constexpr civil_date civil_from_days(std::int64_t days) noexcept {
  auto const from_year_0 = days + 719468;
  auto const era = from_year_0 / 146097;
  auto const day_of_era = static_cast<int>(from_year_0 - era * 146097);
  auto const year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  auto const day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  auto const from_march = (5 * day_of_year + 2) / 153;
  auto const month = from_march < 10 ? from_march + 3 : from_march - 9;
  auto const year = year_of_era + static_cast<int>(era) * 400 + (month <= 2 ? 1 : 0);
  return {year, month, day_of_year - (153 * from_march + 2) / 5 + 1};
}

}  // namespace gladia::detail
