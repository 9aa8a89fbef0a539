#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include <gladia/model/pre_recorded_request.hpp>
#include <gladia/testing/impl/member_check.ipp>

namespace gladia::testing::detail {

/// Checks the body of a request for the transcription of a recording as the server does.
class recording_check : member_check {
 public:
  /// The faults, in the server's words; empty if there are none.
  static std::vector<std::string> faults_of(nlohmann::json const& body) {
    recording_check check;
    if (!body.is_object()) return {"body must be an object"};
    check.request(body);
    return std::move(check.faults_);
  }

 private:
  void request(json const& body) {
    if (!member(body, "audio_url")) fault("audio_url", "should not be null or undefined");
    url(body, "", "audio_url");
    plain_members<pre_recorded_request>(body, "");
    language(body);
    add_ons(body, "");
    summary(body, "");
    object(body, "", "subtitles_config",
           [&](json const& config, std::string const& path) { subtitles(config, path); });
    object(body, "", "diarization_config", [&](json const& config, std::string const& path) {
      integer(config, path, "number_of_speakers", 1, no_limit);
      integer(config, path, "min_speakers", 0, no_limit);
      integer(config, path, "max_speakers", 0, no_limit);
    });
    object(body, "", "audio_to_llm_config", [&](json const& config, std::string const& path) {
      auto const* prompts = member(config, "prompts");
      if (!prompts || (prompts->is_array() && prompts->empty())) {
        fault(path + "prompts", "must contain at least 1 elements");
      } else {
        strings(*prompts, path + "prompts");
      }
      string(config, path, "model");
    });
    object(body, "", "pii_redaction_config", [&](json const& config, std::string const& path) {
      plain_members<pii_redaction_settings>(config, path);
    });
    object(body, "", "callback_config", [&](json const& config, std::string const& path) {
      if (!member(config, "url")) fault(path + "url", "should not be null or undefined");
      url(config, path, "url");
      plain_members<pre_recorded_callback_settings>(config, path);
    });
    url(body, "", "callback_url");
    metadata(body);
  }

  void subtitles(json const& config, std::string const& path) {
    auto const* formats = member(config, "formats");
    if (formats && formats->is_array() && formats->empty()) {
      fault(path + "formats", "must contain at least 1 elements");
    }
    plain_members<subtitle_settings>(config, path);
    number(config, path, "minimum_duration", 0, no_limit);
    number(config, path, "maximum_duration", 1, 30);
    integer(config, path, "maximum_characters_per_row", 1, no_limit);
    integer(config, path, "maximum_rows_per_caption", 1, 5);
  }

  static constexpr double no_limit = 1e9;
};

/// Fills in the server's defaults for members that a request does not set.
inline void apply_defaults(pre_recorded_request& request) {
  if (request.model.empty()) request.model = pre_recorded_model::solaria_1;
  turn_off_flags(request);
  turn_off_flags(request.language_config);
}

}  // namespace gladia::testing::detail
