#pragma once

namespace gladia::live {

/// Where a session is in its life.
enum class session_state {
  idle,        ///< `async_run` was not called yet
  creating,    ///< the job is being created
  connecting,  ///< a link is being opened
  streaming,   ///< a link is open
  waiting,     ///< no link is open; the session waits before the next attempt to open one
  closing,     ///< the session is closing its last link
  fetching,    ///< the session is asking for its job
  polling,     ///< the job is not done; the session waits before it asks again
  ended,       ///< the session is over
};

/// The state's name, for example `"streaming"`.
[[nodiscard]] constexpr char const* to_string(session_state state) noexcept {
  switch (state) {
    case session_state::idle:
      return "idle";
    case session_state::creating:
      return "creating";
    case session_state::connecting:
      return "connecting";
    case session_state::streaming:
      return "streaming";
    case session_state::waiting:
      return "waiting";
    case session_state::closing:
      return "closing";
    case session_state::fetching:
      return "fetching";
    case session_state::polling:
      return "polling";
    case session_state::ended:
      return "ended";
  }
  return "unknown";
}

}  // namespace gladia::live
