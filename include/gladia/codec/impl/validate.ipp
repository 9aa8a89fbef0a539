#pragma once

#include <gladia/codec/validate.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gladia/codec/decode.hpp>
#include <gladia/codec/impl/fault.ipp>
#include <gladia/codec/impl/read.ipp>
#include <gladia/codec/impl/write.ipp>
#include <gladia/detail/lists.hpp>

namespace gladia::codec {
namespace detail {

inline constexpr std::size_t max_metadata_characters = 2000;

struct fault_list {
  std::string text{};

  void add(std::string_view path, std::string_view what) {
    if (!text.empty()) text += "; ";
    text.append(path).append(": ").append(what);
  }
};

/// Finds texts that are not UTF-8, anywhere in a struct.
class utf8_visitor : public gladia::detail::uniform_visitor<utf8_visitor> {
 public:
  utf8_visitor(fault_list& faults, std::string prefix)
      : faults_(faults), prefix_(std::move(prefix)) {}

  template <class M>
  void member(char const* name, M const& m) {
    check(prefix_ + name, m);
  }
  template <class M>
  void flatten(M const& m) {
    visit_fields(*this, m);
  }
  // `parse_object` parses any JSON, and so checks its texts.
  void extra(json_text const&) {}

 private:
  void check(std::string const& path, std::string_view text) {
    if (!is_utf8(text)) faults_.add(path, "the text is not UTF-8");
  }
  void check(std::string const& path, std::string const& text) {
    check(path, std::string_view(text));
  }
  void check(std::string const& path, secret const& m) { check(path, m.reveal()); }
  void check(std::string const& path, language_code const& m) { check(path, m.code); }
  template <class E>
  void check(std::string const& path, open_enum<E> const& m) {
    check(path, m.name());
  }
  template <class T>
  void check(std::string const& path, std::optional<T> const& m) {
    if (m) check(path, *m);
  }
  template <class T>
  void check(std::string const& path, std::vector<T> const& m) {
    for (std::size_t i = 0; i < m.size(); ++i) check(path + "[" + std::to_string(i) + "]", m[i]);
  }
  template <class T>
  void check(std::string const& path, std::map<std::string, T> const& m) {
    for (auto const& [key, value] : m) {
      check(path, key);
      check(path + "." + key, value);
    }
  }
  template <class T, std::enable_if_t<has_fields<T>, int> = 0>
  void check(std::string const& path, T const& m) {
    utf8_visitor nested(faults_, path + ".");
    visit_fields(nested, m);
  }
  void check(std::string const&, json_text const&) {}
  void check(std::string const&, bool) {}
  void check(std::string const&, int) {}
  void check(std::string const&, double) {}

  fault_list& faults_;
  std::string prefix_;
};

/// The object that `text` is, or a fault.
inline std::optional<nlohmann::json> parse_object(fault_list& faults, std::string_view path,
                                                  json_text const& text) {
  nlohmann::json value;
  fault why;
  if (!write(text, value, why)) {
    faults.add(path, why.text());
  } else if (!value.is_object()) {
    json_reader reader(text.text);
    faults.add(path, std::string("expected an object, got ") + kind_of(reader));
  } else {
    return value;
  }
  return std::nullopt;
}

inline std::size_t count_characters(std::string_view utf8) noexcept {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
  }));
}

inline void check_metadata(fault_list& faults, json_text const& metadata) {
  if (metadata.empty()) return;
  auto const object = parse_object(faults, "custom_metadata", metadata);
  if (!object) return;
  auto const characters = count_characters(object->dump());
  if (characters > max_metadata_characters) {
    faults.add("custom_metadata", std::to_string(characters) + " characters are more than " +
                                      std::to_string(max_metadata_characters));
  }
}

template <std::size_t N>
void check_number(fault_list& faults, std::string_view path, int value, int const (&allowed)[N]) {
  if (!gladia::detail::contains(allowed, value)) {
    faults.add(path, "must be " + gladia::detail::list_of(allowed));
  }
}

inline void check_audio(fault_list& faults, audio_format const& audio) {
  auto const encoding = audio.encoding.value();
  if (encoding == audio_encoding::pcm) {
    check_number(faults, "bit_depth", audio.bit_depth, supported_bit_depths);
  }
  if ((encoding == audio_encoding::alaw || encoding == audio_encoding::ulaw) &&
      audio.bit_depth != 8) {
    faults.add("bit_depth", "must be 8, as the encoding is " + std::string(audio.encoding.name()));
  }
  check_number(faults, "sample_rate", audio.sample_rate, supported_sample_rates);
  if (audio.channels < 1 || audio.channels > max_channels) {
    faults.add("channels", "must be from 1 to " + std::to_string(max_channels));
  }
}

struct limits {
  double from;
  double to;
  char const* text;
};
inline constexpr double no_limit = std::numeric_limits<double>::infinity();
inline constexpr limits fraction{0, 1, "must be from 0 to 1"};
inline constexpr limits at_least_0{0, no_limit, "must be at least 0"};
inline constexpr limits at_least_1{1, no_limit, "must be at least 1"};

