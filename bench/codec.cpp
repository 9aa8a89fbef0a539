// What a typed message costs beside the bare DOM of the same text.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <gladia/codec/decode.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/median.hpp"

namespace {

using nlohmann::json;

json example(std::string const& name) {
  std::ifstream file(GLADIA_TEST_DATA "/contract/" + name + ".json");
  return json::parse(file);
}

/// Compact, as a server sends it.
std::string on_the_wire(json const& document) {
  return document.dump();
}

/// The example, with its words repeated or cut to be `count`.
json transcript_of(std::size_t count) {
  auto document = example("transcript.final");
  auto& utterance = document["data"]["utterance"];
  auto const given = utterance["words"];
  auto words = json::array();
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    words.push_back(given[i % given.size()]);
    text += words.back()["word"].get<std::string>();
  }
  utterance["words"] = std::move(words);
  utterance["text"] = std::move(text);
  return document;
}

/// The messages that are measured, and how often the DOM's time each may take.
struct subject {
  char const* name;
  std::string text;
  double budget;  // 0: none is set
};

std::vector<subject> const& subjects() {
  static std::vector<subject> const all{
      {"ack", on_the_wire(example("audio_chunk.ack")), 1.25},
      {"transcript_15_words", on_the_wire(transcript_of(15)), 1.25},
      {"final_result", on_the_wire(example("post_final_transcript")), 0},
  };
  return all;
}

void parse_dom(benchmark::State& state, std::string const& text) {
  for (auto _ : state) {
    auto document = json::parse(text);
    benchmark::DoNotOptimize(document);
  }
}

void decode_typed(benchmark::State& state, std::string const& text) {
  for (auto _ : state) {
    auto message = gladia::codec::decode_message(text);
    benchmark::DoNotOptimize(message);
  }
}

std::string name_of(subject const& s, char const* how) {
  return std::string(s.name) + "/" + how;
}

/// Prints as usual, and keeps the CPU times for the ratios.
class keeping_reporter : public benchmark::ConsoleReporter {
 public:
  // Plain: the output goes into files and reports.
  keeping_reporter() : ConsoleReporter(OO_Tabular) {}

  void ReportRuns(std::vector<Run> const& runs) override {
    for (auto const& run : runs) {
      if (run.run_type == Run::RT_Iteration) {
        times_[run.run_name.function_name].push_back(run.GetAdjustedCPUTime());
      }
    }
    ConsoleReporter::ReportRuns(runs);
  }

  void print_ratios() {
    std::printf("\n%-22s %10s %10s %8s %8s\n", "message", "DOM ns", "typed ns", "ratio", "budget");
    for (auto const& s : subjects()) {
      auto const dom = bench::median(times_[name_of(s, "dom")]);
      auto const typed = bench::median(times_[name_of(s, "typed")]);
      std::printf("%-22s %10.0f %10.0f %8.3f ", s.name, dom, typed, typed / dom);
      if (s.budget > 0) {
        std::printf("%8.2f\n", s.budget);
      } else {
        std::printf("%8s\n", "-");
      }
    }
  }

 private:
  std::map<std::string, std::vector<double>> times_;
};

}  // namespace

int main(int argc, char** argv) {
  for (auto const& s : subjects()) {
    benchmark::RegisterBenchmark(name_of(s, "dom").c_str(), parse_dom, s.text);
    benchmark::RegisterBenchmark(name_of(s, "typed").c_str(), decode_typed, s.text);
  }
  // Interleaved rounds unless told otherwise: neighbours on the machine come and go.
  std::string rounds = "--benchmark_repetitions=15";
  std::string interleaved = "--benchmark_enable_random_interleaving=true";
  std::string length = "--benchmark_min_time=0.1";
  std::string quiet = "--benchmark_report_aggregates_only=false";
  std::vector<char*> arguments{argv[0], rounds.data(), interleaved.data(), length.data(),
                               quiet.data()};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  auto count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
  keeping_reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  reporter.print_ratios();
}
