#pragma once

#include <string>

#include <gladia/config.hpp>
#include <gladia/live/event.hpp>
#include <gladia/live/summary.hpp>

namespace gladia::live {

/// An event as one line of JSON, for logs and pipes.
///
/// A server's message is written as it was received if `session_options::keep_raw` kept its text,
/// else as this version understands the message. A message that is no JSON object is written as
/// `{"event": "malformed_message", "text": ..., "error": ...}`. The session's own events are
/// written as `{"event": "disconnected", ...}`, with the names of their types and members; `ended`
/// holds the summary. The secret URL of `started` is left out.
///
/// Thread safety: may be called from any thread.
[[nodiscard]] std::string to_json(event const& e);

/// A summary as one line of JSON: job id, verdict, close code and reason, error, statistics.
/// Durations are milliseconds. Thread safety: may be called from any thread.
[[nodiscard]] std::string to_json(summary const& s);

}  // namespace gladia::live

#ifdef GLADIA_HEADER_ONLY
#include <gladia/live/impl/event_json.ipp>
#endif
