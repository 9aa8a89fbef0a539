// However a server's frames come in pieces, they are changed alike, and into ones that a WebSocket
// goes on with. The input is seven sizes of pieces, then the answer to a handshake and what is
// behind it.
#include <gladia/net/detail/frame_filter.hpp>

#include <iterator>
#include <string>

#include "support.hpp"

using fuzz::require;
using gladia::net::detail::close_frame;
using gladia::net::detail::frame_filter;

namespace {

struct outcome {
  std::string bytes;
  std::optional<close_frame> closed;
};

outcome filter_whole(std::string bytes) {
  frame_filter filter;
  filter.feed(bytes.data(), bytes.size());
  return {bytes, filter.closed()};
}

outcome filter_pieces(std::string bytes, std::uint8_t const (&sizes)[7]) {
  frame_filter filter;
  std::size_t from = 0;
  for (std::size_t i = 0; from < bytes.size(); ++i) {
    // Some pieces are empty, but never all of them.
    auto const wanted = sizes[i % std::size(sizes)] + (i % std::size(sizes) == 0 ? 1u : 0u);
    auto const size = std::min<std::size_t>(wanted, bytes.size() - from);
    filter.feed(&bytes[from], size);
    from += size;
  }
  return {bytes, filter.closed()};
}

unsigned byte_of(std::string const& bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

/// Walks over the frames as they came and as they went, up to the first one that is masked, cut off
/// or a close frame.
void compare_frames(std::string const& came, std::string const& went, std::size_t at) {
  while (came.size() - at >= 2) {
    auto const opcode = byte_of(came, at) & 0x0f;
    auto const text = 1u, binary = 2u, whole_close = 0x88u;
    require((byte_of(came, at) & 0xf0) == (byte_of(went, at) & 0xf0), "flags stay");
    require((byte_of(went, at) & 0x0f) == (opcode == text ? binary : opcode), "only text changes");
    auto const kind = byte_of(came, at + 1);
    if (byte_of(came, at) == whole_close && kind < 128) {
      auto const size = byte_of(went, at + 1);
      require(size <= 125, "a close frame has the size of a control frame");
      for (std::size_t i = at + 4; i < std::min(at + 2 + size, went.size()); ++i) {
        require(went[i] == ' ', "the reason is blank");
      }
      return;
    }
    require(kind == byte_of(went, at + 1), "lengths stay");
    if (kind > 127) break;
    std::size_t const length_bytes = kind < 126 ? 0 : kind == 126 ? 2 : 8;
    if (came.size() - at < 2 + length_bytes) break;
    std::uint64_t length = kind < 126 ? kind : 0;
    for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8 | byte_of(came, at + 2 + i);
    auto const next = at + 2 + length_bytes;
    require(came.compare(at + 2, length_bytes, went, at + 2, length_bytes) == 0, "lengths stay");
    if (length > came.size() - next) break;
    auto const size = static_cast<std::size_t>(length);
    require(came.compare(next, size, went, next, size) == 0, "payloads stay");
    at = next + size;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::input input(data, size);
  std::uint8_t sizes[7];
  for (auto& one : sizes) one = input.byte();
  std::string const came(input.rest());

  auto const whole = filter_whole(came);
  auto const split = filter_pieces(came, sizes);
  require(whole.bytes == split.bytes, "pieces make no difference to the bytes");
  require(whole.closed.has_value() == split.closed.has_value(), "nor to whether it closed");
  if (whole.closed) {
    auto const& [code, reason] = *whole.closed;
    require(code == split.closed->code && reason == split.closed->reason, "nor to what it said");
    require(code >= 1000 && code != 1004 && code != 1015, "the code says something");
    require(gladia::detail::is_utf8(reason), "the reason is UTF-8");
    require(reason.size() <= 3 * 123, "the reason is short");
  }
  require(filter_whole(whole.bytes).bytes == whole.bytes, "what was changed is right");

  std::string const head = "HTTP/1.1 101 \r\n\r\n";
  if (came.compare(0, head.size(), head) == 0) compare_frames(came, whole.bytes, head.size());
  return 0;
}
