#pragma once

#include <array>
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <memory>
#include <new>

#include <gladia/config.hpp>

namespace gladia::detail {

/// A strand of its own over `executor`.
///
/// Made from the concrete executor if that is an `io_context`'s or a `thread_pool`'s, because a
/// `strand<any_io_executor>` allocates on every completion.
[[nodiscard]] boost::asio::any_io_executor make_strand(
    boost::asio::any_io_executor const& executor);

/// A few blocks of memory for pending handlers. If all are in use, memory is allocated.
class handler_memory {
 public:
  void* allocate(std::size_t size) {
    for (auto& b : blocks_) {
      if (size <= sizeof b.bytes && !b.is_used.exchange(true)) return b.bytes;
    }
    return ::operator new(size);
  }
  void deallocate(void* pointer) noexcept {
    for (auto& b : blocks_) {
      if (pointer == b.bytes) return b.is_used.store(false);
    }
    ::operator delete(pointer);
  }

 private:
  struct block {
    alignas(std::max_align_t) unsigned char bytes[192];
    std::atomic<bool> is_used{false};
  };
  // One for the handler, one for posting the strand, and one for the strand to post itself again.
  std::array<block, 3> blocks_;
};

/// Allocates from a `handler_memory` and keeps it alive, because Asio may free a block after the
/// handler and all that it owns are destroyed.
template <class T>
struct handler_allocator {
  using value_type = T;
  std::shared_ptr<handler_memory> memory;

  explicit handler_allocator(std::shared_ptr<handler_memory> m) noexcept : memory(std::move(m)) {}
  template <class U>
  handler_allocator(handler_allocator<U> const& other) noexcept : memory(other.memory) {}

  T* allocate(std::size_t n) { return static_cast<T*>(memory->allocate(n * sizeof(T))); }
  void deallocate(T* pointer, std::size_t) noexcept { memory->deallocate(pointer); }

  template <class U>
  friend bool operator==(handler_allocator const& a, handler_allocator<U> const& b) noexcept {
    return a.memory == b.memory;
  }
  template <class U>
  friend bool operator!=(handler_allocator const& a, handler_allocator<U> const& b) noexcept {
    return !(a == b);
  }
};

/// An object that sleeps on its strand until it is woken.
class sleeper {
 public:
  virtual ~sleeper() = default;
  virtual void on_wake() = 0;
};

/// Calls `who->on_wake()` on its strand. Allocates nothing if `make_strand` made the strand over an
/// `io_context` and the last call of this sleeper is over, because audio callbacks call this.
void wake(boost::asio::any_io_executor const& strand, std::shared_ptr<handler_memory> const& memory,
          std::shared_ptr<sleeper> who);

}  // namespace gladia::detail

#ifdef GLADIA_HEADER_ONLY
#include <gladia/impl/strand.ipp>
#endif
