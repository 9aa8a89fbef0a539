#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gladia/net/impl/private_handle.ipp>
#include <gladia/net/url.hpp>
#include <gladia/testing/impl/byte_stream.ipp>

namespace gladia::testing::detail {

/// Sends callbacks, one after the other, each on a connection of its own. It sends only over plain
/// HTTP and to this machine: an emulator must not reach anything else.
class callback_sender {
 public:
  /// Gets a note about what went wrong, or an empty text.
  using done = std::function<void(std::string const& note)>;

  explicit callback_sender(asio::any_io_executor executor)
      : worker_(std::make_shared<worker>(std::move(executor))) {}

  /// \param method `POST` or `PUT`.
  void send(std::string method, std::string const& url, std::string body, done handler) {
    worker_->waiting.push_back({std::move(method), url, std::move(body), std::move(handler)});
    worker_->next();
  }
  void shut_down() {
    worker_->waiting.clear();
    worker_->give_up();
  }
  [[nodiscard]] std::size_t delivered() const noexcept { return worker_->delivered; }
  [[nodiscard]] std::size_t failed() const noexcept { return worker_->failed; }

 private:
  static constexpr auto limit = std::chrono::seconds(5);

  struct post {
    std::string method{};
    std::string url{};
    std::string body{};
    done handler{};
  };

  struct worker : std::enable_shared_from_this<worker> {
    explicit worker(asio::any_io_executor executor) : socket(executor), timer(executor) {}

    void next() {
      if (is_busy || waiting.empty()) return;
      is_busy = true;
      current = std::move(waiting.front());
      waiting.pop_front();
      auto const url = net::parse_url(current.url);
      if (!url || url->scheme != "http" || !url->is_loopback()) {
        return asio::post(socket.get_executor(), [self = shared_from_this()] {
          self->finish("only http:// on this machine is called back");
        });
      }
      request = current.method + " " + url->target + " HTTP/1.1\r\nHost: " + url->authority() +
                "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
                std::to_string(current.body.size()) + "\r\n\r\n" + current.body;
      timer.expires_after(limit);
      timer.async_wait([self = shared_from_this()](error_code ec) {
        if (!ec) self->give_up();
      });
      error_code ec;
      auto address = asio::ip::make_address(url->host, ec);
      if (ec) address = asio::ip::address_v4::loopback();
      auto const port = static_cast<unsigned short>(std::stoi(url->port));
      tcp::endpoint const where(address, port);
      net::detail::open_private(socket, where.protocol(), ec);
      socket.async_connect(where, [self = shared_from_this()](error_code failure) {
        if (failure) return self->finish(failure.message());
        self->write();
      });
    }

    void write() {
      asio::async_write(socket, asio::buffer(request),
                        [self = shared_from_this()](error_code ec, std::size_t) {
                          if (ec) return self->finish(ec.message());
                          self->read();
                        });
    }

    void read() {
      asio::async_read(
          socket, asio::buffer(status), [self = shared_from_this()](error_code ec, std::size_t) {
            std::string_view const line(self->status, sizeof self->status);
            if (ec) return self->finish(ec.message());
            self->finish(line.substr(9, 1) == "2" ? ""
                                                  : "answered with " + std::string(line.substr(9)));
          });
    }

    void finish(std::string const& note) {
      (note.empty() ? delivered : failed) += 1;
      timer.cancel();
      give_up();
      is_busy = false;
      auto const handler = std::exchange(current.handler, nullptr);
      handler(note);
      next();
    }

    void give_up() {
      error_code ec;
      socket.close(ec);
    }

    tcp::socket socket;
    asio::steady_timer timer;
    std::deque<post> waiting{};
    post current{};
    bool is_busy = false;
    std::string request{};
    char status[12] = {};  // HTTP/1.1 200
    std::size_t delivered = 0;
    std::size_t failed = 0;
  };

  std::shared_ptr<worker> worker_;
};

}  // namespace gladia::testing::detail
