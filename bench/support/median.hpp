#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace bench {

/// The value that so large a part of them does not exceed; 0 of none.
inline double quantile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  auto const place = static_cast<std::size_t>(part * static_cast<double>(values.size()));
  auto const it = values.begin() + static_cast<std::ptrdiff_t>(std::min(place, values.size() - 1));
  std::nth_element(values.begin(), it, values.end());
  return *it;
}

inline double median(std::vector<double> values) {
  return quantile(std::move(values), 0.5);
}

}  // namespace bench
