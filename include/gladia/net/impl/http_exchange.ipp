#pragma once

#include <gladia/net/http.hpp>

#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <gladia/net/impl/dialer.ipp>

namespace gladia::net::detail {

/// An exchange over TCP and TLS: the only user of Beast's HTTP beside the dialer's CONNECT.
class tcp_http_exchange final : public http_exchange,
                                public std::enable_shared_from_this<tcp_http_exchange> {
 public:
  tcp_http_exchange(boost::asio::any_io_executor const& executor,
                    std::shared_ptr<link_environment const> environment)
      : executor_(executor),
        environment_(std::move(environment)),
        deadline_(executor),
        idle_(executor) {}

  void start(http_request request, std::function<void(result<http_response>)> done) override {
    request_ = std::move(request);
    done_ = std::move(done);
    if (auto sendable = check_headers(request_.headers); !sendable) {
      return boost::asio::post(executor_,
                               [self = shared_from_this(), e = sendable.error()]() mutable {
                                 self->finish(std::move(e));
                               });
    }
    deadline_.start(request_.deadline, [self = shared_from_this()] {
      self->end(cut::timed_out, self->request_.deadline);
    });
    auto dial = std::make_shared<dialer>(executor_, environment_);
    dial_ = dial;
    dial->start(request_.url, request_.timeouts,
                [self = shared_from_this()](result<connected_stream> connected) {
                  self->on_connected(std::move(connected));
                });
  }

  void cancel() noexcept override { end(cut::cancelled, {}); }

 private:
  using header_parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;

  static constexpr std::size_t max_header = std::size_t{64} << 10;
  static constexpr int max_interim_responses = 16;

  void end(cut why, std::chrono::milliseconds limit) noexcept {
    if (!done_ || cut_ != cut::none) return;
    cut_ = why;
    limit_ = limit;
    if (auto dial = dial_.lock()) dial->cancel();
    close();
  }

  void close() noexcept {
    if (stream_) std::visit([](auto& stream) { close_socket(stream); }, *stream_);
  }

  void on_connected(result<connected_stream> connected) {
    if (!connected) {
      phase_ = connected.error().details().phase;
      if (cut_ != cut::none) return fail({});
      return finish(connected.error());
    }
    if (cut_ != cut::none) return fail({});
    stream_.emplace(std::move(*connected));
    write();
  }

  // -- request

  void write() {
    namespace http = boost::beast::http;
    phase_ = phase::request;
    message_.version(11);
    message_.method_string(request_.method);
    message_.target(request_.url.target);
    for (auto const& [name, value] : request_.headers) message_.insert(name, value);
    message_.erase(http::field::transfer_encoding);
    message_.erase(http::field::content_length);
    message_.set(http::field::host, request_.url.authority());
    message_.set(http::field::user_agent, environment_->user_agent);
    message_.set(http::field::connection, "close");
    message_.body() = std::move(request_.body);
    message_.prepare_payload();
    std::visit(
        [this](auto& stream) {
          http::async_write(
              stream, message_,
              [self = shared_from_this()](error_code ec, std::size_t) { self->on_written(ec); });
        },
        *stream_);
  }

  void on_written(error_code ec) {
    if (ec || cut_ != cut::none) return fail(ec);
    phase_ = phase::response;
    read_header();
  }

  // -- response

  void read_header() {
    watch_for_silence();
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(max_header));
    parser_->body_limit(boost::none);
    // What a HEAD is answered with announces a body that does not come.
    parser_->skip(request_.method == "HEAD");
    read(&tcp_http_exchange::on_header);
  }

  void read(void (tcp_http_exchange::*next)(error_code)) {
    std::visit(
        [this, next](auto& stream) {
          boost::beast::http::async_read_some(
              stream, buffer_, *parser_,
              [self = shared_from_this(), next](error_code ec, std::size_t) {
                ((*self).*next)(ec);
              });
        },
        *stream_);
  }

