#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include <gladia/error.hpp>
#include <gladia/model/job.hpp>

namespace gladia::api::detail {

/// How long to wait for a job.
struct wait_limits {
  std::chrono::milliseconds first{1000};     ///< before the first poll
  std::chrono::milliseconds longest{10000};  ///< between two polls
  std::chrono::milliseconds deadline{0};     ///< of the whole wait; zero: no limit
};

/// Decides when to poll a job again, and when to give up. No I/O, no clock.
///
/// Passing errors do not end a wait: network errors, 408, 425, 429, 5xx, and answers that cannot be
/// read. A 404 ends it, except in the first seconds of a job that no answer has shown yet: not all
/// of the server may know the job yet.
class wait_fsm {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// What to do: poll after `delay`, or end, with `failure` if there is one.
  struct decision {
    std::optional<std::chrono::milliseconds> delay{};
    error failure{};
  };

  wait_fsm(std::string id, wait_limits const& limits, std::uint64_t seed)
      : id_(std::move(id)),
        limits_{bounded(limits.first), bounded(limits.longest), bounded(limits.deadline)},
        random_(static_cast<std::minstd_rand::result_type>(seed)),
        interval_(limits_.first) {}

  /// The limits, with values that can be used.
  [[nodiscard]] wait_limits const& limits() const noexcept { return limits_; }

  decision on_start(time_point now) {
    started_ = now;
    return {limits_.first, {}};
  }

  /// The server answered with the job.
  decision on_status(open_enum<job_status> const& status, std::optional<int> error_code) {
    last_status_ = std::string(status.name());
    last_failure_.clear();
    if (status == job_status::done) return {};
    if (status == job_status::error) return {std::nullopt, job_failed(error_code)};
    return ask_later(std::nullopt);
  }

  /// The poll failed.
  decision on_failure(error e, time_point now) {
    constexpr std::chrono::seconds unseen{10};
    bool const is_too_early =
        e == errc::not_found && last_status_.empty() && now - started_ < unseen;
    bool const may_pass = e == condition::retryable || e == errc::malformed_json ||
                          e == errc::malformed_response || is_too_early;
    if (!may_pass) return {std::nullopt, named(std::move(e))};
    auto const asked_for = e.details().retry_after;
    if (asked_for && limits_.deadline.count() > 0 &&
        now + *asked_for > started_ + limits_.deadline) {
      return {std::nullopt, named(std::move(e))};
    }
    last_failure_ = e.what();
    return ask_later(asked_for);
  }

  /// The deadline passed.
  [[nodiscard]] error timeout() const {
    auto const status = last_status_.empty() ? "not seen" : last_status_;
    auto const waited = "waited " + std::to_string(limits_.deadline.count()) + " ms for the job";
    return named(
        error(errc::timeout, last_failure_.empty()
                                 ? waited + ", which goes on; its status was " + status
                                 : waited + "; its status was " + status +
                                       ", and the last question failed: " + last_failure_));
  }

 private:
  /// Sums of times must not overflow.
  static std::chrono::milliseconds bounded(std::chrono::milliseconds time) noexcept {
    return std::clamp<std::chrono::milliseconds>(time, std::chrono::milliseconds(0),
                                                 std::chrono::hours(24 * 365));
  }

  /// Intervals grow and are jittered, so that many clients do not poll in step.
  decision ask_later(std::optional<std::chrono::seconds> asked_for) {
    interval_ = std::min(interval_ + interval_ / 2, std::max(limits_.longest, limits_.first));
    interval_ = std::max(interval_, shortest);
    auto const half = interval_ / 2;
    auto const jitter = static_cast<std::chrono::milliseconds::rep>(random_()) % (half.count() + 1);
    auto delay = half + std::chrono::milliseconds(jitter);
    if (asked_for) delay = std::max<std::chrono::milliseconds>(delay, *asked_for);
    return {delay, {}};
  }

  error named(error e) const {
    e.edit_details().job_id = id_;
    return e;
  }

  error job_failed(std::optional<int> error_code) const {
    auto e = named(error(errc::job_failed));
    e.edit_details().job_error_code = error_code.value_or(0);
    return e;
  }

  /// There is a pause between polls, whatever the limits say.
  static constexpr std::chrono::milliseconds shortest{50};

  std::string id_;
  wait_limits limits_;
  std::minstd_rand random_;
  std::chrono::milliseconds interval_;
  time_point started_{};
  std::string last_status_{};
  std::string last_failure_{};  // of the last poll
};

}  // namespace gladia::api::detail
