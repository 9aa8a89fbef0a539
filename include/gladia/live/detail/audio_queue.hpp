#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gladia/audio/container.hpp>
#include <gladia/audio/framer.hpp>
#include <gladia/audio/stream_head.hpp>
#include <gladia/error.hpp>
#include <gladia/live/detail/byte_span.hpp>
#include <gladia/live/detail/replay_buffer.hpp>
#include <gladia/live/options.hpp>

namespace gladia::live::detail {

/// Accepts audio from callers: checks it, makes room for it, keeps it until it is acknowledged.
///
/// Offsets of the ring count the audio that the server is to hear. Dropped audio is not counted, so
/// offsets stay comparable with acknowledgements. A `byte_span` counts all audio that was accepted.
class audio_queue {
 public:
  /// What the caller who hands in audio can wait for.
  enum class wait_policy {
    link_and_acks,  ///< waits until unsent audio was sent, and sent audio acknowledged
    link,           ///< waits until unsent audio was sent: acknowledgements stand still
    none,           ///< does not wait
  };

  audio_queue(audio_format const& format, session_options const& options)
      : frames_(format),
        head_(format),
        largest_(static_cast<std::size_t>(
            std::max<std::uint64_t>(format.bytes(options.buffer), frames_.max_message_bytes()))),
        // The largest piece has room beside bytes that cannot be sent yet.
        ring_(frames_.frame_bytes(), largest_ + std::max(frames_.frame_bytes(), held_limit)),
        // At least a frame: an incomplete frame stays unsent until its rest comes.
        low_water_(std::max<std::uint64_t>(format.bytes(options.low_water), frames_.frame_bytes())),
        high_water_(std::max(format.bytes(options.high_water), low_water_)),
        overflow_(options.overflow) {
    if (overflow_ == overflow_policy::drop_oldest) gaps_.reserve(gap_limit);
  }

  /// Accepts all of `bytes`, or nothing: `would_block` when there is no room for a caller of this
  /// policy, or the lasting reason why no audio is accepted.
  result<void> accept(boost::asio::const_buffer bytes, wait_policy wait) {
    if (closed_) return error(make_error_code(*closed_));
    if (bytes.size() > largest_) return too_large(bytes.size());
    if (wait != wait_policy::none && ring_.unsent() > high_water_) return full();
    // Bytes that the head of the stream held back may be released with this piece.
    if (!make_room(bytes.size() + head_.finish().size(), wait)) return full();
    return append(bytes);
  }

  /// Whether waiting callers may go on: the unsent audio fell to the low mark.
  [[nodiscard]] bool is_low() const noexcept { return ring_.unsent() <= low_water_; }

  /// Accepts no more audio: later callers get `why`. Returns the bytes of the incomplete frame that
  /// is dropped at the end.
  std::size_t close(errc why) {
    if (closed_) {
      closed_ = why;
      return 0;
    }
    closed_ = why;
    auto const held = head_.finish();
    ring_.append(held);
    accepted_ += held.size();
    return ring_.drop_remainder();
  }
  [[nodiscard]] bool is_closed() const noexcept { return closed_.has_value(); }
  /// Why the stream was refused from its head on, if it was.
  [[nodiscard]] error head_fault() const { return head_.fault(); }

  /// The next message's size: 0 while no whole frame waits.
  [[nodiscard]] std::size_t sendable() const noexcept {
    return frames_.message_size(ring_.unsent());
  }

  /// A link opened. Returns the unacknowledged audio that can no longer be replayed, if any.
  std::optional<byte_span> rewind() noexcept {
    ring_.rewind();
    unreplayable_ = {};  // returned below as lost, so no longer a warning
    auto const lost_from = std::exchange(acknowledged_, ring_.base());
    if (lost_from == acknowledged_) return std::nullopt;
    lost_bytes_ += acknowledged_ - lost_from;
    auto const lost = callers_span(lost_from, acknowledged_);
    forget_gaps();
    return lost;
  }

  /// Everything before `offset` arrived. Returns whether more is acknowledged than before.
  bool acknowledge(std::uint64_t offset) noexcept {
    auto const before = acknowledged_;
    acknowledged_ = std::max(acknowledged_, frames_.whole_frames(std::min(offset, ring_.sent())));
    forget_gaps();
    ring_.acknowledge(offset);
    return acknowledged_ > before;
  }

  /// The name of the container that the audio begins with: returned once, as soon as it is known.
  /// Otherwise empty.
  [[nodiscard]] std::string_view take_container() noexcept {
    if (is_container_told_ || !container_.decided()) return {};
    is_container_told_ = true;
    return container_.name();
  }

