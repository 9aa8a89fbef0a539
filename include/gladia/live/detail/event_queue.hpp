#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include <gladia/live/event.hpp>
#include <gladia/live/options.hpp>

namespace gladia::live::detail {

/// Events that wait to be received, bounded by the size of their text.
class event_queue {
 public:
  static constexpr std::size_t partials_limit = std::size_t{1} << 20;
  static constexpr std::size_t limit = std::size_t{64} << 20;
  // Bytes that an event takes beside its text, so that many small events count too.
  static constexpr std::size_t overhead = sizeof(event);

  explicit event_queue(event_selection selection) : selection_(selection) {}

  /// Whether the user wants such events.
  [[nodiscard]] bool takes(event const& e) const noexcept {
    return selection_ != event_selection::none || std::holds_alternative<ended>(e);
  }

  /// \param text_size   bytes of the message the event was made of
  /// \param on_dropped  called with each event that is removed to make room
  template <class OnDropped>
  void push(event e, std::size_t text_size, OnDropped on_dropped) {
    if (!takes(e)) return;
    size_ += text_size + overhead;
    queue_.push_back({std::move(e), text_size + overhead});
    if (size_ > partials_limit && is_worth_pruning()) prune_partials();
    while (size_ > limit && queue_.size() > 1) {
      on_dropped(std::as_const(queue_.front().value));
      drop_front();
    }
  }
  void push(event e, std::size_t text_size) {
    push(std::move(e), text_size, [](event const&) {});
  }

  /// The next event, if any. `events_dropped` comes where the removed events were.
  [[nodiscard]] std::optional<event> pop() {
    if (dropped_ > 0) return events_dropped{std::exchange(dropped_, 0)};
    if (queue_.empty()) return std::nullopt;
    std::optional<event> e(std::move(queue_.front().value));
    remove_front();
    return e;
  }

  /// Removes all events without reporting them.
  void clear() noexcept {
    queue_.clear();
    size_ = pruned_size_ = 0;
    dropped_ = 0;
  }

  [[nodiscard]] bool is_empty() const noexcept { return dropped_ == 0 && queue_.empty(); }
  /// How many events were removed without being received, beside replaced partials.
  [[nodiscard]] std::uint64_t dropped_total() const noexcept { return dropped_total_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  struct entry {
    event value;
    std::size_t size;
  };

  void remove_front() {
    size_ -= queue_.front().size;
    pruned_size_ -= std::min(pruned_size_, queue_.front().size);
    queue_.pop_front();
  }

  void drop_front() {
    remove_front();
    ++dropped_;
    ++dropped_total_;
  }

  static transcript const* as_transcript(entry const& e) noexcept {
    return std::get_if<transcript>(&e.value);
  }

  /// Whether the queue grew enough since the last pruning that a push stays cheap on average.
  bool is_worth_pruning() const noexcept {
    return size_ - pruned_size_ > std::min(pruned_size_, limit / 8);
  }

  /// Removes partials that a newer transcript of the same utterance replaced, from the newest to
  /// the oldest.
  void prune_partials() {
    std::set<std::pair<std::string, int>> newer;
    for (auto it = queue_.end(); it != queue_.begin();) {
      auto const* t = as_transcript(*--it);
      if (!t) continue;
      auto const is_newest = newer.emplace(t->data.id, t->data.utterance.channel).second;
      if (is_newest || t->data.is_final) continue;
      size_ -= it->size;
      it = queue_.erase(it);
    }
    pruned_size_ = size_;
  }

  event_selection selection_;
  std::list<entry> queue_;  // a deque keeps a block even when it is empty
  std::size_t size_ = 0;
  std::size_t pruned_size_ = 0;  // events left at the front from the last pruning
  std::uint64_t dropped_ = 0;
  std::uint64_t dropped_total_ = 0;
};

}  // namespace gladia::live::detail
