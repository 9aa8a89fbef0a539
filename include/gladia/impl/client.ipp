#pragma once

#include <gladia/client.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include <gladia/api/detail/service.hpp>
#include <gladia/impl/io_thread.ipp>
#include <gladia/live/impl/client.ipp>
#include <gladia/net/detail/text.hpp>
#include <gladia/pre_recorded/impl/client.ipp>
#include <gladia/version.hpp>

namespace gladia {
namespace detail {

inline std::string or_environment(std::string value, char const* name, char const* otherwise) {
  if (!value.empty()) return value;
  auto const* found = std::getenv(name);
  return found && *found ? found : otherwise;
}

/// The API's URL, with `ws` and `wss` changed to `http` and `https`.
inline result<net::url> parse_api_url(std::string const& text) {
  auto url = net::parse_url(text);
  if (!url) return url;
  if (url->target.find('?') != std::string::npos) {
    return error(errc::invalid_url,
                 "the URL of the API has a query, but paths are put behind it: " + url->redacted());
  }
  if (url->scheme == "ws") url->scheme = "http";
  if (url->scheme == "wss") url->scheme = "https";
  return url;
}

/// Sets the members that depend on the options only. Keeps the first fault.
inline api::detail::service make_service(boost::asio::any_io_executor executor,
                                         client_options options) {
  api::detail::service s;
  auto keep = [&s](error e) {
    if (e && !s.fault) s.fault = std::move(e);
  };
  auto check = [&keep](char const* option, std::string const& text) {
    if (std::none_of(text.begin(), text.end(), net::detail::is_control)) return;
    keep(error(errc::invalid_options, std::string("client_options::") + option +
                                          ": holds a control character, such as a line break"));
  };
  s.executor = std::move(executor);
  s.api_key = options.api_key.empty() ? secret(or_environment({}, "GLADIA_API_KEY", ""))
                                      : std::move(options.api_key);
  check("api_key", s.api_key.reveal());
  check("application", options.application);
  s.region = or_environment(std::move(options.region), "GLADIA_REGION", "");
  s.allow_insecure = options.allow_insecure;
  s.timeouts = options.timeouts;
  s.log = options.logger;
  auto const version = std::string("SdkCpp/") + GLADIA_VERSION_STRING;
  s.version_header = options.application.empty() ? version : options.application + ' ' + version;

  auto api = parse_api_url(
      or_environment(std::move(options.api_url), "GLADIA_API_URL", "https://api.gladia.io"));
  if (api) {
    s.api = std::move(*api);
    keep(s.check_secure(s.api));
  } else {
    keep(api.error());
  }

  auto transport =
      net::make_transport({std::move(options.tls), std::move(options.proxy), s.version_header});
  if (transport) {
    s.transport = std::move(*transport);
  } else {
    keep(transport.error());
  }
  net::http_client_options http;
  http.retry = options.retry;
  http.allow_insecure = options.allow_insecure;
  http.logger = std::move(options.logger);
  s.http = std::make_shared<net::http_client>(s.transport, std::move(http));
  return s;
}

/// Keeps the thread of a client running.
struct io_thread_guard {
  explicit io_thread_guard(std::shared_ptr<io_thread> thread) : io(std::move(thread)) {}
  ~io_thread_guard() { io->let_end(); }
  io_thread_guard(io_thread_guard&&) = delete;

  std::shared_ptr<io_thread> const io;
};

/// The service of a client with a thread of its own.
struct threaded_service : io_thread_guard, api::detail::service {
  threaded_service(std::shared_ptr<io_thread> thread, client_options options)
      : io_thread_guard(std::move(thread)),
        service(make_service(io->get_executor(), std::move(options))) {}
};

inline std::shared_ptr<api::detail::service const> make_threaded_service(client_options options) {
  auto made = std::make_shared<threaded_service>(std::make_shared<io_thread>(), std::move(options));
  io_threads::all().start(made->io);
  return made;
}

}  // namespace detail

GLADIA_DECL client::client(executor_type executor, client_options options)
    : client(std::make_shared<api::detail::service const>(
          detail::make_service(std::move(executor), std::move(options)))) {}

GLADIA_DECL client::client(client_options options)
    : client(detail::make_threaded_service(std::move(options))) {}

}  // namespace gladia
