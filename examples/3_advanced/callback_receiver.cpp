// A server for what Gladia posts: callbacks and webhooks, of live sessions and of recordings. It
// prints a line for each: the job's id, the event, and what was said.
//
//   callback_receiver --port 8082 --path /gladia-1f9c2b
//   curl --data @webhook.json http://localhost:8082/gladia-1f9c2b
//
// A path that nobody can guess keeps strangers out: posts are not signed. Let Gladia reach it
// through a proxy that ends TLS, and put the URL into `callback_config.url` of a request, or into
// the account's dashboard. A post may come twice, or in another order than it was sent: store what
// comes under the job's id.

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <functional>
#include <gladia/codec/decode.hpp>
#include <gladia/model/callback.hpp>
#include <iostream>
#include <memory>
#include <set>
#include <support/command_line.hpp>
#include <support/interrupts.hpp>
#include <support/listener.hpp>
#include <support/terminal.hpp>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using gladia::error_code;

namespace {

struct settings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8082;
  std::string path = "/";
  std::uint64_t max_body = 16 * 1024 * 1024;
};

/// What a post says, in one line.
std::string describe(gladia::live_callback const& post) {
  auto const* said = std::get_if<gladia::transcript>(&post.payload);
  return post.id + "  " + post.event + (said ? " " + said->data.utterance.text : "");
}
std::string describe(gladia::pre_recorded_callback const& post) {
  auto line = post.id + "  " + post.event;
  if (post.error) line += "  " + std::to_string(post.error->code) + ' ' + post.error->message;
  if (post.payload && post.payload->transcription) {
    line += "  " + post.payload->transcription->full_transcript;
  }
  if (!post.unreadable.empty()) line += "  (could not be read wholly: " + post.unreadable + ')';
  return line;
}
std::string describe(gladia::job_webhook const& post) {
  return post.payload.id + "  " + post.event;
}

/// One connection, with one request. Its pending operations keep it alive.
class connection : public std::enable_shared_from_this<connection> {
 public:
  using over = std::function<void(std::shared_ptr<connection> const&)>;

  connection(tcp::socket socket, settings const& s, examples::terminal& terminal, over on_over)
      : stream_(std::move(socket)),
        settings_(s),
        terminal_(terminal),
        on_over_(std::move(on_over)) {}

  void start() {
    stream_.expires_after(std::chrono::seconds(30));
    parser_.body_limit(settings_.max_body);
    http::async_read(
        stream_, buffer_, parser_,
        [self = shared_from_this()](error_code ec, std::size_t) { self->on_request(ec); });
  }
  void drop() { stream_.close(); }

 private:
  void on_request(error_code ec) {
    auto const& request = parser_.get();
    if (ec == http::error::body_limit) {
      return answer(http::status::payload_too_large,
                    "more than " + std::to_string(settings_.max_body) + " bytes");
    }
    if (ec == http::error::end_of_stream || ec == http::error::partial_message) return end();
    if (ec.category() == make_error_code(http::error::bad_method).category()) {
      return answer(http::status::bad_request, "no request of HTTP: " + ec.message());
    }
    if (ec) return end();
    if (request.target() != settings_.path) return answer(http::status::not_found, "nothing here");
    if (request.method() != http::verb::post && request.method() != http::verb::put) {
      return answer(http::status::method_not_allowed, "post a callback here");
    }
    auto post = gladia::codec::decode_callback(request.body());
    if (!post) return answer(http::status::bad_request, post.error().what());
    // Kept first: what was answered with 200 is not posted again. Gladia waits for the answer, for
    // a time that it does not say, so work that takes long comes behind it.
    terminal_.line(std::visit([](auto const& kind) { return describe(kind); }, *post));
    if (!terminal_.is_good()) {
      return answer(http::status::service_unavailable, "it could not be kept");
    }
    answer(http::status::ok, {});
  }

