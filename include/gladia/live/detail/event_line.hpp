#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <gladia/detail/aborted.hpp>
#include <gladia/detail/completion.hpp>
#include <gladia/error.hpp>
#include <gladia/live/detail/event_queue.hpp>
#include <gladia/live/event.hpp>
#include <gladia/live/options.hpp>

namespace gladia::live::detail {

/// The events of a session, from where they are made to the receiver.
///
/// All members may be called from any thread. They lock a mutex inside, and never hold it while
/// they post a handler.
class event_line {
 public:
  using completion = gladia::detail::completion<result<event>>;

  explicit event_line(event_selection selection) : queue_(selection) {}

  /// Gives an event to the receiver who waits, or keeps it. The caller has to return to its
  /// executor soon, because this executor may run the handler.
  ///
  /// \param text_size   bytes of the message the event was made of
  /// \param on_dropped  called with each event that is removed to make room, with the mutex held
  template <class OnDropped>
  void push(event&& e, std::size_t text_size, OnDropped on_dropped) {
    std::unique_lock lock(mutex_);
    if (state_ == state::abandoned) return;
    if (!receiver_ || !queue_.is_empty() || !queue_.takes(e)) {
      return queue_.push(std::move(e), text_size, on_dropped);
    }
    auto receiver = take_receiver();
    lock.unlock();
    give(std::move(*receiver), std::move(e), gladia::detail::poster::returns);
  }

  /// Completes `done` with the next event, or with `errc::session_ended` after the last one.
  /// \param id  of this operation, for `abort`
  void receive(completion done, std::uint64_t id) {
    std::unique_lock lock(mutex_);
    if (receiver_) {
      lock.unlock();
      return std::move(done).post(error(errc::already_receiving));
    }
    if (auto e = queue_.pop()) {
      lock.unlock();
      return give(std::move(done), std::move(*e), gladia::detail::poster::goes_on);
    }
    if (state_ == state::open) {
      receiver_.emplace(std::move(done));
      id_ = id;
      return;
    }
    auto const is_abandoned = state_ == state::abandoned;
    lock.unlock();
    refuse(std::move(done), is_abandoned);
  }

  /// Ends the wait of the receive operation `id` with `operation_aborted`.
  void abort(std::uint64_t id) { end_waiting(id); }
  /// Ends the wait of any receive operation.
  void abort() { end_waiting(std::nullopt); }

  /// `ended` was pushed: no event comes after it. A receiver who waits gets `session_ended`.
  void end() {
    std::unique_lock lock(mutex_);
    if (state_ == state::open) state_ = state::over;
    if (!receiver_) return;
    auto receiver = take_receiver();
    auto const is_abandoned = state_ == state::abandoned;
    lock.unlock();
    refuse(std::move(*receiver), is_abandoned);
  }

  /// The session object was destroyed. A handler that is already posted gets `operation_aborted`;
  /// a receiver who waits gets it from the next `abort`.
  void abandon() noexcept {
    *is_abandoned_ = true;
    std::lock_guard lock(mutex_);
    state_ = state::abandoned;
    queue_.clear();
  }
  [[nodiscard]] bool is_abandoned() const noexcept { return *is_abandoned_; }

  /// Takes the receiver out, so that its handler is destroyed without being called.
  [[nodiscard]] std::optional<completion> drop_receiver() noexcept {
    std::lock_guard lock(mutex_);
    return take_receiver();
  }

  /// How many events were thrown away because nobody received them.
  [[nodiscard]] std::uint64_t dropped_total() const {
    std::lock_guard lock(mutex_);
    return queue_.dropped_total();
  }

 private:
  enum class state { open, over, abandoned };

  // With the mutex held. A completion cannot be assigned.
  std::optional<completion> take_receiver() noexcept {
    std::optional<completion> receiver(std::move(receiver_));
    receiver_.reset();
    return receiver;
  }

  void give(completion done, event&& e, gladia::detail::poster caller) {
    // The handler checks when it runs, because the session may be destroyed meanwhile. The event is
    // on the heap: it is large, and Asio moves posted functions many times.
    std::move(done).post_made(
        [is_abandoned = is_abandoned_,
         given = std::make_unique<event>(std::move(e))]() -> result<event> {
          if (*is_abandoned) return gladia::detail::aborted();
          return std::move(*given);
        },
        caller);
  }

  // The error is made where the handler runs: gcc 12 takes a moved one for uninitialised with -O1
  // -fsanitize=address,undefined.
  static void refuse(completion done, bool is_aborted) {
    std::move(done).post_made([is_aborted]() -> result<event> {
      return is_aborted ? gladia::detail::aborted() : error(errc::session_ended);
    });
  }

  void end_waiting(std::optional<std::uint64_t> id) {
    std::unique_lock lock(mutex_);
    if (!receiver_ || (id && id_ != *id)) return;
    auto receiver = take_receiver();
    lock.unlock();
    refuse(std::move(*receiver), true);
  }

  mutable std::mutex mutex_;
  event_queue queue_;
  std::optional<completion> receiver_;
  std::uint64_t id_ = 0;
  state state_ = state::open;
  // Shared, because posted handlers may outlive the session.
  std::shared_ptr<std::atomic<bool>> is_abandoned_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace gladia::live::detail
