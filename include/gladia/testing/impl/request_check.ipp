#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <gladia/codec/json.hpp>
#include <gladia/codec/validate.hpp>
#include <gladia/model/audio_format.hpp>
#include <gladia/model/language.hpp>
#include <gladia/model/live_request.hpp>

namespace gladia::testing::detail {

/// Checks the body of an init request as the service does, all faults at once. Members it does not
/// know are ignored.
class request_check {
 public:
  /// The faults, in the service's manner; empty if there are none.
  static std::vector<std::string> faults_of(nlohmann::json const& body) {
    request_check check;
    if (!body.is_object()) return {"body must be an object"};
    check.request(body);
    return std::move(check.faults_);
  }

 private:
  using json = nlohmann::json;

  void fault(std::string path, std::string const& words) {
    faults_.push_back(std::move(path) + " " + words);
  }

  static json const* member(json const& object, char const* name) {
    auto const found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
  }

  void boolean(json const& object, std::string const& path, char const* name) {
    auto const* value = member(object, name);
    if (value && !value->is_boolean()) fault(path + name, "must be a boolean value");
  }
  void string(json const& object, std::string const& path, char const* name) {
    auto const* value = member(object, name);
    if (value && !value->is_string()) fault(path + name, "must be a string");
  }
  void number(json const& object, std::string const& path, char const* name, double least,
              double most) {
    auto const* value = member(object, name);
    if (!value) return;
    if (!value->is_number()) {
      fault(path + name, "must be a number conforming to the specified constraints");
    } else if (value->get<double>() < least) {
      fault(path + name, "must not be less than " + plain(least));
    } else if (value->get<double>() > most) {
      fault(path + name, "must not be greater than " + plain(most));
    }
  }
  static std::string plain(double value) {
    auto const whole = static_cast<int>(value);
    return whole == value ? std::to_string(whole) : json(value).dump();
  }

  template <class Values>
  static std::string list(Values const& values) {
    std::string text;
    for (auto const& value : values) {
      if (!text.empty()) text += ", ";
      if constexpr (std::is_arithmetic_v<std::decay_t<decltype(value)>>) {
        text += std::to_string(value);
      } else {
        text += value;
      }
    }
    return text;
  }
  template <class Values>
  void one_of(json const& object, std::string const& path, char const* name, Values const& values) {
    auto const* value = member(object, name);
    if (!value) return;
    for (auto const& allowed : values) {
      if (*value == allowed) return;
    }
    fault(path + name, "must be one of the following values: " + list(values));
  }

  static std::vector<std::string> languages(bool for_translation) {
    std::vector<std::string> codes;
    for (auto const& language : languages::all) {
      if (for_translation || language.code != languages::wolof.code) {
        codes.emplace_back(language.code);
      }
    }
    return codes;
  }
  void languages_in(json const& object, std::string const& path, char const* name,
                    bool for_translation) {
    auto const* value = member(object, name);
    if (!value) return;
    auto const codes = languages(for_translation);
    auto const is_known = [&](json const& entry) {
      return std::find_if(codes.begin(), codes.end(),
                          [&](auto const& code) { return entry == code; }) != codes.end();
    };
    if (!value->is_array()) {
      fault(path + name, "must be an array");
    } else if (!std::all_of(value->begin(), value->end(), is_known)) {
      fault(path + name, "must only contain the following values: " + list(codes));
    }
  }

  /// Calls `check(object, path)` for a member that is an object.
  template <class Check>
  void object(json const& parent, std::string const& path, char const* name, Check&& check) {
    auto const* value = member(parent, name);
    if (!value) return;
    if (!value->is_object()) {
      fault(path + name, "must be an object");
    } else {
      check(*value, path + name + ".");
    }
  }

  void strings(json const& value, std::string const& path) {
    auto const is_string = [](json const& entry) { return entry.is_string(); };
    if (!value.is_array()) {
      fault(path, "must be an array");
    } else if (!std::all_of(value.begin(), value.end(), is_string)) {
      faults_.push_back("each value in " + path + " must be a string");
    }
  }

  void request(json const& body) {
    one_of(body, "", "encoding", enum_names<audio_encoding>::names);
    one_of(body, "", "bit_depth", supported_bit_depths);
    one_of(body, "", "sample_rate", supported_sample_rates);
    integer(body, "channels", 1, max_channels);
    object(body, "", "custom_metadata", [&](json const& value, std::string const&) {
      // Counts characters, not bytes.
      live_request request;
      request.custom_metadata = codec::to_json_text(value);
      if (codec::validate(request)) {
        fault("custom_metadata",
              "must be shorter than or equal to 2000 characters once stringified");
      }
    });
    one_of(body, "", "model", enum_names<live_model>::names);
    number(body, "", "endpointing", 0.01, 10);
    number(body, "", "maximum_duration_without_endpointing", 5, 60);
    object(body, "", "language_config", [&](json const& config, std::string const& path) {
      languages_in(config, path, "languages", false);
      boolean(config, path, "code_switching");
    });
    object(body, "", "pre_processing", [&](json const& config, std::string const& path) {
      boolean(config, path, "audio_enhancer");
      number(config, path, "speech_threshold", 0, 1);
    });
    object(body, "", "realtime_processing",
           [&](json const& config, std::string const& path) { realtime(config, path); });
    object(body, "", "post_processing", [&](json const& config, std::string const& path) {
      boolean(config, path, "summarization");
      object(config, path, "summarization_config", [&](json const& inner, std::string const& at) {
        one_of(inner, at, "type", enum_names<summary_type>::names);
      });
      boolean(config, path, "chapterization");
    });
    object(body, "", "messages_config",
           [&](json const& config, std::string const& path) { message_flags(config, path); });
    boolean(body, "", "callback");
    object(body, "", "callback_config", [&](json const& config, std::string const& path) {
      message_flags(config, path);
      auto const* url = member(config, "url");
      if (url && !(url->is_string() && url->get<std::string>().rfind("http", 0) == 0)) {
        fault(path + "url", "must be a URL address");
      }
    });
  }

