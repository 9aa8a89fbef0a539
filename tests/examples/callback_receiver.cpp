#include <gmock/gmock.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <csignal>
#include <future>
#include <gladia.hpp>
#include <gladia/testing/sound.hpp>
#include <optional>
#include <string>
#include <support/contract.hpp>
#include <support/emulator_client.hpp>
#include <support/example_fixture.hpp>
#include <vector>

namespace {

using namespace gladia::test;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using namespace std::chrono_literals;

struct callback_receiver : example_fixture {
  std::optional<program> receiver;
  std::string url;

  void receive(std::vector<std::string> more = {}) {
    options.arguments = {"--port", "0", "--path", "/secret"};
    options.arguments.insert(options.arguments.end(), more.begin(), more.end());
    receiver.emplace(example("callback_receiver"), options);
    port = receiver->output_between("http://127.0.0.1:", "/secret\n");
    url = "http://127.0.0.1:" + port + "/secret";
  }
  gladia::test::http_answer post(std::string const& body, std::string const& method = "POST") {
    return gladia::test::exchange(method, url, {}, body);
  }
  program_outcome interrupt() {
    receiver->send_signal(SIGINT);
    return receiver->wait();
  }
  /// What it answers to these bytes.
  std::string answer_to(std::string const& bytes) {
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket(io);
    socket.connect(
        {boost::asio::ip::address_v4::loopback(), static_cast<unsigned short>(std::stoi(port))});
    boost::asio::write(socket, boost::asio::buffer(bytes));
    std::string answer;
    boost::system::error_code at_end;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), at_end);
    return answer;
  }
  gladia::client_options client_options() {
    if (!server) start_server();
    gladia::client_options all;
    all.api_url = server->url();
    all.api_key = api_key;
    return all;
  }

  std::string port;
};

