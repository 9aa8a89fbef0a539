// docs/errors.md shows what a user really sees: each of its scenarios is played here.
#include <gladia/error.hpp>

#include <stdlib.h>
#include <sys/stat.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <gladia/audio/wav.hpp>
#include <iterator>
#include <regex>
#include <support/live_fixture.hpp>
#include <support/openssl_contexts.hpp>
#include <support/ports.hpp>
#include <support/tls_server.hpp>
#include <support/wav_bytes.hpp>

namespace {

using namespace std::chrono_literals;
using namespace gladia::test;
using boost::asio::buffer;
using gladia::result;
using gladia::test::certificate_authority;
using gladia::test::encrypted;
using gladia::test::read_head;
using gladia::test::scripted_server;
using gladia::test::send;
using gladia::test::server_context;
using gladia::test::tcp;
using gladia::test::tls_connection;
using gladia::test::wait_for_close;
namespace live = gladia::live;
namespace emulation = gladia::testing;
using emulation::ending;
using emulation::http_action;
using emulation::route;

// The page.

struct row {
  std::string what_happened;
  std::string line;
  std::string what_to_do;
};

std::string cell(std::string text) {
  auto const begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? ""
                                    : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

/// The scenarios: every row above the list of codes whose second cell is code.
std::vector<row> rows_of_errors_md() {
  std::ifstream file(GLADIA_SOURCE_DIR "/docs/errors.md");
  std::vector<row> rows;
  bool is_scenario = false;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("## ", 0) == 0) is_scenario = line == "## What can go wrong";
    if (!is_scenario || line.rfind("| ", 0) != 0) continue;
    auto const first = line.find(" | `");
    auto const second = line.find("` | ", first);
    if (first == std::string::npos || second == std::string::npos) continue;
    rows.push_back({cell(line.substr(2, first - 2)), line.substr(first + 4, second - first - 4),
                    cell(line.substr(second + 4, line.rfind('|') - second - 4))});
  }
  return rows;
}

