#include "another_asio.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <thread>

namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

struct echo {
  explicit echo(asio::io_context& io)
      : acceptor(io, {asio::ip::address_v4::loopback(), 0}), server(io), client(io), pause(io) {
    client.connect(acceptor.local_endpoint());
    acceptor.accept(server);
    answer();
    ask();
  }

  void answer() {
    server.async_read_some(asio::buffer(&question, 1), [this](auto ec, std::size_t) {
      if (ec) return;
      asio::async_write(server, asio::buffer(&question, 1),
                        [this](auto, std::size_t) { answer(); });
    });
  }
  void ask() {
    if (std::chrono::steady_clock::now() > end) return client.close();
    asio::async_write(client, asio::buffer(&byte, 1), [this](auto, std::size_t) {
      client.async_read_some(asio::buffer(&byte, 1), [this](auto ec, std::size_t) {
        if (ec) return;
        ++times;
        pause.expires_after(std::chrono::microseconds(100));
        pause.async_wait([this](auto) { ask(); });
      });
    });
  }

  tcp::acceptor acceptor;
  tcp::socket server, client;
  asio::steady_timer pause;
  char question = 0, byte = 1;
  int times = 0;
  std::chrono::steady_clock::time_point end =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
};

}  // namespace

int echo_with_another_asio() {
  asio::io_context io;
  echo e(io);
  asio::post(asio::make_strand(io), [] {});
  io.run();
  return e.times;
}
