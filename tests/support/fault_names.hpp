#pragma once

#include <gladia/testing/emulator.hpp>
#include <string>

namespace gladia::testing {

inline char const* name_of(ending how) {
  return how == ending::reset ? "reset" : how == ending::fin ? "fin" : "close";
}

inline std::string name_of(ack_mode mode) {
  switch (mode) {
    case ack_mode::normal:
      return "normal";
    case ack_mode::none:
      return "none";
    case ack_mode::late:
      return "late";
    case ack_mode::lost:
      return "lost";
    case ack_mode::nack:
      return "nack";
    case ack_mode::shrinking:
      return "shrinking";
    case ack_mode::jumping:
      return "jumping";
    case ack_mode::inclusive:
      return "inclusive";
    case ack_mode::merged:
      return "merged";
    case ack_mode::again:
      return "again";
    case ack_mode::over_cuts:
      return "over_cuts";
  }
  return "unknown";
}

inline char const* name_of(resume_policy policy) {
  return policy == resume_policy::count     ? "count"
         : policy == resume_policy::discard ? "discard"
                                            : "restart";
}

}  // namespace gladia::testing
