#pragma once

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace bench {

/// A message of the contract, as the tests have it: its members in the server's order.
inline nlohmann::ordered_json example(std::string const& name) {
  std::ifstream file(GLADIA_TEST_DATA "/contract/" + name + ".json");
  return nlohmann::ordered_json::parse(file);
}

/// An acknowledgement as the server writes it.
inline std::string acknowledgement(std::uint64_t begin, std::uint64_t end) {
  char text[320];
  constexpr double bytes_per_second = 32000;
  auto const size = std::snprintf(
      text, sizeof text,
      R"({"session_id":"4a39145c-2844-4557-8f34-34883f7be7d9",)"
      R"("created_at":"2026-08-30T09:15:01.371Z","acknowledged":true,"error":null,)"
      R"("type":"audio_chunk","data":{"byte_range":[%llu,%llu],"time_range":[%.1f,%.1f]}})",
      static_cast<unsigned long long>(begin), static_cast<unsigned long long>(end),
      static_cast<double>(begin) / bytes_per_second, static_cast<double>(end) / bytes_per_second);
  return std::string(text, static_cast<std::size_t>(size));
}

/// The transcript `name` with its words repeated or cut to be `count`.
inline std::string transcript_of(std::string const& name, std::size_t count) {
  auto document = example(name);
  auto& utterance = document["data"]["utterance"];
  auto const given = utterance["words"];
  auto words = nlohmann::ordered_json::array();
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    words.push_back(given[i % given.size()]);
    text += words.back()["word"].get<std::string>();
  }
  utterance["words"] = std::move(words);
  utterance["text"] = std::move(text);
  return document.dump();
}

/// The final result with its first utterance said over and over, one after the other: as large as
/// `bytes` allow. Put together as text: a document of 64 MiB would take ten times that.
inline std::string final_result_of(std::size_t bytes) {
  auto document = example("post_final_transcript");
  auto& utterances = document["data"]["transcription"]["utterances"];
  auto const given = utterances[0];
  utterances = nlohmann::ordered_json::array({"@"});
  auto const frame = document.dump();
  auto const mark = frame.find("\"@\"");
  auto text = frame.substr(0, mark);
  text.reserve(bytes);
  auto const rest = frame.substr(mark + 3);
  for (int i = 0;; ++i) {
    auto utterance = given;
    auto const shift = [&, by = 4. * i](nlohmann::ordered_json& part) {
      for (auto const* when : {"start", "end"}) part[when] = part[when].get<double>() + by;
    };
    shift(utterance);
    for (auto& word : utterance["words"]) shift(word);
    auto const one = (i > 0 ? "," : "") + utterance.dump();
    if (i > 0 && text.size() + one.size() + rest.size() > bytes) return text + rest;
    text += one;
  }
}

}  // namespace bench
