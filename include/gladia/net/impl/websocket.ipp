#pragma once

#include <gladia/net/websocket.hpp>

#include <boost/assert.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <gladia/detail/spare_buffer.hpp>
#include <gladia/detail/utf8.hpp>
#include <gladia/net/http_error.hpp>
#include <gladia/net/impl/dialer.ipp>
#include <gladia/net/impl/frame_stream.ipp>
#include <gladia/net/impl/send_queue.ipp>
#include <gladia/net/impl/upgrade_stream.ipp>

namespace gladia::net::detail {

/// A WebSocket over TCP and TLS: the only user of Beast's WebSocket.
///
/// Beast's own timeouts stay off: together with the timers here they would end an operation twice
/// (https://github.com/boostorg/beast/issues/1726). Any of several pending operations may hear of
/// the end first (https://github.com/boostorg/beast/issues/1729), so `on_closed` waits for all of
/// them.
class tcp_websocket final : public websocket, public std::enable_shared_from_this<tcp_websocket> {
 public:
  tcp_websocket(boost::asio::any_io_executor const& executor,
                std::shared_ptr<link_environment const> environment)
      : executor_(executor), environment_(std::move(environment)), timer_(executor) {}

  void open(websocket_request request, std::shared_ptr<websocket_listener> listener) override {
    BOOST_ASSERT(state_ == state::idle);
    state_ = state::connecting;
    request_ = std::move(request);
    listener_ = std::move(listener);
    begin(operation::dialing);
    if (auto sendable = check_headers(request_.headers); !sendable) {
      return boost::asio::post(
          executor_, [self = shared_from_this(), e = sendable.error()] { self->on_connected(e); });
    }
    auto dial = std::make_shared<dialer>(executor_, environment_);
    dial_ = dial;
    dial->start(request_.url, request_.timeouts,
                [self = shared_from_this()](result<connected_stream> connected) {
                  self->on_connected(std::move(connected));
                });
  }

  bool is_open() const noexcept override { return state_ == state::open; }

  void write(boost::asio::const_buffer message, bool is_binary) override {
    BOOST_ASSERT(is_open() && !is_pending(operation::writing));
    auto& copy = next_message();
    gladia::detail::take_buffer(copy, message.size());
    auto const* bytes = static_cast<char const*>(message.data());
    copy.insert(copy.end(), bytes, bytes + message.size());
    write_next_message(is_binary);
  }

  void write_next_message(bool is_binary) override {
    BOOST_ASSERT(is_open() && !is_pending(operation::writing));
    begin(operation::writing);
    with_stream([&](auto& stream) {
      stream.binary(is_binary);
      stream.async_write(boost::asio::buffer(next_message()), then(&tcp_websocket::on_written));
    });
  }

  void ping() override {
    if (state_ != state::open || is_pending(operation::pinging)) return;
    begin(operation::pinging);
    with_stream([&](auto& stream) { stream.async_ping({}, then(&tcp_websocket::on_pinged)); });
  }

  outflow outgoing() const override {
    auto const* socket = lowest_layer();
    if (socket == nullptr) return {};
    auto const waiting = unconfirmed_bytes(*socket);
    auto const left = socket->written() - std::min<std::uint64_t>(waiting, socket->written());
    return {left, !is_pending(operation::pinging) && left >= ping_end_};
  }

  void close(std::uint16_t code) override {
    if (state_ == state::connecting) return close_now();
    if (state_ != state::open) return;
    record(aborted(phase::stream));
    start_closing();
    begin(operation::closing);
    with_stream([&](auto& stream) {
      stream.async_close(boost::beast::websocket::close_reason(code),
                         then(&tcp_websocket::on_close_answered));
    });
  }

  void close_now() noexcept override {
    if (state_ == state::idle || state_ == state::ended) return;
    // A cancelled dialer reports the phase that it had reached.
    if (dial_.expired()) {
      record(aborted(state_ == state::connecting ? phase::upgrade : phase::stream));
    }
    drop();
  }

 private:
  template <class Next>
  using stream_over = boost::beast::websocket::stream<frame_stream<upgrade_stream<Next>>,
                                                      false>;  // no permessage-deflate

  enum class state { idle, connecting, open, closing, dropped, ended };
  enum class operation : unsigned {
    dialing = 1,
    upgrading = 2,
    reading = 4,
    writing = 8,
    pinging = 16,
    closing = 32
  };

  static constexpr std::size_t read_step = std::size_t{64} << 10;
  static constexpr std::size_t kept_read_buffer = std::size_t{1} << 20;

