// A call for `telephony`, without a phone provider: plays a WAV file as the caller, in the messages
// of Twilio's Media Streams, and prints what comes back.
//
//   telephony --port 8081
//   phone_call --port 8081 examples/data/sample.wav        in another terminal

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <gladia.hpp>
#include <nlohmann/json.hpp>
#include <support/command_line.hpp>
#include <support/interrupts.hpp>
#include <support/terminal.hpp>
#include <vector>

namespace asio = boost::asio;
namespace audio = gladia::audio;
namespace websocket = boost::beast::websocket;
using gladia::error_code;
using nlohmann::json;

namespace {

constexpr int phone_rate = 8000;
constexpr std::chrono::milliseconds step{20};  // of one message

/// A line to `telephony`, and what is said on it. All of it runs on one thread.
class phone_call {
 public:
  phone_call(asio::io_context& io, audio::wav_file speech, double speed,
             examples::terminal& terminal)
      : telephony_(io),
        timer_(io),
        speech_(std::move(speech)),
        pace_(speech_.format(), speed),
        terminal_(terminal) {}

  error_code dial(std::string const& host, std::uint16_t port) {
    telephony_.set_option(
        websocket::stream_base::timeout::suggested(boost::beast::role_type::client));
    error_code ec;
    asio::ip::tcp::resolver resolver(telephony_.get_executor());
    auto const found = resolver.resolve(host, std::to_string(port), ec);
    if (!ec) asio::connect(telephony_.next_layer(), found, ec);
    if (!ec) telephony_.handshake(host + ':' + std::to_string(port), "/", ec);
    return ec;
  }

  void start() {
    read();
    json const format = {
        {"encoding", "audio/x-mulaw"}, {"sampleRate", phone_rate}, {"channels", 1}};
    json const start = {{"callSid", "CA1"}, {"streamSid", "MZ1"}, {"mediaFormat", format}};
    write({{"event", "start"}, {"streamSid", "MZ1"}, {"start", start}}, &phone_call::speak);
  }

  /// Ends it in order: the last words still come.
  void hang_up() {
    if (state_ == state::speaking) state_ = state::hanging_up;
    timer_.cancel();
  }
  /// Ends it at once.
  void drop() {
    fail("the line was dropped");
    error_code ignored;
    telephony_.next_layer().close(ignored);
  }

  /// Empty if it ended in order.
  [[nodiscard]] std::string const& fault() const { return fault_; }

 private:
  enum class state { speaking, hanging_up, over };  // over: `stop` was said

  void read() {
    telephony_.async_read(incoming_, [this](error_code ec, std::size_t) {
      if (ec) return on_end(ec);
      terminal_.line(boost::beast::buffers_to_string(incoming_.data()));
      incoming_.clear();
      if (!terminal_.is_good()) {
        fail(terminal_.fault_text());
        hang_up();
      }
      read();
    });
  }

  void write(json const& message, void (phone_call::*then)()) {
    outgoing_ = message.dump();
    telephony_.async_write(asio::buffer(outgoing_), [this, then](error_code ec, std::size_t) {
      if (!ec) (this->*then)();  // that the line is lost, `read` hears
    });
  }

  void speak() {
    auto const payload = state_ == state::speaking ? next_payload() : std::string();
    if (payload.empty()) {
      state_ = state::over;
      return write({{"event", "stop"}, {"streamSid", "MZ1"}}, &phone_call::wait_for_close);
    }
    json const media = {{"track", "inbound"}, {"payload", payload}};
    write({{"event", "media"}, {"streamSid", "MZ1"}, {"media", media}}, &phone_call::wait);
  }
  void wait() {
    auto const now = std::chrono::steady_clock::now();
    timer_.expires_after(pace_.sent(speech_.format().bytes(step), now));
    timer_.async_wait([this](error_code) { speak(); });  // at once where it is hung up
  }
  void wait_for_close() {}  // `telephony` closes once it has the last words

  /// The next 20 ms as a telephone has them: 8 kHz, µ-law, in Base64. Empty at the end.
  std::string next_payload() {
    std::vector<std::int16_t> samples(speech_.format().bytes(step) / sizeof(std::int16_t));
    auto const bytes = speech_.read(asio::buffer(samples));
    if (!bytes) {
      fail(bytes.error().what());
      return {};
    }
    // The mean of each `group` samples becomes one, as if they were channels.
    auto const group = static_cast<std::size_t>(speech_.format().sample_rate / phone_rate);
    auto const count = *bytes / sizeof(std::int16_t) / group;
    audio::downmix(samples.data(), count, group, samples.data());
    std::vector<std::uint8_t> codes(count);
    audio::encode_ulaw(samples.data(), count, codes.data());
    return gladia::encode_base64({reinterpret_cast<char const*>(codes.data()), count});
  }

  void on_end(error_code ec) {
    timer_.cancel();
    auto const& why = telephony_.reason();
    if (ec != websocket::error::closed) {
      fail("the line was lost: " + ec.message());
    } else if (why.code != websocket::close_code::normal) {
      auto const* text = why.reason.empty() ? "it says why" : why.reason.c_str();
      fail("telephony closed the call with " + std::to_string(why.code) + ": " + text);
    } else if (state_ != state::over) {
      fail("telephony closed the call before its end");
    }
  }

  /// Keeps the first.
  void fail(std::string const& why) {
    if (fault_.empty()) fault_ = examples::terminal::printable(why);
  }

  websocket::stream<asio::ip::tcp::socket> telephony_;
  asio::steady_timer timer_;
  audio::wav_file speech_;
  audio::pacer pace_;
  examples::terminal& terminal_;
  boost::beast::flat_buffer incoming_;
  std::string outgoing_;  // is being written
  std::string fault_;
  state state_ = state::speaking;
};

bool is_for_a_phone(gladia::audio_format const& format) {
  return format.encoding == gladia::audio_encoding::pcm && format.bit_depth == 16 &&
         format.channels == 1 && format.sample_rate % phone_rate == 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Calls telephony, as a phone provider does, and plays a WAV file.");
  std::string host = "127.0.0.1", path;
  std::uint16_t port = 8081;
  double speed = 1;
  app.add_option("FILE.wav", path, "What the caller says: mono, 16 bits, 8, 16, 32 or 48 kHz")
      ->required();
  app.add_option("--host", host, "Where telephony is")->capture_default_str();
  app.add_option("--port", port, "Its port")->capture_default_str();
  app.add_option("--speed", speed, "Times real time; telephony cannot hold a caller back")
      ->check(CLI::Range(0.1, 2.0))
      ->capture_default_str();
  app.footer(
      "Ctrl-C hangs up in order. A second one drops the line."
      "\nExit status: 0, the call ended in order; 1, it did not, which standard error explains; "
      "2, wrong usage.");
  if (auto const status = examples::parse(app, argc, argv)) return *status;
  auto wav = audio::wav_file::open(path);
  if (!wav) return examples::fail(wav.error().what());
  if (!is_for_a_phone(wav->format())) {
    return examples::fail(path + ": a call takes mono, 16 bits, 8, 16, 32 or 48 kHz; convert it");
  }

  examples::terminal terminal(true);
  asio::io_context io;
  phone_call call(io, std::move(*wav), speed, terminal);
  if (auto const ec = call.dial(host, port)) {
    return examples::fail("cannot call " + host + ':' + std::to_string(port) + ": " + ec.message());
  }
  call.start();
  examples::interrupts interrupts([&](int times) {
    asio::post(io, [&, times] { times == 1 ? call.hang_up() : call.drop(); });
  });
  io.run();
  return call.fault().empty() ? 0 : examples::fail(call.fault());
}
