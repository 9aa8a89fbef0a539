#pragma once

#include <gladia/net/transport.hpp>

#include <gladia/net/impl/http_exchange.ipp>
#include <gladia/net/impl/websocket.ipp>

namespace gladia::net {
namespace detail {

class tcp_transport final : public transport {
 public:
  explicit tcp_transport(std::shared_ptr<link_environment const> environment)
      : environment_(std::move(environment)) {}

  std::shared_ptr<websocket> make_websocket(boost::asio::any_io_executor const& executor) override {
    return std::make_shared<tcp_websocket>(executor, environment_);
  }
  std::shared_ptr<http_exchange> make_http_exchange(
      boost::asio::any_io_executor const& executor) override {
    return std::make_shared<tcp_http_exchange>(executor, environment_);
  }

 private:
  std::shared_ptr<link_environment const> environment_;
};

}  // namespace detail

GLADIA_DECL result<std::shared_ptr<transport>> make_transport(transport_options options) {
  if (!options.proxy.url.empty()) {
    if (auto proxy = detail::parse_proxy(options.proxy.url); !proxy) return proxy.error();
  }
  auto sendable = check_headers({{"User-Agent", options.user_agent}});
  if (!sendable) {
    return error(errc::invalid_options, "user_agent: " + sendable.error().details().message);
  }
  auto tls = detail::make_tls_context(options.tls);
  if (!tls) return tls.error();
  auto environment = std::make_shared<detail::link_environment>();
  environment->tls = std::move(*tls);
  environment->secure_proxy = with_environment(options.proxy, true);
  environment->plain_proxy = with_environment(options.proxy, false);
  environment->user_agent = std::move(options.user_agent);
  return std::shared_ptr<transport>(std::make_shared<detail::tcp_transport>(environment));
}

}  // namespace gladia::net
