#pragma once

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gladia/error.hpp>
#include <gladia/net/url.hpp>

// A client of the emulator that shares no code with the library but the parsing of URLs.

namespace gladia::test {

namespace asio = boost::asio;
namespace beast = boost::beast;
using json = nlohmann::json;

/// Runs one operation at a time on the calling thread, each for at most 10 s.
class blocking_io {
 public:
  asio::io_context context{};

  /// \param start Gets the completion handler; \param abandon ends an operation that takes too
  /// long.
  template <class Start, class Abandon>
  error_code run(Start start, Abandon abandon) {
    std::optional<error_code> outcome;
    start([&outcome](error_code ec, auto const&...) { outcome = ec; });
    context.restart();
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!outcome && context.run_one_until(deadline) > 0) {
    }
    if (outcome) return *outcome;
    abandon();
    context.restart();
    context.run();
    return asio::error::timed_out;
  }
};

struct http_answer {
  int status = 0;
  beast::http::fields headers{};
  std::string body{};
  error_code error{};  // where there is no whole answer

  json parsed() const { return json::parse(body, nullptr, false); }
};

using header_list = std::vector<std::pair<std::string, std::string>>;

/// One HTTP request on a connection of its own.
template <class Stream>
http_answer exchange_on(blocking_io& io, Stream& stream, std::string const& method,
                        net::url const& url, header_list const& headers, std::string body) {
  beast::http::request<beast::http::string_body> request;
  request.version(11);
  request.method_string(method);
  request.target(url.target);
  request.set("Host", url.authority());
  request.set("Connection", "close");
  for (auto const& [name, value] : headers) request.set(name, value);
  request.body() = std::move(body);
  request.prepare_payload();
  auto const abandon = [&] { beast::get_lowest_layer(stream).close(); };
  http_answer answer;
  answer.error =
      io.run([&](auto handler) { beast::http::async_write(stream, request, std::move(handler)); },
             abandon);
  if (answer.error) return answer;
  beast::flat_buffer buffer;
  beast::http::response<beast::http::string_body> response;
  answer.error = io.run(
      [&](auto handler) { beast::http::async_read(stream, buffer, response, std::move(handler)); },
      abandon);
  answer.status = static_cast<int>(response.result_int());
  answer.headers = response.base();
  answer.body = response.body();
  return answer;
}

/// Sends one HTTP request; over TLS if the URL says so, trusting `ca_pem`.
inline http_answer exchange(std::string const& method, std::string const& text,
                            header_list const& headers = {{"x-gladia-key", "key"}},
                            std::string body = {}, std::string const& ca_pem = {}) {
  auto const url = net::parse_url(text).value();
  blocking_io io;
  asio::ip::tcp::socket socket(io.context);
  asio::ip::tcp::endpoint const where(asio::ip::make_address(url.host),
                                      static_cast<unsigned short>(std::stoi(url.port)));
  socket.connect(where);
  if (!url.is_secure()) return exchange_on(io, socket, method, url, headers, std::move(body));
  asio::ssl::context tls(asio::ssl::context::tls_client);
  tls.add_certificate_authority(asio::buffer(ca_pem));
  tls.set_verify_mode(asio::ssl::verify_peer);
  asio::ssl::stream<asio::ip::tcp::socket> stream(std::move(socket), tls);
  http_answer failed;
  failed.error = io.run(
      [&](auto handler) {
        stream.async_handshake(asio::ssl::stream_base::client, std::move(handler));
      },
      [&] { stream.lowest_layer().close(); });
  if (failed.error) return failed;
  return exchange_on(io, stream, method, url, headers, std::move(body));
}

/// A WebSocket client over `Stream`.
template <class Stream>
class basic_socket_client {
 public:
  template <class... Args>
  explicit basic_socket_client(Args&... args)
      : make_([this, &args...] {
          return std::make_unique<beast::websocket::stream<Stream>>(io_.context, args...);
        }) {
    reset();
  }

