#pragma once

#include <boost/asio/append.hpp>
#include <boost/asio/associator.hpp>
#include <boost/asio/async_result.hpp>
#include <exception>
#include <type_traits>
#include <utility>

#include <gladia/error.hpp>

/// \file
/// Errors as exceptions. `co_await op(gladia::throwing(asio::use_awaitable))` gives a `T` or
/// throws, where `co_await op()` gives a `result<T>`.

namespace gladia {

/// A completion token that `throwing` made.
template <class CompletionToken>
struct throwing_token {
  CompletionToken token;  ///< the token that `throwing` was given
};

/// Wraps a completion token, so that errors are thrown as `gladia::exception`.
///
/// The completion `void(result<T>)` becomes `void(std::exception_ptr, T)`. `co_await`,
/// `std::future::get` and the operators of `awaitable_operators.hpp` throw that exception.
///
/// A completion with a `summary` throws the `error` of the summary. Whoever catches the exception
/// does not get the summary: where the verdict matters, do not wrap the token. Where `&&` joins
/// several operations and one of them fails, they throw one `asio::multiple_exceptions`; look at
/// its `first_exception()`.
///
/// Executor, allocator and cancellation are those of `token`. `T` must be default-constructible.
template <class CompletionToken>
[[nodiscard]] throwing_token<std::decay_t<CompletionToken>> throwing(CompletionToken&& token) {
  return {std::forward<CompletionToken>(token)};
}

namespace detail {

/// What a completion value becomes: the signature, and how it is handed over.
template <class T>
struct thrown {
  using signature = void(std::exception_ptr, T);
  template <class Handler>
  static void complete(Handler& handler, T value) {
    auto e = to_exception_ptr(value.error);
    std::move(handler)(std::move(e), std::move(value));
  }
};
template <class T>
struct thrown<result<T>> {
  using signature = void(std::exception_ptr, T);
  template <class Handler>
  static void complete(Handler& handler, result<T> value) {
    if (value) {
      std::move(handler)(std::exception_ptr(), std::move(*value));
    } else {
      std::move(handler)(to_exception_ptr(value.error()), T());
    }
  }
};
template <>
struct thrown<result<void>> {
  using signature = void(std::exception_ptr);
  template <class Handler>
  static void complete(Handler& handler, result<void> value) {
    std::move(handler)(value ? std::exception_ptr() : to_exception_ptr(value.error()));
  }
};

template <class Handler>
struct throwing_handler {
  Handler handler;

  template <class T>
  void operator()(T value) {
    thrown<T>::complete(handler, std::move(value));
  }
};

}  // namespace detail
}  // namespace gladia

/// \cond
template <class CompletionToken, class T>
class boost::asio::async_result<gladia::throwing_token<CompletionToken>, void(T)> {
 public:
  template <class Initiation, class... Args>
  static auto initiate(Initiation&& initiation, gladia::throwing_token<CompletionToken> token,
                       Args&&... args) {
    using signature = typename gladia::detail::thrown<T>::signature;
    return boost::asio::async_initiate<CompletionToken, signature>(
        [initiation = std::forward<Initiation>(initiation)](auto&& handler,
                                                            auto&&... rest) mutable {
          using handler_type = std::decay_t<decltype(handler)>;
          std::move(initiation)(
              gladia::detail::throwing_handler<handler_type>{
                  std::forward<decltype(handler)>(handler)},
              std::forward<decltype(rest)>(rest)...);
        },
        token.token, std::forward<Args>(args)...);
  }
};

/// Executor, allocator and cancellation slot stay those of the user's handler.
template <template <class, class> class Associator, class Handler, class DefaultCandidate>
struct boost::asio::associator<Associator, gladia::detail::throwing_handler<Handler>,
                               DefaultCandidate> : Associator<Handler, DefaultCandidate> {
  static typename Associator<Handler, DefaultCandidate>::type get(
      gladia::detail::throwing_handler<Handler> const& h,
      DefaultCandidate const& candidate = DefaultCandidate()) noexcept {
    return Associator<Handler, DefaultCandidate>::get(h.handler, candidate);
  }
};
/// \endcond
