#pragma once

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <gladia/codec/impl/fault.ipp>
#include <gladia/codec/impl/message_types.ipp>
#include <gladia/detail/utf8.hpp>
#include <gladia/model/callback.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/kinds.hpp>
#include <gladia/model/live_message.hpp>
#include <gladia/model/live_request.hpp>

/// \file
/// From the model to a JSON document: `nlohmann::ordered_json` to be sent, `nlohmann::json` for
/// users who want one.

namespace gladia::codec::detail {

/// The greatest depth of a user's JSON text: that of the server's messages.
inline constexpr std::size_t max_json_text_depth = 64;

using gladia::detail::is_utf8;

template <class Json>
bool write_text(std::string_view from, Json& to, fault& why) {
  if (!is_utf8(from)) return why.set("the text is not UTF-8");
  to = std::string(from);
  return true;
}

template <class Json>
bool write(bool from, Json& to, fault&) {
  to = from;
  return true;
}
template <class T, class Json, std::enable_if_t<std::is_integral_v<T>, int> = 0>
bool write(T from, Json& to, fault&) {
  to = from;
  return true;
}
template <class Json>
bool write(double from, Json& to, fault& why) {
  if (!std::isfinite(from)) return why.set("the number is not finite");
  to = from;
  return true;
}
template <class Json>
bool write(std::string const& from, Json& to, fault& why) {
  return write_text(from, to, why);
}
template <class Json>
bool write(secret const& from, Json& to, fault& why) {
  return write_text(from.reveal(), to, why);
}
template <class Json>
bool write(language_code const& from, Json& to, fault& why) {
  return write_text(from.code, to, why);
}
template <class E, class Json>
bool write(open_enum<E> const& from, Json& to, fault& why) {
  return write_text(from.name(), to, why);
}
template <class Json>
bool write(json_text const& from, Json& to, fault& why) {
  if (deeper_than(max_json_text_depth, from.text)) return why.set("the JSON is too deep");
  // The parser takes a zero byte for the end of the text.
  if (from.text.find('\0') != std::string::npos) return why.set("the text is not JSON");
  try {
    to = Json::parse(from.text);
  } catch (nlohmann::json::exception const&) {
    return why.set("the text is not JSON");
  }
  return true;
}

// Declared before use: std types bring no namespace of ours into the lookup.
template <class T, class Json>
bool write(std::optional<T> const& from, Json& to, fault& why);
template <class T, class Json>
bool write(std::vector<T> const& from, Json& to, fault& why);
template <class T, class Json>
bool write(std::map<std::string, T> const& from, Json& to, fault& why);
template <class T, class Json>
bool write(half_open_range<T> const& from, Json& to, fault& why);
template <class T, class Json, std::enable_if_t<has_fields<T>, int> = 0>
bool write(T const& from, Json& to, fault& why);
template <class Json>
bool write(vocabulary_entry const& from, Json& to, fault& why);
template <class Json>
bool write(unknown_message const& from, Json& to, fault& why);
template <class Json>
bool write(malformed_message const& from, Json& to, fault& why);
template <class... T, class Json>
bool write(std::variant<T...> const& from, Json& to, fault& why);

/// Objects merge with objects, anything else replaces.
template <class Json>
void merge(Json& into, Json const& from) {
  for (auto const& item : from.items()) {
    auto& target = into[item.key()];
    if (target.is_object() && item.value().is_object()) {
      merge(target, item.value());
    } else {
      target = item.value();
    }
  }
}

template <class T>
struct is_nullable : std::is_same<T, json_text> {};
template <class T>
struct is_nullable<std::optional<T>> : std::true_type {};

template <class Json>
struct write_visitor : gladia::detail::uniform_visitor<write_visitor<Json>> {
  Json& object;
  fault& why;
  bool good = true;

  write_visitor(Json& o, fault& f) : object(o), why(f) {}

  template <class M>
  void optional(char const* name, M const& m) {
    if (!good || gladia::detail::holds_nothing(m)) return;
    Json value;
    good = write(m, value, why) || why.within(name);
    if (!good) return;
    // Only a nested config in which nothing is set is an empty object.
    if (has_fields<M> && value.empty()) return;
    object[name] = std::move(value);
  }
  template <class M>
  void emitted(char const* name, M const& m) {
    if (!good) return;
    if (is_nullable<M>::value && gladia::detail::holds_nothing(m)) {
      object[name] = nullptr;
    } else {
      good = write(m, object[name], why) || why.within(name);
    }
  }
  template <class M>
  void required(char const* name, M const& m) {
    emitted(name, m);
  }
  template <class M>
  void flatten(M const& m) {
    visit_fields(*this, m);
  }
  template <class M>
  void local(char const*, M const&) {}
  template <class M>
  void source(M const&) {}
  void extra(json_text const& m) {
    if (!good || m.empty()) return;
    Json value;
    good = write(m, value, why) && (value.is_object() || why.set("must be an object"));
    if (good) {
      merge(object, value);
    } else {
      why.within("extra");
    }
  }
};

template <class T, class Json>
bool write_struct(T const& from, Json& to, fault& why) {
  to = Json::object();
  if constexpr (is_message<T>) to["type"] = std::string(type_name<T>());
  write_visitor<Json> visitor(to, why);
  visit_fields(visitor, from);
  return visitor.good;
}

template <class T, class Json, std::enable_if_t<has_fields<T>, int>>
bool write(T const& from, Json& to, fault& why) {
  return write_struct(from, to, why);
}

/// An entry with nothing but a value is written as a plain string.
template <class Json>
bool write(vocabulary_entry const& from, Json& to, fault& why) {
  vocabulary_entry plain;
  plain.value = from.value;
  return from == plain ? write(from.value, to, why) : write_struct(from, to, why);
}

template <class T, class Json>
bool write(std::optional<T> const& from, Json& to, fault& why) {
  if (from) return write(*from, to, why);
  to = nullptr;
  return true;
}

template <class T, class Json>
bool write(std::vector<T> const& from, Json& to, fault& why) {
  to = Json::array();
  for (auto const& element : from) {
    Json value;
    if (!write(element, value, why)) return why.within(to.size());
    to.push_back(std::move(value));
  }
  return true;
}

template <class T, class Json>
bool write(std::map<std::string, T> const& from, Json& to, fault& why) {
  to = Json::object();
  for (auto const& [key, value] : from) {
    if (!is_utf8(key)) return why.set("a key is not UTF-8");
    if (!write(value, to[key], why)) return why.within(key);
  }
  return true;
}

template <class T, class Json>
bool write(half_open_range<T> const& from, Json& to, fault& why) {
  Json first;
  Json last;
  if (!write(from.begin, first, why)) return why.within(std::size_t{0});
  if (!write(from.end, last, why)) return why.within(std::size_t{1});
  to = Json::array({std::move(first), std::move(last)});
  return true;
}

template <class Json>
bool write(unknown_message const& from, Json& to, fault& why) {
  return write(from.raw, to, why);
}

template <class Json>
bool write(malformed_message const& from, Json& to, fault& why) {
  return write(from.raw, to, why);
}

template <class... T, class Json>
bool write(std::variant<T...> const& from, Json& to, fault& why) {
  return std::visit([&](auto const& alternative) { return write(alternative, to, why); }, from);
}

}  // namespace gladia::codec::detail