template <class Number>
void check_range(fault_list& faults, std::string_view path, std::optional<Number> const& value,
                 limits const& allowed) {
  // Written so that NaN is a fault.
  if (value && !(*value >= allowed.from && *value <= allowed.to)) faults.add(path, allowed.text);
}

/// Whether anything in a config is set.
template <class Config>
bool has_settings(Config const& config) {
  static Config const nothing{};
  return config != nothing;
}

/// A config has an effect only if its flag is true. A flag that is false turns it off on purpose.
inline void check_flag(fault_list& faults, std::string_view path, std::optional<bool> const& flag,
                       bool config_is_set) {
  if (config_is_set && !flag) {
    faults.add(path, "must be true, or its config has no effect");
  }
}

/// A config that is sent, or that its flag needs, must have a list that is not empty.
inline void check_list(fault_list& faults, std::string_view path, bool is_empty,
                       std::optional<bool> const& flag, bool config_is_set) {
  if (is_empty && (flag == true || config_is_set)) faults.add(path, "needs at least one entry");
}

inline void check_languages(fault_list& faults, language_settings const& s) {
  if (s.code_switching == true && s.languages.size() == 1) {
    faults.add("language_config.code_switching",
               "has no effect with exactly one language; list all that may be spoken");
  }
}

inline void check_vocabulary(fault_list& faults, std::string const& config,
                             custom_vocabulary_settings const& s) {
  for (std::size_t i = 0; i < s.vocabulary.size(); ++i) {
    auto const path = config + ".vocabulary[" + std::to_string(i) + "]";
    auto const& entry = s.vocabulary[i];
    if (entry.value.empty()) faults.add(path + ".value", "must not be empty");
    check_range(faults, path + ".intensity", entry.intensity, fraction);
  }
  check_range(faults, config + ".default_intensity", s.default_intensity, fraction);
}

/// Checks what both kinds of request can ask for; `at` is the path in the request.
template <class Settings>
void check_add_ons(fault_list& faults, std::string const& at, Settings const& s) {
  auto const& vocabulary = s.custom_vocabulary_config;
  auto const has_vocabulary = has_settings(vocabulary);
  check_flag(faults, at + "custom_vocabulary", s.custom_vocabulary, has_vocabulary);
  check_list(faults, at + "custom_vocabulary_config.vocabulary", vocabulary.vocabulary.empty(),
             s.custom_vocabulary, has_vocabulary);
  check_vocabulary(faults, at + "custom_vocabulary_config", vocabulary);

  auto const& spelling = s.custom_spelling_config;
  auto const has_spelling = has_settings(spelling);
  check_flag(faults, at + "custom_spelling", s.custom_spelling, has_spelling);
  check_list(faults, at + "custom_spelling_config.spelling_dictionary",
             spelling.spelling_dictionary.empty(), s.custom_spelling, has_spelling);

  auto const& translation = s.translation_config;
  auto const has_translation = has_settings(translation);
  check_flag(faults, at + "translation", s.translation, has_translation);
  check_list(faults, at + "translation_config.target_languages",
             translation.target_languages.empty(), s.translation, has_translation);
}

template <class Settings>
void check_summarization(fault_list& faults, std::string const& at, Settings const& s) {
  check_flag(faults, at + "summarization", s.summarization, has_settings(s.summarization_config));
}

inline void check_end_of_turn(fault_list& faults, end_of_turn_settings const& s) {
  check_range(faults, "end_of_turn.threshold", s.threshold, fraction);
  check_range(faults, "end_of_turn.emission_threshold", s.emission_threshold, fraction);
  check_range(faults, "end_of_turn.max_wait_secs", s.max_wait_secs,
              {1, 30, "must be from 1 to 30"});
  check_range(faults, "end_of_turn.probe_base_ms", s.probe_base_ms,
              {100, 5000, "must be from 100 to 5000"});
}

inline void check_callback(fault_list& faults, live_request const& request) {
  check_flag(faults, "callback", request.callback, has_settings(request.callback_config));
  if (request.callback == true && request.callback_config.url.value_or("").empty()) {
    faults.add("callback_config.url", "needed, as callback is true");
  }
}

inline void check_values(fault_list& faults, live_request const& request) {
  check_audio(faults, request.audio);
  check_range(faults, "endpointing", request.endpointing, {0.01, 10, "must be from 0.01 to 10"});
  check_range(faults, "maximum_duration_without_endpointing",
              request.maximum_duration_without_endpointing, {5, 60, "must be from 5 to 60"});
  if (request.end_of_turn) check_end_of_turn(faults, *request.end_of_turn);
  check_languages(faults, request.language_config);
  check_range(faults, "pre_processing.speech_threshold", request.pre_processing.speech_threshold,
              fraction);
  check_add_ons(faults, "realtime_processing.", request.realtime_processing);
  check_summarization(faults, "post_processing.", request.post_processing);
  check_callback(faults, request);
}

