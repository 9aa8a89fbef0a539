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

/// A small handle that takes audio and never waits, for the callback of a sound device.
///
/// A sink may outlive its session: then `try_send` returns `errc::session_ended`. Calls at the very
/// moment of the destruction may still take audio, which is not sent. A sink must not outlive the
/// `io_context` that the client was given. Thread safety: `try_send` may be called from
/// any thread; otherwise as a value.
class audio_sink {
 public:
  /// Takes all of `audio`, or nothing: as `session::try_send`, with its errors.
  [[nodiscard]] result<void> try_send(boost::asio::const_buffer audio) const;

 private:
  friend class session;
  explicit audio_sink(std::shared_ptr<detail::engine> engine) : engine_(std::move(engine)) {}

  std::shared_ptr<detail::engine> engine_;
};

/// A live transcription: audio goes in, events come out.
///
/// `live::client::session` and `live::client::attach` make sessions. Nothing happens before
/// `async_run`, but audio may be sent from construction on: audio that comes before the link is
/// open is kept, and is sent first. A session runs once.
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
/// What a session promises:
/// - accepted audio reaches the server at least once, in order and without a gap, across lost
///   links, unless the audio is reported as dropped;
/// - a stop survives every reconnect;
/// - the session always ends, within the limits of `session_options`;
/// - the memory of a session is bounded.
///
/// A session may outlive its client.
///
/// Completion tokens: the default is `asio::deferred`, so `co_await session.async_receive()` works
/// in a coroutine. A deferred operation starts when it is awaited: without `co_await` the call does
/// nothing. With a callback or a future the operation starts at once. A handler runs on its
/// associated executor, by default the client's, and never inside the function that started the
/// operation. Wrap a token in `gladia::throwing()` to have errors thrown.
///
/// Thread safety: every member may be called from any thread at any time. While a session is moved
/// or destroyed no other call may be under way. Destroy a session before the `io_context` that the
/// session runs on.
///
/// Mirrors https://docs.gladia.io/api-reference/v2/live/websocket.
class session {
 public:
  /// The type of the client's executor, which runs the handlers without an executor of their own.
  using executor_type = boost::asio::any_io_executor;

  /// Not for users, who get sessions from `live::client`.
  explicit session(detail::session_setup setup);
  /// A moved-from session may only be assigned to and destroyed.
  session(session&&) noexcept = default;
  /// Destroys the session on the left as its destructor does, and takes over `other`.
  session& operator=(session&& other) noexcept;
  /// Cancels the session, as `cancel()`, and never blocks. Pending operations complete with
  /// `operation_aborted` on their own executors, possibly after the destructor returned. No event
  /// is delivered any more. May be called from within a handler.
  ~session();

  /// The client's executor.
  [[nodiscard]] executor_type get_executor() const noexcept;

