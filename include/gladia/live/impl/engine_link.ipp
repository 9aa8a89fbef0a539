#pragma once

#include <gladia/live/detail/engine.hpp>

#include <algorithm>
#include <utility>
#include <variant>

#include <gladia/codec/decode.hpp>
#include <gladia/codec/encode.hpp>
#include <gladia/detail/one_line.hpp>
#include <gladia/detail/redact.hpp>
#include <gladia/detail/strand.hpp>

/// \file
/// The engine, on its link: what is written, what comes in, and when it has to act.

namespace gladia::live::detail {

/// The envelope of a message; null if the message could not be read.
template <class Message>
message_envelope const* envelope_of(Message const& m) noexcept {
  return &m.envelope;
}
inline message_envelope const* envelope_of(unknown_message const&) noexcept {
  return nullptr;
}
inline message_envelope const* envelope_of(malformed_message const&) noexcept {
  return nullptr;
}
inline message_envelope const* envelope_of(live_message const& message) noexcept {
  return std::visit([](auto const& m) { return envelope_of(m); }, message);
}

// The link, on the strand.

GLADIA_DECL void engine::on_open(net::websocket& link) {
  if (!is_current(link)) return;
  run_.on_opened();
  state_ = run_.stage();
  writer_.on_open();
  watchdog_.on_open(now());
  auto const goes_on = audio_.on_open(run_.connections());
  words_.on_heard();
  shortening_reported_ = false;
  log(log_level::info, "connected, link " + std::to_string(run_.connections()));
  push(describe_link(goes_on.resume, goes_on.highest_sent));
  if (goes_on.lost) push(audio_dropped{goes_on.lost->from, goes_on.lost->to});
  write_next();
  watch();
}

GLADIA_DECL connected engine::describe_link(std::uint64_t resume,
                                            std::uint64_t highest_sent) const {
  connected link{run_.connections(), resume, std::max(resume, highest_sent)};
  auto const repeated = audio_.repeated(link.replayed_to);
  link.repeated_from = repeated.from;
  link.repeated_to = repeated.to;
  link.words_unknown = words_.unknown_hull();
  return link;
}

GLADIA_DECL void engine::on_activity(net::websocket& link) {
  if (is_current(link)) watchdog_.on_activity(now());
}

GLADIA_DECL void engine::on_message(net::websocket& link, std::string_view text) {
  if (!is_current(link)) return;
  watchdog_.on_activity(now());
  ++messages_received_;
  auto message = words_.read(text);
  if (auto const* envelope = envelope_of(message)) {
    // A session that was attached may know only its URL.
    if (session_.id.empty()) learn_id(envelope->session_id);
    if (!envelope->unreadable.empty()) log_unreadable(message, envelope->unreadable);
  }
  if (auto const* ack = std::get_if<audio_chunk_ack>(&message)) on_ack(*ack);
  words_.on_message(std::move(message), text.size(), run_.stop_written());
}

GLADIA_DECL void engine::log_unreadable(live_message const& message, std::string const& what) {
  // Logged once: a server that sends one such message sends many.
  if (std::exchange(unreadable_logged_, true)) return;
  log(log_level::warning, "a message of type " + std::string(codec::type_of(message)) +
                              " could not be read wholly: " + what);
}

GLADIA_DECL run_fsm::knowledge engine::knowledge() const {
  run_fsm::knowledge known;
  known.words_missing = words_.is_open();
  known.can_fetch = !service_->api_key.empty() && !session_.id.empty();
  known.is_all_in_job = job_ && job_->status == job_status::done && job_->result &&
                        !words_.is_open() &&
                        audio_.is_all_heard(job_->result->metadata.audio_duration);
  return known;
}

GLADIA_DECL void engine::report_missing_addons() {
  if (!words_.misses_addons()) return;
  warn(
      warning_code::addons_missing,
      "links were lost: translations, entities or sentiments may be missing of what was said then");
}

GLADIA_DECL void engine::on_written(net::websocket& link) {
  if (!is_current(link)) return;
  writer_.on_written();
  watchdog_.on_written();
  write_next();
}

GLADIA_DECL void engine::redact_token(net::link_end& end) const {
  // The job's id is no secret: every message holds it.
  auto const& url = session_.url.reveal();
  gladia::detail::redact_query(end.reason, url, session_.id);
  gladia::detail::redact_query(end.error, url, session_.id);
  if (auto const& detour = run_.detour()) {
    gladia::detail::redact_query(end.error, detour->reveal(), session_.id);
  }
}

GLADIA_DECL void engine::on_closed(net::websocket& link, net::link_end end) {
  if (!is_current(link)) return;
  link_.reset();
  current_ = nullptr;
  writer_.on_closed();
  watchdog_.on_closed(now());
  redact_token(end);
  disconnected report;
  // After the good end of the session no words are missing.
  if (run_.connections() > 0 && !run_.is_good_end(end)) words_.open_gap();
  auto const action = run_.on_link_end(std::move(end), knowledge(), now());
  auto const& last = run_.last_end();
  report.close_code = last.close_code;
  report.reason = last.reason;
  if (last.close_code != 1000) report.error = to_error(last);
  report.will_retry = run_.stage() == stage::waiting || run_.stage() == stage::connecting;
  report.delay = action.delay;
  log(log_level::info,
      "disconnected: " + (report.error ? report.error.what() : "closed with 1000") +
          (report.will_retry ? "; next attempt in " + std::to_string(report.delay.count()) + " ms"
                             : std::string()));
  push(std::move(report));
  execute(action);
}

// Audio out.

GLADIA_DECL void engine::write_next() {
  auto link = link_.lock();
  if (!link || !link->is_open() || writer_.is_writing()) return;
  audio_line::report taken;
  auto const time = now();
  auto const action = audio_.next_write(writer_, link->next_message(), taken, time);
  report(taken);
  using kind = writer_action::kind;
  switch (action.type) {
    case kind::none:
      return;
    case kind::audio:
      link->write_next_message(true);
      watchdog_.on_audio_sent(time);
      break;
    case kind::keep_alive: {
      auto const text = codec::encode_audio_chunk({});
      link->write(boost::asio::buffer(text), false);
      audio_.count_keep_alive();
      break;
    }
    case kind::stop: {
      auto const text = codec::encode_stop_recording();
      link->write(boost::asio::buffer(text), false);
      log(log_level::info, "stop sent");
      run_.on_stop_written();
      break;
    }
  }
  watchdog_.on_write(time);
  watch();
  if (action.type == kind::audio && taken.callers_wait) admit_senders();
}

GLADIA_DECL void engine::wake_writer() noexcept {
  try {
    gladia::detail::wake(strand_, wake_memory_, shared_from_this());
  } catch (std::bad_alloc const&) {
    // As in `on_strand`.
  }
}

GLADIA_DECL void engine::admit_senders() {
  if (audio_.admit_senders(now())) write_next();  // the writer may have been asleep
}

GLADIA_DECL void engine::report(audio_line::report const& taken) {
  // Reported once: from then on every chunk makes earlier audio unreplayable.
  if (taken.unreplayable && !std::exchange(shortening_reported_, true)) {
    warn(warning_code::replay_shortened,
         "audio that was not acknowledged made room for new audio; a reconnect now would lose it",
         *taken.unreplayable);
  }
  if (taken.dropped) push(audio_dropped{taken.dropped->from, taken.dropped->to});
  if (!taken.container.empty()) {
    warn(warning_code::encoded_audio, "the audio begins as " + std::string(taken.container) +
                                          " does, and the server takes it for samples: decode it "
                                          "first, or what is heard is noise");
  }
}

// Acknowledgements.

GLADIA_DECL void engine::on_ack(audio_chunk_ack const& ack) {
  if (!ack.acknowledged || !ack.data) {
    if (ack.acknowledged) return;  // without a range there is nothing to read
    auto why = ack.error ? ack.error->message : std::string();
    gladia::detail::redact_query(why, session_.url.reveal(), session_.id);
    return warn(warning_code::audio_refused, "the server refused audio: " + why);
  }
  auto const time = now();
  auto const told = audio_.on_ack(ack.data->byte_range, time);
  if (told.has_moved) {
    run_.on_progress();
    shortening_reported_ = false;
    watchdog_.on_acknowledged(told.is_everything, time);
    watch();
  }
  if (told.origin) {
    warn_of_mismatch(*told.origin, told.resume);
    words_.on_heard();
  }
  if (told.heard_again) words_.on_repeat(*told.heard_again);
  if (told.callers_wait) admit_senders();
}

GLADIA_DECL void engine::warn_of_mismatch(std::uint64_t origin, std::uint64_t resume) {
  if (origin == resume || std::exchange(mismatch_reported_, true)) return;
  warn(warning_code::resume_mismatch,
       "the server's byte ranges go on at " + std::to_string(origin) +
           " where the link resumed at " + std::to_string(resume) +
           "; nothing is lost, but some audio may be heard twice",
       {resume, origin});
}

GLADIA_DECL void engine::warn(warning_code code, std::string text, byte_span where) {
  log(log_level::warning, text);
  auto const size = text.size();
  words_.push(warning{code, std::move(text), where.from, where.to}, size);
}

// Time.

GLADIA_DECL void engine::watch() {
  auto const deadline = watchdog_.deadline();
  // The timer is only ever moved to an earlier deadline; a later one is looked at when it expires.
  if (!deadline || (watch_due_ && *watch_due_ <= *deadline)) return;
  watch_due_ = deadline;
  watch_timer_.expires_at(*deadline);
  watch_timer_.async_wait([self = shared_from_this()](error_code ec) {
    if (ec) return;
    self->watch_due_.reset();
    for (auto what = self->watchdog_.check(now()); what != alarm::none;
         what = self->watchdog_.check(now())) {
      self->on_alarm(what);
    }
    self->watch();
  });
}

GLADIA_DECL void engine::on_alarm(alarm what) {
  auto link_failed = [this](errc code) {
    error e(code);
    e.edit_details().phase = phase::stream;
    watchdog_.on_closed(now());
    execute(run_.on_link_failed(std::move(e)));
  };
  switch (what) {
    case alarm::none:
      return;
    case alarm::look:
      if (auto link = link_.lock()) watchdog_.on_outflow(link->outgoing(), now());
      return;
    case alarm::link_dead:
      return link_failed(errc::link_dead);
    case alarm::send_stalled:
      return link_failed(errc::send_stalled);
    case alarm::ping:
      if (auto link = link_.lock()) link->ping();
      return;
    case alarm::progress:
      return run_.on_progress();
    case alarm::keep_alive:
      writer_.want_keep_alive();
      return write_next();
    case alarm::keep_alive_limit:
      return warn(warning_code::keep_alive_limit,
                  "no audio for so long that the session is no longer kept alive");
    case alarm::ack_stalled:
      return on_ack_stalled();
  }
}

GLADIA_DECL void engine::on_ack_stalled() {
  audio_.on_ack_stalled();
  warn(warning_code::ack_stalled, "the link lives, but the server has stopped acknowledging audio");
  admit_senders();
}

GLADIA_DECL void engine::log(log_level level, std::string_view text) const {
  if (!service_->log.enabled(level)) return;
  std::string line("gladia session ");
  line.append(session_.id.empty() ? std::string_view("(new)") : std::string_view(session_.id));
  line.append(": ").append(text);
  gladia::detail::put_on_one_line(line);  // the id and the text may be the server's words
  service_->log(level, line);
}

}  // namespace gladia::live::detail
