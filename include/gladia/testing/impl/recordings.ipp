#pragma once

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include <gladia/codec/decode.hpp>
#include <gladia/codec/encode.hpp>
#include <gladia/error.hpp>
#include <gladia/model/pre_recorded_job.hpp>
#include <gladia/testing/impl/http_reply.ipp>
#include <gladia/testing/impl/job_filter.ipp>
#include <gladia/testing/impl/recorded_audio.ipp>
#include <gladia/testing/impl/recording_check.ipp>
#include <gladia/testing/impl/recording_job.ipp>
#include <gladia/testing/impl/routes.ipp>
#include <gladia/testing/impl/shared_state.ipp>
#include <gladia/testing/impl/upload_body.ipp>

namespace gladia::testing::detail {

/// The receiver of an upload's body, or the answer that refuses the upload.
struct upload_decision {
  std::unique_ptr<upload_body> body{};
  http_reply refusal{};
};

/// Transcription of recordings: the uploads, the jobs and their routes. Used on the emulator's
/// thread only.
class recordings {
 public:
  explicit recordings(std::shared_ptr<shared_state> shared) : shared_(std::move(shared)) {}

  upload_decision decide_upload(request_report const& request) const {
    auto const length = request.header("content-length");
    if (!length.empty() && std::strtoull(length.c_str(), nullptr, 10) > max_request_bytes()) {
      return {nullptr, error_reply(413, request.target, "payload too large")};
    }
    auto body = std::make_unique<upload_body>(request.header("content-type"));
    if (!body->fault().empty()) {
      return {nullptr, error_reply(400, request.target, body->fault())};
    }
    return {std::move(body), {}};
  }
  /// How long a request may be: what stands around the file in a form counts little.
  [[nodiscard]] std::uint64_t max_request_bytes() const {
    return shared_->options.max_upload_bytes + 64 * 1024;
  }

  /// Answers an upload whose body is whole.
  http_reply upload(request_report const& request, upload_body& body) {
    body.finish();
    if (!body.fault().empty()) return error_reply(400, request.target, body.fault());
    if (body.is_json()) return upload_from_url(request, body.json());
    if (body.file()->size() > shared_->options.max_upload_bytes) {
      return error_reply(413, request.target, "payload too large");
    }
    return uploaded(request, *keep(body.file(), body.filename(), std::nullopt));
  }

  http_reply serve(destination const& where, request_report const& request) {
    switch (*where.route) {
      case route::pre_recorded_init:
        return init(request);
      case route::pre_recorded_list:
        return list(request);
      default:
        break;
    }
    auto const job = find(where.id);
    if (!job) return not_found(request);
    switch (*where.route) {
      case route::pre_recorded_get:
        return json_reply(200, job->polled_job());
      case route::pre_recorded_remove:
        return remove(job, request);
      case route::pre_recorded_file:
        return to_storage(*shared_, request, name_of(*job->file()), job->file()->signature);
      default:
        return not_found(request);
    }
  }