  /// A new link, not yet open; the old one is dropped.
  void reset() {
    stream_ = make_();
    stream_->auto_fragment(false);
    stream_->read_message_max(std::size_t{128} << 20);
    stream_->control_callback([this](beast::websocket::frame_type type, beast::string_view) {
      if (type == beast::websocket::frame_type::pong) ++pongs;
      if (type == beast::websocket::frame_type::ping) ++pings;
    });
  }

  /// Opens the link; the HTTP status of the answer is in `status`.
  error_code open(std::string const& text) {
    auto const url = net::parse_url(text).value();
    asio::ip::tcp::endpoint const where(asio::ip::make_address(url.host),
                                        static_cast<unsigned short>(std::stoi(url.port)));
    beast::get_lowest_layer(*stream_).connect(where);
    if constexpr (!std::is_same_v<Stream, asio::ip::tcp::socket>) {
      auto const ec = run([&](auto handler) {
        stream_->next_layer().async_handshake(asio::ssl::stream_base::client, std::move(handler));
      });
      if (ec) return ec;
    }
    beast::websocket::response_type response;
    auto const ec = run([&](auto handler) {
      stream_->async_handshake(response, url.authority(), url.target, std::move(handler));
    });
    status = static_cast<int>(response.result_int());
    return ec;
  }

  error_code send(std::string_view audio) {
    stream_->binary(true);
    return write(audio);
  }
  error_code send_text(std::string_view text) {
    stream_->text(true);
    return write(text);
  }
  error_code stop() { return send_text(R"({"type":"stop_recording"})"); }
  error_code ping() {
    return run([&](auto handler) { stream_->async_ping({}, std::move(handler)); });
  }
  error_code close(std::uint16_t code) {
    return run([&](auto handler) { stream_->async_close(code, std::move(handler)); });
  }
  /// Loses the link without a word.
  void drop() { beast::get_lowest_layer(*stream_).close(); }

  /// The next message as JSON, whatever kind of frame it came in; nothing once the link has ended.
  std::optional<json> receive() {
    auto const text = receive_text();
    if (!text) return std::nullopt;
    return json::parse(*text, nullptr, false);
  }
  std::optional<std::string> receive_text() {
    beast::flat_buffer buffer;
    end = run([&](auto handler) { stream_->async_read(buffer, std::move(handler)); });
    if (end) return std::nullopt;
    return beast::buffers_to_string(buffer.cdata());
  }
  /// The next message of a type; those before it are thrown away.
  std::optional<json> receive(std::string_view type) {
    while (auto message = receive()) {
      if (message->is_object() && message->value("type", "") == type) return message;
    }
    return std::nullopt;
  }
  /// All messages to the end of the link.
  std::vector<json> drain() {
    std::vector<json> messages;
    while (auto message = receive()) messages.push_back(std::move(*message));
    return messages;
  }
  /// Of the server's close frame, or 0.
  std::uint16_t close_code() const { return static_cast<std::uint16_t>(stream_->reason().code); }

  int status = 0;    // of the handshake
  error_code end{};  // of the last read
  int pongs = 0;     // received
  int pings = 0;     // received

 private:
  template <class Start>
  error_code run(Start start) {
    return io_.run(std::move(start), [this] { drop(); });
  }
  error_code write(std::string_view bytes) {
    return run([&](auto handler) {
      stream_->async_write(asio::buffer(bytes.data(), bytes.size()), std::move(handler));
    });
  }

  blocking_io io_{};
  std::function<std::unique_ptr<beast::websocket::stream<Stream>>()> make_;
  std::unique_ptr<beast::websocket::stream<Stream>> stream_{};
};

using socket_client = basic_socket_client<asio::ip::tcp::socket>;
using tls_socket_client = basic_socket_client<asio::ssl::stream<asio::ip::tcp::socket>>;

}  // namespace gladia::test
