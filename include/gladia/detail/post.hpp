#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <utility>

namespace gladia::detail {

/// Posts `function` if `executor`, whose type is erased, is that of an `io_context` or a strand of
/// one; else leaves both alone. Asio copies an erased executor three times for each post.
template <class Executor, class Function>
bool post_if_known(Executor const& executor, Function& function) {
  using context_executor = boost::asio::io_context::executor_type;
  using strand = boost::asio::strand<context_executor>;
  if (auto const* known = executor.template target<context_executor>()) {
    boost::asio::post(*known, std::move(function));
  } else if (auto const* known_strand = executor.template target<strand>()) {
    boost::asio::post(*known_strand, std::move(function));
  } else {
    return false;
  }
  return true;
}

/// Posts `function` to an executor whose type is erased.
template <class Executor, class Function>
void post_to(Executor const& executor, Function function) {
  if (!post_if_known(executor, function)) boost::asio::post(executor, std::move(function));
}

}  // namespace gladia::detail
