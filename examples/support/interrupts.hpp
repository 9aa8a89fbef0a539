#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <functional>
#include <thread>
#include <utility>

namespace examples {

/// While it exists, Ctrl-C (and SIGTERM) calls `handler` instead of ending the program, with 1 for
/// the first time, 2 for the second and so on, on a thread of its own.
class interrupts {
 public:
  explicit interrupts(std::function<void(int)> handler) : handler_(std::move(handler)) {
    wait(1);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~interrupts() {
    io_.stop();
    thread_.join();
  }
  interrupts(interrupts&&) = delete;

 private:
  void wait(int count) {
    signals_.async_wait([this, count](boost::system::error_code, int) {
      handler_(count);
      wait(count + 1);
    });
  }

  std::function<void(int)> handler_;
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_{io_, SIGINT, SIGTERM};
  std::thread thread_;
};

}  // namespace examples
