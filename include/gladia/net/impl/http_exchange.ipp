#pragma once

#include <gladia/net/http.hpp>

#include <boost/asio/write.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <gladia/net/detail/source_read.hpp>
#include <gladia/net/detail/standstill.hpp>
#include <gladia/net/impl/answer.ipp>
#include <gladia/net/impl/dialer.ipp>
#include <gladia/net/impl/send_queue.ipp>
#include <optional>
#include <vector>

namespace gladia::net::detail {

/// An exchange over TCP and TLS. The answer is read while the request is written, because a server
/// may refuse a request before it has read all of it.
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
  static constexpr std::size_t part_size = std::size_t{64} << 10;

  /// What became of the request.
  enum class sending { under_way, done, failed };

  void end(cut why, std::chrono::milliseconds limit) noexcept {
    if (!done_ || cut_ != cut::none) return;
    cut_ = why;
    limit_ = limit;
    if (auto dial = dial_.lock()) dial->cancel();
    close();
  }

  template <class F>
  auto with_stream(F f) {
    return std::visit(f, *stream_);
  }

  void close() noexcept {
    if (stream_) with_stream([](auto& stream) { close_socket(stream); });
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
    read_head();
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
    if (request_.source) return write_from_source();
    message_.body() = std::move(request_.body);
    message_.prepare_payload();
    with_stream([this](auto& stream) {
      http::async_write(stream, message_, [self = shared_from_this()](error_code ec, std::size_t) {
        self->on_written(ec);
      });
    });
  }

  void write_from_source() {
    namespace http = boost::beast::http;
    auto& source = *request_.source;
    if (source.begin) {
      if (auto begun = source.begin(); !begun) return fail_source(begun.error());
    }
    message_.content_length(source.size);
    head_writer_.emplace(message_);
    watch_sending();
    with_stream([this](auto& stream) {
      http::async_write_header(stream, *head_writer_,
                               [self = shared_from_this()](error_code ec, std::size_t) {
                                 ec ? self->on_written(ec) : self->write_part();
                               });
    });
  }

  void write_part() {
    if (!done_ || words_) return;
    // Perhaps no read is pending that would notice the end of the connection.
    if (cut_ != cut::none) return on_written(boost::asio::error::operation_aborted);
    auto const& source = *request_.source;
    if (sent_ == source.size) return on_written({});
    outgoing_.resize(part_size);
    auto const room = std::min<std::uint64_t>(source.size - sent_, outgoing_.size());
    auto const read = read_source(source, outgoing_.data(), static_cast<std::size_t>(room));
    if (!read) return fail_source(read.error());
    if (*read == 0) {
      return fail_source(error(errc::truncated_audio, phase_,
                               what() + ": the source ended after " + std::to_string(sent_) +
                                   " of " + std::to_string(source.size) + " bytes"));
    }
    with_stream([&](auto& stream) {
      boost::asio::async_write(stream, boost::asio::buffer(outgoing_.data(), *read),
                               [self = shared_from_this()](error_code ec, std::size_t size) {
                                 self->on_part_written(ec, size);
                               });
    });
  }

  void on_part_written(error_code ec, std::size_t size) {
    if (ec) return on_written(ec);
    sent_ += size;
    auto const& progress = request_.source->progress;
    if (progress && done_ && cut_ == cut::none) progress(sent_);
    write_part();
  }

  void watch_sending() {
    if (request_.send_idle <= phase_timer::no_limit) return;
    auto const tick = request_.send_idle / standstill::ticks;
    idle_.start(std::max(tick, std::chrono::milliseconds(1)),
                [self = shared_from_this()] { self->on_sending_tick(); });
  }

  void on_sending_tick() {
    if (standstill_.on_tick(left())) return end(cut::timed_out, request_.send_idle);
    watch_sending();
  }

