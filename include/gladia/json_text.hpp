#pragma once

#include <string>
#include <utility>

namespace gladia {

/// A JSON value kept as its text: the type of every member that may hold any JSON.
///
/// Empty means that there is no value. `codec/json.hpp` turns the text into an `nlohmann::json` and
/// back.
struct json_text {
  /// The JSON text, for example `{"user":"John"}`. The text is checked when it is encoded, not
  /// before.
  std::string text{};

  /// Whether there is no value at all (as opposed to the text `null`).
  [[nodiscard]] bool empty() const noexcept { return text.empty(); }

  /// Whether the texts are equal, character by character.
  friend bool operator==(json_text const& a, json_text const& b) noexcept {
    return a.text == b.text;
  }
  /// Whether the texts differ.
  friend bool operator!=(json_text const& a, json_text const& b) noexcept { return !(a == b); }
};

}  // namespace gladia
