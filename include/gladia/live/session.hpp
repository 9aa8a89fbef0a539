#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <memory>
#include <string>
#include <utility>

#include <gladia/config.hpp>
#include <gladia/error.hpp>
#include <gladia/live/event.hpp>
#include <gladia/live/options.hpp>
#include <gladia/live/session_state.hpp>
#include <gladia/live/summary.hpp>

namespace gladia::live {

namespace detail {
class engine;
struct session_setup;
}  // namespace detail

/// A small handle that takes audio from a callback of a sound device.
///
/// It may outlive its session: then `try_send` says `errc::session_ended`. It must not outlive the
/// `io_context` that the client was given. Thread safety: `try_send` may be called from any thread;
/// copying and destroying as a value.
class audio_sink {
 public:
  /// Takes all of `audio`, or nothing. As `session::try_send`: it never waits.
  [[nodiscard]] result<void> try_send(boost::asio::const_buffer audio) const;

 private:
  friend class session;
  explicit audio_sink(std::shared_ptr<detail::engine> engine) : engine_(std::move(engine)) {}

  std::shared_ptr<detail::engine> engine_;
};

/// A live transcription: audio goes in, events come out.
///
/// Made by `live::client::session` or `live::client::attach`. Nothing happens before `async_run`,
/// but audio may be sent from construction on: what comes before the link is up is kept and goes
/// first. A session runs once.
///
/// ```
/// auto session = client.live().session(request);
/// session.async_run([](gladia::live::summary end) { std::cout << end.error.what() << '\n'; });
/// session.async_receive([](gladia::result<gladia::live::event> event) {
///   if (event && std::holds_alternative<gladia::transcript>(*event)) std::cout << "a word\n";
/// });
/// auto const taken = session.try_send(boost::asio::buffer(samples));
/// if (!taken) std::cout << taken.error().what() << '\n';
/// session.stop();
/// ```
///
/// What it promises: audio that was accepted reaches the server at least once, in order and without
/// a gap, across lost links, unless it is reported as dropped; a stop survives every reconnect; it
/// always ends, within the limits of `session_options`; its memory is bounded. It may outlive its
/// client.
///
/// Completion tokens: `asio::deferred` by default, so `co_await session.async_receive()` works in a
/// coroutine, and a call whose result is thrown away does nothing. With a callback, a future or
/// `use_awaitable` the operation starts at once. Handlers run on their associated executor, by
/// default the client's, never inside the function that started the operation. Wrap a token in
/// `gladia::throwing()` to have errors thrown.
///
/// Thread safety: every member may be called from any thread at any time, except moving and
/// destroying, which need that no other call is under way. The session must be destroyed before the
/// `io_context` it runs on.
///
/// Mirrors https://docs.gladia.io/api-reference/v2/live/websocket.
class session {
 public:
  /// Where handlers run that have no executor of their own: the client's.
  using executor_type = boost::asio::any_io_executor;

  /// Not for users, who get sessions from `live::client`.
  explicit session(detail::session_setup setup);
  /// A moved-from session may only be assigned to and destroyed.
  session(session&&) noexcept = default;
  /// Destroys the session that is replaced, which ends as its destructor says.
  session& operator=(session&& other) noexcept;
  /// As `cancel()`. Never blocks: pending operations complete with `operation_aborted` on their own
  /// executors, possibly after the destructor returned; no event is delivered any more. May be
  /// called from within a handler.
  ~session();

  /// The client's executor.
  [[nodiscard]] executor_type get_executor() const noexcept;

