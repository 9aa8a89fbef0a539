#pragma once

namespace gladia::live {

/// Where a session is in its life.
enum class session_state {
  idle,        ///< it was not told to run yet
  creating,    ///< the POST is under way
  connecting,  ///< a link is being opened
  streaming,   ///< a link is open
  waiting,     ///< there is no link; the next attempt to open one is to come
  closing,     ///< the last link is being closed from here
  fetching,    ///< the job is being asked for
  polling,     ///< the job is not done; it will be asked for again
  ended,
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
