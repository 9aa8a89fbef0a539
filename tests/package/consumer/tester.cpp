// A user's test: an emulator starts and ends.
#include <cstdio>
#include <gladia/testing/emulator.hpp>

int main() {
  gladia::testing::emulator_options options;
  options.words = gladia::testing::word_source::none;
  auto const emulator = gladia::testing::emulator::start(std::move(options));
  std::puts(emulator ? emulator->url().c_str() : emulator.error().what().c_str());
  return emulator ? 0 : 1;
}
