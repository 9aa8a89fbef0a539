#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "../../tests/support/certificates.hpp"
#include "support/messages.hpp"
#include "support/process.hpp"
#include "support/progress.hpp"

namespace bench {

/// What the server does with the chunks of a connection.
struct server_options {
  bool acknowledges = true;
  std::uint64_t late_by = 0;        ///< an acknowledgement waits until so many more chunks came
  std::uint64_t partial_every = 5;  ///< chunks; 0: no transcripts
  std::size_t final_bytes = 0;      ///< of a final result behind the first chunk; 0: none
  bool tls = false;
};

/// Where clients connect to.
struct target {
  std::uint16_t port = 0;
  std::string authority{};  ///< PEM of the CA to trust; empty: no TLS

  bool is_tls() const noexcept { return !authority.empty(); }
};

/// The smallest server a session can stream to: it takes WebSockets, acknowledges each chunk, and
/// sends a partial transcript every half second of audio. In a process of its own.
class ack_server {
 public:
  explicit ack_server(server_options const& options = {})
      : own_(options.tls ? identity::make() : identity()),
        process_([&](int channel) { server(options, own_.credentials).run(channel); }) {
    target_ = {process_.receive<std::uint16_t>(), own_.authority};
  }

  target const& where() const noexcept { return target_; }

 private:
  using tcp = boost::asio::ip::tcp;
  using error_code = boost::system::error_code;

  struct identity {
    static identity make() {
      gladia::test::certificate_authority const authority;
      return {authority.pem(), authority.issue()};
    }
    std::string authority{};
    gladia::test::credentials credentials{};
  };

  /// What all connections are answered with.
  struct answers {
    explicit answers(server_options const& o)
        : options(o),
          partial(transcript_of("transcript.partial", 15)),
          final_result(o.final_bytes > 0 ? final_result_of(o.final_bytes) : std::string()) {}
    server_options options;
    std::string partial;
    std::string final_result;
  };

  template <class Layer>
  class connection : public std::enable_shared_from_this<connection<Layer>> {
   public:
    template <class... Args>
    explicit connection(answers const& a, Args&&... args)
        : answers_(a), stream_(std::forward<Args>(args)...) {
      stream_.text(true);
      boost::beast::get_lowest_layer(stream_).set_option(tcp::no_delay(true));
    }

    void start() {
      if constexpr (std::is_same_v<Layer, tcp::socket>) {
        accept();
      } else {
        stream_.next_layer().async_handshake(boost::asio::ssl::stream_base::server,
                                             [self = this->shared_from_this()](error_code ec) {
                                               self->go_on(ec, &connection::accept);
                                             });
      }
    }

   private:
    void go_on(error_code ec, void (connection::*next)()) {
      if (!ec) (this->*next)();
    }
    void accept() {
      stream_.async_accept(
          [self = this->shared_from_this()](error_code ec) { self->go_on(ec, &connection::read); });
    }
    void read() {
      buffer_.clear();
      stream_.async_read(buffer_, [self = this->shared_from_this()](error_code ec, std::size_t) {
        self->go_on(ec, &connection::on_message);
      });
    }
    void on_message() {
      auto const& options = answers_.options;
      if (!options.acknowledges || !stream_.got_binary() || buffer_.size() == 0) return read();
      sizes_.push_back(buffer_.size());
      if (sizes_.size() <= options.late_by) return read();
      auto const size = sizes_.front();
      sizes_.pop_front();
      acknowledgement_ = acknowledgement(acknowledged_, acknowledged_ + size);
      acknowledged_ += size;
      ++chunks_;
      write(acknowledgement_, &connection::transcribe);
    }
    void transcribe() {
      if (chunks_ == 1 && !answers_.final_result.empty()) {
        return write(answers_.final_result, &connection::read);
      }
      auto const every = answers_.options.partial_every;
      if (every == 0 || chunks_ % every != 0) return read();
      write(answers_.partial, &connection::read);
    }
    void write(std::string const& text, void (connection::*next)()) {
      stream_.async_write(boost::asio::buffer(text),
                          [self = this->shared_from_this(), next](error_code ec, std::size_t) {
                            self->go_on(ec, next);
                          });
    }

    answers const& answers_;
    boost::beast::websocket::stream<Layer, false> stream_;
    boost::beast::flat_buffer buffer_;
    std::deque<std::size_t> sizes_;
    std::string acknowledgement_;
    std::uint64_t acknowledged_ = 0;
    std::uint64_t chunks_ = 0;
  };

  /// What runs in the server's process.
  class server {
   public:
    server(server_options const& options, gladia::test::credentials const& own)
        : answers_(options), acceptor_(io_, {boost::asio::ip::address_v4::loopback(), 0}) {
      if (!options.tls) return;
      tls_.use_certificate(boost::asio::buffer(own.certificate), boost::asio::ssl::context::pem);
      tls_.use_private_key(boost::asio::buffer(own.key), boost::asio::ssl::context::pem);
    }

    void run(int channel) {
      accept();
      child_process::answer(channel, acceptor_.local_endpoint().port());
      io_.run();
    }

   private:
    void accept() {
      acceptor_.async_accept([this](error_code ec, tcp::socket socket) {
        if (!ec) serve(std::move(socket));
        accept();
      });
    }
    void serve(tcp::socket socket) {
      if (answers_.options.tls) {
        using layer = boost::beast::ssl_stream<tcp::socket>;
        std::make_shared<connection<layer>>(answers_, std::move(socket), tls_)->start();
      } else {
        std::make_shared<connection<tcp::socket>>(answers_, std::move(socket))->start();
      }
    }

    answers answers_;
    boost::asio::io_context io_{1};
    tcp::acceptor acceptor_;
    boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_server};
  };

  identity own_;
  child_process process_;
  target target_;
};

}  // namespace bench
