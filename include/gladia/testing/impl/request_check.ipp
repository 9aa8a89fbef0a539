#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gladia/model/audio_format.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/live_request.hpp>
#include <gladia/testing/impl/member_check.ipp>

namespace gladia::testing::detail {

/// Checks the body of an init request as the service does, all faults at once. Members it does not
/// know are ignored.
class request_check : member_check {
 public:
  /// The faults, in the service's manner; empty if there are none.
  static std::vector<std::string> faults_of(nlohmann::json const& body) {
    request_check check;
    if (!body.is_object()) return {"body must be an object"};
    check.request(body);
    return std::move(check.faults_);
  }

 private:
  void request(json const& body) {
    one_of(body, "", "encoding", enum_names<audio_encoding>::names);
    one_of(body, "", "bit_depth", supported_bit_depths);
    one_of(body, "", "sample_rate", supported_sample_rates);
    integer(body, "", "channels", 1, max_channels);
    metadata(body);
    one_of(body, "", "model", enum_names<live_model>::names);
    number(body, "", "endpointing", 0.01, 10);
    number(body, "", "maximum_duration_without_endpointing", 5, 60);
    language(body);
    object(body, "", "pre_processing", [&](json const& config, std::string const& path) {
      boolean(config, path, "audio_enhancer");
      number(config, path, "speech_threshold", 0, 1);
    });
    object(body, "", "realtime_processing",
           [&](json const& config, std::string const& path) { add_ons(config, path); });
    object(body, "", "post_processing", [&](json const& config, std::string const& path) {
      summary(config, path);
      boolean(config, path, "chapterization");
    });
    object(body, "", "messages_config",
           [&](json const& config, std::string const& path) { message_flags(config, path); });
    boolean(body, "", "callback");
    object(body, "", "callback_config", [&](json const& config, std::string const& path) {
      message_flags(config, path);
      url(config, path, "url");
    });
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
