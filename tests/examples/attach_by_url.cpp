#include <gmock/gmock.h>

#include <support/contract.hpp>
#include <support/live_example_fixture.hpp>

namespace {

using namespace gladia::test;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct attach_by_url : live_example_fixture {
  attach_by_url() : live_example_fixture("attach_by_url") {}

  /// The path of what a backend with the key printed.
  std::string session_file() { return file("session.json", run({"backend"}).out); }
};

TEST_F(attach_by_url, transcribes_on_a_device_without_a_key) {
  auto const session = session_file();
  auto const end = run_alone({"device", session, wav_file(two_seconds), "--speed", "0"});
  EXPECT_EQ(end.out, "[00:00.2] hello wide world\n[00:01.2] and good night\n");
  EXPECT_THAT(end.err, IsEmpty());
  EXPECT_EQ(end.status, 0);
  EXPECT_TRUE(has_heard(two_seconds));
  EXPECT_EQ(json::parse(read_text(session))["id"], report().id);
}

TEST_F(attach_by_url, keeps_the_key_from_the_device_and_its_requests) {
  options.arguments = {"device", session_file(), wav_file(std::string(640'000, '\0'))};
  program device(example(name), options);
  ASSERT_TRUE(device.wait_for_output("hello wide world"));
  auto const environment = device.proc_file("environ");
  auto const arguments = device.proc_file("cmdline");
  device.send_signal(SIGINT);
  EXPECT_EQ(device.wait().status, 0);
  EXPECT_THAT(arguments, HasSubstr("session.json"));
  EXPECT_THAT(environment, HasSubstr("PATH="));
  for (auto const& place : {environment, arguments, read_text(folder / "session.json")}) {
    EXPECT_THAT(place, Not(HasSubstr(api_key)));
  }
  auto const requests = server->requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].header("x-gladia-key"), api_key) << "the backend's";
  EXPECT_EQ(requests[1].header("x-gladia-key"), "") << "the device's";
}

TEST_F(attach_by_url, needs_no_server_to_be_tried) {
  options.arguments = {"backend"};
  program backend(example(name), options);
  ASSERT_TRUE(backend.wait_for_output("\n"));
  options.input = file("session.json", backend.output_between("", "\n") + '\n');
  auto const device = run_alone({"device", "-", wav_file(two_seconds), "--speed", "0"});
  EXPECT_EQ(device.status, 0) << device.err;
  EXPECT_EQ(backend.wait().status, 0);
}

TEST_F(attach_by_url, gives_the_device_its_last_words_when_both_sides_are_interrupted) {
  options.arguments = {"backend"};
  program backend(example(name), options);
  ASSERT_TRUE(backend.wait_for_output("\n"));
  auto const session = file("session.json", backend.output_between("", "\n") + '\n');
  options.arguments = {"device", session, GLADIA_SOURCE_DIR "/examples/data/sample.wav"};
  program device(example(name), options);
  ASSERT_TRUE(device.wait_for_output("\n"));
  // As in a pipe: Ctrl-C reaches both.
  backend.send_signal(SIGINT);
  device.send_signal(SIGINT);
  auto const end = device.wait();
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_EQ(backend.wait().status, 0);
}

TEST_F(attach_by_url, names_what_the_device_cannot_use) {
  auto const wav = wav_file(two_seconds);
  expect_failure(run_alone({"device", file("no.json", "{}"), wav}), "no.json does not hold");
  expect_failure(run_alone({"device", "/nowhere/none.json", wav}),
                 "/nowhere/none.json: cannot be read");
  gladia::audio_format telephone;
  telephone.sample_rate = 8000;
  auto const odd = file("odd.wav", gladia::test::wav(telephone, two_seconds));
  expect_failure(run_alone({"device", file("no.json", "{}"), odd}), "odd.wav: the session takes");
  expect_failure(run_alone({"device", session_file(), wav, "--ca-file", "/nowhere/ca.pem"}),
                 "--ca-file");
}

TEST_F(attach_by_url, asks_the_device_for_no_key_where_it_is_refused) {
  gladia::testing::http_fault refusal;
  refusal.route = gladia::testing::route::upgrade;
  refusal.status = 401;
  emulator_options.faults.http = {refusal};
  auto const end = run_alone({"device", session_file(), wav_file(two_seconds)});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.err, AllOf(HasSubstr("HTTP 401"), Not(HasSubstr("api-key"))));
}

TEST_F(attach_by_url, explains_itself_and_what_goes_wrong) {
  expect_good_manners({"backend"});
  api_key = "wrong";
  emulator_options.api_key = "right";
  expect_failure(run({"backend"}), "gladia key not found");
}

}  // namespace
