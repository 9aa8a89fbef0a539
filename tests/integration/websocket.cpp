#include <gladia/api/impl/answer.ipp>
#include <gladia/net/websocket.hpp>

#include <array>
#include <atomic>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <future>
#include <limits>
#include <support/net_fixture.hpp>
#include <support/ports.hpp>
#include <support/tls_server.hpp>

namespace {

using namespace std::chrono_literals;
namespace net = gladia::net;
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using gladia::errc;
using gladia::phase;
using gladia::test::credentials;
using gladia::test::encrypted;
using gladia::test::read_head;
using gladia::test::scripted_server;
using gladia::test::send;
using gladia::test::tcp;
using gladia::test::tls_connection;
using gladia::test::wait_for_close;
using server_stream = websocket::stream<tcp::socket&>;
using tls_server_stream = websocket::stream<tls_connection&>;

/// Writes down what it hears, and does what a test tells it to.
class recorder : public net::websocket_listener {
 public:
  void on_open(net::websocket& link) override {
    is_open = true;
    if (at_open) at_open(link);
  }
  void on_message(net::websocket& link, std::string_view text) override {
    messages.emplace_back(text);
    if (at_message) at_message(link);
  }
  void on_activity(net::websocket& link) override {
    ++activities;
    if (at_activity) at_activity(link);
  }
  void on_written(net::websocket& link) override {
    ++written;
    if (at_written) at_written(link);
  }
  void on_closed(net::websocket&, net::link_end how) override {
    ++closed;
    end = std::move(how);
  }

  std::function<void(net::websocket&)> at_open{}, at_message{}, at_activity{}, at_written{};
  bool is_open = false;
  std::vector<std::string> messages{};
  int activities = 0;
  int written = 0;
  int closed = 0;
  net::link_end end{};
};

class websocket_link : public gladia::test::net_fixture {
 protected:
  net::websocket_request request_to(std::string const& url) {
    net::websocket_request request;
    request.read_refusal = gladia::api::detail::read_refusal;
    request.url = *net::parse_url(url);
    request.close_timeout = 10s;
    return request;
  }

  /// Opens a link on its strand; the pending operations keep it.
  void open(net::websocket_request request) {
    asio::post(strand, [this, request = std::move(request)]() mutable {
      auto made = transport->make_websocket(strand);
      opened = made;
      made->open(std::move(request), heard);
    });
  }
  void open(std::string const& url) { open(request_to(url)); }

  template <class F>
  void on_link(F f) {
    asio::post(strand, [this, f] {
      if (auto locked = opened.lock()) f(*locked);
    });
  }

  void run_until_closed() {
    run_until([this] { return heard->closed > 0; });
  }

