#pragma once

#include <charconv>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <gladia/error.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/kinds.hpp>
#include <gladia/model/live_message.hpp>

/// \file
/// Model structs as text for people: `{id: "00_00000000", is_final: true, utterance: {...}}`.
///
/// Members that hold nothing are left out. A secret is printed as `***`. Control characters are
/// printed as spaces, so that the text is one line. The form may change in any version; to exchange
/// data use `codec/encode.hpp`. All functions may be called from any thread.

namespace gladia {
namespace detail {

inline void print(std::string& out, bool m) {
  out += m ? "true" : "false";
}
template <class T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
void print(std::string& out, T m) {
  out += std::to_string(m);
}
inline void print(std::string& out, double m) {
  char text[32];  // not by a stream: the program's locale may write a comma
  out.append(text, std::to_chars(text, text + sizeof text, m, std::chars_format::general, 10).ptr);
}
inline void print_plain(std::string& out, std::string_view text) {
  for (char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
}
inline void print(std::string& out, std::string const& m) {
  out += '"';
  print_plain(out, m);
  out += '"';
}
inline void print(std::string& out, secret const&) {
  out += "***";
}
inline void print(std::string& out, json_text const& m) {
  print_plain(out, m.text);
}
inline void print(std::string& out, language_code const& m) {
  print_plain(out, m.code);
}
template <class E>
void print(std::string& out, open_enum<E> const& m) {
  print_plain(out, m.name());
}

// Declared before use: std types bring no namespace of ours into the lookup.
template <class T>
void print(std::string& out, half_open_range<T> const& m);
template <class T>
void print(std::string& out, std::optional<T> const& m);
template <class T>
void print(std::string& out, std::vector<T> const& m);
template <class T>
void print(std::string& out, std::map<std::string, T> const& m);
template <class... T>
void print(std::string& out, std::variant<T...> const& m);
inline void print(std::string& out, unknown_message const& m);
inline void print(std::string& out, malformed_message const& m);
template <class T, std::enable_if_t<has_fields<T>::value, int> = 0>
void print(std::string& out, T const& m);

struct print_visitor : uniform_visitor<print_visitor> {
  std::string& out;
  bool first = true;

  explicit print_visitor(std::string& text) : out(text) {}

  template <class M>
  void member(char const* name, M const& m) {
    if (holds_nothing(m)) return;
    if (!first) out += ", ";
    first = false;
    out += name;
    out += ": ";
    print(out, m);
  }
  template <class M>
  void flatten(M const& m) {
    visit_fields(*this, m);
  }
  template <class M>
  void local(char const* name, M const& m) {
    if (m != M{}) member(name, m);
  }
  template <class M>
  void source(M const&) {}
  template <class M>
  void extra(M const& m) {
    member("extra", m);
  }
};

template <class T>
void print(std::string& out, half_open_range<T> const& m) {
  out += '[';
  print(out, m.begin);
  out += ", ";
  print(out, m.end);
  out += ')';
}
template <class T>
void print(std::string& out, std::optional<T> const& m) {
  if (m) print(out, *m);
}
template <class T>
void print(std::string& out, std::vector<T> const& m) {
  out += '[';
  char const* separator = "";
  for (auto const& element : m) {
    out += separator;
    separator = ", ";
    print(out, element);
  }
  out += ']';
}
template <class T>
void print(std::string& out, std::map<std::string, T> const& m) {
  out += '{';
  char const* separator = "";
  for (auto const& [key, value] : m) {
    out += separator;
    separator = ", ";
    print(out, key);
    out += ": ";
    print(out, value);
  }
  out += '}';
}
template <class... T>
void print(std::string& out, std::variant<T...> const& m) {
  std::visit([&out](auto const& alternative) { print(out, alternative); }, m);
}
inline void print(std::string& out, unknown_message const& m) {
  out += "{type: ";
  print(out, m.type);
  out += ", raw: ";
  print(out, m.raw);
  out += '}';
}
inline void print(std::string& out, malformed_message const& m) {
  out += "{type: ";
  print(out, m.type);
  out += ", error: ";
  print_plain(out, m.error.what());
  out += '}';
}
template <class T, std::enable_if_t<has_fields<T>::value, int>>
void print(std::string& out, T const& m) {
  out += '{';
  print_visitor visitor(out);
  visit_fields(visitor, m);
  out += '}';
}

}  // namespace detail

/// `value`, a model struct, as one line for people.
template <class T, std::enable_if_t<has_fields<T>, int> = 0>
[[nodiscard]] std::string to_string(T const& value) {
  std::string text;
  detail::print(text, value);
  return text;
}

/// A message as one line for people.
[[nodiscard]] inline std::string to_string(live_message const& message) {
  std::string text;
  detail::print(text, message);
  return text;
}

/// Writes `to_string(value)`.
template <class Traits, class T, std::enable_if_t<has_fields<T>, int> = 0>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out,
                                             T const& value) {
  return out << to_string(value);
}

}  // namespace gladia
