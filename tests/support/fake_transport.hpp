#pragma once

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gladia/api/detail/service.hpp>
#include <gladia/live/client.hpp>
#include <gladia/net/http_error.hpp>
#include <gladia/net/transport.hpp>

#undef far  // a macro of windows.h, which stands for nothing

/// A server without a socket: it counts every operation and fails at the one it is told to.
namespace gladia::test {

namespace asio = boost::asio;
namespace net = gladia::net;

/// What goes wrong.
struct failure {
  enum class kind {
    lost_link,    ///< a network error
    silence,      ///< nothing happens any more, until a time limit
    close_code,   ///< the link is closed with `code`; an HTTP call is answered with 503
    http_status,  ///< the call or handshake is answered with `code`; an open link is lost
    untrusted,    ///< the certificate is refused; an open link is lost
  };
  kind what = kind::lost_link;
  int code = 0;
};

/// The steps of a session as the far side sees them.
enum class operation { http, open, audio, keep_alive, stop, ping, acknowledge, goodbye };

/// Audio whose every sample of 16 bits is its own position.
inline std::string counted_audio(std::size_t first, std::size_t samples) {
  std::string audio;
  for (auto i = first; i < first + samples; ++i) {
    audio += static_cast<char>(i & 0xff);
    audio += static_cast<char>(i >> 8 & 0xff);
  }
  return audio;
}

/// What the far side does, and what it saw. Used by one session, on its strand; looked at when the
/// session is over.
struct far_side {
  // The script.
  int fail_at = 0;        ///< the operation that fails, from 1; 0: none
  int fail_again_at = 0;  ///< a later one that fails, too
  failure how{};
  bool fails_for_ever = false;  ///< whether all later ones fail too
  int close_after = 0;  ///< closes the first link with 1012 at so many audio messages; 0: never
  bool acknowledges = true;
  /// What is said in all of the audio, as the server sums it up; `{}` stands for nothing.
  std::string transcription = R"({"full_transcript":""})";
  bool sums_up = true;
  std::optional<double> audio_duration{};  ///< of the result, in seconds; unset: what was heard
  std::vector<std::string> last_words{};   ///< further messages behind the summing-up
  int goodbye = 1000;                      ///< what it closes with after the stop; 0: it does not
  std::string job = R"({"id":"job","url":"ws://127.0.0.1/v2/live?token=t"})";  ///< as it is created
  /// What the calls for the job say of it, one after the other; the last one for ever.
  std::vector<std::string> statuses{"done"};
  std::string job_result = "null";  ///< JSON
  /// What is said to the audio of these bytes instead of its acknowledgement, if set.
  std::function<std::vector<std::string>(std::uint64_t from, std::uint64_t to)> answer_to_audio{};
  std::function<void(operation, int)> on_operation{};  ///< hears of each one, before it is done

  // What it saw.
  int operations = 0;
  std::vector<operation> failed;       ///< as they were told to
  bool link_was_told_to_stop = false;  ///< the last one, however that went
  std::uint64_t heard_bytes = 0;       ///< repeated ones, too
  int http_calls = 0;
  std::size_t asked = 0;  ///< for the job, with success
  int links = 0;
  int stops = 0;
  int client_closes = 0;  ///< by `close`, with 1000
  int live_links = 0;
  std::vector<net::http_request> requests;
  std::vector<net::websocket_request> upgrades;
  std::uint64_t heard_to = 0;  ///< all samples before this one were heard
  bool has_gap = false;
  bool has_broken_frame = false;

  /// Counts an operation. Gives how it fails, if it does.
  std::optional<failure> count(operation what) {
    auto const number = ++operations;
    if (on_operation) on_operation(what, number);
    if (what == operation::open) link_was_told_to_stop = false;
    auto const fails = fail_at > 0 && (number == fail_at || number == fail_again_at ||
                                       (fails_for_ever && number > fail_at));
    if (!fails) return std::nullopt;
    failed.push_back(what);
    return how;
  }