  std::shared_ptr<recorder> heard = std::make_shared<recorder>();
  std::weak_ptr<net::websocket> opened{};
};

/// A server that upgrades, follows `script`, and stays until the client has gone.
scripted_server::script upgraded(std::function<void(server_stream&)> script) {
  return [script = std::move(script)](tcp::socket& socket) {
    server_stream stream(socket);
    stream.read_message_max(0);
    stream.accept();
    script(stream);
    gladia::test::wait_for_close(socket);
  };
}

/// A close frame as a server sends it.
std::string close_frame(std::uint16_t code, std::string const& reason) {
  std::string frame = "\x88";
  frame += static_cast<char>(2 + reason.size());
  frame += static_cast<char>(code >> 8);
  frame += static_cast<char>(code & 0xff);
  return frame + reason;
}

/// The value of `Sec-WebSocket-Accept` (RFC 6455, section 4.2.2).
std::string accept_for(std::string const& key) {
  auto const text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, 20> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  std::array<unsigned char, 29> encoded{};
  auto const size = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
  return std::string(encoded.begin(), encoded.begin() + size);
}

/// A server that upgrades over TLS.
scripted_server::script upgraded_tls(credentials const& own,
                                     std::function<void(tls_server_stream&)> script) {
  return encrypted(own, [script = std::move(script)](tls_connection& connection) {
    tls_server_stream stream(connection);
    stream.accept();
    script(stream);
    wait_for_close(connection.next_layer());
  });
}

/// The answer to an upgrade request, and nothing else.
scripted_server::script refusing(std::string answer) {
  return [answer = std::move(answer)](tcp::socket& socket) {
    read_head(socket);
    send(socket, answer);
  };
}

asio::const_buffer bytes(std::string_view text) {
  return {text.data(), text.size()};
}

void echo_once(server_stream& stream) {
  beast::flat_buffer message;
  stream.read(message);
  stream.text(stream.got_text());
  stream.write(message.data());
}

// -- opening

TEST_F(websocket_link, sends_a_plain_upgrade_request) {
  std::string received;
  scripted_server server([&](tcp::socket& socket) { received = read_head(socket); });
  auto request = request_to(server.url("ws", "/v2/live?token=t"));
  request.headers = {{"x-extra", "1"}};
  open(std::move(request));
  run_until_closed();
  server.finish();
  EXPECT_THAT(received, testing::StartsWith("GET /v2/live?token=t HTTP/1.1\r\n"));
  EXPECT_THAT(received, testing::HasSubstr("Host: 127.0.0.1:" + server.port() + "\r\n"));
  EXPECT_THAT(received, testing::HasSubstr("Connection: Upgrade\r\n"));
  EXPECT_THAT(received, testing::HasSubstr("User-Agent: gladia-test\r\n"));
  EXPECT_THAT(received, testing::HasSubstr("x-extra: 1\r\n"));
  EXPECT_THAT(received, testing::Not(testing::HasSubstr("Sec-WebSocket-Extensions")));
}

TEST_F(websocket_link, explains_a_refused_upgrade) {
  scripted_server server(
      refusing("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nx-aipi-call-id: G-1\r\n"
               "Content-Length: 9\r\n\r\nslow down"));
  open(server.url("ws"));
  run_until_closed();
  auto const& error = heard->end.error;
  EXPECT_FALSE(heard->is_open);
  EXPECT_EQ(error, errc::too_many_requests);
  EXPECT_EQ(error.details().phase, phase::upgrade);
  EXPECT_EQ(error.details().http_status, 429);
  EXPECT_EQ(error.details().retry_after, 7s);
  EXPECT_EQ(error.details().request_id, "G-1");
  EXPECT_EQ(error.details().server_message, "slow down");
}

TEST_F(websocket_link, reads_the_whole_answer_of_a_refused_upgrade) {
  // What hides the token looks for all of it.
  std::string const body = "<p style='" + std::string(2030, ' ') + "'>" + "unknown: a-long-token";
  scripted_server server(refusing("HTTP/1.1 403 Forbidden\r\nContent-Length: " +
                                  std::to_string(body.size()) + "\r\n\r\n" + body));
  open(server.url("ws"));
  run_until_closed();
  EXPECT_EQ(heard->end.error.details().server_message, "unknown: a-long-token");
}

TEST_F(websocket_link, reports_a_server_that_does_not_speak_websocket) {
  for (auto const* answer : {"nonsense\r\n\r\n",
                             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                             "Connection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n"}) {
    heard = std::make_shared<recorder>();
    scripted_server server(refusing(answer));
    open(server.url("ws"));
    run_until_closed();
    EXPECT_EQ(heard->end.error, errc::malformed_response) << answer;
    EXPECT_EQ(heard->end.error.details().phase, phase::upgrade);
  }
}

TEST_F(websocket_link, reports_a_connection_that_ends_during_the_upgrade) {
  scripted_server server(refusing(""));
  open(server.url("ws"));
  run_until_closed();
  EXPECT_EQ(heard->end.error, gladia::condition::retryable);
  EXPECT_EQ(heard->end.error.details().phase, phase::upgrade);
}

TEST_F(websocket_link, gives_up_on_an_upgrade_that_hangs) {
  scripted_server server([](tcp::socket& socket) { wait_for_close(socket); });
  auto request = request_to(server.url("ws"));
  request.timeouts.upgrade = 50ms;
  open(std::move(request));
  run_until_closed();
  EXPECT_EQ(heard->end.error, errc::timeout);
  EXPECT_EQ(heard->end.error.details().phase, phase::upgrade);
}

TEST_F(websocket_link, reports_faulty_headers_and_not_from_within_open) {
  auto request = request_to("ws://127.0.0.1:9");
  request.headers = {{"x-extra", "a\nb"}};
  asio::post(strand, [&] {
    transport->make_websocket(strand)->open(request, heard);
    EXPECT_EQ(heard->closed, 0);
  });
  run_until_closed();
  EXPECT_EQ(heard->end.error, errc::invalid_request);
}

// -- messages

TEST_F(websocket_link, carries_messages_both_ways) {
  bool was_binary = false;
  scripted_server server(upgraded([&](server_stream& stream) {
    echo_once(stream);
    was_binary = stream.got_binary();
    stream.close(websocket::close_code::normal);
  }));
  heard->at_open = [](net::websocket& link) { link.write(bytes("hello"), true); };
  open(server.url("ws"));
  run_until_closed();
  server.finish();
  EXPECT_TRUE(was_binary);
  EXPECT_EQ(heard->messages, std::vector<std::string>{"hello"});
  EXPECT_EQ(heard->written, 1);
  EXPECT_EQ(heard->end.close_code, 1000);
  EXPECT_FALSE(heard->end.error);
}

/// Answers an upgrade with `fields` beside those it needs, and with `behind` in the same write.
template <class Stream>
void switch_protocols(Stream& stream, std::string const& fields, std::string const& behind = {},
                      std::string const& status = "HTTP/1.1 101 Switching Protocols\r\n") {
  auto const head = read_head(stream);
  beast::http::request_parser<beast::http::empty_body> parser;
  boost::system::error_code ec;
  parser.put(asio::buffer(head), ec);
  auto const key = std::string(parser.get()[beast::http::field::sec_websocket_key]);
  send(stream, status + fields + "upgrade: WebSocket\r\nconnection: keep-alive, upgrade\r\n" +
                   "sec-websocket-accept: " + accept_for(key) + "\r\n\r\n" + behind);
}

std::string const hi_and_goodbye("\x81\x02hi\x88\x02\x03\xe8", 8);

TEST_F(websocket_link, delivers_a_message_that_came_with_the_answer_to_the_upgrade) {
  // In one write, so that the library has the message before anybody reads.
  scripted_server server([](tcp::socket& socket) {
    switch_protocols(socket, "", hi_and_goodbye);
    wait_for_close(socket);
  });
  open(server.url("ws"));
  run_until_closed();
  EXPECT_EQ(heard->messages, std::vector<std::string>{"hi"});
  EXPECT_EQ(heard->end.close_code, 1000);
}

TEST_F(websocket_link, is_opened_by_an_answer_with_a_head_of_60_kb) {
  scripted_server server([](tcp::socket& socket) {
    switch_protocols(socket, "Content-Security-Policy: " + std::string(60'000, 'x') + "\r\n",
                     hi_and_goodbye);
    wait_for_close(socket);
  });
  open(server.url("ws"));
  run_until_closed();
  EXPECT_EQ(heard->messages, std::vector<std::string>{"hi"});
  EXPECT_EQ(heard->end.close_code, 1000);
}

TEST_F(websocket_link, is_opened_by_a_large_answer_with_a_message_behind_it) {
  std::string const message(60'000, 'm');
  std::string frame("\x81\x7e", 2);
  frame += static_cast<char>(message.size() >> 8);
  frame += static_cast<char>(message.size() & 0xff);
  scripted_server server([&](tcp::socket& socket) {
    switch_protocols(socket, "Set-Cookie: " + std::string(4'000, 'x') + "\r\n",
                     frame + message + hi_and_goodbye);
    wait_for_close(socket);
  });
  open(server.url("ws"));
  run_until_closed();
  EXPECT_EQ(heard->messages, (std::vector<std::string>{message, "hi"}));
  EXPECT_EQ(heard->end.close_code, 1000);
}

TEST_F(websocket_link, is_opened_by_any_answer_that_can_be_understood) {
  for (std::string const status :
       {"HTTP/1.1 101\r\n", "HTTP/1.1 101 \n", "HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 101\r\n",
        "HTTP/1.1 101 Web Socket Protocol Handshake\r\nSec-WebSocket-Protocol:\r\n"}) {
    heard = std::make_shared<recorder>();
    scripted_server server([&](tcp::socket& socket) {
      switch_protocols(socket, "", hi_and_goodbye, status);
      wait_for_close(socket);
    });
    open(server.url("ws"));
    run_until_closed();
    EXPECT_EQ(heard->end.close_code, 1000) << status << heard->end.error.what();
  }
}

TEST_F(websocket_link,
       is_not_opened_by_an_answer_that_chooses_what_was_not_offered_or_says_two_things) {
  for (std::string const fields :
       {"Sec-WebSocket-Extensions: permessage-deflate\r\n", "Sec-WebSocket-Protocol: chat\r\n",
        "Sec-WebSocket-Accept: abc\r\n", "X : y\r\n", "X: y\r\n z\r\n",
        "Content-Length: 1, 2\r\n"}) {
    heard = std::make_shared<recorder>();
    scripted_server server([&](tcp::socket& socket) {
      switch_protocols(socket, fields);
      wait_for_close(socket);
    });
    open(server.url("ws"));
    run_until_closed();
    EXPECT_FALSE(heard->is_open);
    EXPECT_EQ(heard->end.error, errc::malformed_response) << fields;
    EXPECT_EQ(heard->end.error.details().phase, phase::upgrade);
    EXPECT_THAT(heard->end.error.what(),
                testing::StartsWith("the WebSocket handshake with 127.0.0.1 "
                                    "failed: "));
  }
}

TEST_F(websocket_link, hears_a_refusal_however_it_ends) {
  for (bool const is_reset : {true, false}) {
    for (std::string const behind : {"\r\n", "Content-Length: 100\r\n\r\nno access",
                                     "Transfer-Encoding: chunked\r\n\r\n9\r\nno acc"}) {
      heard = std::make_shared<recorder>();
      scripted_server server([&](tcp::socket& socket) {
        read_head(socket);
        send(socket, "HTTP/1.1 403 Forbidden\r\n" + behind);
        is_reset ? gladia::test::reset(socket) : wait_for_close(socket);
      });
      open(server.url("ws"));
      run_until_closed();
      EXPECT_EQ(heard->end.error, errc::forbidden) << heard->end.error.what();
      EXPECT_EQ(heard->end.error.details().http_status, 403);
    }
  }
}

TEST_F(websocket_link, hears_a_refusal_that_came_before_the_request) {
  scripted_server server([](tcp::socket& socket) {
    send(socket, "HTTP/1.1 503 Full\r\nRetry-After: 7\r\n\r\n");
    // An earlier reset could meet the connect.
    socket.wait(tcp::socket::wait_read);
    gladia::test::reset(socket);
  });
  open(server.url("ws"));
  run_until_closed();
  EXPECT_EQ(heard->end.error.details().retry_after, 7s) << heard->end.error.what();
}

TEST_F(websocket_link, can_be_dropped_while_it_hears_a_refusal) {
  scripted_server server([this](tcp::socket& socket) {
    read_head(socket);
    send(socket, "HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\n");
    on_link([](net::websocket& link) { link.close_now(); });
    wait_for_close(socket);
  });
  open(server.url("ws"));
  run_until_closed();
  // Whichever was first.
  EXPECT_TRUE(heard->end.error == errc::forbidden ||
              heard->end.error.code() == asio::error::operation_aborted);
}

TEST_F(websocket_link, says_where_it_was_redirected_to_and_whether_that_may_be_followed) {
  struct redirect_case {
    std::string location;
    char const* told;
    std::string target;
  };
  gladia::test::reserved_port const other;
  for (auto const& [location, told, target] :
       {redirect_case{"/v3/live?token=n e w", "/v3/live (during", "/v3/live?token=n%20e%20w"},
        redirect_case{"ws://127.0.0.1:" + other.number() + "/x?token=t", "/x (during", ""},
        redirect_case{"wss://other.test/v2?token=t", "was redirected to wss://other.test/v2 (", ""},
        redirect_case{"/a\\b", "was redirected wrongly: ", ""},
        redirect_case{"", "was redirected without a Location", ""}}) {
    heard = std::make_shared<recorder>();
    auto const field = location.empty() ? "" : "Location: " + location + "\r\n";
    scripted_server server(
        refusing("HTTP/1.1 307 Temporary Redirect\r\n" + field + "Content-Length: 9\r\n\r\n"));
    open(server.url("ws", "/v2/live?token=old"));
    run_until_closed();
    auto const& end = heard->end;
    EXPECT_EQ(end.error, errc::bad_redirect);
    EXPECT_EQ(end.error.details().http_status, 307);
    EXPECT_THAT(end.error.what(), testing::HasSubstr(told));
    EXPECT_THAT(end.error.what(), testing::Not(testing::HasSubstr("token=t")));
    EXPECT_EQ(end.redirect ? end.redirect->reveal() : "",
              target.empty() ? "" : "ws://127.0.0.1:" + server.port() + target);
  }
}

TEST_F(websocket_link, takes_a_redirect_to_the_http_of_its_server_for_one_to_itself) {
  std::string port;
  scripted_server server([&](tcp::socket& socket) {
    read_head(socket);
    send(socket, "HTTP/1.1 301\r\nLocation: http://127.0.0.1:" + port + "/there\r\n\r\n");
  });
  port = server.port();
  open(server.url("ws"));
  run_until_closed();
  ASSERT_TRUE(heard->end.redirect);
  EXPECT_EQ(heard->end.redirect->scheme, "ws");
}

TEST_F(websocket_link, sends_a_message_as_one_frame_however_large) {
  constexpr std::size_t size = 512 * 1024;
  std::array<unsigned char, 10> head{};
  scripted_server server([&](tcp::socket& socket) {
    server_stream stream(socket);
    stream.accept();
    asio::read(socket, asio::buffer(head));
    std::vector<char> rest(4 + size);
    asio::read(socket, asio::buffer(rest));
  });
  std::string const message(size, 'x');
  heard->at_open = [&](net::websocket& link) { link.write(bytes(message), true); };
  open(server.url("ws"));
  run_until_closed();
  server.finish();
  EXPECT_EQ(head[0], 0x82) << "final and binary";
  EXPECT_EQ(head[1], 0xff) << "masked, 64-bit length";
  EXPECT_EQ((head[7] << 16) + (head[8] << 8) + head[9], static_cast<int>(size));
}

TEST_F(websocket_link, keeps_the_order_of_many_messages) {
  constexpr int count = 200;
  std::vector<std::string> received;
  scripted_server server(upgraded([&](server_stream& stream) {
    for (int i = 0; i < count; ++i) {
      beast::flat_buffer message;
      stream.read(message);
      received.push_back(beast::buffers_to_string(message.data()));
    }
    stream.close(websocket::close_code::normal);
  }));
  int next = 0;
  auto const send_next = [&next](net::websocket& link) {
    if (next < count) link.write(bytes(std::to_string(next++)), false);
  };
  heard->at_open = heard->at_written = send_next;
  open(server.url("ws"));
  run_until_closed();
  server.finish();
  ASSERT_EQ(received.size(), std::size_t{count});
  for (int i = 0; i < count; ++i)
    EXPECT_EQ(received[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST_F(websocket_link, joins_a_large_message_that_comes_in_fragments) {
  std::string const large(std::size_t{1} << 20, 'x');
  scripted_server server(upgraded([&](server_stream& stream) {
    stream.auto_fragment(true);
    stream.write(asio::buffer(large));
    stream.write(asio::buffer("y", 1));
    stream.close(websocket::close_code::normal);
  }));
  open(server.url("ws"));
  run_until_closed();
  ASSERT_EQ(heard->messages.size(), 2u);
  EXPECT_EQ(heard->messages[0], large);
  EXPECT_EQ(heard->messages[1], "y");
  EXPECT_GT(heard->activities, 2) << "parts are a sign of life too";
}

TEST_F(websocket_link, refuses_a_message_above_the_limit) {
  scripted_server server(
      upgraded([](server_stream& stream) { stream.write(asio::buffer(std::string(11, 'x'))); }));
  auto request = request_to(server.url("ws"));
  request.max_message = 10;
  open(std::move(request));
  run_until_closed();
  EXPECT_EQ(heard->end.error, errc::message_too_large);
  EXPECT_TRUE(heard->messages.empty());
}

TEST_F(websocket_link, takes_a_message_of_exactly_the_limit) {
  scripted_server server(upgraded([](server_stream& stream) {
    stream.write(asio::buffer(std::string(10, 'x')));
    stream.write(asio::buffer("", 0));
    stream.close(websocket::close_code::normal);
  }));
  auto request = request_to(server.url("ws"));
  request.max_message = 10;
  open(std::move(request));
  run_until_closed();
  EXPECT_EQ(heard->messages, (std::vector<std::string>{"xxxxxxxxxx", ""}));
}

TEST_F(websocket_link, does_not_believe_an_announced_length) {
  // 2^62 bytes, within the limit.
  std::string const head("\x82\x7f\x40\0\0\0\0\0\0\0x", 11);
  scripted_server server(upgraded([&](server_stream& stream) { send(stream.next_layer(), head); }));
  auto request = request_to(server.url("ws"));
  request.max_message = std::numeric_limits<std::size_t>::max();
  heard->at_activity = [](net::websocket& link) { link.close_now(); };
  open(std::move(request));
  run_until_closed();
  EXPECT_EQ(heard->end.error.code(), asio::error::operation_aborted);
}

TEST_F(websocket_link, ends_on_a_frame_against_the_protocol_though_the_server_stays) {
  for (auto const& frame : {std::string("\x83\x00", 2), std::string("\xc1\x01\xff", 3)}) {
    heard = std::make_shared<recorder>();
    scripted_server server(
        upgraded([&](server_stream& stream) { send(stream.next_layer(), frame); }));
    auto request = request_to(server.url("ws"));
    request.close_timeout = 1h;
    open(std::move(request));
    run_until_closed();
    EXPECT_EQ(heard->end.close_code, 0);
    EXPECT_TRUE(heard->end.error);
    EXPECT_NE(heard->end.error.code(), asio::error::operation_aborted);
  }
}

TEST_F(websocket_link, replaces_what_is_not_utf8_and_goes_on) {
  scripted_server server(upgraded([](server_stream& stream) {
    auto& socket = stream.next_layer();
    send(socket, "\x81\x01\xc3");
    send(socket,
         "\x81\x04"
         "caf\xe9");
    send(socket, std::string("\x01\x01\xe2\x89\x00\x80\x02\x82\xac", 9));  // a ping in between
    send(socket, "\x82\x02\xff!");
    send(socket, close_frame(1000, ""));
  }));
  open(server.url("ws"));
  run_until_closed();
  EXPECT_THAT(heard->messages, testing::ElementsAre("\xEF\xBF\xBD", "caf\xEF\xBF\xBD",
                                                    "\xE2\x82\xAC", "\xEF\xBF\xBD!"));
  EXPECT_EQ(heard->end.close_code, 1000);
}

TEST_F(websocket_link, tells_what_has_left) {
  std::promise<void> read_on;
  scripted_server server(upgraded([&](server_stream& stream) {
    read_on.get_future().wait();
    beast::flat_buffer message;
    boost::system::error_code ec;
    while (!ec) stream.read(message, ec);
  }));
  constexpr std::size_t large = std::size_t{8} << 20;
  std::string const flood(large, 'x');
  heard->at_open = [&](net::websocket& link) {
    link.write(bytes(flood), true);
    link.ping();
  };
  open(server.url("ws"));
  std::optional<net::outflow> out;
  auto const look = [&] {
    out.reset();
    on_link([&](net::websocket& link) { out = link.outgoing(); });
    run_until([&] { return out.has_value(); });
    return *out;
  };
  run_until([&] { return heard->is_open; });
  auto before = look();
  while (look().bytes > before.bytes) before = *out;  // until the server's system is full
  EXPECT_FALSE(out->ping_left);
  EXPECT_LT(out->bytes, large);
  read_on.set_value();
  while (!look().ping_left) {
  }
  EXPECT_GT(out->bytes, large);
  on_link([](net::websocket& link) { link.close_now(); });
  run_until_closed();
}

// -- signs of life

TEST_F(websocket_link, answers_pings_and_takes_them_for_a_sign_of_life) {
  std::string ponged;
  scripted_server server(upgraded([&](server_stream& stream) {
    stream.control_callback([&](auto, auto payload) { ponged = std::string(payload); });
    stream.ping("are you there");
    stream.write(asio::buffer("?", 1));
    beast::flat_buffer message;
    stream.read(message);
    stream.close(websocket::close_code::normal);
  }));
  bool alive_before_message = false;
  heard->at_message = [&](net::websocket& link) {
    alive_before_message = heard->activities > 1;
    link.write(bytes("!"), false);
  };
  open(server.url("ws"));
  run_until_closed();
  server.finish();
  EXPECT_TRUE(alive_before_message);
  EXPECT_EQ(ponged, "are you there");
}

TEST_F(websocket_link, hears_the_answer_to_its_ping) {
  scripted_server server(upgraded([](server_stream& stream) {
    beast::flat_buffer message;
    boost::system::error_code ec;
    stream.read(message, ec);  // answers pings until the link is closed
  }));
  heard->at_open = [](net::websocket& link) {
    link.ping();
    link.ping();  // does nothing
  };
  heard->at_activity = [](net::websocket& link) { link.close(1000); };
  open(server.url("ws"));
  run_until_closed();
  EXPECT_EQ(heard->activities, 1);
  EXPECT_EQ(heard->end.close_code, 1000);
}

// -- the end

struct close_case {
  std::uint16_t code;
  std::string reason;
};

class websocket_close : public websocket_link, public testing::WithParamInterface<close_case> {};

TEST_P(websocket_close, tells_code_and_reason) {
  scripted_server server(upgraded([](server_stream& stream) {
    stream.close({static_cast<websocket::close_code>(GetParam().code), GetParam().reason});
  }));
  open(server.url("ws"));
  run_until_closed();
  EXPECT_EQ(heard->end.close_code, GetParam().code);
  EXPECT_EQ(heard->end.reason, GetParam().reason);
  EXPECT_FALSE(heard->end.error);
}

TEST_P(websocket_close, comes_before_a_reset) {
  scripted_server server([](tcp::socket& socket) {
    server_stream stream(socket);
    stream.accept();
    send(socket, close_frame(GetParam().code, GetParam().reason));
    gladia::test::reset(socket);
  });
  open(server.url("ws"));
  run_until_closed();
  EXPECT_EQ(heard->end.close_code, GetParam().code);
  EXPECT_EQ(heard->end.reason, GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(code, websocket_close,
                         testing::Values(close_case{1000, ""}, close_case{1001, "going away"},
                                         close_case{1011, "oops"}, close_case{4403, "ended"},
                                         close_case{4504, std::string(123, 'x')}));

TEST_P(websocket_close, is_answered_with_its_code) {
  std::uint16_t answered = 0;
  scripted_server server(upgraded([&](server_stream& stream) {
    stream.close(static_cast<websocket::close_code>(GetParam().code));
    answered = stream.reason().code;
  }));
  open(server.url("ws"));
  run_until_closed();
  server.finish();
  EXPECT_EQ(answered, GetParam().code);
}

/// Close frames as RFC 6455 forbids them.
struct odd_close {
  std::string frame;
  std::uint16_t code;
  std::string reason;
};

class websocket_odd_close : public websocket_link, public testing::WithParamInterface<odd_close> {};

TEST_P(websocket_odd_close, tells_what_there_is) {
  scripted_server server(upgraded(
      [](server_stream& stream) { send(stream.next_layer(), "\x81\x02ok" + GetParam().frame); }));
  open(server.url("ws"));
  run_until_closed();
  EXPECT_THAT(heard->messages, testing::ElementsAre("ok"));
  EXPECT_EQ(heard->end.close_code, GetParam().code);
  EXPECT_EQ(heard->end.reason, GetParam().reason);
  EXPECT_FALSE(heard->end.error);
}

INSTANTIATE_TEST_SUITE_P(
    frames, websocket_odd_close,
    testing::Values(
        odd_close{"\x88\x03\x11\x33\xc3", 4403, "\xEF\xBF\xBD"},
        odd_close{close_frame(4408, std::string(122, 'x') + "\xc3"), 4408,
                  std::string(122, 'x') + "\xEF\xBF\xBD"},
        odd_close{close_frame(1011, "caf\xe9 ferm\xe9"), 1011, "caf\xEF\xBF\xBD ferm\xEF\xBF\xBD"},
        odd_close{close_frame(1014, "bad gateway"), 1014, "bad gateway"},
        odd_close{close_frame(2000, "mine"), 2000, "mine"},
        odd_close{close_frame(0, "nothing"), 1006, "nothing"},
        odd_close{close_frame(999, ""), 1006, ""}, odd_close{close_frame(1004, ""), 1006, ""},
        odd_close{close_frame(1005, "why"), 1006, "why"},
        odd_close{close_frame(1006, ""), 1006, ""}, odd_close{close_frame(1015, ""), 1006, ""},
        odd_close{std::string("\x88\x01\x11", 3), 1006, ""},
        odd_close{std::string("\x88\x7e\x00\x80\x11\x38", 6) + std::string(126, 'x'), 4408,
                  std::string(121, 'x')}));

// What lies before it may have been words.
TEST_F(websocket_link, takes_no_close_frame_for_the_end_that_stands_behind_a_frame_it_cannot_read) {
  std::string const unknown_opcode("\x83\x00", 2);
  scripted_server server(upgraded([&](server_stream& stream) {
    send(stream.next_layer(), "\x81\x02ok" + unknown_opcode + "\x81\x02no" + close_frame(1000, ""));
  }));
  open(server.url("ws"));
  run_until_closed();
  EXPECT_THAT(heard->messages, testing::ElementsAre("ok"));
  EXPECT_EQ(heard->end.close_code, 0);
  EXPECT_THAT(heard->end.error.what(), testing::HasSubstr("illegal opcode"));
}

TEST_F(websocket_link, knows_a_close_frame_that_was_cut_off) {
  scripted_server server([](tcp::socket& socket) {
    server_stream stream(socket);
    stream.accept();
    send(socket, close_frame(4403, "over").substr(0, 6));
  });
  open(server.url("ws"));
  run_until_closed();
  EXPECT_EQ(heard->end.close_code, 4403);
  EXPECT_EQ(heard->end.reason, "ov");
}

TEST_F(websocket_link, finds_the_close_frame_behind_a_write_that_failed) {
  std::promise<void> gone;
  scripted_server server([&](tcp::socket& socket) {
    server_stream stream(socket);
    stream.accept();
    stream.write(asio::buffer("1", 1));
    for (int i = 0; i < 5; ++i) stream.write(asio::buffer(std::string(10000, 'x')));
    send(socket, close_frame(4408, "idle"));
    gladia::test::reset(socket);
    gone.set_value();
  });
  heard->at_message = [&](net::websocket& link) {
    if (heard->messages.size() > 1) return;
    gone.get_future().wait();
    link.write(bytes("too late"), false);
    link.ping();
  };
  open(server.url("ws"));
  run_until_closed();
  EXPECT_EQ(heard->messages.size(), 6u);
  EXPECT_EQ(heard->end.close_code, 4408);
  EXPECT_EQ(heard->end.reason, "idle");
}

TEST_F(websocket_link, calls_a_close_frame_without_a_code_1005) {
  scripted_server server(upgraded(
      [](server_stream& stream) { send(stream.next_layer(), std::string_view("\x88\x00", 2)); }));
  open(server.url("ws"));
  run_until_closed();
  EXPECT_EQ(heard->end.close_code, 1005);
}

TEST_F(websocket_link, does_not_wait_for_a_server_that_closes_but_keeps_the_connection) {
  scripted_server server(
      upgraded([](server_stream& stream) { send(stream.next_layer(), close_frame(1000, "")); }));
  auto request = request_to(server.url("ws"));
  request.close_timeout = 1h;
  open(std::move(request));
  run_until_closed();
  EXPECT_EQ(heard->end.close_code, 1000);
}

TEST_F(websocket_link, reports_a_lost_link) {
  scripted_server server([](tcp::socket& socket) {
    server_stream stream(socket);
    stream.accept();
    gladia::test::reset(socket);
  });
  open(server.url("ws"));
  run_until_closed();
  EXPECT_EQ(heard->end.close_code, 0);
  EXPECT_EQ(heard->end.error, gladia::condition::retryable);
  EXPECT_EQ(heard->end.error.details().phase, phase::stream);
}

TEST_F(websocket_link, reports_a_link_that_ends_without_a_close_frame) {
  scripted_server server([](tcp::socket& socket) {
    server_stream stream(socket);
    stream.accept();
  });
  open(server.url("ws"));
  run_until_closed();
  EXPECT_EQ(heard->end.close_code, 0);
  EXPECT_EQ(heard->end.error.code(), asio::error::eof);
}

TEST_F(websocket_link, closes_with_a_code_and_hears_the_answer) {
  websocket::close_reason heard_by_server;
  scripted_server server(upgraded([&](server_stream& stream) {
    beast::flat_buffer message;
    boost::system::error_code ec;
    stream.read(message, ec);
    heard_by_server = stream.reason();
  }));
  heard->at_open = [](net::websocket& link) {
    EXPECT_TRUE(link.is_open());
    link.close(1000);
    EXPECT_FALSE(link.is_open());
    link.close(1000);
    link.ping();
  };
  open(server.url("ws"));
  run_until_closed();
  server.finish();
  EXPECT_EQ(heard_by_server.code, 1000);
  EXPECT_EQ(heard->end.close_code, 1000);
}

TEST_F(websocket_link, passes_over_what_comes_before_the_answer_to_its_close) {
  scripted_server server([](tcp::socket& socket) {
    server_stream stream(socket);
    stream.accept();
    std::array<char, 8> close{};
    asio::read(socket, asio::buffer(close));
    send(socket, "\x81\x04last" + close_frame(1000, ""));
    wait_for_close(socket);
  });
  heard->at_open = [](net::websocket& link) { link.close(1000); };
  open(server.url("ws"));
  run_until_closed();
  EXPECT_EQ(heard->end.close_code, 1000);
}

TEST_F(websocket_link, drops_a_server_that_never_answers_its_close) {
  scripted_server server(upgraded([](server_stream&) {}));
  heard->at_open = [](net::websocket& link) { link.close(1000); };
  auto request = request_to(server.url("ws"));
  request.close_timeout = 20ms;
  open(std::move(request));
  run_until_closed();
  EXPECT_EQ(heard->end.close_code, 0);
  EXPECT_EQ(heard->end.error.code(), asio::error::operation_aborted);
}

TEST_F(websocket_link, drops_a_server_that_goes_on_talking_after_its_close) {
  scripted_server server(upgraded([](server_stream& stream) {
    while (true) stream.write(asio::buffer(std::string(10000, 'x')));
  }));
  heard->at_open = [](net::websocket& link) { link.close(1000); };
  auto request = request_to(server.url("ws"));
  request.close_timeout = 20ms;
  open(std::move(request));
  run_until_closed();
  EXPECT_EQ(heard->end.error.code(), asio::error::operation_aborted);
}

class websocket_stalled : public websocket_link {
 protected:
  /// Leaves a write, a ping and whatever else pending, for the server reads nothing.
  void open_stalled(std::function<void(net::websocket&)> then) {
    heard->at_open = [this, then = std::move(then)](net::websocket& link) {
      link.write(bytes(flood), true);
      link.ping();
      then(link);
    };
    auto request = request_to(server.url("ws"));
    request.close_timeout = 20ms;
    open(std::move(request));
  }

  std::promise<void> release{};
  scripted_server server{[this](tcp::socket& socket) {
    server_stream stream(socket);
    stream.accept();
    release.get_future().wait();
  }};
  std::string flood = std::string(std::size_t{64} << 20, 'x');
};

TEST_F(websocket_stalled, ends_in_time_when_it_is_closed) {
  open_stalled([](net::websocket& link) { link.close(1000); });
  run_until_closed();
  EXPECT_EQ(heard->end.error.code(), asio::error::operation_aborted);
  release.set_value();
}

TEST_F(websocket_stalled, ends_when_it_is_dropped) {
  open_stalled([](net::websocket& link) { link.close_now(); });
  run_until_closed();
  EXPECT_EQ(heard->end.error.code(), asio::error::operation_aborted);
  EXPECT_EQ(heard->written, 0);
  release.set_value();
}

TEST_F(websocket_stalled, leaves_nothing_behind_when_the_io_context_goes_first) {
  bool is_open = false;
  open_stalled([&](net::websocket& link) {
    link.close(1000);
    is_open = true;
  });
  run_until([&] { return is_open; });
  std::weak_ptr<recorder> const listener = heard;
  heard.reset();
  strand = {};
  io.reset();
  EXPECT_TRUE(opened.expired());
  EXPECT_TRUE(listener.expired());
  release.set_value();
}

TEST_F(websocket_link, can_be_dropped_in_every_callback) {
  using hook = std::function<void(net::websocket&)> recorder::*;
  for (hook at :
       {&recorder::at_open, &recorder::at_message, &recorder::at_activity, &recorder::at_written}) {
    heard = std::make_shared<recorder>();
    scripted_server server(upgraded([](server_stream& stream) {
      stream.ping("");
      echo_once(stream);
    }));
    heard->at_open = [](net::websocket& link) { link.write(bytes("x"), false); };
    (*heard).*at = [this](net::websocket& link) {
      link.close_now();
      link.close_now();
      EXPECT_EQ(heard->closed, 0) << "called from within close_now";
    };
    open(server.url("ws"));
    run_until_closed();
    EXPECT_EQ(heard->end.error.code(), asio::error::operation_aborted);
    EXPECT_EQ(heard->closed, 1);
  }
}

TEST_F(websocket_link, can_be_dropped_while_it_connects) {
  asio::post(strand, [&] {
    auto const made = transport->make_websocket(strand);
    made->open(request_to("ws://127.0.0.1:9"), heard);
    made->close(1000);
    EXPECT_EQ(heard->closed, 0);
  });
  run_until_closed();
  EXPECT_EQ(heard->end.error.code(), asio::error::operation_aborted);
}

TEST_F(websocket_link, that_is_dropped_while_it_connects_tells_so) {
  gladia::test::full_port const deaf;
  open("ws://127.0.0.1:" + deaf.number());
  on_link([](net::websocket& link) { link.close_now(); });
  run_until_closed();
  EXPECT_EQ(heard->end.error.code(), asio::error::operation_aborted);
  EXPECT_EQ(heard->end.error.details().phase, phase::connect);
}

TEST_F(websocket_link, that_is_dropped_as_a_time_limit_ends_was_dropped) {
  gladia::test::full_port const deaf;
  auto request = request_to("ws://127.0.0.1:" + deaf.number());
  request.timeouts.connect = 100ms;
  open(request);
  io->poll();
  asio::steady_timer later(strand, request.timeouts.connect);
  later.async_wait([this](gladia::error_code) {
    if (auto link = opened.lock()) link->close_now();
  });
  // Both are over when anything runs again; on Windows a thread may wake a little early.
  std::this_thread::sleep_until(later.expiry() + 20ms);
  run_until_closed();
  EXPECT_EQ(heard->end.error.code(), asio::error::operation_aborted);
}

TEST_F(websocket_link, that_is_dropped_before_its_headers_are_refused_was_dropped) {
  auto request = request_to("ws://127.0.0.1:9");
  request.headers = {{"x-extra", "a\nb"}};
  open(std::move(request));
  on_link([](net::websocket& link) { link.close_now(); });
  run_until_closed();
  EXPECT_EQ(heard->end.error.code(), asio::error::operation_aborted);
}

TEST_F(websocket_link, can_be_dropped_during_the_upgrade) {
  scripted_server server([this](tcp::socket& socket) {
    read_head(socket);
    on_link([](net::websocket& link) { link.close_now(); });
    wait_for_close(socket);
  });
  open(server.url("ws"));
  run_until_closed();
  EXPECT_EQ(heard->end.error.code(), asio::error::operation_aborted);
  EXPECT_EQ(heard->end.error.details().phase, phase::upgrade);
  EXPECT_FALSE(heard->is_open);
}

TEST_F(websocket_link, leaves_nothing_behind_when_the_io_context_goes_during_the_upgrade) {
  std::atomic<bool> asked = false;
  scripted_server server([&](tcp::socket& socket) {
    read_head(socket);
    asked = true;
    wait_for_close(socket);
  });
  open(server.url("ws"));
  run_until([&] { return asked.load(); });
  std::weak_ptr<recorder> const listener = std::exchange(heard, nullptr);
  strand = {};
  io.reset();
  EXPECT_TRUE(listener.expired());
}

TEST_F(websocket_link, leaves_nothing_behind_when_the_io_context_goes_while_it_connects) {
  transport->make_websocket(strand)->open(request_to("ws://127.0.0.1:9"), heard);
  std::weak_ptr<recorder> const listener = std::exchange(heard, nullptr);
  strand = {};
  io.reset();
  EXPECT_TRUE(listener.expired());
}

// -- over TLS

class websocket_over_tls : public websocket_link {
 protected:
  websocket_over_tls() { trust(authority.pem()); }
  gladia::test::certificate_authority authority{};
};

TEST_F(websocket_over_tls, carries_messages_both_ways) {
  std::string const large(300000, 'x');
  scripted_server server(upgraded_tls(authority.issue(), [](tls_server_stream& stream) {
    beast::flat_buffer message;
    stream.read(message);
    stream.write(message.data());
    stream.close(websocket::close_code::normal);
  }));
  heard->at_open = [&](net::websocket& link) { link.write(bytes(large), true); };
  open(server.url("wss"));
  run_until_closed();
  EXPECT_EQ(heard->messages, std::vector<std::string>{large});
  EXPECT_EQ(heard->end.close_code, 1000);
}

TEST_F(websocket_over_tls, hears_a_refusal_that_is_not_closed_in_order) {
  scripted_server server(encrypted(authority.issue(), [](tls_connection& connection) {
    read_head(connection);
    send(connection, "HTTP/1.1 403 Forbidden\r\n\r\n");
  }));
  open(server.url("wss"));
  run_until_closed();
  EXPECT_EQ(heard->end.error, errc::forbidden) << heard->end.error.what();
  EXPECT_EQ(heard->end.error.details().http_status, 403);
}

TEST_F(websocket_over_tls, is_opened_by_a_large_answer_with_messages_behind_it) {
  scripted_server server(encrypted(authority.issue(), [](tls_connection& connection) {
    switch_protocols(connection, "X: " + std::string(30'000, 'x') + "\r\n", hi_and_goodbye);
    wait_for_close(connection.next_layer());
  }));
  open(server.url("wss"));
  run_until_closed();
  EXPECT_EQ(heard->messages, std::vector<std::string>{"hi"});
  EXPECT_EQ(heard->end.close_code, 1000);
}

TEST_F(websocket_over_tls, does_not_wait_for_a_tls_shutdown) {
  scripted_server server(upgraded_tls(authority.issue(), [](tls_server_stream& stream) {
    send(stream.next_layer(), close_frame(4504, "no speech"));
  }));
  auto request = request_to(server.url("wss"));
  request.close_timeout = 1h;
  open(std::move(request));
  run_until_closed();
  EXPECT_EQ(heard->end.close_code, 4504);
}

TEST_F(websocket_over_tls, reports_a_connection_that_is_cut_as_lost) {
  scripted_server server(encrypted(authority.issue(), [](tls_connection& connection) {
    tls_server_stream stream(connection);
    stream.accept();
  }));
  open(server.url("wss"));
  run_until_closed();
  EXPECT_EQ(heard->end.error.code(), asio::error::eof);
  EXPECT_EQ(heard->end.error, gladia::condition::retryable);
}

TEST_F(websocket_over_tls, leaves_nothing_behind_when_the_io_context_goes_first) {
  scripted_server server(upgraded_tls(authority.issue(), [](tls_server_stream&) {}));
  bool is_open = false;
  std::string const flood(std::size_t{32} << 20, 'x');
  heard->at_open = [&](net::websocket& link) {
    link.write(bytes(flood), true);
    link.ping();
    link.close(1000);
    is_open = true;
  };
  open(server.url("wss"));
  run_until([&] { return is_open; });
  std::weak_ptr<recorder> const listener = std::exchange(heard, nullptr);
  strand = {};
  io.reset();
  EXPECT_TRUE(listener.expired());
}

}  // namespace