  // -- pending operations

  bool is_pending(operation o) const noexcept { return (pending_ & static_cast<unsigned>(o)) != 0; }
  void begin(operation o) noexcept { pending_ |= static_cast<unsigned>(o); }
  void end(operation o) noexcept { pending_ &= ~static_cast<unsigned>(o); }

  /// A handler that calls a member function, and keeps the link alive until then.
  struct continuation {
    std::shared_ptr<tcp_websocket> self;
    void (tcp_websocket::*next)(error_code);
    template <class... Ignored>
    void operator()(error_code ec, Ignored...) const {
      ((*self).*next)(ec);
    }
  };
  continuation then(void (tcp_websocket::*next)(error_code)) { return {shared_from_this(), next}; }

  template <class F>
  void with_stream(F f) {
    if (plain_) {
      f(*plain_);
    } else if (tls_) {
      f(*tls_);
    }
  }

  plain_stream const* lowest_layer() const noexcept {
    if (plain_) return &boost::beast::get_lowest_layer(*plain_);
    return tls_ ? &boost::beast::get_lowest_layer(*tls_) : nullptr;
  }

  // -- opening

  void on_connected(result<connected_stream> connected) {
    end(operation::dialing);
    dial_.reset();
    if (!connected) {
      record(connected.error());
      drop();
    }
    if (state_ != state::connecting) return settle();
    if (auto* plain = std::get_if<plain_stream>(&*connected)) {
      plain_.emplace(std::move(*plain));
    } else {
      tls_.emplace(std::move(std::get<tls_stream>(*connected)));
    }
    with_stream([this](auto& stream) {
      constexpr std::size_t messages = 5;  // half a second of audio
      keep_little_unsent(boost::beast::get_lowest_layer(stream), messages * request_.usual_message);
    });
    upgrade();
  }

  void upgrade() {
    timer_.start(request_.timeouts.upgrade, [self = shared_from_this()] {
      self->record(error(errc::timeout, phase::upgrade,
                         took_too_long("the WebSocket handshake with " + self->request_.url.host,
                                       self->request_.timeouts.upgrade)));
      self->drop();
    });
    begin(operation::upgrading);
    with_stream([this](auto& stream) {
      configure(stream);
      stream.next_layer().offer(request_.headers);
      stream.async_handshake(request_.url.authority(), request_.url.target,
                             then(&tcp_websocket::on_upgraded));
    });
  }

  template <class Stream>
  void configure(Stream& stream) {
    using boost::beast::websocket::frame_type;
    using boost::beast::websocket::request_type;
    using boost::beast::websocket::stream_base;
    stream.set_option(stream_base::timeout{stream_base::none(), stream_base::none(), false});
    // One message is one frame. By default Beast cuts messages at 4096 bytes.
    stream.auto_fragment(false);
    constexpr std::size_t page = 4096, largest = std::size_t{64} << 10, frame_header = 14;
    auto const usual = std::min(request_.usual_message, largest) + frame_header;
    stream.write_buffer_bytes(std::min((usual + page - 1) / page * page, largest));
    stream.read_message_max(request_.max_message);
    stream.set_option(stream_base::decorator([this](request_type& upgrade) {
      for (auto const& [name, value] : request_.headers) upgrade.set(name, value);
      upgrade.set(boost::beast::http::field::user_agent, environment_->user_agent);
      // Older versions of Beast write the value in lower case, which some servers refuse.
      upgrade.set(boost::beast::http::field::connection, "Upgrade");
    }));
    stream.control_callback([this](frame_type kind, auto) { on_control(kind); });
    read_buffer_.max_size(request_.max_message);
  }

  void on_upgraded(error_code ec) {
    end(operation::upgrading);
    timer_.stop();
    if (ec == boost::beast::websocket::error::upgrade_declined && state_ == state::connecting) {
      return read_refusal();
    }
    if (ec) {
      record(upgrade_error(ec));
      drop();
    }
    if (state_ != state::connecting) return settle();
    state_ = state::open;
    hold_failed_writes(close_timeout());
    read();
    listener_->on_open(*this);
  }

  /// Reads the text of a refusal. Its status counts, whatever follows.
  void read_refusal() {
    with_stream([this](auto& stream) {
      auto& below = stream.next_layer();
      auto const& head = below.pending()->answer.head();
      if (is_redirect(head.status)) return on_redirected(head);
      refusal_ = std::make_unique<refusal_words>(below.pending()->answer, "GET");
      begin(operation::upgrading);
      if (refusal_->is_enough()) return on_refused({});
      timer_.start(refusal_words::time_limit, [self = shared_from_this()] {
        self->with_stream([](auto& late) { close_socket(late); });
      });
      async_read_words(below.next_layer(), *refusal_, then(&tcp_websocket::on_refused));
    });
  }

