#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// The emulator frames its messages itself, because Beast would not let it do wrong: withhold a
// pong, cut the link between two messages, send bytes outside of any frame.

namespace gladia::testing::detail {

enum class opcode : unsigned char {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

inline bool is_control(opcode code) {
  return static_cast<unsigned char>(code) >= 8;
}

/// One frame of RFC 6455.
struct frame {
  opcode code = opcode::text;
  bool is_last = true;
  std::string payload{};
};

/// Finds frames in the bytes that a client sends.
class frame_parser {
 public:
  enum class status { incomplete, complete, too_large, violation };

  /// Frames with more payload are `too_large`.
  static constexpr std::size_t max_payload = 1024 * 1024;

  void feed(std::string_view bytes) {
    buffer_.erase(0, read_);
    read_ = 0;
    auto const skipped = std::min<std::uint64_t>(skip_, bytes.size());
    skip_ -= skipped;
    buffer_.append(bytes.substr(static_cast<std::size_t>(skipped)));
  }

  /// Takes the next frame out. A frame that is too large is skipped. After a violation frames can
  /// no longer be told apart.
  status next(frame& out) {
    auto const* bytes = reinterpret_cast<unsigned char const*>(buffer_.data()) + read_;
    auto const size = buffer_.size() - read_;
    if (size < 2) return status::incomplete;
    std::size_t const extra = (bytes[1] & 127) == 127 ? 8 : (bytes[1] & 127) == 126 ? 2 : 0;
    if (size < 2 + extra) return status::incomplete;
    std::uint64_t length = extra == 0 ? bytes[1] & 127u : 0u;
    for (std::size_t i = 0; i < extra; ++i) length = length << 8 | bytes[2 + i];
    out.code = static_cast<opcode>(bytes[0] & 15);
    out.is_last = (bytes[0] & 128) != 0;
    bool const known = (bytes[0] & 15) <= 2 || ((bytes[0] & 15) >= 8 && (bytes[0] & 15) <= 10);
    bool const masked = (bytes[1] & 128) != 0;
    if (!known || !masked || (bytes[0] & 0x70) != 0) return status::violation;
    if (is_control(out.code) && (!out.is_last || length > 125)) return status::violation;
    auto const head = 2 + extra + 4;
    if (length > max_payload) {
      skip_ = head + length - std::min<std::uint64_t>(size, head + length);
      read_ += static_cast<std::size_t>(std::min<std::uint64_t>(size, head + length));
      return status::too_large;
    }
    auto const total = head + static_cast<std::size_t>(length);
    if (size < total) return status::incomplete;
    out.payload.assign(buffer_, read_ + head, static_cast<std::size_t>(length));
    auto const* mask = bytes + 2 + extra;
    auto* payload = out.payload.data();
    for (std::size_t i = 0; i < length; ++i) {
      payload[i] = static_cast<char>(static_cast<unsigned char>(payload[i]) ^ mask[i & 3]);
    }
    read_ += total;
    return status::complete;
  }

 private:
  std::string buffer_{};
  std::size_t read_ = 0;
  std::uint64_t skip_ = 0;  // bytes still to come of a skipped frame
};

/// A whole message in one frame, as a server sends it.
inline std::string make_frame(opcode code, std::string_view payload) {
  std::string bytes(1, static_cast<char>(0x80 | static_cast<unsigned char>(code)));
  auto const size = payload.size();
  auto const append = [&](int count) {
    while (count-- > 0)
      bytes += static_cast<char>((static_cast<std::uint64_t>(size) >> (8 * count)) & 255);
  };
  if (size < 126) {
    append(1);
  } else if (size < 65536) {
    bytes += static_cast<char>(126);
    append(2);
  } else {
    bytes += static_cast<char>(127);
    append(8);
  }
  bytes.append(payload);
  return bytes;
}

inline std::string make_close(std::uint16_t code, std::string_view reason) {
  std::string payload;
  if (code != 1005) {
    payload += static_cast<char>(code >> 8);
    payload += static_cast<char>(code & 255);
    payload.append(reason.substr(0, 123));
  }
  return make_frame(opcode::close, payload);
}

}  // namespace gladia::testing::detail
