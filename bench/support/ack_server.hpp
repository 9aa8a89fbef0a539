#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "support/process.hpp"

namespace bench {

/// What the server answers to a chunk.
enum class answers { acknowledgements, nothing };

/// The smallest server a session can stream to: it takes WebSockets and acknowledges each chunk. In
/// a process of its own.
class ack_server {
 public:
  explicit ack_server(answers a = answers::acknowledgements)
      : process_([a](int channel) { serve(channel, a); }),
        port_(process_.receive<std::uint16_t>()) {}

  std::uint16_t port() const noexcept { return port_; }

  /// An acknowledgement as the service writes it.
  static std::string acknowledgement(std::uint64_t begin, std::uint64_t end) {
    char text[320];
    constexpr double bytes_per_second = 32000;
    auto const size = std::snprintf(
        text, sizeof text,
        R"({"session_id":"4a39145c-2844-4557-8f34-34883f7be7d9",)"
        R"("created_at":"2026-08-30T09:15:01.371Z","acknowledged":true,"error":null,)"
        R"("type":"audio_chunk","data":{"byte_range":[%llu,%llu],"time_range":[%.1f,%.1f]}})",
        static_cast<unsigned long long>(begin), static_cast<unsigned long long>(end),
        static_cast<double>(begin) / bytes_per_second, static_cast<double>(end) / bytes_per_second);
    return std::string(text, static_cast<std::size_t>(size));
  }

 private:
  using tcp = boost::asio::ip::tcp;
  using error_code = boost::system::error_code;

  class connection : public std::enable_shared_from_this<connection> {
   public:
    connection(tcp::socket socket, answers a) : stream_(std::move(socket)), answers_(a) {
      stream_.next_layer().set_option(tcp::no_delay(true));
    }
    void start() {
      stream_.async_accept([self = shared_from_this()](error_code ec) {
        if (!ec) self->read();
      });
    }

   private:
    void read() {
      stream_.async_read(buffer_, [self = shared_from_this()](error_code ec, std::size_t size) {
        if (!ec) self->on_message(size);
      });
    }
    void on_message(std::size_t size) {
      buffer_.consume(size);
      if (answers_ == answers::nothing || !stream_.got_binary()) return read();
      answer_ = acknowledgement(received_, received_ + size);
      received_ += size;
      stream_.async_write(boost::asio::buffer(answer_),
                          [self = shared_from_this()](error_code ec, std::size_t) {
                            if (!ec) self->read();
                          });
    }

    boost::beast::websocket::stream<tcp::socket, false> stream_;
    answers answers_;
    boost::beast::flat_buffer buffer_;
    std::string answer_;
    std::uint64_t received_ = 0;
  };

  static void serve(int channel, answers a) {
    boost::asio::io_context io(1);
    tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
    accept(acceptor, a);
    child_process::answer(channel, acceptor.local_endpoint().port());
    io.run();
  }

  static void accept(tcp::acceptor& acceptor, answers a) {
    acceptor.async_accept([&acceptor, a](error_code ec, tcp::socket socket) {
      if (!ec) std::make_shared<connection>(std::move(socket), a)->start();
      accept(acceptor, a);
    });
  }

  child_process process_;
  std::uint16_t port_;
};

}  // namespace bench
