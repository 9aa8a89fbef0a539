#pragma once

#include <gladia/net/proxy.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <cstdlib>
#include <gladia/base64.hpp>
#include <gladia/detail/percent.hpp>
#include <gladia/net/detail/text.hpp>

namespace gladia::net {
namespace detail {

inline std::string environment(std::initializer_list<char const*> names) {
  for (auto const* name : names) {
    auto const* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

/// The proxy for plain connections. Not `HTTP_PROXY`: in a CGI program that variable holds the
/// `Proxy` header of a request (httpoxy.org). Windows takes both names for one: there a CGI program
/// gets none.
inline std::string plain_proxy_of_environment() {
#ifdef _WIN32
  if (std::getenv("REQUEST_METHOD") != nullptr) return {};
#endif
  return environment({"http_proxy"});
}

/// The value of `Proxy-Authorization` for the user information of a URL.
inline secret basic_authorization(std::string_view userinfo) {
  auto const colon = std::min(userinfo.find(':'), userinfo.size());
  auto const user = gladia::detail::percent_decoded(userinfo.substr(0, colon));
  auto const password =
      gladia::detail::percent_decoded(userinfo.substr(std::min(colon + 1, userinfo.size())));
  return secret("Basic " + gladia::encode_base64(user + ":" + password));
}

inline result<proxy> parse_proxy(secret const& from) {
  std::string_view text = from.reveal();
  auto const invalid = [](std::string const& why) {
    return error(errc::invalid_options,
                 "the proxy URL " + why + "; it must be http://[user:password@]host[:port]");
  };
  auto const scheme = text.find("://");
  if (scheme != std::string_view::npos) {
    if (!equals_ignoring_case(text.substr(0, scheme), "http")) {
      return invalid("has a scheme other than http");
    }
    text.remove_prefix(scheme + 3);
  }
  text = text.substr(0, text.find_first_of("/?#"));
  proxy parsed;
  auto const at = text.rfind('@');
  if (at != std::string_view::npos) {
    constexpr std::size_t longest = 4096;
    if (at > longest) return invalid("has too long a user name or password");
    parsed.authorization = basic_authorization(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  auto const address = parse_url("http://" + std::string(text));
  if (!address) return invalid("cannot be parsed");
  parsed.host = address->host;
  parsed.port = address->port;
  return parsed;
}

inline std::string_view without_dot_at_end(std::string_view name) noexcept {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  return name;
}

/// `corp.example` and `.corp.example` cover this name and all names below it (curl);
/// `*.corp.example` covers only the names below it (Go).
inline bool covers_name(std::string_view entry, std::string_view host) noexcept {
  entry = without_dot_at_end(entry);
  host = without_dot_at_end(host);
  bool const is_below = entry.substr(0, 2) == "*.";
  if (is_below) entry.remove_prefix(1);
  if (!entry.empty() && entry.front() == '.') entry.remove_prefix(1);
  if (entry.empty() || host.size() < entry.size()) return false;
  auto const rest = host.size() - entry.size();
  if (!equals_ignoring_case(host.substr(rest), entry)) return false;
  return rest == 0 ? !is_below : host[rest - 1] == '.';
}

/// `entry` is an address, or a network such as `10.0.0.0/8`, whose host bits may be set.
inline bool covers_address(std::string const& entry, boost::asio::ip::address const& address) {
  namespace ip = boost::asio::ip;
  error_code ec;
  if (entry.find('/') == std::string::npos) return ip::make_address(entry, ec) == address && !ec;
  if (address.is_v4()) {
    auto const network = ip::make_network_v4(entry, ec);
    return !ec && ip::network_v4(address.to_v4(), network.prefix_length()).canonical() ==
                      network.canonical();
  }
  if (entry.front() == '[') return false;  // Windows takes it for an address
  auto const network = ip::make_network_v6(entry, ec);
  return !ec && ip::network_v6(address.to_v6(), network.prefix_length()).canonical() ==
                    network.canonical();
}

/// Whether one entry of a `no_proxy` list covers `target`. Entries may have the forms of curl, Go
/// and Python; if these differ, as in curl.
inline bool covers(std::string_view entry, url const& target) {
  if (entry == "*") return true;
  // An entry may end with a port, but the colons of an address without brackets begin no port.
  auto const bracket = entry.rfind(']');
  auto const colon = entry.find(':', bracket == std::string_view::npos ? 0 : bracket);
  bool const has_port = colon != std::string_view::npos && entry.rfind(':') == colon;
  if (has_port) {
    if (entry.substr(colon + 1) != target.port) return false;
    entry = entry.substr(0, colon);
  }
  if (!entry.empty() && entry.front() == '[' && entry.back() == ']') {
    entry = entry.substr(1, entry.size() - 2);
  }
  error_code not_an_address;
  auto const address = boost::asio::ip::make_address(target.host, not_an_address);
  return not_an_address ? covers_name(entry, target.host)
                        : covers_address(std::string(entry), address);
}

inline bool is_direct(std::string_view no_proxy, url const& target) {
  while (!no_proxy.empty()) {
    auto const end = std::min(no_proxy.find_first_of(", \t"), no_proxy.size());
    if (covers(no_proxy.substr(0, end), target)) return true;
    no_proxy.remove_prefix(std::min(end + 1, no_proxy.size()));
  }
  return false;
}

}  // namespace detail

GLADIA_DECL proxy_options with_environment(proxy_options options, bool secure) {
  if (!options.use_environment) return options;
  if (options.url.empty()) {
    options.url = secure ? detail::environment({"https_proxy", "HTTPS_PROXY"})
                         : detail::plain_proxy_of_environment();
  }
  if (options.no_proxy.empty()) {
    options.no_proxy = detail::environment({"no_proxy", "NO_PROXY"});
  }
  return options;
}

GLADIA_DECL result<std::optional<proxy>> select_proxy(proxy_options const& options,
                                                      url const& target) {
  if (options.url.empty() || target.is_loopback() || detail::is_direct(options.no_proxy, target)) {
    return std::optional<proxy>();
  }
  auto parsed = detail::parse_proxy(options.url);
  if (!parsed) return parsed.error();
  return std::optional<proxy>(std::move(*parsed));
}

}  // namespace gladia::net