TEST_F(callback_receiver, prints_what_a_live_session_posts) {
  emulator_options.script = R"([{"text": "hello world", "start": 0.2, "end": 0.9}])";
  receive();
  gladia::client client(client_options());
  gladia::live_request request;
  request.callback = true;
  request.callback_config.url = url;
  gladia::live::threaded_session session(client.live().session(request), {});
  ASSERT_TRUE(session.send(gladia::testing::silence(request.audio, 1s).data(), 32'000));
  session.stop();
  auto const id = session.wait().job_id;
  EXPECT_TRUE(receiver->wait_for_output(id + "  live.end_session\n"));
  auto const end = interrupt();
  EXPECT_EQ(end.status, 0);
  EXPECT_THAT(end.err, IsEmpty());
  EXPECT_THAT(lines_of(end.out), AllOf(Contains(id + "  live.start_session"),
                                       Contains(id + "  live.transcript  hello world")));
  EXPECT_EQ(server->report(id)->callbacks_failed, 0u);
}

TEST_F(callback_receiver, prints_what_the_jobs_of_recordings_post) {
  emulator_options.script = R"([{"text": "hello world", "start": 0.2, "end": 0.9}])";
  receive();
  gladia::client client(client_options());
  gladia::pre_recorded_request request;
  request.callback = true;
  request.callback_config.url = url;
  gladia::pre_recorded::transcribe_options quick;
  quick.wait.first_poll = quick.wait.longest_poll = 10ms;
  auto const transcribe = [&](std::string const& path) {
    auto const job = client.pre_recorded()
                         .async_transcribe_file(path, request, quick, boost::asio::use_future)
                         .get();
    return job ? job->id : job.error().details().job_id;
  };
  auto const good = transcribe(wav_file(std::string(32'000, '\0')));
  auto const bad = transcribe(file("no-audio.wav", "no audio"));
  EXPECT_TRUE(receiver->wait_for_output(good + "  transcription.success  hello world\n"));
  EXPECT_TRUE(receiver->wait_for_output(bad + "  transcription.error  400 "));
}

TEST_F(callback_receiver, takes_each_kind_of_post_that_is_documented) {
  receive();
  std::pair<char const*, char const*> const posts[] = {
      {"webhook.live.end_session.json", "4a39145c-2844-4557-8f34-34883f7be7d9  live.end_session"},
      {"webhook.transcription.created.json",
       "45463597-20b7-4af7-b3b3-f5fb778203ab  transcription.created"},
      {"callback.transcription.error.json",
       "45463597-20b7-4af7-b3b3-f5fb778203ab  transcription.error  400 Bad Request"},
      {"callback.live.speech_start.json",
       "4a39145c-2844-4557-8f34-34883f7be7d9  live.speech_start"}};
  for (auto const& [name, line] : posts) {
    auto const answer = post(contract_example(name));
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_TRUE(receiver->wait_for_output(std::string("\n") + line + '\n')) << name;
  }
  EXPECT_EQ(post(contract_example("webhook.live.end_session.json"), "PUT").status, 200);
}

TEST_F(callback_receiver, refuses_nonsense_with_a_reason_and_goes_on) {
  receive({"--max-body", "100000"});
  EXPECT_EQ(post("hello").status, 400);
  EXPECT_THAT(post("hello").body, HasSubstr("not JSON"));
  EXPECT_THAT(post(R"({"event": "live.end_session"})").body, HasSubstr("payload"));
  EXPECT_EQ(post(std::string(100'001, ' ')).status, 413);
  EXPECT_EQ(post({}, "GET").status, 405);
  EXPECT_THAT(answer_to("hello\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(gladia::test::exchange("POST", "http://127.0.0.1:" + port + "/", {}, "{}").status, 404);

  EXPECT_EQ(post(contract_example("webhook.live.end_session.json")).status, 200);
  auto const end = interrupt();
  EXPECT_EQ(end.status, 0);
  EXPECT_THAT(lines_of(end.out), SizeIs(2));
  EXPECT_THAT(
      lines_of(end.err),
      ElementsAre(StartsWith("error: answered 400: "), StartsWith("error: answered 400: "),
                  StartsWith("error: answered 400: "), EndsWith("413: more than 100000 bytes"),
                  EndsWith("405: post a callback here"),
                  StartsWith("error: answered 400: no request of HTTP: "),
                  EndsWith("404: nothing here")));
}

TEST_F(callback_receiver, takes_no_post_that_it_cannot_print) {
  receive();
  receiver->close_output();
  EXPECT_EQ(post(contract_example("webhook.live.end_session.json")).status, 503);
  auto const end = receiver->wait();  // by itself
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(lines_of(end.err),
              ElementsAre("error: answered 503: it could not be kept",
                          "error: cannot write to standard output: Broken pipe"));
}

TEST_F(callback_receiver, ends_in_order_though_a_client_says_nothing) {
  receive();
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket silent(io);
  silent.connect(
      {boost::asio::ip::address_v4::loopback(), static_cast<unsigned short>(std::stoi(port))});
  EXPECT_EQ(post(contract_example("webhook.live.end_session.json")).status, 200);
  EXPECT_EQ(interrupt().status, 0);
}

TEST_F(callback_receiver, says_what_is_wrong_with_its_options) {
  options.arguments = {"--help"};
  EXPECT_EQ(program(example("callback_receiver"), options).wait().status, 0);
  options.arguments = {"--port", "70000"};
  EXPECT_EQ(program(example("callback_receiver"), options).wait().status, 2);
  options.arguments = {"--path", "gladia"};
  auto const misused = program(example("callback_receiver"), options).wait();
  EXPECT_EQ(misused.status, 2);
  EXPECT_THAT(misused.err, HasSubstr("'gladia' does not begin with /"));
  options.arguments = {"--host", "localhost"};
  EXPECT_THAT(program(example("callback_receiver"), options).wait().err,
              HasSubstr("'localhost' is no IP address, such as 127.0.0.1"));
  options.arguments = {"--host", "203.0.113.1"};
  auto const end = program(example("callback_receiver"), options).wait();
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.err, HasSubstr("error: cannot listen on 203.0.113.1, port 8082"));
}

}  // namespace
