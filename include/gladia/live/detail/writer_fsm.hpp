#pragma once

#include <cstddef>

namespace gladia::live::detail {

/// What is to be written next.
struct writer_action {
  enum class kind { none, audio, keep_alive, stop };
  kind type = kind::none;
  std::size_t bytes = 0;  ///< of audio
};

/// Decides what is sent on one link: audio first, then the stop once it was asked for, and an empty
/// chunk to keep the link alive if there is nothing else. One message at a time.
class writer_fsm {
 public:
  /// A new link is open. A stop that was written before has to be written again.
  void on_open() noexcept { state_ = state::ready; }
  /// The link ended.
  void on_closed() noexcept {
    state_ = state::no_link;
    keep_alive_wanted_ = false;
  }
  /// The message that `next` asked for was given to the network.
  void on_written() noexcept {
    if (state_ == state::writing) state_ = state::ready;
    if (state_ == state::writing_stop) state_ = state::stopped;
  }
  /// Asks for an empty chunk, because the caller has been silent for long.
  void want_keep_alive() noexcept { keep_alive_wanted_ = true; }

  /// Whether a message is being written.
  [[nodiscard]] bool is_writing() const noexcept {
    return state_ == state::writing || state_ == state::writing_stop;
  }

  /// \param sendable        bytes of the next audio message; whole frames, 0 when there is none
  /// \param stop_requested  whether no more audio will come
  [[nodiscard]] writer_action next(std::size_t sendable, bool stop_requested) noexcept {
    if (state_ != state::ready) return {};
    auto const silent = keep_alive_wanted_;
    keep_alive_wanted_ = false;
    if (sendable > 0) {
      state_ = state::writing;
      return {writer_action::kind::audio, sendable};
    }
    if (stop_requested) {
      state_ = state::writing_stop;
      return {writer_action::kind::stop};
    }
    if (!silent) return {};
    state_ = state::writing;
    return {writer_action::kind::keep_alive};
  }

 private:
  enum class state { no_link, ready, writing, writing_stop, stopped };
  state state_ = state::no_link;
  bool keep_alive_wanted_ = false;
};

}  // namespace gladia::live::detail
