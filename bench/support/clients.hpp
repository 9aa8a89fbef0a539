#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <gladia.hpp>
#include <nlohmann/json.hpp>
#include <string>

namespace bench {

[[noreturn]] inline void give_up(std::string const& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::fflush(nullptr);
  _exit(1);
}

/// What one writes without this library: Beast's WebSocket, a loop that reads and parses, a write
/// per chunk. No reconnect, no buffer, no limits: nothing but the work that cannot be avoided.
class bare_client {
 public:
  /// What all clients of a process share.
  struct shared {
    shared(boost::asio::io_context& c, std::uint16_t p) : io(c), port(p) {}
    boost::asio::io_context& io;
    std::uint16_t port;
  };

  explicit bare_client(shared& s) : bare_client(s, s.io.get_executor()) {}
  bare_client(shared& s, boost::asio::any_io_executor executor)
      : port_(s.port), stream_(std::move(executor)) {}

  void open(std::function<void()> on_open) {
    on_open_ = std::move(on_open);
    boost::asio::ip::tcp::endpoint const server(boost::asio::ip::address_v4::loopback(), port_);
    stream_.next_layer().async_connect(server, [this](error_code ec) {
      check(ec);
      stream_.next_layer().set_option(boost::asio::ip::tcp::no_delay(true));
      stream_.binary(true);
      stream_.async_handshake("localhost", "/", [this](error_code failure) {
        check(failure);
        read();
        on_open_();
      });
    });
  }

  /// Returns whether it took the chunk.
  bool send(boost::asio::const_buffer chunk) {
    if (is_writing_) return false;
    is_writing_ = true;
    stream_.async_write(chunk, [this](error_code ec, std::size_t) {
      check(ec);
      is_writing_ = false;
    });
    return true;
  }

  std::uint64_t acknowledged() const { return acknowledged_; }

 private:
  using error_code = boost::system::error_code;

  static void check(error_code ec) {
    if (ec) give_up("bare client: " + ec.message());
  }

  void read() {
    stream_.async_read(buffer_, [this](error_code ec, std::size_t) {
      check(ec);
      auto const data = buffer_.cdata();
      auto const* text = static_cast<char const*>(data.data());
      auto const message = nlohmann::json::parse(text, text + data.size());
      if (message["type"] == "audio_chunk") {
        acknowledged_ = message["data"]["byte_range"][1].get<std::uint64_t>();
      }
      buffer_.consume(buffer_.size());
      read();
    });
  }

  std::uint16_t port_;
  boost::beast::websocket::stream<boost::asio::ip::tcp::socket, false> stream_;
  boost::beast::flat_buffer buffer_;
  bool is_writing_ = false;
  std::uint64_t acknowledged_ = 0;
  std::function<void()> on_open_;
};

/// The same on a strand, as Beast's own examples do it: what it takes where several threads run the
/// `io_context`.
class stranded_client : public bare_client {
 public:
  explicit stranded_client(shared& s) : bare_client(s, boost::asio::make_strand(s.io)) {}
};

/// The same with this library: a session, its event loop, `try_send`.
class gladia_client {
 public:
  struct shared {
    shared(boost::asio::io_context& c, std::uint16_t port)
        : client(c, without_tls()), url("ws://127.0.0.1:" + std::to_string(port) + "/") {}
    /// Nobody is to be trusted; reading the system's certificates takes longer than a turn.
    static gladia::client_options without_tls() {
      gladia::client_options options;
      options.tls.use_system_store = false;
      return options;
    }
    gladia::client client;
    std::string url;
    gladia::live::session_options options{};
  };

  explicit gladia_client(shared& s) : session_(attach(s)) {}

  void open(std::function<void()> on_open) {
    on_open_ = std::move(on_open);
    session_.async_run([](gladia::live::summary end) {
      give_up("gladia: the session ended: " + end.error.what());
    });
    receive();
  }

  bool send(boost::asio::const_buffer chunk) { return static_cast<bool>(session_.try_send(chunk)); }

  std::uint64_t acknowledged() const { return session_.stats().bytes_acknowledged; }

  gladia::live::session& session() noexcept { return session_; }

 private:
  static gladia::live::session attach(shared& s) {
    gladia::live_session_info info;
    info.id = "4a39145c-2844-4557-8f34-34883f7be7d9";
    info.url = s.url;
    return s.client.live().attach(info, {}, s.options);
  }

  void receive() {
    session_.async_receive([this](gladia::result<gladia::live::event> event) {
      if (!event) return;
      if (std::holds_alternative<gladia::live::connected>(*event)) on_open_();
      receive();
    });
  }

  gladia::live::session session_;
  std::function<void()> on_open_;
};

}  // namespace bench
