#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <gladia/testing/emulator.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <support/program.hpp>
#include <support/wav_bytes.hpp>
#include <utility>
#include <vector>

namespace gladia::test {

/// Runs a program against an emulator of the test, with files in a folder of the test.
struct program_fixture : ::testing::Test {
  using json = nlohmann::json;

  gladia::testing::emulator_options emulator_options;
  std::optional<gladia::testing::emulator> server;
  std::filesystem::path folder;
  program_options options;
  std::string api_key = "its-key";

  void SetUp() override {
    auto pattern = (std::filesystem::temp_directory_path() / "gladia-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    emulator_options.api_key = api_key;
    emulator_options.words = gladia::testing::word_source::none;
    emulator_options.no_speech_limit = std::chrono::milliseconds(0);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  void start_server() {
    auto started = gladia::testing::emulator::start(emulator_options);
    ASSERT_TRUE(started) << started.error().what();
    server.emplace(std::move(*started));
  }

  std::string file(std::string const& name, std::string const& bytes) const {
    auto const path = folder / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path.string();
  }
  /// A WAV file of 16 kHz, mono, 16 bit.
  std::string wav_file(std::string const& samples) const {
    return file("audio.wav", gladia::test::wav({}, samples));
  }

  /// The arguments of a call that uses the emulator, which is started if it is not.
  std::vector<std::string> arguments(std::vector<std::string> more) {
    if (!server) start_server();
    more.insert(more.end(), {"--api-url", server->url(), "--api-key", api_key});
    return more;
  }

  /// Of the newest session.
  gladia::testing::session_report report() const {
    auto const all = server->reports();
    EXPECT_FALSE(all.empty());
    return all.empty() ? gladia::testing::session_report() : all.back();
  }
  /// Whether the newest session got this audio, and nothing else.
  bool has_heard(std::string const& audio) const { return server->audio(report().id) == audio; }

  static std::vector<json> objects(std::string const& output) {
    std::vector<json> found;
    for (auto const& line : lines_of(output)) {
      auto parsed = json::parse(line, nullptr, false);
      EXPECT_TRUE(parsed.is_object()) << line;
      found.push_back(std::move(parsed));
    }
    return found;
  }
};

}  // namespace gladia::test
