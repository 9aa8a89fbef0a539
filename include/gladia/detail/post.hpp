#pragma once

#include <boost/asio/defer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <utility>
#include <variant>

namespace gladia::detail {

/// An executor whose concrete type is known: an `io_context`'s, or a strand over it.
using known_executor = std::variant<std::monostate, boost::asio::io_context::executor_type,
                                    boost::asio::strand<boost::asio::io_context::executor_type>>;

/// The concrete type of a type-erased `executor`; nothing if it is none of these.
template <class Executor>
known_executor find_known(Executor const& executor) {
  using context_executor = boost::asio::io_context::executor_type;
  using strand = boost::asio::strand<context_executor>;
  if (auto const* known = executor.template target<context_executor>()) return *known;
  if (auto const* known = executor.template target<strand>()) return *known;
  return {};
}

/// What the caller of a post does next. A caller that returns to its executor at once can run the
/// posted function itself, so no other thread is woken.
enum class poster { goes_on, returns };

/// Posts `function` to an executor of known type.
template <class Function>
void post_to_known(known_executor const& executor, Function function,
                   poster what = poster::goes_on) {
  auto const post_on = [&](auto const& on) {
    what == poster::returns ? boost::asio::defer(on, std::move(function))
                            : boost::asio::post(on, std::move(function));
  };
  if (auto const* context = std::get_if<1>(&executor)) {
    post_on(*context);
  } else if (auto const* strand = std::get_if<2>(&executor)) {
    post_on(*strand);
  }
}

/// Posts `function` to a type-erased executor. Asio copies such an executor three times for each
/// post; if its concrete type is known, no copies are made.
template <class Executor, class Function>
void post_to(Executor const& executor, Function function) {
  if (auto const known = find_known(executor); known.index() != 0) {
    return post_to_known(known, std::move(function));
  }
  boost::asio::post(executor, std::move(function));
}

}  // namespace gladia::detail
