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

  /// Whether the link is to be encrypted.
  [[nodiscard]] bool is_secure() const noexcept { return scheme == "https" || scheme == "wss"; }
  /// Whether `host` is this machine: `localhost`, 127.0.0.0/8 or `::1`.
  [[nodiscard]] bool is_loopback() const noexcept;
  /// `host`, in brackets where it is an IPv6 address, and the port unless it is the default.
  [[nodiscard]] std::string authority() const;
  /// Scheme and authority, which decide whether two URLs may share secrets; `ws` counts as `http`.
  [[nodiscard]] std::string origin() const;
  /// The whole URL, as it is requested. May hold a token: never log it.
  [[nodiscard]] std::string reveal() const;
  /// The URL for a person: the query's values are replaced by `***`.
  [[nodiscard]] std::string redacted() const;
};

/// Parses a URL.
///
/// Errors: `errc::invalid_url` for a text that is no URL, another scheme, user information in it, a
/// missing host, a bad port, spaces or control characters. The message shows the text redacted. A
/// fragment is dropped.
[[nodiscard]] result<url> parse_url(std::string_view text);

/// Resolves a `Location` or a relative URL against the URL it was found in (RFC 3986, section 5).
/// Spaces and bytes that are not ASCII, which servers forget to encode, are percent-encoded.
///
/// Errors: as `parse_url`, but for spaces in path and query.
[[nodiscard]] result<url> resolve_url(url const& base, std::string_view reference);

/// `text` with everything but the unreserved characters of RFC 3986 percent-encoded.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace gladia::net

#ifdef GLADIA_HEADER_ONLY
#include <gladia/net/impl/url.ipp>
#endif
