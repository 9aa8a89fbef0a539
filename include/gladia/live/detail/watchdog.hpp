#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include <gladia/live/options.hpp>
#include <gladia/net/websocket.hpp>

namespace gladia::live::detail {

/// What the watchdog noticed.
enum class alarm {
  none,
  look,              ///< a message or a ping takes long to leave: call `on_outflow`
  ping,              ///< nothing came in for half of the limit: ask for a sign of life
  link_dead,         ///< nothing came in after the ping either
  send_stalled,      ///< the server does not read: no more bytes of a message leave
  progress,          ///< the link has been open for 5 s
  keep_alive,        ///< the caller has been silent: an empty chunk is due
  keep_alive_limit,  ///< the caller has been silent for too long; reported once
  ack_stalled,       ///< audio is sent, but acknowledgements stand still; reported once each time
};

/// Watches the times of one link after the other. Pure: its caller says what happened and when.
///
/// A link may be slow. As long as bytes leave, no message counts as stalled, and no answer is due
/// that the server could not give yet.
class watchdog {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  /// A link that lives this long is progress, even if no audio was acknowledged.
  static constexpr std::chrono::seconds stable_after{5};

  explicit watchdog(session_options const& options) : options_(options) {}

  void on_open(time_point now) noexcept {
    opened_ = now;
    last_activity_ = now;
    if (!last_audio_) last_audio_ = now;
    stable_ = ack_reported_ = false;
    pinged_.reset();
    write_started_.reset();
    looked_ = {};
  }
  void on_closed(time_point now) noexcept {
    opened_.reset();
    if (unacknowledged_since_ && !ack_reported_) {
      unacknowledged_for_ += now - *unacknowledged_since_;
    }
    unacknowledged_since_.reset();
  }
  void on_activity(time_point now) noexcept {
    last_activity_ = now;
    pinged_.reset();
  }
  void on_write(time_point now) noexcept {
    begin_leaving(now);
    write_started_ = now;
  }
  void on_written() noexcept { write_started_.reset(); }
  /// The answer to `look`: how much has left this machine.
  void on_outflow(net::outflow const& out, time_point now) noexcept {
    if (looked_.bytes && out.bytes > *looked_.bytes) on_leaving(now);
    looked_.bytes = out.bytes;
    looked_.ping_left = out.ping_left;
  }
  void on_audio_sent(time_point now) noexcept {
    last_audio_ = now;
    limit_reported_ = false;
    if (!unacknowledged_since_) unacknowledged_since_ = now;
  }
  void on_acknowledged(bool everything, time_point now) noexcept {
    ack_reported_ = false;
    unacknowledged_for_ = {};
    unacknowledged_since_ = everything ? std::nullopt : std::optional<time_point>(now);
  }
  /// From now on the silence of the caller is intended.
  void on_stop() noexcept { stopping_ = true; }

  /// What is due, one alarm at a time. Call it until it returns `none`.
  [[nodiscard]] alarm check(time_point now) noexcept {
    if (!opened_) return alarm::none;
    if (is_due(look_deadline(), now)) {
      looked_.at = now;
      return alarm::look;
    }
    if (is_due(send_deadline(), now)) return alarm::send_stalled;
    if (is_due(dead_deadline(), now)) return alarm::link_dead;
    if (is_due(ping_deadline(), now)) {
      begin_leaving(now);
      looked_.ping_left = false;
      pinged_ = now;
      return alarm::ping;
    }
    if (is_due(stable_deadline(), now)) {
      stable_ = true;
      return alarm::progress;
    }
    if (is_due(ack_deadline(), now)) {
      ack_reported_ = true;
      unacknowledged_for_ = {};
      return alarm::ack_stalled;
    }
    if (is_due(limit_deadline(), now)) {
      limit_reported_ = true;
      return alarm::keep_alive_limit;
    }
    if (is_due(keep_alive_deadline(), now)) {
      last_keep_alive_ = now;
      return alarm::keep_alive;
    }
    return alarm::none;
  }

  /// When the next alarm may be due, if nothing else happens.
  [[nodiscard]] std::optional<time_point> deadline() const noexcept {
    if (!opened_) return std::nullopt;
    std::optional<time_point> first;
    for (auto const& next :
         {look_deadline(), send_deadline(), dead_deadline(), ping_deadline(), stable_deadline(),
          ack_deadline(), limit_deadline(), keep_alive_deadline()}) {
      if (next && (!first || *next < *first)) first = next;
    }
    return first;
  }

