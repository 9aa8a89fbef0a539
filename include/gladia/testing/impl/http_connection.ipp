#pragma once

#include <openssl/evp.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gladia/testing/impl/byte_stream.ipp>
#include <gladia/testing/impl/link.ipp>
#include <gladia/testing/impl/service.ipp>

namespace gladia::testing::detail {

/// The answer to `Sec-WebSocket-Key` (RFC 6455, 4.2.2).
inline std::string websocket_accept(std::string const& key) {
  auto const text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr);
  unsigned char coded[2 * EVP_MAX_MD_SIZE];
  auto const length = EVP_EncodeBlock(coded, digest, static_cast<int>(size));
  return std::string(reinterpret_cast<char*>(coded), static_cast<std::size_t>(length));
}

/// An HTTP connection: one request after the other, until it becomes a WebSocket or ends. Its
/// pending operations keep it alive.
class http_connection : public std::enable_shared_from_this<http_connection> {
 public:
  /// \param is_storage Whether files may be had here.
  /// \param is_api Whether everything else may.
  http_connection(byte_stream stream, std::shared_ptr<detail::service> service, std::string origin,
                  bool is_storage, bool is_api)
      : stream_(std::move(stream)),
        service_(std::move(service)),
        origin_(std::move(origin)),
        is_storage_(is_storage),
        is_api_(is_api),
        timer_(stream_.get_executor()) {}

  void start() {
    stream_.async_accept_tls([self = shared_from_this()](error_code ec) {
      if (!ec) self->read();
    });
  }

  void shut_down() {
    if (is_upgraded_) return;
    timer_.cancel();
    stream_.close();
  }

 private:
  using parser_type = boost::beast::http::request_parser<boost::beast::http::string_body>;

  static constexpr std::size_t body_limit = 1024 * 1024;