  /// Whether the session was over before the last step that was to fail: how many messages its
  /// audio makes depends on how long it waited for a link.
  bool was_spared() const { return operations < std::max(fail_at, fail_again_at); }

  /// The server's result: what is said, and how much audio it is about, with what it heard twice.
  std::string result() const {
    auto const seconds = audio_duration.value_or(static_cast<double>(heard_bytes) / 32000);
    return R"({"metadata":{"audio_duration":)" + std::to_string(seconds) + R"(},"transcription":)" +
           transcription + "}";
  }

  /// The answer to a call that does not fail.
  net::http_response answer(std::string const& method) {
    if (method == "POST") return {201, {}, job};
    auto const& status = statuses.at(std::min(asked++, statuses.size() - 1));
    return {200, {}, R"({"id":"job","status":")" + status + R"(","result":)" + job_result + "}"};
  }

  /// Takes audio. Gives its first byte's position.
  std::uint64_t hear(std::string const& audio) {
    heard_bytes += audio.size();
    has_broken_frame = has_broken_frame || audio.size() % 2 != 0;
    auto sample = [&audio](std::size_t i) {
      return static_cast<std::uint64_t>(static_cast<unsigned char>(audio[i]) |
                                        static_cast<unsigned char>(audio[i + 1]) << 8);
    };
    auto const first = sample(0);
    has_gap = has_gap || first > heard_to;
    for (std::size_t i = 0; i + 1 < audio.size(); i += 2) {
      has_gap = has_gap || sample(i) != first + i / 2;
    }
    heard_to = std::max<std::uint64_t>(heard_to, first + audio.size() / 2);
    return first * 2;
  }
};

/// An acknowledgement of the bytes before `to`, or their refusal.
inline std::string acknowledgement(std::uint64_t from, std::uint64_t to, bool is_refusal = false) {
  return std::string(R"({"type":"audio_chunk","session_id":"job","acknowledged":)") +
         (is_refusal ? R"(false,"error":{"message":"no"})" : "true") +
         R"(,"data":{"byte_range":[)" + std::to_string(from) + "," + std::to_string(to) +
         R"(],"time_range":[0,1]}})";
}

inline gladia::error network_error(gladia::phase phase) {
  return gladia::error(asio::error::connection_reset, phase);
}
/// An error of another category than the network's, as OpenSSL's are.
inline gladia::error no_trust() {
  return gladia::error(gladia::error_code(1, boost::system::generic_category()),
                       gladia::phase::tls);
}
inline gladia::error time_out(gladia::phase phase) {
  return gladia::error(make_error_code(gladia::errc::timeout), phase);
}
inline gladia::error no_error_but_abort() {
  return gladia::error(asio::error::operation_aborted);
}

/// One exchange: its pending operation is a timer, so that destroying the context destroys it.
class fake_exchange final : public net::http_exchange,
                            public std::enable_shared_from_this<fake_exchange> {
 public:
  fake_exchange(asio::any_io_executor const& executor, std::shared_ptr<far_side> far)
      : far_(std::move(far)), timer_(executor) {}

  void start(net::http_request request,
             std::function<void(gladia::result<net::http_response>)> done) override {
    ++far_->http_calls;
    far_->requests.push_back(request);
    auto const fails = far_->count(operation::http);
    net::http_response response;
    auto delay = std::chrono::milliseconds(0);
    gladia::error error;
    if (!fails) {
      response = far_->answer(request.method);
    } else if (fails->what == failure::kind::lost_link) {
      error = network_error(gladia::phase::response);
    } else if (fails->what == failure::kind::untrusted) {
      error = no_trust();
    } else if (fails->what == failure::kind::silence) {
      error = time_out(gladia::phase::response);
      delay = request.deadline;
    } else {
      response.status = fails->what == failure::kind::http_status ? fails->code : 503;
    }
    timer_.expires_after(delay);
    timer_.async_wait([self = shared_from_this(), done = std::move(done), error = std::move(error),
                       response = std::move(response)](gladia::error_code ec) mutable {
      if (ec) return done(no_error_but_abort());
      if (error) return done(std::move(error));
      done(std::move(response));
    });
  }

  void cancel() noexcept override { timer_.cancel(); }

 private:
  std::shared_ptr<far_side> far_;
  asio::steady_timer timer_;
};

/// One link. Its pending operation, from `open` to its end, is a timer.
class fake_websocket final : public net::websocket,
                             public std::enable_shared_from_this<fake_websocket> {
 public:
  fake_websocket(asio::any_io_executor const& executor, std::shared_ptr<far_side> far)
      : executor_(executor), far_(std::move(far)), life_(executor), limit_(executor) {}

  void open(net::websocket_request request,
            std::shared_ptr<net::websocket_listener> listener) override {
    listener_ = std::move(listener);
    close_timeout_ = request.close_timeout;
    far_->upgrades.push_back(request);
    life_.expires_at(asio::steady_timer::time_point::max());
    life_.async_wait([self = shared_from_this()](gladia::error_code) {
      --self->far_->live_links;
      auto const listener_then = std::move(self->listener_);
      listener_then->on_closed(*self, std::move(self->end_));
    });
    ++far_->live_links;
    auto const fails = far_->count(operation::open);
    if (fails && fails->what == failure::kind::silence) {
      return end_after(request.timeouts.upgrade, {0, {}, time_out(gladia::phase::upgrade)});
    }
    if (fails && fails->what != failure::kind::close_code) {
      return end({0, {}, refusal(*fails)});
    }
    later([this, fails] {
      was_opened_ = true;
      ++far_->links;
      listener_->on_open(*this);
      if (fails) end({static_cast<std::uint16_t>(fails->code), "as told", {}});
    });
  }

  bool is_open() const noexcept override { return was_opened_ && !is_over_; }

  void write(asio::const_buffer bytes, bool is_binary) override {
    std::string const message(static_cast<char const*>(bytes.data()), bytes.size());
    if (is_over_ || is_mute_) return;
    auto const is_stop = !is_binary && message.find("stop_recording") != std::string::npos;
    far_->link_was_told_to_stop = far_->link_was_told_to_stop || is_stop;
    if (breaks(is_binary ? operation::audio : is_stop ? operation::stop : operation::keep_alive)) {
      return;
    }
    later([this] { listener_->on_written(*this); });
    if (is_binary) receive_audio(message);
    if (is_stop) receive_stop();
  }

  void ping() override {
    if (is_over_ || is_mute_ || breaks(operation::ping)) return;
    later([this] { listener_->on_activity(*this); });
  }

  net::outflow outgoing() const override { return {0, true}; }

  void close(std::uint16_t code) override {
    if (!was_opened_) return close_now();
    if (code == 1000) ++far_->client_closes;
    net::link_end closed{0, {}, no_error_but_abort()};
    if (is_mute_) return end_after(close_timeout_, std::move(closed));
    end(std::move(closed));
  }

  void close_now() noexcept override { end({0, {}, no_error_but_abort()}); }

 private:
  static gladia::error refusal(failure const& f) {
    if (f.what == failure::kind::untrusted) return no_trust();
    if (f.what != failure::kind::http_status) return network_error(gladia::phase::connect);
    return net::error_from_response({f.code, {}, {}}, gladia::phase::upgrade, "a handshake", {});
  }

  template <class Function>
  void later(Function function) {
    asio::post(executor_, [self = shared_from_this(), function = std::move(function)] {
      if (!self->is_over_ && !self->is_mute_) function();
    });
  }

  /// Counts an operation on the open link. Gives whether it went wrong.
  bool breaks(operation what) {
    auto const fails = far_->count(what);
    if (!fails) return is_over_;  // a test may have ended the link meanwhile
    switch (fails->what) {
      case failure::kind::silence:
        is_mute_ = true;
        break;
      case failure::kind::close_code:
        end({static_cast<std::uint16_t>(fails->code), "as told", {}});
        break;
      default:
        end({0, {}, network_error(gladia::phase::stream)});
    }
    return true;
  }

  void receive_audio(std::string const& message) {
    auto const from = far_->hear(message);
    if (far_->links == 1 && far_->close_after > 0 && ++audio_messages_ == far_->close_after) {
      return end({1012, "restarting", {}});
    }
    if (!far_->acknowledges) return;
    later([this, from, to = from + message.size()] {
      if (breaks(operation::acknowledge)) return;
      if (!far_->answer_to_audio) return say(acknowledgement(from, to));
      for (auto const& text : far_->answer_to_audio(from, to)) say(text);
    });
  }

  void receive_stop() {
    ++far_->stops;
    later([this] {
      if (breaks(operation::goodbye)) return;
      if (far_->sums_up) {
        say(R"({"type":"post_transcript","data":)" + far_->transcription + "}");
        say(R"({"type":"post_final_transcript","data":)" + far_->result() + "}");
      }
      for (auto const& text : far_->last_words) say(text);
      say(R"({"type":"end_session","session_id":"job"})");
      if (far_->goodbye != 0) end({static_cast<std::uint16_t>(far_->goodbye), "", {}});
    });
  }

  void say(std::string const& text) { listener_->on_message(*this, text); }

  void end(net::link_end how) noexcept {
    if (is_over_) return;
    is_over_ = true;
    end_ = std::move(how);
    limit_.cancel();
    life_.cancel();
  }

  void end_after(std::chrono::milliseconds time, net::link_end how) {
    limit_.expires_after(time);
    limit_.async_wait([self = shared_from_this(), how = std::move(how)](gladia::error_code ec) {
      if (!ec) self->end(how);
    });
  }

  asio::any_io_executor executor_;
  std::shared_ptr<far_side> far_;
  std::shared_ptr<net::websocket_listener> listener_;
  asio::steady_timer life_;
  asio::steady_timer limit_;
  std::chrono::milliseconds close_timeout_{0};
  net::link_end end_;
  int audio_messages_ = 0;
  bool was_opened_ = false;
  bool is_mute_ = false;  // as a far side that died
  bool is_over_ = false;
};

/// Makes links to one far side.
class fake_transport final : public net::transport {
 public:
  explicit fake_transport(std::shared_ptr<far_side> far) : far_(std::move(far)) {}

  std::shared_ptr<net::websocket> make_websocket(asio::any_io_executor const& executor) override {
    return std::make_shared<fake_websocket>(executor, far_);
  }
  std::shared_ptr<net::http_exchange> make_http_exchange(
      asio::any_io_executor const& executor) override {
    return std::make_shared<fake_exchange>(executor, far_);
  }

 private:
  std::shared_ptr<far_side> far_;
};

/// A client whose sessions talk to `far`.
inline gladia::live::client make_test_client(asio::any_io_executor executor,
                                             std::shared_ptr<far_side> far, std::string key = "key",
                                             gladia::logger log = {}) {
  gladia::api::detail::service service;
  service.executor = std::move(executor);
  service.transport = std::make_shared<fake_transport>(std::move(far));
  service.api = *net::parse_url("http://127.0.0.1");
  service.api_key = std::move(key);
  service.log = std::move(log);
  service.version_header = "test";
  net::http_client_options http;
  http.retry.backoff = {std::chrono::milliseconds(1), std::chrono::milliseconds(1)};
  service.http = std::make_shared<net::http_client>(service.transport, std::move(http));
  return gladia::live::client(
      std::make_shared<gladia::api::detail::service const>(std::move(service)));
}

}  // namespace gladia::test
