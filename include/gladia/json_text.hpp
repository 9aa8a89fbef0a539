#pragma once

#include <string>
#include <utility>

namespace gladia {

/// A JSON value kept as its text: the type of every member that may hold any JSON.
///
/// Empty means absent. `codec/json.hpp` turns it into an `nlohmann::json` and back.
struct json_text {
  /// The JSON text, for example `{"user":"John"}`. Not checked until it is written.
  std::string text{};

  /// Whether there is no value at all (as opposed to the text `null`).
  [[nodiscard]] bool empty() const noexcept { return text.empty(); }

  friend bool operator==(json_text const& a, json_text const& b) noexcept {
    return a.text == b.text;
  }
  friend bool operator!=(json_text const& a, json_text const& b) noexcept { return !(a == b); }
};

}  // namespace gladia
