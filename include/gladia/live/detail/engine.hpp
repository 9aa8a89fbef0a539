#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gladia/api/detail/service.hpp>
#include <gladia/detail/completion.hpp>
#include <gladia/detail/handler_keeper.hpp>
#include <gladia/detail/strand.hpp>
#include <gladia/live/detail/audio_line.hpp>
#include <gladia/live/detail/event_line.hpp>
#include <gladia/live/detail/run_fsm.hpp>
#include <gladia/live/detail/watchdog.hpp>
#include <gladia/live/detail/word_line.hpp>
#include <gladia/live/detail/writer_fsm.hpp>
#include <gladia/live/event.hpp>
#include <gladia/live/options.hpp>
#include <gladia/live/summary.hpp>
#include <gladia/model/live_request.hpp>
#include <gladia/net/websocket.hpp>

namespace gladia::live::detail {

/// What a session is made of.
struct session_setup {
  std::shared_ptr<api::detail::service const> service;
  live_request request;
  session_options options;
  std::optional<live_session_info> attached;  ///< made elsewhere: no POST
};

/// The conductor of a session: its link, its calls and its timers. The state machines decide;
/// `audio_line` and `event_line` hold the audio and the events.
///
/// Public members may be called from any thread. Everything else is used on the strand only.
/// Pending operations keep the engine alive.
class engine final : public net::websocket_listener,
                     public gladia::detail::sleeper,
                     private gladia::detail::handler_keeper,
                     public std::enable_shared_from_this<engine> {
 public:
  template <class T>
  using completion = gladia::detail::completion<T>;
  template <class T>
  using handler = typename completion<T>::handler_type;

  explicit engine(session_setup setup);
  ~engine() override;

  [[nodiscard]] boost::asio::any_io_executor const& get_executor() const noexcept {
    return service_->executor;
  }

  void run(handler<summary> h);
  void receive(handler<result<event>> h);
  void send(boost::asio::const_buffer bytes, handler<result<void>> h);
  result<void> try_send(boost::asio::const_buffer bytes);
  void stop() noexcept;
  /// Waits for the summary. Completes at once if the session does not run.
  void wait_for_end(handler<summary> h);
  /// Waits for the summary, also of a session that does not run yet.
  void wait_until_over(handler<summary> h);
  void cancel() noexcept;
  /// The session object was destroyed: from now on every handler gets `operation_aborted`.
  void abandon() noexcept;
  [[nodiscard]] statistics stats() const;
  [[nodiscard]] session_state state() const noexcept { return state_; }
  [[nodiscard]] std::string id() const;

 private:
  using time_point = std::chrono::steady_clock::time_point;

  /// A user's operation that waits. Its id lets its cancellation find it, and no other.
  template <class T>
  struct pending {
    std::uint64_t id;
    completion<T> done;
  };

  static time_point now() noexcept { return std::chrono::steady_clock::now(); }

  template <class Function>
  void on_strand(Function function) noexcept;

  // The life of the session.
  void start(pending<summary> runner);
  void execute(run_action const& action);
  void create_session();
  void abandon_call();
  void on_created(result<net::http_response> response);
  void open_link();
  void wait(std::chrono::milliseconds delay);
  void fetch_job();
  void on_fetched(result<net::http_response> response);
  void finish();
  void on_stop();
  void arm_stop_timer();
  void on_cancel();
  void abort_wait(std::uint64_t id);
  void drop_handlers() noexcept override;
  error check_setup() const;
  error accept_session(result<net::http_response> const& response);
  void learn_id(std::string const& id);
  completeness verdict_of(run_fsm::outcome_type const& outcome) const;

  // The link.
  void on_open(net::websocket& link) override;
  void on_message(net::websocket& link, std::string_view text) override;
  void on_activity(net::websocket& link) override;
  void on_written(net::websocket& link) override;
  void on_closed(net::websocket& link, net::link_end end) override;
  [[nodiscard]] bool is_current(net::websocket const& link) const noexcept {
    return &link == current_;
  }

  void redact_token(net::link_end& end) const;

  // Audio out.
  void on_wake() override { write_next(); }
  void wake_writer() noexcept;
  void write_next();
  void admit_senders();
  void report(audio_line::report const& taken);

  // Messages in.
  void on_ack(audio_chunk_ack const& ack);
  void warn_of_mismatch(std::uint64_t origin, std::uint64_t resume);
  void log_unreadable(live_message const& message, std::string const& what);
  connected describe_link(std::uint64_t resume, std::uint64_t highest_sent) const;
  void report_missing_addons();
  [[nodiscard]] run_fsm::knowledge knowledge() const;
  void push(event&& e) { words_.push(std::move(e)); }
  void warn(warning_code code, std::string text, byte_span where = {});

  // Time.
  void watch();
  void on_alarm(alarm what);
  void on_ack_stalled();

  void log(log_level level, std::string_view text) const;

  std::shared_ptr<api::detail::service const> const service_;
  live_request const request_;
  session_options const options_;
  boost::asio::any_io_executor const strand_;
  std::shared_ptr<gladia::detail::handler_memory> const wake_memory_;
  std::atomic<std::uint64_t> next_operation_{0};
  std::atomic<std::uint64_t> messages_received_{0};
  std::atomic<session_state> state_{session_state::idle};  // a copy of that of `run_`

  audio_line audio_;
  event_line events_;

  mutable std::mutex id_mutex_;
  std::string id_;  // the job's

  // On the strand.
  run_fsm run_;
  writer_fsm writer_;
  watchdog watchdog_;
  word_line words_;
  live_session_info session_;
  std::weak_ptr<net::websocket> link_;       // its pending operations own it
  net::websocket const* current_ = nullptr;  // the same link: only to compare addresses
  std::weak_ptr<net::http_operation> http_;  // its pending operations own it
  boost::asio::steady_timer retry_timer_;    // until the next connect or poll, or its deadline
  boost::asio::steady_timer stop_timer_;     // until `stop_timeout`
  boost::asio::steady_timer watch_timer_;    // until the watchdog may have to act
  std::optional<time_point> watch_due_;
  bool mismatch_reported_ = false;
  bool unreadable_logged_ = false;
  bool shortening_reported_ = false;  // since acknowledgements last advanced
  int unreadable_answers_ = 0;        // when the job was fetched
  std::shared_ptr<live_job const> job_;
  std::optional<live::summary> summary_;  // once the session ended
  std::optional<pending<summary>> runner_;
  std::list<pending<summary>> waiters_;
};

}  // namespace gladia::live::detail

#ifdef GLADIA_HEADER_ONLY
#include <gladia/live/impl/engine.ipp>
#endif