  /// How many bytes have left this machine. Counted in bytes, because a slow link takes long for a
  /// part and yet does not stand still.
  std::uint64_t left() {
    return with_stream([](auto& stream) -> std::uint64_t {
      auto const& socket = boost::beast::get_lowest_layer(stream);
      return socket.written() -
             std::min<std::uint64_t>(unconfirmed_bytes(socket), socket.written());
    });
  }

  /// Posted, because `done` must not be called from within `start`.
  void fail_source(error e) {
    if (e.details().phase == phase::none) e.edit_details().phase = phase_;
    boost::asio::post(executor_, [self = shared_from_this(), e = std::move(e)]() mutable {
      self->finish(std::move(e));
    });
  }

  void on_written(error_code ec) {
    if (!done_) return;
    sending_ = ec ? sending::failed : sending::done;
    if (!ec) phase_ = phase::response;
    if (is_read_) return conclude();
    if (words_) return;
    if (!ec) return watch_for_silence();
    // The server's answer may still say why it reads no more.
    write_failure_ = ec;
    give_up_after(refusal_words::time_limit);
  }

  // -- response

  void read_head() {
    with_stream([this](auto& stream) {
      async_read_head(stream, answer_,
                      [self = shared_from_this()](error_code ec) { self->on_head(ec); });
    });
  }

  void on_head(error_code ec) {
    if (!done_) return;
    if (ec || cut_ != cut::none) return end_reading(ec);
    if (answer_.now() == response_head_reader::verdict::refused) {
      return finish(malformed(unreadable_head("the server", answer_)));
    }
    response_ = to_response(answer_.head());
    is_success() ? read_body() : read_words();
  }

  bool is_success() const noexcept { return response_.status / 100 == 2; }
  bool to_sink() const noexcept { return request_.sink && is_success(); }

  // A refusal: its status counts, whatever follows.

  void read_words() {
    words_ = std::make_unique<refusal_words>(answer_, request_.method);
    give_up_after(refusal_words::time_limit);
    if (words_->is_enough()) return on_words();
    with_stream([this](auto& stream) {
      async_read_words(stream, *words_,
                       [self = shared_from_this()](error_code) { self->on_words(); });
    });
  }

  void on_words() {
    if (cut_ == cut::cancelled) return fail({});
    response_.body = std::move(words_->text);
    response_.is_cut = words_->is_cut;
    finish(std::move(response_));
  }

  // A success: only a whole body counts.

  void read_body() {
    body_ = response_body(answer_.head(), request_.method);
    if (!to_sink() && body_.length().value_or(0) > request_.max_body) return finish(too_large());
    auto const rest = answer_.rest();
    part_.resize(std::max(part_size, rest.size()));
    std::copy(rest.begin(), rest.end(), part_.begin());
    take(rest.size());
  }

  void read_part() {
    if (sending_ == sending::done) watch_for_silence();
    with_stream([this](auto& stream) {
      stream.async_read_some(boost::asio::buffer(part_.data() + filled_, part_.size() - filled_),
                             [self = shared_from_this()](error_code ec, std::size_t size) {
                               self->on_part(ec, size);
                             });
    });
  }

  void on_part(error_code ec, std::size_t size) {
    if (!done_) return;
    bool const is_end = ec == boost::asio::error::eof && body_.ends_with_connection();
    if ((ec && !is_end) || cut_ != cut::none) return end_reading(ec);
    is_end ? deliver(true) : take(size);
  }

  /// `size` more bytes came after those that are kept for the next part.
  void take(std::size_t size) {
    filled_ += body_.decode(part_.data() + filled_, size);
    if (!body_.fault().empty()) {
      return finish(malformed("the server's answer is malformed: " + body_.fault()));
    }
    // Parts are large if the body comes fast, and never held back if it comes slowly.
    if (body_.is_whole() || filled_ == part_.size() || !has_more()) {
      return deliver(body_.is_whole());
    }
    read_part();
  }

  /// Whether bytes can be read at once.
  bool has_more() {
    return with_stream([](auto& stream) {
      error_code ec;
      return boost::beast::get_lowest_layer(stream).available(ec) > 0;
    });
  }

