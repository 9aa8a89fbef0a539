#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/error_condition.hpp>
#include <boost/system/result.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <gladia/config.hpp>

namespace gladia {

using boost::system::error_code;

/// What went wrong, where the operating system or OpenSSL has no code of its own for it.
///
/// `docs/errors.md` lists every value with what the user sees and what to do.
enum class errc {
  // What the caller gave or asked for.
  invalid_request = 1,  ///< a member of the request cannot be right; `message` lists all faults
  invalid_options,      ///< an option of a client cannot be right
  invalid_url,          ///< a URL cannot be parsed or has another scheme than http(s) or ws(s)
  insecure_url,         ///< plain `http://` or `ws://` to another host than loopback
  missing_api_key,      ///< no API key in the options nor in `GLADIA_API_KEY`
  chunk_too_large,      ///< one send is larger than the whole buffer
  format_mismatch,      ///< a WAV header in the stream differs from the request's format
  would_block,          ///< the buffer is full; try again later, or use `async_send`
  stopping,             ///< audio was sent after `stop()`
  session_ended,        ///< the session is over
  already_running,      ///< `async_run` was called twice
  already_ended,        ///< `async_run` was called after the end
  not_running,          ///< `async_stop` was called, but `async_run` never was
  already_receiving,    ///< two `async_receive` at a time

  // Audio files.
  not_a_wav,          ///< no RIFF or RF64 header
  unsupported_audio,  ///< a WAV file of an encoding, rate, depth or channel count not taken
  truncated_audio,    ///< a WAV file that ends within its header, or shrinks while it is read

  // Network.
  timeout,             ///< the phase named in `details().phase` took too long; also 408, 425
  link_dead,           ///< the server stopped answering: neither data nor pong
  send_stalled,        ///< the server stopped reading
  no_trust_anchors,    ///< no CA certificate could be loaded, so no server can be trusted
  tls_unavailable,     ///< OpenSSL, as it is configured here, cannot encrypt
  proxy_refused,       ///< the proxy answered CONNECT with another status than 2xx
  too_many_redirects,  ///< more than 20; of a WebSocket handshake more than 5
  bad_redirect,        ///< no usable `Location`; of a handshake: to another scheme, host or port

  // HTTP status of a response or of the WebSocket handshake.
  bad_request,        ///< 400, 413, 422: a parameter is wrong; see `validation_errors`
  unauthorized,       ///< 401: the API key or token is unknown
  payment_required,   ///< 402: the plan does not cover this
  forbidden,          ///< 403: not allowed now; for delete: the job is not done yet
  not_found,          ///< 404, 410: unknown or deleted
  too_many_requests,  ///< 429: rate or concurrency limit; see `retry_after`
  server_error,       ///< 5xx
  unexpected_status,  ///< any other status

  // What the server sent.
  malformed_json,      ///< not JSON, or too deep
  malformed_response,  ///< JSON of another shape than agreed, or no HTTP; `message` says what
  message_too_large,   ///< larger than the limit in the options

  // Jobs.
  job_failed,  ///< the job has the status `error`; see `job_id` and `job_error_code`

  // How a session ended.
  closed_by_server,  ///< a final close code; see `close_code` and `close_reason`
  session_gone,      ///< 4403: the job has already ended
  idle_timeout,      ///< 4408: no audio for about 30 s
  no_speech,         ///< 4504: no speech in about a minute of audio
  reconnect_failed,  ///< the link was lost, and the time or the attempts are used up
  stop_timeout,      ///< the server did not finish within `stop_timeout`
};

/// Questions about an error that several codes answer alike: `error == condition::retryable`.
enum class condition {
  retryable = 1,   ///< the same call may succeed later
  authentication,  ///< the key or token was refused: 401
  quota,           ///< a plan or concurrency limit: 402, 429
};

}  // namespace gladia

template <>
struct boost::system::is_error_code_enum<gladia::errc> : std::true_type {};
template <>
struct boost::system::is_error_condition_enum<gladia::condition> : std::true_type {};

