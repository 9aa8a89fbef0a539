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

/// Header fields in order. Names compare without case.
using http_headers = std::vector<std::pair<std::string, std::string>>;

/// The value of a header field, or null. Valid until the headers change.
[[nodiscard]] std::string const* find_header(http_headers const& headers,
                                             std::string_view name) noexcept;

/// Checks that header fields can be sent as they are: names are tokens, values hold no control
/// character but a tab.
///
/// Errors: `errc::invalid_request`, which names the field and never shows its value.
[[nodiscard]] result<void> check_headers(http_headers const& headers);

/// Receives the body of a 2xx response part by part; an error ends the exchange with it, and no
/// part follows. `part` is valid during the call only. It must not throw.
using body_sink = std::function<result<void>(std::string_view part)>;

/// Hears how much of the body of a 2xx response has come: bytes, and the total where the server
/// said it. It must not throw.
using body_progress =
    std::function<void(std::uint64_t received, std::optional<std::uint64_t> total)>;

/// A body that is read while it is sent, so that it is never whole in memory.
///
/// All of it is called on the call's executor, one after the other, and must not throw.
struct body_source {
  std::uint64_t size = 0;  ///< in bytes: so many are sent
  /// Begins, or begins again; called before each attempt that sends it. An error ends the call,
  /// and is not tried again.
  std::function<result<void>()> begin{};
  /// Whether `begin` may be called a second time. If not, an attempt that sent a part is the last.
  bool can_begin_again = false;
  /// Puts up to `room` bytes at `to`; none only at the end. An error ends the call likewise.
  std::function<result<std::size_t>(char* to, std::size_t room)> read{};
  /// Hears how many bytes of this attempt were handed to the network; optional.
  std::function<void(std::uint64_t sent)> progress{};
};

struct http_response;

/// Adds to `details` what a server says in a refusal: `server_message`, `validation_errors`,
/// `request_id`. It must not throw.
using refusal_reader = void (*)(http_response const& refusal, error_details& details);

/// One HTTP request.
struct http_request {
  std::string method = "GET";
  net::url url{};
  /// Beside `Host`, `User-Agent`, `Connection` and `Content-Length`, which are added.
  http_headers headers{};
  /// Names of headers that a redirect takes to no other origin, and that no error shows, beside
  /// `authorization` and `cookie`.
  std::vector<std::string> secret_headers{};
  std::string body{};
  std::optional<body_source> source{};  ///< the body, if it is read while it is sent
  /// URLs within the body, whose queries no error shows: they may be signed.
  std::vector<std::string> secret_urls{};
  /// What an attempt that got no answer may have left at the server, for the log; optional.
  char const* leaves_behind = nullptr;
  /// Whether it must not be carried out twice: then it is sent again only after a 429, or if it was
  /// not sent whole.
  bool is_unrepeatable = false;
  net::timeouts timeouts{};
  /// From the start of connecting to the end of the body; zero: no limit.
  std::chrono::milliseconds deadline{10000};
  /// The longest time in which nothing of `source` leaves this machine; zero: no limit.
  std::chrono::milliseconds send_idle{0};
  /// The longest silence while reading the response; zero: no limit.
  std::chrono::milliseconds idle{0};
  /// A larger body fails with `errc::message_too_large`. Does not apply to what goes to `sink`.
  std::size_t max_body = std::size_t{64} << 20;
  body_sink sink{};          ///< where the body of a 2xx response goes; empty: into the response
  body_progress progress{};  ///< optional
  refusal_reader read_refusal = nullptr;  ///< optional: then the beginning of the body counts
};

/// One HTTP response, of any status but 1xx, which are passed over.
struct http_response {
  int status = 0;
  http_headers headers{};
  std::string body{};   ///< empty if it went to the sink
  bool is_cut = false;  ///< the body of a refusal was cut, late or too large, and may end anywhere
  /// Where a success is a page, such as a captive portal's: who sent it, and its words.
  std::string page{};
};

/// One request and its response on a connection of their own: no redirect, no retry.
///
/// All members are called, and `done` is called, on the executor the exchange was made with. The
/// pending operations keep the exchange alive; whoever started it need only hold it weakly.
class http_exchange {
 public:
  virtual ~http_exchange() = default;

  /// Connects (through a proxy where one is set), writes the request and reads the response, which
  /// may come while the request is still being written.
  ///
  /// A status other than 2xx counts once the head of the response is whole: its body is words, of
  /// which there is what came within a second and 1 MiB. A 2xx response is whole or an error: the
  /// body ends with its length or its last chunk; with neither, with the connection, over TLS only
  /// if the server says so (close_notify). If it comes before the request was written whole, it is
  /// `errc::malformed_response`.
  ///
  /// `done` is called exactly once, never from within this function. Errors carry the phase;
  /// `details().phase >= phase::response` means that the request was written whole, so that the
  /// server may have acted on it. They are: codes of the network; `errc::timeout` of a phase, the
  /// deadline or the silence; a TLS code whose message says why the certificate was refused;
  /// `errc::no_trust_anchors`, `errc::tls_unavailable`; `errc::proxy_refused`;
  /// `errc::invalid_request` for headers that cannot be sent; `errc::malformed_response` for an
  /// answer that is not HTTP, or that two readers could understand in two ways;
  /// `errc::message_too_large`; the sink's own; `operation_aborted` after `cancel`.
  virtual void start(http_request request, std::function<void(result<http_response>)> done) = 0;

  /// Ends the exchange at once: `done` gets `operation_aborted`. Harmless at any time.
  virtual void cancel() noexcept = 0;
};

}  // namespace gladia::net

#ifdef GLADIA_HEADER_ONLY
#include <gladia/net/impl/http.ipp>
#endif
