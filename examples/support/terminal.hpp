#pragma once

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/system/error_code.hpp>
#include <cerrno>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace examples {

/// `01:02.3`, for a time in seconds.
inline std::string clock_text(double seconds) {
  char text[32];
  auto const tenths = static_cast<long>(seconds * 10 + 0.5);
  std::snprintf(text, sizeof text, "%02ld:%02ld.%ld", tenths / 600, tenths / 10 % 60, tenths % 10);
  return text;
}

/// Writes lines that stay to standard output, and where that is a terminal a row at the bottom that
/// is overwritten in place.
class terminal {
 public:
  /// \param plain   lines alone, as into a file
  /// \param stream  where to, if not to standard output
  explicit terminal(bool plain, std::FILE* stream = stdout)
      : stream_(stream), interactive_(!plain && ::isatty(::fileno(stream)) == 1) {}

  [[nodiscard]] bool is_interactive() const { return interactive_; }

  /// Whether the stream takes more: not once its reader has gone away.
  [[nodiscard]] bool is_good() const { return fault_ == 0; }

  /// Why it takes no more; once it is not good.
  [[nodiscard]] boost::system::error_code fault() const {
    return {fault_, boost::system::generic_category()};
  }
  /// That for a person, of standard output.
  [[nodiscard]] std::string fault_text() const {
    return "cannot write to standard output: " + fault().message();
  }

  /// A line that stays.
  void line(std::string text) {
    std::lock_guard lock(mutex_);
    write((interactive_ ? "\r\033[K" : "") + printable(std::move(text)) + '\n' + bottom());
  }
  /// What is being said right now.
  void partial(std::string text) { set(partial_, std::move(text)); }
  /// How far it is.
  void progress(std::string text) { set(progress_, std::move(text)); }

  /// Removes the bottom row.
  void finish() {
    partial({});
    progress({});
  }

  /// What a server says may hold anything, but is to stay on its line.
  static std::string printable(std::string text) {
    auto const is_control = [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; };
    std::replace_if(text.begin(), text.end(), is_control, ' ');
    return text;
  }

 private:
  void set(std::string& part, std::string text) {
    std::lock_guard lock(mutex_);
    part = printable(std::move(text));
    if (interactive_) write("\r\033[K" + bottom());
  }

  /// The row at the bottom. Without automatic wrapping: a row that wraps cannot be overwritten.
  std::string bottom() const {
    if (!interactive_) return {};
    auto row = progress_;
    if (!partial_.empty()) {
      if (width(row) > columns() / 2) row.clear();  // on a narrow terminal the words win
      row += tail(partial_, columns() - width(row));
    }
    return "\033[?7l" + row + "\033[?7h";
  }

  std::size_t columns() const {
    winsize size{};
    auto const known = ::ioctl(::fileno(stream_), TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    return known ? size.ws_col - 1u : 79;
  }

  // Characters of UTF-8 begin with any byte but a continuation.
  static bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }
  static std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
  }
  /// Its last `count` characters: the newest words.
  static std::string tail(std::string const& text, std::size_t count) {
    if (width(text) <= count) return text;
    auto from = text.size();
    for (auto left = count; left > 1;) left -= begins_character(text[--from]) ? 1 : 0;
    return "…" + text.substr(from);
  }
  void write(std::string const& text) {
    bool const is_written = std::fwrite(text.data(), 1, text.size(), stream_) == text.size() &&
                            std::fflush(stream_) == 0;
    if (!is_written && fault_ == 0) fault_ = errno;
  }

  std::FILE* stream_;
  bool interactive_;
  std::atomic<int> fault_{0};  // the number of the first error
  std::mutex mutex_;
  std::string partial_;
  std::string progress_;
};

}  // namespace examples