 private:
  using deadline_type = std::optional<time_point>;

  static bool is_due(deadline_type const& deadline, time_point now) noexcept {
    return deadline && now >= *deadline;
  }
  static deadline_type after(deadline_type const& from, std::chrono::nanoseconds limit) noexcept {
    return from && limit.count() > 0 ? deadline_type(*from + limit) : std::nullopt;
  }

  /// Whether a message or a ping may not have left this machine yet.
  bool is_leaving() const noexcept { return write_started_ || (pinged_ && !looked_.ping_left); }
  /// A message begins to leave. Earlier readings of the outflow no longer count, unless they are
  /// recent: then messages follow each other closely.
  void begin_leaving(time_point now) noexcept {
    if (is_leaving() || (looked_.at && now - *looked_.at <= look_interval())) return;
    looked_ = {};
  }
  void on_leaving(time_point now) noexcept {
    if (write_started_) {
      write_started_ = now;
      if (unacknowledged_since_) unacknowledged_since_ = now;
    }
    if (pinged_ && !looked_.ping_left) pinged_ = now;
  }

  /// Looks a few times within the shortest limit that outflow extends, but not at messages that
  /// leave at once.
  deadline_type look_deadline() const noexcept {
    if (!is_leaving()) return std::nullopt;
    auto const since = write_started_ ? write_started_ : pinged_;
    return after(looked_.at ? looked_.at : since, look_interval());
  }
  std::chrono::nanoseconds look_interval() const noexcept {
    constexpr int looks = 5;
    auto const dead = half_of_link_timeout();
    std::chrono::nanoseconds const stall = options_.send_stall_timeout;
    auto const one_is_off = dead.count() == 0 || stall.count() == 0;
    return (one_is_off ? std::max(dead, stall) : std::min(dead, stall)) / looks;
  }
  std::chrono::nanoseconds half_of_link_timeout() const noexcept {
    return std::chrono::nanoseconds(options_.link_timeout) / 2;
  }
  deadline_type send_deadline() const noexcept {
    return after(write_started_, options_.send_stall_timeout);
  }
  // A link is dead only after an unanswered ping: after a pause of the whole process it may live.
  deadline_type dead_deadline() const noexcept { return after(pinged_, half_of_link_timeout()); }
  deadline_type ping_deadline() const noexcept {
    return pinged_ ? std::nullopt : after(last_activity_, half_of_link_timeout());
  }
  deadline_type stable_deadline() const noexcept {
    return stable_ ? std::nullopt : after(opened_, stable_after);
  }
  deadline_type ack_deadline() const noexcept {
    if (ack_reported_) return std::nullopt;
    auto const deadline = after(unacknowledged_since_, options_.ack_timeout);
    return deadline ? deadline_type(*deadline - unacknowledged_for_) : std::nullopt;
  }
  bool keeps_alive() const noexcept {
    return !stopping_ && !limit_reported_ && options_.keep_alive_after.count() > 0;
  }
  deadline_type limit_deadline() const noexcept {
    return keeps_alive() ? after(last_audio_, options_.keep_alive_limit) : std::nullopt;
  }
  deadline_type keep_alive_deadline() const noexcept {
    if (!keeps_alive()) return std::nullopt;
    auto const first = after(last_audio_, options_.keep_alive_after);
    if (!last_keep_alive_ || *last_keep_alive_ < *first) return first;
    return after(last_keep_alive_, options_.keep_alive_interval);
  }

  session_options options_;
  deadline_type opened_;
  deadline_type last_activity_;
  deadline_type pinged_;      // the ping after the last activity, or when it was last seen leaving
  deadline_type last_audio_;  // kept over a reconnect, as the caller's silence goes on
  deadline_type last_keep_alive_;
  deadline_type write_started_;  // or when the message was last seen leaving
  deadline_type unacknowledged_since_;
  // Time on earlier links. Links that are lost again and again must not put the alarm off for ever.
  std::chrono::nanoseconds unacknowledged_for_{0};
  // Readings since a message or a ping last began to leave.
  struct {
    deadline_type at;
    std::optional<std::uint64_t> bytes;
    bool ping_left = false;
  } looked_;
  // Which alarms were reported; reset when their cause ends.
  bool stable_ = false;
  bool ack_reported_ = false;
  bool limit_reported_ = false;
  bool stopping_ = false;
};

}  // namespace gladia::live::detail
