// gladia-emulator: a Gladia on this machine, as a program.
#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <gladia/testing/emulator.hpp>
#include <gladia/version.hpp>

namespace {

using gladia::testing::emulator;
using gladia::testing::emulator_options;
using gladia::testing::word_source;

constexpr int usage_error = 2;

/// Says what is wrong; the exit status of the program.
int fail(std::string const& why) {
  std::cerr << "gladia-emulator: " << why << std::endl;
  return usage_error;
}

/// The faults that can be had from the command line.
struct fault_options {
  std::uint64_t cut_every = 0;
  int lose_final = 0;
  std::uint64_t half_open = 0;
  int fail_recordings = 0;
  std::uint64_t cut_upload = 0;

  void add_to(CLI::App& app) {
    app.add_option("--cut-every", cut_every,
                   "Resets the link after each so many bytes of audio, with messages in flight;\n"
                   "more than a second of audio has, or the client may never get on")
        ->type_name("BYTES")
        ->check(CLI::NonNegativeNumber.name(""))
        ->group("Faults");
    app.add_option("--lose-final", lose_final,
                   "Loses the n-th final transcript of each session on its way, with the link")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000).name(""))
        ->group("Faults");
    app.add_option("--half-open", half_open,
                   "After so many bytes of audio a link reads and answers no more, and stays open")
        ->type_name("BYTES")
        ->check(CLI::NonNegativeNumber.name(""))
        ->group("Faults");
    app.add_option("--fail-recordings", fail_recordings,
                   "The job of each recording ends as error, with this code")
        ->type_name("CODE")
        ->check(CLI::Range(400, 599).name(""))
        ->group("Faults");
    app.add_option("--cut-upload", cut_upload,
                   "Resets the first upload after so many bytes of its body")
        ->type_name("BYTES")
        ->check(CLI::NonNegativeNumber.name(""))
        ->group("Faults");
  }

  [[nodiscard]] gladia::testing::faults chosen() const {
    gladia::testing::faults f;
    f.cuts.every = cut_every;
    f.cuts.kind = gladia::testing::cut_kind::brutal;
    if (lose_final > 0) {
      f.messages = {{"final", gladia::testing::message_action::reset_instead, lose_final}};
    }
    f.stop_reading_after = half_open;
    f.job.error_code = fail_recordings;
    if (cut_upload > 0) {
      gladia::testing::http_fault cut;
      cut.route = gladia::testing::route::upload;
      cut.action = gladia::testing::http_action::reset;
      cut.at_byte = cut_upload;
      f.http = {cut};
    }
    return f;
  }
};

/// What is told about recordings.
struct recording_options {
  int queued_time = 0;
  int processing_time = 0;
  std::vector<std::pair<std::string, std::string>> remote_files;

  void add_to(CLI::App& app) {
    app.add_option("--queued-time", queued_time, "How long the job of a recording is queued")
        ->type_name("MS")
        ->check(CLI::NonNegativeNumber.name(""));
    app.add_option("--processing-time", processing_time,
                   "How long a job is processing behind its last word, live or of a recording")
        ->type_name("MS")
        ->check(CLI::NonNegativeNumber.name(""));
    app.add_option(
           "--remote-file", remote_files,
           "A URL that recordings may have, and the file of this machine that stands for it,\n"
           "which has to be there when the emulator starts; may be given again. Nothing is fetched")
        ->type_name("URL FILE")
        ->allow_extra_args(false)
        ->check(CLI::Validator(file_fault, "").application_index(1));
  }

  /// Why it cannot stand for a URL; empty if it can.
  static std::string file_fault(std::string const& path) {
    std::error_code ignored;
    bool const is_good = std::filesystem::is_regular_file(path, ignored) && std::ifstream(path);
    return is_good ? "" : "no file that can be read: " + path;
  }

  void apply_to(emulator_options& options) const {
    options.queued_time = std::chrono::milliseconds(queued_time);
    options.processing_time = std::chrono::milliseconds(processing_time);
    options.remote_files.insert(remote_files.begin(), remote_files.end());
  }
};

int run(emulator_options options) {
  bool const is_self_signed = options.tls && options.certificate_file.empty();
  options.logger.level = gladia::log_level::info;
  options.logger.write = [](gladia::log_level, std::string_view line) {
    std::clog << (std::string(line) + "\n") << std::flush;
  };
  // Before the emulator starts: a signal must not end the program half way.
  boost::asio::io_context context;
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([](auto const&...) {});

  auto started = emulator::start(std::move(options));
  if (!started) return fail(started.error().what());
  std::cout << "listening on " << started->url() << std::endl;
  std::cout << "words: " << started->words() << std::endl;
  if (is_self_signed) std::cout << "certificate to trust:\n" << started->ca_pem() << std::flush;
  context.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "A Gladia on this machine: serves /v2/live, /v2/upload and /v2/pre-recorded, for tests and\n"
      "offline trials.\n"
      "Words come from --script, or from recognising the audio with PocketSphinx (as US English),\n"
      "or there are none: it never makes words up.",
      "gladia-emulator");
  app.set_version_flag("--version", GLADIA_VERSION_STRING);

  emulator_options options;
  app.add_option(
         "--host", options.host,
         "Address to listen on, such as 0.0.0.0 in a container: URLs then follow the Host of\n"
         "each request, and whoever reaches this machine can use it")
      ->capture_default_str();
  app.add_option("--port", options.port, "Port to listen on; 0, the default, takes any free one");
  std::string key;
  app.add_option("--api-key", key, "The only API key accepted; any key is if this is not given");
  std::vector<std::string> tls;
  app.add_option("--tls", tls, "Serve https and wss: PEM files with the certificate and its key")
      ->type_name("CERT KEY")
      ->expected(2)
      ->check(CLI::ExistingFile);
  app.add_flag("--self-signed", options.tls,
               "Serve https and wss with a new certificate, which is printed");
  std::string script;
  app.add_option("--script", script,
                 "What is said in the audio: a text file with one utterance on each line, or JSON\n"
                 R"([{"text": "hello", "start": 0.5, "end": 1.0, "channel": 0, "language": "en"}])")
      ->check(CLI::ExistingFile);
  std::map<std::string, word_source> const sources{{"auto", word_source::automatic},
                                                   {"pocketsphinx", word_source::pocketsphinx},
                                                   {"none", word_source::none}};
  std::string words = "auto";
  app.add_option("--words", words, "Where words come from without a script")
      ->check(CLI::IsMember({"auto", "pocketsphinx", "none"}))
      ->type_name("");
  app.add_option("--max-sessions", options.max_sessions,
                 "Sessions at a time; more are answered with 429. 0, the default: no limit");
  recording_options recordings;
  recordings.add_to(app);
  fault_options faults;
  faults.add_to(app);
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& ex) {
    auto const code = app.exit(ex);
    return code == 0 ? 0 : usage_error;
  }
  options.api_key = key;
  options.faults = faults.chosen();
  recordings.apply_to(options);
  options.words = sources.at(words);
  if (!tls.empty()) {
    options.certificate_file = tls[0];
    options.key_file = tls[1];
  }
  if (!script.empty()) {
    std::ifstream file(script, std::ios::binary);
    if (!file) return fail(script + ": cannot be read");
    options.script.assign(std::istreambuf_iterator<char>(file), {});
    // To the emulator it would mean that there is no script.
    if (options.script.empty()) return fail(script + ": holds no words");
  }
  return run(std::move(options));
}
