#pragma once

#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace gladia::test {

using tcp = boost::asio::ip::tcp;

/// A server on loopback that follows a script: the n-th connection gets the n-th script, which is
/// blocking code on a thread of its own. A connection ends with its script.
class scripted_server {
 public:
  using script = std::function<void(tcp::socket&)>;

  explicit scripted_server(std::vector<script> scripts)
      : acceptor_(io_, {boost::asio::ip::address_v4::loopback(), 0}),
        port_(acceptor_.local_endpoint().port()),
        thread_([this, scripts = std::move(scripts)] { run(scripts); }) {}
  explicit scripted_server(script only) : scripted_server(std::vector<script>{std::move(only)}) {}

  scripted_server(scripted_server const&) = delete;
  scripted_server& operator=(scripted_server const&) = delete;

  ~scripted_server() { stop(true); }

  /// Waits until the script of the connection at hand has ended; there will be no other. To be
  /// called before a test looks at what a script wrote down.
  void finish() { stop(false); }

  std::string port() const { return std::to_string(port_); }
  std::string url(std::string const& scheme, std::string const& target = "/") const {
    return scheme + "://127.0.0.1:" + port() + target;
  }

 private:
  using native_handle = boost::asio::detail::socket_type;  // a class wraps it on Windows
  static constexpr native_handle none = boost::asio::detail::invalid_socket;

  void stop(bool cut_connection) {
    {
      std::lock_guard const lock(mutex_);
      stopping_ = true;
      // The one way to end blocking calls of another thread.
      ::shutdown(acceptor_.native_handle(), tcp::socket::shutdown_both);
      if (cut_connection && current_ != none) ::shutdown(current_, tcp::socket::shutdown_both);
    }
    // Windows waits on for a connection: here it is.
    boost::system::error_code refused;
    tcp::socket(io_).connect({boost::asio::ip::address_v4::loopback(), port_}, refused);
    if (thread_.joinable()) thread_.join();
  }

  void run(std::vector<script> const& scripts) {
    for (auto const& follow : scripts) {
      boost::system::error_code ec;
      tcp::socket socket(io_);
      acceptor_.accept(socket, ec);
      {
        std::lock_guard const lock(mutex_);
        if (ec || stopping_) return;
        current_ = socket.native_handle();
      }
      // What a script sent is on its way before it resets the connection.
      socket.set_option(tcp::no_delay(true), ec);
      try {
        follow(socket);
      } catch (boost::system::system_error const&) {
        // The client went away; what it saw is what the test is about.
      }
      std::lock_guard const lock(mutex_);
      current_ = none;
      socket.close(ec);
    }
  }

  boost::asio::io_context io_;
  tcp::acceptor acceptor_;
  unsigned short port_;
  std::mutex mutex_;
  bool stopping_ = false;
  native_handle current_ = none;
  std::thread thread_;
};

/// Reads a request's head and returns it.
template <class Stream>
std::string read_head(Stream& stream) {
  std::string text;
  auto const size = boost::asio::read_until(stream, boost::asio::dynamic_buffer(text), "\r\n\r\n");
  return text.substr(0, size);
}

/// Reads a request's head and its body of `size` bytes.
template <class Stream>
std::string read_request(Stream& stream, std::size_t size) {
  std::string text;
  auto const head = boost::asio::read_until(stream, boost::asio::dynamic_buffer(text), "\r\n\r\n");
  if (text.size() < head + size) {
    boost::asio::read(stream, boost::asio::dynamic_buffer(text),
                      boost::asio::transfer_exactly(head + size - text.size()));
  }
  return text;
}

template <class Stream>
void send(Stream& stream, std::string_view text) {
  boost::asio::write(stream, boost::asio::buffer(text.data(), text.size()));
}

/// Does nothing until the client has closed the connection.
template <class Stream>
void wait_for_close(Stream& stream) {
  boost::system::error_code ec;
  char some[4096];
  while (!ec) stream.read_some(boost::asio::buffer(some), ec);
}

/// Closes so that the client gets a reset instead of an end of file.
inline void reset(tcp::socket& socket) {
  socket.set_option(boost::asio::socket_base::linger(true, 0));
  socket.close();
}

/// Runs handlers until `done` is true. A test that waits longer has failed.
template <class Condition>
void run_until(boost::asio::io_context& io, Condition done) {
  auto const give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  io.restart();
  auto const work = boost::asio::make_work_guard(io);  // what is waited for may happen elsewhere
  bool is_done = done();
  while (!is_done && std::chrono::steady_clock::now() < give_up) {
    io.run_one_for(std::chrono::milliseconds(10));
    is_done = done();
  }
  ASSERT_TRUE(is_done) << "nothing happened any more";
}

}  // namespace gladia::test