inline void check_callback(fault_list& faults, pre_recorded_request const& request) {
  auto const is_set = has_settings(request.callback_config);
  check_flag(faults, "callback", request.callback, is_set);
  auto const is_needed = is_set || (request.callback == true && request.callback_url.empty());
  if (is_needed && request.callback_config.url.empty()) faults.add("callback_config.url", "needed");
}

/// Reports the empty entries of a list.
template <class T>
void check_entries(fault_list& faults, std::string const& path, std::vector<T> const& list) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].empty()) faults.add(path + "[" + std::to_string(i) + "]", "must not be empty");
  }
}

inline void check_subtitles(fault_list& faults, pre_recorded_request const& request) {
  auto const& s = request.subtitles_config;
  check_flag(faults, "subtitles", request.subtitles, has_settings(s));
  check_entries(faults, "subtitles_config.formats", s.formats);
  check_range(faults, "subtitles_config.minimum_duration", s.minimum_duration, at_least_0);
  check_range(faults, "subtitles_config.maximum_duration", s.maximum_duration,
              {1, 30, "must be from 1 to 30"});
  check_range(faults, "subtitles_config.maximum_characters_per_row", s.maximum_characters_per_row,
              at_least_1);
  check_range(faults, "subtitles_config.maximum_rows_per_caption", s.maximum_rows_per_caption,
              {1, 5, "must be from 1 to 5"});
}

inline void check_diarization(fault_list& faults, pre_recorded_request const& request) {
  auto const& s = request.diarization_config;
  check_flag(faults, "diarization", request.diarization, has_settings(s));
  check_range(faults, "diarization_config.number_of_speakers", s.number_of_speakers, at_least_1);
  check_range(faults, "diarization_config.min_speakers", s.min_speakers, at_least_0);
  check_range(faults, "diarization_config.max_speakers", s.max_speakers, at_least_0);
}

inline void check_llm(fault_list& faults, pre_recorded_request const& request) {
  auto const& s = request.audio_to_llm_config;
  auto const is_set = has_settings(s);
  check_flag(faults, "audio_to_llm", request.audio_to_llm, is_set);
  check_list(faults, "audio_to_llm_config.prompts", s.prompts.empty(), request.audio_to_llm,
             is_set);
  check_entries(faults, "audio_to_llm_config.prompts", s.prompts);
}

inline void check_redaction(fault_list& faults, pre_recorded_request const& request) {
  auto const& s = request.pii_redaction_config;
  check_flag(faults, "pii_redaction", request.pii_redaction, has_settings(s));
  check_entries(faults, "pii_redaction_config.entity_types", s.entity_types);
}

inline void check_values(fault_list& faults, pre_recorded_request const& request) {
  if (request.audio_url.empty()) faults.add("audio_url", "needed");
  check_languages(faults, request.language_config);
  check_add_ons(faults, "", request);
  check_summarization(faults, "", request);
  check_subtitles(faults, request);
  check_diarization(faults, request);
  check_llm(faults, request);
  check_redaction(faults, request);
  check_callback(faults, request);
}

/// The request with `extra` merged in, as far as this version understands `extra`.
template <class Request>
std::optional<Request> merged(Request const& request) {
  nlohmann::json document;
  Request whole;
  fault why;
  if (!write(request, document, why)) return std::nullopt;
  auto const text = document.dump();
  json_reader reader(text);
  if (!read(reader, whole) || reader.passed_over()) return std::nullopt;
  return whole;
}

/// Members that a session relies on must be set in the request itself.
inline void check_extra(fault_list& faults, live_request request, live_request const& whole) {
  if (whole.audio != request.audio) {
    faults.add("extra", "must not change the audio format");
  }
  request.messages_config.receive_acknowledgments = true;
  if (auto const asked = merged(request);
      asked && asked->messages_config.receive_acknowledgments != true) {
    faults.add("extra", "must not turn acknowledgements off: sessions need them");
  }
}
/// A file's transcription relies on no member.
inline void check_extra(fault_list&, pre_recorded_request const&, pre_recorded_request const&) {}

template <class Request>
error find_faults(Request const& request) {
  fault_list faults;
  utf8_visitor texts(faults, "");
  visit_fields(texts, request);
  std::optional<Request> whole;
  if (request.extra.empty()) {
    whole = request;
  } else if (parse_object(faults, "extra", request.extra)) {
    whole = merged(request);
    if (whole) check_extra(faults, request, *whole);
  }
  check_metadata(faults, (whole ? *whole : request).custom_metadata);
  if (whole) check_values(faults, *whole);
  return faults.text.empty() ? error() : error(errc::invalid_request, std::move(faults.text));
}

}  // namespace detail

GLADIA_DECL error validate(live_request const& request) {
  return detail::find_faults(request);
}

GLADIA_DECL error validate(pre_recorded_request const& request) {
  return detail::find_faults(request);
}

}  // namespace gladia::codec
