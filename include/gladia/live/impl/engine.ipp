#pragma once

#include <gladia/live/detail/engine.hpp>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <utility>

#include <gladia/codec/decode.hpp>
#include <gladia/codec/validate.hpp>
#include <gladia/detail/aborted.hpp>
#include <gladia/detail/strand.hpp>
#include <gladia/live/impl/audio_line.ipp>
#include <gladia/live/impl/calls.ipp>
#include <gladia/live/impl/engine_calls.ipp>
#include <gladia/live/impl/engine_link.ipp>
#include <gladia/live/impl/word_line.ipp>

/// \file
/// The engine: the life of a session, from its creation to its summary.

namespace gladia::live::detail {

/// Options with every time limited to 0 up to a year: deadlines are sums and must not overflow.
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

GLADIA_DECL engine::engine(session_setup setup)
    : service_(std::move(setup.service)),
      request_(std::move(setup.request)),
      options_(bounded(setup.options)),
      strand_(gladia::detail::make_strand(service_->executor)),
      wake_memory_(std::make_shared<gladia::detail::handler_memory>()),
      audio_(request_.audio, options_),
      events_(options_.events),
      run_(options_, setup.attached.has_value(), net::random_seed()),
      watchdog_(options_),
      words_(request_, options_, audio_, events_),
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
                 "server answered with");
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
  // Acknowledgements are always asked for, because they release audio. A user who did not ask for
  // them does not get them.
  request.messages_config.receive_acknowledgments = true;
  // Post-processing events are asked for unless the user said no: they hold the words that a lost
  // link swallowed.
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
  auto info = api::detail::read_body<live_session_info>(response);
  if (!info) return info.error();
  // An empty URL would resolve to the API itself.
  if (info->id.empty() || info->url.reveal().empty()) {
    return error(errc::malformed_response, phase::response,
                 "the server made a session without an id or a URL");
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
  std::lock_guard lock(id_mutex_);
  id_ = id;
}

GLADIA_DECL void engine::open_link() {
  auto const& detour = run_.detour();
  auto url = detour ? result<net::url>(*detour) : net::parse_url(session_.url.reveal());
  if (!url) return execute(run_.on_link_end({0, {}, url.error()}, knowledge(), now()));
  push(connecting{run_.connections() + 1, run_.attempts()});

  net::websocket_request request;
  request.url = std::move(*url);
  // A relative session URL takes the scheme of the API's, which may be `http`.
  if (request.url.scheme == "https") request.url.scheme = "wss";
  if (request.url.scheme == "http") request.url.scheme = "ws";
  request.timeouts = options_.timeouts;
  request.max_message = options_.max_message;
  request.usual_message =
      static_cast<std::size_t>(request_.audio.bytes(std::chrono::milliseconds(100)));
  request.close_timeout = options_.close_timeout;
  request.read_refusal = api::detail::read_refusal;
  auto link = service_->transport->make_websocket(strand_);
  link_ = link;
  current_ = link.get();
  link->open(std::move(request), shared_from_this());
}

GLADIA_DECL void engine::wait(std::chrono::milliseconds delay) {
  retry_timer_.expires_after(delay);
  retry_timer_.async_wait([self = shared_from_this()](error_code ec) {
    if (!ec) self->execute(self->run_.on_wait_over(now()));
  });
}

GLADIA_DECL void engine::fetch_job() {
  auto call = api::detail::make_job_call(*service_, "GET", jobs_path, session_.id);
  if (!call) return execute(run_.on_fetched(true, knowledge(), now()));
  call->request.timeouts = options_.timeouts;
  http_ = service_->http->start(strand_, std::move(*call),
                                [self = shared_from_this()](result<net::http_response> r) {
                                  self->on_fetched(std::move(r));
                                });
  // The limits of the call and its retries do not include this deadline.
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
      if (job->status == job_status::done) words_.on_job(*job, run_.stop_written());
      job_ = std::make_shared<live_job const>(std::move(*job));
    } else {
      // The answer hardly comes from the API.
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
  audio_.close();
  if (!outcome.error) outcome.error = audio_.head_fault();
  report(audio_.take_report());
  auto const is_cancelled = outcome.error == boost::asio::error::operation_aborted;
  if (!is_cancelled) report_missing_addons();
  audio_.fail_senders(is_cancelled ? aborted() : error(errc::session_ended));

  auto& s = summary_.emplace();
  s.job_id = session_.id;
  s.verdict = verdict_of(outcome);
  s.words_unknown = words_.unknown(s.verdict != completeness::partial, run_.connections() > 0);
  s.error = std::move(outcome.error);
  s.close_code = outcome.last_end.close_code;
  s.close_reason = std::move(outcome.last_end.reason);
  s.stats = stats();
  s.job = job_;
  log(log_level::info, std::string("ended, ") + to_string(s.verdict) +
                           (s.error ? ": " + s.error.what() : std::string()));
  push(ended{s});
  events_.end();
  std::move(runner_->done).post(s);
  runner_.reset();
  for (auto& waiter : std::exchange(waiters_, {})) std::move(waiter.done).post(s);
}

GLADIA_DECL completeness engine::verdict_of(run_fsm::outcome_type const& outcome) const {
  if (!outcome.stop_written || audio_.has_lost_audio()) return completeness::partial;
  return outcome.error || words_.is_open() ? completeness::unknown : completeness::complete;
}

GLADIA_DECL void engine::on_stop() {
  run_.on_stop(*audio_.stopped_at());
  watchdog_.on_stop();
  admit_senders();
  write_next();
  arm_stop_timer();
}

GLADIA_DECL void engine::arm_stop_timer() {
  if (!runner_ || options_.stop_timeout.count() <= 0) return;
  auto const stopped_at = audio_.stopped_at();
  if (!stopped_at) return;
  stop_timer_.expires_at(*stopped_at + options_.stop_timeout);
  stop_timer_.async_wait([self = shared_from_this()](error_code ec) {
    if (!ec) self->execute(self->run_.on_stop_deadline(self->knowledge(), now()));
  });
}

GLADIA_DECL void engine::on_cancel() {
  audio_.close();
  audio_.fail_senders(aborted());
  events_.abort();
  execute(run_.on_cancel());
}

}  // namespace gladia::live::detail
