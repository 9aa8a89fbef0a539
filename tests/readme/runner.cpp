// Runs a program of README.md with GLADIA_API_URL set to an emulator of its own; fails unless it
// ends with 0 and prints what it should.
//
//   readme_runner EXPECTED PROGRAM [ARGUMENT...]
#include <cstdio>
#include <cstdlib>
#include <gladia/testing/emulator.hpp>
#include <string>

namespace {

std::string quoted(std::string const& word) {
  return "'" + word + "'";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  gladia::testing::emulator_options options;
  options.api_key = "the key";
  options.script = "hello world";
  auto const emulator = gladia::testing::emulator::start(options);
  if (!emulator) return std::fputs(emulator.error().what().c_str(), stderr), 2;
  ::setenv("GLADIA_API_URL", emulator->url().c_str(), 1);
  ::setenv("GLADIA_API_KEY", "the key", 1);

  std::string command;
  for (int i = 2; i < argc; ++i) command += quoted(argv[i]) + ' ';
  auto* const output = ::popen(command.c_str(), "r");
  if (!output) return 2;
  std::string text;
  for (int c = std::fgetc(output); c != EOF; c = std::fgetc(output)) text += static_cast<char>(c);
  auto const status = ::pclose(output);
  std::fputs(text.c_str(), stdout);
  if (status == 0 && text.find(argv[1]) != std::string::npos) return 0;
  std::fprintf(stderr, "status %d, expected: %s\n", status, argv[1]);
  return 1;
}
