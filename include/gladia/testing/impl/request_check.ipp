#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gladia/model/audio_format.hpp>
#include <gladia/model/live_request.hpp>
#include <gladia/testing/impl/member_check.ipp>

namespace gladia::testing::detail {

/// Checks the body of an init request as the server does, and reports all faults at once. Unknown
/// members are ignored.
class request_check : member_check {
 public:
  /// The faults, in the server's words; empty if there are none.
  static std::vector<std::string> faults_of(nlohmann::json const& body) {
    request_check check;
    if (!body.is_object()) return {"body must be an object"};
    check.request(body);
    return std::move(check.faults_);
  }

 private:
  void request(json const& body) {
    plain_members<live_request>(body, "");
    one_of(body, "", "bit_depth", supported_bit_depths);
    one_of(body, "", "sample_rate", supported_sample_rates);
    integer(body, "", "channels", 1, max_channels);
    metadata(body);
    number(body, "", "endpointing", 0.01, 10);
    number(body, "", "maximum_duration_without_endpointing", 5, 60);
    language(body);
    object(body, "", "pre_processing", [&](json const& config, std::string const& path) {
      plain_members<pre_processing_settings>(config, path);
      number(config, path, "speech_threshold", 0, 1);
    });
    object(body, "", "realtime_processing", [&](json const& config, std::string const& path) {
      plain_members<realtime_processing_settings>(config, path);
      add_ons(config, path);
    });
    object(body, "", "post_processing", [&](json const& config, std::string const& path) {
      plain_members<post_processing_settings>(config, path);
      summary(config, path);
    });
    object(body, "", "messages_config", [&](json const& config, std::string const& path) {
      plain_members<message_flags>(config, path);
    });
    object(body, "", "callback_config", [&](json const& config, std::string const& path) {
      plain_members<callback_settings>(config, path);
      url(config, path, "url");
    });
  }
};

/// Fills in the server's defaults for members that a request does not set.
class request_defaults {
 public:
  static void apply(live_request& request) {
    fill(request.endpointing, 0.05);
    fill(request.maximum_duration_without_endpointing, 5.0);
    if (request.model.empty()) request.model = live_model::solaria_1;
    fill(request.pre_processing.speech_threshold, 0.6);
    turn_off_flags(request);
    turn_off_flags(request.language_config);
    turn_off_flags(request.pre_processing);
    turn_off_flags(request.realtime_processing);
    turn_off_flags(request.post_processing);
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