  /// Runs the session from beginning to end: creates the job, connects, streams, reconnects, stops,
  /// closes.
  ///
  /// The session goes on whether or not anybody receives events. Events that nobody receives are
  /// queued, up to 64 MiB of them. With `event_selection::none` the only event is `ended`.
  ///
  /// Handler signature: `void(gladia::live::summary)`.
  ///
  /// Completes when the session is over. By then the sockets are closed, and every waiting send has
  /// completed. After a good end (`stop()` was called, the server got everything and closed the
  /// session) `summary::error` holds no error. Otherwise `summary::error` is
  /// - `errc::invalid_request`, `invalid_options`, `missing_api_key`, `invalid_url`,
  ///   `insecure_url`: nothing was sent; the message says what to change;
  /// - `errc::unauthorized`, `payment_required`, `forbidden`, `bad_request`, `too_many_requests`,
  ///   `server_error`, `timeout`, `proxy_refused`, or a network error: the job could not be
  ///   created, retries included;
  /// - `errc::malformed_json`, `malformed_response`: the answer to the creation cannot be read;
  /// - `errc::closed_by_server`, `session_gone`, `idle_timeout`, `no_speech`: the server ended the
  ///   session before `stop()`, or closed the link with a code after which no link can be opened
  ///   again; make a new session;
  /// - `errc::unauthorized`, `forbidden`, `not_found` and the like with phase `upgrade`: the server
  ///   refuses the link for good; `errc::no_trust_anchors` or a TLS code: the server cannot be
  ///   trusted; `errc::tls_unavailable`: OpenSSL cannot encrypt here;
  /// - `errc::message_too_large`: see `session_options::max_message`;
  /// - `errc::format_mismatch`: all audio was refused: see `async_send`;
  /// - `errc::reconnect_failed`: within `reconnect_window` and `reconnect_attempts` no link could
  /// be
  ///   opened again, or none that stayed open, or the server asked for a longer wait;
  /// - `errc::stop_timeout`: the server did not finish in time; `live::client::async_get` may tell
  ///   more;
  /// - `operation_aborted`: after `cancel()`, the destructor, or cancellation of this operation;
  /// - `errc::already_running`, `already_ended`: a second call of `async_run`, which completes at
  ///   once and does not disturb the session.
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
  /// May be called before `async_run`, to wait for the first event. After the end of the session,
  /// queued events are still delivered. The last event is `ended`; after `ended` every call
  /// completes with `errc::session_ended`. Only one call may be pending: a second one completes
  /// with `errc::already_receiving`.
  ///
  /// The link never waits for events to be received. When more than 1 MiB of events are queued,
  /// partial transcripts that newer ones replaced are left out; when more than 64 MiB are queued,
  /// the oldest events are thrown away, and reported as `events_dropped`.
  ///
  /// Cancellation (any type): completes with `operation_aborted`; no event is thrown away. After
  /// `session::cancel()` the pending call completes with `operation_aborted` too, while later calls
  /// still deliver the queued events. To see `ended`, call until the error is
  /// `errc::session_ended`.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_receive(CompletionToken&& token = CompletionToken()) {
    return boost::asio::async_initiate<CompletionToken, void(result<event>)>(
        receive_operation{engine_}, token);
  }

  /// Hands over audio, and waits for room: takes all of the audio, or nothing.
  ///
  /// Handler signature: `void(gladia::result<void>)`.
  ///
  /// Completes at once while no more than `high_water` of audio is unsent. Otherwise the call waits
  /// until unsent audio has fallen to `low_water`. When the buffer is full of unacknowledged audio,
  /// the call waits for acknowledgements: as long as they come, and at most `ack_timeout` for the
  /// next one. Before `async_run` no audio is sent, so a call that finds more than `high_water` of
  /// unsent audio waits until the session runs. Several calls may wait; they are served in order.
  ///
  /// \param audio  Samples in the request's format, interleaved, of any length up to
  ///   `session_options::buffer`. The audio need not end with a whole frame. Empty audio does
  ///   nothing. Must stay valid until completion. A WAV header at the head of the stream is
  ///   recognised and left out.
  ///
  /// Errors:
  /// - `errc::stopping`: `stop()` was called before this call, or while this call waited. None of
  ///   the audio was taken: let a waiting call complete before you call `stop()`;
  /// - `errc::session_ended`: the session is over;
  /// - `errc::chunk_too_large`: send smaller pieces;
  /// - `errc::format_mismatch`: the WAV header at the head differs from the request. Every later
  ///   call returns this error too, and the session ends with it: call `cancel()`, and make a
  ///   session of the right format;
  /// - `operation_aborted`: the operation or the session was cancelled.
  ///
  /// Cancellation (any type): completes with `operation_aborted` and takes none of the audio.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_send(boost::asio::const_buffer audio,
                                CompletionToken&& token = CompletionToken()) {
    return boost::asio::async_initiate<CompletionToken, void(result<void>)>(
        send_operation{{engine_}, audio}, token);
  }

  /// Hands over audio without waiting: takes all of the audio, or nothing.
  ///
  /// Unlike `async_send`, `try_send` fills the whole buffer. When the buffer is full,
  /// unacknowledged audio becomes unreplayable first (reported as the warning `replay_shortened`,
  /// once until more is acknowledged or a link is lost); when the buffer is full of unsent audio,
  /// `session_options::overflow` decides. The call holds a mutex while the audio is copied, and
  /// allocates only while the buffer grows.
  ///
  /// \param audio  As for `async_send`; copied before the call returns.
  ///
  /// Errors: as `async_send`; also `errc::would_block` when there is no room: nothing was taken,
  /// try again later.
  [[nodiscard]] result<void> try_send(boost::asio::const_buffer audio);

  /// A handle for audio callbacks, which may outlive the session.
  [[nodiscard]] live::audio_sink audio_sink() const { return live::audio_sink(engine_); }

  /// Says that no more audio will come.
  ///
  /// Audio that was accepted is still sent. Then the server is told to finish; after a reconnect
  /// the server is told again. The link ends when the server has sent its last results, or when
  /// `stop_timeout` has passed since this call. If the results are not known by then, the session
  /// asks the server for its job before it ends, as `session_options::fetch_result` and
  /// `fetch_timeout` say: by default until the job is done or `stop_timeout` has passed, but for up
  /// to 5 s even if `stop_timeout` passes earlier. An `async_send` that still waits completes with
  /// `errc::stopping`. Returns at once. May be called before `async_run` and from handlers. A
  /// second call does nothing.
  void stop() noexcept;

  /// Calls `stop()`, then waits for the end of the session.
  ///
  /// Handler signature: `void(gladia::live::summary)`, with the summary that `async_run` completes
  /// with. Any number of calls may wait. Calls may also be made after the end. If `async_run` was
  /// not called yet, the operation completes at once with `errc::not_running` in `summary::error`;
  /// the stop is remembered, and ends the session when the session runs.
  ///
  /// Cancellation: none. The wait ends with the session, as `stop()` says; to end the session at
  /// once use `cancel()`.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_stop(CompletionToken&& token = CompletionToken()) {
    return boost::asio::async_initiate<CompletionToken, void(summary)>(stop_operation{engine_},
                                                                       token);
  }

  /// Waits for the end of the session, and stops nothing. Use this where audio comes from a source
  /// that may be silent: a caller who waits for samples has to learn that the session is over.
  ///
  /// Handler signature: `void(gladia::live::summary)`, with the summary that `async_run` completes
  /// with. Any number of calls may wait, also before `async_run` and after the end. If the session
  /// is destroyed before it ran, `summary::error` is `operation_aborted`.
  ///
  /// Cancellation (any type): completes with `operation_aborted` in `summary::error`; the session
  /// goes on.
  template <class CompletionToken = boost::asio::deferred_t>
  [[nodiscard]] auto async_wait(CompletionToken&& token = CompletionToken()) {
    return boost::asio::async_initiate<CompletionToken, void(summary)>(wait_operation{engine_},
                                                                       token);
  }

  /// Ends the session at once.
  ///
  /// - Waiting operations complete with `operation_aborted`; `async_receive` may be called again
  ///   for the events that are left.
  /// - Unsent audio is dropped.
  /// - A link that is open is closed with 1000, so that the server finishes the job and frees its
  ///   slot. Where no link is open, the server keeps the slot until the session idles out, for
  ///   about 30 s.
  /// - `async_run` completes, at most `close_timeout` later, with `operation_aborted` and the
  ///   verdict `partial`, or `unknown` if the stop had been written and no audio was dropped.
  ///
  /// Returns at once. May be called at any time.
  void cancel() noexcept;

  /// The numbers of the session at this moment: a copy, taken under a mutex. May be called at any
  /// time, also after the end.
  [[nodiscard]] statistics stats() const;

  /// Where the session was in its life a moment ago.
  [[nodiscard]] session_state state() const noexcept;

  /// The id of the job, which the server chooses. Empty until the job is created. In a session that
  /// was attached without an id, empty until the first message that names the id.
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
