// The machines of a session, driven as the engine drives them: whatever the network, the server,
// the caller and the clock do, no audio is lost unreported, and the session ends. The input is the
// options, then one operation after the other.
#include <gladia/live/detail/ack_tracker.hpp>
#include <gladia/live/detail/audio_queue.hpp>
#include <gladia/live/detail/run_fsm.hpp>
#include <gladia/live/detail/watchdog.hpp>
#include <gladia/live/detail/writer_fsm.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "support.hpp"
#include "support/counting_server.hpp"

using fuzz::require;

namespace {

using gladia::live::detail::ack_tracker;
using gladia::live::detail::audio_queue;
using gladia::live::detail::run_action;
using gladia::live::detail::run_fsm;
using gladia::live::detail::stage;
using gladia::live::detail::time_point;
using gladia::live::detail::watchdog;
using gladia::live::detail::writer_action;
using gladia::live::detail::writer_fsm;
using watchdog_alarm = gladia::live::detail::alarm;  // unistd.h has one, too
using gladia::audio_format;
using gladia::errc;
using gladia::error;
using gladia::live::overflow_policy;
using gladia::live::session_options;
using gladia::net::link_end;
using gladia::test::counting;
using gladia::test::counting_server;
using std::chrono::milliseconds;
using kind = run_action::kind;

session_options read_options(fuzz::input& in) {
  static constexpr int times[] = {0, 1, 50, 250, 1000, 5000, 60000};
  auto const time = [&in] { return milliseconds(in.one_of(times)); };
  session_options options;
  options.reconnect_window = time();
  options.reconnect_attempts = in.byte() % 4;
  options.backoff = {time(), time()};
  options.retry_unassigned_close_codes = in.flag();
  options.send_stall_timeout = time();
  options.link_timeout = time();
  options.ack_timeout = time();
  options.keep_alive_after = time();
  options.keep_alive_interval = time();
  options.keep_alive_limit = time();
  options.buffer = time();
  options.high_water = time();
  options.low_water = time();
  options.overflow = in.flag() ? overflow_policy::drop_oldest : overflow_policy::refuse;
  options.fetch_result = in.flag();
  options.fetch_timeout = time();
  return options;
}

audio_format read_format(fuzz::input& in) {
  static audio_format const formats[] = {{gladia::audio_encoding::pcm, 16, 8000, 1},
                                         {gladia::audio_encoding::pcm, 24, 8000, 3},
                                         {gladia::audio_encoding::ulaw, 8, 8000, 1}};
  return in.one_of(formats);
}

/// The byte at a position of the caller's audio. What begins like a WAV header, but is none, passes
/// through the place where headers are held back.
char sample(std::uint64_t position, bool is_like_a_header) {
  constexpr std::string_view start = "RIFF....WAVX";
  if (is_like_a_header && position < start.size()) return start[position];
  return static_cast<char>((position * 0x9e3779b97f4a7c15u) >> 56u);
}

/// A session without sockets.
class session {
 public:
  explicit session(fuzz::input& in)
      : in_(in),
        options_(read_options(in)),
        format_(read_format(in)),
        is_like_a_header_(in.flag()),
        server_(read_server(in)),
        run_(options_, in.flag(), 42),
        queue_(format_, options_),
        watchdog_(options_),
        acks_(horizon()) {}

  void play() {
    while (!in_.is_empty()) {
      operate();
      check();
    }
    end();
  }

 private:
  // Short, so that inputs that the fuzzer finds reach behind it.
  static constexpr std::uint64_t horizon() { return 4000; }

  /// A server that tells the truth, in some way of counting; or none, for one that does not.
  std::optional<counting_server> read_server(fuzz::input& in) {
    auto const way = in.byte() % 4;
    auto const first = std::uint64_t{in.byte()} * 100;
    if (way == 3) return std::nullopt;
    return counting_server(
        static_cast<counting>(way), horizon(), [&in](std::uint64_t n) { return in.byte() % n; },
        first);
  }

  enum class pending { nothing, post, opening, open, wait, get };

  void operate() {
    switch (in_.byte() % 14) {
      case 0:
      case 1:
        return accept();
      case 2:
        return start();
      case 3:
      case 4:
        return answer(in_.byte());
      case 5:
        return read();
      case 6:
        return acknowledge();
      case 7:
        return acknowledge_nonsense();
      case 8:
        return written();
      case 9:
        return end_link(read_end());
      case 10:
        return pass_time(milliseconds(in_.number(2)));
      case 11:
        return stop();
      case 12:
        return stop_deadline();
      case 13:
        // Rarely, or nothing else would be seen.
        if (in_.byte() < 16) cancel();
        return;
    }
  }

  // The caller.

