#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <support/ports.hpp>
#include <support/program.hpp>
#include <thread>
#include <utility>
#include <vector>

namespace gladia::test {

/// Where a program of the system is; empty if it is nowhere. Daemons are often where only the
/// super-user looks.
inline std::string find_program(std::string const& name) {
  auto const* path = std::getenv("PATH");
  auto places = std::string(path ? path : "") + ":/usr/local/sbin:/usr/sbin:/sbin";
  for (std::string_view rest = places; !rest.empty();) {
    auto const end = std::min(rest.find(':'), rest.size());
    auto const candidate = std::filesystem::path(rest.substr(0, end)) / name;
    if (candidate.is_absolute() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

/// A program of the system that serves on a port of loopback, as anybody who may run it: in the
/// foreground, with all its files in a folder of its own. Killed with this object at the latest;
/// what it logged is shown if the test fails.
class local_daemon {
 public:
  explicit local_daemon(std::string const& name) : path_(find_program(name)) {
    auto pattern = (std::filesystem::temp_directory_path() / "gladia-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) folder_ = pattern;
  }
  ~local_daemon() {
    kill();
    if (::testing::Test::HasFailure() && !log_.empty()) {
      std::cerr << path_ << " logged:\n" << log_ << "\n";
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  local_daemon(local_daemon&&) = delete;

  bool is_installed() const { return !path_.empty(); }
  std::string port() const { return port_.number(); }

  /// Writes a file into its folder.
  std::string file(std::string const& name, std::string const& text) const {
    auto const path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  std::string folder() const { return folder_.string(); }

  /// Starts it, and waits until it takes connections on its port. Throws if it never will.
  void start(std::vector<std::string> arguments) {
    arguments_ = std::move(arguments);
    restart();
  }
  /// The same again.
  void restart() {
    kill();
    program_options options;
    options.arguments = arguments_;
    program_.emplace(path_, options);
    auto const give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!takes_connections()) {
      bool const is_late = std::chrono::steady_clock::now() > give_up;
      if (is_late || program_->is_over()) throw std::runtime_error(path_ + " does not start");
      std::this_thread::sleep_for(std::chrono::milliseconds(2));  // between two looks
    }
  }
  /// Ends it, as a crash would. The port stays its own.
  void kill() {
    if (!program_) return;
    program_->send_signal(SIGKILL);
    auto const outcome = program_->wait();
    log_ += outcome.out + outcome.err;
    program_.reset();
  }
  /// What it has written, once it was killed.
  std::string const& log() const { return log_; }

 private:
  bool takes_connections() const {
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket(io);
    boost::system::error_code ec;
    socket.connect(port_.endpoint(), ec);
    return !ec;
  }

  std::string path_;
  reserved_port port_;
  std::filesystem::path folder_;
  std::vector<std::string> arguments_;
  std::optional<program> program_;
  std::string log_;
};

}  // namespace gladia::test
