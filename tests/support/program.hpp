#pragma once

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace gladia::test {

/// How a program ended, and what it wrote.
struct program_outcome {
  int status = -1;  ///< of its exit; -1 if a signal ended it
  int signal = 0;   ///< that ended it; SIGKILL when it took too long
  std::string out{};
  std::string err{};
};

/// How a program is started.
struct program_options {
  std::vector<std::string> arguments{};
  std::vector<std::string> environment{};  ///< `NAME=value`, beside the inherited ones
  /// Columns of the terminal that its standard output is; 0: a pipe.
  unsigned short columns = 0;
  bool is_error_on_terminal = false;  ///< that terminal is its standard error, and output a pipe
  bool has_input = true;              ///< else standard input is closed
  std::string input = "/dev/null";    ///< the file or pipe that it is
};

/// A program that runs, killed with this object at the latest. `GLADIA_*` is not inherited.
class program {
 public:
  program(std::string const& path, program_options const& options) { start(path, options); }
  ~program() {
    send_signal(SIGKILL);
    if (reader_.joinable()) reader_.join();
    close(out_);
    close(err_);
  }
  program(program&&) = delete;

  void send_signal(int number) {
    std::lock_guard lock(mutex_);
    if (!is_over_) ::kill(pid_, number);
  }

  /// Nobody reads its standard output any more, from when this returns.
  void close_output() {
    std::unique_lock lock(mutex_);
    is_output_wanted_ = false;
    changed_.wait(lock, [&] { return out_ < 0; });
  }

  /// Waits until `text` is in its standard output; false if it never will be.
  bool wait_for_output(std::string_view text) {
    std::unique_lock lock(mutex_);
    auto const has = [&] { return outcome_.out.find(text) != std::string::npos; };
    changed_.wait_for(lock, limit, [&] { return is_over_ || has(); });
    return has();
  }

  /// What its standard output has between two texts; waits for the second one.
  std::string output_between(std::string const& from, std::string const& to) {
    std::unique_lock lock(mutex_);
    std::string found;
    changed_.wait_for(lock, limit, [&] {
      auto const begin = outcome_.out.find(from);
      if (begin == std::string::npos) return is_over_;
      auto const end = outcome_.out.find(to, begin + from.size());
      if (end == std::string::npos) return is_over_;
      found = outcome_.out.substr(begin + from.size(), end - begin - from.size());
      return true;
    });
    return found;
  }

  /// Whether it has ended.
  bool is_over() {
    std::lock_guard lock(mutex_);
    return is_over_;
  }

  /// What the system tells of it in `/proc`: `environ`, `cmdline`, ...; nothing once it has ended.
  std::string proc_file(std::string const& name) {
    std::lock_guard lock(mutex_);
    if (is_over_) return {};
    std::ifstream file("/proc/" + std::to_string(pid_) + '/' + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  /// The most memory that it had at a time, in bytes; 0 once it has ended. What `wait4` tells holds
  /// the memory of this process too, in which it began.
  std::uint64_t peak_memory() {
    std::lock_guard lock(mutex_);
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; !is_over_ && std::getline(status, line);) {
      if (line.rfind("VmHWM:", 0) == 0) return 1024 * std::stoull(line.substr(6));
    }
    return 0;
  }

  /// Waits for its end; one that takes too long is killed.
  program_outcome wait() {
    std::unique_lock lock(mutex_);
    auto const is_over = [&] { return is_over_; };
    if (!changed_.wait_for(lock, limit, is_over)) ::kill(pid_, SIGKILL);
    changed_.wait(lock, is_over);
    return outcome_;
  }

 private:
  static constexpr std::chrono::seconds limit{100};  // with sanitizers; what hangs is killed

  static void close(int& fd) {
    if (fd >= 0) ::close(std::exchange(fd, -1));
  }

  void start(std::string const& path, program_options const& options) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    short flags = POSIX_SPAWN_SETSIGDEF;
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigdefault(&attributes, &all);

    if (options.has_input) {
      posix_spawn_file_actions_addopen(&actions, 0, options.input.c_str(), O_RDONLY, 0);
    } else {
      posix_spawn_file_actions_addclose(&actions, 0);
    }
    std::array<int, 2> out{-1, -1};
    std::array<int, 2> err{-1, -1};
    auto const add_pipe = [&actions](std::array<int, 2>& ends, int stream) {
      if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
      posix_spawn_file_actions_adddup2(&actions, ends[1], stream);
      return true;
    };
    auto const add_terminal = [&](std::array<int, 2>& ends, int stream) {
      ends[0] = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
      ::grantpt(ends[0]);
      ::unlockpt(ends[0]);
      winsize const size{24, options.columns, 0, 0};
      ::ioctl(ends[0], TIOCSWINSZ, &size);
      flags |= POSIX_SPAWN_SETSID;
      posix_spawn_file_actions_addopen(&actions, stream, ::ptsname(ends[0]), O_RDWR, 0);
      return true;
    };
    bool const has_terminal = options.columns > 0;
    bool const is_out = has_terminal && !options.is_error_on_terminal;
    bool const is_err = has_terminal && options.is_error_on_terminal;
    if (!(is_out ? add_terminal(out, 1) : add_pipe(out, 1))) return;
    if (!(is_err ? add_terminal(err, 2) : add_pipe(err, 2))) return;
    posix_spawnattr_setflags(&attributes, flags);

    auto const argv = pointers(path, options.arguments);
    auto const variables = environment(options.environment);
    auto const envp = pointers({}, variables);
    is_over_ =
        ::posix_spawn(&pid_, path.c_str(), &actions, &attributes, argv.data(), envp.data()) != 0;
    if (is_over_) outcome_.err = "cannot start " + path;
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(out[1]);
    close(err[1]);
    out_ = out[0];
    err_ = err[0];
    if (!is_over_) reader_ = std::thread([this] { read_all(); });
  }

  static std::vector<char*> pointers(std::string const& first,
                                     std::vector<std::string> const& others) {
    std::vector<char*> list;
    if (!first.empty()) list.push_back(const_cast<char*>(first.c_str()));
    for (auto const& text : others) list.push_back(const_cast<char*>(text.c_str()));
    list.push_back(nullptr);
    return list;
  }
  static std::vector<std::string> environment(std::vector<std::string> list) {
    for (auto** entry = environ; *entry; ++entry) {
      if (std::string_view(*entry).substr(0, 7) != "GLADIA_") list.emplace_back(*entry);
    }
    return list;
  }

  void read_all() {
    while (read_some()) {
    }
    // Reaped under the lock only: until then its id is nobody else's.
    siginfo_t info;
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
    {
      std::lock_guard lock(mutex_);
      int how = 0;
      ::waitpid(pid_, &how, 0);
      if (WIFEXITED(how)) outcome_.status = WEXITSTATUS(how);
      if (WIFSIGNALED(how)) outcome_.signal = WTERMSIG(how);
      is_over_ = true;
    }
    changed_.notify_all();
  }

  /// False when both streams are at their ends.
  bool read_some() {
    std::array<pollfd, 2> fds;
    {
      std::lock_guard lock(mutex_);
      // Here, for a poll would keep it open.
      if (!is_output_wanted_) close(out_);
      if (out_ < 0 && err_ < 0) return false;
      fds = {{{out_, POLLIN, 0}, {err_, POLLIN, 0}}};
    }
    changed_.notify_all();
    // For a while only: `close_output` may want one closed.
    if (::poll(fds.data(), fds.size(), 50) <= 0) return true;
    {
      std::lock_guard lock(mutex_);
      if (fds[0].revents != 0) take(out_, outcome_.out);
      if (fds[1].revents != 0) take(err_, outcome_.err);
    }
    changed_.notify_all();
    return true;
  }
  static void take(int& fd, std::string& text) {
    std::array<char, 65536> piece;
    auto const bytes = ::read(fd, piece.data(), piece.size());
    if (bytes > 0) return void(text.append(piece.data(), static_cast<std::size_t>(bytes)));
    close(fd);  // a terminal whose program is gone says EIO
  }

  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  bool is_output_wanted_ = true;
  std::mutex mutex_;
  std::condition_variable changed_;
  program_outcome outcome_;
  bool is_over_ = true;  // until it is started
  std::thread reader_;
};

inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    auto const end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return lines;
}

/// What stands on a terminal after `output`, line by line: it knows the few controls that the
/// examples use. A character is one column.
inline std::vector<std::string> screen_of(std::string_view output) {
  std::vector<std::string> lines(1);
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (output[i] == '\n') {
      lines.emplace_back();
    } else if (output[i] == '\033') {
      auto const is_letter = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
      };
      while (i + 1 < output.size() && !is_letter(output[i])) ++i;
      if (output[i] == 'K') lines.back().clear();  // always behind a carriage return
    } else if (output[i] != '\r') {
      lines.back() += output[i];
    }
  }
  return lines;
}

}  // namespace gladia::test
