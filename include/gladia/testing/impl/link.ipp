#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gladia/testing/impl/byte_stream.ipp>
#include <gladia/testing/impl/frame.ipp>
#include <gladia/testing/impl/session.ipp>

namespace gladia::testing::detail {

/// A WebSocket connection of a session, after the handshake. Its pending operations keep it alive.
class link final : public session_link, public std::enable_shared_from_this<link> {
 public:
  link(byte_stream stream, std::shared_ptr<shared_state> shared,
       std::shared_ptr<detail::session> session)
      : stream_(std::move(stream)),
        shared_(std::move(shared)),
        session_(std::move(session)),
        pause_(stream_.get_executor()),
        limit_(stream_.get_executor()) {
    ++shared_->open_links;
  }
  link(link const&) = delete;
  link& operator=(link const&) = delete;
  ~link() override { --shared_->open_links; }

  /// \param early The bytes that came after the handshake.
  void start(std::string_view early) {
    number_ = session_->connection_count();
    session_->attach(shared_from_this());
    take(early);
    read();
  }

  void send(injection::kind what, std::string payload) override {
    ++report().messages_sent;
    switch (what) {
      case injection::kind::text:
        return write(make_frame(opcode::text, payload));
      case injection::kind::binary:
        return write(make_frame(opcode::binary, payload));
      case injection::kind::ping:
        return write(make_frame(opcode::ping, payload));
      case injection::kind::raw_bytes:
        return write(std::move(payload));
    }
  }

  void end(ending how, std::uint16_t code, std::string reason) override {
    if (state_ == state::closing || state_ == state::ended) return;
    if (how == ending::reset) return abandon();
    state_ = state::closing;
    if (how == ending::fin) {
      waiting_.clear();
      stream_.finish_tcp();
    } else {
      server_close_code_ = code;
      write(make_close(code, reason));
    }
    expire_after(close_limit);
  }

  void end_after_pong(ending how, std::uint16_t code, std::string reason) override {
    if (state_ != state::open) return;
    state_ = state::awaiting_pong;
    then_ = {how, code, std::move(reason)};
    write(make_frame(opcode::ping, cut_ping));
    expire_after(pong_limit);
  }

 private:
  enum class state { open, awaiting_pong, closing, ended };

  static constexpr auto close_limit = std::chrono::seconds(2);
  static constexpr auto pong_limit = std::chrono::seconds(5);
  static constexpr char const* cut_ping = "cut";

  struct planned_end {
    ending how = ending::reset;
    std::uint16_t code = 0;
    std::string reason{};
  };

  connection_report& report() { return session_->connection(number_); }
  faults const& plan() { return session_->faults().plan; }

  // Reading.

  void read() {
    if (state_ == state::ended || is_reading_) return;
    auto const stop = plan().stop_reading_after;
    if (state_ == state::open && stop > 0 && report().bytes >= stop) return;
    is_reading_ = true;
    buffer_.resize(std::max<std::size_t>(1, plan().read_size));
    stream_.async_read_some(asio::buffer(buffer_),
                            [self = shared_from_this()](error_code ec, std::size_t size) {
                              self->is_reading_ = false;
                              self->on_read(ec, size);
                            });
  }

  void on_read(error_code ec, std::size_t size) {
    if (state_ == state::ended) return;
    if (ec) return lost();
    take({buffer_.data(), size});
    if (state_ == state::ended) return;
    if (plan().read_delay.count() == 0) return read();
    pause_.expires_after(plan().read_delay);
    pause_.async_wait([self = shared_from_this()](error_code) { self->read(); });
  }

  void take(std::string_view bytes) {
    parser_.feed(bytes);
    frame next;
    while (state_ != state::ended) {
      auto const status = parser_.next(next);
      if (status == frame_parser::status::incomplete) return;
      if (status == frame_parser::status::complete) {
        on_frame(next);
      } else if (status == frame_parser::status::too_large) {
        if (state_ == state::open) session_->on_too_large();
      } else {
        return refuse();
      }
    }
  }

  void refuse() {
    parser_ = {};
    if (state_ != state::open) return;
    session_->detach(this, 0);
    end(ending::close, 1002, "Protocol error");
    finish_when_written();
  }

  void on_frame(frame& f) {
    switch (f.code) {
      case opcode::ping:
        return on_ping(f.payload);
      case opcode::pong:
        return on_pong(f.payload);
      case opcode::close:
        return on_close(f.payload);
      default:
        return on_data(f);
    }
  }

