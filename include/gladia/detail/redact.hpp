#pragma once

#include <string>
#include <string_view>

#include <gladia/detail/percent.hpp>
#include <gladia/error.hpp>

namespace gladia::detail {

/// Replaces each `secret` in `text` by `***`. A server may repeat a secret that it was sent.
inline void redact(std::string& text, std::string_view secret) {
  // A shorter text is hardly secret, and may be part of many words.
  constexpr std::size_t shortest = 6;
  if (secret.size() < shortest) return;
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3)) {
    text.replace(at, secret.size(), "***");
  }
}

/// Replaces each `secret` in all texts of an error.
inline void redact(error& e, std::string_view secret) {
  if (!e) return;
  auto& details = e.edit_details();
  for (auto* text :
       {&details.message, &details.server_message, &details.close_reason, &details.request_id}) {
    redact(*text, secret);
  }
  for (auto& fault : details.validation_errors) redact(fault, secret);
}

/// Replaces the values of a URL's query, which may be tokens and signatures.
/// \param known  a value that is no secret
template <class Text>
void redact_query(Text& text, std::string_view url, std::string_view known = {}) {
  for (auto at = url.find('='); at != std::string_view::npos; at = url.find('=', at + 1)) {
    auto const value = url.substr(at + 1, url.find('&', at) - at - 1);
    if (value == known) continue;
    redact(text, value);
    redact(text, percent_decoded(value));
  }
}

}  // namespace gladia::detail