  void accept() {
    auto const choice = in_.byte();
    auto const size = choice < 200 ? std::size_t{choice} : (choice - 199u) * std::size_t{400};
    static constexpr audio_queue::wait_policy policies[] = {
        audio_queue::wait_policy::none, audio_queue::wait_policy::link,
        audio_queue::wait_policy::link_and_acks};
    std::string audio;
    for (std::size_t i = 0; i < size; ++i) audio += sample(accepted_ + i, is_like_a_header_);
    auto const accepted = queue_.accept(boost::asio::buffer(audio), in_.one_of(policies));
    if (accepted) accepted_ += size;
    if (!accepted && !queue_.is_closed()) {
      require(accepted.error() == errc::would_block || accepted.error() == errc::chunk_too_large,
              "audio is refused for want of room only");
    }
    write_next();
  }

  void start() {
    if (was_started_) return;
    was_started_ = true;
    perform(run_.on_run({}, now_));
  }

  void stop() {
    if (queue_.is_closed()) return;
    is_stopping_ = true;
    remainder_ += queue_.close(errc::stopping);
    watchdog_.on_stop();
    write_next();
  }

  void stop_deadline() {
    if (!is_stopping_ || !was_started_ || is_deadline_past_) return;
    is_deadline_past_ = true;
    interrupt(run_.on_stop_deadline(known_, now_));
  }

  void cancel() {
    remainder_ += queue_.close(errc::session_ended);
    interrupt(run_.on_cancel());
  }

  // The network and the server.

  /// What is under way ends, well if `choice` is odd.
  void answer(std::uint8_t choice) {
    bool const is_good = choice % 2 != 0;
    switch (std::exchange(pending_, pending::nothing)) {
      case pending::nothing:
        return;
      case pending::post:
        return perform(run_.on_created(is_good ? error() : error(errc::unauthorized), now_));
      case pending::opening:
        if (is_good) return open();
        pending_ = pending::opening;
        return end_link(read_end());
      case pending::open:
        pending_ = pending::open;
        return end_link(read_end());
      case pending::wait:
        now_ = std::max(now_, wait_until_);
        return perform(run_.on_wait_over(now_));
      case pending::get:
        if (run_.fetch_deadline() && choice % 4 == 2) {
          now_ = std::max(now_, *run_.fetch_deadline());
          pending_ = pending::get;
          perform(run_.on_fetch_deadline());
          pending_ = pending::nothing;
        }
        return perform(run_.on_fetched(is_good, known_, now_));
    }
  }

  link_end read_end() {
    static constexpr std::uint16_t codes[] = {1000, 1001, 1005, 1006, 1008, 1011, 3000,
                                              4000, 4403, 4408, 4500, 4504, 0,    0};
    static constexpr int statuses[] = {0, 0, 401, 403, 404, 408, 429, 502};
    link_end end;
    end.close_code = in_.one_of(codes);
    if (end.close_code != 0) return end;
    auto const status = in_.one_of(statuses);
    end.error = status == 0
                    ? error(boost::asio::error::connection_reset)
                    : error(make_error_code(errc::unexpected_status), gladia::phase::upgrade);
    end.error.edit_details().http_status = status;
    if (status == 429) {
      end.error.edit_details().retry_after = std::chrono::seconds(in_.number(3));
    }
    return end;
  }

  void open() {
    pending_ = pending::open;
    run_.on_opened();
    writer_.on_open();
    watchdog_.on_open(now_);
    take_losses();
    auto const sent = queue_.ring().sent();
    auto const lost = queue_.rewind();
    resume_ = queue_.ring().base();
    acks_.on_open(resume_, sent);
    is_stop_written_ = false;
    in_flight_ = sent_here_ = 0;
    if (server_) require(resume_ <= server_->has() || lost, "a gap is reported");
    if (lost) require(lost->from < lost->to && lost->to <= queue_.accepted(), "as a span");
    if (server_ && lost) server_->on_skipped(resume_);
    if (server_) server_->on_open(resume_);
    write_next();
  }

  void end_link(link_end end) {
    if (pending_ != pending::opening && pending_ != pending::open) return;
    pending_ = pending::nothing;
    writer_.on_closed();
    watchdog_.on_closed(now_);
    if (server_) server_->on_lost();
    perform(run_.on_link_end(std::move(end), known_, now_));
  }

  /// The server reads some of what is in flight.
  void read() {
    if (pending_ != pending::open) return;
    auto const n = std::min<std::uint64_t>(in_flight_, in_.number(2));
    in_flight_ -= n;
    if (server_) server_->read(n);
    watchdog_.on_activity(now_);
  }

