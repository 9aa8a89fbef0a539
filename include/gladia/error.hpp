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

/// Codes for what the operating system and OpenSSL have no codes for.
///
/// `docs/errors.md` lists every code, with the line that a user sees and what to do.
enum class errc {
  // What the caller gave or asked for.
  invalid_request = 1,  ///< members of the request cannot be right; `message` lists all of them
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
  unsupported_audio,  ///< the server does not take this encoding, rate, depth or channel count
  truncated_audio,  ///< a WAV file ends within its header, or a recording shrinks while it is read

  // Network.
  timeout,             ///< the step `details().phase` took too long; also for HTTP 408 and 425
  link_dead,           ///< the server stopped answering: neither data nor pong
  send_stalled,        ///< the server stopped reading
  no_trust_anchors,    ///< no CA certificate could be loaded, so no server can be trusted
  tls_unavailable,     ///< OpenSSL, as it is configured here, cannot encrypt
  proxy_refused,       ///< the proxy answered CONNECT with another status than 2xx
  too_many_redirects,  ///< more than 20 redirects, or more than 5 of a WebSocket handshake
  bad_redirect,  ///< no usable `Location`; for a handshake also one to another scheme, host or port

  // HTTP status of a response or of the WebSocket handshake.
  bad_request,        ///< 400, 413, 422: a parameter is wrong; see `details().validation_errors`
  unauthorized,       ///< 401: the API key or token is unknown
  payment_required,   ///< 402: the plan does not cover this
  forbidden,          ///< 403: not allowed now; a job that is not done yet cannot be deleted
  not_found,          ///< 404, 410: there is no such thing at the server, or no longer
  too_many_requests,  ///< 429: a rate or concurrency limit; see `details().retry_after`
  server_error,       ///< 5xx
  unexpected_status,  ///< any other status

  // What the server sent.
  malformed_json,      ///< not JSON, or too deep
  malformed_response,  ///< JSON of an unexpected shape, or not HTTP; `message` says which
  message_too_large,   ///< a message or body is larger than the limit in the options

  // Jobs.
  job_failed,  ///< the job's status is `error`; see `details().job_id` and `job_error_code`

  // How a session ended.
  closed_by_server,  ///< a close code that is not retried; see `close_code` and `close_reason`
  session_gone,      ///< 4403: the job has already ended
  idle_timeout,      ///< 4408: no audio for about 30 s
  no_speech,         ///< 4504: no speech in about a minute of audio
  reconnect_failed,  ///< the link was lost, and the time or the attempts for a new one are used up
  stop_timeout,      ///< the server did not finish within `stop_timeout`
};

/// Groups of codes, to be asked for at once: `error == condition::retryable`.
enum class condition {
  retryable = 1,   ///< the same call may succeed later
  authentication,  ///< the key or token was refused: 401
  quota,           ///< a plan or concurrency limit: 402, 429
};

}  // namespace gladia

/// \cond
template <>
struct boost::system::is_error_code_enum<gladia::errc> : std::true_type {};
template <>
struct boost::system::is_error_condition_enum<gladia::condition> : std::true_type {};
/// \endcond

namespace gladia {

/// The category of `errc`; its name is `gladia`.
[[nodiscard]] boost::system::error_category const& error_category() noexcept;
/// The category of `condition`; its name is `gladia.condition`.
[[nodiscard]] boost::system::error_category const& condition_category() noexcept;

/// `e` as an error code of the category `gladia`; makes an `errc` convertible to `error_code`.
[[nodiscard]] error_code make_error_code(errc e) noexcept;
/// `c` as an error condition; makes a `condition` comparable with error codes.
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
  stop,      ///< after `stop()` was called
};

/// The phase's name, for example `"tls"`.
[[nodiscard]] char const* to_string(phase p) noexcept;