  /// Runs the session from beginning to end: creates it, connects, streams, reconnects, stops,
  /// closes. It depends on nobody receiving: events then wait, 64 MiB of them at most, or none with
  /// `event_selection::none`.
  ///
  /// Handler signature: `void(gladia::live::summary)`.
  ///
  /// Completes when the session is over; then its sockets and waiting sends are gone. After a good
  /// end (`stop()` was called, the server got everything and closed the session) `summary::error`
  /// is empty. Otherwise it is
  /// - `errc::invalid_request`, `invalid_options`, `missing_api_key`, `invalid_url`,
  ///   `insecure_url`: nothing was sent; the message says what to change;
  /// - `errc::unauthorized`, `payment_required`, `forbidden`, `bad_request`, `too_many_requests`,
  ///   `server_error`, `timeout`, `proxy_refused`, or a network error: the session could not be
  ///   created, retries included;
  /// - `errc::malformed_json`, `malformed_response`: the answer to its creation cannot be read;
  /// - `errc::closed_by_server`, `session_gone`, `idle_timeout`, `no_speech`: a final close code,
  ///   or the server ended the session before `stop()`; make a new session;
  /// - `errc::unauthorized`, `forbidden`, `not_found` and the like with phase `upgrade`: the link
  ///   was refused for good; `errc::no_trust_anchors` or a TLS code: the server cannot be trusted;
  ///   `errc::tls_unavailable`: OpenSSL cannot encrypt here;
  /// - `errc::message_too_large`: see `session_options::max_message`;
  /// - `errc::reconnect_failed`: the link could not be restored within `reconnect_window`;
  /// - `errc::stop_timeout`: the server did not finish in time; `async_get` may tell more;
  /// - `operation_aborted`: after `cancel()`, the destructor, or cancellation of this operation;
  /// - `errc::already_running`, `already_ended`: at once, for a second call, which disturbs
  ///   nothing.
  ///
  /// Cancellation (any type): as `cancel()`; the handler still gets its summary.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_run(CompletionToken&& token = CompletionToken()) {
    return boost::asio::async_initiate<CompletionToken, void(summary)>(run_operation{engine_},
                                                                       token);
  }

