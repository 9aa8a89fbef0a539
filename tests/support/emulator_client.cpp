#include <support/emulator_client.hpp>

#include <boost/asio/connect.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <type_traits>

#include <gladia/net/url.hpp>

namespace gladia::test {
namespace {

/// Runs one operation on the calling thread.
/// \param start Gets the completion handler; \param abandon ends an operation that takes too long.
template <class Start, class Abandon>
error_code run_in(asio::io_context& context, std::chrono::seconds limit, Start start,
                  Abandon abandon) {
  std::optional<error_code> outcome;
  start([&outcome](error_code ec, auto const&...) { outcome = ec; });
  context.restart();
  auto const deadline = std::chrono::steady_clock::now() + limit;
  while (!outcome && context.run_one_until(deadline) > 0) {
  }
  if (outcome) return *outcome;
  abandon();
  context.restart();
  context.run();
  return asio::error::timed_out;
}

asio::ip::tcp::endpoint endpoint_of(net::url const& url) {
  return {asio::ip::make_address(url.host), static_cast<unsigned short>(std::stoi(url.port))};
}

template <class Stream>
http_answer exchange_on(asio::io_context& context, Stream& stream, std::string const& method,
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
  auto const run = [&](auto start) {
    return run_in(context, usual_time_limit, std::move(start),
                  [&] { beast::get_lowest_layer(stream).close(); });
  };
  http_answer answer;
  answer.error =
      run([&](auto handler) { beast::http::async_write(stream, request, std::move(handler)); });
  if (answer.error) return answer;
  beast::flat_buffer buffer;
  beast::http::response<beast::http::string_body> response;
  answer.error = run(
      [&](auto handler) { beast::http::async_read(stream, buffer, response, std::move(handler)); });
  answer.status = static_cast<int>(response.result_int());
  answer.headers = response.base();
  answer.body = response.body();
  return answer;
}

}  // namespace

http_answer exchange(std::string const& method, std::string const& text, header_list const& headers,
                     std::string body, std::string const& ca_pem) {
  auto const url = net::parse_url(text).value();
  asio::io_context context;
  asio::ip::tcp::socket socket(context);
  socket.connect(endpoint_of(url));
  if (!url.is_secure()) return exchange_on(context, socket, method, url, headers, std::move(body));
  asio::ssl::context tls(asio::ssl::context::tls_client);
  tls.add_certificate_authority(asio::buffer(ca_pem));
  tls.set_verify_mode(asio::ssl::verify_peer);
  asio::ssl::stream<asio::ip::tcp::socket> stream(std::move(socket), tls);
  http_answer failed;
  failed.error = run_in(
      context, usual_time_limit,
      [&](auto handler) {
        stream.async_handshake(asio::ssl::stream_base::client, std::move(handler));
      },
      [&] { stream.lowest_layer().close(); });
  if (failed.error) return failed;
  return exchange_on(context, stream, method, url, headers, std::move(body));
}

template <class Stream>
basic_socket_client<Stream>::basic_socket_client(asio::ssl::context* tls) : tls_(tls) {
  reset();
}

template <class Stream>
void basic_socket_client<Stream>::reset() {
  if constexpr (std::is_same_v<Stream, asio::ip::tcp::socket>) {
    stream_ = std::make_unique<socket>(context_);
  } else {
    stream_ = std::make_unique<socket>(context_, *tls_);
  }
  stream_->auto_fragment(false);
  stream_->read_message_max(std::size_t{128} << 20);
  stream_->control_callback([this](beast::websocket::frame_type type, beast::string_view) {
    if (type == beast::websocket::frame_type::pong) ++pongs;
    if (type == beast::websocket::frame_type::ping) ++pings;
  });
}

template <class Stream>
error_code basic_socket_client<Stream>::open(std::string const& text) {
  auto const url = net::parse_url(text).value();
  beast::get_lowest_layer(*stream_).connect(endpoint_of(url));
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

template <class Stream>
error_code basic_socket_client<Stream>::send(std::string_view audio) {
  stream_->binary(true);
  return write(audio);
}

template <class Stream>
error_code basic_socket_client<Stream>::send_text(std::string_view text) {
  stream_->text(true);
  return write(text);
}

template <class Stream>
error_code basic_socket_client<Stream>::ping() {
  return run([&](auto handler) { stream_->async_ping({}, std::move(handler)); });
}

template <class Stream>
error_code basic_socket_client<Stream>::close(std::uint16_t code) {
  return run([&](auto handler) { stream_->async_close(code, std::move(handler)); });
}

template <class Stream>
void basic_socket_client<Stream>::drop() {
  beast::get_lowest_layer(*stream_).close();
}

template <class Stream>
std::optional<json> basic_socket_client<Stream>::receive() {
  auto const text = receive_text();
  if (!text) return std::nullopt;
  return json::parse(*text, nullptr, false);
}

template <class Stream>
std::optional<std::string> basic_socket_client<Stream>::receive_text() {
  beast::flat_buffer buffer;
  end = run([&](auto handler) { stream_->async_read(buffer, std::move(handler)); });
  if (end) return std::nullopt;
  return beast::buffers_to_string(buffer.cdata());
}

template <class Stream>
std::optional<json> basic_socket_client<Stream>::receive(std::string_view type) {
  while (auto message = receive()) {
    if (message->is_object() && message->value("type", "") == type) return message;
  }
  return std::nullopt;
}

template <class Stream>
std::vector<json> basic_socket_client<Stream>::drain() {
  std::vector<json> messages;
  while (auto message = receive()) messages.push_back(std::move(*message));
  return messages;
}

template <class Stream>
std::uint16_t basic_socket_client<Stream>::close_code() const {
  return static_cast<std::uint16_t>(stream_->reason().code);
}

template <class Stream>
std::string basic_socket_client<Stream>::close_reason() const {
  return stream_->reason().reason.c_str();
}

template <class Stream>
template <class Start>
error_code basic_socket_client<Stream>::run(Start start) {
  return run_in(context_, time_limit, std::move(start), [this] { drop(); });
}

template <class Stream>
error_code basic_socket_client<Stream>::write(std::string_view bytes) {
  return run([&](auto handler) {
    stream_->async_write(asio::buffer(bytes.data(), bytes.size()), std::move(handler));
  });
}

template class basic_socket_client<asio::ip::tcp::socket>;
template class basic_socket_client<asio::ssl::stream<asio::ip::tcp::socket>>;

}  // namespace gladia::test
