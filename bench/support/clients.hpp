#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cstdint>
#include <functional>
#include <gladia.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "support/ack_server.hpp"
#include "support/process.hpp"
#include "support/progress.hpp"

namespace bench {

/// What a bare client does with a message: it knows acknowledgements by their size.
struct unread {
  template <class Progress>
  static void look_at(boost::asio::const_buffer message, Progress& progress) {
    if (message.size() > 300) return;
    progress.acknowledged((progress.chunks_acknowledged() + 1) * chunk_bytes);
  }
};
/// The same, and it parses each message into a DOM.
struct as_dom {
  template <class Progress>
  static void look_at(boost::asio::const_buffer data, Progress& progress) {
    auto const* text = static_cast<char const*>(data.data());
    auto const message = nlohmann::json::parse(text, text + data.size());
    if (message["type"] == "audio_chunk") {
      progress.acknowledged(message["data"]["byte_range"][1].get<std::uint64_t>());
    }
  }
};

/// What one writes without this library: Beast's WebSocket, a loop that reads, a write per chunk.
/// No reconnect, no buffer, no limits: nothing but the work that cannot be avoided.
template <class Reading, class Layer = boost::asio::ip::tcp::socket>
class beast_client {
 public:
  /// What all clients of a process share.
  struct shared {
    shared(boost::asio::io_context& c, target const& t) : io(c), port(t.port) {
      tls.set_verify_mode(boost::asio::ssl::verify_peer);
      if (t.is_tls()) tls.add_certificate_authority(boost::asio::buffer(t.authority));
    }
    boost::asio::io_context& io;
    std::uint16_t port;
    boost::asio::ssl::context tls{boost::asio::ssl::context::tls_client};
  };

  beast_client(shared& s, progress& p) : beast_client(s, p, s.io.get_executor()) {}
  beast_client(shared& s, progress& p, boost::asio::any_io_executor executor)
      : port_(s.port), progress_(p) {
    if constexpr (is_tls) {
      stream_.emplace(std::move(executor), s.tls);
    } else {
      stream_.emplace(std::move(executor));
    }
  }

  void open(std::function<void()> on_open) {
    on_open_ = std::move(on_open);
    boost::asio::ip::tcp::endpoint const server(boost::asio::ip::address_v4::loopback(), port_);
    boost::beast::get_lowest_layer(*stream_).async_connect(server, [this](error_code ec) {
      check(ec);
      boost::beast::get_lowest_layer(*stream_).set_option(boost::asio::ip::tcp::no_delay(true));
      stream_->binary(true);
      if constexpr (is_tls) {
        stream_->next_layer().async_handshake(boost::asio::ssl::stream_base::client,
                                              [this](error_code failure) {
                                                check(failure);
                                                upgrade();
                                              });
      } else {
        upgrade();
      }
    });
  }

  /// Returns whether it took the chunk.
  bool send(boost::asio::const_buffer chunk) {
    if (is_writing_) return false;
    is_writing_ = true;
    stream_->async_write(chunk, [this](error_code ec, std::size_t) {
      check(ec);
      is_writing_ = false;
    });
    return true;
  }

 private:
  using error_code = boost::system::error_code;
  static constexpr bool is_tls = !std::is_same_v<Layer, boost::asio::ip::tcp::socket>;

  static void check(error_code ec) {
    if (ec) give_up("bare client: " + ec.message());
  }

  void upgrade() {
    stream_->async_handshake("localhost", "/", [this](error_code ec) {
      check(ec);
      read();
      on_open_();
    });
  }

  void read() {
    stream_->async_read(buffer_, [this](error_code ec, std::size_t) {
      check(ec);
      Reading::look_at(buffer_.cdata(), progress_);
      buffer_.consume(buffer_.size());
      read();
    });
  }

