#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <gladia/net/url.hpp>
#include <gladia/secret.hpp>

namespace gladia::net {

/// An HTTP proxy that is asked to CONNECT, for HTTP and WebSocket alike. Never used for loopback.
struct proxy_options {
  /// `http://[user:password@]host[:port]`. Empty: `https_proxy` or `HTTPS_PROXY` of the environment
  /// for encrypted links and `http_proxy` for others, read when the client is made.
  secret url{};
  /// Hosts to reach directly, separated by commas or blanks: a name with all names below it
  /// (`corp.example`, `.corp.example`), only those below it (`*.corp.example`), an address
  /// (`10.0.0.1`, `[2001:db8::1]`), a network (`10.0.0.0/8`, `2001:db8::/32`), or `*` for all. A
  /// name or an address may have a port (`corp.example:8443`). Names are not looked up. Empty:
  /// `no_proxy` or `NO_PROXY` of the environment.
  std::string no_proxy{};
  /// Whether to read the environment at all.
  bool use_environment = true;
};

/// A proxy as it is used.
struct proxy {
  std::string host{};
  std::string port{};
  secret authorization{};  ///< the value of `Proxy-Authorization`, or empty
};

/// `options` with what is empty filled in from the environment.
[[nodiscard]] proxy_options with_environment(proxy_options options, bool secure);

/// The proxy for `target`, or none if it is to be reached directly.
///
/// Errors: `errc::invalid_options` for a proxy URL that cannot be parsed or is not `http`.
[[nodiscard]] result<std::optional<proxy>> select_proxy(proxy_options const& options,
                                                        url const& target);

}  // namespace gladia::net

#ifdef GLADIA_HEADER_ONLY
#include <gladia/net/impl/proxy.ipp>
#endif
