// A server that takes the media streams of a phone provider: one session for each call, whose words
// are printed with the call's id. When the caller begins to speak, it tells the provider to stop
// what is being played (barge-in).
//
//   telephony --port 8081
//   telephony --host 0.0.0.0 --port 8081 --max-calls 100 --language en
//
// Without a provider, `phone_call` calls it.
//
// It speaks the protocol of Twilio's Media Streams, as Fonoster does too: JSON with 8 kHz µ-law in
// Base64. A provider sends, and gets back when the caller begins to speak:
//
//   {"event": "start", "streamSid": "MZ1", "start": {"callSid": "CA1",
//    "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}}}
//   {"event": "media", "media": {"track": "inbound", "timestamp": "20", "payload": "//7+/v8="}}
//   {"event": "stop"}
//   {"event": "clear", "streamSid": "MZ1"}
//
// Let the provider reach it through a proxy that ends TLS and checks the provider's
// signature: whoever reaches the port can start sessions.
//
// Not handled, but near: Telnyx (`stream_id`, `media_format`, and messages that may overtake each
// other), Plivo (`streamId`, `clearAudio`), Exotel (16-bit PCM) and Vonage (16-bit PCM in binary
// messages). `on_start`, `on_media` and `clear_playback` are what to change for them.

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <support/command_line.hpp>
#include <support/interrupts.hpp>
#include <support/listener.hpp>
#include <support/service.hpp>
#include <support/session_text.hpp>
#include <support/terminal.hpp>
#include <vector>

namespace asio = boost::asio;
namespace live = gladia::live;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using gladia::error_code;
using nlohmann::json;

namespace {

struct settings {
  examples::service service;
  std::string host = "127.0.0.1";
  std::uint16_t port = 8081;
  std::size_t max_calls = 30;
  std::vector<std::string> languages;
};

/// How long a provider may say nothing that should say something.
constexpr std::chrono::seconds provider_time_limit{10};

/// What stands there in a message, or null: a stranger's JSON may have any shape.
json const& at(json const& message, std::initializer_list<char const*> path) {
  static json const nothing;
  auto const* found = &message;
  for (auto const* name : path) {
    auto const next = found->find(name);
    if (next == found->end()) return nothing;
    found = &*next;
  }
  return *found;
}
std::string text_at(json const& message, std::initializer_list<char const*> path) {
  auto const& found = at(message, path);
  return found.is_string() ? found.get<std::string>() : std::string();
}

/// A phone call: the provider's WebSocket on one side, a session on the other. The operations that
/// are pending keep it alive. All of it runs on one thread.
class call : public std::enable_shared_from_this<call> {
 public:
  using over = std::function<void(std::shared_ptr<call> const&)>;

  /// \param on_over  called once both sides have ended
  call(tcp::socket socket, gladia::client const& client, settings const& s,
       examples::terminal& terminal, over on_over)
      : provider_(std::move(socket)),
        timer_(provider_.get_executor()),
        client_(client),
        settings_(s),
        terminal_(terminal),
        on_over_(std::move(on_over)) {}

  void start(bool has_line) {
    // Pings notice a provider that is gone.
    provider_.set_option(
        websocket::stream_base::timeout{provider_time_limit, 3 * provider_time_limit, true});
    provider_.read_message_max(64 * 1024);
    provider_.async_accept([self = shared_from_this(), has_line](error_code ec) {
      if (ec) return self->on_hung_up();
      if (has_line) return self->read();
      self->hang_up({websocket::close_code::try_again_later, "all lines are busy"});
    });
    timer_.expires_after(provider_time_limit);
    timer_.async_wait([self = shared_from_this()](error_code ec) {
      bool const is_waiting = !self->session_ && !self->is_hanging_up_;
      if (!ec && is_waiting) self->refuse("no start came");
    });
  }

  /// Ends it in order: the last words still come.
  void stop() {
    if (session_) return session_->stop();
    hang_up(websocket::close_code::going_away);
  }
  void give_up() {
    if (session_) session_->cancel();
    drop();
  }

 private:
  void read() {
    provider_.async_read(incoming_, [self = shared_from_this()](error_code ec, std::size_t) {
      if (ec == websocket::error::message_too_big) self->complain("a message of more than 64 KiB");
      if (ec) return self->on_hung_up();
      auto const text = boost::beast::buffers_to_string(self->incoming_.data());
      self->incoming_.clear();
      auto const fault = self->take(text);
      if (!fault.empty()) self->refuse(fault);
      if (!self->is_hanging_up_) self->read();
    });
  }

