#pragma once

#include <gladia/live/threaded_session.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <gladia/live/impl/session.ipp>

namespace gladia::live {
namespace detail {

/// Runs one function after the other on a thread of its own.
class handler_thread {
 public:
  handler_thread() : shared_(std::make_shared<shared>()) {
    thread_ = std::thread([s = shared_] { loop(*s); });
  }
  /// Waits for the function that is running, unless that function destroys this object.
  ~handler_thread() {
    {
      std::lock_guard lock(shared_->mutex);
      shared_->is_over = true;
    }
    shared_->changed.notify_all();
    if (thread_.get_id() == std::this_thread::get_id()) {
      thread_.detach();
    } else {
      thread_.join();
    }
  }
  handler_thread(handler_thread&&) = delete;

  void post(std::function<void()> function) {
    {
      std::lock_guard lock(shared_->mutex);
      shared_->next = std::move(function);
    }
    shared_->changed.notify_all();
  }

 private:
  struct shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::function<void()> next;  // one at a time: an event is asked for after the last was handled
    bool is_over = false;
  };

  static void loop(shared& s) {
    std::unique_lock lock(s.mutex);
    for (;;) {
      s.changed.wait(lock, [&s] { return s.is_over || s.next; });
      if (s.is_over) return;
      auto function = std::exchange(s.next, nullptr);
      lock.unlock();
      function();
      function = nullptr;
      lock.lock();
    }
  }

  std::shared_ptr<shared> shared_;
  std::thread thread_;
};

}  // namespace detail

struct threaded_session::core : std::enable_shared_from_this<core> {
  core(live::session s, session_handlers h) : session(std::move(s)), handlers(std::move(h)) {
    if (!handlers.post) thread.emplace();
  }

  void start(threaded_session& users) {
    owner = &users;
    session->async_run([self = shared_from_this()](summary s) {
      {
        std::lock_guard lock(self->mutex);
        self->end = std::move(s);
      }
      self->changed.notify_all();
    });
    ask();
  }

  /// Waits for the next event, unless this session was closed.
  void ask() {
    std::lock_guard lock(mutex);
    if (is_closed) return;
    // Another thread might post the next event while this thread is inside `post`.
    if (posting != std::thread::id()) {
      asks_after_post = true;
      return;
    }
    session->async_receive(
        [self = shared_from_this()](result<event> e) { self->on_receive(std::move(e)); });
  }

  void on_receive(result<event> e) {
    if (!e) {
      // A cancelled session still delivers `ended`; after the last event nothing comes.
      return e.error() == errc::session_ended ? void() : ask();
    }
    auto call = [self = shared_from_this(), e = std::make_shared<event>(std::move(*e))] {
      self->handle(*e);
    };
    if (!post(std::move(call))) ask();
  }

  /// Returns false if the user's `post` threw. The event is then lost, and the session goes on.
  bool post(std::function<void()> call) {
    {
      std::lock_guard lock(mutex);
      if (is_closed) return true;
      if (thread) {
        thread->post(std::move(call));
        return true;
      }
      posting = std::this_thread::get_id();
    }
    auto const is_posted = call_post(std::move(call));
    bool asks = false;
    {
      std::lock_guard lock(mutex);
      posting = std::thread::id();
      asks = std::exchange(asks_after_post, false);
    }
    changed.notify_all();
    if (asks) ask();
    return is_posted || asks;
  }

  bool call_post(std::function<void()> call) {
    try {
      handlers.post(std::move(call));
      return true;
    } catch (...) {
      report_exception();
      return false;
    }
  }

  void handle(event const& e) {
    auto const* last = std::get_if<ended>(&e);
    if (!enter()) return;
    call(handlers.on_event, e);
    if (auto const* said = std::get_if<transcript>(&e)) {
      call(said->data.is_final ? handlers.on_final : handlers.on_partial, *said);
    }
    if (last) call(handlers.on_end, last->summary);
    leave(last != nullptr);
    if (!last) ask();
  }

