#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gladia/json_text.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/open_enum.hpp>
#include <gladia/net/url.hpp>

namespace gladia::api::detail {

/// Writes the members of a struct as the query of a URL: one pair for each element of a list, and
/// nothing for members that are not set.
class query_visitor : public gladia::detail::uniform_visitor<query_visitor> {
 public:
  template <class M>
  void member(char const* name, M const& m) {
    add(name, m);
  }
  /// The query with its question mark; empty if no member is set.
  [[nodiscard]] std::string const& text() const noexcept { return text_; }

 private:
  void add(std::string_view name, std::string_view value) {
    text_.append(text_.empty() ? "?" : "&").append(name).append("=");
    text_.append(net::percent_encode(value));
  }
  void add(std::string_view name, int value) { add(name, std::to_string(value)); }
  template <class E>
  void add(std::string_view name, open_enum<E> const& value) {
    add(name, value.name());
  }
  void add(std::string_view name, json_text const& value) {
    if (!value.empty()) add(name, value.text);
  }
  template <class T>
  void add(std::string_view name, std::optional<T> const& value) {
    if (value) add(name, *value);
  }
  template <class T>
  void add(std::string_view name, std::vector<T> const& values) {
    for (auto const& value : values) add(name, value);
  }

  std::string text_{};
};

template <class Query>
std::string to_query(Query const& query) {
  query_visitor visitor;
  visit_fields(visitor, query);
  return visitor.text();
}

}  // namespace gladia::api::detail
