#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/system/error_code.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <gladia.hpp>
#include <gladia/audio/container.hpp>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace examples {

/// A WAV file, or one that comes through a pipe while it is recorded.
class wav_source {
 public:
  /// \param path  a file or pipe; `-`: standard input
  static gladia::result<wav_source> open(std::string const& path) {
    bool const is_input = path == "-";
    std::string const file = is_input ? "/dev/stdin" : path;
    wav_source source;
    source.name_ = is_input ? "standard input" : path;
    if (is_input && ::isatty(STDIN_FILENO) == 1) return source.refusal("is a terminal, not a file");
    struct stat status {};
    if (::stat(file.c_str(), &status) == 0 &&
        (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || S_ISCHR(status.st_mode))) {
      source.stream_ = is_input ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
      if (source.stream_ < 0) return source.failure(errno);
      if (auto read = source.read_header(); !read) return read.error();
      return source;
    }
    auto opened = gladia::audio::wav_file::open(file);
    if (!opened) return opened.error();
    source.format_ = opened->format();
    source.is_cut_short_ = opened->is_cut_short();
    source.file_.emplace(std::move(*opened));
    return source;
  }

  [[nodiscard]] gladia::audio_format const& format() const noexcept { return format_; }
  [[nodiscard]] std::string const& name() const noexcept { return name_; }
  /// Whether it comes as it is recorded.
  [[nodiscard]] bool is_pipe() const noexcept { return !file_; }
  /// Whether the header promises more than there is: of a pipe, once that has ended.
  [[nodiscard]] bool is_cut_short() const noexcept { return is_cut_short_; }

  /// The next samples: as many as there are, at most as many as `buffer` holds, at least one byte;
  /// 0 at the end. Once `is_over` says so, what is there is still given out, and nothing waited
  /// for.
  gladia::result<std::size_t> read(std::vector<char>& buffer,
                                   std::function<bool()> const& is_over) {
    if (file_) return file_->read(boost::asio::buffer(buffer));
    if (promised_ && *promised_ == 0) {
      // More samples than were promised, unless they look like another chunk.
      auto const size = fill(chunk_header + pad_, is_over);
      if (!size) return size.error();
      if (*size < chunk_header + pad_ || is_chunk()) return std::size_t{0};
      promised_.reset();
    }
    if (ahead_.empty()) {
      auto const some = fill(1, is_over);
      if (!some) return some.error();
      if (*some == 0) {
        is_cut_short_ = promised_.has_value() && !is_over();
        return std::size_t{0};
      }
    }
    auto size = std::min(ahead_.size(), buffer.size());
    if (promised_) size = static_cast<std::size_t>(std::min<std::uint64_t>(size, *promised_));
    std::copy_n(ahead_.begin(), size, buffer.begin());
    ahead_.erase(0, size);
    if (promised_) *promised_ -= size;
    return size;
  }

 private:
  static constexpr std::size_t chunk_header = 8;

  /// Reads until `ahead_` has `wanted` bytes. Gives how many it has: fewer at the end of the pipe,
  /// or once it is over.
  gladia::result<std::size_t> fill(std::size_t wanted, std::function<bool()> const& is_over) {
    while (ahead_.size() < wanted) {
      pollfd ready{stream_, POLLIN, 0};
      bool const waits = !is_over();
      if (::poll(&ready, 1, waits ? 100 : 0) <= 0) {
        if (!waits) break;
        continue;
      }
      char piece[4096];
      auto const got = ::read(stream_, piece, sizeof piece);
      if (got < 0 && errno != EINTR) return failure(errno);
      if (got == 0) break;
      ahead_.append(piece, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    }
    return ahead_.size();
  }

  gladia::result<void> read_header() {
    using status = gladia::audio::wav_header_parser::status;
    gladia::audio::wav_header_parser parser;
    gladia::audio::container_detector kind;
    auto const begin = std::chrono::steady_clock::now();
    bool is_told = false;
    auto const wait = [&] {
      bool const is_long = std::chrono::steady_clock::now() > begin + std::chrono::seconds(2);
      if (is_long && !std::exchange(is_told, true)) {
        std::cerr << "waiting for a WAV header from " << name_ << '\n';
      }
      return false;
    };
    while (parser.state() == status::incomplete) {
      auto const some = fill(1, wait);
      if (!some) return some.error();
      if (*some == 0 && parser.offset() == 0) {
        return refusal("nothing came: did the program before the pipe fail?");
      }
      if (*some == 0)
        return refusal("ends within its header, after " + std::to_string(parser.offset()) +
                       " bytes");
      kind.feed(boost::asio::buffer(ahead_));
      ahead_.erase(0, parser.feed(boost::asio::buffer(ahead_)));
    }
    if (parser.error() && !kind.name().empty()) {
      return refusal(std::string(kind.name()) + ", not a WAV file; convert it");
    }
    if (parser.error()) return refusal(parser.error().details().message);
    format_ = parser.header().format;
    if (!parser.header().may_be_unfinished) promised_ = parser.header().data_bytes;
    pad_ = promised_.value_or(0) % 2;
    return {};
  }

  bool is_chunk() const {
    auto const is_printable = [](char c) { return c >= 0x20 && c < 0x7f; };
    auto const id = ahead_.begin() + static_cast<std::ptrdiff_t>(pad_);
    return std::all_of(id, id + 4, is_printable) && ahead_[pad_ + 7] == 0;
  }

  gladia::error refusal(std::string const& why) const {
    return gladia::error(gladia::errc::not_a_wav, gladia::phase::none, name_ + ": " + why);
  }
  gladia::error failure(int number) const {
    return gladia::error(gladia::error_code(number, boost::system::generic_category()),
                         gladia::phase::none, name_ + ": cannot be read");
  }

  std::optional<gladia::audio::wav_file> file_;  // or the stream
  std::string name_;
  int stream_ = -1;                        // open as long as the program
  std::string ahead_;                      // was read, and not given out yet
  std::optional<std::uint64_t> promised_;  // bytes of samples to come, where the header can tell
  std::size_t pad_ = 0;                    // bytes behind them that are no samples
  gladia::audio_format format_;
  bool is_cut_short_ = false;
};

}  // namespace examples
