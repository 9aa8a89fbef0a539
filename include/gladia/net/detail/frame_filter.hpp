#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <gladia/detail/utf8.hpp>

namespace gladia::net::detail {

/// A close frame as the server sent it.
struct close_frame {
  /// The code; 1005 for a frame without a code, 1006 for a code that may not be sent.
  std::uint16_t code = 0;
  /// The words beside the code, with U+FFFD for what is not UTF-8.
  std::string reason{};
};

/// The code that a frame counts as. Some codes only stand for a missing code and may not be sent.
[[nodiscard]] constexpr std::uint16_t counted_close_code(std::uint16_t sent) noexcept {
  auto const is_sendable = sent >= 1000 && !(sent >= 1004 && sent <= 1006) && sent != 1015;
  return is_sendable ? sent : std::uint16_t{1006};
}

/// Changes incoming bytes before the WebSocket reads them, because the WebSocket would fail the
/// link over the content of some frames. The number of bytes stays the same.
///
/// - A text message becomes a binary message: its reader checks UTF-8.
/// - A close frame is kept here. The WebSocket gets a close frame with a code that may be sent and
///   with a blank reason. A reason too long for a control frame is cut.
///
/// Other frames, and everything after a close frame, pass unchanged. Pure: `feed` gets the incoming
/// bytes in pieces of any size, beginning with the head of the handshake's answer.
class frame_filter {
 public:
  void feed(char* bytes, std::size_t size) {
    char* const end = bytes + size;
    while (bytes != end && state_ != state::off) {
      if (state_ == state::payload) {
        bytes += pass(static_cast<std::size_t>(end - bytes));
      } else {
        *bytes = static_cast<char>(replace(static_cast<byte>(*bytes)));
        ++bytes;
      }
    }
  }

  /// The server's close frame, once its code is known.
  [[nodiscard]] std::optional<close_frame> closed() const {
    if (!close_came_ || (state_ == state::close && kept_.size() < 2)) return std::nullopt;
    if (kept_.empty()) return close_frame{1005, {}};
    if (kept_.size() == 1) return close_frame{1006, {}};
    auto const code = (static_cast<byte>(kept_[0]) << 8) | static_cast<byte>(kept_[1]);
    return close_frame{counted_close_code(static_cast<std::uint16_t>(code)),
                       gladia::detail::mended_utf8(std::string_view(kept_).substr(2))};
  }

 private:
  using byte = unsigned char;
  enum class state { head, first, length, long_length, payload, close, off };

  static constexpr byte text = 1, binary = 2, whole_close = 0x88;
  static constexpr byte largest_control_payload = 125;
  static constexpr std::size_t end_of_status = 12;  // of "HTTP/1.1 101"

  /// What the WebSocket gets in place of `b`.
  byte replace(byte b) {
    switch (state_) {
      case state::head:
        on_head(b);
        return b;
      case state::first:
        state_ = state::length;
        is_close_ = b == whole_close;  // other flags are a protocol error, and end the link
        return (b & 0x0f) == text ? static_cast<byte>((b & 0xf0) | binary) : b;
      case state::length:
        return on_length(b);
      case state::long_length:
        return on_long_length(b);
      case state::close:
        return on_close(b);
      default:
        return b;
    }
  }

  // The head ends with an empty line. Frames follow only after the status 101.
  void on_head(byte b) {
    if (kept_.size() < end_of_status) kept_ += static_cast<char>(b);
    if (b == '\r') return;
    if (b == '\n' && line_is_empty_) {
      auto const status = kept_.size() == end_of_status ? kept_.substr(8) : std::string();
      state_ = status == " 101" ? state::first : state::off;
      kept_.clear();
    }
    line_is_empty_ = b == '\n';
  }

  byte on_length(byte b) {
    if (b > 127) {  // masked: no server does that
      state_ = state::off;
      return b;
    }
    length_bytes_ = b <= largest_control_payload ? 0 : b == 126 ? 2 : 8;
    length_ = length_bytes_ == 0 ? b : 0;
    if (is_close_) return begin_close(b);
    if (length_bytes_ > 0) {
      state_ = state::long_length;
    } else {
      begin_payload();
    }
    return b;
  }

  byte on_long_length(byte b) {
    length_ = length_ << 8 | b;
    --length_bytes_;
    if (!is_close_) {
      if (length_bytes_ == 0) begin_payload();
      return b;
    }
    if (length_bytes_ == 0) state_ = state::close;
    return blank();
  }

  void begin_payload() { state_ = length_ == 0 ? state::first : state::payload; }

  std::size_t pass(std::size_t available) {
    auto const passed = length_ < available ? static_cast<std::size_t>(length_) : available;
    length_ -= passed;
    if (length_ == 0) state_ = state::first;
    return passed;
  }

  // -- close frames

  byte begin_close(byte b) {
    close_came_ = true;
    if (length_bytes_ > 0) {
      // The WebSocket gets a close frame of the greatest length, which begins with these bytes.
      state_ = state::long_length;
      room_ = largest_control_payload;
      return largest_control_payload;
    }
    if (length_ < 2) {
      // Half a code passes unchanged, so that the WebSocket fails the link and says why.
      kept_.assign(static_cast<std::size_t>(length_), '\0');
      state_ = state::off;
      return b;
    }
    room_ = b;
    state_ = state::close;
    return b;
  }

  byte on_close(byte b) {
    if (length_ > 0) {
      --length_;
      kept_ += static_cast<char>(b);
    }
    auto const blanked = blank();
    if (room_ == 0) state_ = state::off;
    return is_echoed(b) ? b : blanked;
  }

  /// Whether a byte of the code passes: the WebSocket answers with the code that it gets. It
  /// accepts codes up to 1013 and from 3000 on. Here those from 3072 on pass, because the first
  /// byte alone tells them.
  bool is_echoed(byte b) const noexcept {
    if (handed_on_ != kept_.size() || handed_on_ > 2) return false;
    auto const high = static_cast<byte>(kept_[0]);
    if (high != 1002 >> 8) return high >= 3072 >> 8;
    auto const code = (high << 8) | b;
    return handed_on_ == 1 || (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1013);
  }

  /// The next byte of a payload without meaning: 1002, then blanks. Not 1000: the WebSocket would
  /// answer with it, and the server would take that for the wish to end the session.
  byte blank() noexcept {
    --room_;
    switch (handed_on_++) {
      case 0:
        return 1002 >> 8;
      case 1:
        return 1002 & 0xff;
      default:
        return ' ';
    }
  }

  state state_ = state::head;
  bool line_is_empty_ = false;
  bool close_came_ = false;
  bool is_close_ = false;      // whether the current frame is a close frame
  int length_bytes_ = 0;       // bytes of the length still to come
  std::uint64_t length_ = 0;   // bytes of the payload still to come
  std::size_t room_ = 0;       // bytes of payload that the WebSocket's close frame holds
  std::size_t handed_on_ = 0;  // bytes of that payload already given to the WebSocket
  std::string kept_{};         // the status of the head; later the payload of the close frame
};

}  // namespace gladia::net::detail
