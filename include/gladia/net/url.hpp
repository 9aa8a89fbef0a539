#pragma once

#include <string>
#include <string_view>

#include <gladia/error.hpp>

namespace gladia::net {

/// The parts of an `http`, `https`, `ws` or `wss` URL.
struct url {
  std::string scheme{};      ///< in lower case
  std::string host{};        ///< without brackets, in lower case
  std::string port{};        ///< in digits; the scheme's default where the URL has none
  std::string target = "/";  ///< path and query, percent-encoded as given; never empty

  /// Whether the connection is to be encrypted.
  [[nodiscard]] bool is_secure() const noexcept { return scheme == "https" || scheme == "wss"; }
  /// Whether `host` is this machine: `localhost`, 127.0.0.0/8 or `::1`.
  [[nodiscard]] bool is_loopback() const noexcept;
  /// Host and port, for example `api.gladia.io` or `[::1]:8080`. The scheme's default port is left
  /// out.
  [[nodiscard]] std::string authority() const;
  /// Scheme and authority; `ws` counts as `http`, and `wss` as `https`. Secrets may be sent to two
  /// URLs only if their origins are equal.
  [[nodiscard]] std::string origin() const;
  /// The whole URL, as it is requested. The URL may hold a token: never log the URL.
  [[nodiscard]] std::string reveal() const;
  /// The URL for people, with `***` in place of the query's values.
  [[nodiscard]] std::string redacted() const;
};

/// Parses a URL.
///
/// Errors: `errc::invalid_url` for a text that is no URL, for another scheme, user information, a
/// missing host, a bad port, spaces or control characters. The message shows the text with `***` in
/// place of secrets. A fragment is left out.
[[nodiscard]] result<url> parse_url(std::string_view text);

/// Resolves a `Location` or a relative URL against the URL that it was found at (RFC 3986, section
/// 5). Spaces and bytes that are not ASCII, which some servers forget to encode, are
/// percent-encoded.
///
/// Errors: as `parse_url`, except that spaces in path and query are no error.
[[nodiscard]] result<url> resolve_url(url const& base, std::string_view reference);

/// `text` with all characters percent-encoded, except the unreserved ones of RFC 3986.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace gladia::net

#ifdef GLADIA_HEADER_ONLY
#include <gladia/net/impl/url.ipp>
#endif
