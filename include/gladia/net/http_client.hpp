#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <memory>

#include <gladia/error.hpp>
#include <gladia/logger.hpp>
#include <gladia/net/http.hpp>
#include <gladia/net/http_retry.hpp>
#include <gladia/net/transport.hpp>

namespace gladia::net {

/// What all calls of a client share.
struct http_client_options {
  http_retry retry{};
  bool allow_insecure = false;  ///< plain `http://` to other hosts than loopback
  gladia::logger logger{};
};

/// One request, to be retried and redirected.
struct http_call {
  http_request request{};
  /// Takes back what went to `request.sink`, before the next attempt sends the body from its
  /// beginning; an error ends the call with it. Empty: an attempt that fails after its first part
  /// went to the sink is the last.
  std::function<result<void>()> restart_sink{};
  bool is_tried_once = false;  ///< whoever makes the call sees to retries
};

/// A call under way.
class http_operation {
 public:
  virtual ~http_operation() = default;
  /// Ends the call: `done` gets `operation_aborted`, later and not from within this function.
  /// Harmless at any time. To be called on the call's strand.
  virtual void cancel() noexcept = 0;
};

/// Makes HTTP calls: retries, redirects, and errors out of answers.
///
/// Thread safety: `start` may be called from any thread.
class http_client {
 public:
  http_client(std::shared_ptr<net::transport> transport, http_client_options options);

  /// Makes a call.
  ///
  /// `done` gets the first 2xx response, or the error of the last attempt with `attempts`,
  /// `elapsed` and all that the server said. It is called once, on `strand`, never from within
  /// this function. The pending operations keep the call alive; whoever started it need only hold
  /// it weakly.
  ///
  /// A DELETE is also done with the 404 or 410 that follows an attempt which may have deleted what
  /// it asked for: one that was sent and not answered, or answered with 408 or 5xx.
  ///
  /// Redirects are followed up to 20 times, never from `https` to `http` but for loopback. The
  /// `http_request::secret_headers` stay with the origin that they were meant for.
  ///
  /// Errors: what `http_exchange::start` gives; the codes of `errc_for_status`;
  /// `errc::insecure_url` for plain `http` that is not allowed; `errc::too_many_redirects` and
  /// `errc::bad_redirect`; `operation_aborted` after `cancel`.
  std::shared_ptr<http_operation> start(boost::asio::any_io_executor const& strand, http_call call,
                                        std::function<void(result<http_response>)> done) const;

 private:
  std::shared_ptr<net::transport> transport_;
  std::shared_ptr<http_client_options const> options_;
  std::shared_ptr<std::atomic<std::uint64_t>> seed_;  // another one for each call's waits
};

}  // namespace gladia::net

#ifdef GLADIA_HEADER_ONLY
#include <gladia/net/impl/http_client.ipp>
#endif
