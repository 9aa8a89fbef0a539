#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace gladia::testing::detail {

/// Knows where in the client's audio those messages belong that were received and not yet heard.
class placed_audio {
 public:
  using position_function = std::function<std::optional<std::uint64_t>(std::string_view)>;

  /// \param position_of See `emulator_options::position_of`.
  explicit placed_audio(position_function position_of) : position_of_(std::move(position_of)) {}

  void received(std::string_view message) {
    auto const position = position_of_(message).value_or(next_);
    next_ = position + message.size();
    waiting_.push_back({position, message.size()});
  }
  /// The audio that was received will never be heard.
  void forget() { waiting_.clear(); }

  /// Calls `hear(part, position)` for each piece of `audio`, which was received in this order.
  template <class Function>
  void hear(std::string_view audio, Function hear) {
    while (!audio.empty()) {
      auto& next = waiting_.front();
      auto const size = std::min(next.size, audio.size());
      hear(audio.substr(0, size), next.position);
      audio.remove_prefix(size);
      next.position += size;
      next.size -= size;
      if (next.size == 0) waiting_.pop_front();
    }
  }

 private:
  struct piece {
    std::uint64_t position = 0;
    std::size_t size = 0;
  };

  position_function position_of_;
  std::deque<piece> waiting_{};
  std::uint64_t next_ = 0;  // where the last message ended
};

}  // namespace gladia::testing::detail