  void answer(http::status status, std::string text) {
    if (status != http::status::ok) {
      std::cerr << examples::terminal::printable(
                       "error: answered " + std::to_string(static_cast<int>(status)) + ": " + text)
                << '\n';
    }
    response_.result(status);
    response_.set(http::field::content_type, "text/plain; charset=utf-8");
    if (status == http::status::method_not_allowed) response_.set(http::field::allow, "POST, PUT");
    response_.keep_alive(false);
    response_.body() = std::move(text);
    response_.prepare_payload();
    http::async_write(stream_, response_, [self = shared_from_this()](error_code, std::size_t) {
      self->on_answered();
    });
  }

  void on_answered() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    drain();
  }

  /// What was refused unread is read: to close before that would reset the answer away.
  void drain() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(65536),
                            [self = shared_from_this()](error_code ec, std::size_t) {
                              ec ? self->end() : self->drain();
                            });
  }
  void end() { on_over_(shared_from_this()); }

  beast::tcp_stream stream_;
  settings const& settings_;
  examples::terminal& terminal_;
  over on_over_;
  beast::flat_buffer buffer_;
  http::request_parser<http::string_body> parser_;
  http::response<http::string_body> response_;
};

/// Takes connections; others wait until one of the present ones has ended.
class receiver {
 public:
  receiver(asio::io_context& io, settings const& s, examples::terminal& terminal)
      : settings_(s), terminal_(terminal), listener_(io), grace_(io) {}

  gladia::error open() {
    auto fault = listener_.open(settings_.host, settings_.port);
    if (!fault) accept();
    return fault;
  }
  std::uint16_t port() const { return listener_.port(); }

  /// Requests that have begun get a second to end, or none.
  void stop(bool in_order) {
    listener_.close();
    if (connections_.empty()) return;
    grace_.expires_after(std::chrono::seconds(in_order ? 1 : 0));
    grace_.async_wait([this](error_code ec) {
      if (ec) return;
      for (auto const& one : connections_) one->drop();
    });
  }

 private:
  static constexpr std::size_t most_connections = 64;

  void accept() {
    is_accepting_ = true;
    listener_.accept([this](tcp::socket socket) {
      is_accepting_ = false;
      auto on_over = [this](std::shared_ptr<connection> const& ended) { on_end(ended); };
      auto const taken =
          std::make_shared<connection>(std::move(socket), settings_, terminal_, std::move(on_over));
      connections_.insert(taken);
      taken->start();
      if (connections_.size() < most_connections) accept();
    });
  }
  void on_end(std::shared_ptr<connection> const& ended) {
    connections_.erase(ended);
    if (!terminal_.is_good() && listener_.is_open()) stop(true);  // nothing more can be kept
    if (!listener_.is_open()) {
      if (connections_.empty()) grace_.cancel();
    } else if (!is_accepting_) {
      accept();
    }
  }

  settings const& settings_;
  examples::terminal& terminal_;
  examples::listener listener_;
  asio::steady_timer grace_;
  std::set<std::shared_ptr<connection>> connections_;
  bool is_accepting_ = false;
};

void add_options(CLI::App& app, settings& s) {
  examples::add_listen_options(app, s.host, s.port);
  app.add_option("--path", s.path, "The only path that posts are taken at")
      ->check([](std::string const& path) {
        return path.rfind('/', 0) == 0 ? "" : '\'' + path + "' does not begin with /";
      })
      ->capture_default_str();
  app.add_option("--max-body", s.max_body, "How many bytes a post may have")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.footer(
      "Ctrl-C ends it in order: requests that have begun are answered, within a second."
      "\nExit status: 0, it was ended by Ctrl-C; 1, it could not listen or print, which standard "
      "error explains; 2, wrong usage.");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Prints the callbacks and webhooks that Gladia posts.");
  settings s;
  add_options(app, s);
  if (auto const status = examples::parse(app, argc, argv)) return *status;
  examples::terminal terminal(true);
  asio::io_context io;
  receiver posts(io, s, terminal);
  if (auto const fault = posts.open()) return examples::fail(fault.what());
  terminal.line("listening on http://" + s.host + ':' + std::to_string(posts.port()) + s.path);
  examples::interrupts interrupts(
      [&](int times) { asio::post(io, [&posts, times] { posts.stop(times == 1); }); });
  if (terminal.is_good()) io.run();
  return terminal.is_good() ? 0 : examples::fail(terminal.fault_text());
}
