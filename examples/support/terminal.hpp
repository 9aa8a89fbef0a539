#pragma once

#include <unistd.h>

#include <cstdio>
#include <gladia.hpp>
#include <mutex>
#include <string>
#include <string_view>

namespace examples {

/// `[00:01.5]`, for a time in seconds.
inline std::string clock_text(double seconds) {
  char text[32];
  auto const tenths = static_cast<long>(seconds * 10 + 0.5);
  std::snprintf(text, sizeof text, "[%02ld:%02ld.%ld]", tenths / 600, tenths / 10 % 60, tenths % 10);
  return text;
}

/// Prints lines that stay, and one line at the bottom that is overwritten in place where the output
/// is a terminal.
class terminal {
 public:
  bool is_interactive() const { return interactive_; }

  /// A line that stays.
  void line(std::string_view text) {
    std::lock_guard lock(mutex_);
    std::printf("%s%.*s\n", interactive_ ? "\r\033[K" : "", static_cast<int>(text.size()),
                text.data());
    draw();
  }
  /// What is being said right now.
  void partial(std::string text) { set(partial_, std::move(text)); }
  /// How far it is.
  void progress(std::string text) { set(progress_, std::move(text)); }

  /// Removes the bottom line.
  void finish() {
    partial_.clear();
    progress("");
  }

 private:
  void set(std::string& part, std::string text) {
    if (!interactive_) return;
    std::lock_guard lock(mutex_);
    part = std::move(text);
    std::printf("\r\033[K");
    draw();
  }
  void draw() {
    // One row: a line that wraps cannot be overwritten. The newest words are the interesting ones.
    constexpr std::size_t width = 78;
    auto bottom = progress_ + partial_;
    if (partial_.size() + progress_.size() > width) {
      auto const room = width - std::min(width, progress_.size());
      bottom = progress_ + partial_.substr(partial_.size() - std::min(partial_.size(), room));
    }
    if (interactive_) std::printf("%s", bottom.c_str());
    std::fflush(stdout);
  }

  bool interactive_ = ::isatty(STDOUT_FILENO) == 1;
  std::mutex mutex_;
  std::string partial_;
  std::string progress_;
};

}  // namespace examples