  /// Takes a message of the provider. Says what is wrong with it, if anything.
  std::string take(std::string const& text) {
    auto const message = json::parse(text, nullptr, false);
    auto const event = text_at(message, {"event"});
    if (event.empty()) return "a message is no JSON object with an event";
    if (event == "start") return on_start(message);
    if (event == "media") return on_media(message);
    if (event == "stop") stop();
    if (event == "dtmf") say("key " + text_at(message, {"dtmf", "digit"}));
    return {};  // all others mean nothing here: `connected`, `mark`, and those to come
  }

  std::string on_start(json const& message) {
    if (session_) return "a second start";
    id_ = text_at(message, {"start", "callSid"});
    stream_ = text_at(message, {"streamSid"});
    if (id_.empty() || stream_.empty()) return "a start without callSid or streamSid";
    auto const& format = at(message, {"start", "mediaFormat"});
    if (at(format, {"encoding"}) != "audio/x-mulaw" || at(format, {"sampleRate"}) != 8000 ||
        at(format, {"channels"}) != 1) {
      return "a start with another mediaFormat than audio/x-mulaw, 8000 Hz, 1 channel";
    }
    gladia::live_request request;
    request.audio = {gladia::audio_encoding::ulaw, 8, 8000, 1};
    request.language_config.languages.assign(settings_.languages.begin(),
                                             settings_.languages.end());
    live::session_options options;
    options.overflow = live::overflow_policy::drop_oldest;  // the caller will not wait
    session_.emplace(client_.live().session(request, options));
    timer_.cancel();
    say("call");
    receive();
    session_->async_run(asio::detached);  // its last event tells how it ended
    return {};
  }

  std::string on_media(json const& message) {
    if (!session_) return "media before start";
    if (text_at(message, {"media", "track"}) == "outbound") return {};  // what is played to them
    auto const payload = text_at(message, {"media", "payload"});
    if (payload.empty()) return "media without a payload";
    auto const audio = gladia::decode_base64(payload);
    if (!audio) return "media.payload is " + audio.error().details().message;
    (void)session_->try_send(asio::buffer(*audio));  // in vain once the session is stopped
    return {};
  }

  void receive() {
    session_->async_receive([self = shared_from_this()](gladia::result<live::event> event) {
      if (!event) {
        // A session that is given up aborts this wait, and still has its last event.
        if (event.error() != gladia::errc::session_ended) self->receive();
        return;
      }
      std::visit(gladia::overloaded{[&](gladia::transcript const& t) {
                                      if (t.data.is_final) self->say(t.data.utterance);
                                    },
                                    [&](gladia::speech_start const&) { self->clear_playback(); },
                                    [&](live::audio_dropped const&) { self->say("(lost audio)"); },
                                    [&](live::disconnected const& d) {
                                      if (d.will_retry)
                                        self->say("(reconnecting: " + d.error.what() + ")");
                                    },
                                    [&](live::ended const& e) { self->on_end(e.summary); },
                                    [](auto const&) {}},
                 *event);
      self->receive();
    });
  }

  void on_end(live::summary const& end) {
    if (end.error) complain(settings_.service.explain(end.error));
    say(std::string("over: ") + to_string(end.verdict));
    is_session_over_ = true;
    hang_up(end.error ? websocket::close_code::internal_error : websocket::close_code::normal);
    end_if_over();
  }

  /// Barge-in. What was being written already will do.
  void clear_playback() {
    if (is_hanging_up_ || !outgoing_.empty()) return;
    outgoing_ = json({{"event", "clear"}, {"streamSid", stream_}}).dump();
    provider_.async_write(asio::buffer(outgoing_),
                          [self = shared_from_this()](error_code, std::size_t) {
                            self->outgoing_.clear();  // that the link is lost, `read` hears
                          });
  }

  /// Ends this call, and no other, because of what its provider did.
  void refuse(std::string const& fault) {
    complain(fault);
    if (session_) session_->stop();
    hang_up({websocket::close_code::policy_error, fault.substr(0, 123)});  // a frame holds no more
  }

  void hang_up(websocket::close_reason const& why) {
    if (std::exchange(is_hanging_up_, true)) return;
    if (!provider_.is_open()) return drop();
    provider_.async_close(why, [self = shared_from_this()](error_code) { self->on_hung_up(); });
  }
  void drop() {
    error_code ignored;
    boost::beast::get_lowest_layer(provider_).close(ignored);
  }

