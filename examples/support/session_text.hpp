#pragma once

#include <gladia.hpp>
#include <string>
#include <support/command_line.hpp>
#include <support/service.hpp>
#include <support/terminal.hpp>
#include <vector>

namespace examples {

/// `text` as it stands behind something else: with one space, which the server often sends itself.
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

/// Why a session was not transcribed and printed wholly, for a person; empty after a good end.
/// \param source  why the audio could not be read to its end
inline std::string fault_of(gladia::live::summary const& end, terminal const& printed,
                            service const& service, gladia::error const& source = {}) {
  if (!printed.is_good()) return printed.fault_text();
  bool const is_whole = end.verdict == gladia::live::completeness::complete;
  if (!end.error && !source && is_whole) return {};
  std::string text = "the session ended before the server had heard everything";
  if (end.error) {
    text = service.explain(end.error);
  } else if (source) {
    text = source.what();
  } else if (!end.words_unknown.empty()) {
    text = "a connection was lost, and the server did not sum up";
  }
  // Where there was no link, nothing was transcribed at all.
  return end.stats.connections > 0 ? text + missing_words(end.words_unknown) : text;
}

/// Says `fault_of` on standard error. Gives the exit status.
inline int report(gladia::live::summary const& end, terminal const& printed, service const& service,
                  gladia::error const& source = {}) {
  auto const fault = fault_of(end, printed, service, source);
  return fault.empty() ? 0 : fail(fault);
}

}  // namespace examples