namespace gladia {

/// The category of `errc`; its name is `gladia`.
[[nodiscard]] boost::system::error_category const& error_category() noexcept;
/// The category of `condition`; its name is `gladia.condition`.
[[nodiscard]] boost::system::error_category const& condition_category() noexcept;

/// \relates errc
[[nodiscard]] error_code make_error_code(errc e) noexcept;
/// \relates condition
[[nodiscard]] boost::system::error_condition make_error_condition(condition c) noexcept;

/// The step in which an error happened.
enum class phase {
  none,      ///< before any network
  resolve,   ///< looking up the host name
  connect,   ///< TCP
  proxy,     ///< HTTP CONNECT
  tls,       ///< TLS handshake and certificate
  upgrade,   ///< the WebSocket handshake
  request,   ///< writing an HTTP request
  response,  ///< reading an HTTP response
  stream,    ///< an open WebSocket
  stop,      ///< after stop was asked for
};

/// The phase's name, for example `"tls"`.
[[nodiscard]] char const* to_string(phase p) noexcept;

/// All that is known about an error beside its code. Unknown members are empty or zero.
struct error_details {
  gladia::phase phase = gladia::phase::none;          ///< the step that failed
  int http_status = 0;                                ///< of the response or handshake
  std::uint16_t close_code = 0;                       ///< of the WebSocket
  std::string close_reason{};                         ///< the server's words beside it; untrusted
  std::string message{};                              ///< this library's words
  std::string server_message{};                       ///< the server's words; untrusted text
  std::vector<std::string> validation_errors{};       ///< the server's list, with a 400
  std::string request_id{};                           ///< what Gladia's support asks for
  int attempts = 0;                                   ///< how often it was tried
  std::chrono::milliseconds elapsed{0};               ///< from the first attempt to the last
  std::optional<std::chrono::seconds> retry_after{};  ///< what the server asked for
  /// Whether the server may have carried out a call that is not to be made twice: a job may have
  /// been made.
  bool may_have_been_made = false;
  std::string job_id{};    ///< of the job that the call was about, where it is known
  int job_error_code = 0;  ///< 400..599, of a job that failed
};

/// An error with everything a person needs to act on it. The same in every completion form.
///
/// The code is for programs, `details()` and `what()` for people. An `error` that holds no error
/// converts to false. It never contains the API key or a token.
///
/// Thread safety: as a value. Cheap while it holds no error: one pointer beside the code.
class [[nodiscard]] error {
 public:
  /// No error.
  error() noexcept = default;
  /// Wraps a code of any category, without details.
  error(error_code code) noexcept : code_(code) {}
  /// An error found by this library, in `message`'s words.
  explicit error(error_code code, gladia::phase phase, std::string message = {})
      : code_(code), details_(std::make_unique<error_details>()) {
    details_->phase = phase;
    details_->message = std::move(message);
  }
  /// \copydoc error(error_code, gladia::phase, std::string)
  explicit error(errc code, std::string message = {})
      : error(make_error_code(code), gladia::phase::none, std::move(message)) {}
  /// An error with all of its details.
  explicit error(error_code code, error_details details)
      : code_(code), details_(std::make_unique<error_details>(std::move(details))) {}

  error(error const& other)
      : code_(other.code_),
        details_(other.details_ ? std::make_unique<error_details>(*other.details_) : nullptr) {}
  error(error&&) noexcept = default;
  error& operator=(error other) noexcept {
    code_ = other.code_;
    details_ = std::move(other.details_);
    return *this;
  }
  ~error() = default;

  /// Whether there is an error.
  explicit operator bool() const noexcept { return code_.failed(); }
  /// The code; compare it with an `errc` or a `condition`.
  [[nodiscard]] error_code code() const noexcept { return code_; }
  /// What else is known; all empty where there are no details. Valid until the error is changed or
  /// destroyed.
  [[nodiscard]] error_details const& details() const noexcept;
  /// The same, to be filled in.
  [[nodiscard]] error_details& edit_details() {
    if (!details_) details_ = std::make_unique<error_details>();
    return *details_;
  }

  /// One line for a person, which leads with the server's words where there are any, for example
  /// `gladia key not found: in answer to GET https://api.gladia.io/v2/live (during response,
  /// HTTP 401, request G-821fe9df) [gladia:unauthorized]`.
  [[nodiscard]] std::string what() const;

  friend bool operator==(error const& e, errc code) noexcept {
    return e.code_ == make_error_code(code);
  }
  friend bool operator!=(error const& e, errc code) noexcept { return !(e == code); }
  friend bool operator==(error const& e, error_code code) noexcept { return e.code_ == code; }
  friend bool operator!=(error const& e, error_code code) noexcept { return !(e == code); }
  friend bool operator==(error const& e, condition c) noexcept {
    return e.code_ == make_error_condition(c);
  }
  friend bool operator!=(error const& e, condition c) noexcept { return !(e == c); }

 private:
  error_code code_{};
  std::unique_ptr<error_details> details_{};
};

/// What `result<T>::value()` and operations wrapped in `throwing()` throw.
class exception : public std::runtime_error {
 public:
  explicit exception(gladia::error e) : std::runtime_error(e.what()), error_(std::move(e)) {}
  /// The error with all its details.
  [[nodiscard]] gladia::error const& error() const noexcept { return error_; }

 private:
  gladia::error error_;
};

/// Throws `gladia::exception`; this is what `result<T>::value()` calls on an error.
[[noreturn]] void throw_exception_from_error(error const& e, boost::source_location const&);

/// A `T`, or the `error` why there is none.
///
/// As `boost::system::result`: test it with `if (r)`, read it with `*r` and `r->member`, the error
/// with `r.error()`; `r.value()` throws `gladia::exception` when there is none. Preconditions: `*r`
/// and `r->` need a value; `r.error()` of a value is an `error` that holds none.
///
/// Thread safety: as a value.
template <class T>
class [[nodiscard]] result : public boost::system::result<T, error> {
 public:
  using boost::system::result<T, error>::result;
};

namespace detail {
/// `e` as a `gladia::exception`, or null when there is no error.
[[nodiscard]] std::exception_ptr to_exception_ptr(error const& e);
}  // namespace detail

}  // namespace gladia

#ifdef GLADIA_HEADER_ONLY
#include <gladia/impl/error.ipp>
#endif
