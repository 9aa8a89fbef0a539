#pragma once

#include <gladia/live/detail/audio_line.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <gladia/detail/aborted.hpp>
#include <gladia/detail/spare_buffer.hpp>

namespace gladia::live::detail {

/// Bytes of audio between two marks of the clocks that measure latencies.
inline std::uint64_t clock_resolution(audio_format const& format) {
  return format.bytes(std::chrono::milliseconds(100));
}

/// Whether a server that claims `told` seconds of audio has all of `sent`. It may have rounded to
/// tenths or to whole seconds.
inline bool seconds_are_covered(double told, double sent) noexcept {
  auto const is_whole = told >= 1 && std::abs(told - std::round(told)) < 1e-9;
  return told + (is_whole ? 0.5 : 0.05) >= sent;
}

GLADIA_DECL audio_line::audio_line(audio_format const& format, session_options const& options)
    : format_(format),
      queue_(format, options),
      acks_(format.bytes(std::chrono::seconds(10))),
      accepted_clock_(clock_resolution(format)),
      sent_clock_(clock_resolution(format)) {}

// Callers.

GLADIA_DECL result<void> audio_line::accept(boost::asio::const_buffer bytes,
                                            audio_queue::wait_policy wait, time_point now) {
  auto const dropped_before = queue_.dropped();
  auto outcome = queue_.accept(bytes, wait);
  if (auto const dropped = queue_.dropped() - dropped_before) close_gap(dropped);
  if (outcome) accepted_clock_.note(queue_.ring().end(), now);
  return outcome;
}

// Audio after dropped audio has other offsets from now on.
GLADIA_DECL void audio_line::close_gap(std::uint64_t bytes) noexcept {
  auto const at = queue_.ring().base();
  accepted_clock_.close_gap(at, bytes);
  sent_clock_.close_gap(at, bytes);
  if (highest_sent_ > at) highest_sent_ -= std::min(bytes, highest_sent_ - at);
}

// A writer that is awake looks for new audio itself.
GLADIA_DECL audio_line::wake audio_line::claim_wake() noexcept {
  return std::exchange(writer_sleeps_, false) ? wake::needed : wake::not_needed;
}

GLADIA_DECL audio_queue::wait_policy audio_line::policy_of_senders() const noexcept {
  return acks_are_stalled_ ? audio_queue::wait_policy::link
                           : audio_queue::wait_policy::link_and_acks;
}

GLADIA_DECL result<audio_line::wake> audio_line::try_send(boost::asio::const_buffer bytes,
                                                          time_point now) {
  std::lock_guard lock(mutex_);
  auto outcome = accept(bytes, audio_queue::wait_policy::none, now);
  if (!outcome) return outcome.error();
  return claim_wake();
}

GLADIA_DECL bool audio_line::admit_senders(time_point now) {
  std::list<pending_send> served;
  {
    std::lock_guard lock(mutex_);
    while (!senders_.empty() && (queue_.is_low() || queue_.is_closed())) {
      auto& sender = senders_.front();
      sender.outcome = accept(sender.bytes, policy_of_senders(), now);
      if (!sender.outcome && sender.outcome.error() == errc::would_block) break;
      served.splice(served.end(), senders_, senders_.begin());
    }
  }
  for (auto& sender : served) std::move(sender.done).post(std::move(sender.outcome));
  return !served.empty();
}

GLADIA_DECL void audio_line::cancel_send(std::uint64_t id) {
  std::list<pending_send> cancelled;
  {
    std::lock_guard lock(mutex_);
    auto const found = std::find_if(senders_.begin(), senders_.end(),
                                    [id](pending_send const& s) { return s.id == id; });
    if (found != senders_.end()) cancelled.splice(cancelled.end(), senders_, found);
  }
  for (auto& sender : cancelled) std::move(sender.done).post(gladia::detail::aborted());
}

GLADIA_DECL std::list<audio_line::pending_send> audio_line::drop_senders() noexcept {
  std::lock_guard lock(mutex_);
  return std::exchange(senders_, {});
}

GLADIA_DECL void audio_line::fail_senders(error const& why) {
  for (auto& sender : drop_senders()) std::move(sender.done).post(why);
}

GLADIA_DECL std::optional<std::size_t> audio_line::stop(time_point now) {
  std::lock_guard lock(mutex_);
  if (stopped_at_ || queue_.is_closed()) return std::nullopt;
  stopped_at_ = now;
  return queue_.close(errc::stopping);
}

GLADIA_DECL std::optional<audio_line::time_point> audio_line::stopped_at() const {
  std::lock_guard lock(mutex_);
  return stopped_at_;
}

GLADIA_DECL void audio_line::close() {
  std::lock_guard lock(mutex_);
  queue_.close(errc::session_ended);
}

// The writer.

GLADIA_DECL audio_line::report audio_line::take_report_unlocked() noexcept {
  return {queue_.take_dropped(), queue_.take_unreplayable(), queue_.take_container(),
          !senders_.empty()};
}

GLADIA_DECL audio_line::report audio_line::take_report() {
  std::lock_guard lock(mutex_);
  return take_report_unlocked();
}

GLADIA_DECL writer_action audio_line::next_write(writer_fsm& writer, std::vector<char>& message,
                                                 report& taken, time_point now) {
  std::lock_guard lock(mutex_);
  // Losses are reported before newer audio is sent, or neighbouring losses would be merged.
  taken = take_report_unlocked();
  auto const action = writer.next(queue_.sendable(), stopped_at_.has_value());
  writer_sleeps_ = action.type == writer_action::kind::none;
  if (action.type != writer_action::kind::audio) return action;

  auto& ring = queue_.ring();
  gladia::detail::take_buffer(message, action.bytes);
  for (auto const& part : ring.next(action.bytes)) {
    auto const* data = static_cast<char const*>(part.data());
    message.insert(message.end(), data, data + part.size());
  }
  auto const before = ring.sent();
  ring.mark_sent(action.bytes);
  numbers_.bytes_sent += action.bytes;
  if (before < highest_sent_) {
    numbers_.bytes_replayed += std::min(ring.sent(), highest_sent_) - before;
  }
  highest_sent_ = std::max(highest_sent_, ring.sent());
  sent_clock_.note(ring.sent(), now);
  return action;
}

GLADIA_DECL audio_line::resumption audio_line::on_open(int connections) {
  std::lock_guard lock(mutex_);
  resumption goes_on;
  goes_on.highest_sent = highest_sent_;
  auto const& ring = queue_.ring();
  auto const acknowledged = queue_.acknowledged();
  auto const sent = ring.sent();
  goes_on.lost = queue_.rewind();
  goes_on.resume = ring.base();
  server_clock_.on_open(acknowledged, goes_on.resume, sent);
  acks_.on_open(goes_on.resume, sent);
  numbers_.connections = connections;
  acks_are_stalled_ = false;
  return goes_on;
}

// Acknowledgements.

GLADIA_DECL audio_line::acknowledgement audio_line::on_ack(
    half_open_range<std::int64_t> const& range, time_point now) {
  std::lock_guard lock(mutex_);
  acknowledgement told;
  auto const reading = acks_.on_ack(range.begin, range.end, queue_.ring().sent());
  told.origin = reading.origin;
  told.resume = acks_.resume();
  told.callers_wait = !senders_.empty();
  if (told.origin) server_clock_.on_origin(*told.origin);
  told.has_moved = queue_.acknowledge(reading.offset);
  auto const acknowledged = queue_.acknowledged();
  told.is_everything = acknowledged == queue_.ring().sent();
  if (!told.has_moved) return told;
  acks_are_stalled_ = false;
  if (auto const sent_at = sent_clock_.time_of(acknowledged)) {
    ack_round_trip_.add(std::chrono::duration_cast<std::chrono::microseconds>(now - *sent_at));
  }
  if (!told.is_everything) return told;
  if (auto const again = server_clock_.on_all_acknowledged()) {
    told.heard_again = time_span{seconds(again->from), seconds(again->to)};
  }
  return told;
}

GLADIA_DECL void audio_line::on_ack_stalled() {
  std::lock_guard lock(mutex_);
  acks_are_stalled_ = true;
}

// The server's time.

GLADIA_DECL double audio_line::seconds(std::uint64_t bytes) const noexcept {
  return std::chrono::duration<double>(format_.duration(bytes)).count();
}

GLADIA_DECL double audio_line::heard_until() const {
  std::lock_guard lock(mutex_);
  return seconds(server_clock_.latest(highest_sent_));
}

GLADIA_DECL double audio_line::all_until() const {
  std::lock_guard lock(mutex_);
  return seconds(server_clock_.latest(queue_.ring().end()));
}

GLADIA_DECL time_span audio_line::repeated(std::uint64_t to) const {
  std::lock_guard lock(mutex_);
  auto const bytes = server_clock_.repeated(to);
  return {seconds(bytes.from), seconds(bytes.to)};
}

GLADIA_DECL bool audio_line::is_all(double told) const {
  std::lock_guard lock(mutex_);
  return seconds_are_covered(told, seconds(queue_.ring().end()));
}

GLADIA_DECL bool audio_line::is_all_heard(double told) const {
  std::lock_guard lock(mutex_);
  return seconds_are_covered(told, seconds(server_clock_.earliest(queue_.ring().end())));
}

// Numbers.

GLADIA_DECL void audio_line::count_keep_alive() {
  std::lock_guard lock(mutex_);
  ++numbers_.keep_alives_sent;
}

GLADIA_DECL void audio_line::count_finals(std::uint64_t recovered, std::uint64_t withheld) {
  std::lock_guard lock(mutex_);
  numbers_.finals_recovered = recovered;
  numbers_.finals_withheld = withheld;
}

GLADIA_DECL void audio_line::measure(transcript const& t, time_point now) {
  auto const& utterance = t.data.utterance;
  auto const told = t.data.is_final ? utterance.end : utterance.start;
  if (!(told >= 0 && told < 1e6)) return;
  std::lock_guard lock(mutex_);
  auto const offset = server_clock_.in_stream(
      format_.bytes(std::chrono::nanoseconds(static_cast<std::int64_t>(told * 1e9))));
  if (!offset) return;
  if (auto const accepted_at = accepted_clock_.time_of(*offset)) {
    (t.data.is_final ? final_transcript_ : first_partial_)
        .add(std::chrono::duration_cast<std::chrono::microseconds>(now - *accepted_at));
  }
}

GLADIA_DECL bool audio_line::has_lost_audio() const {
  std::lock_guard lock(mutex_);
  return queue_.lost() > 0 || queue_.head_fault();
}

GLADIA_DECL error audio_line::head_fault() const {
  std::lock_guard lock(mutex_);
  return queue_.head_fault();
}

GLADIA_DECL statistics audio_line::stats() const {
  std::lock_guard lock(mutex_);
  auto s = numbers_;
  s.bytes_accepted = queue_.accepted();
  s.bytes_acknowledged = queue_.acknowledged();
  s.bytes_dropped = queue_.lost();
  s.bytes_buffered = queue_.ring().size();
  s.bytes_unsent = queue_.ring().unsent();
  s.ack_round_trip = ack_round_trip_.snapshot();
  s.first_partial = first_partial_.snapshot();
  s.final_transcript = final_transcript_.snapshot();
  return s;
}

}  // namespace gladia::live::detail
