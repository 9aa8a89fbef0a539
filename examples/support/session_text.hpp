#pragma once

#include <gladia.hpp>
#include <iostream>
#include <string>
#include <support/service.hpp>
#include <support/terminal.hpp>
#include <vector>

namespace examples {

/// `text` as it stands behind something else: with one space, which the service often sends itself.
inline std::string after_space(std::string const& text) {
  return (text.rfind(' ', 0) == 0 ? "" : " ") + text;
}

/// `[01:02.3] what was said`.
inline std::string line_of(gladia::transcript_utterance const& said) {
  return '[' + clock_text(said.start) + ']' + after_space(said.text);
}

/// Where words may be missing, for a person; empty if none can be.
inline std::string missing_words(std::vector<gladia::live::time_span> const& spans) {
  std::string text;
  for (auto const& span : spans) {
    text += (text.empty() ? "; words may be missing from " : ", from ") + clock_text(span.from) +
            " to " + clock_text(span.to);
  }
  return text;
}

/// Says on standard error why a session was not transcribed wholly. Gives the exit status.
/// \param fault  `end.error` for a person
inline int report(gladia::live::summary const& end, std::string const& fault) {
  if (!end.error && end.verdict == gladia::live::completeness::complete) return 0;
  std::cerr << "error: ";
  if (end.error) {
    std::cerr << fault;
  } else if (!end.words_unknown.empty()) {
    std::cerr << "a connection was lost, and the service did not sum up";
  } else {
    std::cerr << "the session ended before the service had heard everything";
  }
  // Where there was no link, nothing was transcribed at all.
  if (end.stats.connections > 0) std::cerr << missing_words(end.words_unknown);
  std::cerr << '\n';
  return 1;
}
inline int report(gladia::live::summary const& end, service const& service) {
  return report(end, service.explain(end.error));
}

}  // namespace examples
