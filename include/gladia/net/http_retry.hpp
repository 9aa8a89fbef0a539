#pragma once

#include <chrono>

#include <gladia/net/backoff.hpp>

namespace gladia::net {

/// How often an HTTP call is tried, and how long is waited in between.
///
/// Retried are the statuses 408, 425, 429 and 5xx, network errors and timeouts. A POST or PATCH
/// that was sent but not answered may have been carried out: it is retried once at most.
struct http_retry {
  int attempts = 2;           ///< in all; 1 and less: no retry
  backoff_options backoff{};  ///< the waits between attempts
  /// The longest wait that a `Retry-After` can ask for.
  std::chrono::seconds retry_after_cap{30};
};

}  // namespace gladia::net
