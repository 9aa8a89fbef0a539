#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <gladia/detail/aborted.hpp>
#include <gladia/error.hpp>
#include <gladia/live/detail/close_table.hpp>
#include <gladia/live/options.hpp>
#include <gladia/live/session_state.hpp>
#include <gladia/live/summary.hpp>
#include <gladia/net/detail/retry_schedule.hpp>

namespace gladia::live::detail {

using gladia::detail::aborted;

using time_point = std::chrono::steady_clock::time_point;

using stage = session_state;

/// What the engine has to do next.
struct run_action {
  enum class kind {
    none,     ///< nothing: something is under way
    create,   ///< POST
    connect,  ///< open a link
    wait,     ///< call `on_wait_over` after `delay`
    close,    ///< close the link with 1000; its end is still to come
    drop,     ///< close the link at once; its end is still to come
    abandon,  ///< cancel the HTTP exchange; its answer is still to come
    fetch,    ///< GET the job
    finish,   ///< the session is over: see `run_fsm::outcome`
  };
  kind type = kind::none;
  std::chrono::milliseconds delay{0};
};

/// Decides the life of a session: create, connect, wait, connect again, fetch, end.
///
/// Pure: it is told what happened and when, and says what to do.
class run_fsm {
 public:
  /// At most 4 connects a second, whatever the options say.
  static constexpr std::chrono::milliseconds connect_interval{250};
  static constexpr std::chrono::milliseconds poll_interval{1000};
  /// How many redirects one attempt to open a link may follow.
  static constexpr int max_redirects = 5;
  /// A longer `Retry-After` of a refused handshake is not waited for.
  static constexpr std::chrono::seconds retry_after_cap{3600};

  /// The session ends after this many answers in a row that may not come from the server: before
  /// the first open link; and later, if they have also gone on for `doubtful_time`.
  static constexpr int first_doubts = 2;
  static constexpr int later_doubts = 3;
  static constexpr std::chrono::seconds doubtful_time{10};
  /// How many open links in a row may end with a fault of the protocol.
  static constexpr int faulty_links_limit = 3;
  /// The least time for fetching a lost end from the job, if the user sets none.
  static constexpr std::chrono::milliseconds shortest_fetch{5000};

  run_fsm(session_options const& options, bool attached, std::uint64_t seed)
      : options_(options),
        attached_(attached),
        schedule_(options.backoff, limits_of(options), seed) {}

  /// What is known of the session when a link or the fetch of the job ends.
  struct knowledge {
    bool words_missing = false;  ///< final transcripts may be missing
    bool can_fetch = false;      ///< there are a key and a job id to fetch the job with
    bool is_all_in_job = false;  ///< the job is done, and holds all audio and words
  };

  [[nodiscard]] detail::stage stage() const noexcept { return stage_; }
  /// Whether the job was made elsewhere.
  [[nodiscard]] bool is_attached() const noexcept { return attached_; }
  /// Whether the stop was given to the network, on any link.
  [[nodiscard]] bool stop_written() const noexcept { return stop_link_ > 0; }
  /// How many links were open.
  [[nodiscard]] int connections() const noexcept { return connections_; }
  /// How the last link ended.
  [[nodiscard]] net::link_end const& last_end() const noexcept { return last_end_; }
  /// Until when the job may be fetched, once fetching began; none if there is no limit.
  [[nodiscard]] std::optional<time_point> const& fetch_deadline() const noexcept {
    return fetch_deadline_;
  }
  /// Where the server redirected the next link to; none for the session's own URL.
  [[nodiscard]] std::optional<net::url> const& detour() const noexcept { return detour_; }
  /// How many attempts there were at the current link.
  [[nodiscard]] int attempts() const noexcept { return attempts_; }

  /// The session is to run. `fault` says what is wrong with its options or request, if anything.
  run_action on_run(error fault, time_point now) {
    if (intent_ == intent::cancelled) return finish(aborted());
    if (fault) return finish(std::move(fault));
    if (attached_) return connect_when_allowed(now, {});
    stage_ = detail::stage::creating;
    return {run_action::kind::create};
  }

  /// The POST was answered.
  run_action on_created(error failure, time_point now) {
    if (intent_ == intent::cancelled) return finish(aborted());
    if (intent_ == intent::stop_expired) return finish(stop_timeout());
    if (failure) return finish(std::move(failure));
    return connect_when_allowed(now, {});
  }

  /// The link is open. This is no progress yet: a server may accept and close for ever.
  void on_opened() noexcept {
    stage_ = detail::stage::streaming;
    doubts_ = {};
    ++connections_;
    attempts_ = 0;
    forget_detour();
  }

  /// More audio was acknowledged than before, or the link has been open for 5 s.
  void on_progress() noexcept { schedule_.on_progress(); }

  /// The stop message was given to the network, after all audio.
  void on_stop_written() noexcept { stop_link_ = connections_; }

  /// `stop()` was called.
  void on_stop(time_point when) noexcept { stopped_at_ = when; }

