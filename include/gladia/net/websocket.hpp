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
  net::url url{};            ///< `ws` or `wss`; may hold a token
  http_headers headers{};    ///< of the upgrade request, beside those that the protocol needs
  net::timeouts timeouts{};  ///< of the steps up to the open link
  /// The largest message that the server may send, in bytes. A larger one ends the link with
  /// `errc::message_too_large`.
  std::size_t max_message = std::size_t{64} << 20;
  /// The usual size of a message that is sent, in bytes. The write buffer has this size. The system
  /// buffers no more than about ten such messages, or about ten times 32 KiB if that is more.
  std::size_t usual_message = 3200;
  /// How long `close` waits for the server's close frame.
  std::chrono::milliseconds close_timeout{1000};
  /// Reads the body of the answer that refuses the handshake. May be null.
  refusal_reader read_refusal = nullptr;
};

/// How a link ended. If the server sent a close frame, the link counts as closed, whatever else
/// failed.
struct link_end {
  /// The code of the server's close frame, also of one that answers our own close frame. 1005 if
  /// the close frame has no code; 1006 if the code is one that may not be sent (0 to 999, 1004 to
  /// 1006, 1015, half a code); 0 if no close frame came.
  std::uint16_t close_code = 0;
  /// The text in the close frame, as UTF-8; untrusted.
  std::string reason{};
  /// Why the link ended, if `close_code` is 0: `operation_aborted` after `close` and `close_now`,
  /// else the first thing that went wrong. No error if there is a close code.
  gladia::error error{};
  /// Where the redirect leads, if the answer to the upgrade is a redirect to the same scheme, host
  /// and port. `error` is then `errc::bad_redirect`. The URL may hold a token: never log the URL.
  std::optional<url> redirect{};
};

/// How much of the bytes that were given to a link has left this machine.
struct outflow {
  /// The number of bytes, since the link opened, that the next hop has acknowledged. On systems
  /// other than Linux and macOS: the number of bytes that the system has taken, of which the system
  /// buffers only few.
  std::uint64_t bytes = 0;
  /// Whether the last ping is among these bytes.
  bool ping_left = false;
};

class websocket;

/// A WebSocket calls its listener, on the WebSocket's executor.
class websocket_listener {
 public:
  virtual ~websocket_listener() = default;  ///< the WebSocket keeps its listener alive
  /// The handshake succeeded: messages may be sent, and may come.
  virtual void on_open(websocket& link) = 0;
  /// A whole message came, as UTF-8, with U+FFFD in place of bytes that are not UTF-8. `text` is
  /// valid only during the call.
  virtual void on_message(websocket& link, std::string_view text) = 0;
  /// The server gave a sign of life: a part of a message (the last part too, before `on_message`),
  /// a ping, a pong or a close frame.
  virtual void on_activity(websocket& link) = 0;
  /// The message given to `write` was handed to the network; the next message may be written.
  virtual void on_written(websocket& link) = 0;
  /// The link ended, or could not be opened. Called exactly once, when no operation is pending any
  /// more. No function of the listener is called afterwards.
  virtual void on_closed(websocket& link, link_end end) = 0;
};

/// One link. A `websocket` is opened once, and cannot be opened again.
///
/// A link reads all the time, and answers pings and close frames by itself. All members must be
/// called on the executor that the link was made with. From `open` to `on_closed`, pending
/// operations keep the link alive, and the link keeps the listener alive: the caller may hold a
/// `std::weak_ptr`.
class websocket {
 public:
  virtual ~websocket() = default;  ///< only called when no operation is pending

  /// Connects and upgrades. Later, never from within this function, `on_open` or `on_closed` is
  /// called.
  ///
  /// A refused upgrade is an error with the phase `upgrade`, the HTTP status, `Retry-After`, and
  /// the server's words, as far as they came within a second after the head of the answer. A
  /// redirect is not followed: the message of `errc::bad_redirect` says where the redirect leads,
  /// and `link_end::redirect` is set if the redirect may be followed.
  virtual void open(websocket_request request, std::shared_ptr<websocket_listener> listener) = 0;

  /// Whether messages can be sent: from `on_open` until the link is being closed or is lost.
  /// `on_closed` reports that end later.
  [[nodiscard]] virtual bool is_open() const noexcept = 0;

  /// Sends `message` in one frame. The message is copied before the call returns. Preconditions:
  /// the link is open, and `on_written` was called for the last message. `on_closed` reports a
  /// failure.
  ///
  /// \param message    The bytes of the message.
  /// \param is_binary  Whether the message is binary; else text.
  virtual void write(boost::asio::const_buffer message, bool is_binary) = 0;

  /// Sends the bytes in `next_message()`: as `write`, without a copy. `next_message()` must not be
  /// changed until `on_written` is called.
  virtual void write_next_message(bool is_binary) {
    write(boost::asio::buffer(next_message_), is_binary);
  }
  /// The buffer that `write_next_message` sends. When the message was written, the link may release
  /// the memory of the buffer.
  [[nodiscard]] std::vector<char>& next_message() noexcept { return next_message_; }

  /// Sends a ping; its pong is reported by `on_activity`. Does nothing while another ping is being
  /// sent. May be called while a message is being written.
  virtual void ping() = 0;

  /// How much has left this machine by now. On a slow link this number grows, on a dead one it does
  /// not. Costs a system call.
  [[nodiscard]] virtual outflow outgoing() const = 0;

  /// Sends a close frame, and waits for the server's close frame for at most `close_timeout`.
  /// Messages that come meanwhile are ignored. Then `on_closed` is called. While the link is being
  /// opened, `close` is the same as `close_now`; while the link is being closed, `close` does
  /// nothing.
  virtual void close(std::uint16_t code) = 0;

  /// Ends the link without a close frame. Later, never from within this function, `on_closed` is
  /// called.
  virtual void close_now() noexcept = 0;

 private:
  std::vector<char> next_message_{};
};

}  // namespace gladia::net
