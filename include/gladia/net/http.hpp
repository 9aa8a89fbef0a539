#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gladia/error.hpp>
#include <gladia/net/timeouts.hpp>
#include <gladia/net/url.hpp>

namespace gladia::net {

/// Header fields in order: name and value. Upper and lower case of names make no difference.
using http_headers = std::vector<std::pair<std::string, std::string>>;

/// The value of the header field `name`, or null if there is none. Valid until the headers change.
[[nodiscard]] std::string const* find_header(http_headers const& headers,
                                             std::string_view name) noexcept;

/// Checks that header fields can be sent as they are: names are tokens, and values hold no control
/// character except a tab.
///
/// Errors: `errc::invalid_request`; the message names the field and never shows its value.
[[nodiscard]] result<void> check_headers(http_headers const& headers);

/// A function that is called with each part of the body of a 2xx response. An error that the
/// function returns ends the exchange with that error, and no part follows. `part` is valid only
/// during the call. The function must not throw.
using body_sink = std::function<result<void>(std::string_view part)>;

/// A function that is called with the number of bytes of a 2xx response's body that have come, and
/// with the total, if the server announced one. The function must not throw.
using body_progress =
    std::function<void(std::uint64_t received, std::optional<std::uint64_t> total)>;

/// A body that is read while it is sent, so that the whole body is never in memory.
///
/// The functions are called on the call's executor, one after the other, and must not throw.
struct body_source {
  std::uint64_t size = 0;  ///< how many bytes are sent
  /// Goes to the first byte. Called before each attempt that sends the body. An error ends the call
  /// with that error, without a retry.
  std::function<result<void>()> begin{};
  /// Whether `begin` may be called a second time. If not, an attempt that sent a part is the last
  /// one.
  bool can_begin_again = false;
  /// Puts up to `room` bytes at `to`, and returns how many; 0 means the end. An error ends the call
  /// with that error, without a retry.
  std::function<result<std::size_t>(char* to, std::size_t room)> read{};
  /// Called with the number of bytes of this attempt that were handed to the network. May be empty.
  std::function<void(std::uint64_t sent)> progress{};
};

struct http_response;

/// A function that reads the body of a refusal, and sets `server_message`, `validation_errors` and
/// `request_id` of `details`. The function must not throw.
using refusal_reader = void (*)(http_response const& refusal, error_details& details);

/// One HTTP request.
struct http_request {
  std::string method = "GET";  ///< in upper case
  net::url url{};              ///< where the request goes
  /// Header fields. `Host`, `User-Agent`, `Connection` and `Content-Length` are added to them.
  http_headers headers{};
  /// Names of header fields that a redirect does not take to another origin, and that no error
  /// shows; `authorization` and `cookie` are always treated so.
  std::vector<std::string> secret_headers{};
  std::string body{};                   ///< the body, unless `source` is set
  std::optional<body_source> source{};  ///< a body that is read while it is sent
  /// URLs within the body. No error shows their queries, because the URLs may be signed.
  std::vector<std::string> secret_urls{};
  /// Names what an attempt without an answer may leave behind at the server, for a log line. May be
  /// null.
  char const* leaves_behind = nullptr;
  /// Whether the server must not carry out the request twice. Then the request is sent again only
  /// after a 429, or if it was not sent whole.
  bool is_unrepeatable = false;
  net::timeouts timeouts{};  ///< of the steps up to the request
  /// The time from the start of connecting to the end of the response's body; zero: no limit.
  std::chrono::milliseconds deadline{10000};
  /// The longest time in which no byte of `source` leaves this machine; zero: no limit.
  std::chrono::milliseconds send_idle{0};
  /// The longest silence while the response is read; zero: no limit.
  std::chrono::milliseconds idle{0};
  /// A larger body of a response fails with `errc::message_too_large`. There is no limit for a body
  /// that goes to `sink`.
  std::size_t max_body = std::size_t{64} << 20;
  body_sink sink{};          ///< where the body of a 2xx response goes; empty: into the response
  body_progress progress{};  ///< may be empty
  /// Reads the body of a refusal. Null: the beginning of the body is the server's message.
  refusal_reader read_refusal = nullptr;
};

/// One HTTP response. Responses with a status of 1xx are skipped.
struct http_response {
  int status = 0;          ///< as in the status line
  http_headers headers{};  ///< as they came
  std::string body{};      ///< empty if the body went to the sink
  bool is_cut = false;     ///< a refusal's body was late or too large, and may end anywhere
  /// Set if a 2xx response is a web page, such as a captive portal's: who sent the page, and its
  /// text.
  std::string page{};
};

/// One request and its response on a connection of their own: no redirect, no retry.
///
/// All members must be called on the executor that the exchange was made with; `done` is called
/// there too. Pending operations keep the exchange alive: the caller may hold a `std::weak_ptr`.
class http_exchange {
 public:
  /// Only called when no operation is pending.
  virtual ~http_exchange() = default;

  /// Connects (through a proxy if one is set), writes the request and reads the response. The
  /// response may come while the request is still being written.
  ///
  /// A response with another status than 2xx is complete when its head is whole; its body is the
  /// part that comes within a second, at most 1 MiB. A 2xx response is whole, or an error: the body
  /// ends with its length or its last chunk. A body with neither ends with the connection; over TLS
  /// the server must announce that end (close_notify). A 2xx response that comes before the request
  /// was written whole is `errc::malformed_response`.
  ///
  /// `done` is called exactly once, never from within this function. Errors have the phase in which
  /// they happened: `details().phase >= phase::response` means that the request was written whole,
  /// so the server may have carried out the request. The errors are
  /// - codes of the network;
  /// - `errc::timeout`: of a phase, of `deadline`, `idle` or `send_idle`;
  /// - a TLS code, whose message says why the certificate was refused;
  /// - `errc::no_trust_anchors`, `errc::tls_unavailable`, `errc::proxy_refused`;
  /// - `errc::invalid_request`: header fields cannot be sent;
  /// - `errc::malformed_response`: the answer is not HTTP, or is ambiguous HTTP;
  /// - `errc::message_too_large`;
  /// - an error that the sink returned;
  /// - `operation_aborted`, after `cancel`.
  virtual void start(http_request request, std::function<void(result<http_response>)> done) = 0;

  /// Ends the exchange at once: `done` gets `operation_aborted`. May be called at any time.
  virtual void cancel() noexcept = 0;
};

}  // namespace gladia::net

#ifdef GLADIA_HEADER_ONLY
#include <gladia/net/impl/http.ipp>
#endif
