#pragma once

#include <gladia/net/url.hpp>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <gladia/net/detail/text.hpp>

namespace gladia::net {
namespace detail {

inline std::string_view default_port(std::string_view scheme) noexcept {
  if (scheme == "http" || scheme == "ws") return "80";
  if (scheme == "https" || scheme == "wss") return "443";
  return {};
}

inline bool is_unreserved(char c) noexcept {
  return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

inline void append_percent_encoded(std::string& out, char c) {
  constexpr char digits[] = "0123456789ABCDEF";
  auto const byte = static_cast<unsigned char>(c);
  out += '%';
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

/// A query in which every value, and every part without a name, is replaced.
inline std::string redacted_query(std::string_view query) {
  std::string out;
  while (true) {
    auto const part = query.substr(0, query.find('&'));
    auto const equals = part.find('=');
    if (equals != std::string_view::npos) out += part.substr(0, equals + 1);
    out += "***";
    if (part.size() == query.size()) return out;
    out += '&';
    query.remove_prefix(part.size() + 1);
  }
}

/// A text that could not be parsed, for an error message. Nobody knows where its secrets are, so
/// neither a query nor possible user information is shown.
inline std::string redacted_text(std::string_view text) {
  std::string tail;
  auto const query = text.find('?');
  if (query != std::string_view::npos) {
    text = text.substr(0, query);
    tail = "?***";
  }
  auto const at = text.rfind('@');
  std::string out;
  if (at != std::string_view::npos) {
    auto const scheme = text.find("://");
    if (scheme != std::string_view::npos && scheme < at) out = text.substr(0, scheme + 3);
    out += "***";
    text = text.substr(at);
  }
  constexpr std::size_t shown = 200;
  out += text.substr(0, shown);
  if (text.size() > shown) out += "...";
  for (char& c : out) {
    if (is_control(c)) c = ' ';
  }
  return out + tail;
}

inline error url_error(std::string_view text, std::string const& why) {
  return error(errc::invalid_url, "the URL \"" + redacted_text(text) + "\" " + why);
}

/// The host in lower case and without brackets; empty if `host` is no host.
inline std::string parse_host(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    if (host.size() < 4 || host.back() != ']') return {};
    std::string const address(host.substr(1, host.size() - 2));
    error_code ec;
    // A zone (fe80::1%eth0) has a meaning on one machine only.
    if (address.find('%') != std::string::npos) return {};
    boost::asio::ip::make_address_v6(address, ec);
    return ec ? std::string() : to_lower(address);
  }
  constexpr std::size_t longest = 253;  // RFC 1035, section 2.3.4, as text
  auto const is_host_char = [](char c) {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
  };
  if (host.size() > longest || !std::all_of(host.begin(), host.end(), is_host_char)) return {};
  return to_lower(host);
}

/// The port without leading zeros; empty if `digits` is no port.
inline std::string parse_port(std::string_view digits) {
  std::uint32_t port = 0;
  for (char c : digits) {
    if (!is_digit(c)) return {};
    port = port * 10 + static_cast<std::uint32_t>(c - '0');
    if (port > 65535) return {};
  }
  return port == 0 ? std::string() : std::to_string(port);
}

/// Path and query, ready to be requested.
inline std::string parse_target(std::string_view text) {
  text = text.substr(0, text.find('#'));
  std::string target = text.empty() || text.front() != '/' ? "/" : "";
  for (char c : text) {
    // Such bytes are not allowed in a URL, but seen in redirects.
    if (static_cast<unsigned char>(c) >= 0x80) {
      append_percent_encoded(target, c);
    } else {
      target += c;
    }
  }
  return target;
}

/// Encodes blanks: they are not allowed in a URL, but seen in redirects to storage.
inline std::string with_blanks_encoded(std::string_view reference) {
  std::string encoded;
  for (char c : reference) {
    if (c == ' ') {
      encoded += "%20";
    } else {
      encoded += c;
    }
  }
  return encoded;
}

/// RFC 3986, section 5.2.4.
inline std::string without_dot_segments(std::string_view path) {
  std::string out;
  auto const drop_last = [&out] { out.erase(std::min(out.rfind('/'), out.size())); };
  while (!path.empty()) {
    auto const end = std::min(path.find('/', 1), path.size());
    auto const segment = path.substr(0, end);
    path.remove_prefix(end);
    bool const up = segment == "/..";
    if (up) drop_last();
    if (!up && segment != "/.") {
      out += segment;
    } else if (path.empty()) {
      out += '/';
    }
  }
  return out.empty() ? "/" : out;
}

inline bool has_scheme(std::string_view reference) noexcept {
  auto const scheme = reference.substr(0, reference.find(':'));
  auto const is_scheme_char = [](char c) {
    return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  return scheme.size() < reference.size() && !scheme.empty() && is_alpha(scheme.front()) &&
         std::all_of(scheme.begin(), scheme.end(), is_scheme_char);
}

}  // namespace detail

GLADIA_DECL bool url::is_loopback() const noexcept {
  if (host == "localhost") return true;
  error_code ec;
  auto const address = boost::asio::ip::make_address(host.c_str(), ec);
  // Windows takes 127.1 and 2130706433 for addresses.
  return !ec && address.is_loopback() && (address.is_v6() || address.to_string() == host);
}

GLADIA_DECL std::string url::authority() const {
  auto text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != detail::default_port(scheme)) text += ":" + port;
  return text;
}

GLADIA_DECL std::string url::origin() const {
  return (is_secure() ? "https://" : "http://") + authority();
}

GLADIA_DECL std::string url::reveal() const {
  return scheme + "://" + authority() + target;
}

GLADIA_DECL std::string url::redacted() const {
  auto const query = target.find('?');
  auto text = scheme + "://" + authority() + target.substr(0, query);
  if (query != std::string::npos) {
    text += "?" + detail::redacted_query(std::string_view(target).substr(query + 1));
  }
  return text;
}

GLADIA_DECL result<url> parse_url(std::string_view text) {
  auto const is_bad = [](char c) { return detail::is_control(c) || c == ' ' || c == '\\'; };
  if (std::any_of(text.begin(), text.end(), is_bad)) {
    return detail::url_error(text, "holds a space, a backslash or a control character");
  }
  auto const colon = text.find("://");
  if (colon == std::string_view::npos) {
    return detail::url_error(
        text,
        "has no scheme: it must begin with https:// or wss://, or, for this machine, "
        "with http:// or ws://");
  }
  url parsed;
  parsed.scheme = detail::to_lower(text.substr(0, colon));
  if (detail::default_port(parsed.scheme).empty()) {
    return detail::url_error(text, "must be http, https, ws or wss");
  }

  auto const rest = text.substr(colon + 3);
  auto authority = rest.substr(0, rest.find_first_of("/?#"));
  parsed.target = detail::parse_target(rest.substr(authority.size()));
  if (authority.find('@') != std::string_view::npos) {
    return detail::url_error(text, "holds a user name or password, which is not supported");
  }
  auto const bracket = authority.rfind(']');
  auto const port = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  auto const digits =
      port == std::string_view::npos ? std::string_view() : authority.substr(port + 1);
  parsed.port = detail::parse_port(digits.empty() ? detail::default_port(parsed.scheme) : digits);
  if (parsed.port.empty()) return detail::url_error(text, "has a port that is not 1 to 65535");
  parsed.host = detail::parse_host(authority.substr(0, port));
  if (parsed.host.empty()) return detail::url_error(text, "has no host, or one that cannot be");
  return parsed;
}

GLADIA_DECL result<url> resolve_url(url const& base, std::string_view given) {
  auto const encoded = detail::with_blanks_encoded(given);
  std::string_view reference = encoded;
  if (detail::has_scheme(reference)) return parse_url(reference);
  if (detail::starts_with(reference, "//")) {
    return parse_url(base.scheme + ":" + std::string(reference));
  }
  reference = reference.substr(0, reference.find('#'));
  auto const query = std::min(reference.find('?'), reference.size());
  auto const path = reference.substr(0, query);
  auto const base_path = std::string_view(base.target).substr(0, base.target.find('?'));

  std::string target;
  if (reference.empty()) {
    target = base.target;
  } else if (path.empty()) {
    target = std::string(base_path) + std::string(reference);
  } else {
    auto const folder = path.front() == '/' ? "" : base_path.substr(0, base_path.rfind('/') + 1);
    target = detail::without_dot_segments(std::string(folder) + std::string(path)) +
             std::string(reference.substr(query));
  }
  return parse_url(base.scheme + "://" + base.authority() + target);
}

GLADIA_DECL std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (detail::is_unreserved(c)) {
      out += c;
    } else {
      detail::append_percent_encoded(out, c);
    }
  }
  return out;
}

}  // namespace gladia::net
