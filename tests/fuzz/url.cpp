// URLs mean the same after they were written out, and show no secret. The input is four lines: a
// URL, a reference in it, a proxy and what is not to go through it.
#include <gladia/net/proxy.hpp>
#include <gladia/net/url.hpp>

#include <string>

#include "support.hpp"

using fuzz::require;
using gladia::net::url;

namespace {

constexpr char token[] = "S3cret-Canary";

bool shows_token(std::string const& text) {
  return text.find(token) != std::string::npos;
}

bool is_same(url const& a, url const& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port && a.target == b.target;
}

void check_parts(url const& u) {
  auto const port = std::stoi(u.port);
  require(port >= 1 && port <= 65535, "a port is a port");
  require(!u.host.empty(), "there is a host");
  require(u.target.front() == '/', "a target is absolute");
  require(u.target.find_first_of(" #") == std::string::npos, "a target can stand in a request");
  require(fuzz::is_one_line(u.reveal()), "no control character can reach a header");
  auto const again = gladia::net::parse_url(u.reveal());
  require(again && is_same(*again, u), "a URL that was written out is the same");
}

void check_secrecy(std::string_view text) {
  if (shows_token(std::string(text))) return;  // a fuzzer finds the token, too
  for (auto const& with_token : {std::string(text) + "?token=" + token,
                                 std::string("wss://u:") + token + "@" + std::string(text)}) {
    auto const u = gladia::net::parse_url(with_token);
    require(!shows_token(u ? u->redacted() : u.error().what()), "a token is never shown");
  }
}

void check_reference(url const& base, std::string_view reference) {
  auto const resolved = gladia::net::resolve_url(base, reference);
  if (!resolved) return;
  check_parts(*resolved);
  bool const may_leave =
      reference.substr(0, 2) == "//" ||
      reference.substr(0, reference.find_first_of("/?#")).find(':') != std::string_view::npos;
  require(may_leave || resolved->origin() == base.origin(), "a path stays on its server");
  if (reference.empty()) require(is_same(*resolved, base), "nothing refers to the URL itself");
}

void check_proxy(std::string_view address, std::string_view no_proxy, url const& target) {
  gladia::net::proxy_options options;
  options.url = std::string("http://user:") + token + "@" + std::string(address);
  options.no_proxy = std::string(no_proxy);
  options.use_environment = false;
  auto const proxy = gladia::net::select_proxy(options, target);
  if (!proxy) {
    require(proxy.error() == gladia::errc::invalid_options, "a faulty proxy is one code");
    require(!shows_token(proxy.error().what()), "a password is never shown");
    return;
  }
  if (target.is_loopback()) require(!*proxy, "loopback is reached directly");
  if (!*proxy) return;
  require(!(*proxy)->host.empty() && !(*proxy)->port.empty(), "a proxy has an address");
  require(fuzz::is_one_line((*proxy)->authorization.reveal()), "nothing can break into a header");
  options.no_proxy += ",*";
  auto const none = gladia::net::select_proxy(options, target);
  require(none && !*none, "everything can be excluded");
}

void check_encoding(std::string_view text) {
  auto const encoded = gladia::net::percent_encode(text);
  auto const u = gladia::net::parse_url("http://host/" + encoded);
  require(u && u->target == "/" + encoded, "encoded text is one segment of a path");
  std::string decoded;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    bool const is_escape = encoded[i] == '%';
    decoded += is_escape ? static_cast<char>(std::stoi(encoded.substr(i + 1, 2), nullptr, 16))
                         : encoded[i];
    if (is_escape) i += 2;
  }
  require(decoded == text, "it can be decoded");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::input in(data, size);
  auto const text = in.until("\n");
  auto const reference = in.until("\n");
  auto const proxy = in.until("\n");
  auto const no_proxy = in.rest();

  check_encoding(text);
  check_secrecy(text);
  auto const u = gladia::net::parse_url(text);
  if (!u) {
    require(u.error() == gladia::errc::invalid_url, "a text that is no URL is one code");
    return 0;
  }
  check_parts(*u);
  check_reference(*u, reference);
  check_proxy(proxy, no_proxy, *u);
  return 0;
}
