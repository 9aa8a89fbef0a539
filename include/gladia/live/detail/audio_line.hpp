#pragma once

#include <boost/asio/buffer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <gladia/config.hpp>
#include <gladia/detail/completion.hpp>
#include <gladia/error.hpp>
#include <gladia/live/detail/ack_tracker.hpp>
#include <gladia/live/detail/audio_queue.hpp>
#include <gladia/live/detail/byte_span.hpp>
#include <gladia/live/detail/meter.hpp>
#include <gladia/live/detail/server_clock.hpp>
#include <gladia/live/detail/writer_fsm.hpp>
#include <gladia/live/options.hpp>
#include <gladia/live/summary.hpp>
#include <gladia/model/live_message.hpp>

namespace gladia::live::detail {

/// The audio of a session, from the callers who hand it in to the server's acknowledgement, and the
/// measurements on this way. No I/O, and no clock of its own.
///
/// All members may be called from any thread. They lock a mutex inside, and never hold it while
/// they post a handler.
class audio_line {
  struct pending_send;

 public:
  using time_point = std::chrono::steady_clock::time_point;
  using send_completion = gladia::detail::completion<result<void>>;

  audio_line(audio_format const& format, session_options const& options);

  // Callers.

  /// Whether the caller has to wake the writer. `needed` is returned once each time the writer fell
  /// asleep.
  enum class wake { not_needed, needed };

  /// Accepts all of `bytes`, or nothing.
  result<wake> try_send(boost::asio::const_buffer bytes, time_point now);
  /// Accepts all of `bytes` and completes `done`, now or once there is room. Callers are served in
  /// their order. `waits(done)` is called before `done` is kept to wait.
  template <class OnWait>
  wake send(boost::asio::const_buffer bytes, send_completion done, std::uint64_t id, time_point now,
            OnWait waits);
  /// Ends the wait of one caller with `operation_aborted`.
  void cancel_send(std::uint64_t id);

  /// No more audio will come. Returns how many bytes of an incomplete frame were dropped; nothing
  /// if the line was closed or stopped before.
  std::optional<std::size_t> stop(time_point now);
  /// When the line was stopped.
  [[nodiscard]] std::optional<time_point> stopped_at() const;
  /// The session ends: later callers get `errc::session_ended`.
  void close();
  /// Completes all callers who wait with `why`.
  void fail_senders(error const& why);
  /// Takes the waiting callers out, so that their handlers are destroyed without being called.
  [[nodiscard]] std::list<pending_send> drop_senders() noexcept;

  // The writer.

  /// What is to be reported of the audio that was accepted since the last report.
  struct report {
    std::optional<byte_span> dropped{};
    std::optional<byte_span> unreplayable{};
    std::string_view container{};
    bool callers_wait = false;
  };
  [[nodiscard]] report take_report();

  /// What `writer` writes next. Audio is copied into `message` and counts as sent.
  writer_action next_write(writer_fsm& writer, std::vector<char>& message, report& taken,
                           time_point now);
  /// Serves callers who wait, while there is room. Returns whether one was served.
  bool admit_senders(time_point now);

  /// Where a link that opened goes on.
  struct resumption {
    std::optional<byte_span> lost{};  ///< unacknowledged audio that can no longer be replayed
    std::uint64_t resume = 0;
    std::uint64_t highest_sent = 0;  ///< audio below this offset is sent again
  };
  resumption on_open(int connections);

  // Acknowledgements.

  struct acknowledgement {
    bool has_moved = false;                  ///< more is acknowledged than before
    bool is_everything = false;              ///< all sent audio is acknowledged
    std::optional<std::uint64_t> origin{};   ///< the number that stands for where the link resumed
    std::uint64_t resume = 0;                ///< the offset where the link resumed
    std::optional<time_span> heard_again{};  ///< what the server hears twice; once for each link
    bool callers_wait = false;
  };
  acknowledgement on_ack(half_open_range<std::int64_t> const& range, time_point now);
  /// Acknowledgements stand still: callers no longer wait for them.
  void on_ack_stalled();

  // The server's time, in seconds.

  /// Until when the server may have heard audio.
  [[nodiscard]] double heard_until() const;
  /// The same, if all audio that is not sent yet were sent.
  [[nodiscard]] double all_until() const;
  /// When, in its own time, the server may hear again the part of the stream before `to`.
  [[nodiscard]] time_span repeated(std::uint64_t to) const;
  /// Whether `seconds` covers all audio, if the server does not count what it hears again.
  [[nodiscard]] bool is_all(double seconds) const;
  /// Whether `seconds` covers all audio, if the server counts what it hears again.
  [[nodiscard]] bool is_all_heard(double seconds) const;

  // Numbers.

  void count_keep_alive();
  void count_finals(std::uint64_t recovered, std::uint64_t withheld);
  /// Notes the latency of a first partial or of a final.
  void measure(transcript const& t, time_point now);
  [[nodiscard]] bool has_lost_audio() const;
  /// Why the stream was refused from its head on, if it was.
  [[nodiscard]] error head_fault() const;
  [[nodiscard]] statistics stats() const;

 private:
  /// A caller who waits for room.
  struct pending_send {
    std::uint64_t id;
    send_completion done;
    boost::asio::const_buffer bytes;
    result<void> outcome{};
  };

  // With the mutex held.
  result<void> accept(boost::asio::const_buffer bytes, audio_queue::wait_policy wait,
                      time_point now);
  [[nodiscard]] wake claim_wake() noexcept;
  void close_gap(std::uint64_t bytes) noexcept;
  [[nodiscard]] report take_report_unlocked() noexcept;
  [[nodiscard]] audio_queue::wait_policy policy_of_senders() const noexcept;
  [[nodiscard]] double seconds(std::uint64_t bytes) const noexcept;

  audio_format const format_;

  mutable std::mutex mutex_;
  audio_queue queue_;
  std::list<pending_send> senders_;
  bool writer_sleeps_ = true;  // the next accepted audio has to wake it
  bool acks_are_stalled_ = false;
  std::optional<time_point> stopped_at_;
  ack_tracker acks_;
  server_clock server_clock_;
  std::uint64_t highest_sent_ = 0;
  statistics numbers_;
  histogram ack_round_trip_, first_partial_, final_transcript_;
  offset_clock accepted_clock_, sent_clock_;
};

template <class OnWait>
audio_line::wake audio_line::send(boost::asio::const_buffer bytes, send_completion done,
                                  std::uint64_t id, time_point now, OnWait waits) {
  auto outcome = result<void>();
  auto waker = wake::not_needed;
  {
    std::lock_guard lock(mutex_);
    // New callers queue behind those who wait already.
    if (!senders_.empty()) outcome = error(errc::would_block);
    if (outcome) outcome = accept(bytes, policy_of_senders(), now);
    if (!outcome && outcome.error() == errc::would_block) {
      waits(done);
      senders_.push_back({id, std::move(done), bytes});
      return wake::not_needed;
    }
    if (outcome) waker = claim_wake();
  }
  std::move(done).post(std::move(outcome));
  return waker;
}

}  // namespace gladia::live::detail

#ifdef GLADIA_HEADER_ONLY
#include <gladia/live/impl/audio_line.ipp>
#endif
