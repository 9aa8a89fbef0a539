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

/// What all calls of an HTTP client share.
struct http_client_options {
  http_retry retry{};           ///< how often a call is tried
  bool allow_insecure = false;  ///< whether plain `http://` may go to other hosts than loopback
  gladia::logger logger{};      ///< where log lines go
};

/// One request, to be retried and redirected.
struct http_call {
  http_request request{};  ///< what is asked
  /// Called before another attempt writes the body to `request.sink` from the beginning: undoes
  /// what went to the sink. An error ends the call with that error. Empty: an attempt that fails
  /// after its first part went to the sink is the last one.
  std::function<result<void>()> restart_sink{};
  bool is_tried_once = false;  ///< whether only one attempt is made, because the caller retries
};

/// A call under way.
class http_operation {
 public:
  virtual ~http_operation() = default;  ///< does not cancel the call
  /// Ends the call: `done` gets `operation_aborted`, later and not from within this function. May
  /// be called at any time, on the call's strand.
  virtual void cancel() noexcept = 0;
};

/// Makes HTTP calls: retries, follows redirects, and turns answers into errors.
///
/// Thread safety: `start` may be called from any thread.
class http_client {
 public:
  /// A client that makes its connections with `transport`.
  http_client(std::shared_ptr<net::transport> transport, http_client_options options);

  /// Makes a call.
  ///
  /// `done` gets the first 2xx response, or the error of the last attempt, with `attempts`,
  /// `elapsed` and all that the server said. `done` is called once, on `strand`, never from within
  /// this function. Pending operations keep the call alive: the caller may hold a `std::weak_ptr`.
  ///
  /// A DELETE also succeeds with a 404 or 410, if an earlier attempt of the call may have deleted
  /// the object: that attempt was sent and not answered, or answered with 408 or 5xx.
  ///
  /// Up to 20 redirects are followed. A redirect from `https` to `http` is followed only to
  /// loopback. The fields in `http_request::secret_headers` are sent only to the origin of the
  /// first request.
  ///
  /// Errors: those of `http_exchange::start`; the codes of `errc_for_status`; `errc::insecure_url`
  /// for plain `http` that is not allowed; `errc::too_many_redirects`; `errc::bad_redirect`;
  /// `operation_aborted` after `cancel`.
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
