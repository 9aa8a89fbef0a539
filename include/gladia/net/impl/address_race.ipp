#pragma once

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <gladia/net/impl/address_book.ipp>
#include <gladia/net/impl/link_stream.ipp>
#include <gladia/net/impl/phase_timer.ipp>
#include <gladia/net/impl/private_handle.ipp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gladia::net::detail {

/// Connects to the first of several addresses that answers (RFC 8305, section 5). Each address has
/// a head start on the next one; the head start ends early if the address fails. All addresses
/// together are one attempt to connect.
///
/// Pending operations keep this object alive, and it keeps `done`.
class address_race : public std::enable_shared_from_this<address_race> {
 public:
  struct attempt {
    endpoint where;
    plain_stream socket;
    error_code outcome{};  // `timed_out` until the attempt ends
  };
  /// Called with the attempt that won, or with none.
  using handler = std::function<void(attempt* winner)>;

  /// The head start of each address. All addresses together have the time `limit`, of which the
  /// head starts take about half at most.
  static std::chrono::milliseconds head_start(std::size_t addresses,
                                              std::chrono::milliseconds limit) {
    using std::chrono::milliseconds;
    constexpr milliseconds usual{250}, shortest{10};
    if (limit <= phase_timer::no_limit) return usual;
    auto const late =
        limit / 2 / static_cast<milliseconds::rep>(std::max<std::size_t>(addresses, 1));
    return std::min(usual, std::max(shortest, late));
  }

  address_race(boost::asio::any_io_executor const& executor, std::vector<endpoint> addresses,
               std::chrono::milliseconds head_start)
      : executor_(executor),
        addresses_(std::move(addresses)),
        head_start_(head_start),
        timer_(executor) {}

  /// `done` is called once, never from within this function.
  void start(handler done) {
    done_ = std::move(done);
    begin_next();
  }

  /// Ends all attempts. `done` is called without a winner, never from within this function.
  void stop() noexcept { end_all_but(nullptr); }

  /// The attempts that were begun, in order.
  [[nodiscard]] std::deque<attempt> const& attempts() const noexcept { return attempts_; }

 private:
  void begin_next() {
    auto const self = shared_from_this();
    while (attempts_.size() < addresses_.size()) {
      auto& a = attempts_.emplace_back(
          attempt{addresses_[attempts_.size()], plain_stream(executor_), errc::timeout});
      error_code ec;
      open_private(a.socket, a.where.protocol(), ec);
      if (ec) {  // this machine may not have IPv6
        a.outcome = ec;
        continue;
      }
      ++pending_;
      a.socket.async_connect(a.where,
                             [self, &a](error_code failed) { self->on_connected(a, failed); });
      timer_.start(head_start_, [self] { self->begin_next(); });
      return;
    }
    if (pending_ > 0) return;
    boost::asio::post(executor_, [self] {
      if (self->done_) std::exchange(self->done_, nullptr)(nullptr);
    });
  }

  void on_connected(attempt& a, error_code failed) {
    --pending_;
    if (!done_) return;
    if (!failed && a.socket.is_open()) {
      end_all_but(&a);
      return std::exchange(done_, nullptr)(&a);
    }
    if (failed && failed != boost::asio::error::operation_aborted) a.outcome = failed;
    timer_.stop();
    begin_next();
  }

  void end_all_but(attempt const* winner) noexcept {
    addresses_.clear();
    timer_.stop();
    for (auto& a : attempts_) {
      if (&a != winner) close_socket(a.socket);
    }
  }

  boost::asio::any_io_executor executor_;
  std::vector<endpoint> addresses_;
  std::chrono::milliseconds head_start_;
  handler done_{};
  std::deque<attempt> attempts_{};  // a deque, because elements must not move
  std::size_t pending_ = 0;
  phase_timer timer_;  // until the next attempt begins
};

}  // namespace gladia::net::detail
