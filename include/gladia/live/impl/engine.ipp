#pragma once

#include <gladia/live/detail/engine.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <cmath>
#include <type_traits>
#include <utility>

#include <gladia/codec/decode.hpp>
#include <gladia/codec/encode.hpp>
#include <gladia/codec/validate.hpp>
#include <gladia/detail/aborted.hpp>
#include <gladia/detail/one_line.hpp>
#include <gladia/detail/redact.hpp>
#include <gladia/detail/reused_buffer.hpp>
#include <gladia/detail/strand.hpp>
#include <gladia/live/impl/calls.ipp>

namespace gladia::live::detail {

/// How much audio lies between two marks of the clocks that latencies are read from.
inline std::uint64_t clock_resolution(audio_format const& format) {
  return format.bytes(std::chrono::milliseconds(100));
}

/// Options with every time between nothing and a year: deadlines are sums, and must not overflow.
inline session_options bounded(session_options o) {
  using std::chrono::milliseconds;
  for (auto* time : {&o.reconnect_window, &o.init_timeout, &o.send_stall_timeout, &o.link_timeout,
                     &o.ack_timeout, &o.stop_timeout, &o.close_timeout, &o.keep_alive_after,
                     &o.keep_alive_interval, &o.keep_alive_limit, &o.buffer, &o.high_water,
                     &o.low_water, &o.fetch_timeout, &o.backoff.base, &o.backoff.cap}) {
    *time = std::clamp<milliseconds>(*time, milliseconds(0), std::chrono::hours(24 * 365));
  }
  return o;
}

/// Whether a server that says it has `told` seconds of audio has all of `sent`: it may have rounded
/// to tenths, or to whole seconds.
inline bool seconds_are_covered(double told, double sent) noexcept {
  auto const is_whole = told >= 1 && std::abs(told - std::round(told)) < 1e-9;
  return told + (is_whole ? 0.5 : 0.05) >= sent;
}

/// The job's id, where a message tells.
template <class Message>
std::string const& id_in(Message const& m) noexcept {
  return m.envelope.session_id;
}
inline std::string id_in(unknown_message const&) {
  return {};
}
inline std::string id_in(malformed_message const&) {
  return {};
}

/// About as many bytes as a message with these words has.
inline std::size_t size_of(transcript_utterance const& u) noexcept {
  constexpr std::size_t word = 80;
  return u.text.size() + word * u.words.size();
}
inline std::size_t size_of(transcript const& t) noexcept {
  return size_of(t.data.utterance);
}
inline std::size_t size_of(translation_message const& m) noexcept {
  return m.data ? size_of(m.data->translated_utterance) : 0;
}
template <class Message>
std::size_t size_of(Message const&) noexcept {
  return 0;
}

/// Where finals are asked for and delivered, none is to be missed.
inline word_ledger make_word_ledger(live_request const& request, session_options const& options) {
  auto const finals = request.messages_config.receive_final_transcripts.value_or(true);
  if (!finals || options.events != event_selection::all) return word_ledger();
  word_ledger::settings asked;
  asked.channels = request.audio.channels;
  auto const& addons = request.realtime_processing;
  if (request.messages_config.receive_realtime_processing_events.value_or(true)) {
    asked.named_entities = addons.named_entity_recognition.value_or(false);
    asked.sentiments = addons.sentiment_analysis.value_or(false);
    if (addons.translation.value_or(false)) {
      for (auto const& language : addons.translation_config.target_languages) {
        asked.target_languages.push_back(language.code);
      }
    }
  }
  return word_ledger(std::move(asked));
}

GLADIA_DECL engine::engine(session_setup setup)
    : service_(std::move(setup.service)),
      request_(std::move(setup.request)),
      options_(bounded(setup.options)),
      strand_(gladia::detail::make_strand(service_->executor)),
      wake_memory_(std::make_shared<gladia::detail::handler_memory>()),
      intake_(request_.audio, options_),
      accepted_clock_(clock_resolution(request_.audio)),
      sent_clock_(clock_resolution(request_.audio)),
      run_(options_, setup.attached.has_value(), net::random_seed()),
      watchdog_(options_),
      acks_(request_.audio.bytes(std::chrono::seconds(10))),
      words_(make_word_ledger(request_, options_)),
      queue_(options_.events),
      retry_timer_(strand_),
      stop_timer_(strand_),
      watch_timer_(strand_) {
  if (setup.attached) {
    session_ = std::move(*setup.attached);
    id_ = session_.id;
  }
  gladia::detail::handler_keepers::of(service_->executor).add(*this);
}

GLADIA_DECL engine::~engine() {
  gladia::detail::handler_keepers::of(service_->executor).remove(*this);
}

template <class Function>
void engine::on_strand(Function function) noexcept {
  try {
    boost::asio::post(strand_, [self = shared_from_this(),
                                function = std::move(function)]() mutable { function(*self); });
  } catch (std::bad_alloc const&) {
    // Nothing to be done without memory; a timer or the link's next message goes on from here.
  }
}

// What users call, from any thread.

GLADIA_DECL void engine::run(handler<summary> h) {
  completion<summary> done(std::move(h), service_->executor);
  auto const id = next_operation_++;
  done.on_cancellation([id, weak = weak_from_this()] {
    auto self = weak.lock();
    if (!self) return;
    self->on_strand([id](engine& e) {
      if (e.runner_ && e.runner_->id == id) e.on_cancel();
    });
  });
  on_strand([id, done = std::move(done)](engine& self) mutable {
    self.start({id, std::move(done)});
  });
}

GLADIA_DECL void engine::receive(handler<result<event>> h) {
  completion<result<event>> done(std::move(h), service_->executor);
  auto const id = next_operation_++;
  done.on_cancellation([id, weak = weak_from_this()] {
    auto self = weak.lock();
    if (!self) return;
    self->on_strand([id](engine& e) {
      if (e.receiver_ && e.receiver_->id == id) e.abort_receive();
    });
  });
  on_strand([id, done = std::move(done)](engine& self) mutable {
    if (self.receiver_) return std::move(done).post(error(errc::already_receiving));
    self.receiver_.emplace(pending<result<event>>{id, std::move(done)});
    self.deliver();
  });
}

GLADIA_DECL void engine::send(boost::asio::const_buffer bytes, handler<result<void>> h) {
  completion<result<void>> done(std::move(h), service_->executor);
  auto outcome = result<void>();
  auto waker = wake::not_needed;
  {
    std::lock_guard lock(mutex_);
    // Behind those who wait already: several sends are served in order.
    if (!senders_.empty()) outcome = error(errc::would_block);
    if (outcome) outcome = accept(bytes, patience_of_senders());
    if (!outcome && outcome.error() == errc::would_block) {
      auto const id = next_operation_++;
      done.on_cancellation([id, weak = weak_from_this()] {
        auto self = weak.lock();
        if (self) self->on_strand([id](engine& e) { e.cancel_send(id); });
      });
      senders_.push_back({{id, std::move(done)}, bytes});
      return;
    }
    if (outcome) waker = wake_after_accept();
  }
  if (waker == wake::needed) wake_writer();
  std::move(done).post(std::move(outcome));
}

GLADIA_DECL result<void> engine::try_send(boost::asio::const_buffer bytes) {
  auto waker = wake::not_needed;
  {
    std::lock_guard lock(mutex_);
    auto outcome = accept(bytes, audio_intake::patience::none);
    if (!outcome) return outcome;
    waker = wake_after_accept();
  }
  if (waker == wake::needed) wake_writer();
  return {};
}

GLADIA_DECL void engine::stop() noexcept {
  std::size_t remainder = 0;
  {
    std::lock_guard lock(mutex_);
    if (stopped_at_ || intake_.is_closed()) return;
    stopped_at_ = now();
    remainder = intake_.close(errc::stopping);
  }
  on_strand([remainder](engine& self) {
    bool const is_over = self.summary_.has_value();  // meanwhile; nothing comes behind `ended`
    if (remainder > 0 && !is_over) {
      self.warn(warning_code::incomplete_frame,
                "the audio ended in the middle of a sample frame: " + std::to_string(remainder) +
                    (remainder == 1 ? " byte was dropped" : " bytes were dropped"));
    }
    self.on_stop();
  });
}

GLADIA_DECL void engine::wait_for_end(handler<summary> h) {
  completion<summary> done(std::move(h), service_->executor);
  on_strand([done = std::move(done)](engine& self) mutable {
    if (self.summary_) return std::move(done).post(*self.summary_);
    if (self.run_.stage() == stage::idle) {
      summary s;
      s.error = *self.is_abandoned_ ? aborted() : error(errc::not_running);
      return std::move(done).post(std::move(s));
    }
    self.waiters_.push_back({self.next_operation_++, std::move(done)});
  });
}

GLADIA_DECL void engine::wait_until_over(handler<summary> h) {
  completion<summary> done(std::move(h), service_->executor);
  auto const id = next_operation_++;
  done.on_cancellation([id, weak = weak_from_this()] {
    auto self = weak.lock();
    if (self) self->on_strand([id](engine& e) { e.abort_wait(id); });
  });
  on_strand([id, done = std::move(done)](engine& self) mutable {
    if (self.summary_) return std::move(done).post(*self.summary_);
    self.waiters_.push_back({id, std::move(done)});
    bool const will_never_run = *self.is_abandoned_ && self.run_.stage() == stage::idle;
    if (will_never_run) self.abort_wait(id);
  });
}

GLADIA_DECL void engine::cancel() noexcept {
  on_strand([](engine& self) { self.on_cancel(); });
}

GLADIA_DECL void engine::abandon() noexcept {
  *is_abandoned_ = true;
  on_strand([](engine& self) {
    self.queue_ = event_queue(event_selection::none);
    self.deliver();
    self.on_cancel();
    if (self.run_.stage() != stage::idle) return;
    while (!self.waiters_.empty()) self.abort_wait(self.waiters_.front().id);
  });
}

GLADIA_DECL std::string engine::id() const {
  std::lock_guard lock(mutex_);
  return id_;
}

GLADIA_DECL statistics engine::stats() const {
  std::lock_guard lock(mutex_);
  auto s = numbers_;
  s.bytes_accepted = intake_.accepted();
  s.bytes_acknowledged = intake_.acknowledged();
  s.bytes_dropped = intake_.lost();
  s.bytes_buffered = intake_.ring().size();
  s.bytes_unsent = intake_.ring().unsent();
  s.ack_round_trip = ack_round_trip_.snapshot();
  s.first_partial = first_partial_.snapshot();
  s.final_transcript = final_transcript_.snapshot();
  return s;
}

// The life of the session, on the strand.

GLADIA_DECL void engine::start(pending<summary> runner) {
  if (run_.stage() != stage::idle) {
    summary s;
    s.error = error(summary_ ? errc::already_ended : errc::already_running);
    return std::move(runner.done).post(std::move(s));
  }
  runner_.emplace(std::move(runner));
  if (run_.is_attached()) push(started{session_});
  execute(run_.on_run(check_setup(), now()));
  arm_stop_timer();
}

GLADIA_DECL error engine::check_setup() const {
  auto fault = run_.is_attached() ? service_->fault : service_->check_ready();
  if (!fault) fault = codec::validate(request_);
  if (fault || !run_.is_attached()) return fault;
  if (session_.url.empty()) {
    return error(errc::invalid_url,
                 "live_session_info::url is empty: attach needs the URL that the "
                 "service answered with");
  }
  auto url = net::parse_url(session_.url.reveal());
  return url ? service_->check_secure(*url) : url.error();
}

GLADIA_DECL void engine::execute(run_action const& action) {
  state_ = run_.stage();
  using kind = run_action::kind;
  switch (action.type) {
    case kind::none:
      return;
    case kind::create:
      return create_session();
    case kind::connect:
      return open_link();
    case kind::wait:
      return wait(action.delay);
    case kind::close:
      if (auto link = link_.lock()) link->close(1000);
      return;
    case kind::drop:
      if (auto link = link_.lock()) link->close_now();
      return;
    case kind::abandon:
      return abandon_call();
    case kind::fetch:
      return fetch_job();
    case kind::finish:
      return finish();
  }
}

GLADIA_DECL void engine::create_session() {
  auto request = request_;
  // Always asked for: they release audio. The user who did not ask does not see them.
  request.messages_config.receive_acknowledgments = true;
  // Asked for unless the user said no: they tell what a lost link swallowed.
  if (auto& flag = request.messages_config.receive_post_processing_events;
      words_.is_on() && !flag) {
    flag = true;
  }
  auto call = make_init_call(*service_, request);
  if (!call) return execute(run_.on_created(call.error(), now()));
  call->request.deadline = options_.init_timeout;
  call->request.timeouts = options_.timeouts;
  http_ = service_->http->start(strand_, std::move(*call),
                                [self = shared_from_this()](result<net::http_response> r) {
                                  self->on_created(std::move(r));
                                });
}

GLADIA_DECL void engine::on_created(result<net::http_response> response) {
  auto failure = accept_session(response);
  if (!failure) {
    log(log_level::info, "created");
    push(started{session_});
  }
  execute(run_.on_created(std::move(failure), now()));
}

GLADIA_DECL void engine::abandon_call() {
  auto const exchange = http_.lock();
  if (!exchange) return;
  if (session_.id.empty()) {
    log(log_level::warning,
        "cancelled while it was being created: it may have been left behind, "
        "and holds its place until it idles out");
  }
  exchange->cancel();
}

GLADIA_DECL error engine::accept_session(result<net::http_response> const& response) {
  auto info = read_body<live_session_info>(response);
  if (!info) return info.error();
  // An empty URL would lead back to the API.
  if (info->id.empty() || info->url.reveal().empty()) {
    return error(errc::malformed_response, phase::response,
                 "the service made a session without an id or a URL");
  }
  auto url = net::resolve_url(service_->api, info->url.reveal());
  if (!url) return url.error();
  auto insecure = service_->check_link(*url);
  if (insecure) return insecure;
  session_ = std::move(*info);
  session_.url = url->reveal();
  learn_id(session_.id);
  return {};
}

GLADIA_DECL void engine::learn_id(std::string const& id) {
  if (id.empty()) return;
  session_.id = id;
  std::lock_guard lock(mutex_);
  id_ = id;
}

GLADIA_DECL void engine::open_link() {
  auto const& detour = run_.detour();
  auto url = detour ? result<net::url>(*detour) : net::parse_url(session_.url.reveal());
  if (!url) return execute(run_.on_link_end({0, {}, url.error()}, knowledge(), now()));
  push(connecting{run_.connections() + 1, run_.attempts()});

  net::websocket_request request;
  request.url = std::move(*url);
  // The session's URL may be relative to an `http` one.
  if (request.url.scheme == "https") request.url.scheme = "wss";
  if (request.url.scheme == "http") request.url.scheme = "ws";
  request.timeouts = options_.timeouts;
  request.max_message = options_.max_message;
  request.usual_message =
      static_cast<std::size_t>(request_.audio.bytes(std::chrono::milliseconds(100)));
  request.close_timeout = options_.close_timeout;
  auto link = service_->transport->make_websocket(strand_);
  link_ = link;
  link->open(std::move(request), shared_from_this());
}

GLADIA_DECL void engine::wait(std::chrono::milliseconds delay) {
  retry_timer_.expires_after(delay);
  retry_timer_.async_wait([self = shared_from_this()](error_code ec) {
    if (!ec) self->execute(self->run_.on_wait_over(now()));
  });
}

GLADIA_DECL void engine::fetch_job() {
  auto call = make_job_call(*service_, "GET", session_.id);
  if (!call) return execute(run_.on_fetched(true, knowledge(), now()));
  call->request.timeouts = options_.timeouts;
  http_ = service_->http->start(strand_, std::move(*call),
                                [self = shared_from_this()](result<net::http_response> r) {
                                  self->on_fetched(std::move(r));
                                });
  // The call's own limits know nothing of this one, retries included.
  if (!run_.fetch_deadline()) return;
  retry_timer_.expires_at(*run_.fetch_deadline());
  retry_timer_.async_wait([self = shared_from_this()](error_code ec) {
    if (!ec) self->execute(self->run_.on_fetch_deadline());
  });
}

GLADIA_DECL void engine::on_fetched(result<net::http_response> response) {
  auto is_done = !response && response.error() != condition::retryable;
  if (response) {
    if (auto job = codec::decode<live_job>(response->body)) {
      is_done = job->status == job_status::done || job->status == job_status::error;
      if (job->status == job_status::done) recover_from(*job);
      job_ = std::make_shared<live_job const>(std::move(*job));
    } else {
      // Whoever answers, it is hardly the API.
      is_done = ++unreadable_answers_ == run_fsm::later_doubts;
    }
  }
  execute(run_.on_fetched(is_done, knowledge(), now()));
}

GLADIA_DECL void engine::finish() {
  retry_timer_.cancel();
  stop_timer_.cancel();
  watch_timer_.cancel();
  auto outcome = run_.outcome();
  intake_report taken;
  {
    std::lock_guard lock(mutex_);
    intake_.close(errc::session_ended);
    taken = take_report();
  }
  report(taken);
  auto const is_cancelled = outcome.error == boost::asio::error::operation_aborted;
  if (!is_cancelled) report_missing_addons();
  fail_senders(is_cancelled ? aborted() : error(errc::session_ended));

  auto& s = summary_.emplace();
  s.job_id = session_.id;
  s.verdict = verdict_of(outcome);
  s.words_unknown = words_unknown(s.verdict);
  s.error = std::move(outcome.error);
  s.close_code = outcome.last_end.close_code;
  s.close_reason = std::move(outcome.last_end.reason);
  s.stats = stats();
  s.job = job_;
  log(log_level::info, std::string("ended, ") + to_string(s.verdict) +
                           (s.error ? ": " + s.error.what() : std::string()));
  push(ended{s});
  std::move(runner_->done).post(s);
  runner_.reset();
  for (auto& waiter : std::exchange(waiters_, {})) std::move(waiter.done).post(s);
}

/// Of audio that was never sent no words are known either.
GLADIA_DECL std::vector<time_span> engine::words_unknown(completeness verdict) {
  auto end = heard_until();
  if (verdict == completeness::partial) {
    std::lock_guard lock(mutex_);
    end = seconds(service_clock_.latest(intake_.ring().end()));
  }
  if (run_.connections() == 0 && end > 0) words_.open_gap(0);
  return words_.is_open() ? words_.unknown(end) : std::vector<time_span>();
}

GLADIA_DECL completeness engine::verdict_of(run_fsm::outcome_type const& outcome) const {
  std::lock_guard lock(mutex_);
  if (!outcome.stop_written || intake_.lost() > 0) return completeness::partial;
  return outcome.error || words_.is_open() ? completeness::unknown : completeness::complete;
}

GLADIA_DECL void engine::on_stop() {
  {
    std::lock_guard lock(mutex_);
    run_.on_stop(*stopped_at_);
  }
  watchdog_.on_stop();
  admit_senders();
  write_next();
  arm_stop_timer();
}

GLADIA_DECL void engine::arm_stop_timer() {
  if (!runner_ || options_.stop_timeout.count() <= 0) return;
  std::optional<time_point> stopped_at;
  {
    std::lock_guard lock(mutex_);
    stopped_at = stopped_at_;
  }
  if (!stopped_at) return;
  stop_timer_.expires_at(*stopped_at + options_.stop_timeout);
  stop_timer_.async_wait([self = shared_from_this()](error_code ec) {
    if (!ec) self->execute(self->run_.on_stop_deadline(self->knowledge(), now()));
  });
}

GLADIA_DECL void engine::on_cancel() {
  {
    std::lock_guard lock(mutex_);
    intake_.close(errc::session_ended);
  }
  fail_senders(aborted());
  if (receiver_) abort_receive();
  execute(run_.on_cancel());
}

GLADIA_DECL void engine::abort_receive() {
  auto receiver = std::exchange(receiver_, std::nullopt);
  // Made there: gcc 12 takes a moved one for uninitialised with -O1 -fsanitize=address,undefined.
  std::move(receiver->done).post_made([]() -> result<event> { return aborted(); });
}

GLADIA_DECL void engine::abort_wait(std::uint64_t id) {
  for (auto it = waiters_.begin(); it != waiters_.end(); ++it) {
    if (it->id != id) continue;
    auto done = std::move(it->done);
    waiters_.erase(it);
    summary s;
    s.error = aborted();
    return std::move(done).post(std::move(s));
  }
}

GLADIA_DECL void engine::drop_handlers() noexcept {
  auto const self = weak_from_this().lock();  // a handler may own the session
  auto const runner = std::move(runner_);
  auto const receiver = std::move(receiver_);
  auto const waiters = std::move(waiters_);
  auto const senders = std::move(senders_);
}

// The link, on the strand.

GLADIA_DECL void engine::on_open(net::websocket& link) {
  if (!is_current(link)) return;
  run_.on_opened();
  state_ = run_.stage();
  writer_.on_open();
  watchdog_.on_open(now());
  std::optional<stretch> lost;
  std::uint64_t resume = 0, highest_sent = 0;
  {
    std::lock_guard lock(mutex_);
    highest_sent = highest_sent_;
    auto const& ring = intake_.ring();
    auto const acknowledged = intake_.acknowledged();
    auto const sent = ring.sent();
    lost = intake_.rewind();
    resume = ring.base();
    service_clock_.on_open(acknowledged, resume, sent);
    acks_.on_open(resume, sent);
    numbers_.connections = run_.connections();
    acks_are_stalled_ = false;
  }
  words_.on_heard_until(heard_until());
  shortening_reported_ = false;
  log(log_level::info, "connected, link " + std::to_string(run_.connections()));
  push(describe_link(resume, highest_sent));
  if (lost) push(audio_dropped{lost->from, lost->to});
  write_next();
  watch();
}

GLADIA_DECL connected engine::describe_link(std::uint64_t resume,
                                            std::uint64_t highest_sent) const {
  connected link{run_.connections(), resume, std::max(resume, highest_sent)};
  auto const repeated = service_clock_.repeated(link.replayed_to);
  link.repeated_from = seconds(repeated.from);
  link.repeated_to = seconds(repeated.to);
  link.words_unknown = words_.unknown_hull(heard_until());
  return link;
}

GLADIA_DECL void engine::on_activity(net::websocket& link) {
  if (is_current(link)) watchdog_.on_activity(now());
}

GLADIA_DECL void engine::on_message(net::websocket& link, std::string_view text) {
  if (!is_current(link)) return;
  watchdog_.on_activity(now());
  auto message = codec::decode_message(text, how_to_read());
  {
    std::lock_guard lock(mutex_);
    ++numbers_.messages_received;
  }
  // Whoever attached may know the URL alone.
  if (session_.id.empty()) std::visit([this](auto const& m) { learn_id(id_in(m)); }, message);
  auto const* ack = std::get_if<audio_chunk_ack>(&message);
  if (ack) on_ack(*ack);
  if (ack || std::holds_alternative<stop_recording_ack>(message)) {
    // An answer nobody asked for would only fill the queue.
    if (!request_.messages_config.receive_acknowledgments.value_or(false)) return;
  }
  std::visit([&](auto& m) { take(m, text.size()); }, message);
}

GLADIA_DECL void engine::take(transcript& t, std::size_t text_size) {
  measure(t);
  if (t.data.is_final && !words_.on_final(t.data, heard_until())) return count_words();
  push(std::move(t), text_size);
}

template <class Message>
void engine::take(Message& message, std::size_t text_size) {
  if constexpr (std::is_same_v<Message, post_transcript>) {
    on_summed_up(message.data, {run_.stop_written()});
  } else if constexpr (std::is_same_v<Message, post_final_transcript>) {
    on_summed_up(message.data);
  } else if constexpr (std::is_same_v<Message, malformed_message>) {
    // One that is no JSON may have been a transcript.
    if (message.type.empty() || message.type == "transcript") words_.open_gap(heard_until());
  } else if constexpr (std::is_same_v<Message, translation_message> ||
                       std::is_same_v<Message, named_entity_recognition_message> ||
                       std::is_same_v<Message, sentiment_analysis_message>) {
    if (!words_.on_addon(message, heard_until())) return;
  }
  constexpr bool is_post_processing =
      std::is_same_v<Message, post_transcript> || std::is_same_v<Message, post_final_transcript> ||
      std::is_same_v<Message, post_summarization> || std::is_same_v<Message, post_chapterization>;
  auto const& flag = request_.messages_config.receive_post_processing_events;
  // An answer nobody asked for.
  if (is_post_processing && !flag.value_or(true)) return;
  push(std::move(message), text_size);
}

// Words that a lost link swallowed, on the strand.

GLADIA_DECL void engine::on_summed_up(transcription_result const& all,
                                      word_ledger::source const& from) {
  deliver_recovered(words_.recover(all, from));
}

GLADIA_DECL void engine::on_summed_up(live_result const& all) {
  if (all.transcription) {
    on_summed_up(*all.transcription, {run_.stop_written(), is_of_all_links(all)});
  }
  if (all.translation && all.translation->results) {
    deliver_recovered(words_.recover(*all.translation->results));
  }
}

template <class Message>
void engine::deliver_recovered(std::vector<Message> found) {
  count_words();
  for (auto& message : found) push_recovered(std::move(message));
}

template <class Message>
void engine::push_recovered(Message message) {
  auto const size = size_of(message);
  push(std::move(message), size);
}

GLADIA_DECL void engine::count_words() {
  std::lock_guard lock(mutex_);
  numbers_.finals_recovered = words_.recovered();
  numbers_.finals_withheld = words_.withheld();
}

GLADIA_DECL void engine::recover_from(live_job const& job) {
  if (!job.result) return;
  std::vector<live_message> messages;
  word_ledger::source from{run_.stop_written(), is_of_all_links(*job.result)};
  if (words_.is_open()) {
    for (auto const& text : job.result->messages) {
      messages.push_back(codec::decode_message(text, how_to_read()));
      auto const* unread = std::get_if<malformed_message>(&messages.back());
      if (unread && (unread->type.empty() || unread->type == "transcript")) from.is_certain = false;
    }
  }
  auto found = words_.recover(std::move(messages), from);
  count_words();
  for (auto& message : found) {
    std::visit([this](auto& m) { push_recovered(std::move(m)); }, message);
  }
  on_summed_up(*job.result);
}

GLADIA_DECL double engine::seconds(std::uint64_t bytes) const noexcept {
  return std::chrono::duration<double>(request_.audio.duration(bytes)).count();
}

/// Until when the server may have heard audio, in its own time.
GLADIA_DECL double engine::heard_until() const {
  std::lock_guard lock(mutex_);
  return seconds(service_clock_.latest(highest_sent_));
}

GLADIA_DECL codec::decode_options engine::how_to_read() const noexcept {
  codec::decode_options how;
  how.keep_raw = options_.keep_raw;
  how.max_size = options_.max_message;
  // Where partials are not asked for, there are only finals.
  how.unmarked_is_final = !request_.messages_config.receive_partial_transcripts.value_or(false);
  return how;
}

GLADIA_DECL run_fsm::knowledge engine::knowledge() const {
  run_fsm::knowledge known;
  known.words_missing = words_.is_open();
  known.can_fetch = !service_->api_key.empty() && !session_.id.empty();
  known.is_all_in_job = job_ && job_->status == job_status::done && job_->result &&
                        !words_.is_open() && is_heard_to_the_end(*job_->result);
  return known;
}

/// Whether a summing-up is about the audio of all links: about as much as was given.
GLADIA_DECL bool engine::is_of_all_links(live_result const& all) const {
  std::lock_guard lock(mutex_);
  return seconds_are_covered(all.metadata.audio_duration, seconds(intake_.ring().end()));
}

/// Whether the server heard all audio to its end: it counts what it heard again too.
GLADIA_DECL bool engine::is_heard_to_the_end(live_result const& all) const {
  std::lock_guard lock(mutex_);
  auto const heard = service_clock_.earliest(intake_.ring().end());
  return seconds_are_covered(all.metadata.audio_duration, seconds(heard));
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
  // The job's id is no secret: it is in every message.
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
  writer_.on_closed();
  watchdog_.on_closed(now());
  redact_token(end);
  disconnected report;
  // With the good end of the session all is said.
  if (run_.connections() > 0 && !run_.is_good_end(end)) words_.open_gap(heard_until());
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

GLADIA_DECL result<void> engine::accept(boost::asio::const_buffer bytes,
                                        audio_intake::patience who) {
  auto const dropped_before = intake_.dropped();
  auto outcome = intake_.offer(bytes, who);
  if (auto const dropped = intake_.dropped() - dropped_before) close_gap(dropped);
  if (outcome) accepted_clock_.note(intake_.ring().end(), now());
  return outcome;
}

// What lies behind dropped audio has other offsets from now on.
GLADIA_DECL void engine::close_gap(std::uint64_t bytes) noexcept {
  auto const at = intake_.ring().base();
  accepted_clock_.close_gap(at, bytes);
  sent_clock_.close_gap(at, bytes);
  if (highest_sent_ > at) highest_sent_ -= std::min(bytes, highest_sent_ - at);
}

GLADIA_DECL engine::wake engine::wake_after_accept() noexcept {
  // At most once per idle period: the writer sleeps until it is woken, and then looks for itself.
  return std::exchange(writer_sleeps_, false) ? wake::needed : wake::not_needed;
}

GLADIA_DECL engine::intake_report engine::take_report() noexcept {
  return {intake_.take_dropped(), intake_.take_shortened(), intake_.take_container()};
}

GLADIA_DECL writer_action engine::take_audio(intake_report& taken, time_point time) {
  std::lock_guard lock(mutex_);
  // Before the audio behind them: they would run together with later ones.
  taken = take_report();
  auto const action = writer_.next(intake_.sendable(), stopped_at_.has_value());
  writer_sleeps_ = action.type == writer_action::kind::none;
  if (action.type != writer_action::kind::audio) return action;

  auto& ring = intake_.ring();
  gladia::detail::reuse(frame_, action.bytes);
  for (auto const& part : ring.next(action.bytes)) {
    auto const* data = static_cast<char const*>(part.data());
    frame_.insert(frame_.end(), data, data + part.size());
  }
  auto const before = ring.sent();
  ring.mark_sent(action.bytes);
  numbers_.bytes_sent += action.bytes;
  if (before < highest_sent_) {
    numbers_.bytes_replayed += std::min(ring.sent(), highest_sent_) - before;
  }
  highest_sent_ = std::max(highest_sent_, ring.sent());
  sent_clock_.note(ring.sent(), time);
  return action;
}

GLADIA_DECL void engine::write_next() {
  auto link = link_.lock();
  if (!link || !link->is_open() || writer_.is_writing()) return;
  intake_report taken;
  auto const time = now();
  auto const action = take_audio(taken, time);
  report(taken);
  using kind = writer_action::kind;
  switch (action.type) {
    case kind::none:
      return;
    case kind::audio:
      link->write(boost::asio::buffer(frame_), true);
      watchdog_.on_audio_sent(time);
      break;
    case kind::keep_alive: {
      auto const text = codec::encode_audio_chunk({});
      link->write(boost::asio::buffer(text), false);
      std::lock_guard lock(mutex_);
      ++numbers_.keep_alives_sent;
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
  if (action.type == kind::audio) admit_senders();
}

GLADIA_DECL audio_intake::patience engine::patience_of_senders() const noexcept {
  return acks_are_stalled_ ? audio_intake::patience::link : audio_intake::patience::link_and_acks;
}

GLADIA_DECL void engine::wake_writer() noexcept {
  try {
    gladia::detail::wake(strand_, wake_memory_, shared_from_this());
  } catch (std::bad_alloc const&) {
    // As in on_strand.
  }
}

GLADIA_DECL void engine::admit_senders() {
  std::list<pending_send> served;
  {
    std::lock_guard lock(mutex_);
    while (!senders_.empty() && (intake_.is_low() || intake_.is_closed())) {
      auto& sender = senders_.front();
      sender.outcome = accept(sender.bytes, patience_of_senders());
      if (!sender.outcome && sender.outcome.error() == errc::would_block) break;
      served.splice(served.end(), senders_, senders_.begin());
    }
  }
  for (auto& sender : served) std::move(sender.done).post(std::move(sender.outcome));
  if (!served.empty()) write_next();  // it may have been asleep
}

GLADIA_DECL void engine::fail_senders(error const& why) {
  std::list<pending_send> failed;
  {
    std::lock_guard lock(mutex_);
    failed.swap(senders_);
  }
  for (auto& sender : failed) std::move(sender.done).post(why);
}

GLADIA_DECL void engine::cancel_send(std::uint64_t id) {
  std::list<pending_send> cancelled;
  {
    std::lock_guard lock(mutex_);
    for (auto it = senders_.begin(); it != senders_.end(); ++it) {
      if (it->id != id) continue;
      cancelled.splice(cancelled.end(), senders_, it);
      break;
    }
  }
  for (auto& sender : cancelled) std::move(sender.done).post(aborted());
  admit_senders();  // the next one may be smaller
}

// Messages in.

GLADIA_DECL void engine::on_ack(audio_chunk_ack const& ack) {
  if (!ack.acknowledged || !ack.data) {
    if (ack.acknowledged) return;  // without a range it says nothing
    auto why = ack.error ? ack.error->message : std::string();
    gladia::detail::redact_query(why, session_.url.reveal(), session_.id);
    return warn(warning_code::audio_refused, "the server refused audio: " + why);
  }
  auto const& range = ack.data->byte_range;
  auto const time = now();
  ack_tracker::reading reading{};
  auto moved = false;
  auto everything = false;
  {
    std::lock_guard lock(mutex_);
    reading = acks_.on_ack(range.begin, range.end, intake_.ring().sent());
    moved = intake_.acknowledge(reading.offset);
    auto const acknowledged = intake_.acknowledged();
    everything = acknowledged == intake_.ring().sent();
    if (moved) {
      acks_are_stalled_ = false;
      if (auto sent_at = sent_clock_.time_of(acknowledged)) {
        ack_round_trip_.add(std::chrono::duration_cast<std::chrono::microseconds>(time - *sent_at));
      }
    }
  }
  if (moved) {
    run_.on_progress();
    shortening_reported_ = false;
    watchdog_.on_acknowledged(everything, time);
    watch();
  }
  if (reading.origin) on_origin(*reading.origin);
  if (moved && everything) on_all_acknowledged();
  admit_senders();
}

GLADIA_DECL void engine::on_origin(std::uint64_t origin) {
  warn_of_mismatch(origin);
  service_clock_.on_origin(origin);
  words_.on_heard_until(heard_until());
}

GLADIA_DECL void engine::on_all_acknowledged() {
  auto const again = service_clock_.on_all_acknowledged();
  if (again) words_.on_repeat(seconds(again->from), seconds(again->to - again->from));
}

GLADIA_DECL void engine::warn_of_mismatch(std::uint64_t origin) {
  auto const resume = acks_.resume();
  if (origin == resume || std::exchange(mismatch_reported_, true)) return;
  warn(warning_code::resume_mismatch,
       "the server's byte ranges go on at " + std::to_string(origin) +
           " where the link resumed at " + std::to_string(resume) +
           "; nothing is lost, but some audio may be heard twice",
       {resume, origin});
}

GLADIA_DECL void engine::measure(transcript const& t) {
  auto const& utterance = t.data.utterance;
  // Utterances of several channels take turns; a channel there cannot be does no harm.
  auto& partial_id = partial_ids_[static_cast<unsigned>(utterance.channel) % partial_ids_.size()];
  auto const is_first_partial = !t.data.is_final && t.data.id != partial_id;
  if (!t.data.is_final && !is_first_partial) return;
  if (is_first_partial) partial_id = t.data.id;
  auto const seconds = t.data.is_final ? utterance.end : utterance.start;
  if (!(seconds >= 0 && seconds < 1e6)) return;
  auto const offset = service_clock_.in_stream(
      request_.audio.bytes(std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9))));
  if (!offset) return;
  std::lock_guard lock(mutex_);
  if (auto accepted_at = accepted_clock_.time_of(*offset)) {
    (t.data.is_final ? final_transcript_ : first_partial_)
        .add(std::chrono::duration_cast<std::chrono::microseconds>(now() - *accepted_at));
  }
}

GLADIA_DECL void engine::push(event e, std::size_t text_size) {
  if (*is_abandoned_) return;
  queue_.push(std::move(e), text_size, [this](event const& dropped) {
    auto const* t = std::get_if<transcript>(&dropped);
    if (t && t->data.is_final) words_.take_back(t->data);
  });
  {
    std::lock_guard lock(mutex_);
    numbers_.events_dropped = queue_.dropped_total();
  }
  deliver();
}

GLADIA_DECL void engine::deliver() {
  if (!receiver_) return;
  auto answer = [this]() -> result<event> {
    if (auto e = queue_.pop()) return std::move(*e);
    return error(errc::session_ended);
  };
  if (!*is_abandoned_ && queue_.is_empty() && !summary_) return;
  // It may be destroyed while this is on its way.
  std::move(receiver_->done)
      .post_made([is_abandoned = is_abandoned_, given = answer()]() mutable -> result<event> {
        if (*is_abandoned) return aborted();
        return std::move(given);
      });
  receiver_.reset();
}

GLADIA_DECL void engine::warn(warning_code code, std::string text, stretch where) {
  log(log_level::warning, text);
  auto const size = text.size();
  push(warning{code, std::move(text), where.from, where.to}, size);
}

GLADIA_DECL void engine::report(intake_report const& taken) {
  // Once: while it goes on, every chunk that comes makes room for itself.
  if (taken.shortened && !std::exchange(shortening_reported_, true)) {
    warn(warning_code::replay_shortened,
         "audio that was not acknowledged made room for new audio; a reconnect now would lose it",
         *taken.shortened);
  }
  if (taken.dropped) push(audio_dropped{taken.dropped->from, taken.dropped->to});
  if (!taken.container.empty()) {
    warn(warning_code::encoded_audio, "the audio begins as " + std::string(taken.container) +
                                          " does, and the service takes it for samples: decode it "
                                          "first, or what is heard is noise");
  }
}

// Time.

GLADIA_DECL void engine::watch() {
  auto const deadline = watchdog_.deadline();
  // Set only to an earlier time: what moved it away is seen when it expires.
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
  {
    std::lock_guard lock(mutex_);
    acks_are_stalled_ = true;
  }
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
