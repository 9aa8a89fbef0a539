#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <gladia/codec/decode.hpp>
#include <gladia/codec/impl/fault.ipp>
#include <gladia/codec/impl/message_types.ipp>
#include <gladia/error.hpp>
#include <gladia/model/api_error.hpp>
#include <gladia/model/callback.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/kinds.hpp>
#include <gladia/model/live_job.hpp>
#include <gladia/model/live_message.hpp>
#include <gladia/model/live_request.hpp>

/// \file
/// From a parsed JSON document to the model. Texts are moved out of the document.

namespace gladia::codec::detail {

using json = nlohmann::json;

inline char const* kind_of(json const& value) noexcept {
  switch (value.type()) {
    case json::value_t::null:
      return "null";
    case json::value_t::object:
      return "an object";
    case json::value_t::array:
      return "an array";
    case json::value_t::string:
      return "a string";
    case json::value_t::boolean:
      return "a boolean";
    case json::value_t::number_float:
      return "a fraction";
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
      return "a number";
    default:
      return "something else";
  }
}

inline bool mismatch(fault& why, char const* expected, json const& got) {
  return why.set(std::string("expected ") + expected + ", got " + kind_of(got));
}

/// Whether arrays and objects are nested deeper than `limit`.
inline bool is_deeper_than(std::size_t limit, json const& value) {
  if (!value.is_structured()) return false;
  return limit == 0 || std::any_of(value.begin(), value.end(), [limit](json const& inner) {
           return is_deeper_than(limit - 1, inner);
         });
}

inline std::string dump(json const& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

inline bool read(json& from, bool& to, fault& why) {
  if (!from.is_boolean()) return mismatch(why, "a boolean", from);
  to = from.get<bool>();
  return true;
}

inline bool read(json& from, double& to, fault& why) {
  if (!from.is_number()) return mismatch(why, "a number", from);
  to = from.get<double>();
  return true;
}

template <class T, std::enable_if_t<std::is_integral_v<T> && std::is_signed_v<T>, int> = 0>
bool read(json& from, T& to, fault& why) {
  constexpr auto lowest = std::numeric_limits<T>::min();
  constexpr auto highest = std::numeric_limits<T>::max();
  if (from.is_number_unsigned()) {
    auto const value = from.get<std::uint64_t>();
    if (value > static_cast<std::uint64_t>(highest)) return why.set("the number is too large");
    to = static_cast<T>(value);
    return true;
  }
  if (from.is_number_integer()) {
    auto const value = from.get<std::int64_t>();
    if (value < lowest || value > highest) return why.set("the number is too large");
    to = static_cast<T>(value);
    return true;
  }
  if (!from.is_number_float()) return mismatch(why, "an integer", from);
  auto const value = from.get<double>();
  // `lowest` is a power of two and so exact; `highest` is not. NaN fails the first test.
  constexpr auto limit = -static_cast<double>(lowest);
  if (!(value >= -limit && value < limit)) return why.set("the number is too large");
  to = static_cast<T>(value);
  if (static_cast<double>(to) < value || static_cast<double>(to) > value) {
    return mismatch(why, "an integer", from);
  }
  return true;
}

inline bool read(json& from, std::string& to, fault& why) {
  if (!from.is_string()) return mismatch(why, "a string", from);
  to = std::move(from.get_ref<std::string&>());
  return true;
}

inline bool read(json& from, secret& to, fault& why) {
  if (!from.is_string()) return mismatch(why, "a string", from);
  to = secret(std::move(from.get_ref<std::string&>()));
  return true;
}

inline bool read(json& from, language_code& to, fault& why) {
  return read(from, to.code, why);
}

template <class E>
bool read(json& from, open_enum<E>& to, fault& why) {
  if (!from.is_string()) return mismatch(why, "a string", from);
  to = open_enum<E>(from.get_ref<std::string const&>());
  return true;
}

inline bool read(json& from, json_text& to, fault&) {
  to.text = dump(from);
  return true;
}

// Declared before use: std types bring no namespace of ours into the lookup.
template <class T>
bool read(json& from, std::optional<T>& to, fault& why);
template <class T>
bool read(json& from, std::vector<T>& to, fault& why);
template <class T>
bool read(json& from, std::map<std::string, T>& to, fault& why);
template <class T>
bool read(json& from, half_open_range<T>& to, fault& why);
template <class T, std::enable_if_t<has_fields<T>, int> = 0>
bool read(json& from, T& to, fault& why);
inline bool read(json& from, vocabulary_entry& to, fault& why);
inline bool read(json& from, live_message& to, fault& why);

struct read_visitor : gladia::detail::uniform_visitor<read_visitor> {
  json::object_t& object;
  fault& why;
  bool good = true;

  read_visitor(json::object_t& o, fault& f) : object(o), why(f) {}

  template <class M>
  void member(char const* name, M& m) {
    if (!good) return;
    if (auto* value = find(name)) good = read(*value, m, why) || why.within(name);
  }
  template <class M>
  void required(char const* name, M& m) {
    if (!good) return;
    auto* value = find(name);
    if (value == nullptr) why.set("missing");
    good = (value != nullptr && read(*value, m, why)) || why.within(name);
  }
  template <class M>
  void flatten(M& m) {
    visit_fields(*this, m);
  }
  template <class M>
  void local(char const*, M&) {}
  template <class M>
  void source(M&) {}
  template <class M>
  void extra(M&) {}

 private:
  // A view has its length once and for all; a pointer would be measured at every comparison.
  json* find(std::string_view name) {
    auto const found = object.find(name);
    return found == object.end() || found->second.is_null() ? nullptr : &found->second;
  }
};

/// Brings a body that is spelled otherwise into the form that `fields` states. Most need nothing.
template <class T>
void normalise(json::object_t&, T const*) {}
inline void normalise(json::object_t& object, error_message const*);
inline void normalise(json::object_t& object, api_error const*);

template <class T>
bool read_struct(json& from, T& to, fault& why) {
  if (!from.is_object()) return mismatch(why, "an object", from);
  auto& object = from.get_ref<json::object_t&>();
  normalise(object, static_cast<T const*>(nullptr));
  read_visitor visitor(object, why);
  visit_fields(visitor, to);
  return visitor.good;
}

template <class T, std::enable_if_t<has_fields<T>, int>>
bool read(json& from, T& to, fault& why) {
  return read_struct(from, to, why);
}

/// An entry may also be a plain string.
inline bool read(json& from, vocabulary_entry& to, fault& why) {
  return from.is_string() ? read(from, to.value, why) : read_struct(from, to, why);
}

template <class T>
bool read(json& from, std::optional<T>& to, fault& why) {
  if (from.is_null()) return true;
  return read(from, to.emplace(), why);
}

template <class T>
bool read(json& from, std::vector<T>& to, fault& why) {
  if (!from.is_array()) return mismatch(why, "an array", from);
  auto& array = from.get_ref<json::array_t&>();
  to.clear();
  to.reserve(array.size());
  for (auto& element : array) {
    if (!read(element, to.emplace_back(), why)) return why.within(to.size() - 1);
  }
  return true;
}

template <class T>
bool read(json& from, std::map<std::string, T>& to, fault& why) {
  if (!from.is_object()) return mismatch(why, "an object", from);
  for (auto& [key, value] : from.get_ref<json::object_t&>()) {
    if (!read(value, to[key], why)) return why.within(key);
  }
  return true;
}

template <class T>
bool read(json& from, half_open_range<T>& to, fault& why) {
  if (!from.is_array()) return mismatch(why, "an array of two numbers", from);
  if (from.size() != 2) return why.set("expected two numbers, got " + std::to_string(from.size()));
  if (!read(from[0], to.begin, why)) return why.within(std::size_t{0});
  if (!read(from[1], to.end, why)) return why.within(std::size_t{1});
  return true;
}

inline json* find_string(json::object_t& object, char const* name) {
  auto const found = object.find(name);
  return found != object.end() && found->second.is_string() ? &found->second : nullptr;
}

/// The words of an error message, wherever the server put them, and the code beside them.
inline void normalise(json::object_t& object, error_message const*) {
  json message;
  json code;
  auto take = [&](json::object_t& holder) {
    auto* words = find_string(holder, "message");
    if (words == nullptr) return false;
    message = std::move(*words);
    if (auto const found = holder.find("code"); found != holder.end()) {
      code = std::move(found->second);
    }
    return true;
  };
  auto take_within = [&](char const* name) {
    auto const found = object.find(name);
    return found != object.end() && found->second.is_object() &&
           take(found->second.get_ref<json::object_t&>());
  };
  if (!take_within("data") && !take_within("error") && !take(object)) {
    auto* words = find_string(object, "error");
    message = words ? std::move(*words) : json(dump(object));
  }
  object["message"] = std::move(message);
  object["code"] = std::move(code);
}

/// One of the server's complaints: a text, or an object with a place and a text.
inline json complaint(json& item) {
  if (item.is_string()) return std::move(item);
  if (!item.is_object()) return dump(item);
  auto& object = item.get_ref<json::object_t&>();
  auto* text = find_string(object, "msg");
  if (text == nullptr) text = find_string(object, "message");
  if (text == nullptr) return dump(item);
  std::string place;
  auto const loc = object.find("loc");
  if (loc != object.end() && loc->second.is_array()) {
    for (auto const& step : loc->second) {
      if (!place.empty()) place += '.';
      place += step.is_string() ? step.get_ref<std::string const&>() : dump(step);
    }
  } else if (loc != object.end() && loc->second.is_string()) {
    place = loc->second.get_ref<std::string const&>();
  }
  return place.empty() ? std::move(*text) : json(place + ": " + text->get_ref<std::string&>());
}

/// Other spellings, lists of objects, and nothing that another type could spoil.
inline void normalise(json::object_t& object, api_error const*) {
  auto rename = [&object](char const* from, char const* to) {
    auto const found = object.find(from);
    if (found != object.end() && object.count(to) == 0) object[to] = std::move(found->second);
  };
  rename("requestId", "request_id");
  for (auto const* name : {"validationErrors", "errors", "details"}) {
    rename(name, "validation_errors");
  }

  auto list = json::array();
  if (auto const found = object.find("validation_errors"); found != object.end()) {
    auto& given = found->second;
    if (given.is_array()) {
      for (auto& item : given) list.push_back(complaint(item));
    } else if (!given.is_null()) {
      list.push_back(complaint(given));
    }
  }
  if (auto const found = object.find("message");
      found != object.end() && found->second.is_array()) {
    for (auto& item : found->second) list.push_back(complaint(item));
  }
  object["validation_errors"] = std::move(list);
  if (find_string(object, "message") == nullptr) {
    if (auto* words = find_string(object, "error")) object["message"] = std::move(*words);
  }

  for (auto const* name : {"timestamp", "path", "request_id", "message"}) {
    if (find_string(object, name) == nullptr) object.erase(name);
  }
  if (auto const found = object.find("statusCode");
      found != object.end() && !found->second.is_number_integer()) {
    object.erase(found);
  }
}

/// The envelope's copy of the text, where it is asked for.
struct source_visitor : gladia::detail::uniform_visitor<source_visitor> {
  std::string_view text;

  explicit source_visitor(std::string_view t) : text(t) {}

  template <class M>
  void member(char const*, M&) {}
  template <class M>
  void flatten(M& m) {
    visit_fields(*this, m);
  }
  void source(json_text& raw) { raw.text = std::string(text); }
};

/// What a message holds where it does not say.
template <class M>
void set_defaults(M&, decode_options const&) {}
inline void set_defaults(transcript& message, decode_options const& how) {
  message.data.is_final = how.unmarked_is_final;
}

/// A message of any type; `text` is what `document` was parsed from.
inline live_message read_message(json& document, std::string_view text, decode_options const& how) {
  auto malformed = [text](std::string_view type, fault const& why) -> live_message {
    return malformed_message{
        std::string(type), {std::string(text)}, error(errc::malformed_response, why.text())};
  };
  fault why;
  if (!document.is_object()) {
    mismatch(why, "an object", document);
    return malformed("", why);
  }
  auto const found = document.find("type");
  if (found == document.end() || !found->is_string()) {
    if (found == document.end()) {
      why.set("missing");
    } else {
      mismatch(why, "a string", *found);
    }
    why.within("type");
    return malformed("", why);
  }
  // A copy: an error message without words is shown whole.
  auto type = found->get<std::string>();

  live_message message;
  bool known = false;
  auto read_if = [&](auto entry) {
    if (entry.name != type) return false;
    known = true;
    using M = typename decltype(entry)::message;
    auto& alternative = message.emplace<M>();
    set_defaults(alternative, how);
    if (!read(document, alternative, why)) {
      message = malformed(type, why);
    } else if (how.keep_raw) {
      source_visitor visitor(text);
      visit_fields(visitor, alternative);
    }
    return true;
  };
  std::apply([&](auto... entry) { (read_if(entry) || ...); }, message_types);
  if (!known) message = unknown_message{std::move(type), {std::string(text)}};
  return message;
}

inline bool read(json& from, live_message& to, fault&) {
  // First the text: reading moves out of the document.
  auto const text = dump(from);
  to = read_message(from, text, {});
  return true;
}

/// A post to a callback URL is a callback where it has an id of its own, else a webhook.
inline bool read(json& from, callback_post& to, fault& why) {
  if (!from.is_object()) return mismatch(why, "an object", from);
  return from.contains("id") ? read(from, to.emplace<live_callback>(), why)
                             : read(from, to.emplace<live_webhook>(), why);
}

}  // namespace gladia::codec::detail
