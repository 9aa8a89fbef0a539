// What a typed message costs beside the bare DOM of the same text.

#include <benchmark/benchmark.h>

#include <gladia/codec/decode.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/figure.hpp"
#include "support/median.hpp"
#include "support/messages.hpp"

namespace {

/// A message that is measured.
struct subject {
  char const* name;
  std::string text;
};

std::vector<subject> const& subjects() {
  static std::vector<subject> const all{
      {"ack", bench::acknowledgement(3200, 6400)},
      {"transcript", bench::transcript_of("transcript.final", 15)},
      {"final", bench::final_result_of(2'000'000)},
  };
  return all;
}

void parse_dom(benchmark::State& state, std::string const& text) {
  for (auto _ : state) {
    auto document = nlohmann::json::parse(text);
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
    for (auto const& s : subjects()) {
      auto const dom = bench::median(times_[name_of(s, "dom")]);
      auto const typed = bench::median(times_[name_of(s, "typed")]);
      auto const prefix = std::string("decode.") + s.name + ".";
      bench::figure(prefix + "dom_us", dom / 1e3);
      bench::figure(prefix + "typed_us", typed / 1e3);
      bench::figure(prefix + "ratio", typed / dom);
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
