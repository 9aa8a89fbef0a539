#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <mutex>
#include <set>

#include <gladia/config.hpp>

namespace gladia::detail {

/// Something that keeps users' handlers outside of Asio's own queues.
///
/// When a context is destroyed, Asio destroys the handlers in its own queues. A handler that is
/// kept elsewhere may own its keeper, as a coroutine owns its session: both would never be
/// destroyed.
class handler_keeper {
 public:
  /// The context is being destroyed: destroys the kept handlers without calling them.
  virtual void drop_handlers() noexcept = 0;

 protected:
  handler_keeper() = default;
  ~handler_keeper() = default;
};

/// The keepers of one context. Every member may be called from any thread.
class handler_keepers final : public boost::asio::execution_context::service {
 public:
  static inline boost::asio::execution_context::id id;

  explicit handler_keepers(boost::asio::execution_context& context) : service(context) {}

  /// The keepers of the context that `executor` belongs to.
  [[nodiscard]] static handler_keepers& of(boost::asio::any_io_executor const& executor) {
    return boost::asio::use_service<handler_keepers>(
        boost::asio::query(executor, boost::asio::execution::context));
  }

  void add(handler_keeper& keeper) {
    std::lock_guard lock(mutex_);
    keepers_.insert(&keeper);
  }
  void remove(handler_keeper& keeper) noexcept {
    std::lock_guard lock(mutex_);
    keepers_.erase(&keeper);
  }

 private:
  void shutdown() override {
    while (auto* keeper = take()) keeper->drop_handlers();
  }

  // One at a time, because a destroyed handler may own another keeper.
  handler_keeper* take() {
    std::lock_guard lock(mutex_);
    if (keepers_.empty()) return nullptr;
    return keepers_.extract(keepers_.begin()).value();
  }

  std::mutex mutex_;
  std::set<handler_keeper*> keepers_;
};

}  // namespace gladia::detail
