#pragma once

#include <boost/asio/buffer.hpp>
#include <exception>
#include <functional>
#include <memory>

#include <gladia/config.hpp>
#include <gladia/error.hpp>
#include <gladia/live/event.hpp>
#include <gladia/live/session.hpp>
#include <gladia/live/summary.hpp>

namespace gladia::live {

/// What a `threaded_session` calls. All members may be empty.
///
/// Handlers are called in order, never two at once, never on an I/O thread. They may call any
/// member of the session, and destroy it. An exception that leaves a handler is caught, and
/// reported to `on_exception`; the session goes on.
struct session_handlers {
  /// Called for each event, the last one being `ended`. The event is valid during the call.
  std::function<void(event const&)> on_event{};
  /// Called once, after the last event, with what `ended` holds; valid during the call.
  std::function<void(summary const&)> on_end{};
  /// Called with what a handler threw, on the handler's thread. It must not throw itself. Empty: it
  /// is ignored.
  std::function<void(std::exception_ptr)> on_exception{};
  /// Runs a function soon, after this call returned, for example in a GUI's event loop. It is
  /// called on an I/O thread, for one function at a time. It must not throw. It must not wait for
  /// the thread that destroys the session, because the destructor waits for it. Functions that are
  /// never run keep the session's memory; one that runs after the end does nothing. Empty: a thread
  /// of the session's own.
  std::function<void(std::function<void()>)> post{};
};

/// A session for programs without Asio: it runs from construction on, and calls handlers.
///
/// ```
/// gladia::client client;  // with a thread of its own
/// gladia::live::threaded_session session(client.live().session(request), {print});
/// auto const taken = session.send(boost::asio::buffer(samples));
/// if (!taken) std::cout << taken.error().what() << '\n';
/// session.stop();
/// auto const end = session.wait();
/// ```
///
/// What the session left behind is asked for with a future, which also must not wait on an I/O
/// thread: `client.live().async_get(end.job_id, boost::asio::use_future).get()`, with
/// `<boost/asio/use_future.hpp>`.
///
/// Thread safety: every member may be called from any thread, also from handlers, except
/// destruction, which must be the last call.
class threaded_session {
 public:
  /// Starts to run `session` and returns at once. Throws `std::system_error` where the handlers'
  /// thread cannot be had; whether the session works out, `on_end` and `wait` tell. Handlers may be
  /// called before the constructor has returned.
  ///
  /// \param session  Not running yet. Its client must have a thread of its own or an executor that
  ///   is run by another thread: `send` and `wait` block until it did its work.
  threaded_session(live::session session, session_handlers handlers);
  threaded_session(threaded_session&&) = delete;
  threaded_session& operator=(threaded_session&&) = delete;
  /// Cancels. Nothing of `session_handlers` is called afterwards: it waits for the handler, or
  /// `post`, that is running, unless called from it, and for nothing else.
  ~threaded_session();

  /// Hands over audio, and waits while too much of it is unsent: as `session::async_send`, with its
  /// errors. `audio` is not used after the call. It ends when the session does; `cancel()` from
  /// another thread ends it at once, with `operation_aborted`. Not to be called on an I/O thread.
  [[nodiscard]] result<void> send(boost::asio::const_buffer audio);

  /// Hands over audio without waiting: as `session::try_send`.
  [[nodiscard]] result<void> try_send(boost::asio::const_buffer audio);

  /// As `session::audio_sink`.
  [[nodiscard]] live::audio_sink audio_sink() const;

  /// Ends the recording: no more audio is taken, and the words that are still missing are
  /// delivered. As `session::stop`.
  void stop() noexcept;

  /// Gives up. As `session::cancel`.
  void cancel() noexcept;

  /// Waits until the session is over and, unless called from a handler or with
  /// `session_handlers::post`, until all handlers were called. Returns how it ended:
  /// `summary::error` as of `session::async_run`, which says what to do.
  ///
  /// It does not stop the session: without `stop()` that may take as long as the server likes. May
  /// be called by several threads, and again. Not to be called on an I/O thread.
  [[nodiscard]] summary wait();

  /// As `session::stats`.
  [[nodiscard]] statistics stats() const;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace gladia::live

#ifdef GLADIA_HEADER_ONLY
#include <gladia/live/impl/threaded_session.ipp>
#endif