  void on_refused(error_code) {
    end(operation::upgrading);
    with_stream([this](auto& stream) {
      auto response = to_response(stream.next_layer().pending()->answer.head());
      response.body = std::move(refusal_->text);
      response.is_cut = refusal_->is_cut;
      record(error_from_response(response, phase::upgrade,
                                 "the WebSocket handshake with " + request_.url.host,
                                 std::chrono::system_clock::now(), request_.read_refusal));
    });
    drop();
    settle();
  }

  void on_redirected(response_head const& head) {
    auto const refuse = [&](std::string const& why) {
      error_details details;
      details.phase = phase::upgrade;
      details.http_status = head.status;
      details.message =
          "the WebSocket handshake with " + request_.url.host + " was redirected " + why;
      record(error(make_error_code(errc::bad_redirect), std::move(details)));
    };
    auto const* location = find_header(head.headers, "location");
    auto target = resolve_url(request_.url, location ? *location : std::string());
    if (location == nullptr) {
      refuse("without a Location");
    } else if (!target) {
      refuse("wrongly: " + target.error().details().message);
    } else {
      auto where = *target;
      where.target.erase(std::min(where.target.find('?'), where.target.size()));
      refuse("to " + where.reveal());
      if (target->origin() == request_.url.origin()) {
        target->scheme = request_.url.scheme;  // `https` and `wss` are one
        redirect_ = std::move(*target);
      }
    }
    drop();
    settle();
  }

  error upgrade_error(error_code ec) {
    auto const what = "the WebSocket handshake with " + request_.url.host + " failed: ";
    error explained;
    with_stream([&](auto& stream) {
      auto const* asked = stream.next_layer().pending();
      if (asked == nullptr) return;
      if (asked->answer.now() == response_head_reader::verdict::refused) {
        explained = error(errc::malformed_response, phase::upgrade,
                          what + unreadable_head("the server", asked->answer));
      } else if (asked->fault) {
        explained =
            error(asked->fault.code(), phase::upgrade, what + asked->fault.details().message);
      } else if (asked->write_failure) {
        ec = asked->write_failure;
      }
    });
    if (explained) return explained;
    ec = normalized(ec);
    auto const& category = ec.category();
    bool const is_nonsense =
        category == make_error_code(boost::beast::websocket::error::closed).category() ||
        category == make_error_code(boost::beast::http::error::bad_version).category();
    return error(is_nonsense ? make_error_code(errc::malformed_response) : ec, phase::upgrade,
                 what + ec.message());
  }

  // -- reading

  void read() {
    begin(operation::reading);
    with_stream([this](auto& stream) {
      stream.async_read_some(read_buffer_, read_step, then(&tcp_websocket::on_read));
    });
  }

  void on_read(error_code ec) {
    end(operation::reading);
    if (ec) return on_lost(ec);
    if (is_live()) listener_->on_activity(*this);
    bool is_whole = false;
    with_stream([&](auto& stream) { is_whole = stream.is_message_done(); });
    if (is_whole) deliver();
    if (is_live()) read();
    settle();
  }

  void deliver() {
    auto const data = read_buffer_.cdata();
    std::string_view const text(static_cast<char const*>(data.data()), data.size());
    if (state_ == state::open) {
      // To Beast the message is binary, so Beast did not check UTF-8.
      gladia::detail::is_utf8(text)
          ? listener_->on_message(*this, text)
          : listener_->on_message(*this, gladia::detail::mended_utf8(text));
    }
    read_buffer_.consume(read_buffer_.size());
    // The buffer never shrinks by itself.
    if (read_buffer_.capacity() > kept_read_buffer) {
      read_buffer_ = boost::beast::flat_buffer(request_.max_message);
    }
  }

  /// Called by Beast within a read.
  void on_control(boost::beast::websocket::frame_type kind) {
    if (kind == boost::beast::websocket::frame_type::close) {
      keep_close_reason();
      hold_failed_writes(phase_timer::no_limit);
      // Beast answers the close frame; the timer ends the wait for a peer that does not read.
      if (state_ == state::open) start_closing();
    }
    if (is_live()) listener_->on_activity(*this);
  }

  // -- writing

