#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <gladia/net/url.hpp>
#include <gladia/secret.hpp>

namespace gladia::net {

/// An HTTP proxy, which is asked to CONNECT for HTTP calls and for links. Never used for loopback.
struct proxy_options {
  /// `http://[user:password@]host[:port]`. Empty: read from the environment when the client is
  /// made: `https_proxy` or `HTTPS_PROXY` for encrypted connections, `http_proxy` for others.
  secret url{};
  /// Hosts to reach directly, separated by commas or blanks. Empty: `no_proxy` or `NO_PROXY` of the
  /// environment. Each entry is
  /// - a name with all names below that name (`corp.example`, `.corp.example`),
  /// - only the names below a name (`*.corp.example`),
  /// - an address (`10.0.0.1`, `[2001:db8::1]`) or a network (`10.0.0.0/8`, `2001:db8::/32`), for
  ///   URLs that have an address: names are not looked up,
  /// - `*` for all hosts.
  ///
  /// A name or an address may have a port (`corp.example:8443`).
  std::string no_proxy{};
  /// Whether the environment is read at all.
  bool use_environment = true;
};

/// A proxy as it is used.
struct proxy {
  std::string host{};      ///< name or address
  std::string port{};      ///< in digits
  secret authorization{};  ///< the value of `Proxy-Authorization`, or empty
};

/// `options`, with empty members filled in from the environment.
///
/// \param options  The options as given.
/// \param secure   Whether the connection is to be encrypted.
[[nodiscard]] proxy_options with_environment(proxy_options options, bool secure);

/// The proxy for `target`; none if `target` is to be reached directly.
///
/// Errors: `errc::invalid_options` for a proxy URL that cannot be parsed or is not `http`.
[[nodiscard]] result<std::optional<proxy>> select_proxy(proxy_options const& options,
                                                        url const& target);

}  // namespace gladia::net

#ifdef GLADIA_HEADER_ONLY
#include <gladia/net/impl/proxy.ipp>
#endif