  /// The file that a signed URL names, or nothing.
  [[nodiscard]] std::optional<http_reply> stored(std::string const& name,
                                                 std::string const& signature) const {
    for (auto const& file : files_) {
      if (name_of(*file) != name || file->signature != signature) continue;
      http_reply reply;
      reply.content_type = "application/octet-stream";
      reply.file = file->bytes;
      return reply;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::shared_ptr<recording_job> find(std::string const& id) const {
    for (auto const& job : jobs_) {
      if (job->id() == id && !job->is_gone()) return job;
    }
    return nullptr;
  }
  [[nodiscard]] std::deque<std::shared_ptr<recording_job>> const& jobs() const { return jobs_; }

  void shut_down() {
    for (auto const& job : jobs_) job->shut_down();
  }

 private:
  using file_pointer = std::shared_ptr<uploaded_file const>;

  static std::string name_of(uploaded_file const& file) {
    return file.id + (file.extension.empty() ? "" : "." + file.extension);
  }
  [[nodiscard]] std::string url_of(request_report const& request, uploaded_file const& file) const {
    return shared_->url_for(request) + "/file/" + file.id;
  }

  file_pointer keep(std::shared_ptr<spool_file const> bytes, std::string filename,
                    std::optional<std::string> source) {
    auto file = std::make_shared<uploaded_file>();
    file->bytes = std::move(bytes);
    file->filename = std::move(filename);
    file->source = std::move(source);
    // The job of an unreadable file reports that.
    if (auto const audio = recorded_audio::open(file->bytes)) {
      file->extension = audio->extension();
      file->audio_duration = audio->duration();
      file->channels = audio->format().channels;
    } else if (auto const dot = file->filename.rfind('.'); dot != std::string::npos) {
      auto const rest = file->filename.substr(dot + 1);
      bool const is_plain = std::all_of(rest.begin(), rest.end(), [](unsigned char c) {
        return c < 0x80 && std::isalnum(c) != 0;
      });
      if (is_plain) file->extension = rest;
    }
    files_.push_back(file);
    shared_->log("upload " + file->id + ": " + std::to_string(file->bytes->size()) + " bytes");
    return file;
  }

  http_reply uploaded(request_report const& request, uploaded_file const& file) const {
    uploaded_audio answer;
    answer.audio_url = url_of(request, file);
    answer.audio_metadata.id = file.id;
    answer.audio_metadata.filename = file.filename;
    if (file.source) answer.audio_metadata.source = *file.source;
    answer.audio_metadata.extension = file.extension;
    answer.audio_metadata.size = static_cast<std::int64_t>(file.bytes->size());
    answer.audio_metadata.audio_duration = file.audio_duration;
    answer.audio_metadata.number_of_channels = file.channels;
    return json_reply(200, answer);
  }

  http_reply upload_from_url(request_report const& request, std::string const& text) {
    auto const json = parse_json(text);
    if (json.is_discarded()) {
      return error_reply(400, request.target, "Request body is not valid JSON");
    }
    auto const decoded = codec::decode<upload_url_request>(text);
    if (!decoded) return invalid(request, {"audio_url must be a URL address"});
    auto const file = file_at(request, decoded->audio_url.reveal());
    return file ? uploaded(request, **file) : invalid(request, {file.error().details().message});
  }

  /// The file of an `audio_url`: an upload, or a file of `emulator_options::remote_files`.
  /// The error says why there is nothing.
  result<file_pointer> file_at(request_report const& request, std::string const& url) {
    for (auto const& file : files_) {
      if (url == url_of(request, *file) || url == shared_->url + "/file/" + file->id) return file;
    }
    auto const& known = shared_->options.remote_files;
    auto const found = known.find(url);
    if (found == known.end()) {
      return error(errc::invalid_request,
                   "audio_url must name a file that was uploaded to this emulator, which fetches "
                   "nothing, or one of emulator_options::remote_files (--remote-file)");
    }
    auto bytes = std::make_shared<spool_file>(found->second);
    if (!bytes->is_open()) {
      return error(errc::invalid_request,
                   "audio_url stands for a file that cannot be read: " + found->second);
    }
    auto const path = url.substr(0, url.find_first_of("?#"));
    return keep(std::move(bytes), path.substr(path.rfind('/') + 1), url);
  }

  http_reply init(request_report const& request) {
    auto const json = parse_json(request.body);
    if (json.is_discarded()) {
      return error_reply(400, request.target, "Request body is not valid JSON");
    }
    if (auto faults = recording_check::faults_of(json); !faults.empty()) {
      return invalid(request, std::move(faults));
    }
    auto decoded = codec::decode<pre_recorded_request>(request.body);
    if (!decoded) return invalid(request, {decoded.error().what()});
    auto file = file_at(request, decoded->audio_url.reveal());
    if (!file) return invalid(request, {file.error().details().message});
    apply_defaults(*decoded);
    auto const job =
        std::make_shared<recording_job>(shared_, std::move(*decoded), std::move(*file));
    jobs_.push_back(job);
    job->start();
    shared_->log("recording " + job->id() + ": created");
    nlohmann::json const answer{
        {"id", job->id()},
        {"result_url", shared_->url_for(request) + "/v2/pre-recorded/" + job->id()}};
    http_reply reply;
    reply.status = 201;
    reply.body = answer.dump();
    return reply;
  }

  http_reply list(request_report const& request) const {
    std::deque<std::shared_ptr<recording_job>> present;
    std::copy_if(jobs_.begin(), jobs_.end(), std::back_inserter(present),
                 [](auto const& job) { return !job->is_gone(); });
    return job_page<pre_recorded_job_page>(request, shared_->url_for(request) + "/v2/pre-recorded",
                                           present);
  }

  http_reply remove(std::shared_ptr<recording_job> const& job, request_report const& request) {
    if (!job->is_over()) {
      return error_reply(403, request.target, "The pre-recorded job is not in a deletable state");
    }
    jobs_.erase(std::find(jobs_.begin(), jobs_.end(), job));
    // The upload is removed with its job.
    files_.erase(std::remove(files_.begin(), files_.end(), job->file()), files_.end());
    http_reply reply;
    reply.status = 202;
    return reply;
  }

  std::shared_ptr<shared_state> shared_;
  std::deque<file_pointer> files_{};
  std::deque<std::shared_ptr<recording_job>> jobs_{};
};

}  // namespace gladia::testing::detail
