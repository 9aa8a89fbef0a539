#pragma once

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gladia/detail/stable_sort.hpp>
#include <gladia/testing/emulator.hpp>
#include <gladia/testing/impl/byte_stream.ipp>
#include <gladia/testing/impl/recogniser.ipp>
#include <gladia/testing/impl/script.ipp>

namespace gladia::testing::detail {

/// The current faults, and how often each was used.
struct active_faults {
  testing::faults plan{};
  std::vector<int> http_left{};
  int cuts_left = 0;
  int on_open_left = 0;
  int on_stop_left = 0;

  explicit active_faults(testing::faults faults) : plan(std::move(faults)) {
    plan.ack_every = std::max(1, plan.ack_every);
    gladia::detail::stable_sort(plan.injections, [](auto const& a, auto const& b) {
      return a.after_bytes < b.after_bytes;
    });
    for (auto const& fault : plan.http) http_left.push_back(fault.times);
    cuts_left = plan.cuts.times;
    on_open_left = plan.on_open.times;
    on_stop_left = plan.on_stop.times;
  }

  /// Whether a use is left. If so, uses it up.
  static bool use(int& left) {
    if (left == 0) return false;
    if (left > 0) --left;
    return true;
  }

  /// The fault that acts on a request.
  http_fault use_http(route which) {
    for (std::size_t i = 0; i < plan.http.size(); ++i) {
      if (plan.http[i].route == which && use(http_left[i])) return plan.http[i];
    }
    http_fault none;
    none.action = http_action::serve;
    return none;
  }
};

/// Tells waiting threads that a report changed.
class change_signal {
 public:
  void notify() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ++version_;
    }
    changed_.notify_all();
  }
  [[nodiscard]] std::uint64_t version() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return version_;
  }
  /// Waits for another version than `seen`. Returns false if the time has passed.
  bool wait(std::uint64_t seen, std::chrono::steady_clock::time_point deadline) const {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_until(lock, deadline, [&] { return version_ != seen; });
  }

 private:
  mutable std::mutex mutex_{};
  mutable std::condition_variable changed_{};
  std::uint64_t version_ = 0;
};

/// What all sessions and connections share. Used on the emulator's thread only, but for `changes`.
struct shared_state {
  explicit shared_state(asio::any_io_executor where, emulator_options given)
      : executor(std::move(where)), options(std::move(given)), faults(options.faults) {}

  asio::any_io_executor executor;
  emulator_options options;
  active_faults faults;
  detail::script script{};
  std::string url{};
  std::string storage_url{};
  bool url_follows_host = false;  // of the request
  change_signal changes{};
  recogniser* words = nullptr;  // null: none
  int open_links = 0;

  /// The URL at which the client reaches this server.
  [[nodiscard]] std::string url_for(request_report const& request) const {
    auto const host = request.header("host");
    if (!url_follows_host || host.empty()) return url;
    return url.substr(0, url.find("://") + 3) + host;
  }

  void log(std::string const& line) const { options.logger(log_level::info, line); }
};

}  // namespace gladia::testing::detail