  void integer(json const& object, char const* name, int least, int most) {
    auto const* value = member(object, name);
    if (value && !value->is_number_integer()) {
      fault(name, "must be an integer number");
    } else {
      number(object, "", name, least, most);
    }
  }

  void realtime(json const& config, std::string const& path) {
    boolean(config, path, "custom_vocabulary");
    object(config, path, "custom_vocabulary_config",
           [&](json const& inner, std::string const& at) { vocabulary(inner, at); });
    boolean(config, path, "custom_spelling");
    object(config, path, "custom_spelling_config", [&](json const& inner, std::string const& at) {
      if (!member(inner, "spelling_dictionary")) {
        fault(at + "spelling_dictionary", "should not be null or undefined");
      }
      object(inner, at, "spelling_dictionary", [&](json const& words, std::string const& where) {
        for (auto const& [word, spellings] : words.items()) strings(spellings, where + word);
      });
    });
    boolean(config, path, "translation");
    object(config, path, "translation_config",
           [&](json const& inner, std::string const& at) { translation(inner, at); });
    boolean(config, path, "named_entity_recognition");
    boolean(config, path, "sentiment_analysis");
  }

  void vocabulary(json const& config, std::string const& path) {
    number(config, path, "default_intensity", 0, 1);
    auto const* entries = member(config, "vocabulary");
    if (!entries || !entries->is_array()) return fault(path + "vocabulary", "must be an array");
    for (std::size_t i = 0; i < entries->size(); ++i) {
      auto const& entry = (*entries)[i];
      auto const at = path + "vocabulary." + std::to_string(i);
      if (entry.is_string()) continue;
      if (!entry.is_object()) {
        fault(at, "must be a string or an object");
        continue;
      }
      if (!member(entry, "value")) fault(at + ".value", "should not be null or undefined");
      string(entry, at + ".", "value");
      number(entry, at + ".", "intensity", 0, 1);
      if (auto const* words = member(entry, "pronunciations")) {
        strings(*words, at + ".pronunciations");
      }
      one_of(entry, at + ".", "language", languages(false));
    }
  }

  void translation(json const& config, std::string const& path) {
    auto const* targets = member(config, "target_languages");
    if (!targets || (targets->is_array() && targets->empty())) {
      fault(path + "target_languages", "must contain at least 1 elements");
    }
    languages_in(config, path, "target_languages", true);
    one_of(config, path, "model", enum_names<translation_model>::names);
    for (auto const* name :
         {"match_original_utterances", "lipsync", "context_adaptation", "informal"}) {
      boolean(config, path, name);
    }
    string(config, path, "context");
  }

  struct flag_check : gladia::detail::uniform_visitor<flag_check> {
    request_check& check;
    json const& config;
    std::string const& path;
    flag_check(request_check& c, json const& object, std::string const& at)
        : check(c), config(object), path(at) {}
    template <class M>
    void member(char const* name, M&) {
      check.boolean(config, path, name);
    }
  };
  void message_flags(json const& config, std::string const& path) {
    flag_check visitor{*this, config, path};
    gladia::message_flags const names{};
    visit_fields(visitor, names);
  }

  std::vector<std::string> faults_{};
};

/// Fills in what the service takes where a request says nothing.
class request_defaults {
 public:
  static void apply(live_request& request) {
    fill(request.endpointing, 0.05);
    fill(request.maximum_duration_without_endpointing, 5.0);
    if (request.model.empty()) request.model = live_model::solaria_1;
    fill(request.language_config.code_switching, false);
    fill(request.pre_processing.audio_enhancer, false);
    fill(request.pre_processing.speech_threshold, 0.6);
    auto& realtime = request.realtime_processing;
    for (auto* flag : {&realtime.custom_vocabulary, &realtime.custom_spelling,
                       &realtime.translation, &realtime.named_entity_recognition,
                       &realtime.sentiment_analysis, &request.post_processing.summarization,
                       &request.post_processing.chapterization, &request.callback}) {
      fill(*flag, false);
    }
    flags(request.messages_config, true);
    if (*request.callback) flags(request.callback_config.flags, false);
  }

 private:
  template <class T>
  static void fill(std::optional<T>& value, T otherwise) {
    if (!value) value = otherwise;
  }
  static void flags(message_flags& f, bool is_socket) {
    fill(f.receive_partial_transcripts, false);
    fill(f.receive_final_transcripts, true);
    fill(f.receive_speech_events, is_socket);
    fill(f.receive_pre_processing_events, true);
    fill(f.receive_realtime_processing_events, true);
    fill(f.receive_post_processing_events, true);
    fill(f.receive_acknowledgments, is_socket);
    fill(f.receive_errors, is_socket);
    fill(f.receive_lifecycle_events, !is_socket);
  }
};

}  // namespace gladia::testing::detail
