#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

namespace gladia::live::detail {

/// The audio that may still have to be sent, again or for the first time.
///
/// A ring over stream offsets `base <= sent <= end`. Audio before `base` was acknowledged; audio
/// before `sent` was given to the current link. A new link starts again at `base`, so only an
/// acknowledgement releases audio. `base` and `sent` are whole frames.
class replay_buffer {
 public:
  /// \param frame_bytes  bytes of one sample frame
  /// \param limit        the ring never holds more bytes than this
  replay_buffer(std::size_t frame_bytes, std::size_t limit)
      : frame_bytes_(frame_bytes), limit_(limit) {}

  [[nodiscard]] std::uint64_t base() const noexcept { return base_; }
  [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }
  [[nodiscard]] std::uint64_t end() const noexcept { return end_; }
  [[nodiscard]] std::size_t size() const noexcept { return to_size(end_ - base_); }
  [[nodiscard]] std::size_t unsent() const noexcept { return to_size(end_ - sent_); }
  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }
  [[nodiscard]] std::size_t room() const noexcept { return limit_ - size(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  /// Precondition: the bytes fit into `room()`.
  void append(boost::asio::const_buffer bytes) {
    if (bytes.size() == 0) return;
    reserve(size() + bytes.size());
    auto const at = (first_ + size()) % capacity_;
    auto const head = std::min(bytes.size(), capacity_ - at);
    auto const* source = static_cast<char const*>(bytes.data());
    std::memcpy(data_.get() + at, source, head);
    std::memcpy(data_.get(), source + head, bytes.size() - head);
    end_ += bytes.size();
  }

  /// The `n` bytes after `sent`, in two parts because the ring wraps. Valid until the next change.
  /// Precondition: `n <= unsent()`.
  [[nodiscard]] std::array<boost::asio::const_buffer, 2> next(std::size_t n) const noexcept {
    if (n == 0) return {};
    auto const at = (first_ + to_size(sent_ - base_)) % capacity_;
    auto const head = std::min(n, capacity_ - at);
    return {boost::asio::const_buffer(data_.get() + at, head),
            boost::asio::const_buffer(data_.get(), n - head)};
  }

  /// Precondition: `n` bytes of whole frames, at most `unsent()`.
  void mark_sent(std::size_t n) noexcept { sent_ += n; }

  /// Releases the audio before `offset`, rounded down to a whole frame and at most `sent`.
  void acknowledge(std::uint64_t offset) noexcept {
    offset = std::min(offset, sent_);
    offset -= offset % frame_bytes_;
    if (offset > base_) discard(to_size(offset - base_));
  }

  /// A new link starts at `base`.
  void rewind() noexcept { sent_ = base_; }

  /// Gives up the replay of the oldest `n` bytes, rounded up to whole frames, or of all sent audio
  /// if that is less. Returns how many bytes became unreplayable.
  std::size_t give_way(std::size_t n) noexcept {
    n = std::min(round_up(n), to_size(sent_ - base_));
    discard(n);
    return n;
  }

  /// Drops the oldest `n` unsent bytes, rounded up to whole frames, or all if there are fewer. The
  /// stream closes over the gap, as the server will hear it. Returns how many bytes were dropped.
  /// Precondition: no sent audio is kept (`base() == sent()`).
  std::size_t drop_unsent(std::size_t n) noexcept {
    n = std::min(round_up(n), unsent() - unsent() % frame_bytes_);
    first_ = capacity_ == 0 ? 0 : (first_ + n) % capacity_;
    end_ -= n;
    return n;
  }

  /// Drops the incomplete frame at the end. Returns its size in bytes.
  std::size_t drop_remainder() noexcept {
    auto const remainder = to_size(end_ % frame_bytes_);
    end_ -= remainder;
    return remainder;
  }

 private:
  static constexpr std::size_t first_capacity = std::size_t{4} << 10;

  /// A drained ring above this size is freed: it had grown for a backlog.
  std::size_t kept_capacity() const noexcept {
    return std::max(std::size_t{16} << 10, limit_ / 30);
  }

  static std::size_t to_size(std::uint64_t n) noexcept { return static_cast<std::size_t>(n); }
  std::size_t round_up(std::size_t n) const noexcept {
    return (n + frame_bytes_ - 1) / frame_bytes_ * frame_bytes_;
  }

  void discard(std::size_t n) noexcept {
    if (n == 0) return;
    first_ = (first_ + n) % capacity_;
    base_ += n;
    if (size() == 0 && capacity_ > kept_capacity()) {
      data_.reset();
      capacity_ = 0;
      first_ = 0;
    }
  }

  void reserve(std::size_t needed) {
    // A live stream never drains wholly, so the ring also shrinks when less than half of the kept
    // capacity is used. Half, so that it does not grow again at once.
    auto const had_grown = capacity_ > kept_capacity() && needed <= kept_capacity() / 2;
    if (needed <= capacity_ && !had_grown) return;
    auto grown = had_grown ? first_capacity : std::max(first_capacity, capacity_);
    while (grown < needed) grown *= 2;
    grown = std::max(std::min(grown, limit_), needed);
    std::unique_ptr<char[]> data(new char[grown]);
    auto const kept = size();
    if (kept > 0) {
      auto const head = std::min(kept, capacity_ - first_);
      std::memcpy(data.get(), data_.get() + first_, head);
      std::memcpy(data.get() + head, data_.get(), kept - head);
    }
    data_ = std::move(data);
    capacity_ = grown;
    first_ = 0;
  }

  std::size_t frame_bytes_;
  std::size_t limit_;
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t first_ = 0;  // where `base` lies
  std::uint64_t base_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace gladia::live::detail
