#pragma once

#include <gladia/api/detail/service.hpp>

#include <gladia/api/impl/answer.ipp>

namespace gladia::api::detail {

GLADIA_DECL net::http_call service::make_call(std::string method, std::string target) const {
  net::http_call call;
  call.request.method = std::move(method);
  call.request.url = api;
  // A prefix of the API's URL, as behind a gateway, stays.
  auto& path = call.request.url.target;
  while (!path.empty() && path.back() == '/') path.pop_back();
  path += target;
  call.request.secret_headers = {"x-gladia-key"};
  if (!api_key.empty()) {
    call.request.headers.emplace_back(call.request.secret_headers.front(), api_key.reveal());
  }
  call.request.headers.emplace_back("x-gladia-version", version_header);
  call.request.headers.emplace_back("Accept", "application/json");
  call.request.timeouts = timeouts;
  call.request.read_refusal = read_refusal;
  return call;
}

GLADIA_DECL error service::check_ready() const {
  if (fault) return fault;
  return api_key.empty() && !api.is_loopback() ? error(errc::missing_api_key) : error();
}

GLADIA_DECL error service::check_secure(net::url const& target) const {
  auto const is_plain_link = target.scheme == "http" || target.scheme == "ws";
  if (!is_plain_link || allow_insecure || target.is_loopback()) return {};
  return error(errc::insecure_url,
               "refused to send secrets and audio unencrypted to " + target.redacted() +
                   ": use https and wss, or set client_options::allow_insecure");
}

GLADIA_DECL error service::check_link(net::url const& link) const {
  if (!api.is_secure() || link.is_secure() || link.is_loopback()) return check_secure(link);
  return error(errc::insecure_url, "the server is encrypted, but names an unencrypted link, " +
                                       link.redacted() + ": it is not followed");
}

}  // namespace gladia::api::detail
