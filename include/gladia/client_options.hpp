#pragma once

#include <string>

#include <gladia/logger.hpp>
#include <gladia/net/http_retry.hpp>
#include <gladia/net/proxy.hpp>
#include <gladia/net/timeouts.hpp>
#include <gladia/net/tls.hpp>
#include <gladia/secret.hpp>

namespace gladia {

/// What a client is made with. The client keeps a copy.
///
/// Where the comment of a member names a variable of the environment, the variable is read when the
/// client is made, and counts if the member is empty. Each call reports a member that cannot be
/// right: `errc::invalid_url` for `api_url`, `insecure_url` where `allow_insecure` is needed and
/// not set, `invalid_options` for the rest.
struct client_options {
  /// The key from https://app.gladia.io. Empty: `GLADIA_API_KEY`.
  ///
  /// Without a key, sessions can only be attached to; everything else fails with
  /// `errc::missing_api_key`. The key is optional for loopback URLs; the emulator accepts any key
  /// that is not empty.
  secret api_key{};
  /// `https://host[:port][/prefix]`; `wss` counts as `https`, `ws` as `http`. Empty:
  /// `GLADIA_API_URL`, else `https://api.gladia.io`.
  std::string api_url{};
  /// Where sessions run: `us-west` or `eu-west`. Empty: `GLADIA_REGION`, else the server decides.
  /// The region is sent only when a session is created, and only the server checks its name.
  std::string region{};
  /// Whether plain `http://` and `ws://` may be used to another machine than this one. Others can
  /// then read keys and audio on their way.
  bool allow_insecure = false;
  /// The name of your application, for example `my-app/1.2`. The headers `x-gladia-version` and
  /// `User-Agent` carry this name in front of the library's own. Empty: the library's name alone.
  /// Control characters are refused.
  std::string application{};
  /// Which servers are trusted, and how this client proves who it is.
  net::tls_options tls{};
  /// The HTTP proxy between this machine and the server, if there is one.
  net::proxy_options proxy{};
  /// How long each step of reaching the server may take in an HTTP call; `net::timeouts` has the
  /// defaults. Sessions have their own limits in `session_options`, also for creating their job.
  net::timeouts timeouts{};
  /// How often an HTTP call is tried: twice by default. Creating a session is such a call.
  net::http_retry retry{};
  /// Where log lines go: nowhere by default.
  gladia::logger logger{};
};

}  // namespace gladia
