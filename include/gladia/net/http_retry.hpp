#pragma once

#include <chrono>

#include <gladia/net/backoff.hpp>

namespace gladia::net {

/// How often an HTTP call is tried, and the waits between the attempts.
///
/// The statuses 408, 425, 429 and 5xx, network errors and timeouts are retried. The server may have
/// carried out a POST or PATCH that was sent but not answered: such a request is retried once at
/// most.
struct http_retry {
  int attempts = 2;           ///< the number of attempts in all; 1 or less: no retry
  backoff_options backoff{};  ///< the waits between attempts
  /// The longest wait that a server can ask for with `Retry-After`.
  std::chrono::seconds retry_after_cap{30};
};

}  // namespace gladia::net