  /// Calls nothing once a handler has destroyed the session.
  template <class Argument>
  void call(session_handler<Argument> const& handler, Argument const& argument) {
    if (!handler || !is_open()) return;
    try {
      handler(*owner, argument);
    } catch (...) {
      report_exception();
    }
  }

  /// Reports an exception of the user's code, which ends neither the session nor a thread. The code
  /// may have destroyed the session.
  void report_exception() {
    if (handlers.on_exception && is_open()) handlers.on_exception(std::current_exception());
  }

  bool enter() {
    std::lock_guard lock(mutex);
    if (is_closed) return false;
    handling = std::this_thread::get_id();
    return true;
  }

  bool is_open() {
    std::lock_guard lock(mutex);
    return !is_closed;
  }

  void leave(bool is_last) {
    {
      std::lock_guard lock(mutex);
      handling = std::thread::id();
      all_handled = all_handled || is_last;
    }
    changed.notify_all();
  }

  void close() {
    std::unique_lock lock(mutex);
    is_closed = true;
    // The handler that is running may still use the session, or wait for it.
    session->cancel();
    auto const is_done = [self = std::this_thread::get_id()](std::thread::id who) {
      return who == self || who == std::thread::id();
    };
    changed.wait(lock, [&] { return is_done(handling) && is_done(posting); });
    lock.unlock();
    thread.reset();
    session.reset();
  }

  summary wait() {
    std::unique_lock lock(mutex);
    auto const waits_for_handlers = !handlers.post && handling != std::this_thread::get_id();
    changed.wait(lock, [&] { return end && (all_handled || !waits_for_handlers); });
    return *end;
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::optional<live::session> session;
  session_handlers handlers;
  threaded_session* owner = nullptr;
  std::optional<detail::handler_thread> thread;  // none if the user gave a `post`
  std::thread::id handling;                      // the thread a handler runs on
  std::thread::id posting;                       // the thread that is inside of `handlers.post`
  bool asks_after_post = false;                  // an event was handled before `post` returned
  std::optional<summary> end;
  bool all_handled = false;
  bool is_closed = false;
};

GLADIA_DECL threaded_session::threaded_session(live::session session, session_handlers handlers)
    : core_(std::make_shared<core>(std::move(session), std::move(handlers))) {
  core_->start(*this);
}

GLADIA_DECL threaded_session::~threaded_session() {
  core_->close();
}

GLADIA_DECL result<void> threaded_session::send(boost::asio::const_buffer audio) {
  struct answer {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<result<void>> value;
  };
  auto pending = std::make_shared<answer>();
  core_->session->async_send(audio, [pending](result<void> value) {
    {
      std::lock_guard lock(pending->mutex);
      pending->value = std::move(value);
    }
    pending->changed.notify_all();
  });
  std::unique_lock lock(pending->mutex);
  pending->changed.wait(lock, [&] { return pending->value.has_value(); });
  return std::move(*pending->value);
}

GLADIA_DECL result<void> threaded_session::try_send(boost::asio::const_buffer audio) {
  return core_->session->try_send(audio);
}

GLADIA_DECL live::audio_sink threaded_session::audio_sink() const {
  return core_->session->audio_sink();
}

GLADIA_DECL void threaded_session::stop() noexcept {
  core_->session->stop();
}

GLADIA_DECL void threaded_session::cancel() noexcept {
  core_->session->cancel();
}

GLADIA_DECL summary threaded_session::wait() {
  return core_->wait();
}

GLADIA_DECL statistics threaded_session::stats() const {
  return core_->session->stats();
}

GLADIA_DECL session_state threaded_session::state() const noexcept {
  return core_->session->state();
}

GLADIA_DECL std::string threaded_session::id() const {
  return core_->session->id();
}

}  // namespace gladia::live