  void on_header(error_code ec) {
    if (ec || cut_ != cut::none) return fail(ec);
    if (!parser_->is_header_done()) return read(&tcp_http_exchange::on_header);
    auto const& head = parser_->get();
    response_.status = static_cast<int>(head.result_int());
    bool const is_interim = response_.status / 100 == 1 && response_.status != 101;
    if (is_interim && ++interim_responses_ <= max_interim_responses) return read_header();
    for (auto const& field : head) {
      response_.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    if (auto const length = parser_->content_length()) total_ = *length;
    if (!to_sink() && total_.value_or(0) > request_.max_body) return finish(too_large());
    next_part();
  }

  bool is_success() const noexcept { return response_.status / 100 == 2; }
  bool to_sink() const noexcept { return request_.sink && is_success(); }

  void next_part() {
    if (parser_->is_done()) return finish(std::move(response_));
    watch_for_silence();
    auto& body = parser_->get().body();
    body.data = part_.data();
    body.size = part_.size();
    body.more = true;
    read(&tcp_http_exchange::on_part);
  }

  void on_part(error_code ec) {
    if (ec == boost::beast::http::error::need_buffer) ec = {};
    if (ec || cut_ != cut::none) return fail(ec);
    std::string_view const part(part_.data(), part_.size() - parser_->get().body().size);
    received_ += part.size();
    if (to_sink()) {
      auto taken = part.empty() ? result<void>() : request_.sink(part);
      if (!taken) return finish(taken.error());
    } else {
      if (part.size() > request_.max_body - response_.body.size()) return finish(too_large());
      response_.body += part;
    }
    // Of a redirect or an error it would be the progress of something else.
    bool const is_told = request_.progress && is_success() && !part.empty();
    if (is_told) request_.progress(received_, total_);
    // Either may have called cancel.
    if (cut_ != cut::none) return fail({});
    next_part();
  }

  void watch_for_silence() {
    idle_.start(request_.idle,
                [self = shared_from_this()] { self->end(cut::timed_out, self->request_.idle); });
  }

  // -- the end

  error too_large() const {
    return error(errc::message_too_large, phase::response,
                 "the response is larger than " + std::to_string(request_.max_body) + " bytes");
  }

  void fail(error_code ec) { finish(explained(ec)); }

  error explained(error_code ec) const {
    if (cut_ == cut::cancelled) return aborted(phase_);
    auto const what = request_.method + " " + request_.url.redacted();
    if (cut_ == cut::timed_out) return error(errc::timeout, phase_, took_too_long(what, limit_));
    ec = normalized(ec);
    if (ec == boost::asio::error::eof) {
      return error(ec, phase_, what + ": the connection was closed before the response was whole");
    }
    if (is_not_http(ec)) {
      return error(errc::malformed_response, phase_,
                   what + ": the answer is not HTTP: " + ec.message());
    }
    return error(ec, phase_, what + " failed: " + ec.message());
  }

  static bool is_not_http(error_code ec) {
    auto const parser_error = make_error_code(boost::beast::http::error::bad_version);
    return ec.category() == parser_error.category();
  }

  void finish(result<http_response> outcome) {
    deadline_.stop();
    idle_.stop();
    close();
    if (auto const done = std::exchange(done_, nullptr)) done(std::move(outcome));
  }

  boost::asio::any_io_executor executor_;
  std::shared_ptr<link_environment const> environment_;
  http_request request_{};
  std::function<void(result<http_response>)> done_{};
  phase phase_ = phase::none;
  cut cut_ = cut::none;
  std::chrono::milliseconds limit_{};  // that was passed
  phase_timer deadline_;               // bounds everything
  phase_timer idle_;                   // bounds silence while reading
  std::weak_ptr<dialer> dial_{};
  std::optional<connected_stream> stream_{};
  boost::beast::http::request<boost::beast::http::string_body> message_{};
  boost::beast::flat_buffer buffer_{2 * max_header};
  std::optional<header_parser> parser_{};
  int interim_responses_ = 0;
  http_response response_{};
  std::array<char, 16384> part_;  // of the body, as it is read
  std::uint64_t received_ = 0;
  std::optional<std::uint64_t> total_{};
};

}  // namespace gladia::net::detail
