#pragma once

#include <functional>
#include <string_view>

namespace gladia {

/// How important a log line is; each level includes those before it.
enum class log_level {
  off,      ///< nothing
  error,    ///< an operation failed, and is not tried again
  warning,  ///< something went wrong and was dealt with: a retry, a reconnect, a slow handler
  info,     ///< the life of a session: created, connected, disconnected, ended
  debug,    ///< each request, attempt and decision
};

/// Where a client writes its log: nowhere unless `write` is set. There is no global logger.
///
/// A line never holds the API key, a token, audio or a transcript. The library calls `write` from
/// its I/O threads, and from a thread that destroys a session which never ran, possibly from
/// several at once, never under a lock. `write` must not block and must not throw. `write` may be
/// called until the client, its sessions and its calls are all gone, and for a little while after
/// their destructors returned.
struct logger {
  /// Lines above this level are not written.
  log_level level = log_level::warning;

  /// Receives each line, without a line end. The text is valid only during the call.
  std::function<void(log_level, std::string_view)> write{};

  /// Whether a line of this level would be written.
  [[nodiscard]] bool enabled(log_level line) const noexcept {
    return write != nullptr && line != log_level::off && line <= level;
  }

  /// Writes a line if its level is enabled.
  void operator()(log_level line, std::string_view text) const {
    if (enabled(line)) write(line, text);
  }
};

}  // namespace gladia