  /// The server tells what came, or again what it told; what is on its way comes, or is lost.
  void acknowledge() {
    if (pending_ != pending::open || !server_) return;
    auto const choice = in_.byte() % 8;
    if (choice < 4) server_->tell();
    if (choice == 4) server_->tell_again();
    if (choice == 5) server_->lose();
    if (choice == 3) return;
    auto const range = server_->deliver(queue_.ring().sent() - resume_);
    if (!range) return;
    // What made room for new audio is no longer kept, and was reported.
    auto const base = queue_.ring().base();
    on_ack(static_cast<std::int64_t>(range->begin), static_cast<std::int64_t>(range->end));
    require(queue_.ring().base() <= std::max(base, server_->has()), "what did not arrive is kept");
  }

  void acknowledge_nonsense() {
    if (pending_ != pending::open || server_) return;
    auto const begin = static_cast<std::int64_t>(in_.number(8));
    on_ack(begin, static_cast<std::int64_t>(in_.number(8)));
  }

  void on_ack(std::int64_t begin, std::int64_t end) {
    watchdog_.on_activity(now_);
    auto const acknowledged = queue_.acknowledged();
    auto const sent = queue_.ring().sent();
    auto const moved = queue_.acknowledge(acks_.on_ack(begin, end, sent).offset);
    require(queue_.acknowledged() >= acknowledged, "acknowledgements never go back");
    require(moved == (queue_.acknowledged() > acknowledged), "it tells whether there is news");
    if (!moved) return;
    run_.on_progress();
    watchdog_.on_acknowledged(queue_.acknowledged() == queue_.ring().sent(), now_);
  }

  // The engine.

  void written() {
    if (pending_ != pending::open || !writer_.is_writing()) return;
    writer_.on_written();
    watchdog_.on_written();
    write_next();
  }

  void write_next() {
    if (pending_ != pending::open || writer_.is_writing()) return;
    take_losses();
    auto const sendable = queue_.sendable();
    auto const action = writer_.next(sendable, is_stopping_);
    switch (action.type) {
      case writer_action::kind::none:
        require(sendable == 0 || is_stop_written_, "audio does not wait for nothing");
        require(!is_stopping_ || is_stop_written_, "every link is told of the stop");
        return;
      case writer_action::kind::audio:
        require(!is_stop_written_, "no audio follows the stop");
        send(action.bytes);
        watchdog_.on_audio_sent(now_);
        break;
      case writer_action::kind::stop:
        require(is_stopping_ && sendable == 0, "the stop follows all audio");
        is_stop_written_ = true;
        run_.on_stop_written();
        break;
      case writer_action::kind::keep_alive:
        require(sendable == 0 && !is_stopping_, "silence is covered up, nothing else");
        break;
    }
    watchdog_.on_write(now_);
  }

  void send(std::size_t bytes) {
    auto& ring = queue_.ring();
    require(bytes > 0 && bytes % format_.bytes_per_frame() == 0, "a message holds whole frames");
    require(bytes <= format_.bytes_per_second(), "and at most a second");
    require(ring.sent() == resume_ + sent_here_, "a link gets all from its base on");
    auto position = ring.sent() + dropped_;
    for (auto const& part : ring.next(bytes)) {
      auto const* data = static_cast<char const*>(part.data());
      for (std::size_t i = 0; i < part.size(); ++i, ++position) {
        require(data[i] == sample(position, is_like_a_header_), "the audio goes on where it was");
      }
    }
    ring.mark_sent(bytes);
    in_flight_ += bytes;
    sent_here_ += bytes;
  }

  /// What the engine reports before it goes on.
  void take_losses() {
    if (auto const unreplayable = queue_.take_unreplayable()) {
      require(unreplayable->from < unreplayable->to, "what lost its replay is a span");
    }
    auto const dropped = queue_.take_dropped();
    if (!dropped) return;
    auto const at = queue_.ring().base();
    require(at == queue_.ring().sent(), "only the oldest audio is dropped");
    require(dropped->from == at + dropped_, "audio is dropped where it would have gone on");
    require(options_.overflow == overflow_policy::drop_oldest, "and only if it may be");
    dropped_ += dropped->to - dropped->from;
    if (server_) server_->on_dropped(at);
  }

  /// Carries out an answer to a caller, which may cut a wait short.
  void interrupt(run_action const& action) {
    if (action.type != kind::none && pending_ == pending::wait) pending_ = pending::nothing;
    perform(action);
  }