/// All that is known about an error beside its code. A member that is not known is empty or zero.
struct error_details {
  gladia::phase phase = gladia::phase::none;          ///< the step that failed
  int http_status = 0;                                ///< of the response or handshake
  std::uint16_t close_code = 0;                       ///< of the close frame that ended the link
  std::string close_reason{};                         ///< the text in the close frame; untrusted
  std::string message{};                              ///< this library's words
  std::string server_message{};                       ///< the server's words; untrusted text
  std::vector<std::string> validation_errors{};       ///< the server's list, with a 400
  std::string request_id{};                           ///< what Gladia's support asks for
  int attempts = 0;                                   ///< how often the call was tried
  std::chrono::milliseconds elapsed{0};               ///< from the first attempt to the last
  std::optional<std::chrono::seconds> retry_after{};  ///< how long the server asks to wait
  /// Whether the call that failed may have made a job all the same. Look for the job before you
  /// make the call again.
  bool may_have_been_made = false;
  std::string job_id{};    ///< of the job that the call was about, where the id is known
  int job_error_code = 0;  ///< 400..599, of a job that failed
};

/// A code for programs, with everything that a person needs to act on the error.
///
/// `code()` is for programs, `details()` and `what()` are for people. An `error` that holds no
/// error converts to false. An `error` never contains the API key or a token.
///
/// Thread safety: as a value. An `error` without details is cheap: a null pointer beside the code.
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

  /// A copy, with details of its own.
  error(error const& other)
      : code_(other.code_),
        details_(other.details_ ? std::make_unique<error_details>(*other.details_) : nullptr) {}
  /// Takes the details over.
  error(error&&) noexcept = default;
  /// Takes over the code and the details of `other`.
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
  /// What else is known. All members are empty where there are no details. The reference is valid
  /// until the error is changed or destroyed.
  [[nodiscard]] error_details const& details() const noexcept;
  /// The details, to be filled in.
  [[nodiscard]] error_details& edit_details() {
    if (!details_) details_ = std::make_unique<error_details>();
    return *details_;
  }

  /// One line for a person, which leads with the server's words where there are any, for example
  /// `gladia key not found: in answer to GET https://api.gladia.io/v2/live (during response,
  /// HTTP 401, request G-821fe9df) [gladia:unauthorized]`.
  [[nodiscard]] std::string what() const;

  /// Whether the code is `code`.
  friend bool operator==(error const& e, errc code) noexcept {
    return e.code_ == make_error_code(code);
  }
  /// Whether the code is another one than `code`.
  friend bool operator!=(error const& e, errc code) noexcept { return !(e == code); }
  /// Whether the code is `code`.
  friend bool operator==(error const& e, error_code code) noexcept { return e.code_ == code; }
  /// Whether the code is another one than `code`.
  friend bool operator!=(error const& e, error_code code) noexcept { return !(e == code); }
  /// Whether the code belongs to `c`.
  friend bool operator==(error const& e, condition c) noexcept {
    return e.code_ == make_error_condition(c);
  }
  /// Whether the code does not belong to `c`.
  friend bool operator!=(error const& e, condition c) noexcept { return !(e == c); }

 private:
  error_code code_{};
  std::unique_ptr<error_details> details_{};
};

/// What `result<T>::value()` and operations wrapped in `throwing()` throw.
class exception : public std::runtime_error {
 public:
  /// An exception whose `what()` is that of `e`.
  explicit exception(gladia::error e) : std::runtime_error(e.what()), error_(std::move(e)) {}
  /// The error with all its details.
  [[nodiscard]] gladia::error const& error() const noexcept { return error_; }

 private:
  gladia::error error_;
};

/// Throws `e` as a `gladia::exception`. `result<T>::value()` calls this function on an error.
[[noreturn]] void throw_exception_from_error(error const& e, boost::source_location const&);

/// A value of type `T`, or the `error` that says why there is none.
///
/// As `boost::system::result`: `if (r)` tells whether there is a value, `*r` and `r->member` read
/// the value, `r.error()` reads the error. `r.value()` throws `gladia::exception` if there is no
/// value. Precondition of `*r` and `r->`: there is a value. Where there is a value, `r.error()`
/// holds no error.
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