  void read() {
    parser_.emplace();
    parser_->body_limit(body_limit);
    boost::beast::http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code ec, std::size_t) { self->on_request(ec); });
  }

  void on_request(error_code ec) {
    bool const is_too_large = ec == boost::beast::http::error::body_limit;
    if (ec && !is_too_large) return stream_.close();
    auto const& message = parser_->get();
    request_ = {};
    request_.origin = origin_;
    request_.method = std::string(message.method_string());
    request_.target = std::string(message.target());
    request_.body = message.body();
    for (auto const& field : message) {
      request_.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    keep_alive_ = message.keep_alive() && !is_too_large;
    if (is_too_large) return answer(error_reply(413, request_.target, "payload too large"));
    bool const is_upgrade = boost::beast::websocket::is_upgrade(message);
    where_ = service_->route_of(request_, is_upgrade, is_storage_);
    if (!is_api_ && where_.route != route::storage) where_ = {};
    fault_ = where_.route ? faults_for(*where_.route).use_http(*where_.route) : serve_;
    if (fault_.delay.count() == 0) return act();
    timer_.expires_after(fault_.delay);
    timer_.async_wait([self = shared_from_this()](error_code failure) {
      if (!failure) self->act();
    });
  }

  // A session's own faults count for its handshake.
  active_faults& faults_for(testing::route which) {
    if (which == route::upgrade) {
      auto const session = service_->find(value_of(parse_query(request_.target), "token"));
      if (session) return session->faults();
    }
    return service_->shared()->faults;
  }

  void act() {
    switch (fault_.action) {
      case http_action::hang:
        return hang();
      case http_action::reset:
        return reset();
      case http_action::answer:
        return answer(faulty_answer());
      default:
        break;
    }
    if (where_.route == route::upgrade) return upgrade();
    answer(service_->serve(where_, request_));
  }

  [[nodiscard]] http_reply faulty_answer() const {
    auto reply = error_reply(fault_.status, request_.target, reason_of(fault_.status));
    if (!fault_.body.empty()) {
      reply.body = fault_.body;
      reply.content_type = fault_.content_type;
    }
    reply.headers = fault_.headers;
    return reply;
  }

  void answer(http_reply const& reply) {
    request_.status = reply.status;
    std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " " + reason_of(reply.status) +
                       "\r\nx-aipi-call-id: " + make_uuid() + "\r\n";
    for (auto const& [name, value] : reply.headers) text += name + ": " + value + "\r\n";
    if (!reply.body.empty()) text += "Content-Type: " + reply.content_type + "\r\n";
    if (!keep_alive_) text += "Connection: close\r\n";
    text += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
    if (fault_.action == http_action::lose_answer) return reset();
    if (fault_.action == http_action::half_answer) {
      text.resize(text.size() - reply.body.size() / 2 - (reply.body.empty() ? 4 : 1));
      keep_alive_ = false;
    }
    remember();
    text_ = std::move(text);
    boost::asio::async_write(stream_, boost::asio::buffer(text_),
                             [self = shared_from_this()](error_code ec, std::size_t) {
                               if (ec) return self->stream_.close();
                               if (self->keep_alive_) return self->read();
                               self->finish();
                             });
  }

  // The connection is not kept: ends it so that the client can still read the answer.
  void finish() {
    stream_.async_finish([self = shared_from_this()](error_code) { self->stream_.close(); });
    timer_.expires_after(std::chrono::seconds(1));
    timer_.async_wait([self = shared_from_this()](error_code ec) {
      if (!ec) self->stream_.close();
    });
  }

  void hang() {
    request_.status = 0;
    remember();
    // Only to notice the client's end.
    stream_.async_read_some(boost::asio::buffer(&unused_, 1),
                            [self = shared_from_this()](error_code ec, std::size_t) {
                              if (!ec) self->hang_on();
                              if (ec) self->stream_.close();
                            });
  }
  void hang_on() {
    timer_.expires_after(std::chrono::hours(1));
    timer_.async_wait([self = shared_from_this()](error_code) {});
  }

  void reset() {
    request_.status = 0;
    remember();
    stream_.reset();
  }

  void upgrade() {
    auto decision = service_->decide_upgrade(request_);
    auto const key = request_.header("sec-websocket-key");
    if (!decision.session) return answer(decision.refusal);
    if (key.empty())
      return answer(error_reply(400, request_.target, "Sec-WebSocket-Key is missing"));
    if (fault_.action == http_action::lose_answer) return reset();
    text_ =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        websocket_accept(key) + "\r\n\r\n";
    bool const is_half = fault_.action == http_action::half_answer;
    if (is_half) text_.resize(text_.size() / 2);
    request_.status = 101;
    remember();
    boost::asio::async_write(stream_, boost::asio::buffer(text_),
                             [self = shared_from_this(), is_half,
                              session = std::move(decision.session)](error_code ec, std::size_t) {
                               if (ec) return self->stream_.close();
                               if (is_half) return self->finish();
                               self->become_link(session);
                             });
  }

  void become_link(std::shared_ptr<session> const& session) {
    is_upgraded_ = true;
    auto const early = buffer_.cdata();
    auto const open = std::make_shared<link>(std::move(stream_), service_->shared(), session);
    open->start({static_cast<char const*>(early.data()), early.size()});
  }

  void remember() {
    service_->shared()->log(request_.method + " " +
                            request_.target.substr(0, request_.target.find('?')) + " " +
                            std::to_string(request_.status));
    service_->remember(request_);
  }

  byte_stream stream_;
  std::shared_ptr<detail::service> service_;
  std::string origin_;
  bool is_storage_;
  bool is_api_;
  asio::steady_timer timer_;
  boost::beast::flat_buffer buffer_{};
  std::optional<parser_type> parser_{};
  http_fault const serve_{route::init, http_action::serve};
  http_fault fault_{serve_};
  service::destination where_{};
  request_report request_{};
  std::string text_{};
  char unused_ = 0;
  bool keep_alive_ = true;
  bool is_upgraded_ = false;
};

}  // namespace gladia::testing::detail