/// `line` without what differs from run to run.
std::string masked(std::string line) {
  std::pair<std::regex, char const*> const masks[] = {
      {std::regex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<id>"},
      {std::regex("request G-[0-9a-f]{8}"), "request G-<id>"},
      {std::regex("127\\.0\\.0\\.1:\\d+"), "127.0.0.1:<port>"},
      {std::regex("\\d+ attempts"), "<n> attempts"},
      {std::regex("\\d+ ms"), "<n> ms"},
      {std::regex("resumed at \\d+"), "resumed at <n>"},
      {std::regex("go on at \\d+"), "go on at <n>"},
      {std::regex("[^\\s\"]*/gladia-errors-[^/]*/"), "<folder>/"},
  };
  for (auto const& [what, mask] : masks) line = std::regex_replace(line, what, mask);
  return line;
}

// The stage: a session, a client, a server or what poses as one.

struct stage : live_fixture {
  emulation::faults& faults = emulator_options.faults;
  certificate_authority authority;
  std::filesystem::path folder;

  void SetUp() override {
    live_fixture::SetUp();
    for (auto const* name : {"GLADIA_API_KEY", "GLADIA_API_URL", "GLADIA_REGION"}) ::unsetenv(name);
    client_options.retry.backoff.base = 1ms;
    client_options.proxy.use_environment = false;
    client_options.tls.use_system_store = false;
    options.stop_timeout = 20s;
    auto pattern = (std::filesystem::temp_directory_path() / "gladia-errors-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
  }
  void TearDown() override {
    live_fixture::TearDown();
    std::filesystem::remove_all(folder);
  }

  /// A session with the emulator, to its end: its error.
  std::string play() {
    start();
    feed(std::string(64'000, '\0'));
    run_to_end();
    return end->error.what();
  }
  /// The same, but nobody tells it to stop.
  std::string play_unstopped() {
    make_session();
    EXPECT_TRUE(session->try_send(buffer(std::string(64'000, '\0'))));
    run();
    run_to_end();
    return end->error.what();
  }
  /// A session with something else at `url`.
  std::string play_at(std::string const& url) {
    client_options.api_url = url;
    client.emplace(network.context(), client_options);
    session.emplace(client->live().session(request, options));
    run();
    run_to_end();
    return end->error.what();
  }
  /// The same; what `authority` issues is trusted.
  std::string play_trusting(std::string const& url) {
    client_options.tls.ca_pem = authority.pem();
    return play_at(url);
  }
  std::string play_with(certificate_authority::wanted const& certificate,
                        std::string const& host = "127.0.0.1") {
    scripted_server scripted(encrypted(authority.issue(certificate), [](tls_connection&) {}));
    return play_trusting("https://" + host + ":" + scripted.port());
  }
  /// A session through a proxy that answers so.
  std::string play_behind(std::string const& answer, std::string const& who = {}) {
    auto const refuse = [answer](tcp::socket& socket) {
      read_head(socket);
      send(socket, answer);
    };
    scripted_server proxy({refuse, refuse});
    client_options.proxy.url = "http://" + who + "127.0.0.1:" + proxy.port();
    return play_trusting("https://api.test");
  }

  // What a session tells while it goes on.

  template <class Event>
  Event first() const {
    auto const found = all<Event>();
    EXPECT_FALSE(found.empty()) << "it never happened; the end: " << end->error.what();
    return found.empty() ? Event{} : found[0];
  }
  std::string lost_link() {
    play();
    EXPECT_TRUE(first<live::disconnected>().will_retry);
    return first<live::disconnected>().error.what();
  }
  std::string warning() {
    play();
    return first<live::warning>().text;
  }
  std::string malformed(std::string text) {
    faults.injections = {{6400, emulation::injection::kind::text, std::move(text)}};
    play();
    return first<gladia::malformed_message>().error.what();
  }
  /// Ends the session once something has happened.
  template <class Event>
  void cancel_after() {
    on_event = [this](live::event const& e) {
      if (std::holds_alternative<Event>(e)) session->cancel();
    };
  }

  // HTTP.

  void fault(route where, http_action action, int times = -1) {
    faults.http.push_back({where, action, times});
  }
  void answer(route where, int status, std::string body = {}) {
    faults.http.push_back({where, http_action::answer, -1, 0ms, status, {}, std::move(body)});
  }
  template <class T, class Start>
  std::string call(Start begin) {
    std::optional<result<T>> outcome;
    begin(here([&outcome](result<T> r) { outcome.emplace(std::move(r)); }));
    io.restart();
    while (!outcome && io.run_one_for(60s) > 0) {
    }
    return outcome && !*outcome ? outcome->error().what() : "no error";
  }
  live::client const& api() {
    if (!server && client_options.api_url.empty()) start_server();
    if (!client) client.emplace(network.context(), client_options);
    return client->live();
  }
  std::string get(std::string const& id) {
    return call<gladia::live_job>([&](auto h) { api().async_get(id, h); });
  }
  std::string download_to(std::string const& path) {
    play();
    return call<void>([&](auto h) { api().async_download_file(end->job_id, path, {}, h); });
  }

  // Recordings.

  std::string recording(std::string const& name,
                        std::string const& content = wav(16000, 32000, 32000)) {
    auto const path = (folder / name).string();
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  std::string transcribe(std::string const& path) {
    gladia::pre_recorded::transcribe_options how;
    how.wait.first_poll = how.wait.longest_poll = 1ms;
    how.wait.deadline = 500ms;
    api();
    return call<gladia::pre_recorded_job>(
        [&](auto h) { client->pre_recorded().async_transcribe_file(path, {}, how, h); });
  }

  // Audio files.

  std::string open(std::string const& name, std::string const& bytes) {
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return result_of(gladia::audio::wav_file::open((folder / name).string()));
  }
  template <class T>
  static std::string result_of(result<T> const& r) {
    return r ? "no error" : r.error().what();
  }
  static std::string wav(unsigned sample_rate, std::size_t bytes, std::size_t promised) {
    gladia::test::format_chunk format;
    format.sample_rate = sample_rate;
    return gladia::test::riff({gladia::test::chunk("fmt ", format.body()),
                               gladia::test::chunk("data", std::string(bytes, '\0'), promised)});
  }
};

scripted_server::script silent() {
  return [](tcp::socket& socket) { wait_for_close(socket); };
}

// The plays.

struct scenario {
  char const* what_happened;
  std::string (*line)(stage&);

  friend void PrintTo(scenario const& s, std::ostream* out) { *out << s.what_happened; }
};

scenario const before_anything_is_sent[] = {
    {"No API key",
     [](stage& s) {
       s.client_options.api_key = "";
       return s.play_at("https://api.test");
     }},
    {"The request cannot be right",
     [](stage& s) {
       s.request.audio.sample_rate = 22050;
       s.request.realtime_processing.translation = true;
       return s.play();
     }},
    {"An option cannot be right",
     [](stage& s) {
       s.client_options.tls.ca_file = "/nowhere/company.pem";
       return s.play_at("https://api.test");
     }},
    {"`api_url` is no URL", [](stage& s) { return s.play_at("api.gladia.io"); }},
    {"`api_url` is not encrypted", [](stage& s) { return s.play_at("http://gladia.example.com"); }},
    {"No CA certificates on this machine", [](stage& s) { return s.play_at("https://api.test"); }},
    {"OpenSSL's configuration loads no algorithms",
     [](stage& s) {
       gladia::test::without_openssl_contexts const misconfigured;
       return s.play_at("https://api.test");
     }},
};

scenario const reaching_the_server[] = {
    {"The host name is unknown", [](stage& s) { return s.play_trusting("https://missing.test"); }},
    {"Nobody listens there",
     [](stage& s) { return s.play_at("http://127.0.0.1:" + reserved_port().number()); }},
    {"Nobody answers at all",
     [](stage& s) {
       s.options.timeouts.connect = 50ms;
       full_port const deaf;
       return s.play_at("http://127.0.0.1:" + deaf.number());
     }},
    {"A certificate for another host",
     [](stage& s) { return s.play_with({"DNS:example.com"}, "localhost"); }},
    {"An expired certificate",
     [](stage& s) {
       return s.play_with({"IP:127.0.0.1", -7200, -3600});
     }},
    {"A certificate from the future",
     [](stage& s) {
       return s.play_with({"IP:127.0.0.1", 3600, 7200});
     }},
    {"A self-signed certificate",
     [](stage& s) {
       return s.play_with({"IP:127.0.0.1", -3600, 3600, true});
     }},
    {"A certificate of an unknown authority, perhaps of a company's gateway",
     [](stage& s) {
       scripted_server server(encrypted(certificate_authority().issue(), [](tls_connection&) {}));
       return s.play_trusting(server.url("https"));
     }},
    {"A revoked certificate",
     [](stage& s) {
       auto const own = s.authority.issue();
       s.client_options.tls.crl_pem = s.authority.revocation_list({own});
       scripted_server server(encrypted(own, [](tls_connection&) {}));
       return s.play_trusting(server.url("https"));
     }},
    {"A server that knows TLS 1.1 alone",
     [](stage& s) {
       auto context =
           std::make_shared<boost::asio::ssl::context>(server_context(s.authority.issue()));
       SSL_CTX_set_security_level(context->native_handle(), 0);
       SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_VERSION);
       SSL_CTX_set_max_proto_version(context->native_handle(), TLS1_1_VERSION);
       scripted_server server([context](tcp::socket& socket) {
         tls_connection(socket, *context).handshake(boost::asio::ssl::stream_base::server);
       });
       return s.play_trusting(server.url("https"));
     }},
    {"`https` to a port that does not speak TLS",
     [](stage& s) {
       scripted_server server([](tcp::socket& socket) {
         send(socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
         wait_for_close(socket);
       });
       return s.play_trusting(server.url("https"));
     }},
    {"The TLS handshake hangs",
     [](stage& s) {
       s.options.timeouts.tls = 50ms;
       scripted_server server({silent(), silent()});
       return s.play_trusting(server.url("https"));
     }},
    {"The proxy is not there",
     [](stage& s) {
       s.client_options.proxy.url = "http://127.0.0.1:" + reserved_port().number();
       return s.play_trusting("https://api.test");
     }},
    {"The proxy is of another kind",
     [](stage& s) {
       s.client_options.proxy.url = "socks5://127.0.0.1:1080";
       return s.play_at("https://api.test");
     }},
    {"The proxy wants a password",
     [](stage& s) { return s.play_behind("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"); }},
    {"The proxy does not take the password",
     [](stage& s) {
       return s.play_behind("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "user:secret@");
     }},
    {"The proxy knows other schemes alone",
     [](stage& s) {
       return s.play_behind(
           "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\n"
           "Proxy-Authenticate: NTLM\r\n\r\n",
           "user:secret@");
     }},
    {"The proxy does not let this host through",
     [](stage& s) { return s.play_behind("HTTP/1.1 403 Filtered\r\n\r\n"); }},
    {"The proxy's answer cannot be read",
     [](stage& s) { return s.play_behind("HTTP/1.1 200 OK\r\nVia : x\r\n\r\n"); }},
    {"The proxy breaks off", [](stage& s) { return s.play_behind(""); }},
    {"The proxy hangs",
     [](stage& s) {
       s.options.timeouts.proxy = 50ms;
       scripted_server proxy({silent(), silent()});
       s.client_options.proxy.url = proxy.url("http");
       return s.play_trusting("https://api.test");
     }},
};

scenario const creating_a_session[] = {
    {"A wrong key, or none where `api_url` is this machine (401)",
     [](stage& s) {
       s.client_options.api_key = "wrong-key";
       return s.play();
     }},
    {"The server refuses the request (400, 422)",
     [](stage& s) {
       s.client_options.region = "mars";
       return s.play();
     }},
    {"The request is too large, and was not read to its end (413)",
     [](stage& s) {
       s.request.realtime_processing.custom_vocabulary = true;
       s.request.realtime_processing.custom_vocabulary_config.vocabulary = {
           {std::string(8'000'000, 'x')}};
       return s.play();
     }},
    {"The plan does not cover it (402)",
     [](stage& s) {
       s.answer(route::init, 402);
       return s.play();
     }},
    {"Not allowed (403)",
     [](stage& s) {
       s.answer(route::init, 403);
       return s.play();
     }},
    {"`api_url` leads elsewhere (404)",
     [](stage& s) {
       s.start_server();
       return s.play_at(s.server->url() + "/v1");
     }},
    {"Too many sessions at a time (429)",
     [](stage& s) {
       s.emulator_options.max_sessions = 1;
       s.emulator_options.retry_after = 1s;
       EXPECT_EQ(
           s.call<gladia::live_session_info>([&](auto h) { s.api().async_init(s.request, h); }),
           "no error");
       return s.play();
     }},
    {"The server is not available (503)",
     [](stage& s) {
       s.answer(route::init, 503);
       return s.play();
     }},
    {"A gateway's page",
     [](stage& s) {
       s.faults.http = {emulation::bad_gateway(route::init, -1)};
       return s.play();
     }},
    {"Another status",
     [](stage& s) {
       s.answer(route::init, 418);
       return s.play();
     }},
    {"No answer in time",
     [](stage& s) {
       s.options.init_timeout = 300ms;
       s.fault(route::init, http_action::hang);
       return s.play();
     }},
    {"Half an answer",
     [](stage& s) {
       s.fault(route::init, http_action::half_answer);
       return s.play();
     }},
    {"The connection breaks before the answer",
     [](stage& s) {
       auto const drop = [](tcp::socket& socket) { read_head(socket); };
       scripted_server server({drop, drop});
       return s.play_at(server.url("http"));
     }},
    {"An answer that is not HTTP",
     [](stage& s) {
       scripted_server server([](tcp::socket& socket) {
         read_head(socket);
         send(socket, "220 mail.example.com ready\r\n");
       });
       return s.play_at(server.url("http"));
     }},
    {"An answer that can be read in two ways",
     [](stage& s) {
       scripted_server server([](tcp::socket& socket) {
         read_head(socket);
         send(socket, "HTTP/1.1 201 Created\r\nContent-Length: 2, 3\r\n\r\n{}");
       });
       return s.play_at(server.url("http"));
     }},
    {"An answer that is not JSON, perhaps a login page",
     [](stage& s) {
       s.answer(route::init, 200, "<html>Welcome to our hotel</html>");
       return s.play();
     }},
    {"JSON of another shape",
     [](stage& s) {
       s.answer(route::init, 201, R"({"id": 7, "url": "wss://api.test/"})");
       return s.play();
     }},
    {"A session's URL of another scheme",
     [](stage& s) {
       s.faults.init_url = "ftp://127.0.0.1:{port}/v2/live?token={token}";
       return s.play();
     }},
    {"A session's URL that is not encrypted",
     [](stage& s) {
       s.faults.init_url = "ws://gladia.example.com/v2/live?token={token}";
       return s.play();
     }},
    {"Redirects without end",
     [](stage& s) {
       scripted_server server(std::vector<scripted_server::script>(21, [](tcp::socket& socket) {
         read_head(socket);
         send(socket, "HTTP/1.1 302 Found\r\nLocation: /v2/live/1\r\nContent-Length: 0\r\n\r\n");
       }));
       s.client_options.api_url = server.url("http");
       return s.get("1");
     }},
    {"A redirect to nowhere",
     [](stage& s) {
       scripted_server server([](tcp::socket& socket) {
         read_head(socket);
         send(socket, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
       });
       s.client_options.api_url = server.url("http");
       return s.get("1");
     }},
};

scenario const while_it_goes_on[] = {
    {"The link is lost",
     [](stage& s) {
       s.faults.cuts = {16'000, emulation::cut_kind::clean, ending::fin, 0, 1};
       return s.lost_link();
     }},
    {"The server restarts (1001, 1011 to 1014, 4500 to 4999 but 4504)",
     [](stage& s) {
       s.faults.on_open = {ending::close, 1, 1012, "Service restart"};
       return s.lost_link();
     }},
    {"The link is dead",
     [](stage& s) {
       s.options.link_timeout = 100ms;
       s.faults.ignore_pings = true;
       s.start();
       s.cancel_after<live::disconnected>();
       s.run_to_end();
       return s.first<live::disconnected>().error.what();
     }},
    {"The uplink stalls",
     [](stage& s) {
       s.options.send_stall_timeout = 100ms;
       // More than the buffers of both systems take.
       s.request.audio = {gladia::audio_encoding::pcm, 32, 48000, 8};
       s.faults.stop_reading_after = 1;
       s.cancel_after<live::disconnected>();
       s.start();
       s.feed(std::string(24'000'000, 'x'), 500'000);
       s.run_to_end();
       return s.first<live::disconnected>().error.what();
     }},
    {"The handshake hangs",
     [](stage& s) {
       s.options.timeouts.upgrade = 50ms;
       s.fault(route::upgrade, http_action::hang, 1);
       return s.lost_link();
     }},
    {"The server breaks the protocol",
     [](stage& s) {
       s.faults.injections = {
           {6400, emulation::injection::kind::raw_bytes, std::string("\x83\x00", 2)}};
       s.cancel_after<live::disconnected>();
       return s.lost_link();
     }},
    {"A message that is not JSON", [](stage& s) { return s.malformed("Hello?"); }},
    {"A message of another shape",
     [](stage& s) { return s.malformed(R"({"type": "transcript", "data": "text"})"); }},
    {"The server says what it does not like",
     [](stage& s) {
       s.faults.injections = {{6400, emulation::injection::kind::text,
                               R"({"type": "error", "message": "Unknown message"})"}};
       s.play();
       return s.first<gladia::error_message>().message;
     }},
    {"Acknowledgements stand still",
     [](stage& s) {
       s.options.ack_timeout = 100ms;
       s.faults.acks = emulation::ack_mode::none;
       s.make_session();
       s.cancel_after<live::warning>();
       EXPECT_TRUE(s.session->try_send(buffer(std::string(6'400, '\0'))));
       s.run();
       s.run_to_end();
       return s.first<live::warning>().text;
     }},
    {"The buffer is full of audio that was not acknowledged",
     [](stage& s) {
       s.options.buffer = 1s;
       s.faults.acks = emulation::ack_mode::none;
       // Room is made as soon as the first second was sent.
       s.on_event = [&s](live::event const& e) {
         if (std::holds_alternative<live::warning>(e)) s.session->cancel();
         if (!std::holds_alternative<live::connected>(e)) return;
         auto const second = std::string(32'000, '\0');
         EXPECT_TRUE(s.session->try_send(buffer(second)));
         s.server->wait_until([](auto const& r) { return r.bytes > 0; });
         while (s.session->stats().bytes_unsent > 0) s.io.poll();
         EXPECT_TRUE(s.session->try_send(buffer(second)));
       };
       s.start();
       s.run_to_end();
       return s.first<live::warning>().text;
     }},
    {"The server refuses a chunk",
     [](stage& s) {
       s.faults.acks = emulation::ack_mode::nack;
       s.faults.ack_every = 2;
       return s.warning();
     }},
    {"The server counts what is sent again as new",
     [](stage& s) {
       s.faults.cuts = {40'000, emulation::cut_kind::brutal, ending::reset, 0, 1};
       s.faults.cuts.unacknowledged = 15'000;
       return s.warning();
     }},
    {"A lost link may have swallowed translations, entities or sentiments",
     [](stage& s) {
       s.request.realtime_processing.sentiment_analysis = true;
       s.emulator_options.script = R"([{"text":"hello","start":0.1,"end":0.2}])";
       s.faults.messages = {{"final", emulation::message_action::reset_instead}};
       return s.warning();
     }},
    {"Nobody sends audio any more",
     [](stage& s) {
       s.options.keep_alive_after = 20ms;
       s.options.keep_alive_interval = 10ms;
       s.options.keep_alive_limit = 50ms;
       s.cancel_after<live::warning>();
       s.start();
       s.run_to_end();
       return s.first<live::warning>().text;
     }},
    {"The audio ends in the middle of a sample",
     [](stage& s) {
       s.start();
       s.feed(std::string(3'201, '\0'));
       s.run_to_end();
       return s.first<live::warning>().text;
     }},
};

scenario const how_it_ends[] = {
    {"The handshake is refused (401)",
     [](stage& s) {
       s.faults.init_url = "ws://127.0.0.1:{port}/v2/live";
       return s.play();
     }},
    {"The handshake is refused (403, 404, 410)",
     [](stage& s) {
       s.faults.init_url = "ws://127.0.0.1:{port}/v2/live?token=old";
       return s.play();
     }},
    {"What answers the handshake is no WebSocket",
     [](stage& s) {
       s.answer(route::upgrade, 200, "<html>Welcome to our hotel</html>");
       return s.play();
     }},
    {"The handshake is redirected to another place",
     [](stage& s) {
       s.faults.http.push_back({route::upgrade,
                                http_action::answer,
                                -1,
                                0ms,
                                302,
                                {{"Location", "wss://other.test/v2/live?token=t"}}});
       return s.play();
     }},
    {"The handshake is redirected without end",
     [](stage& s) {
       s.faults.http.push_back({route::upgrade,
                                http_action::answer,
                                -1,
                                0ms,
                                302,
                                {{"Location", "/v2/live?token=another"}}});
       return s.play();
     }},
    {"The handshake hangs until the window is over",
     [](stage& s) {
       s.options.timeouts.upgrade = 50ms;
       s.options.reconnect_window = 400ms;
       s.fault(route::upgrade, http_action::hang);
       return s.play();
     }},
    {"The server accepts and closes, for ever",
     [](stage& s) {
       s.options.reconnect_window = 400ms;
       s.faults.on_open = {ending::close, -1, 1011, "internal error"};
       return s.play();
     }},
    {"The network does not come back",
     [](stage& s) {
       s.options.reconnect_window = 400ms;
       s.on_event = [&s](live::event const& e) {
         if (std::holds_alternative<live::connected>(e)) s.server.reset();
       };
       s.start();
       s.run_to_end();
       return s.end->error.what();
     }},
    {"A final close code (1002, 1003, 1007 to 1010, 3000 to 4499 but what "
     "`retry_unassigned_close_codes` adds)",
     [](stage& s) {
       s.faults.on_open = {ending::close, -1, 1008, "Policy violation"};
       return s.play();
     }},
    {"The server ends it before the stop (1000)",
     [](stage& s) {
       s.faults.cuts = {16'000, emulation::cut_kind::brutal, ending::close, 1000, 1};
       return s.play_unstopped();
     }},
    {"No speech for a minute (4504)",
     [](stage& s) {
       s.emulator_options.no_speech_limit = 1s;
       return s.play_unstopped();
     }},
    {"No audio for half a minute (4408)",
     [](stage& s) {
       s.emulator_options.idle_timeout = 500ms;
       s.options.keep_alive_after = 0ms;
       s.start();
       s.run_to_end();
       return s.end->error.what();
     }},
    {"The job is over already (4403)",
     [](stage& s) {
       s.faults.on_open = {ending::close, -1, 4403, "Session has already ended"};
       return s.play();
     }},
    {"The link was lost behind the stop, and the job is over (4403)",
     [](stage& s) {
       // It heard the stop on the first link; the second finds the job done.
       s.options.fetch_result = false;
       s.faults.never_close = true;
       s.request.messages_config.receive_lifecycle_events = true;
       s.on_event = [&s](live::event const& e) {
         if (!std::holds_alternative<gladia::end_session>(e)) return;
         s.server->cut(s.report().id, {0, emulation::cut_kind::brutal, ending::fin, 0, 1});
       };
       return s.play();
     }},
    {"A message above the limit",
     [](stage& s) {
       s.options.max_message = 10'000;
       s.faults.injections = {{6400, emulation::injection::kind::text, std::string(10'001, ' ')}};
       return s.play_unstopped();
     }},
    {"The stop is never answered",
     [](stage& s) {
       s.options.stop_timeout = 100ms;
       s.options.fetch_result = false;
       s.faults.ignore_stop = true;
       return s.play();
     }},
    {"You cancelled it",
     [](stage& s) {
       s.cancel_after<live::connected>();
       s.start();
       s.run_to_end();
       return s.end->error.what();
     }},
};

scenario const jobs_and_recordings[] = {
    {"No such job (404)", [](stage& s) { return s.get("4a39145c-2844-4557-8f34-34883f7be7d9"); }},
    {"The id of the job is empty", [](stage& s) { return s.get(""); }},
    {"The page asked for is behind the last",
     [](stage& s) {
       return s.call<gladia::live_job_page>([&](auto h) { s.api().async_list_next({}, h); });
     }},
    {"The job to be deleted still runs (403)",
     [](stage& s) {
       std::string id;
       s.call<gladia::live_session_info>([&](auto h) {
         s.api().async_init(s.request, s.here([&id, h](auto r) mutable {
           id = r->id;
           h(std::move(r));
         }));
       });
       return s.call<void>([&](auto h) { s.api().async_delete(id, h); });
     }},
    {"The download breaks off",
     [](stage& s) {
       s.fault(route::storage, http_action::half_answer);
       return s.download_to((s.folder / "audio.wav").string());
     }},
    {"The file cannot be made",
     [](stage& s) { return s.download_to((s.folder / "none" / "audio.wav").string()); }},
    {"The disk is full",
     [](stage& s) {
       std::filesystem::create_symlink("/dev/full", s.folder / "audio.wav.part");
       return s.download_to((s.folder / "audio.wav").string());
     }},
};

scenario const recordings[] = {
    {"The recording is not there",
     [](stage& s) { return s.transcribe((s.folder / "none.wav").string()); }},
    {"The recording is empty", [](stage& s) { return s.transcribe(s.recording("empty.wav", "")); }},
    {"The recording is a folder", [](stage& s) { return s.transcribe(s.folder.string() + "/"); }},
    {"The recording is a pipe",
     [](stage& s) {
       auto const pipe = (s.folder / "pipe").string();
       EXPECT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
       return s.transcribe(pipe);
     }},
    {"The upload is too large (413), and was refused before it was whole",
     [](stage& s) {
       s.emulator_options.max_upload_bytes = 1000;
       return s.transcribe(s.recording("call.wav"));
     }},
    {"The recording became shorter while it was sent",
     [](stage& s) {
       s.api();
       gladia::pre_recorded::audio_source source;
       source.size = 1000;
       source.read = [](char*, std::size_t) { return result<std::size_t>(0); };
       return s.call<gladia::uploaded_audio>(
           [&](auto h) { s.client->pre_recorded().async_upload(std::move(source), {}, h); });
     }},
    {"The request for a job has no `audio_url`",
     [](stage& s) {
       s.api();
       return s.call<gladia::pre_recorded_info>(
           [&](auto h) { s.client->pre_recorded().async_create({}, h); });
     }},
    {"The answer to the creation of a job is lost",
     [](stage& s) {
       s.fault(route::pre_recorded_init, http_action::reset);
       return s.transcribe(s.recording("call.wav"));
     }},
    {"The job failed",
     [](stage& s) {
       s.faults.job.error_code = 422;
       return s.transcribe(s.recording("call.wav"));
     }},
    {"The job takes longer than was waited",
     [](stage& s) {
       s.emulator_options.processing_time = 1h;
       return s.transcribe(s.recording("call.wav"));
     }},
    {"You cancelled the wait",
     [](stage& s) {
       s.emulator_options.processing_time = 1h;
       s.api();
       boost::asio::cancellation_signal cancel;
       gladia::pre_recorded::transcribe_options how;
       how.wait.first_poll = 1ms;
       how.wait.progress = [&cancel](auto const&, auto) {
         cancel.emit(boost::asio::cancellation_type::terminal);
       };
       return s.call<gladia::pre_recorded_job>([&](auto h) {
         s.client->pre_recorded().async_transcribe_file(
             s.recording("call.wav"), {}, how,
             boost::asio::bind_cancellation_slot(cancel.slot(), h));
       });
     }},
};

scenario const audio_files[] = {
    {"The file is not there",
     [](stage& s) {
       return stage::result_of(gladia::audio::wav_file::open((s.folder / "none.wav").string()));
     }},
    {"A folder instead of a file",
     [](stage& s) {
       auto const folder = s.folder / "recordings";
       std::filesystem::create_directory(folder);
       return stage::result_of(gladia::audio::wav_file::open(folder.string()));
     }},
    {"An empty file", [](stage& s) { return s.open("empty.wav", ""); }},
    {"Another kind of file",
     [](stage& s) { return s.open("speech.mp3", "ID3" + std::string(100, '\0')); }},
    {"A format that is not taken",
     [](stage& s) { return s.open("speech.wav", stage::wav(22050, 3200, 3200)); }},
    {"The file ends within its header",
     [](stage& s) { return s.open("cut.wav", stage::wav(16000, 3200, 3200).substr(0, 30)); }},
    {"The stream begins with a WAV header of another format",
     [](stage& s) {
       s.make_session();
       auto const file = stage::wav(8000, 3200, 3200);
       return stage::result_of(s.session->try_send(buffer(file)));
     }},
    {"A chunk larger than the whole buffer",
     [](stage& s) {
       s.make_session();
       auto const much = std::string(3'000'000, '\0');
       return stage::result_of(s.session->try_send(buffer(much)));
     }},
    {"The buffer is full of audio that was not sent",
     [](stage& s) {
       s.options.buffer = 1s;
       s.make_session();
       auto const second = std::string(32'000, '\0');
       EXPECT_TRUE(s.session->try_send(buffer(second)));
       return stage::result_of(s.session->try_send(buffer(second)));
     }},
};

scenario const calls_at_the_wrong_time[] = {
    {"Audio after `stop()`",
     [](stage& s) {
       s.make_session();
       s.session->stop();
       return stage::result_of(s.session->try_send(buffer("ab", 2)));
     }},
    {"Audio after the end",
     [](stage& s) {
       s.play();
       return stage::result_of(s.session->try_send(buffer("ab", 2)));
     }},
    {"`async_run` twice",
     [](stage& s) {
       s.start();
       std::string line;
       s.session->async_run(s.here([&](live::summary again) {
         line = again.error.what();
         s.session->cancel();
       }));
       s.run_to_end();
       return line;
     }},
    {"`async_run` after the end",
     [](stage& s) {
       s.play();
       s.end.reset();
       s.session->async_run(s.here([&](live::summary again) { s.end = std::move(again); }));
       s.run_to_end();
       return s.end->error.what();
     }},
    {"`async_stop` before `async_run`",
     [](stage& s) {
       s.make_session();
       s.session->async_stop(s.here([&](live::summary none) { s.end = std::move(none); }));
       s.run_to_end();
       return s.end->error.what();
     }},
    {"Nothing at all happens: no event comes, `state()` stays `idle`, and at last a log line",
     [](stage& s) {
       std::string logged;
       s.client_options.logger.write = [&](gladia::log_level, std::string_view line) {
         logged = line;
       };
       s.make_session();
       EXPECT_TRUE(s.session->try_send(buffer("ab", 2)));
       s.session.reset();
       return logged;
     }},
    {"Two `async_receive` at a time",
     [](stage& s) {
       s.make_session();
       s.session->async_receive(s.here([](auto const&) {}));
       return s.call<live::event>([&](auto h) { s.session->async_receive(h); });
     }},
};

std::vector<scenario> all_scenarios() {
  std::vector<scenario> all;
  auto const add = [&all](auto const& some) {
    all.insert(all.end(), std::begin(some), std::end(some));
  };
  add(before_anything_is_sent);
  add(reaching_the_server);
  add(creating_a_session);
  add(while_it_goes_on);
  add(how_it_ends);
  add(jobs_and_recordings);
  add(recordings);
  add(audio_files);
  add(calls_at_the_wrong_time);
  return all;
}

/// As gtest wants it.
std::string name_of(scenario const& s) {
  std::string name;
  for (char const c : std::string(s.what_happened)) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      name += c;
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  return name;
}

struct errors_md : stage, ::testing::WithParamInterface<scenario> {};

TEST_P(errors_md, shows_what_the_user_sees) {
  std::string const what_happened = GetParam().what_happened;
  auto const line = masked(GetParam().line(*this));
  for (auto const& r : rows_of_errors_md()) {
    if (r.what_happened != what_happened) continue;
    EXPECT_EQ(r.line, line) << "the row should be\n| " << what_happened << " | `" << line << "` | "
                            << r.what_to_do << " |";
    return;
  }
  ADD_FAILURE() << "docs/errors.md lacks\n| " << what_happened << " | `" << line << "` |  |";
}

INSTANTIATE_TEST_SUITE_P(after, errors_md, ::testing::ValuesIn(all_scenarios()),
                         [](auto const& given) { return name_of(given.param); });

TEST(errors_md_itself, has_no_row_that_nobody_plays_and_says_what_to_do) {
  std::vector<std::string> played, told;
  for (auto const& s : all_scenarios()) played.emplace_back(s.what_happened);
  for (auto const& r : rows_of_errors_md()) {
    told.push_back(r.what_happened);
    EXPECT_FALSE(r.what_to_do.empty()) << r.what_happened;
  }
  EXPECT_EQ(told, played);
}

}  // namespace
