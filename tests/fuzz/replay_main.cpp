// Runs fuzz targets without a fuzzer, over their seeds and mutations of them that are the same
// every time.
//
//   fuzz_replay TARGET [MUTATIONS]      run a target; one that fails keeps its input in a file
//   fuzz_replay TARGET --file PATH...   run a target over inputs that a fuzzer found
//   fuzz_replay TARGET --write FOLDER   write the target's seeds, for a fuzzer
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "seeds.hpp"
#include "support.hpp"

// All targets in one program: each is compiled with a name of its own.
#define FUZZ_TARGET(name) extern "C" int fuzz_##name(std::uint8_t const* data, std::size_t size);
GLADIA_FUZZ_TARGETS
#undef FUZZ_TARGET

// Of the sanitizers, where the program was built with one: their reports raise no signal.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace {

using target_function = int (*)(std::uint8_t const* data, std::size_t size);

struct target {
  char const* name;
  target_function run;
};
target const targets[] = {
#define FUZZ_TARGET(name) {#name, fuzz_##name},
    GLADIA_FUZZ_TARGETS
#undef FUZZ_TARGET
};

// What is running, for the one who finds out why it failed.
target const* running = nullptr;
std::string const* current = nullptr;

void keep_input() {
  if (current == nullptr) return;
  auto const path = std::string("fuzz-") + running->name + ".input";
  if (auto* file = std::fopen(path.c_str(), "wb")) {
    std::fwrite(current->data(), 1, current->size(), file);
    std::fclose(file);
    std::fprintf(stderr, "%s: its input is in %s\n", running->name, path.c_str());
  }
}

void on_signal(int) {
  keep_input();
  std::_Exit(EXIT_FAILURE);
}

void run(std::string const& input) {
  current = &input;
  running->run(reinterpret_cast<std::uint8_t const*>(input.data()), input.size());
  current = nullptr;
}

/// Makes new inputs of old ones.
class mutator {
 public:
  explicit mutator(std::vector<std::string> const& seeds) : seeds_(seeds) {}

  std::string next() {
    auto text = any_seed();
    for (auto changes = 1 + below(4); changes > 0; --changes) change(text);
    constexpr std::size_t longest = 64 * 1024;
    if (text.size() > longest) text.resize(longest);
    return text;
  }

 private:
  // Not a distribution of the standard library: those differ from one to the other.
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  std::string const& any_seed() { return seeds_[below(seeds_.size())]; }
  char any_byte() { return static_cast<char>(below(256)); }

  void change(std::string& text) {
    static constexpr std::string_view tokens[] = {"null",
                                                  "{}",
                                                  "[]",
                                                  "\"\"",
                                                  "-1",
                                                  "0.5",
                                                  "1e308",
                                                  "18446744073709551615",
                                                  "true",
                                                  "\\u0000",
                                                  "\\ud800",
                                                  "NaN",
                                                  "-Infinity",
                                                  "1e400",
                                                  "://",
                                                  "\n",
                                                  "\xff\xff\xff\xff",
                                                  "RIFF",
                                                  "%",
                                                  "@",
                                                  "\"type\":\"error\""};
    auto const at = below(text.size() + 1);
    switch (below(7)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        return;
      case 1:
        if (at < text.size()) text[at] = any_byte();
        return;
      case 2:
        text.insert(at, 1, any_byte());
        return;
      case 3:
        text.erase(at, 1 + below(16));
        return;
      case 4:
        text.insert(at, tokens[below(std::size(tokens))]);
        return;
      case 5:
        text.replace(at, below(16), tokens[below(std::size(tokens))]);
        return;
      case 6: {
        auto const& other = any_seed();
        auto const from = below(other.size() + 1);
        text.insert(at, other, from, below(64));
        return;
      }
    }
  }

  std::vector<std::string> const& seeds_;
  std::mt19937_64 random_{42};
};

void write_seeds(std::vector<std::string> const& seeds, std::filesystem::path const& folder) {
  std::filesystem::create_directories(folder);
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    std::ofstream(folder / std::to_string(i), std::ios::binary) << seeds[i];
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> const arguments(argv + 1, argv + argc);
  for (auto const& t : targets) {
    if (!arguments.empty() && arguments[0] == t.name) running = &t;
  }
  if (running == nullptr) {
    std::fprintf(stderr,
                 "usage: fuzz_replay TARGET [MUTATIONS | --file PATH... | --write FOLDER]\n");
    return 2;
  }
  auto const seeds = fuzz::seeds_of(running->name);
  auto const mode = arguments.size() > 1 ? arguments[1] : std::string("2000");
  if (mode == "--write" && arguments.size() == 3) {
    write_seeds(seeds, arguments[2]);
    return 0;
  }
  if (mode == "--file") {
    for (std::size_t i = 2; i < arguments.size(); ++i) run(read_text(arguments[i]));
    return 0;
  }

  for (int signal : {SIGABRT, SIGSEGV, SIGFPE}) std::signal(signal, on_signal);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(keep_input);
  for (auto const& seed : seeds) run(seed);
  mutator mutations(seeds);
  for (auto left = std::stoul(mode); left > 0; --left) run(mutations.next());
}
