#pragma once

#include <openssl/evp.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
  /// \param is_storage Whether this connection serves files.
  /// \param is_api Whether this connection serves everything else.
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
  template <class Body>
  using parser = boost::beast::http::request_parser<Body>;

  static constexpr std::size_t body_limit = 1024 * 1024;
  /// Bytes of a file that are in memory at once.
  static constexpr std::size_t piece = 64 * 1024;

  void read() {
    auto const header = std::make_shared<parser<boost::beast::http::empty_body>>();
    header->body_limit(boost::none);
    boost::beast::http::async_read_header(
        stream_, buffer_, *header, [self = shared_from_this(), header](error_code ec, std::size_t) {
          if (ec) return self->stream_.close();
          self->on_header(*header);
        });
  }

  void on_header(parser<boost::beast::http::empty_body>& header) {
    auto const& message = header.get();
    request_ = {};
    request_.origin = origin_;
    request_.method = std::string(message.method_string());
    request_.target = std::string(message.target());
    for (auto const& field : message) {
      request_.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    keep_alive_ = message.keep_alive();
    fault_ = serve_;
    upload_ = nullptr;
    bool const is_upgrade = boost::beast::websocket::is_upgrade(message);
    where_ = route_of(request_, is_upgrade, is_api_, is_storage_);
    if (where_.route == route::upload) {
      use_fault();
      upload_parser_.emplace(std::move(header));
      upload_parser_->body_limit(service_->recordings().max_request_bytes());
      return read_upload();
    }
    auto const length = header.content_length();
    parser_.emplace(std::move(header));
    parser_->body_limit(body_limit);
    if (length && *length > body_limit) return refuse(413, "payload too large");
    boost::beast::http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code ec, std::size_t) { self->on_body(ec); });
  }

  void on_body(error_code ec) {
    if (ec == boost::beast::http::error::body_limit) return refuse(413, "payload too large");
    if (ec) return stream_.close();
    request_.body = std::move(parser_->get().body());
    request_.body_bytes = request_.body.size();
    use_fault();
    act_later();
  }

  // The rest of the body is not read.
  void refuse(int status, char const* words) {
    keep_alive_ = false;
    answer(error_reply(status, request_.target, words));
  }

  void use_fault() {
    fault_ = where_.route ? faults_for(*where_.route).use_http(*where_.route) : serve_;
  }

  void act_later() {
    if (fault_.delay.count() == 0) return act();
    timer_.expires_after(fault_.delay);
    timer_.async_wait([self = shared_from_this()](error_code failure) {
      if (!failure) self->act();
    });
  }

  // Uploads are read piece by piece, and never whole in memory.

  void read_upload() {
    if (fault_.at_byte && *fault_.at_byte <= request_.body_bytes) return act_amid_body();
    if (!upload_) {
      auto decision = service_->decide_upload(request_);
      if (!decision.body) {
        keep_alive_ = false;
        return answer(decision.refusal);
      }
      upload_ = std::move(decision.body);
      if (request_.header("expect") == "100-continue") return ask_for_body();
    }
    if (upload_parser_->is_done()) return act_later();
    auto const until = fault_.at_byte ? *fault_.at_byte - request_.body_bytes : piece;
    auto const size = std::min<std::uint64_t>(piece, until);
    chunk_.resize(piece);
    auto& into = upload_parser_->get().body();
    into.data = chunk_.data();
    into.size = size;
    boost::beast::http::async_read(stream_, buffer_, *upload_parser_,
                                   [self = shared_from_this(), size](error_code ec, std::size_t) {
                                     auto const got =
                                         size - self->upload_parser_->get().body().size;
                                     self->request_.body_bytes += got;
                                     if (ec == boost::beast::http::error::body_limit) {
                                       return self->refuse(413, "payload too large");
                                     }
                                     if (ec && ec != boost::beast::http::error::need_buffer)
                                       return self->give_up_upload();
                                     self->upload_->feed({self->chunk_.data(), got});
                                     self->read_upload();
                                   });
  }

  void ask_for_body() {
    text_ = "HTTP/1.1 100 Continue\r\n\r\n";
    boost::asio::async_write(stream_, boost::asio::buffer(text_),
                             [self = shared_from_this()](error_code ec, std::size_t) {
                               if (ec) return self->stream_.close();
                               self->read_upload();
                             });
  }

  void give_up_upload() {
    remember();
    stream_.close();
  }

  void act_amid_body() {
    fault_.at_byte.reset();
    if (fault_.action != http_action::serve) {
      keep_alive_ = false;
      return act_later();
    }
    timer_.expires_after(std::exchange(fault_.delay, {}));
    timer_.async_wait([self = shared_from_this()](error_code failure) {
      if (!failure) self->read_upload();
    });
  }

  // A session's own faults count for its handshake.
  active_faults& faults_for(testing::route which) {
    if (which == route::upgrade) {
      auto const session = service_->live().find(value_of(parse_query(request_.target), "token"));
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
    if (where_.route == route::upload) return serve_upload();
    answer(service_->serve(where_, request_));
  }

  void serve_upload() {
    // The fault came amid the body: the part that was read is no upload.
    if (!upload_parser_->is_done()) return reset();
    auto const upload = std::move(upload_);
    answer(service_->recordings().upload(request_, *upload));
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
    bool const has_body = reply.file || !reply.body.empty();
    auto const length = reply.file ? reply.file->size() : reply.body.size();
    if (has_body) text += "Content-Type: " + reply.content_type + "\r\n";
    if (!keep_alive_) text += "Connection: close\r\n";
    text += "Content-Length: " + std::to_string(length) + "\r\n\r\n" + reply.body;
    if (fault_.action == http_action::lose_answer) return reset();
    file_ = reply.file;
    file_at_ = 0;
    file_end_ = length;
    if (fault_.action == http_action::half_answer) {
      if (file_) file_end_ = length / 2;
      if (!file_) text.resize(text.size() - reply.body.size() / 2 - (has_body ? 1 : 4));
      keep_alive_ = false;
    }
    remember();
    write(std::move(text));
  }

  // Writes `text` and the rest of the file.
  void write(std::string text) {
    text_ = std::move(text);
    boost::asio::async_write(stream_, boost::asio::buffer(text_),
                             [self = shared_from_this()](error_code ec, auto) {
                               if (ec) return self->stream_.close();
                               if (self->file_ && self->file_at_ < self->file_end_)
                                 return self->write_file();
                               self->file_ = nullptr;
                               if (self->keep_alive_) return self->read();
                               self->finish();
                             });
  }

  void write_file() {
    auto bytes = file_->read(file_at_, std::min<std::uint64_t>(piece, file_end_ - file_at_));
    if (bytes.empty()) return stream_.close();
    file_at_ += bytes.size();
    write(std::move(bytes));
  }

  // The connection is not kept: ends it so that the client can still read the answer.
  void finish() {
    // Closing with unread bytes would be a reset, and destroy the answer.
    if (!is_unread()) {
      stream_.async_finish([self = shared_from_this()](error_code) { self->stream_.close(); });
    }
    timer_.expires_after(std::chrono::seconds(1));
    timer_.async_wait([self = shared_from_this()](error_code ec) {
      if (!ec) self->stream_.close();
    });
  }

  [[nodiscard]] bool is_unread() const {
    return where_.route == route::upload && !upload_parser_->is_done();
  }

  void hang() {
    request_.status = 0;
    remember();
    // Reads only to notice the client's end.
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
    auto decision = service_->live().decide_upgrade(request_);
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
  std::optional<parser<boost::beast::http::string_body>> parser_{};
  std::optional<parser<boost::beast::http::buffer_body>> upload_parser_{};
  std::unique_ptr<upload_body> upload_{};
  std::vector<char> chunk_{};                 // of an upload
  std::shared_ptr<spool_file const> file_{};  // the file that is being sent
  std::uint64_t file_at_ = 0;
  std::uint64_t file_end_ = 0;
  http_fault const serve_{route::init, http_action::serve};
  http_fault fault_{serve_};
  destination where_{};
  request_report request_{};
  std::string text_{};
  char unused_ = 0;
  bool keep_alive_ = true;
  bool is_upgraded_ = false;
};

}  // namespace gladia::testing::detail
