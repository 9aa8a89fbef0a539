#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gladia/codec/impl/write.ipp>
#include <gladia/detail/stable_sort.hpp>
#include <gladia/error.hpp>
#include <gladia/model/live_result.hpp>
#include <gladia/net/detail/text.hpp>

namespace gladia::testing::detail {

/// One line: its text, time and channel.
struct timed_line {
  std::string text{};
  double start = 0;
  double end = 0;
  int channel = 0;
  std::string language{};
  std::map<std::string, std::string> translations{};  ///< by target language
};

/// The words of the audio: lines for one utterance after the other, or lines with times.
struct script {
  std::vector<std::string> lines{};
  std::vector<timed_line> timed{};

  [[nodiscard]] bool empty() const noexcept { return lines.empty() && timed.empty(); }
};

using net::detail::trim;

inline std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    auto const end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

inline std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (auto word : split(text, ' ')) {
    if (word = trim(word); !word.empty()) words.push_back(word);
  }
  return words;
}

/// Three decimals, as the server sends.
inline double in_thousandths(double value) {
  return std::round(value * 1000) / 1000;
}

/// Spreads the words of `text` over the time from `start` to `end`; longer words take longer.
inline transcript_utterance lay_out(std::string_view text, double start, double end, int channel,
                                    std::string language) {
  transcript_utterance utterance;
  utterance.start = in_thousandths(start);
  utterance.end = in_thousandths(end);
  utterance.confidence = 1;
  utterance.channel = channel;
  utterance.language = std::move(language);
  auto const words = words_of(text);
  double letters = 0;
  for (auto word : words) letters += static_cast<double>(word.size() + 1);
  double passed = 0;
  for (auto word : words) {
    transcript_word laid;
    laid.word = " " + std::string(word);
    laid.confidence = 1;
    laid.start = in_thousandths(start + (end - start) * passed / letters);
    passed += static_cast<double>(word.size() + 1);
    laid.end = in_thousandths(start + (end - start) * passed / letters);
    utterance.text += laid.word;
    utterance.words.push_back(std::move(laid));
  }
  return utterance;
}

/// The translation of something that was said, where the script has it.
inline std::optional<transcript_utterance> translated(script const& script,
                                                      transcript_utterance const& said,
                                                      std::string const& language) {
  for (auto const& line : script.timed) {
    auto const found = line.translations.find(language);
    if (line.channel != said.channel || found == line.translations.end()) continue;
    if (words_of(line.text) != words_of(said.text)) continue;
    return lay_out(found->second, said.start, said.end, said.channel, language);
  }
  return std::nullopt;
}

inline bool is_json_script(std::string_view text) {
  text = trim(text);
  if (text.empty() || text.front() != '[') return false;
  text = trim(text.substr(1));
  return !text.empty() && (text.front() == '{' || text.front() == ']');
}

inline result<script> parse_json_script(std::string_view text) {
  auto const fail = [](std::string why) {
    return error(errc::invalid_options, "script: " + std::move(why));
  };
  auto const json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) return fail("begins like JSON but is not valid JSON");
  script parsed;
  for (std::size_t index = 0; index < json.size(); ++index) {
    auto const& entry = json[index];
    auto const where = "[" + std::to_string(index) + "]";
    if (!entry.is_object()) return fail(where + " is not an object");
    auto const number = [&](char const* name) {
      auto const found = entry.find(name);
      return found != entry.end() && found->is_number() ? std::optional(found->get<double>())
                                                        : std::nullopt;
    };
    auto const string = [&](char const* name) {
      auto const found = entry.find(name);
      return found != entry.end() && found->is_string() ? found->get<std::string>() : "";
    };
    timed_line line;
    line.text = string("text");
    line.language = string("language");
    auto const start = number("start");
    auto const end = number("end");
    if (trim(line.text).empty()) return fail(where + " needs a text");
    if (!start || !end || *start < 0 || *end <= *start) {
      return fail(where + " needs start and end in seconds, with 0 <= start < end");
    }
    line.start = *start;
    line.end = *end;
    if (auto const channel = number("channel")) {
      if (!(*channel >= 0 && *channel < 8)) return fail(where + ": channel must be from 0 to 7");
      line.channel = static_cast<int>(*channel);
    }
    auto const translations = entry.find("translations");
    if (translations != entry.end()) {
      if (!translations->is_object()) return fail(where + ": translations must be an object");
      for (auto const& [language, translation] : translations->items()) {
        auto const* words = translation.get_ptr<std::string const*>();
        if (!words || trim(*words).empty()) {
          return fail(where + ": translations." + language + " needs a text");
        }
        line.translations[language] = *words;
      }
    }
    parsed.timed.push_back(std::move(line));
  }
  gladia::detail::stable_sort(parsed.timed,
                              [](auto const& a, auto const& b) { return a.end < b.end; });
  return parsed;
}

/// Reads a script, plain text or JSON. Errors: `errc::invalid_options`, saying where.
inline result<script> parse_script(std::string_view text) {
  if (!codec::detail::is_utf8(text)) return error(errc::invalid_options, "script: is not UTF-8");
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (net::detail::starts_with(text, byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (is_json_script(text)) return parse_json_script(text);
  script parsed;
  for (auto line : split(text, '\n')) {
    if (line = trim(line); !line.empty()) parsed.lines.emplace_back(line);
  }
  return parsed;
}

}  // namespace gladia::testing::detail
