#pragma once

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>

namespace examples {

/// Lines that are typed, without a thread that waits for them.
class keyboard {
 public:
  /// The next line, without its end; nothing if none comes in this time.
  std::optional<std::string> line(std::chrono::milliseconds time) {
    if (auto complete = next()) return complete;
    pollfd ready{STDIN_FILENO, POLLIN, 0};
    // At its end it would always be ready.
    if (is_over_) {
      std::this_thread::sleep_for(time);
    } else if (::poll(&ready, 1, static_cast<int>(time.count())) > 0) {
      char piece[256];
      auto const bytes = ::read(STDIN_FILENO, piece, sizeof piece);
      is_over_ = bytes <= 0;
      if (!is_over_) typed_.append(piece, static_cast<std::size_t>(bytes));
    }
    return next();
  }

 private:
  std::optional<std::string> next() {
    auto const end = typed_.find('\n');
    if (end == std::string::npos) return {};
    auto const found = typed_.substr(0, end);
    typed_.erase(0, end + 1);
    return found;
  }

  std::string typed_;
  bool is_over_ = false;
};

}  // namespace examples
