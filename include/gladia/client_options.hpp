#pragma once

#include <string>

#include <gladia/logger.hpp>
#include <gladia/net/http_retry.hpp>
#include <gladia/net/proxy.hpp>
#include <gladia/net/timeouts.hpp>
#include <gladia/net/tls.hpp>
#include <gladia/secret.hpp>

namespace gladia {

/// What a client is made with, copied into it. Empty members are taken from the environment when
/// the client is made; options win over the environment. What cannot be right is reported by each
/// call: `errc::invalid_url` for `api_url`, `insecure_url` where `allow_insecure` is missing,
/// `invalid_options` for the rest.
struct client_options {
  /// The key from https://app.gladia.io. Empty: `GLADIA_API_KEY`. Without any, sessions can only be
  /// attached to; everything else fails with `errc::missing_api_key`. Not insisted on where
  /// `api_url` is this machine; the emulator wants one all the same, any.
  secret api_key{};
  /// `https://host[:port][/prefix]`; `wss` counts as `https`, `ws` as `http`. Empty:
  /// `GLADIA_API_URL`, else `https://api.gladia.io`.
  std::string api_url{};
  /// Where sessions are to run: `us-west` or `eu-west`. Empty: `GLADIA_REGION`, else the service
  /// decides. Goes with the creation of a session only, and is checked by the service.
  std::string region{};
  /// Whether plain `http://` and `ws://` may go to another machine: keys and audio can then be read
  /// on the way.
  bool allow_insecure = false;
  /// A word on the application, sent before this library's in `x-gladia-version` and `User-Agent`,
  /// for example `my-app/1.2`. No control characters.
  std::string application{};
  /// Which servers are trusted.
  net::tls_options tls{};
  /// How they are reached.
  net::proxy_options proxy{};
  /// How long each step of reaching them may take, for HTTP calls; `net::timeouts` has the
  /// defaults. Sessions have their own in `session_options`, for the creation of the job too.
  net::timeouts timeouts{};
  /// How often HTTP calls are tried, the creation of a session among them: twice by default.
  net::http_retry retry{};
  /// Where log lines go: nowhere by default.
  gladia::logger logger{};
};

}  // namespace gladia
