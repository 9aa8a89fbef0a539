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

/// The audio of a session, from the callers who hand it in to the server's acknowledgement, and
/// what is measured on this way. No I/O, and no clock of its own.
///
/// All members may be called from any thread: a mutex is held inside, and never while a handler is
/// posted.
class audio_line {
  struct pending_send;

 public:
  using time_point = std::chrono::steady_clock::time_point;
  using send_completion = gladia::detail::completion<result<void>>;

  audio_line(audio_format const& format, session_options const& options);

  // Callers.

  /// Whether the writer sleeps and has to be woken: at most once each time that it fell asleep.
  enum class wake { not_needed, needed };

  /// Takes all of `bytes`, or nothing.
  result<wake> try_send(boost::asio::const_buffer bytes, time_point now);
  /// Takes all of `bytes` and completes `done`, now or once there is room. Callers are served in
  /// their order. `waits(done)` is called before it has to wait.
  template <class OnWait>
  wake send(boost::asio::const_buffer bytes, send_completion done, std::uint64_t id, time_point now,
            OnWait waits);
  /// Ends the waiting of one caller.
  void cancel_send(std::uint64_t id);

  /// No more audio will come. Returns how many bytes of an incomplete frame were dropped; nothing
  /// where the line was closed or stopped before.
  std::optional<std::size_t> stop(time_point now);
  /// When it was stopped.
  [[nodiscard]] std::optional<time_point> stopped_at() const;
  /// The session ends: callers are told `errc::session_ended`.
  void close();
  /// Completes all who wait.
  void fail_senders(error const& why);
  /// Takes them out, to be destroyed without being called.
  [[nodiscard]] std::list<pending_send> drop_senders() noexcept;

  // The writer.

  /// What is to be told of the audio that was taken since the last time.
  struct report {
    std::optional<byte_span> dropped{};
    std::optional<byte_span> unreplayable{};
    std::string_view container{};
    bool callers_wait = false;
  };
  [[nodiscard]] report take_report();

  /// What `writer` writes next. Audio is put into `message` and counts as sent.
  writer_action next_write(writer_fsm& writer, std::vector<char>& message, report& taken,
                           time_point now);
  /// Serves callers who wait, while there is room. Returns whether one was served.
  bool admit_senders(time_point now);

  /// Where a link that opened goes on.
  struct resumption {
    std::optional<byte_span> lost{};  ///< should have been sent again, but is no longer kept
    std::uint64_t resume = 0;
    std::uint64_t highest_sent = 0;  ///< what lies below is sent again
  };
  resumption on_open(int connections);

  // Acknowledgements.

  struct acknowledgement {
    bool has_moved = false;                  ///< more is acknowledged than before
    bool is_everything = false;              ///< all that was sent is
    std::optional<std::uint64_t> origin{};   ///< the number that stands for where the link resumed
    std::uint64_t resume = 0;                ///< where that was
    std::optional<time_span> heard_again{};  ///< by the server; told once for each link
    bool callers_wait = false;
  };
  acknowledgement on_ack(half_open_range<std::int64_t> const& range, time_point now);
  /// They stand still: callers need not wait for them.
  void on_ack_stalled();

  // The server's time, in seconds.

  /// Until when the server may have heard audio.
  [[nodiscard]] double heard_until() const;
  /// The same, with the audio that was not sent.
  [[nodiscard]] double all_until() const;
  /// Where it may hear again what of the stream lies before `to`.
  [[nodiscard]] time_span repeated(std::uint64_t to) const;
  /// Whether so many seconds are all audio, as the server counts without what it hears again ...
  [[nodiscard]] bool is_all(double seconds) const;
  /// ... and with it.
  [[nodiscard]] bool is_all_heard(double seconds) const;

  // Numbers.

  void count_keep_alive();
  void count_finals(std::uint64_t recovered, std::uint64_t withheld);
  /// The first partial of an utterance, or its final, came.
  void measure(transcript const& t, time_point now);
  [[nodiscard]] bool has_lost_audio() const;
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
  bool writer_sleeps_ = true;  // the next audio that is taken has to wake it
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
    // Behind those who wait already.
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
