#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/ack_server.hpp"
#include "support/process.hpp"
#include "support/progress.hpp"

namespace bench {

/// What is streamed.
struct load {
  int sessions = 200;
  double seconds = 10;             ///< that are measured
  double warm_up = 0.2;            ///< before
  double speed = 1;                ///< times real time
  int threads = 1;                 ///< that run the `io_context`
  bool keeps_round_trips = false;  ///< each takes memory

  std::chrono::nanoseconds interval() const {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(100e6 / speed));
  }
  /// How many chunks are due in the time that is measured.
  double chunks_due() const { return sessions * seconds * 10 * speed; }
};

/// Many clients on one `io_context`, each with a timer that hands over a chunk at a time.
template <class Client>
class fleet {
 public:
  fleet(load const& l, target const& where)
      : load_(l), io_(l.threads), shared_(io_, where), work_(io_.get_executor()) {
    allow_open_files();
  }

  typename Client::shared& shared() noexcept { return shared_; }
  Client& first() noexcept { return members_.front()->client; }

  /// Connects all.
  void open() {
    for (int i = 0; i < load_.sessions; ++i) {
      members_.push_back(std::make_unique<member>(*this));
      members_.back()->client.open([this] { ++open_; });
      // One after another: a listening socket's queue is short.
      while (open_ <= i) io_.run_one();
    }
  }

  /// Begins to stream; each begins at a time of its own within the interval.
  void start() {
    is_streaming_ = true;
    auto const begin = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < members_.size(); ++i) {
      members_[i]->timer.expires_at(begin + load_.interval() * i / members_.size());
      members_[i]->wait();
    }
  }

  /// Ends it, until it is started again.
  void pause() {
    is_streaming_ = false;
    for (auto& m : members_) m->timer.cancel();
    run_for(0.05);
  }

  void run_for(double seconds) {
    auto const end = std::chrono::steady_clock::now() +
                     std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
    std::vector<std::thread> others;
    for (int i = 1; i < load_.threads; ++i) others.emplace_back([&] { io_.run_until(end); });
    io_.run_until(end);
    for (auto& t : others) t.join();
  }

  /// Streams so that the work is the same on a slow machine: each waits for the acknowledgement of
  /// its last chunk, and an interval longer. Ends when each has sent `chunks`.
  void stream_in_step(std::uint64_t chunks) {
    std::size_t done = 0;
    for (auto& m : members_) {
      m->progress.on_acknowledged([this, &done, chunks, member = m.get()] {
        if (member->progress.chunks_sent() == chunks) {
          ++done;
        } else {
          member->send_after(load_.interval());
        }
      });
      m->send();
    }
    while (done < members_.size()) io_.run_one();
  }

  std::uint64_t chunks_sent() const { return sum(&progress::chunks_sent); }
  std::uint64_t chunks_acknowledged() const { return sum(&progress::chunks_acknowledged); }
  /// Of all chunks so far, in milliseconds.
  std::vector<double> round_trips() const {
    std::vector<double> all;
    for (auto const& m : members_) {
      auto const& own = m->progress.round_trips();
      all.insert(all.end(), own.begin(), own.end());
    }
    return all;
  }

 private:
  struct member {
    explicit member(fleet& f)
        : owner(f),
          progress(f.load_.keeps_round_trips),
          client(f.shared_, progress),
          timer(f.io_) {}
    void wait() {
      timer.async_wait([this](boost::system::error_code ec) {
        if (ec || !owner.is_streaming_) return;
        send();
        timer.expires_at(timer.expiry() + owner.load_.interval());
        wait();
      });
    }
    void send_after(std::chrono::nanoseconds delay) {
      timer.expires_after(delay);
      timer.async_wait([this](boost::system::error_code) {
        if (!send()) give_up("a client had no room for a chunk");
      });
    }
    bool send() {
      return progress.send([&] { return client.send(boost::asio::buffer(owner.chunk_)); });
    }
    fleet& owner;
    bench::progress progress;
    Client client;
    boost::asio::steady_timer timer;
  };

  std::uint64_t sum(std::uint64_t (progress::*count)() const noexcept) const {
    std::uint64_t all = 0;
    for (auto const& m : members_) all += (m->progress.*count)();
    return all;
  }

  load load_;
  boost::asio::io_context io_;
  typename Client::shared shared_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::string chunk_ = std::string(chunk_bytes, '\x11');
  std::vector<std::unique_ptr<member>> members_;
  int open_ = 0;
  bool is_streaming_ = false;
};

}  // namespace bench