  /// Whether this end of the link is the good end of the session. 1000 is a good end only if the
  /// stop was sent on this link, because audio sent with an earlier stop may have been lost; and
  /// not if it answers our own close.
  [[nodiscard]] bool is_good_end(net::link_end const& end) const noexcept {
    return end.close_code == 1000 && stop_written() && stop_link_ == connections_ &&
           intent_ == intent::go_on;
  }

  /// The link ended, or could not be opened.
  run_action on_link_end(net::link_end end, knowledge const& known, time_point now) {
    auto const was_open = stage_ != detail::stage::connecting;
    last_end_ = std::move(end);
    // A close code says more than this side's own failure.
    auto failure = std::exchange(link_failure_, {});
    if (failure && last_end_.close_code == 0) last_end_ = {0, {}, std::move(failure)};
    if (intent_ == intent::cancelled) return finish(aborted());
    if (intent_ == intent::stop_expired) return conclude(stop_timeout(), known, now);
    if (last_end_.redirect) return follow_redirect(known, now);
    switch (fate_of(last_end_, options_.retry_unassigned_close_codes)) {
      case fate::end:
        return conclude(is_good_end(last_end_) ? error() : to_error(last_end_), known, now);
      case fate::fatal:
        return conclude(to_error(last_end_), known, now);
      case fate::retry:
        if (was_open) faulty_links_ = 0;
        return retry(known, now);
      case fate::doubt:
        return was_open ? retry_faulty_link(known, now) : retry_in_doubt(known, now);
    }
    return finish({});
  }

  /// The link is of no more use: it is closed without a handshake, and its end is `failure`.
  run_action on_link_failed(error failure) {
    if (stage_ != detail::stage::streaming) return {};
    link_failure_ = std::move(failure);
    return {run_action::kind::drop};
  }

  /// A wait is over.
  run_action on_wait_over(time_point now) {
    if (stage_ == detail::stage::polling) {
      stage_ = detail::stage::fetching;
      return {run_action::kind::fetch};
    }
    if (stage_ != detail::stage::waiting) return {};
    return connect_when_allowed(now, {});
  }

  /// `stop_timeout` is over.
  run_action on_stop_deadline(knowledge const& known, time_point now) {
    if (intent_ == intent::go_on) intent_ = intent::stop_expired;
    switch (stage_) {
      case detail::stage::creating:
        return {run_action::kind::abandon};
      case detail::stage::connecting:
        return {run_action::kind::drop};
      case detail::stage::streaming:
        return close();
      case detail::stage::waiting:
        return conclude(stop_timeout(), known, now);
      default:
        return {};
    }
  }

  /// `fetch_deadline` is reached.
  run_action on_fetch_deadline() const noexcept {
    if (stage_ != detail::stage::fetching) return {};
    return {run_action::kind::abandon};
  }

  /// The user gave up.
  run_action on_cancel() {
    if (intent_ == intent::cancelled || stage_ == detail::stage::ended) return {};
    intent_ = intent::cancelled;
    switch (stage_) {
      case detail::stage::creating:
      case detail::stage::fetching:
        return {run_action::kind::abandon};
      case detail::stage::connecting:
        return {run_action::kind::drop};
      case detail::stage::streaming:
        return close();
      case detail::stage::waiting:
      case detail::stage::polling:
        return finish(aborted());
      default:
        return {};
    }
  }

  /// The answer about the job came. `is_done` says that the job will not change any more.
  run_action on_fetched(bool is_done, knowledge const& known, time_point now) {
    if (intent_ == intent::cancelled) return finish(aborted());
    if (known.is_all_in_job) return finish({});
    auto const too_late = fetch_deadline_ && now + poll_interval > *fetch_deadline_;
    if (is_done || too_late) return finish(std::move(error_));
    stage_ = detail::stage::polling;
    return {run_action::kind::wait, poll_interval};
  }

  /// How the session ended. Precondition: `stage() == stage::ended`.
  struct outcome_type {
    gladia::error error;
    net::link_end last_end;
    bool stop_written = false;
  };
  [[nodiscard]] outcome_type outcome() const { return {error_, last_end_, stop_written()}; }

 private:
  enum class intent { go_on, stop_expired, cancelled };

  static net::detail::retry_schedule::limits limits_of(session_options const& o) noexcept {
    net::detail::retry_schedule::limits limits;
    if (o.reconnect_attempts > 0) limits.retries = o.reconnect_attempts;
    if (o.reconnect_window.count() > 0) limits.window = o.reconnect_window;
    limits.retry_after_cap = retry_after_cap;
    return limits;
  }

  run_action connect_when_allowed(time_point now, std::chrono::milliseconds delay) {
    if (last_connect_) {
      auto const allowed = *last_connect_ + connect_interval;
      // Rounded up: one millisecond too early would make five connects in a second.
      if (allowed > now) {
        delay = std::max(delay, std::chrono::ceil<std::chrono::milliseconds>(allowed - now));
      }
    }
    if (delay.count() > 0) {
      stage_ = detail::stage::waiting;
      return {run_action::kind::wait, delay};
    }
    stage_ = detail::stage::connecting;
    last_connect_ = now;
    schedule_.on_attempt(now);
    ++attempts_;
    return {run_action::kind::connect};
  }

