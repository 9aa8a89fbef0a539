#pragma once

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <gladia/error.hpp>
#include <string>
#include <utility>

namespace examples {

/// Where a program listens.
inline void add_listen_options(CLI::App& app, std::string& host, std::uint16_t& port) {
  app.add_option("--host", host, "The address to listen on; 0.0.0.0: all")->capture_default_str();
  app.add_option("--port", port, "The port to listen on; 0: any free one")->capture_default_str();
}

/// Takes connections, one for each call of `accept`. On one thread.
class listener {
 public:
  using tcp = boost::asio::ip::tcp;

  explicit listener(boost::asio::io_context& io) : acceptor_(io), pause_(io) {}

  /// \param port  0: any free one, which `port()` tells
  gladia::error open(std::string const& host, std::uint16_t port) {
    gladia::error_code ec;
    tcp::endpoint const where(boost::asio::ip::make_address(host, ec), port);
    if (ec) {
      return gladia::error(ec, gladia::phase::none,
                           '\'' + host + "' is no IP address, such as 127.0.0.1 or 0.0.0.0");
    }
    acceptor_.open(where.protocol(), ec);
    if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor_.bind(where, ec);
    if (!ec) acceptor_.listen(tcp::acceptor::max_listen_connections, ec);
    if (!ec) return {};
    return gladia::error(ec, gladia::phase::none,
                         "cannot listen on " + host + ", port " + std::to_string(port));
  }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  /// Waits for the next connection; one call at a time. Nothing comes once it is closed.
  void accept(std::function<void(tcp::socket)> handler) {
    acceptor_.async_accept(
        [this, handler = std::move(handler)](gladia::error_code ec, tcp::socket socket) mutable {
          if (!acceptor_.is_open()) return;
          if (!ec) return handler(std::move(socket));
          // Too many open files, for example: some will be closed.
          pause_.expires_after(std::chrono::milliseconds(100));
          pause_.async_wait([this, handler = std::move(handler)](gladia::error_code) mutable {
            if (acceptor_.is_open()) accept(std::move(handler));
          });
        });
  }
  bool is_open() const { return acceptor_.is_open(); }
  void close() {
    acceptor_.close();
    pause_.cancel();
  }

 private:
  tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
};

}  // namespace examples
