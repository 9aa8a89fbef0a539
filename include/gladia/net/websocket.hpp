#pragma once

#include <boost/asio/buffer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gladia/error.hpp>
#include <gladia/net/http.hpp>
#include <gladia/net/timeouts.hpp>
#include <gladia/net/url.hpp>

namespace gladia::net {

/// What a WebSocket is opened with.
struct websocket_request {
  net::url url{};
  http_headers headers{};  ///< of the upgrade request, beside those the protocol needs
  net::timeouts timeouts{};
  /// A larger message ends the link with `errc::message_too_large`.
  std::size_t max_message = std::size_t{64} << 20;
  /// The usual size of a message that is sent: the write buffer fits it. The system keeps no more
  /// than some ten of them, or of 32 KiB.
  std::size_t usual_message = 3200;
  /// How long `close` waits for the server's answer before it drops the link.
  std::chrono::milliseconds close_timeout{1000};
  /// Reads the answer to a handshake that was refused; optional.
  refusal_reader read_refusal = nullptr;
};

/// How a link ended. A close frame of the server is the whole truth, whatever went wrong beside it.
struct link_end {
  /// The server's close code, its answer to our own close included; 1005 for a close frame without
  /// one; 1006 for one that may not be sent (0 to 999, 1004 to 1006, 1015, half a code); 0 if no
  /// close frame came.
  std::uint16_t close_code = 0;
  /// The server's words beside it, as UTF-8; untrusted.
  std::string reason{};
  /// Why the link ended where `close_code` is 0: `operation_aborted` after `close` and `close_now`,
  /// else the first thing that went wrong. None where there is a close code.
  gladia::error error{};
  /// Where the answer to the upgrade says that the WebSocket is, if that is on the same scheme,
  /// host and port; beside an `error` that says so. May hold a token: never log it.
  std::optional<url> redirect{};
};

/// What of the bytes that were given to a link has left this machine.
struct outflow {
  /// So many, since the link opened, have arrived at the next hop's system. Where the own system
  /// does not tell (others than Linux and macOS): so many has it taken, and it keeps few.
  std::uint64_t bytes = 0;
  /// Whether the last ping is among them.
  bool ping_left = false;
};

class websocket;

/// Hears what happens on a WebSocket. All calls come from its executor.
class websocket_listener {
 public:
  virtual ~websocket_listener() = default;
  /// The handshake succeeded: messages may be sent and will come.
  virtual void on_open(websocket& link) = 0;
  /// A whole message, as UTF-8: U+FFFD stands for bytes that are not. `text` is valid during the
  /// call only.
  virtual void on_message(websocket& link, std::string_view text) = 0;
  /// Anything at all came in: a part of a message (the last part too, before `on_message`), a ping,
  /// a pong, a close frame. A sign of life.
  virtual void on_activity(websocket& link) = 0;
  /// The message given to `write` was handed to the network; the next one may be written.
  virtual void on_written(websocket& link) = 0;
  /// The link ended, or never came to be. Called exactly once, when no operation is pending any
  /// more; nothing is called after it.
  virtual void on_closed(websocket& link, link_end end) = 0;
};

/// One WebSocket connection, for one attempt: it is opened once and not used again.
///
/// It reads all the time and answers pings and closes by itself. All members are called on the
/// executor it was made with. Between `open` and `on_closed` its pending operations keep it, and it
/// keeps the listener, alive; whoever opened it holds it weakly.
class websocket {
 public:
  virtual ~websocket() = default;

  /// Connects and upgrades. Ends in `on_open` or `on_closed`, never from within this function.
  /// A refused upgrade is an error with phase `upgrade` and the HTTP status, `Retry-After`, and the
  /// server's words, as far as they came within a second: the status counts once the head of the
  /// answer is whole. A redirect is not followed: `errc::bad_redirect` says where to, and
  /// `link_end::redirect` where it may be followed.
  virtual void open(websocket_request request, std::shared_ptr<websocket_listener> listener) = 0;

  /// Whether messages can be sent: from `on_open` until the link is closing or lost, which
  /// `on_closed` reports later.
  [[nodiscard]] virtual bool is_open() const noexcept = 0;

  /// Sends `message` in one frame; it is copied before the call returns. Precondition: open, and
  /// the last write was reported written. A failure is reported by `on_closed`.
  virtual void write(boost::asio::const_buffer message, bool is_binary) = 0;

  /// Sends what was put into `next_message()`, which must not be changed until it is reported
  /// written: as `write`, without a copy.
  virtual void write_next_message(bool is_binary) {
    write(boost::asio::buffer(next_message_), is_binary);
  }
  /// The buffer that `write_next_message` sends. Once it is written it is taken back.
  [[nodiscard]] std::vector<char>& next_message() noexcept { return next_message_; }

  /// Sends a ping; the pong is an activity. Does nothing while one is still being sent. May be
  /// called during a write.
  virtual void ping() = 0;

  /// What has left by now: how to tell a slow link, on which this grows, from a dead one. Costs a
  /// system call.
  [[nodiscard]] virtual outflow outgoing() const = 0;

  /// Sends a close frame and waits for the server's, at most `close_timeout`; while connecting, the
  /// same as `close_now`; once the link is closing, nothing. Messages that come meanwhile are
  /// passed over. Ends in `on_closed`.
  virtual void close(std::uint16_t code) = 0;

  /// Drops the link. Ends in `on_closed`, never from within this function.
  virtual void close_now() noexcept = 0;

 private:
  std::vector<char> next_message_{};
};

}  // namespace gladia::net
