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

/// How long a job is waited for.
struct wait_limits {
  std::chrono::milliseconds first{1000};     ///< before it is asked for the first time
  std::chrono::milliseconds longest{10000};  ///< between two questions
  std::chrono::milliseconds deadline{0};     ///< for the whole; zero: no limit
};

/// Decides when a job is asked for again, and when there is no use in it. No I/O, no clock.
///
/// What passes does not end a wait: network errors, 408, 425, 429, 5xx, answers that cannot be
/// read. A 404 does, but for the first seconds of a job that was never seen: it may not have got
/// everywhere yet.
class wait_fsm {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// What to do: ask after `delay`, or end, with `failure` where there is one.
  struct decision {
    std::optional<std::chrono::milliseconds> delay{};
    error failure{};
  };

  wait_fsm(std::string id, wait_limits const& limits, std::uint64_t seed)
      : id_(std::move(id)),
        limits_{bounded(limits.first), bounded(limits.longest), bounded(limits.deadline)},
        random_(static_cast<std::minstd_rand::result_type>(seed)),
        interval_(limits_.first) {}

  /// As they are kept to.
  [[nodiscard]] wait_limits const& limits() const noexcept { return limits_; }

  decision on_start(time_point now) {
    started_ = now;
    return {limits_.first, {}};
  }

  /// The service told of the job.
  decision on_status(open_enum<job_status> const& status, std::optional<int> error_code) {
    last_status_ = std::string(status.name());
    last_failure_.clear();
    if (status == job_status::done) return {};
    if (status == job_status::error) return {std::nullopt, job_failed(error_code)};
    return ask_later(std::nullopt);
  }

  /// The question failed.
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

  /// The intervals grow, and are jittered, so that many who wait do not ask in step.
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

  /// Whatever the limits say, a service is not asked without a pause.
  static constexpr std::chrono::milliseconds shortest{50};

  std::string id_;
  wait_limits limits_;
  std::minstd_rand random_;
  std::chrono::milliseconds interval_;
  time_point started_{};
  std::string last_status_{};
  std::string last_failure_{};  // of the last question
};

}  // namespace gladia::api::detail