  void perform(run_action const& action) {
    bool const is_idle = pending_ == pending::nothing;
    switch (action.type) {
      case kind::none:
        return;
      case kind::create:
        require(is_idle, "one thing at a time: create");
        pending_ = pending::post;
        return;
      case kind::connect:
        require(is_idle, "one thing at a time: connect");
        require(!last_connect_ || now_ - *last_connect_ >= milliseconds(250),
                "at most 4 connects a second");
        last_connect_ = now_;
        pending_ = pending::opening;
        return;
      case kind::wait:
        require(is_idle && action.delay.count() > 0, "one thing at a time: wait");
        wait_until_ = now_ + action.delay;
        pending_ = pending::wait;
        return;
      case kind::fetch:
        require(is_idle, "one thing at a time: fetch");
        pending_ = pending::get;
        return;
      case kind::close:
        return require(pending_ == pending::open, "only a link is closed");
      case kind::drop:
        return require(pending_ == pending::opening || pending_ == pending::open,
                       "only a link is dropped");
      case kind::abandon:
        return require(pending_ == pending::post || pending_ == pending::get,
                       "only an exchange is abandoned");
      case kind::finish:
        require(is_idle && !is_finished_, "a session ends once");
        is_finished_ = true;
        remainder_ += queue_.close(errc::session_ended);
        take_losses();
        return;
    }
  }

  void pass_time(milliseconds time) {
    now_ += time;
    int alarms = 0;
    for (auto what = watchdog_.check(now_); what != watchdog_alarm::none;
         what = watchdog_.check(now_)) {
      require(++alarms <= 16, "the watchdog has said everything at some time");
      on_alarm(what);
    }
    auto const next = watchdog_.deadline();
    require(!next || *next > now_, "it looks again later, not at once");
  }

  void on_alarm(watchdog_alarm what) {
    switch (what) {
      case watchdog_alarm::send_stalled:
        require(writer_.is_writing(), "only a write can stall");
        [[fallthrough]];
      case watchdog_alarm::link_dead:
        watchdog_.on_closed(now_);
        return perform(run_.on_link_failed(error(errc::link_dead)));
      case watchdog_alarm::progress:
        return run_.on_progress();
      case watchdog_alarm::keep_alive:
        require(!is_stopping_, "after the stop silence is meant");
        writer_.want_keep_alive();
        return write_next();
      default:
        return;
    }
  }

  // What always holds.

  void check() const {
    auto const& ring = queue_.ring();
    auto const frame = format_.bytes_per_frame();
    require(ring.base() <= ring.sent() && ring.sent() <= ring.end(), "base <= sent <= end");
    require(ring.base() % frame == 0 && ring.sent() % frame == 0, "at whole frames");
    require(ring.size() <= ring.limit() && ring.capacity() <= ring.limit(), "memory is bounded");
    require(queue_.acknowledged() <= ring.sent() || pending_ != pending::open,
            "what was not sent is not acknowledged");
    require(queue_.accepted() <= accepted_, "no audio comes from nowhere");
    require(queue_.lost() <= queue_.accepted(), "no more is lost than was accepted");
    require((run_.stage() == stage::ended) == is_finished_, "the end is told");
    bool const may_rest = run_.stage() == stage::idle || is_finished_;
    require(may_rest == (pending_ == pending::nothing), "something is always under way");
  }

  /// A session that is cancelled is over once what is under way has been answered.
  void end() {
    start();
    cancel();
    if (!is_finished_) {
      auto const aborted = error(boost::asio::error::operation_aborted);
      auto const what = std::exchange(pending_, pending::nothing);
      if (what == pending::post) perform(run_.on_created(aborted, now_));
      if (what == pending::get) perform(run_.on_fetched(false, known_, now_));
      if (what == pending::opening || what == pending::open) {
        pending_ = what;
        end_link({0, {}, aborted});
      }
    }
    require(is_finished_, "a session ends after it was cancelled");
    check();
    require(queue_.accepted() == queue_.ring().end() + dropped_ + remainder_,
            "every byte is accounted for");
  }

  fuzz::input& in_;
  session_options const options_;
  audio_format const format_;
  bool const is_like_a_header_;
  std::optional<counting_server> server_;  // if its acknowledgements tell the truth

  run_fsm run_;
  run_fsm::knowledge const known_{false, true, false};
  audio_queue queue_;
  writer_fsm writer_;
  watchdog watchdog_;
  ack_tracker acks_;

  time_point now_{};
  time_point wait_until_{};
  std::optional<time_point> last_connect_;
  pending pending_ = pending::nothing;
  bool was_started_ = false;
  bool is_stopping_ = false;
  bool is_deadline_past_ = false;
  bool is_finished_ = false;

  std::uint64_t accepted_ = 0;   // what callers handed in
  std::uint64_t dropped_ = 0;    // of it, unsent and reported
  std::uint64_t remainder_ = 0;  // of an incomplete frame at the end

  // Of this link.
  std::uint64_t resume_ = 0;
  std::uint64_t in_flight_ = 0;
  std::uint64_t sent_here_ = 0;
  bool is_stop_written_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::input in(data, size);
  session(in).play();
  return 0;
}