  void deliver(bool is_whole) {
    std::string_view const part(part_.data(), std::exchange(filled_, 0));
    received_ += part.size();
    if (to_sink()) {
      auto taken = part.empty() ? result<void>() : request_.sink(part);
      if (!taken) return finish(taken.error());
    } else {
      if (part.size() > request_.max_body - response_.body.size()) return finish(too_large());
      response_.body += part;
    }
    if (request_.progress && !part.empty()) request_.progress(received_, body_.length());
    // The sink or the progress function may have called `cancel`.
    if (cut_ != cut::none) return fail({});
    is_whole ? end_reading({}) : read_part();
  }

  void watch_for_silence() {
    idle_.start(request_.idle,
                [self = shared_from_this()] { self->end(cut::timed_out, self->request_.idle); });
  }

  /// Ends the pending operations after `limit`, without an error of its own.
  void give_up_after(std::chrono::milliseconds limit) {
    idle_.start(limit, [self = shared_from_this()] { self->close(); });
  }

  // -- the end

  /// Reading is over: the answer is whole, or `ec` says why not.
  void end_reading(error_code ec) {
    is_read_ = true;
    read_failure_ = ec;
    conclude();
  }

  /// Waits until writing is over, too: an answer or its lack means little before that.
  void conclude() {
    if (cut_ != cut::none) return fail({});
    if (sending_ == sending::under_way) return give_up_after(refusal_words::time_limit);
    if (read_failure_) return fail(write_failure_ ? write_failure_ : read_failure_);
    if (sending_ == sending::done) return finish(std::move(response_));
    finish(error(errc::malformed_response, phase_,
                 what() + ": the server answered HTTP " + std::to_string(response_.status) +
                     " before it had the whole request"));
  }

  error too_large() const {
    return error(errc::message_too_large, phase::response,
                 "the response is larger than " + std::to_string(request_.max_body) + " bytes");
  }

  void fail(error_code ec) { finish(explained(ec)); }

  std::string what() const { return request_.method + " " + request_.url.redacted(); }

  error malformed(std::string const& why) const {
    return error(errc::malformed_response, phase::response, what() + ": " + why);
  }

  error explained(error_code ec) const {
    if (cut_ == cut::cancelled) return aborted(phase_);
    if (cut_ == cut::timed_out) return error(errc::timeout, phase_, took_too_long(what(), limit_));
    ec = normalized(ec);
    if (ec == boost::asio::error::eof) {
      auto const may_want_tls = response_.status == 0 && !request_.url.is_secure();
      return error(ec, phase_,
                   what() + ": the connection was closed before the response was whole" +
                       (may_want_tls ? "; perhaps this port expects https" : ""));
    }
    return error(ec, phase_, what() + " failed: " + ec.message());
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
  std::chrono::milliseconds limit_{};  // the limit that was exceeded
  phase_timer deadline_;               // bounds everything
  phase_timer idle_;                   // bounds standstill, silence, and the rest of a refusal
  std::weak_ptr<dialer> dial_{};
  std::optional<connected_stream> stream_{};
  boost::beast::http::request<boost::beast::http::string_body> message_{};
  std::optional<boost::beast::http::request_serializer<boost::beast::http::string_body>>
      head_writer_{};             // for a request with a source
  std::vector<char> outgoing_{};  // the part of the source that is being written
  std::uint64_t sent_ = 0;        // bytes of the source
  standstill standstill_{};       // while the source is sent
  sending sending_ = sending::under_way;
  error_code write_failure_{};
  response_head_reader answer_{};
  http_response response_{};
  std::unique_ptr<refusal_words> words_{};
  response_body body_{};
  std::vector<char> part_{};  // of the body that is being read
  std::size_t filled_ = 0;    // bytes of `part_`
  std::uint64_t received_ = 0;
  bool is_read_ = false;  // reading is over
  error_code read_failure_{};
};

}  // namespace gladia::net::detail
