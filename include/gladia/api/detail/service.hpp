#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include <gladia/error.hpp>
#include <gladia/logger.hpp>
#include <gladia/net/http_client.hpp>
#include <gladia/net/timeouts.hpp>
#include <gladia/net/transport.hpp>
#include <gladia/net/url.hpp>
#include <gladia/secret.hpp>

namespace gladia::api::detail {

/// What all calls and sessions of a client share; constant once made.
struct service {
  boost::asio::any_io_executor executor{};
  std::shared_ptr<net::transport> transport{};
  std::shared_ptr<net::http_client> http{};
  net::url api{};  ///< only its origin and path prefix count
  secret api_key{};
  std::string region{};
  std::string version_header{};  ///< `x-gladia-version`
  bool allow_insecure = false;
  net::timeouts timeouts{};
  logger log{};
  /// What is wrong with the client's options; every call reports it.
  error fault{};

  /// A request to the API with the key and version headers.
  /// \param target  path and query, from `/v2` on
  [[nodiscard]] net::http_call make_call(std::string method, std::string target) const;

  /// What keeps an HTTP call from being made: a fault of the options, or no key.
  [[nodiscard]] error check_ready() const;

  /// Whether secrets may be sent to `target`: encrypted, or loopback, or explicitly allowed.
  [[nodiscard]] error check_secure(net::url const& target) const;
  /// The same for a link the service names, which is never less secure than the service.
  [[nodiscard]] error check_link(net::url const& link) const;
};

}  // namespace gladia::api::detail

#ifdef GLADIA_HEADER_ONLY
#include <gladia/api/impl/service.ipp>
#endif
