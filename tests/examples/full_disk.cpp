#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <support/live_example_fixture.hpp>
#include <vector>

namespace {

using namespace gladia::test;

struct full_disk : live_example_fixture {
  full_disk() : live_example_fixture("attach_by_url") {}

  /// Runs an example with its output on a disk that is full.
  program_outcome run_with_full_disk(std::string const& example_name,
                                     std::vector<std::string> const& more) {
    options.arguments = {"-c", "exec \"$0\" \"$@\" > /dev/full", example(example_name)};
    options.arguments.insert(options.arguments.end(), more.begin(), more.end());
    return program("/bin/sh", options).wait();
  }
};

TEST_F(full_disk, is_an_error_of_each_example) {
  if (!std::filesystem::is_character_file("/dev/full")) GTEST_SKIP() << "without /dev/full";
  auto const wav = wav_file(two_seconds);
  auto const session = file("session.json", run({"backend"}).out);
  auto const vtt = (folder / "talk.vtt").string();
  std::vector<std::pair<std::string, std::vector<std::string>>> const runs = {
      {"attach_by_url", {"backend"}},
      {"captions", {wav, "--speed", "0", "--vtt", vtt}},
      {"coroutine", {wav, "--speed", "0"}},
      {"futures", {wav}},
      {"gui_loop", {wav, "--speed", "0"}},
      {"jobs", {"list"}},
      {"many_calls", {wav, "--speed", "0", "--sessions", "1"}},
      {"microphone", {"--device", wav}},
      {"transcribe_file", {wav, "--speed", "0"}},
      {"translation", {wav, "--speed", "0", "--to", "fr"}},
      {"two_legs", {wav, wav, "--speed", "0"}}};
  for (auto const& [program_name, more] : runs) {
    SCOPED_TRACE(program_name);
    if (!std::filesystem::exists(example(program_name))) continue;  // without C++20
    expect_failure(run_with_full_disk(program_name, arguments(more)),
                   "cannot write to standard output");
  }
  expect_failure(run_with_full_disk("attach_by_url", {"device", session, wav}),
                 "cannot write to standard output");
  expect_failure(run_with_full_disk("callback_receiver", {"--port", "0"}),
                 "cannot write to standard output");
  expect_failure(run_with_full_disk("telephony", arguments({"--port", "0"})),
                 "cannot write to standard output");
}

}  // namespace
