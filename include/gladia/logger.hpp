#pragma once

#include <functional>
#include <string_view>

namespace gladia {

/// How important a log line is; each level includes those before it.
enum class log_level {
  off,      ///< nothing
  error,    ///< an operation failed for good
  warning,  ///< something went wrong and was dealt with: a retry, a reconnect, a slow handler
  info,     ///< the life of a session: created, connected, disconnected, ended
  debug,    ///< each request, attempt and decision
};

/// Where the library writes its log: nowhere unless `write` is set.
///
/// A line never holds the API key, a token, audio or a transcript. `write` is called from the
/// library's I/O threads, possibly from several at once, never under a lock; it must not block and
/// must not throw. It may be called until the client, its sessions and its calls are all gone, also
/// a little after their destructors returned. Each client has its own logger; there is no global
/// one.
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
