#pragma once

#include <gladia/detail/strand.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

namespace gladia::detail {

/// A strand over `executor` if its concrete type is `Executor` or a strand of it; else empty.
template <class Executor>
boost::asio::any_io_executor make_strand_if(boost::asio::any_io_executor const& executor) {
  if (auto const* plain = executor.target<Executor>()) return boost::asio::make_strand(*plain);
  // Not nested: the user's strand guards the user's state, not ours.
  if (auto const* strand = executor.target<boost::asio::strand<Executor>>()) {
    return boost::asio::make_strand(strand->get_inner_executor());
  }
  return {};
}

GLADIA_DECL boost::asio::any_io_executor make_strand(
    boost::asio::any_io_executor const& executor) {
  if (auto s = make_strand_if<boost::asio::io_context::executor_type>(executor)) return s;
  if (auto s = make_strand_if<boost::asio::thread_pool::executor_type>(executor)) return s;
  return boost::asio::make_strand(executor);
}

}  // namespace gladia::detail
