#pragma once

#include <gtest/gtest.h>
#include <gladia/testing/emulator.hpp>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <support/emulator_client.hpp>
#include <utility>
#include <vector>

namespace gladia::test {

/// Seconds of 16 kHz mono 16-bit audio; nobody speaks.
inline std::string silence(double seconds) {
  return std::string(static_cast<std::size_t>(seconds * 16000) * 2, '\0');
}

/// Seconds of a loud tone, which counts as speech.
inline std::string tone(double seconds) {
  std::string audio;
  for (int i = 0; i < static_cast<int>(seconds * 16000); ++i) {
    auto const sample = static_cast<std::int16_t>(8000 * std::sin(i * 0.2));
    audio += static_cast<char>(sample & 255);
    audio += static_cast<char>((sample >> 8) & 255);
  }
  return audio;
}

/// Audio in which every 32-bit word is its own position, so that gaps and repeats show.
inline std::string coded(std::uint32_t first_word, std::size_t words) {
  std::string audio;
  for (std::size_t i = 0; i < words; ++i) {
    auto const word = first_word + static_cast<std::uint32_t>(i);
    for (int shift = 0; shift < 32; shift += 8) audio += static_cast<char>(word >> shift & 255);
  }
  return audio;
}

/// The types of messages, in order.
inline std::vector<std::string> types_of(std::vector<json> const& messages) {
  std::vector<std::string> types;
  for (auto const& message : messages) types.push_back(message.value("type", "?"));
  return types;
}

/// An emulator without words unless told otherwise, and a plain client.
class emulator_fixture : public ::testing::Test {
 protected:
  void start(testing::emulator_options options = {}) {
    if (options.script.empty()) options.words = testing::word_source::none;
    run(std::move(options));
  }
  void run(testing::emulator_options options) {
    auto started = testing::emulator::start(std::move(options));
    ASSERT_TRUE(started) << started.error().what();
    emulator.emplace(std::move(*started));
  }
  void start_with(testing::faults faults) {
    testing::emulator_options options;
    options.faults = std::move(faults);
    start(std::move(options));
  }

  http_answer call(std::string const& method, std::string const& target, json const& body = {}) {
    return exchange(method, emulator->url() + target, {{"x-gladia-key", "key"}},
                    body.is_null() ? std::string() : body.dump());
  }
  /// Makes a session; its id and WebSocket URL are in `id` and `socket_url`.
  void init(json const& request = json::object()) {
    auto const answer = call("POST", "/v2/live", request);
    ASSERT_EQ(answer.status, 201) << answer.body;
    id = answer.parsed()["id"];
    socket_url = answer.parsed()["url"];
  }
  /// Makes a session and opens its link.
  void connect(json const& request = json::object()) {
    init(request);
    ASSERT_FALSE(client.open(socket_url));
  }
  testing::session_report report() { return emulator->report(id).value(); }
  bool wait_for_job(std::string const& status) {
    return emulator
        ->wait_until(id,
                     [&](testing::session_report const& r) {
                       return enum_names<job_status>::names[static_cast<std::size_t>(r.status)] ==
                              status;
                     })
        .has_value();
  }

  std::optional<testing::emulator> emulator{};
  std::string id{};
  std::string socket_url{};
  socket_client client{};
};

}  // namespace gladia::test
