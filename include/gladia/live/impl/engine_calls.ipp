#pragma once

#include <gladia/live/detail/engine.hpp>

#include <mutex>
#include <new>
#include <string>
#include <utility>

#include <gladia/detail/aborted.hpp>
#include <gladia/detail/post.hpp>
#include <gladia/live/impl/audio_line.ipp>

/// \file
/// The engine: what users call, from any thread, and the handlers that wait.

namespace gladia::live::detail {

template <class Function>
void engine::on_strand(Function function) noexcept {
  try {
    gladia::detail::post_to(
        strand_,
        [self = shared_from_this(), function = std::move(function)]() mutable { function(*self); });
  } catch (std::bad_alloc const&) {
    // Without memory nothing can be posted; the next timer or message makes up for it.
  }
}

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
    if (self) self->on_strand([id](engine& e) { e.events_.abort(id); });
  });
  events_.receive(std::move(done), id);
}

GLADIA_DECL void engine::send(boost::asio::const_buffer bytes, handler<result<void>> h) {
  completion<result<void>> done(std::move(h), service_->executor);
  auto const id = next_operation_++;
  auto const waits = [&](completion<result<void>>& waiting) {
    waiting.on_cancellation([id, weak = weak_from_this()] {
      auto self = weak.lock();
      if (!self) return;
      self->on_strand([id](engine& e) {
        e.audio_.cancel_send(id);
        e.admit_senders();  // the next sender may need less room
      });
    });
  };
  auto const waker = audio_.send(bytes, std::move(done), id, now(), waits);
  if (waker == audio_line::wake::needed) wake_writer();
}

GLADIA_DECL result<void> engine::try_send(boost::asio::const_buffer bytes) {
  auto const taken = audio_.try_send(bytes, now());
  if (!taken) return taken.error();
  if (*taken == audio_line::wake::needed) wake_writer();
  return {};
}

GLADIA_DECL void engine::stop() noexcept {
  auto const remainder = audio_.stop(now());
  if (!remainder) return;
  on_strand([bytes = *remainder](engine& self) {
    bool const is_over = self.summary_.has_value();  // no event may come after `ended`
    if (bytes > 0 && !is_over) {
      self.warn(warning_code::incomplete_frame,
                "the audio ended in the middle of a sample frame: " + std::to_string(bytes) +
                    (bytes == 1 ? " byte was dropped" : " bytes were dropped"));
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
      s.error = self.events_.is_abandoned() ? aborted() : error(errc::not_running);
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
    bool const will_never_run = self.events_.is_abandoned() && self.run_.stage() == stage::idle;
    if (will_never_run) self.abort_wait(id);
  });
}

GLADIA_DECL void engine::cancel() noexcept {
  on_strand([](engine& self) { self.on_cancel(); });
}

GLADIA_DECL void engine::abandon() noexcept {
  if (state_ == session_state::idle && audio_.stats().bytes_accepted > 0) {
    // Not by `log`, whose id belongs to the strand.
    service_->log(log_level::warning,
                  "gladia session (new): destroyed with audio before it ran; call async_run with a "
                  "handler, and let a thread run the client's executor");
  }
  events_.abandon();
  on_strand([](engine& self) {
    self.on_cancel();
    if (self.run_.stage() != stage::idle) return;
    while (!self.waiters_.empty()) self.abort_wait(self.waiters_.front().id);
  });
}

GLADIA_DECL std::string engine::id() const {
  std::lock_guard lock(id_mutex_);
  return id_;
}

GLADIA_DECL statistics engine::stats() const {
  auto s = audio_.stats();
  s.events_dropped = events_.dropped_total();
  s.messages_received = messages_received_;
  return s;
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
  auto const self = weak_from_this().lock();  // a dropped handler may own the last session
  auto const runner = std::move(runner_);
  auto const receiver = events_.drop_receiver();
  auto const waiters = std::move(waiters_);
  auto const senders = audio_.drop_senders();
}

}  // namespace gladia::live::detail
