#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gladia/codec/impl/json_reader.ipp>
#include <gladia/model/api_error.hpp>
#include <gladia/model/live_message.hpp>

/// \file
/// Reads the words of an error, wherever the server, or whoever answers in its place, put them.

namespace gladia::codec::detail {

/// Takes the words and the code beside them from an object within `object`, or from `object`.
inline bool take_words(std::optional<std::string_view> object, error_message& to) {
  if (!object || object->front() != '{') return false;
  auto words = find_string(*object, "message");
  if (!words) return false;
  to.message = std::move(*words);
  auto const code = find_member(*object, "code");
  to.code.text = code && *code != "null" ? compact(*code) : std::string();
  return true;
}

/// `object` is the whole message.
inline void find_words(std::string_view object, error_message& to) {
  if (take_words(find_member(object, "data"), to) || take_words(find_member(object, "error"), to) ||
      take_words(object, to)) {
    return;
  }
  to.message = find_string(object, "error").value_or("");
  if (to.message.empty()) to.message = compact(object);
  to.code = {};
}

/// The place that a validation error names: a text, or an array of names and numbers.
inline std::string place_of(std::string_view complaint) {
  std::string place;
  auto const loc = find_member(complaint, "loc");
  if (!loc || loc->front() != '[') return find_string(complaint, "loc").value_or("");
  json_reader reader(*loc);
  reader.take_array([&] {
    if (!place.empty()) place += '.';
    if (reader.peek() == '"') {
      place += text_of(reader.take_string());
    } else {
      place += compact(reader.take_value());
    }
  });
  return place;
}

/// One validation error of the server: a text, or an object with a place and a text.
inline std::string complaint(std::string_view value) {
  if (value.front() == '"') return text_of(json_reader(value).take_string());
  if (value.front() != '{') return compact(value);
  auto words = find_string(value, "msg");
  if (!words) words = find_string(value, "message");
  if (!words) return compact(value);
  auto const place = place_of(value);
  return place.empty() ? *words : place + ": " + *words;
}

inline void add_complaints(std::string_view list, std::vector<std::string>& to) {
  json_reader reader(list);
  reader.take_array([&] { to.push_back(complaint(reader.take_value())); });
}

/// `object` is the whole body. Other spellings count only if the usual one is missing.
inline void find_words(std::string_view object, api_error& to) {
  if (to.request_id.empty()) to.request_id = find_string(object, "requestId").value_or("");

  to.validation_errors.clear();
  for (auto const& found :
       {find_member(object, "validation_errors"), find_member(object, "validationErrors"),
        find_member(object, "errors"), find_member(object, "details")}) {
    if (!found || *found == "null") continue;
    if (found->front() == '[') {
      add_complaints(*found, to.validation_errors);
    } else {
      to.validation_errors.push_back(complaint(*found));
    }
    break;
  }
  auto const message = find_member(object, "message");
  if (message && message->front() == '[') add_complaints(*message, to.validation_errors);
  if (!message || message->front() != '"') {
    to.message = find_string(object, "error").value_or("");
  }
}

}  // namespace gladia::codec::detail
