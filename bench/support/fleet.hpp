#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bench {

/// 100 ms of 16 kHz mono.
constexpr std::size_t chunk_bytes = 3200;

/// What is streamed.
struct load {
  int sessions = 200;
  double seconds = 10;   ///< that are measured
  double warm_up = 0.2;  ///< before
  double speed = 1;      ///< times real time

  std::chrono::nanoseconds interval() const {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(100e6 / speed));
  }
};

/// Many clients on one thread, each with a timer that hands over a chunk at a time.
template <class Client>
class fleet {
 public:
  fleet(load const& l, std::uint16_t port) : load_(l), shared_(io_, port) {}

  typename Client::shared& shared() noexcept { return shared_; }

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
    io_.run_for(std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9)));
  }

  std::uint64_t chunks_sent() const noexcept { return sent_; }
  /// Chunks that found the one before still under way. More than a few make the run worthless.
  std::uint64_t chunks_refused() const noexcept { return refused_; }
  std::uint64_t chunks_acknowledged() const {
    std::uint64_t bytes = 0;
    for (auto const& m : members_) bytes += m->client.acknowledged();
    return bytes / chunk_bytes;
  }

 private:
  struct member {
    explicit member(fleet& f) : owner(f), client(f.shared_), timer(f.io_) {}
    void wait() {
      timer.async_wait([this](boost::system::error_code ec) {
        if (ec || !owner.is_streaming_) return;
        ++(client.send(boost::asio::buffer(owner.chunk_)) ? owner.sent_ : owner.refused_);
        timer.expires_at(timer.expiry() + owner.load_.interval());
        wait();
      });
    }
    fleet& owner;
    Client client;
    boost::asio::steady_timer timer;
  };

  load load_;
  boost::asio::io_context io_{1};
  typename Client::shared shared_;
  std::string chunk_ = std::string(chunk_bytes, '\x11');
  std::vector<std::unique_ptr<member>> members_;
  int open_ = 0;
  bool is_streaming_ = false;
  std::uint64_t sent_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace bench
