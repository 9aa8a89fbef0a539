#pragma once

#include <gladia/codec/validate.hpp>

#include <algorithm>
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
  // Any JSON is parsed, which checks its texts too.
  void extra(json_text const&) {}

 private:
  void check(std::string const& path, std::string_view text) {
    if (!is_utf8(text)) faults_.add(path, "the text is not UTF-8");
  }
  void check(std::string const& path, std::string const& text) {
    check(path, std::string_view(text));
  }
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
inline constexpr limits fraction{0, 1, "must be from 0 to 1"};

inline void check_range(fault_list& faults, std::string_view path,
                        std::optional<double> const& value, limits const& allowed) {
  // Written so that NaN is a fault.
  if (value && !(*value >= allowed.from && *value <= allowed.to)) faults.add(path, allowed.text);
}

/// A config has an effect only if its flag is true; `false` turns it off on purpose.
inline void check_flag(fault_list& faults, std::string_view path, std::optional<bool> const& flag,
                       bool config_is_set) {
  if (config_is_set && !flag) {
    faults.add(path, "must be true, or its config has no effect");
  }
}

/// A config that is sent, or that its flag needs, cannot do without its list.
inline void check_list(fault_list& faults, std::string_view path, bool is_empty,
                       std::optional<bool> const& flag, bool config_is_set) {
  if (is_empty && (flag == true || config_is_set)) faults.add(path, "needs at least one entry");
}

inline void check_realtime(fault_list& faults, realtime_processing_settings const& s) {
  auto const& vocabulary = s.custom_vocabulary_config;
  auto const has_vocabulary = vocabulary != custom_vocabulary_settings{};
  check_flag(faults, "realtime_processing.custom_vocabulary", s.custom_vocabulary, has_vocabulary);
  std::string const list = "realtime_processing.custom_vocabulary_config.vocabulary";
  check_list(faults, list, vocabulary.vocabulary.empty(), s.custom_vocabulary, has_vocabulary);
  for (std::size_t i = 0; i < vocabulary.vocabulary.size(); ++i) {
    auto const path = list + "[" + std::to_string(i) + "]";
    auto const& entry = vocabulary.vocabulary[i];
    if (entry.value.empty()) faults.add(path + ".value", "must not be empty");
    check_range(faults, path + ".intensity", entry.intensity, fraction);
  }
  check_range(faults, "realtime_processing.custom_vocabulary_config.default_intensity",
              vocabulary.default_intensity, fraction);

  auto const& spelling = s.custom_spelling_config;
  auto const has_spelling = spelling != custom_spelling_settings{};
  check_flag(faults, "realtime_processing.custom_spelling", s.custom_spelling, has_spelling);
  check_list(faults, "realtime_processing.custom_spelling_config.spelling_dictionary",
             spelling.spelling_dictionary.empty(), s.custom_spelling, has_spelling);

  auto const& translation = s.translation_config;
  auto const has_translation = translation != translation_settings{};
  check_flag(faults, "realtime_processing.translation", s.translation, has_translation);
  check_list(faults, "realtime_processing.translation_config.target_languages",
             translation.target_languages.empty(), s.translation, has_translation);
}

inline void check_callback(fault_list& faults, live_request const& request) {
  check_flag(faults, "callback", request.callback, request.callback_config != callback_settings{});
  if (request.callback == true && request.callback_config.url.value_or("").empty()) {
    faults.add("callback_config.url", "needed, as callback is true");
  }
}

inline void check_values(fault_list& faults, live_request const& request) {
  check_audio(faults, request.audio);
  check_range(faults, "endpointing", request.endpointing, {0.01, 10, "must be from 0.01 to 10"});
  check_range(faults, "maximum_duration_without_endpointing",
              request.maximum_duration_without_endpointing, {5, 60, "must be from 5 to 60"});
  if (request.language_config.code_switching == true &&
      request.language_config.languages.size() == 1) {
    faults.add("language_config.code_switching",
               "has no effect with exactly one language; list all that may be spoken");
  }
  check_range(faults, "pre_processing.speech_threshold", request.pre_processing.speech_threshold,
              fraction);
  check_realtime(faults, request.realtime_processing);
  check_flag(faults, "post_processing.summarization", request.post_processing.summarization,
             request.post_processing.summarization_config != summarization_settings{});
  check_callback(faults, request);
}

/// The request with `extra` merged in, as far as this version understands it.
inline std::optional<live_request> merged(live_request const& request) {
  nlohmann::json document;
  live_request whole;
  fault why;
  if (!write(request, document, why)) return std::nullopt;
  auto const text = document.dump();
  json_reader reader(text);
  if (!read(reader, whole) || reader.passed_over()) return std::nullopt;
  return whole;
}

/// What a session relies on is set in the request itself.
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

}  // namespace detail

GLADIA_DECL error validate(live_request const& request) {
  detail::fault_list faults;
  detail::utf8_visitor texts(faults, "");
  visit_fields(texts, request);
  std::optional<live_request> whole;
  if (request.extra.empty()) {
    whole = request;
  } else if (detail::parse_object(faults, "extra", request.extra)) {
    whole = detail::merged(request);
    if (whole) detail::check_extra(faults, request, *whole);
  }
  detail::check_metadata(faults, (whole ? *whole : request).custom_metadata);
  if (whole) detail::check_values(faults, *whole);
  return faults.text.empty() ? error() : error(errc::invalid_request, std::move(faults.text));
}

}  // namespace gladia::codec
