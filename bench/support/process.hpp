#pragma once

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <type_traits>
#include <utility>

namespace bench {

[[noreturn]] inline void give_up(std::string const& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::fflush(nullptr);
  _exit(1);
}

/// Lets this process have as many sockets as the system allows. Returns how many files that are.
inline double allow_open_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

/// CPU time of this process so far, in seconds: user and system, all threads.
inline double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto const seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// A process of its own that runs a function, so that neither its CPU time nor its memory counts as
/// ours. It ends with this object, or with this process.
///
/// Start it before any thread: only the calling one lives on in a forked process.
class child_process {
 public:
  /// \param body  gets a channel to this process: see `answer` and `await`
  template <class Body>
  explicit child_process(Body body) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) fail("socketpair");
    std::fflush(nullptr);
    id_ = fork();
    if (id_ < 0) fail("fork");
    if (id_ > 0) {
      close(ends[1]);
      channel_ = ends[0];
      return;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(ends[0]);
    try {
      body(ends[1]);
    } catch (std::exception const& ex) {
      std::fprintf(stderr, "%s\n", ex.what());
      std::fflush(nullptr);
      _exit(1);
    }
    std::fflush(nullptr);
    _exit(0);
  }
  child_process(child_process const&) = delete;
  child_process& operator=(child_process const&) = delete;
  ~child_process() {
    if (is_running_) kill(id_, SIGKILL);
    wait();
    close(channel_);
  }

  /// Lets a child that waits in `await` end by itself: a profiler writes its report then.
  void finish() {
    shutdown(channel_, SHUT_WR);
    wait();
  }
  /// Until it has ended by itself.
  void wait() {
    if (std::exchange(is_running_, false)) waitpid(id_, nullptr, 0);
  }

  /// Waits for the next answer.
  template <class T>
  T receive() {
    static_assert(std::is_trivially_copyable_v<T>);
    T answer;
    if (read(channel_, &answer, sizeof answer) != sizeof answer)
      fail("a child process ended early");
    return answer;
  }

  template <class T>
  static void answer(int channel, T const& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (write(channel, &value, sizeof value) != sizeof value) fail("write");
  }

  /// Lets the child, which waits in `await`, go on.
  void go() { answer(channel_, 'g'); }
  /// In the child: waits for `go`. Returns false when there will be none.
  static bool await(int channel) {
    char word;
    return read(channel, &word, 1) == 1;
  }

 private:
  [[noreturn]] static void fail(char const* what) {
    std::perror(what);
    std::exit(1);
  }

  pid_t id_ = 0;
  bool is_running_ = true;
  int channel_ = -1;
};

/// Runs `work` in a process of its own and returns what it returned.
template <class Work>
auto run_apart(Work work) {
  child_process child([&work](int channel) { child_process::answer(channel, work()); });
  auto const result = child.receive<decltype(work())>();
  child.wait();
  return result;
}

}  // namespace bench