  [[nodiscard]] replay_buffer& ring() noexcept { return ring_; }
  [[nodiscard]] replay_buffer const& ring() const noexcept { return ring_; }
  [[nodiscard]] std::uint64_t acknowledged() const noexcept { return acknowledged_; }
  [[nodiscard]] std::uint64_t accepted() const noexcept { return accepted_; }
  /// Bytes of accepted audio that were dropped.
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_bytes_; }
  /// Bytes of accepted audio that the server will never hear.
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_bytes_ + dropped_bytes_; }

  /// The audio that was dropped since the last call.
  [[nodiscard]] std::optional<byte_span> take_dropped() noexcept { return take_report(dropped_); }
  /// The audio that became unreplayable since the last call.
  [[nodiscard]] std::optional<byte_span> take_unreplayable() noexcept {
    return take_report(unreplayable_);
  }

 private:
  // The most bytes that the head of a stream holds back.
  static constexpr std::size_t held_limit = 12;
  // With more gaps than this before the first acknowledgement, the oldest gap is forgotten. A
  // span that is then reported may begin somewhat early.
  static constexpr std::size_t gap_limit = 64;

  /// Where in the ring's stream audio was dropped, and how much was dropped up to there in all.
  struct gap {
    std::uint64_t offset;
    std::uint64_t total;
  };

  static error full() { return error(make_error_code(errc::would_block)); }

  static std::optional<byte_span> take_report(byte_span& s) noexcept {
    auto const report = std::exchange(s, {});
    return report.from == report.to ? std::nullopt : std::optional<byte_span>(report);
  }
  static void extend(byte_span& s, byte_span more) noexcept {
    if (s.from == s.to) s.from = more.from;
    s.to = more.to;
  }

  /// How much was dropped before the byte at `offset` of the ring's stream.
  std::uint64_t dropped_before(std::uint64_t offset) const noexcept {
    auto total = forgotten_gaps_;
    for (auto const& g : gaps_) {
      if (g.offset <= offset) total = g.total;
    }
    return total;
  }
  /// Precondition: `from < to`.
  byte_span callers_span(std::uint64_t from, std::uint64_t to) const noexcept {
    return {from + dropped_before(from), to + dropped_before(to - 1)};
  }
  void forget_gaps() noexcept {
    auto const is_past = [this](gap const& g) { return g.offset <= acknowledged_; };
    auto const kept = std::find_if_not(gaps_.begin(), gaps_.end(), is_past);
    if (kept == gaps_.begin()) return;
    forgotten_gaps_ = std::prev(kept)->total;
    gaps_.erase(gaps_.begin(), kept);
  }

  result<void> append(boost::asio::const_buffer bytes) {
    if (head_.decided()) {
      container_.feed(bytes);
      ring_.append(bytes);
      accepted_ += bytes.size();
      return {};
    }
    auto parts = head_.feed(bytes);
    if (!parts) return parts.error();
    container_.feed(bytes);
    ring_.append(parts->held);
    ring_.append(parts->fresh);
    accepted_ += parts->held.size() + parts->fresh.size();
    return {};
  }

  /// Makes room for `needed` bytes as `wait` allows, or changes nothing and returns false.
  bool make_room(std::size_t needed, wait_policy wait) {
    auto const room = ring_.room();
    if (room >= needed) return true;
    if (wait == wait_policy::link_and_acks) return false;
    auto const missing = needed - room;
    auto const replay = ring_.size() - ring_.unsent();
    auto const drops = wait == wait_policy::none && overflow_ == overflow_policy::drop_oldest;
    if (missing > replay && !drops) return false;
    lose_replay(std::min(missing, replay));
    if (missing > replay) drop_unsent(missing - replay);
    return true;
  }

  void lose_replay(std::size_t bytes) noexcept {
    auto const from = ring_.base();
    auto const lost = ring_.give_way(bytes);
    if (lost > 0) extend(unreplayable_, callers_span(from, from + lost));
  }

  void drop_unsent(std::size_t bytes) {
    auto const at = ring_.base();
    auto const from = at + dropped_bytes_;
    auto const lost = ring_.drop_unsent(bytes);
    extend(dropped_, {from, from + lost});
    dropped_bytes_ += lost;
    if (gaps_.empty() || gaps_.back().offset != at) {
      if (gaps_.size() == gap_limit) {
        forgotten_gaps_ = gaps_.front().total;
        gaps_.erase(gaps_.begin());
      }
      gaps_.push_back({at, dropped_bytes_});
    } else {
      gaps_.back().total = dropped_bytes_;
    }
  }

  error too_large(std::size_t size) const {
    return error(errc::chunk_too_large, "a chunk of " + std::to_string(size) +
                                            " bytes, but the whole buffer holds " +
                                            std::to_string(largest_) + ": send smaller ones");
  }

  audio::framer frames_;
  audio::stream_head head_;
  audio::container_detector container_;
  bool is_container_told_ = false;
  std::size_t largest_;  // bytes of one piece
  replay_buffer ring_;
  std::uint64_t low_water_;
  std::uint64_t high_water_;
  overflow_policy overflow_;
  std::optional<errc> closed_;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t dropped_bytes_ = 0;
  std::uint64_t lost_bytes_ = 0;
  std::vector<gap> gaps_;  // after the last acknowledgement
  std::uint64_t forgotten_gaps_ = 0;
  byte_span dropped_;
  byte_span unreplayable_;
};

}  // namespace gladia::live::detail