  /// A redirect is no failure: it is followed within the same attempt.
  run_action follow_redirect(knowledge const& known, time_point now) {
    if (redirects_ == max_redirects) {
      auto& e = last_end_.error;
      auto details = e.details();
      details.message +=
          ", behind " + std::to_string(max_redirects) + " others, and that is too many";
      e = error(make_error_code(errc::too_many_redirects), std::move(details));
      return conclude(e, known, now);
    }
    ++redirects_;
    detour_ = std::move(last_end_.redirect);
    return connect_when_allowed(now, {});
  }

  void forget_detour() noexcept {
    detour_.reset();
    redirects_ = 0;
  }

  run_action retry(knowledge const& known, time_point now) {
    forget_detour();
    auto const delay = schedule_.on_failure(last_end_.error.details().retry_after, now);
    if (!delay) return conclude(reconnect_failed(now), known, now);
    return connect_when_allowed(now, *delay);
  }

  /// The answer may not come from the server.
  run_action retry_in_doubt(knowledge const& known, time_point now) {
    if (doubts_.count++ == 0) doubts_.since = now;
    auto const is_over =
        connections_ == 0 ? doubts_.count >= first_doubts
                          : doubts_.count >= later_doubts && now - doubts_.since >= doubtful_time;
    if (!is_over) return retry(known, now);
    auto e = to_error(last_end_);
    e.edit_details().attempts = doubts_.count;
    e.edit_details().elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - doubts_.since);
    return conclude(std::move(e), known, now);
  }

  /// The link ended with a protocol error. What the link acknowledged before does not count.
  run_action retry_faulty_link(knowledge const& known, time_point now) {
    if (++faulty_links_ < faulty_links_limit) return retry(known, now);
    return conclude(to_error(last_end_), known, now);
  }

  error reconnect_failed(time_point now) const {
    auto const last = to_error(last_end_);
    error e(make_error_code(errc::reconnect_failed), last.details());
    auto& details = e.edit_details();
    auto const& why = last.details().message;
    details.message = (why.empty() ? last.code().message() : why) + ": gave up reconnecting";
    details.attempts = schedule_.failures();
    details.elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - schedule_.since());
    return e;
  }

  error stop_timeout() const {
    error e(errc::stop_timeout, "the server did not finish within " +
                                    std::to_string(options_.stop_timeout.count()) +
                                    " ms after stop");
    e.edit_details().phase = phase::stop;
    return e;
  }

  run_action close() noexcept {
    stage_ = detail::stage::closing;
    return {run_action::kind::close};
  }

  /// Ends the session, or first fetches the job if it may hold what the link did not bring.
  run_action conclude(error e, knowledge const& known, time_point now) {
    auto const is_good = !e && !known.words_missing;
    auto const may_fetch = known.can_fetch && options_.fetch_result.value_or(true);
    if (is_good || !stop_written() || !may_fetch) return finish(std::move(e));
    fetch_deadline_ = end_of_fetch(now);
    error_ = std::move(e);
    stage_ = detail::stage::fetching;
    return {run_action::kind::fetch};
  }

  std::optional<time_point> end_of_fetch(time_point now) const noexcept {
    auto const timeout = options_.fetch_timeout;
    if (options_.fetch_result) {
      return timeout.count() > 0 ? std::optional(now + timeout) : std::nullopt;
    }
    if (!stopped_at_ || options_.stop_timeout.count() == 0) {
      return now + std::max(timeout, shortest_fetch);
    }
    return std::max(*stopped_at_ + options_.stop_timeout, now + shortest_fetch);
  }

  run_action finish(error e) {
    error_ = std::move(e);
    stage_ = detail::stage::ended;
    return {run_action::kind::finish};
  }

  session_options options_;
  bool attached_;
  net::detail::retry_schedule schedule_;  // of links
  detail::stage stage_ = detail::stage::idle;
  // These outlive any stage: a cancellation, a stop and its deadline must survive every reconnect.
  intent intent_ = intent::go_on;
  int connections_ = 0;
  int stop_link_ = 0;  // the number, from 1, of the last link that the stop was written on
  int attempts_ = 0;
  int redirects_ = 0;  // since the last request to the session's own URL
  std::optional<net::url> detour_;
  struct doubtful_answers {
    int count = 0;
    time_point since{};
  };
  doubtful_answers doubts_;  // since a link was open
  int faulty_links_ = 0;     // in a row
  std::optional<time_point> last_connect_;
  std::optional<time_point> stopped_at_;
  std::optional<time_point> fetch_deadline_;
  net::link_end last_end_;
  error link_failure_;
  error error_;
};

}  // namespace gladia::live::detail
