#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <vector>

namespace gladia::test {

/// A port of loopback that is given to nobody else: bound here, but a program that is told its
/// number can listen on it, as both sides allow the address to be used twice.
class reserved_port {
 public:
  reserved_port() {
    socket_.open(boost::asio::ip::tcp::v4());
    socket_.set_option(boost::asio::socket_base::reuse_address(true));
    socket_.bind({boost::asio::ip::address_v4::loopback(), 0});
  }

  boost::asio::ip::tcp::endpoint endpoint() const { return socket_.local_endpoint(); }
  std::string number() const { return std::to_string(endpoint().port()); }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_{io_};
};

/// A port of loopback whose queue of connections is full: the system drops what comes next.
class full_port {
 public:
  explicit full_port(std::string const& address = "127.0.0.1", unsigned short port = 0) {
    acceptor_.bind({boost::asio::ip::make_address(address), port});
    acceptor_.listen(0);
    queue_.reserve(4);
    for (int i = 0; i < 4; ++i) {
      queue_.emplace_back(io_).async_connect(acceptor_.local_endpoint(), [](auto) {});
    }
    io_.poll();
  }

  std::string number() const { return std::to_string(acceptor_.local_endpoint().port()); }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_{io_, boost::asio::ip::tcp::v4()};
  std::vector<boost::asio::ip::tcp::socket> queue_;
};

}  // namespace gladia::test
