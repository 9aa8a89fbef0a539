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

  /// The error that prevents HTTP calls: a fault of the options, or no key; else none.
  [[nodiscard]] error check_ready() const;

  /// An error unless secrets may be sent to `target`: encrypted, or loopback, or explicitly
  /// allowed.
  [[nodiscard]] error check_secure(net::url const& target) const;
  /// As `check_secure` for a link that the server names, which must be as secure as the API's URL.
  [[nodiscard]] error check_link(net::url const& link) const;
};

}  // namespace gladia::api::detail

#ifdef GLADIA_HEADER_ONLY
#include <gladia/api/impl/service.ipp>
#endif