  void on_hung_up() {
    is_hanging_up_ = true;
    is_provider_gone_ = true;
    timer_.cancel();
    if (session_) session_->stop();
    end_if_over();
  }

  void end_if_over() {
    bool const is_over = is_provider_gone_ && (!session_ || is_session_over_);
    if (!is_over || !on_over_) return;
    std::exchange(on_over_, nullptr)(shared_from_this());
  }

  void say(std::string const& text) {
    terminal_.line('[' + id_ + "] " + text);
    if (session_ && !terminal_.is_good()) session_->stop();  // nobody reads its words
  }
  void say(gladia::transcript_utterance const& said) {
    say(examples::clock_text(said.start) + examples::after_space(said.text));
  }
  void complain(std::string const& fault) const {
    auto const who = id_.empty() ? "a caller" : "call " + id_;
    std::cerr << examples::terminal::printable("error: " + who + ": " + fault) << '\n';
  }

  websocket::stream<tcp::socket> provider_;
  asio::steady_timer timer_;
  gladia::client const& client_;
  settings const& settings_;
  examples::terminal& terminal_;
  over on_over_;
  std::string id_, stream_;
  std::optional<live::session> session_;
  boost::beast::flat_buffer incoming_;
  std::string outgoing_;  // is being written
  bool is_hanging_up_ = false;
  bool is_provider_gone_ = false;
  bool is_session_over_ = false;
};

/// Takes calls until it is stopped.
class switchboard {
 public:
  switchboard(asio::io_context& io, settings const& s, examples::terminal& terminal)
      : client_(io, s.service.options()), settings_(s), terminal_(terminal) {}

  void take(tcp::socket socket) {
    bool const has_line = lines_ < settings_.max_calls;
    if (has_line) ++lines_;
    auto on_over = [this, has_line](std::shared_ptr<call> const& ended) {
      calls_.erase(ended);
      if (has_line) --lines_;
    };
    auto const taken = std::make_shared<call>(std::move(socket), client_, settings_, terminal_,
                                              std::move(on_over));
    calls_.insert(taken);
    taken->start(has_line);
  }

  void stop(bool in_order) {
    auto const calls = calls_;  // one may end while it is told
    for (auto const& one : calls) in_order ? one->stop() : one->give_up();
  }

 private:
  gladia::client client_;
  settings const& settings_;
  examples::terminal& terminal_;
  std::set<std::shared_ptr<call>> calls_;  // those that are refused among them
  std::size_t lines_ = 0;                  // that are busy
};

void add_options(CLI::App& app, settings& s) {
  s.service.add_options(app);
  examples::add_listen_options(app, s.host, s.port);
  app.add_option("--max-calls", s.max_calls, "How many calls at a time; others hear they are busy")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--language", s.languages, "A spoken language, such as en; may be repeated")
      ->allow_extra_args(false);
  app.footer(app.get_footer() +
             "\nCtrl-C ends all calls in order: their last words still come. A second one gives up."
             "\nExit status: 0, it was ended by Ctrl-C; 1, it could not listen or print, which "
             "standard error explains; 2, wrong usage.");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Transcribes the calls of a phone provider, which sends them over WebSockets.");
  settings s;
  add_options(app, s);
  if (auto const status = examples::parse(app, argc, argv)) return *status;
  if (!s.service.prepare()) return 1;

  examples::terminal terminal(true);
  asio::io_context io;
  switchboard board(io, s, terminal);
  examples::listener listener(io);
  if (auto const fault = listener.open(s.host, s.port)) return examples::fail(fault.what());
  std::function<void(tcp::socket)> const on_socket = [&](tcp::socket socket) {
    if (!terminal.is_good()) {  // nobody would read what is said
      listener.close();
      return board.stop(true);
    }
    board.take(std::move(socket));
    listener.accept(on_socket);
  };
  listener.accept(on_socket);
  terminal.line("listening on ws://" + s.host + ':' + std::to_string(listener.port()) + '/');
  examples::interrupts interrupts([&](int times) {
    asio::post(io, [&, times] {
      listener.close();
      board.stop(times == 1);
    });
  });
  if (terminal.is_good()) io.run();
  return terminal.is_good() ? 0 : examples::fail(terminal.fault_text());
}
