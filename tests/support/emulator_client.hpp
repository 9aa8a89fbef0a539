#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gladia/error.hpp>

// A client of the emulator that shares no code with the library but the parsing of URLs.

namespace gladia::test {

namespace asio = boost::asio;
namespace beast = boost::beast;
using json = nlohmann::json;

constexpr std::chrono::seconds usual_time_limit{10};

struct http_answer {
  int status = 0;
  beast::http::fields headers{};
  std::string body{};
  error_code error{};  // where there is no whole answer

  json parsed() const { return json::parse(body, nullptr, false); }
};

using header_list = std::vector<std::pair<std::string, std::string>>;

/// Sends one HTTP request on a connection of its own; over TLS if the URL says so, trusting
/// `ca_pem`.
http_answer exchange(std::string const& method, std::string const& text,
                     header_list const& headers = {{"x-gladia-key", "key"}}, std::string body = {},
                     std::string const& ca_pem = {});

/// A WebSocket client over `Stream`. An operation fails that takes longer than `time_limit`.
template <class Stream>
class basic_socket_client {
 public:
  explicit basic_socket_client(asio::ssl::context* tls = nullptr);

  /// A new link, not yet open; the old one is dropped.
  void reset();

  /// Opens the link; the HTTP status of the answer is in `status`.
  error_code open(std::string const& text);

  error_code send(std::string_view audio);
  error_code send_text(std::string_view text);
  error_code stop() { return send_text(R"({"type":"stop_recording"})"); }
  error_code ping();
  error_code close(std::uint16_t code);
  /// Loses the link without a word.
  void drop();

  /// The next message as JSON, whatever kind of frame it came in; nothing once the link has ended.
  std::optional<json> receive();
  std::optional<std::string> receive_text();
  /// The next message of a type; those before it are thrown away.
  std::optional<json> receive(std::string_view type);
  /// All messages to the end of the link.
  std::vector<json> drain();
  /// Of the server's close frame, or 0.
  std::uint16_t close_code() const;
  /// Beside that code.
  std::string close_reason() const;

  std::chrono::seconds time_limit = usual_time_limit;

  int status = 0;    // of the handshake
  error_code end{};  // of the last read
  int pongs = 0;     // received
  int pings = 0;     // received

 private:
  using socket = beast::websocket::stream<Stream>;

  template <class Start>
  error_code run(Start start);
  error_code write(std::string_view bytes);

  asio::io_context context_{};
  asio::ssl::context* tls_;
  std::unique_ptr<socket> stream_{};
};

using socket_client = basic_socket_client<asio::ip::tcp::socket>;
using tls_socket_client = basic_socket_client<asio::ssl::stream<asio::ip::tcp::socket>>;

// What Beast makes of them takes a compiler seconds.
extern template class basic_socket_client<asio::ip::tcp::socket>;
extern template class basic_socket_client<asio::ssl::stream<asio::ip::tcp::socket>>;

}  // namespace gladia::test
