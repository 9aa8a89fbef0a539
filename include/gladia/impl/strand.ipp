#pragma once

#include <gladia/detail/strand.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

namespace gladia::detail {

/// A strand over `executor` if its concrete type is `Executor` or a strand of it; else empty.
template <class Executor>
boost::asio::any_io_executor make_strand_if(boost::asio::any_io_executor const& executor) {
  if (auto const* plain = executor.target<Executor>()) return boost::asio::make_strand(*plain);
  // Over the executor below a user's strand: that strand guards the user's state only.
  if (auto const* strand = executor.target<boost::asio::strand<Executor>>()) {
    return boost::asio::make_strand(strand->get_inner_executor());
  }
  return {};
}

GLADIA_DECL boost::asio::any_io_executor make_strand(boost::asio::any_io_executor const& executor) {
  if (auto s = make_strand_if<boost::asio::io_context::executor_type>(executor)) return s;
  if (auto s = make_strand_if<boost::asio::thread_pool::executor_type>(executor)) return s;
  return boost::asio::make_strand(executor);
}

struct wake_handler {
  std::shared_ptr<sleeper> who;
  std::shared_ptr<handler_memory> memory;

  using allocator_type = handler_allocator<void>;
  allocator_type get_allocator() const noexcept { return allocator_type(memory); }
  void operator()() { who->on_wake(); }
};

GLADIA_DECL void wake(boost::asio::any_io_executor const& strand,
                      std::shared_ptr<handler_memory> const& memory, std::shared_ptr<sleeper> who) {
  using concrete = boost::asio::strand<boost::asio::io_context::executor_type>;
  wake_handler handler{std::move(who), memory};
  // An any_io_executor allocates whatever the handler's allocator says.
  if (auto const* known = strand.target<concrete>()) {
    boost::asio::post(*known, std::move(handler));
  } else {
    boost::asio::post(strand, std::move(handler));
  }
}

}  // namespace gladia::detail