  void on_written(error_code ec) {
    end(operation::writing);
    gladia::detail::give_back_buffer(next_message());
    if (ec) return on_lost(ec);
    if (state_ == state::open) listener_->on_written(*this);
    settle();
  }

  void on_pinged(error_code ec) {
    end(operation::pinging);
    if (ec) return on_lost(ec);
    ping_end_ = lowest_layer()->written();
    settle();
  }

  // -- the end

  bool is_live() const noexcept { return state_ == state::open || state_ == state::closing; }

  void start_closing() {
    state_ = state::closing;
    timer_.start(close_timeout(), [self = shared_from_this()] { self->drop(); });
  }

  std::chrono::milliseconds close_timeout() const {
    return std::max(request_.close_timeout, std::chrono::milliseconds(1));
  }

  void hold_failed_writes(std::chrono::milliseconds limit) {
    with_stream(
        [limit](auto& stream) { boost::beast::get_lowest_layer(stream).hold_failures(limit); });
  }

  void on_close_answered(error_code ec) {
    end(operation::closing);
    // Beast has read the server's close frame itself if no read was pending here.
    if (!ec) keep_close_reason();
    drop();
    settle();
  }

  void keep_close_reason() {
    if (close_code_ != 0) return;
    with_stream([this](auto& stream) {
      auto closed = stream.next_layer().frames().closed();
      if (!closed) return;
      close_code_ = closed->code;
      close_reason_ = std::move(closed->reason);
    });
  }

  /// Whether reading ended before the close frame that the filter has seen. Messages before that
  /// frame were then not read, so the server's good end does not count.
  static bool is_before_close(error_code ec) noexcept {
    using boost::beast::websocket::error;
    return ec.category() == make_error_code(error::closed).category() && ec != error::closed &&
           ec != error::bad_close_code && ec != error::bad_close_size &&
           ec != error::bad_close_payload;
  }

  void on_lost(error_code ec) {
    using boost::beast::websocket::error;
    if (!is_before_close(ec)) keep_close_reason();
    bool const is_too_large = ec == error::message_too_big || ec == error::buffer_overflow;
    if (is_too_large) {
      record(gladia::error(
          errc::message_too_large, phase::stream,
          "a message is larger than " + std::to_string(request_.max_message) + " bytes"));
    } else if (ec != boost::asio::error::operation_aborted) {
      ec = normalized(ec);
      record(gladia::error(ec, phase::stream, "the link was lost: " + ec.message()));
    }
    drop();
    settle();
  }

  /// Keeps the first error.
  void record(error e) {
    if (!error_) error_ = std::move(e);
  }

  /// Ends all pending operations.
  void drop() noexcept {
    if (state_ == state::ended) return;
    state_ = state::dropped;
    timer_.stop();
    if (auto dial = dial_.lock()) dial->cancel();
    hold_failed_writes(phase_timer::no_limit);
    with_stream([](auto& stream) { close_socket(stream); });
  }

  void settle() {
    if (state_ != state::dropped || pending_ != 0) return;
    state_ = state::ended;
    link_end end;
    end.close_code = close_code_;
    end.reason = std::move(close_reason_);
    // A peer that closes often resets the connection next
    // (https://github.com/boostorg/beast/issues/1209): then its code counts, not the error.
    if (close_code_ == 0) {
      end.error = error_ ? std::move(error_) : error(boost::asio::error::eof, phase::stream);
      end.redirect = std::move(redirect_);
    }
    auto const listener = std::exchange(listener_, nullptr);
    listener->on_closed(*this, std::move(end));
  }

  boost::asio::any_io_executor executor_;
  std::shared_ptr<link_environment const> environment_;
  websocket_request request_{};
  std::shared_ptr<websocket_listener> listener_{};  // from `open` until `on_closed`
  state state_ = state::idle;
  unsigned pending_ = 0;  // number of operations
  phase_timer timer_;     // bounds the handshake, then the close
  std::weak_ptr<dialer> dial_{};
  std::optional<stream_over<plain_stream>> plain_{};
  std::optional<stream_over<tls_stream>> tls_{};
  std::unique_ptr<refusal_words> refusal_{};
  std::optional<url> redirect_{};
  boost::beast::flat_buffer read_buffer_{};
  std::uint64_t ping_end_ = 0;    // offset of the last ping's end in the written bytes
  std::uint16_t close_code_ = 0;  // of the server's close frame
  std::string close_reason_{};
  error error_{};  // the first one
};

}  // namespace gladia::net::detail
