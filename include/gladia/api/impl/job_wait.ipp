#pragma once

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <gladia/api/detail/service.hpp>
#include <gladia/api/detail/wait_fsm.hpp>
#include <gladia/api/impl/answer.ipp>
#include <gladia/detail/aborted.hpp>
#include <gladia/net/backoff.hpp>
#include <gladia/net/impl/phase_timer.ipp>

namespace gladia::api::detail {

/// Polls a job until it is over. Runs on `strand` only.
template <class Job>
class job_wait : public std::enable_shared_from_this<job_wait<Job>> {
 public:
  using time_point = wait_fsm::time_point;
  using watcher = std::function<void(Job const&, std::chrono::milliseconds elapsed)>;

  /// \param ask    the call that gets the job
  /// \param watch  called with each answer; optional
  job_wait(std::shared_ptr<service const> service, boost::asio::any_io_executor const& strand,
           std::string id, net::http_call ask, wait_limits const& limits, watcher watch)
      : service_(std::move(service)),
        strand_(strand),
        ask_(std::move(ask)),
        watch_(std::move(watch)),
        machine_(std::move(id), limits, net::random_seed()),
        timer_(strand),
        deadline_(strand) {}

  /// \param done  called with the job once it is done, or with an error
  void start(std::function<void(result<Job>)> done) {
    done_ = std::move(done);
    started_ = now();
    ask_.is_tried_once = true;  // only `wait_fsm` decides when to try again
    deadline_.start(machine_.limits().deadline,
                    [self = this->shared_from_this()] { self->finish(self->machine_.timeout()); });
    carry_out(machine_.on_start(started_));
  }

  void cancel() { finish(gladia::detail::aborted()); }

 private:
  static time_point now() noexcept { return std::chrono::steady_clock::now(); }

  void carry_out(wait_fsm::decision const& next) {
    if (!done_) return;
    if (!next.delay) return finish(next.failure);
    // `phase_timer` takes a length of zero for no limit, and would never fire.
    timer_.start(std::max(*next.delay, std::chrono::milliseconds(1)),
                 [self = this->shared_from_this()] { self->ask(); });
  }

  void ask() {
    if (!done_) return;
    http_ = service_->http->start(strand_, ask_, [self = this->shared_from_this()](auto response) {
      self->on_answer(read_body<Job>(std::move(response)));
    });
  }

  void on_answer(result<Job> job) {
    if (!done_) return;
    if (!job) return carry_out(machine_.on_failure(job.error(), now()));
    if (watch_) {
      watch_(*job, std::chrono::duration_cast<std::chrono::milliseconds>(now() - started_));
    }
    auto const next = machine_.on_status(job->status, job->error_code);
    if (next.delay || next.failure) return carry_out(next);
    finish(std::move(*job));
  }

  void finish(result<Job> outcome) {
    timer_.stop();
    deadline_.stop();
    if (auto http = http_.lock()) http->cancel();
    if (auto const done = std::exchange(done_, nullptr)) done(std::move(outcome));
  }

  std::shared_ptr<service const> service_;
  boost::asio::any_io_executor strand_;
  net::http_call ask_;
  watcher watch_;
  wait_fsm machine_;
  net::detail::phase_timer timer_;     // until the next poll
  net::detail::phase_timer deadline_;  // of the whole wait
  std::weak_ptr<net::http_operation> http_{};
  std::function<void(result<Job>)> done_{};
  time_point started_{};
};

}  // namespace gladia::api::detail
