#pragma once

#include <gladia/net/http.hpp>

#include <gladia/net/detail/text.hpp>

namespace gladia::net {
namespace detail {

/// RFC 9110, section 5.6.2.
inline bool is_token_char(char c) noexcept {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return is_alpha(c) || is_digit(c) || marks.find(c) != std::string_view::npos;
}

}  // namespace detail

GLADIA_DECL std::string const* find_header(http_headers const& headers,
                                           std::string_view name) noexcept {
  for (auto const& [key, value] : headers) {
    if (detail::equals_ignoring_case(key, name)) return &value;
  }
  return nullptr;
}

GLADIA_DECL result<void> check_headers(http_headers const& headers) {
  for (auto const& [name, value] : headers) {
    if (name.empty() || !std::all_of(name.begin(), name.end(), detail::is_token_char)) {
      return error(errc::invalid_request,
                   "a header's name may only hold letters, digits and "
                   "!#$%&'*+-.^_`|~");
    }
    // The error does not quote the value, which may be a secret.
    auto const is_bad = [](char c) { return detail::is_control(c) && c != '\t'; };
    if (std::any_of(value.begin(), value.end(), is_bad)) {
      return error(errc::invalid_request,
                   "the value of the header \"" + name + "\" holds a control character");
    }
  }
  return {};
}

}  // namespace gladia::net
