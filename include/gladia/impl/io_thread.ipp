#pragma once

#include <openssl/crypto.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <gladia/config.hpp>

namespace gladia::detail {

/// The context of a client with a thread of its own, shared with that thread.
class io_thread {
 public:
  using executor_type = boost::asio::io_context::executor_type;

  [[nodiscard]] executor_type get_executor() noexcept { return context_.get_executor(); }
  void run() { context_.run(); }
  /// The thread ends once nothing is pending.
  void let_end() noexcept {
    std::lock_guard lock(mutex_);
    work_.reset();
  }

 private:
  boost::asio::io_context context_{1};
  std::mutex mutex_;
  std::optional<boost::asio::executor_work_guard<executor_type>> work_{get_executor()};
};

/// The threads of all clients. Users' destructors do not wait for them, but the end of the program
/// does, for a moment: OpenSSL cleans up at exit, and a thread that still closes a link would crash
/// then (https://github.com/openssl/openssl/issues/6214).
class io_threads {
 public:
  static io_threads& all() {
    static io_threads threads;
    return threads;
  }

  void start(std::shared_ptr<io_thread> io) {
    auto const at = running_->add(*io);
    try {
      std::thread([io, at, running = running_]() mutable {
        io->run();
        running->let_go(at);
        io.reset();
        OPENSSL_thread_stop();  // otherwise it runs after the thread was counted as ended
        running->remove(at);
      }).detach();
    } catch (...) {
      running_->remove(at);
      throw;
    }
  }

  ~io_threads() {
    // Somewhat longer than the default `close_timeout` of a link that nobody answers.
    running_->end(std::chrono::milliseconds(1500));
  }

 private:
  /// Shared with the threads: a name look-up that hangs may outlive this object at the program's
  /// end.
  class list {
   public:
    using place = std::list<io_thread*>::iterator;

    place add(io_thread& io) {
      std::lock_guard lock(mutex_);
      return threads_.insert(threads_.end(), &io);
    }
    /// The thread still runs, but has no link left to close.
    void let_go(place at) noexcept {
      std::lock_guard lock(mutex_);
      *at = nullptr;
    }
    void remove(place at) noexcept {
      std::lock_guard lock(mutex_);
      threads_.erase(at);
      changed_.notify_all();
    }
    void end(std::chrono::milliseconds limit) {
      std::unique_lock lock(mutex_);
      for (auto* io : threads_) {
        if (io) io->let_end();
      }
      changed_.wait_for(lock, limit, [this] { return threads_.empty(); });
    }

   private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<io_thread*> threads_;
  };

  // OpenSSL is initialised first, so that it is cleaned up after this object is destroyed.
  io_threads() { OPENSSL_init_crypto(0, nullptr); }

  std::shared_ptr<list> const running_ = std::make_shared<list>();
};

}  // namespace gladia::detail
