#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace gladia::test {

/// Stands between a client and a port of loopback as a slow uplink does: what the client sends gets
/// through in portions, what it does not take stays with the client's system.
class slow_relay {
  using tcp = boost::asio::ip::tcp;

 public:
  /// The bytes of a portion.
  static constexpr std::size_t portion = 256;
  /// How long a connection waits before its next portion, by how many there were.
  using pace = std::function<std::chrono::microseconds(std::size_t portions)>;

  static pace at(std::size_t bytes_per_second) {
    return [=](std::size_t) {
      return std::chrono::microseconds(portion * 1'000'000 / bytes_per_second);
    };
  }

  slow_relay(std::string const& port, pace how_fast)
      : target_(boost::asio::ip::address_v4::loopback(),
                static_cast<unsigned short>(std::stoi(port))),
        pace_(std::move(how_fast)) {
    acceptor_.open(tcp::v4());
    // Before there are connections, which have these from here. Loopback's segments of 64 KiB would
    // wait for a window that never opens so far.
    acceptor_.set_option(boost::asio::socket_base::receive_buffer_size(4 * 1024));
    int const segment = 1448;
    ::setsockopt(acceptor_.native_handle(), IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    acceptor_.bind({boost::asio::ip::address_v4::loopback(), 0});
    acceptor_.listen();
    number_ = acceptor_.local_endpoint().port();
    accept();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~slow_relay() {
    io_.stop();
    thread_.join();
  }
  slow_relay(slow_relay const&) = delete;
  slow_relay& operator=(slow_relay const&) = delete;

  std::string port() const { return std::to_string(number_); }

 private:
  struct link : std::enable_shared_from_this<link> {
    link(tcp::socket accepted, pace const& how_fast)
        : client(std::move(accepted)),
          server(client.get_executor()),
          due(client.get_executor()),
          next_wait(how_fast) {}

    void go_up() {
      due.expires_after(next_wait(portions++));
      due.async_wait([self = shared_from_this()](auto) {
        self->client.async_read_some(
            boost::asio::buffer(self->up), [self](auto failed, std::size_t size) {
              self->pass(failed, self->server, boost::asio::buffer(self->up, size), &link::go_up);
            });
      });
    }
    void go_down() {
      server.async_read_some(
          boost::asio::buffer(down), [self = shared_from_this()](auto failed, std::size_t size) {
            self->pass(failed, self->client, boost::asio::buffer(self->down, size), &link::go_down);
          });
    }
    void pass(boost::system::error_code failed, tcp::socket& to, boost::asio::mutable_buffer bytes,
              void (link::*next)()) {
      if (failed) return end();
      boost::asio::async_write(to, bytes,
                               [self = shared_from_this(), next](auto not_written, std::size_t) {
                                 not_written ? self->end() : ((*self).*next)();
                               });
    }
    void end() {
      boost::system::error_code ignored;
      client.close(ignored);
      server.close(ignored);
    }

    tcp::socket client, server;
    boost::asio::steady_timer due;
    pace const& next_wait;
    std::size_t portions = 0;
    std::array<char, portion> up{};
    std::array<char, 4096> down{};
  };

  void accept() {
    acceptor_.async_accept([this](auto failed, tcp::socket socket) {
      if (failed) return;
      auto const made = std::make_shared<link>(std::move(socket), pace_);
      made->server.async_connect(target_, [made](auto not_connected) {
        if (not_connected) return;
        made->go_up();
        made->go_down();
      });
      accept();
    });
  }

  tcp::endpoint target_;
  pace pace_;
  boost::asio::io_context io_;
  tcp::acceptor acceptor_{io_};
  unsigned short number_ = 0;
  std::thread thread_;
};

}  // namespace gladia::test
