#include <gtest/gtest.h>

#include <chrono>
#include <gladia.hpp>
#include <gladia/testing/sound.hpp>
#include <optional>
#include <string>
#include <support/emulator_client.hpp>
#include <support/program.hpp>
#include <thread>
#include <utility>
#include <vector>

#ifdef GLADIA_EMULATOR

namespace {

using namespace std::chrono_literals;
using gladia::test::program;
using gladia::test::program_options;
namespace live = gladia::live;

/// The program `gladia-emulator`, and a session with it.
class emulator_program : public testing::Test {
 protected:
  void start(std::vector<std::string> arguments) {
    program_options options;
    options.arguments = std::move(arguments);
    options.arguments.insert(options.arguments.end(), {"--words", "none"});
    running.emplace(GLADIA_EMULATOR, options);
    ASSERT_TRUE(running->wait_for_output("words: "));
  }

  /// Sends this much of a tone, in pieces of 100 ms.
  live::summary transcribe(std::chrono::milliseconds length) {
    gladia::client_options options;
    options.api_url = running->output_between("listening on ", "\n");
    options.api_key = "any";
    gladia::client client(options);
    live::session_options limits;
    limits.link_timeout = limits.send_stall_timeout = 500ms;
    live::threaded_session session(client.live().session({}, limits), {});
    auto const piece = gladia::testing::speech({}, 100ms);
    for (auto sent = 0ms; sent < length; sent += 100ms) {
      EXPECT_TRUE(session.send(piece.data(), piece.size()));
      // One message each: what has to wait for a link is sent in larger ones.
      while (session.stats().bytes_unsent > 0 && session.state() != live::session_state::ended) {
        std::this_thread::sleep_for(1ms);
      }
    }
    session.stop();
    return session.wait();
  }

  std::optional<program> running;
};

TEST_F(emulator_program, cuts_the_link_again_and_again) {
  start({"--cut-every", "40000"});
  auto const end = transcribe(3s);
  EXPECT_EQ(end.verdict, live::completeness::complete) << end.error.what();
  EXPECT_GT(end.stats.connections, 2);
}

TEST_F(emulator_program, leaves_links_half_open) {
  start({"--half-open", "40000"});
  auto const end = transcribe(6s);  // more than one read takes
  EXPECT_EQ(end.verdict, live::completeness::complete) << end.error.what();
  EXPECT_GT(end.stats.connections, 1);
}

TEST_F(emulator_program, listens_where_it_is_told) {
  start({"--host", "0.0.0.0"});
  EXPECT_EQ(transcribe(200ms).verdict, live::completeness::complete);
}

TEST_F(emulator_program, lets_recordings_fail_and_knows_files_by_url) {
  start({"--fail-recordings", "503", "--remote-file", "https://example.com/hello.wav",
         GLADIA_TEST_DATA "/hello_world.wav"});
  auto const url = running->output_between("listening on ", "\n") + "/v2/pre-recorded";
  gladia::test::header_list const key{{"x-gladia-key", "any"}};
  auto const answer =
      gladia::test::exchange("POST", url, key, R"({"audio_url": "https://example.com/hello.wav"})");
  ASSERT_EQ(answer.status, 201) << answer.body;
  auto const job = url + "/" + answer.parsed()["id"].get<std::string>();
  auto found = gladia::test::exchange("GET", job, key).parsed();
  while (found["status"] == "queued" || found["status"] == "processing") {
    found = gladia::test::exchange("GET", job, key).parsed();
  }
  EXPECT_EQ(found["error_code"], 503);
}

TEST_F(emulator_program, refuses_at_its_start_a_url_without_a_file_that_can_be_read) {
  std::string const url = "https://example.com/hello.wav";
  std::string const file = GLADIA_TEST_DATA "/hello_world.wav";
  // What stands behind the option, and what the program says of it.
  std::vector<std::pair<std::vector<std::string>, std::string>> const wrong{
      {{url}, "--remote-file: 2 required"},
      {{url, file, url}, "not expected: " + url},
      {{url, "/nowhere/a.wav"}, "--remote-file: no file that can be read: /nowhere/a.wav"},
      {{url, GLADIA_TEST_DATA}, "--remote-file: no file that can be read: " GLADIA_TEST_DATA},
      {{url, "--port", "0"}, "--remote-file: no file that can be read: --port"}};
  for (auto const& [values, words] : wrong) {
    program_options options;
    options.arguments = values;
    options.arguments.insert(options.arguments.begin(), "--remote-file");
    auto const end = program(GLADIA_EMULATOR, options).wait();
    EXPECT_EQ(end.status, 2) << words;
    EXPECT_NE(end.err.find(words), std::string::npos) << end.err;
  }
}

}  // namespace

#endif
