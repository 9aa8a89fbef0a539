#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace gladia::codec::detail {

/// What is wrong, and where. The path is built while the failed calls return, so a value without
/// faults costs nothing.
struct fault {
  std::string path{};
  std::string what{};

  /// Notes what is wrong; always false, to be returned.
  bool set(std::string text) {
    what = std::move(text);
    return false;
  }
  /// Notes the member that holds the fault; always false.
  bool within(std::string_view member) {
    bool const dot = !path.empty() && path.front() != '[';
    // Not `insert`: gcc 12 would warn of an overlap that is impossible.
    auto const inner = std::move(path);
    path.assign(member);
    if (dot) path.push_back('.');
    path.append(inner);
    return false;
  }
  /// Notes the element that holds the fault; always false.
  bool within(std::size_t index) { return within("[" + std::to_string(index) + "]"); }

  std::string text() const { return path.empty() ? what : path + ": " + what; }
};

/// Whether brackets are nested deeper than `limit`. Runs before any recursion over the text, so
/// that no text can overflow the stack.
inline bool deeper_than(std::size_t limit, std::string_view text) noexcept {
  // Few brackets cannot nest deeply, and counting them is several times faster.
  auto const opens = [](char c) { return c == '[' || c == '{'; };
  auto const brackets = std::count_if(text.begin(), text.end(), opens);
  if (static_cast<std::size_t>(brackets) <= limit) return false;

  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (opens(c)) {
      if (++depth > limit) return true;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

}  // namespace gladia::codec::detail
