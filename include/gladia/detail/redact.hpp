#pragma once

#include <string>
#include <string_view>

#include <gladia/error.hpp>

namespace gladia::detail {

/// Replaces each `secret` in `text` by `***`. A server may say what it was told.
inline void redact(std::string& text, std::string_view secret) {
  // A shorter one is no secret, but may be part of many a word.
  constexpr std::size_t shortest = 6;
  if (secret.size() < shortest) return;
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3)) {
    text.replace(at, secret.size(), "***");
  }
}

/// The same in all that an error says.
inline void redact(error& e, std::string_view secret) {
  if (!e) return;
  auto& details = e.edit_details();
  for (auto* text :
       {&details.message, &details.server_message, &details.close_reason, &details.request_id}) {
    redact(*text, secret);
  }
  for (auto& fault : details.validation_errors) redact(fault, secret);
}

}  // namespace gladia::detail