  std::uint16_t port_;
  progress& progress_;
  std::optional<boost::beast::websocket::stream<Layer, false>> stream_;
  boost::beast::flat_buffer buffer_;
  bool is_writing_ = false;
  std::function<void()> on_open_;
};

using tls_layer = boost::beast::ssl_stream<boost::asio::ip::tcp::socket>;
using bare_client = beast_client<unread>;
using bare_tls_client = beast_client<unread, tls_layer>;
using dom_client = beast_client<as_dom>;
using dom_tls_client = beast_client<as_dom, tls_layer>;

/// `dom_client` on a strand, as Beast's own examples do it: what it takes where several threads run
/// the `io_context`.
class stranded_client : public dom_client {
 public:
  stranded_client(shared& s, progress& p) : dom_client(s, p, boost::asio::make_strand(s.io)) {}
};

/// What sessions of this library attach with.
struct attachment {
  explicit attachment(target const& t) {
    // Reading the system's certificates takes longer than a turn.
    client_options.tls.use_system_store = false;
    client_options.tls.ca_pem = t.authority;
    info.id = "4a39145c-2844-4557-8f34-34883f7be7d9";
    info.url = (t.is_tls() ? "wss" : "ws") + ("://127.0.0.1:" + std::to_string(t.port)) + "/";
    request.messages_config.receive_acknowledgments = true;
    request.messages_config.receive_partial_transcripts = true;
  }
  gladia::live::session attach(gladia::client const& client) const {
    return client.live().attach(info, request, options);
  }

  gladia::client_options client_options{};
  gladia::live_session_info info{};
  gladia::live_request request{};
  gladia::live::session_options options{};
};

/// Tells of the link and of the acknowledgements that `event` is about.
template <class OnOpen>
void look_at(gladia::live::event const& event, progress& progress, OnOpen const& on_open) {
  if (auto const* ack = std::get_if<gladia::audio_chunk_ack>(&event)) {
    if (ack->data) progress.acknowledged(static_cast<std::uint64_t>(ack->data->byte_range.end));
  } else if (std::holds_alternative<gladia::live::connected>(event)) {
    on_open();
  }
}

[[noreturn]] inline void ended_early(gladia::live::summary const& end) {
  give_up("gladia: the session ended: " + end.error.what());
}

/// The same with this library: a session, its event loop, `try_send`.
class gladia_client {
 public:
  struct shared : attachment {
    shared(boost::asio::io_context& c, target const& t)
        : attachment(t), client(c, client_options) {}
    gladia::client client;
  };

  gladia_client(shared& s, progress& p) : progress_(p), session_(s.attach(s.client)) {}

  void open(std::function<void()> on_open) {
    on_open_ = std::move(on_open);
    session_.async_run(&ended_early);
    receive();
  }

  bool send(boost::asio::const_buffer chunk) { return static_cast<bool>(session_.try_send(chunk)); }

  gladia::live::session& session() noexcept { return session_; }
  /// Called for each event; may be empty.
  void on_event(std::function<void(gladia::live::event const&)> then) { then_ = std::move(then); }

 private:
  void receive() {
    session_.async_receive([this](gladia::result<gladia::live::event> event) {
      if (!event) return;
      look_at(*event, progress_, on_open_);
      if (then_) then_(*event);
      receive();
    });
  }

  progress& progress_;
  gladia::live::session session_;
  std::function<void()> on_open_;
  std::function<void(gladia::live::event const&)> then_;
};

/// The same without Asio: a `threaded_session`, with a thread of its own beside that of the client.
class threaded_client {
 public:
  struct shared : attachment {
    shared(boost::asio::io_context& c, target const& t)
        : attachment(t), io(c), client(client_options) {}
    boost::asio::io_context& io;
    gladia::client client;
  };

  threaded_client(shared& s, progress& p) : shared_(s), progress_(p) {
    // They would be read and written by two threads.
    progress_.forget_round_trips();
  }

  void open(std::function<void()> on_open) {
    gladia::live::session_handlers handlers;
    handlers.on_event = [this, on_open = std::move(on_open)](gladia::live::event const& event) {
      look_at(event, progress_, [&] { boost::asio::post(shared_.io, on_open); });
    };
    handlers.on_end = &ended_early;
    session_.emplace(shared_.attach(shared_.client), std::move(handlers));
  }

  bool send(boost::asio::const_buffer chunk) {
    return static_cast<bool>(session_->try_send(chunk));
  }

 private:
  shared& shared_;
  progress& progress_;
  std::optional<gladia::live::threaded_session> session_;
};

}  // namespace bench
