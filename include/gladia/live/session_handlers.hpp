#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include <gladia/live/event.hpp>
#include <gladia/live/summary.hpp>
#include <gladia/model/live_message.hpp>

namespace gladia::live {

class threaded_session;

namespace detail {
template <class F>
inline constexpr bool may_be_empty = std::is_pointer_v<F>;
template <class Signature>
inline constexpr bool may_be_empty<std::function<Signature>> = true;
}  // namespace detail

/// A function that takes an `Argument const&`, or a `threaded_session&` and an `Argument const&`.
/// May be empty.
template <class Argument>
class session_handler {
  template <class F>
  static constexpr bool takes_session = std::is_invocable_v<F&, threaded_session&, Argument const&>;

 public:
  /// Whether a handler can be made of an `F`.
  template <class F>
  static constexpr bool is_made_of = takes_session<F> || std::is_invocable_v<F&, Argument const&>;

  /// An empty handler.
  session_handler() = default;
  /// An empty handler.
  session_handler(std::nullptr_t) {}
  /// A handler that calls `f`.
  ///
  /// \param f  Copyable; an empty `std::function` makes an empty handler.
  template <class F, std::enable_if_t<is_made_of<F>, int> = 0>
  session_handler(F f) {
    if constexpr (detail::may_be_empty<F>) {
      if (!f) return;
    }
    call_ = [f = std::move(f)](threaded_session& session, Argument const& argument) mutable {
      if constexpr (takes_session<F>) {
        f(session, argument);
      } else {
        f(argument);
      }
    };
  }

  /// Whether the handler is not empty.
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(call_); }
  /// Calls the function. Precondition: the handler is not empty.
  void operator()(threaded_session& session, Argument const& argument) const {
    call_(session, argument);
  }

 private:
  std::function<void(threaded_session&, Argument const&)> call_;
};

/// A function that takes a `transcript const&`, or its text as a `std::string const&`; a
/// `threaded_session&` may stand before either parameter. May be empty. A parameter declared `auto`
/// gets the transcript.
class text_handler : public session_handler<transcript> {
  using of_text = session_handler<std::string>;

  static session_handler<transcript> of_transcript(of_text f) {
    if (!f) return {};
    return [f = std::move(f)](threaded_session& session, transcript const& t) {
      f(session, t.data.utterance.text);
    };
  }
  template <class F>
  static session_handler<transcript> make(F f) {
    if constexpr (is_made_of<F>) {
      return f;
    } else {
      return of_transcript(std::move(f));
    }
  }

 public:
  /// An empty handler.
  text_handler() = default;
  /// An empty handler.
  text_handler(std::nullptr_t) {}
  /// A handler that calls `f`.
  ///
  /// \param f  As for `session_handler`.
  template <class F, std::enable_if_t<is_made_of<F> || of_text::is_made_of<F>, int> = 0>
  text_handler(F f) : session_handler<transcript>(make(std::move(f))) {}
};

/// The functions that a `threaded_session` calls. Each member may be empty.
///
/// Handlers are called in order, never two at once, never on an I/O thread. A handler may call any
/// member of the session, and may destroy the session. An exception that leaves a handler is caught
/// and given to `on_exception`; the session goes on.
///
/// `on_event`, `on_end`, `on_partial` and `on_final` may take the session as their first parameter.
/// Use that parameter instead of a variable of your own: handlers may be called before the
/// constructor of `threaded_session` has returned.
///
/// ```
/// gladia::live::session_handlers handlers;
/// handlers.on_final = [](std::string const& text) { std::cout << text << '\n'; };
/// handlers.on_event = [](gladia::live::threaded_session& session, gladia::live::event const& e) {
///   if (std::holds_alternative<gladia::speech_end>(e)) session.stop();
/// };
/// ```
struct session_handlers {
  /// Called with each event; the last event is `ended`. The event is valid during the call.
  session_handler<event> on_event{};
  /// Called once, after the last event, with the summary that `ended` holds. The summary is valid
  /// during the call.
  session_handler<summary> on_end{};
  /// Called with the exception that a handler threw, on the handler's thread. Must not throw.
  /// Empty: exceptions are ignored.
  std::function<void(std::exception_ptr)> on_exception{};
  /// Has a function run soon on a thread of yours, for example in a GUI's event loop. Handlers are
  /// then called by these functions. Empty: handlers are called on a thread of the session's own.
  ///
  /// `post` is called on an I/O thread, with one function at a time, and the function must run
  /// after `post` has returned. `post` must not throw. `post` must not block on the thread that
  /// runs the session's destructor, or both wait for ever. A function that is never run keeps the
  /// session's memory; a function that runs after the end does nothing.
  std::function<void(std::function<void()>)> post{};
  /// Called after `on_event` with each partial transcript: text that may still change. Partial
  /// transcripts come only if the request asks for them
  /// (`messages_config.receive_partial_transcripts`). The handler takes the text, or the whole
  /// `transcript`; either is valid during the call.
  text_handler on_partial{};
  /// Called after `on_event` with each final transcript, also with one that was recovered after a
  /// lost link. The handler takes the text, or the whole `transcript`; either is valid during the
  /// call.
  text_handler on_final{};
};

}  // namespace gladia::live
