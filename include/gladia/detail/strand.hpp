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
/// Made from the concrete executor where it is that of an `io_context` or a `thread_pool`: a
/// `strand<any_io_executor>` allocates on every completion.
[[nodiscard]] boost::asio::any_io_executor make_strand(
    boost::asio::any_io_executor const& executor);

/// A few blocks of memory for handlers in flight; what finds none is allocated.
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
  // One for the handler, and one each for the strand that is posted and that posts itself again.
  std::array<block, 3> blocks_;
};

/// Allocates from a `handler_memory`, which it keeps: Asio may give a block back after the handler
/// and all it holds are gone.
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

/// Something that sleeps on its strand until it is woken.
class sleeper {
 public:
  virtual ~sleeper() = default;
  virtual void on_wake() = 0;
};

/// Calls `who->on_wake()` on its strand. Allocates nothing if the strand is one of `make_strand`
/// over an `io_context` and the last call of this sleeper is through: audio callbacks do this.
void wake(boost::asio::any_io_executor const& strand, std::shared_ptr<handler_memory> const& memory,
          std::shared_ptr<sleeper> who);

}  // namespace gladia::detail

#ifdef GLADIA_HEADER_ONLY
#include <gladia/impl/strand.ipp>
#endif
