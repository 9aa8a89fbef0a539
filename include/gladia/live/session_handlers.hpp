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

/// A function that takes an `Argument const&`, or a `threaded_session&` before it. May be empty.
template <class Argument>
class session_handler {
  template <class F>
  static constexpr bool takes_session = std::is_invocable_v<F&, threaded_session&, Argument const&>;

 public:
  template <class F>
  static constexpr bool is_made_of = takes_session<F> || std::is_invocable_v<F&, Argument const&>;

  session_handler() = default;
  session_handler(std::nullptr_t) {}
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

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(call_); }
  void operator()(threaded_session& session, Argument const& argument) const {
    call_(session, argument);
  }

 private:
  std::function<void(threaded_session&, Argument const&)> call_;
};

/// A function that takes a `transcript const&` or its text, a `std::string const&`, or a
/// `threaded_session&` before either. May be empty. A parameter that is `auto` is the transcript.
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
  text_handler() = default;
  text_handler(std::nullptr_t) {}
  /// \param f  As for `session_handler`.
  template <class F, std::enable_if_t<is_made_of<F> || of_text::is_made_of<F>, int> = 0>
  text_handler(F f) : session_handler<transcript>(make(std::move(f))) {}
};

/// What a `threaded_session` calls. All members may be empty.
///
/// Handlers are called in order, never two at once, never on an I/O thread. They may call any
/// member of the session, and destroy it. An exception that leaves a handler is caught, and
/// reported to `on_exception`; the session goes on.
///
/// `on_event`, `on_end`, `on_partial` and `on_final` may take the session as their first parameter.
/// Use it instead of a variable of your own: they may be called before the constructor of
/// `threaded_session` has returned.
///
/// ```
/// gladia::live::session_handlers handlers;
/// handlers.on_final = [](std::string const& text) { std::cout << text << '\n'; };
/// handlers.on_event = [](gladia::live::threaded_session& session, gladia::live::event const& e) {
///   if (std::holds_alternative<gladia::speech_end>(e)) session.stop();
/// };
/// ```
struct session_handlers {
  /// Called for each event, the last one being `ended`. The event is valid during the call.
  session_handler<event> on_event{};
  /// Called once, after the last event, with what `ended` holds; valid during the call.
  session_handler<summary> on_end{};
  /// Called with what a handler threw, on the handler's thread. It must not throw itself. Empty: it
  /// is ignored.
  std::function<void(std::exception_ptr)> on_exception{};
  /// Runs a function soon, after this call returned, for example in a GUI's event loop. It is
  /// called on an I/O thread, for one function at a time. It must not throw. It must not wait for
  /// the thread that destroys the session, because the destructor waits for it. Functions that are
  /// never run keep the session's memory; one that runs after the end does nothing. Empty: a thread
  /// of the session's own.
  std::function<void(std::function<void()>)> post{};
  /// Called after `on_event` with what is being said and may still change, where the request asks
  /// for it (`messages_config::receive_partial_transcripts`). It takes the text, or all of the
  /// `transcript`; valid during the call.
  text_handler on_partial{};
  /// The same with what was said, also with what was recovered after a lost link.
  text_handler on_final{};
};

}  // namespace gladia::live
