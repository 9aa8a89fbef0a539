#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <gladia/base64.hpp>
#include <gladia/testing/sound.hpp>
#include <memory>
#include <optional>
#include <string>
#include <support/emulator_client.hpp>
#include <support/example_fixture.hpp>
#include <vector>

namespace {

using namespace gladia::test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

/// A phone provider that streams one call, as Twilio's documentation says.
class provider_stream {
 public:
  using json = nlohmann::json;

  provider_stream(std::string const& url, std::string name) : name_(std::move(name)) {
    EXPECT_FALSE(socket_.open(url)) << url;
    send({{"event", "connected"}, {"protocol", "Call"}, {"version", "1.0.0"}});
  }
  void start(json format = {{"encoding", "audio/x-mulaw"}, {"sampleRate", 8000}, {"channels", 1}}) {
    send({{"event", "start"},
          {"sequenceNumber", "1"},
          {"start",
           {{"accountSid", "AC1"},
            {"streamSid", "MZ" + name_},
            {"callSid", "CA" + name_},
            {"tracks", {"inbound"}},
            {"mediaFormat", std::move(format)},
            {"customParameters", json::object()}}},
          {"streamSid", "MZ" + name_}});
  }
  /// Audio in messages of 20 ms.
  void speak(std::string const& audio, std::string const& track = "inbound") {
    for (std::size_t at = 0; at < audio.size(); at += 160) {
      send({{"event", "media"},
            {"sequenceNumber", "2"},
            {"media",
             {{"track", track},
              {"chunk", "1"},
              {"timestamp", "5"},
              {"payload", gladia::encode_base64(audio.substr(at, 160))}}},
            {"streamSid", "MZ" + name_}});
    }
  }
  void stop() {
    send({{"event", "stop"},
          {"sequenceNumber", "5"},
          {"stop", {{"accountSid", "AC1"}, {"callSid", "CA" + name_}}},
          {"streamSid", "MZ" + name_}});
  }
  void send(json const& message) { socket_.send_text(message.dump()); }
  gladia::test::socket_client& socket() { return socket_; }

 private:
  gladia::test::socket_client socket_;
  std::string name_;
};

struct telephony : example_fixture {
  gladia::audio_format const format{gladia::audio_encoding::ulaw, 8, 8000, 1};
  std::string const word =
      gladia::testing::speech(format, 300ms) + gladia::testing::silence(format, 500ms);
  std::optional<program> board;
  std::string url;

