#pragma once

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include <gladia/config.hpp>
#include <gladia/error.hpp>
#include <gladia/live/session.hpp>
#include <gladia/live/session_handlers.hpp>
#include <gladia/live/summary.hpp>

namespace gladia::live {

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
  /// called before the constructor has returned: one that needs the session takes it as its first
  /// parameter.
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
  /// The same for `bytes` bytes at `audio`.
  [[nodiscard]] result<void> send(void const* audio, std::size_t bytes) {
    return send(boost::asio::const_buffer(audio, bytes));
  }

  /// Hands over audio without waiting: as `session::try_send`.
  [[nodiscard]] result<void> try_send(boost::asio::const_buffer audio);
  /// The same for `bytes` bytes at `audio`.
  [[nodiscard]] result<void> try_send(void const* audio, std::size_t bytes) {
    return try_send(boost::asio::const_buffer(audio, bytes));
  }

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
  /// As `session::state`.
  [[nodiscard]] session_state state() const noexcept;
  /// As `session::id`.
  [[nodiscard]] std::string id() const;

 private:
  struct core;
  std::shared_ptr<core> core_;
};

}  // namespace gladia::live

#ifdef GLADIA_HEADER_ONLY
#include <gladia/live/impl/threaded_session.ipp>
#endif
