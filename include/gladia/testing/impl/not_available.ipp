#pragma once

#include <optional>
#include <string>

#include <gladia/model/transcription.hpp>

// The emulator does not make up results of add-ons that it does not have.

namespace gladia::testing::detail {

inline addon_error not_available(std::string const& addon) {
  return {json_text{"501"}, "NotImplemented", addon + " is not available in the emulator"};
}

/// The outcome of an add-on, if it was asked for.
template <class Results>
std::optional<addon<Results>> failed(std::optional<bool> wanted, char const* name) {
  if (!wanted.value_or(false)) return std::nullopt;
  addon<Results> outcome;
  outcome.is_empty = true;
  outcome.error = not_available(name);
  return outcome;
}

}  // namespace gladia::testing::detail