  void serve(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--port", "0"});
    options.arguments = arguments(std::move(more));
    board.emplace(example("telephony"), options);
    url = "ws://127.0.0.1:" + board->output_between("ws://127.0.0.1:", "/") + '/';
  }
  program_outcome interrupt() {
    board->send_signal(SIGINT);
    return board->wait();
  }
  /// The lines about calls, behind the one that says where it listens.
  static std::vector<std::string> calls_of(program_outcome const& end) {
    auto lines = lines_of(end.out);
    lines.erase(lines.begin(), lines.begin() + (lines.empty() ? 0 : 1));
    return lines;
  }
};

TEST_F(telephony, prints_what_is_said_in_a_call_and_stops_the_playback_when_the_caller_speaks) {
  emulator_options.script = "Hello.\nI have a question.\n";
  serve();
  provider_stream call(url, "1");
  call.start();
  call.send({{"event", "of tomorrow"}});
  call.send({{"event", "mark"}, {"mark", {{"name", "greeting"}}}});
  call.speak(word);
  auto const clear = call.socket().receive();
  ASSERT_TRUE(clear);
  EXPECT_EQ(*clear, provider_stream::json({{"event", "clear"}, {"streamSid", "MZ1"}}));
  call.speak(word, "outbound");
  call.send({{"event", "dtmf"}, {"dtmf", {{"track", "inbound_track"}, {"digit", "7"}}}});
  call.speak(word);
  call.stop();
  call.socket().drain();
  EXPECT_EQ(call.socket().close_code(), 1000);
  EXPECT_TRUE(has_heard(word + word));
  auto const end = interrupt();
  EXPECT_EQ(end.status, 0);
  EXPECT_THAT(end.err, IsEmpty());
  EXPECT_THAT(calls_of(end), ::testing::UnorderedElementsAre(
                                 "[CA1] call", "[CA1] 00:00.0 Hello.", "[CA1] key 7",
                                 "[CA1] 00:00.8 I have a question.", "[CA1] over: complete"));
}

/// The program that plays a caller.
struct a_caller : telephony {
  void SetUp() override {
    telephony::SetUp();
    emulator_options.script = "Hello.\n";
  }
  std::vector<std::string> saying(std::chrono::milliseconds length) const {
    auto const port = url.substr(15, url.size() - 16);  // ws://127.0.0.1:8081/
    return {"--port", port, wav_file(gladia::testing::speech({}, length))};
  }
  program_outcome call(std::vector<std::string> more) {
    options.arguments = std::move(more);
    return program(example("phone_call"), options).wait();
  }
};

TEST_F(a_caller, is_heard_and_prints_what_comes_back) {
  serve();
  auto const end = call(saying(300ms));
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_EQ(end.out, "{\"event\":\"clear\",\"streamSid\":\"MZ1\"}\n");
  EXPECT_THAT(calls_of(interrupt()),
              ElementsAre("[CA1] call", "[CA1] 00:00.0 Hello.", "[CA1] over: complete"));
}

TEST_F(a_caller, hangs_up_in_order_when_it_is_interrupted) {
  serve();
  options.arguments = saying(20s);
  program caller(example("phone_call"), options);
  ASSERT_TRUE(caller.wait_for_output("clear"));
  caller.send_signal(SIGINT);
  auto const end = caller.wait();
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_TRUE(board->wait_for_output("[CA1] over: complete"));
  EXPECT_LT(server->audio(server->reports().at(0).id).size(), format.bytes(10s));
}

TEST_F(a_caller, drops_the_line_when_it_is_interrupted_twice) {
  emulator_options.faults.ignore_stop = true;
  serve();
  options.arguments = saying(20s);
  program caller(example("phone_call"), options);
  ASSERT_TRUE(caller.wait_for_output("clear"));
  caller.send_signal(SIGINT);
  ASSERT_TRUE(server->wait_until([](auto const& report) {
    return report.total(&gladia::testing::connection_report::stops) == 1;
  }));
  caller.send_signal(SIGINT);
  auto const end = caller.wait();
  EXPECT_EQ(end.status, 1);
  EXPECT_EQ(end.err, "error: the line was dropped\n");
}

TEST_F(a_caller, hangs_up_once_nobody_reads_its_lines) {
  serve();
  options.arguments = saying(20s);
  program caller(example("phone_call"), options);
  caller.close_output();
  auto const end = caller.wait();
  EXPECT_EQ(end.status, 1);
  EXPECT_EQ(end.err, "error: cannot write to standard output: Broken pipe\n");
  EXPECT_TRUE(board->wait_for_output("[CA1] over: complete"));
}

TEST_F(a_caller, says_why_it_is_not_heard) {
  serve({"--max-calls", "1"});
  provider_stream other(url, "other");
  other.start();
  ASSERT_TRUE(board->wait_for_output("[CAother] call"));
  auto usual = saying(300ms);
  expect_failure(call(usual), "closed the call with 1013: all lines are busy");
  usual.back() = file("notes.wav", "hello");
  expect_failure(call(usual), "not a WAV file");
  usual.back() =
      file("stereo.wav", gladia::test::wav({gladia::audio_encoding::pcm, 16, 16000, 2}, "1234"));
  expect_failure(call(usual), "a call takes mono");
  auto nowhere = saying(300ms);
  nowhere[1] = "9";
  expect_failure(call(nowhere), "cannot call 127.0.0.1:9: ");
  EXPECT_THAT(call({"--help"}).out, HasSubstr("Ctrl-C"));
  EXPECT_EQ(call({}).status, 2);
}

TEST_F(telephony, ends_a_call_in_order_whose_provider_is_gone) {
  emulator_options.script = "Hello.\n";
  serve();
  {
    provider_stream call(url, "1");
    call.start();
    call.speak(word);
    ASSERT_TRUE(call.socket().receive());
    call.socket().drop();
  }
  EXPECT_TRUE(board->wait_for_output("[CA1] over: complete"));
  EXPECT_TRUE(board->wait_for_output("Hello."));
  EXPECT_EQ(interrupt().status, 0);
}

TEST_F(telephony, closes_a_call_that_the_server_ends) {
  serve();
  provider_stream call(url, "1");
  call.start();
  ASSERT_TRUE(board->wait_for_output("[CA1] call"));
  auto const made = server->wait_until([](auto const& r) { return !r.connections.empty(); });
  ASSERT_TRUE(made);
  server->cut(made->id,
              {1, gladia::testing::cut_kind::brutal, gladia::testing::ending::close, 4403});
  call.socket().drain();
  EXPECT_EQ(call.socket().close_code(), 1011);
  EXPECT_THAT(interrupt().err, HasSubstr("error: call CA1: "));
}

TEST_F(telephony, ends_the_call_that_sends_nonsense_and_no_other) {
  emulator_options.script = "Hello.\n";
  serve();
  provider_stream good(url, "good");
  good.start();
  std::pair<char const*, char const*> const nonsense[] = {
      {"start", "a message is no JSON object with an event"},
      {R"(["event", "start"])", "a message is no JSON object with an event"},
      {R"({"event": 1})", "a message is no JSON object with an event"},
      {R"({"event": "media"})", "media before start"},
      {R"({"event": "start", "start": [1, 2]})", "a start without callSid or streamSid"}};
  for (auto const& [message, why] : nonsense) {
    provider_stream bad(url, "bad");
    bad.socket().send_text(message);
    bad.socket().drain();
    EXPECT_EQ(bad.socket().close_code(), 1008) << why;
    EXPECT_EQ(bad.socket().close_reason(), why);
  }
  provider_stream other(url, "other");
  other.start({{"encoding", "audio/x-l16"}, {"sampleRate", 8000}, {"channels", 1}});
  other.socket().drain();
  EXPECT_THAT(other.socket().close_reason(), HasSubstr("audio/x-mulaw"));
  provider_stream noise(url, "noise");
  noise.start();
  noise.send({{"event", "media"}, {"media", {{"payload", "a-b="}}}});
  noise.socket().drain();
  provider_stream flood(url, "flood");
  flood.start();
  flood.send({{"event", "media"}, {"media", {{"payload", std::string(100'000, 'A')}}}});
  flood.socket().drain();
  EXPECT_EQ(noise.socket().close_reason(),
            "media.payload is not Base64: the byte 0x2d at offset 1");

  good.speak(word);
  good.stop();
  good.socket().drain();
  EXPECT_EQ(good.socket().close_code(), 1000);
  auto const end = interrupt();
  EXPECT_THAT(end.out, HasSubstr("[CAgood] 00:00.0 Hello.\n"));
  EXPECT_THAT(end.err, HasSubstr("error: call CAflood: a message of more than 64 KiB\n"));
  EXPECT_THAT(end.err, HasSubstr("error: a caller: media before start\n"));
  EXPECT_THAT(end.err,
              HasSubstr("error: call CAnoise: media.payload is not Base64: the byte 0x2d"));
}

TEST_F(telephony, has_so_many_lines_and_tells_others_that_they_are_busy) {
  serve({"--max-calls", "1"});
  provider_stream first(url, "1");
  first.start();
  ASSERT_TRUE(board->wait_for_output("[CA1] call"));
  provider_stream second(url, "2");
  second.socket().drain();
  EXPECT_EQ(second.socket().close_code(), 1013);
  first.stop();
  first.socket().drain();
  ASSERT_TRUE(board->wait_for_output("over"));
  provider_stream third(url, "3");
  third.start();
  EXPECT_TRUE(board->wait_for_output("[CA3] call"));
}

TEST_F(telephony, ends_all_calls_in_order_when_it_is_interrupted) {
  emulator_options.script = "Hello.\n";
  serve();
  provider_stream one(url, "1");
  provider_stream two(url, "2");
  one.start();
  two.start();
  one.speak(word);
  ASSERT_TRUE(one.socket().receive());
  ASSERT_TRUE(board->wait_for_output("[CA2] call"));
  board->send_signal(SIGINT);
  one.socket().drain();
  two.socket().drain();
  EXPECT_EQ(one.socket().close_code(), 1000);
  EXPECT_EQ(two.socket().close_code(), 1000);
  auto const end = board->wait();
  EXPECT_EQ(end.status, 0);
  EXPECT_THAT(calls_of(end),
              ::testing::IsSupersetOf(
                  {"[CA1] 00:00.0 Hello.", "[CA1] over: complete", "[CA2] over: complete"}));
}

TEST_F(telephony, says_how_the_calls_ended_that_a_second_interrupt_gives_up) {
  emulator_options.faults.ignore_stop = true;
  serve();
  provider_stream call(url, "1");
  call.start();
  call.speak(word);
  ASSERT_TRUE(call.socket().receive());
  board->send_signal(SIGINT);
  ASSERT_TRUE(server->wait_until([](auto const& report) {
    return report.total(&gladia::testing::connection_report::stops) == 1;
  }));
  board->send_signal(SIGINT);
  auto const end = board->wait();
  EXPECT_EQ(end.status, 0);
  EXPECT_THAT(calls_of(end), ::testing::Contains("[CA1] over: unknown"));
  EXPECT_THAT(end.err, HasSubstr("error: call CA1: "));
}

TEST_F(telephony, takes_no_more_calls_once_nobody_reads_its_lines) {
  serve();
  provider_stream call(url, "1");
  board->close_output();
  call.start();
  call.socket().drain();
  gladia::test::socket_client next;
  (void)next.open(url);
  auto const end = board->wait();
  EXPECT_EQ(end.status, 1);
  EXPECT_EQ(end.err, "error: cannot write to standard output: Broken pipe\n");
  EXPECT_THAT(server->reports(), ::testing::SizeIs(1));
}

TEST_F(telephony, tells_a_call_that_the_server_cannot_be_reached_and_goes_on) {
  options.arguments = {"--port", "0", "--api-url", "http://127.0.0.1:9", "--api-key", "any"};
  board.emplace(example("telephony"), options);
  url = "ws://127.0.0.1:" + board->output_between("ws://127.0.0.1:", "/") + '/';
  for (std::string const name : {"1", "2"}) {
    provider_stream call(url, name);
    call.start();
    call.socket().drain();
    EXPECT_EQ(call.socket().close_code(), 1011);
  }
  auto const end = interrupt();
  EXPECT_EQ(end.status, 0);
  EXPECT_THAT(lines_of(end.err),
              ElementsAre(HasSubstr("error: call CA1: cannot connect to 127.0.0.1"),
                          HasSubstr("error: call CA2: cannot connect to 127.0.0.1")));
}

TEST_F(telephony, says_what_is_wrong_with_its_options) {
  options.arguments = {"--help"};
  EXPECT_EQ(program(example("telephony"), options).wait().status, 0);
  options.arguments = {"--max-calls", "0"};
  EXPECT_EQ(program(example("telephony"), options).wait().status, 2);
  options.arguments = arguments({"--host", "203.0.113.1"});
  auto const end = program(example("telephony"), options).wait();
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.err, HasSubstr("error: cannot listen on 203.0.113.1, port 8081 ["));
}

}  // namespace
