#pragma once

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/prefer.hpp>
#include <utility>

#include <gladia/config.hpp>
#include <gladia/detail/post.hpp>

namespace gladia::detail {

/// A user's handler that waits for its operation: type-erased, kept with work on its executor, and
/// completed exactly once by `post`.
///
/// An object is only constructed and moved from, never assigned: assigning an
/// `any_completion_handler` recurses for ever in Boost 1.81 (Asio's history, 1.27).
template <class T>
class completion {
 public:
  using handler_type = boost::asio::any_completion_handler<void(T)>;

  /// \param executor  where the handler runs if it has no executor of its own
  completion(handler_type handler, boost::asio::any_io_executor executor)
      : handler_(std::move(handler)),
        executor_(std::move(executor)),
        work_(boost::asio::prefer(boost::asio::get_associated_executor(handler_, executor_),
                                  boost::asio::execution::outstanding_work.tracked)) {}
  completion(completion&&) noexcept = default;
  completion& operator=(completion&&) = delete;

  /// Calls `cancel` when the user cancels this operation, on the thread on which the user emits.
  /// `cancel` must only post: the slot belongs to the user and is used on the user's threads only.
  template <class Cancel>
  void on_cancellation(Cancel cancel) {
    auto slot = boost::asio::get_associated_cancellation_slot(handler_);
    if (!slot.is_connected()) return;
    slot.assign([cancel = std::move(cancel)](boost::asio::cancellation_type type) mutable {
      if (type != boost::asio::cancellation_type::none) cancel();
    });
  }

  /// Calls the handler with `value`, on its executor, never from within this function.
  void post(T value) && {
    std::move(*this).post_made([value = std::move(value)]() mutable { return std::move(value); });
  }

  /// Calls the handler with the result of `make`, which is called right before it, on its executor.
  template <class Make>
  void post_made(Make make, poster what = poster::goes_on) && {
    // No copy of an erased executor may outlive the post here. TSan reports a race with the copy
    // that is posted, because Asio counts references with a fence.
    auto const known = find_known(boost::asio::get_associated_executor(handler_, executor_));
    if (known.index() != 0) {
      return post_to_known(
          known, [self = std::move(*this), make = std::move(make)]() mutable { self.call(make); },
          what);
    }
    // Another executor might run the handler right here. And on a strand, dispatching would let the
    // handler hold the strand while it runs.
    auto const own_executor = executor_;
    post_to(own_executor, [self = std::move(*this), make = std::move(make)]() mutable {
      auto const executor = boost::asio::get_associated_executor(self.handler_, self.executor_);
      boost::asio::dispatch(executor, [self = std::move(self), make = std::move(make)]() mutable {
        self.call(make);
      });
    });
  }

 private:
  template <class Make>
  void call(Make& make) {
    auto handler = std::move(handler_);
    boost::asio::get_associated_cancellation_slot(handler).clear();
    std::move(handler)(make());
  }

  handler_type handler_;
  boost::asio::any_io_executor executor_;
  boost::asio::any_completion_executor work_;
};

}  // namespace gladia::detail