  void on_ping(std::string const& payload) {
    ++report().pings;
    if (state_ == state::open && !plan().ignore_pings) write(make_frame(opcode::pong, payload));
  }

  void on_pong(std::string const& payload) {
    if (state_ != state::awaiting_pong || payload != cut_ping) return;
    state_ = state::open;
    end(then_.how, then_.code, std::move(then_.reason));
  }

  void on_close(std::string const& payload) {
    auto const* bytes = reinterpret_cast<unsigned char const*>(payload.data());
    auto const code = payload.size() < 2 ? 1005 : bytes[0] << 8 | bytes[1];
    report().client_close_code = static_cast<std::uint16_t>(code);
    if (state_ == state::closing) return finish_when_written();
    if (plan().ignore_close) return;
    session_->detach(this, report().client_close_code);
    state_ = state::closing;
    server_close_code_ = report().client_close_code;
    write(make_close(server_close_code_, ""));
    expire_after(close_limit);
    finish_when_written();
  }

  void on_data(frame& f) {
    if (state_ != state::open) return;  // cut: the client has to send it again
    auto& counts = report();
    counts.largest_frame = std::max(counts.largest_frame, f.payload.size());
    if (f.code == opcode::text) ++counts.text_frames;
    if (f.code == opcode::binary) ++counts.binary_frames;
    if (!f.is_last || f.code == opcode::continuation) ++counts.fragments;
    if (f.code != opcode::continuation) {
      kind_ = f.code;
      message_.clear();
    }
    message_.append(f.payload);
    if (message_.size() > frame_parser::max_payload) return session_->on_too_large();
    if (!f.is_last) return;
    if (kind_ == opcode::text) {
      session_->on_text(message_);
    } else {
      session_->on_binary(message_);
    }
  }

  // Writing.

  void write(std::string bytes) {
    if (state_ == state::ended) return;
    waiting_.push_back(std::move(bytes));
    if (!is_writing_) write_next();
  }

  void write_next() {
    if (waiting_.empty() || state_ == state::ended) return;
    is_writing_ = true;
    writing_.clear();
    for (auto& bytes : waiting_) writing_ += bytes;
    waiting_.clear();
    asio::async_write(stream_, asio::buffer(writing_),
                      [self = shared_from_this()](error_code ec, std::size_t) {
                        self->is_writing_ = false;
                        if (self->state_ == state::ended) return;
                        if (ec) return self->lost();
                        self->write_next();
                        if (self->is_finishing_) self->finish_when_written();
                      });
  }

  // Ending.

  void finish_when_written() {
    is_finishing_ = true;
    if (!is_writing_ && waiting_.empty()) finish();
  }

  // Both close frames were exchanged: ends the connection in order.
  void finish() {
    if (is_finished_) return;
    is_finished_ = true;
    stream_.async_finish([self = shared_from_this()](error_code) {
      if (self->state_ == state::ended) return;
      self->finish_and_wait();
    });
  }

  // Closing a socket with unread bytes would reset it, so this waits for the client's end.
  void finish_and_wait() {
    stream_.finish_tcp();
    read();
  }

  void lost() {
    session_->detach(this, report().client_close_code);
    report().server_close_code = server_close_code_;
    state_ = state::ended;
    pause_.cancel();
    limit_.cancel();
    stream_.close();
  }

  void abandon() {
    state_ = state::ended;
    pause_.cancel();
    limit_.cancel();
    stream_.reset();
  }

  void expire_after(std::chrono::steady_clock::duration time) {
    report().server_close_code = server_close_code_;
    limit_.expires_after(time);
    limit_.async_wait([self = shared_from_this()](error_code ec) {
      if (!ec && self->state_ != state::ended) self->lost();
    });
  }

  byte_stream stream_;
  std::shared_ptr<shared_state> shared_;
  std::shared_ptr<detail::session> session_;
  std::size_t number_ = 0;
  state state_ = state::open;
  planned_end then_{};
  std::uint16_t server_close_code_ = 0;

  frame_parser parser_{};
  std::vector<char> buffer_{};
  bool is_reading_ = false;
  opcode kind_ = opcode::binary;
  std::string message_{};

  std::deque<std::string> waiting_{};
  std::string writing_{};
  bool is_writing_ = false;
  bool is_finishing_ = false;
  bool is_finished_ = false;

  asio::steady_timer pause_;
  asio::steady_timer limit_;
};

}  // namespace gladia::testing::detail