  /// Waits for the next event, in order.
  ///
  /// Handler signature: `void(gladia::result<gladia::live::event>)`.
  ///
  /// May be called before `async_run`: then it waits for the first event. After the end what is
  /// queued is still delivered; the last event is `ended`, and after it every call completes with
  /// `errc::session_ended`. One call at a time: a second one completes with
  /// `errc::already_receiving`. The queue never stops the link: beyond 1 MiB partial transcripts
  /// that newer ones replaced are left out, beyond 64 MiB the oldest events, reported as
  /// `events_dropped`.
  ///
  /// Cancellation (any type): completes with `operation_aborted`; no event is lost.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_receive(CompletionToken&& token = CompletionToken()) {
    return boost::asio::async_initiate<CompletionToken, void(result<event>)>(
        receive_operation{engine_}, token);
  }

  /// Hands over audio, waiting for room: all or nothing.
  ///
  /// Handler signature: `void(gladia::result<void>)`.
  ///
  /// Completes at once while no more than `high_water` of audio is unsent; else when it has fallen
  /// to `low_water`. Several calls may wait; they are served in order. When the buffer is full of
  /// unacknowledged audio it waits as long as acknowledgements advance, at most `ack_timeout`
  /// without one. Before `async_run` nothing is sent: beyond `high_water` it waits until the
  /// session runs.
  ///
  /// \param audio  Samples in the request's format, interleaved, of any length up to
  ///   `session_options::buffer`; whole frames are not needed; empty audio does nothing. Must stay
  ///   valid until completion. A WAV header at the head of the stream is recognised and left out.
  ///
  /// Errors: `errc::stopping` after `stop()`; `errc::session_ended` after the end;
  /// `errc::chunk_too_large`: send smaller pieces; `errc::format_mismatch`: the WAV header at the
  /// head differs from the request; every later call returns this error too: `cancel()`, and make a
  /// session of the right format; `operation_aborted`.
  ///
  /// Cancellation (any type): completes with `operation_aborted` and takes none of the audio.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_send(boost::asio::const_buffer audio,
                                CompletionToken&& token = CompletionToken()) {
    return boost::asio::async_initiate<CompletionToken, void(result<void>)>(
        send_operation{{engine_}, audio}, token);
  }

  /// Hands over audio without waiting: all or nothing.
  ///
  /// Unlike `async_send` it fills the whole buffer; when that is full, audio that was sent but not
  /// acknowledged gives way (reported as a `warning`), then `session_options::overflow` decides.
  /// Holds a mutex for as long as it copies, and allocates only while the buffer grows.
  ///
  /// \param audio  As for `async_send`; copied before the call returns.
  ///
  /// Errors: as `async_send`, and `errc::would_block` when there is no room: nothing was taken, try
  /// again later.
  [[nodiscard]] result<void> try_send(boost::asio::const_buffer audio);

  /// A handle for audio callbacks, which may outlive the session.
  [[nodiscard]] live::audio_sink audio_sink() const { return live::audio_sink(engine_); }

  /// Ends the recording: no more audio is taken; once what was accepted is sent, the server is told
  /// to finish, after every reconnect again, and the session ends when it has sent its last
  /// results, or after `stop_timeout` from now. Returns at once; legal before `async_run` and from
  /// handlers; a second call does nothing.
  void stop() noexcept;

  /// `stop()`, then waits for the end.
  ///
  /// Handler signature: `void(gladia::live::summary)`, the same as `async_run` completes with; any
  /// number of waiters, also after the end. If `async_run` was not called yet it completes at once
  /// with `errc::not_running` in `summary::error`; the stop stands, and ends the session once it
  /// runs.
  ///
  /// Cancellation: none; the wait ends with the session, which is bounded. Use `cancel()`.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_stop(CompletionToken&& token = CompletionToken()) {
    return boost::asio::async_initiate<CompletionToken, void(summary)>(stop_operation{engine_},
                                                                       token);
  }

  /// Waits for the end, and stops nothing: for whoever feeds a live source that may be silent, and
  /// has to learn that the session is over.
  ///
  /// Handler signature: `void(gladia::live::summary)`, the same as `async_run` completes with; any
  /// number of waiters, before `async_run` and after the end too. If the session is destroyed
  /// before it ran, `summary::error` is `operation_aborted`.
  ///
  /// Cancellation (any type): completes with `operation_aborted` in `summary::error`; the session
  /// goes on.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_wait(CompletionToken&& token = CompletionToken()) {
    return boost::asio::async_initiate<CompletionToken, void(summary)>(wait_operation{engine_},
                                                                       token);
  }

  /// Gives up: waiting operations complete with `operation_aborted`, audio not yet sent is thrown
  /// away, a link that is up is closed with 1000, so that the service finishes the job and frees
  /// its slot (a session that has no link yet, or not again, keeps it until it idles out, about 30
  /// s), and `async_run` completes, at most `close_timeout` later, with `operation_aborted` and the
  /// verdict `partial`, or `unknown` if the stop had been written. Returns at once; legal at any
  /// time.
  void cancel() noexcept;

  /// The session in numbers, at any time, also after the end: a copy, taken under a mutex.
  [[nodiscard]] statistics stats() const;

  /// Where the session is in its life, as it was a moment ago.
  [[nodiscard]] session_state state() const noexcept;

  /// The job's id, which the service gives: empty until the session is created, or, if it was
  /// attached to without one, until the first message that tells.
  [[nodiscard]] std::string id() const;

 private:
  template <class Signature>
  using handler = boost::asio::any_completion_handler<Signature>;

  // What an operation needs to start; it keeps the engine alive until then.
  struct operation {
    std::shared_ptr<detail::engine> engine;
    using executor_type = boost::asio::any_io_executor;
    [[nodiscard]] executor_type get_executor() const noexcept;
  };
  struct run_operation : operation {
    void operator()(handler<void(summary)> h) const;
  };
  struct receive_operation : operation {
    void operator()(handler<void(result<event>)> h) const;
  };
  struct send_operation : operation {
    boost::asio::const_buffer audio;
    void operator()(handler<void(result<void>)> h) const;
  };
  struct stop_operation : operation {
    void operator()(handler<void(summary)> h) const;
  };
  struct wait_operation : operation {
    void operator()(handler<void(summary)> h) const;
  };

  std::shared_ptr<detail::engine> engine_;
};

}  // namespace gladia::live

#ifdef GLADIA_HEADER_ONLY
#include <gladia/live/impl/session.ipp>
#endif
