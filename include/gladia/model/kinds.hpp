#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gladia/json_text.hpp>
#include <gladia/model/language.hpp>
#include <gladia/model/open_enum.hpp>
#include <gladia/secret.hpp>

/// \file
/// The types that a member of a model struct may have, and when such a member holds nothing.
///
/// The types are `bool`, `int`, `std::int64_t`, `double`, `std::string`, `secret`, `open_enum`,
/// `language_code`, `json_text`, `half_open_range`, `live_message`, other model structs, and
/// `std::optional`, `std::vector` and `std::map<std::string, T>` of these types.

namespace gladia::detail {

// A number, bool, range or struct always holds something.
template <class T>
bool holds_nothing(T const&) noexcept {
  return false;
}
inline bool holds_nothing(std::string const& m) noexcept {
  return m.empty();
}
inline bool holds_nothing(secret const& m) noexcept {
  return m.empty();
}
inline bool holds_nothing(language_code const& m) noexcept {
  return m.empty();
}
inline bool holds_nothing(json_text const& m) noexcept {
  return m.empty();
}
template <class E>
bool holds_nothing(open_enum<E> const& m) noexcept {
  return m.empty();
}
template <class T>
bool holds_nothing(std::optional<T> const& m) noexcept {
  return !m.has_value();
}
template <class T>
bool holds_nothing(std::vector<T> const& m) noexcept {
  return m.empty();
}
template <class T>
bool holds_nothing(std::map<std::string, T> const& m) noexcept {
  return m.empty();
}

}  // namespace gladia::detail
