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

/// A session for programs without Asio, which runs from construction on and calls handlers.
///
/// ```
/// gladia::client client;  // with a thread of its own
/// gladia::live::threaded_session session(client.live().session(request), {print});
/// auto const taken = session.send(samples.data(), samples.size() * sizeof(samples[0]));
/// if (!taken) std::cout << taken.error().what() << '\n';
/// session.stop();
/// auto const end = session.wait();
/// ```
///
/// To get the session's job afterwards, use a future:
/// `client.live().async_get(end.job_id, boost::asio::use_future).get()`, with
/// `<boost/asio/use_future.hpp>`. Do not wait for the future on an I/O thread.
///
/// Thread safety: every member may be called from any thread, also from handlers. The destructor
/// must be the last call.
class threaded_session {
 public:
  /// Starts to run `session`, and returns at once.
  ///
  /// Throws `std::system_error` if the system has no thread for the handlers. `on_end` and `wait`
  /// tell how the session ended. Handlers may be called before the constructor has returned: a
  /// handler that needs the session takes a `threaded_session&` as its first parameter.
  ///
  /// \param session   Not running yet. Its client must have a thread of its own, or an executor
  ///   that another thread runs: `send` and `wait` block until that thread has done the work.
  /// \param handlers  Called until the session is over.
  threaded_session(live::session session, session_handlers handlers);
  threaded_session(threaded_session&&) = delete;
  threaded_session& operator=(threaded_session&&) = delete;
  /// Cancels the session. The destructor waits for the handler or `post` that is running, unless
  /// that handler or `post` destroys the session. The destructor waits for nothing else. Afterwards
  /// no member of `session_handlers` is called.
  ~threaded_session();

  /// Hands over audio, and waits while too much audio is unsent: as `session::async_send`, with its
  /// errors. `audio` is not used after the call. The wait ends when the session ends; `cancel()`
  /// from another thread ends the wait at once, with `operation_aborted`. Must not be called on an
  /// I/O thread.
  [[nodiscard]] result<void> send(boost::asio::const_buffer audio);
  /// Hands over `bytes` bytes at `audio`, as above.
  [[nodiscard]] result<void> send(void const* audio, std::size_t bytes) {
    return send(boost::asio::const_buffer(audio, bytes));
  }

  /// Hands over audio without waiting: as `session::try_send`, with its errors.
  [[nodiscard]] result<void> try_send(boost::asio::const_buffer audio);
  /// Hands over `bytes` bytes at `audio`, as above.
  [[nodiscard]] result<void> try_send(void const* audio, std::size_t bytes) {
    return try_send(boost::asio::const_buffer(audio, bytes));
  }

  /// A handle for audio callbacks, which may outlive the session: as `session::audio_sink`.
  [[nodiscard]] live::audio_sink audio_sink() const;

  /// Says that no more audio will come: as `session::stop`. The session goes on until the last
  /// words are delivered.
  void stop() noexcept;

  /// Ends the session at once: as `session::cancel`.
  void cancel() noexcept;

  /// Waits until the session is over, and until all handlers were called. A call from a handler
  /// does not wait for handlers. If `session_handlers::post` is set, no call waits for handlers.
  ///
  /// Returns how the session ended. `session::async_run` lists the errors in `summary::error`, and
  /// what to do about them.
  ///
  /// `wait` does not stop the session: without `stop()` the wait may last as long as the server
  /// likes. May be called by several threads, and again. Must not be called on an I/O thread.
  [[nodiscard]] summary wait();

  /// The numbers of the session at this moment: as `session::stats`.
  [[nodiscard]] statistics stats() const;
  /// Where the session is in its life: as `session::state`.
  [[nodiscard]] session_state state() const noexcept;
  /// The id of the job: as `session::id`.
  [[nodiscard]] std::string id() const;

 private:
  struct core;
  std::shared_ptr<core> core_;
};

}  // namespace gladia::live

#ifdef GLADIA_HEADER_ONLY
#include <gladia/live/impl/threaded_session.ipp>
#endif
