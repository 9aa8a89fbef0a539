#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gladia/api/detail/service.hpp>
#include <gladia/api/detail/wait_fsm.hpp>
#include <gladia/api/impl/file_source.ipp>
#include <gladia/api/impl/jobs.ipp>
#include <gladia/api/impl/multipart.ipp>
#include <gladia/codec/encode.hpp>
#include <gladia/codec/validate.hpp>
#include <gladia/model/pre_recorded_job.hpp>
#include <gladia/model/pre_recorded_request.hpp>
#include <gladia/pre_recorded/options.hpp>

/// \file
/// The calls that only recordings have.

namespace gladia::pre_recorded::detail {

/// The path of the jobs.
inline constexpr std::string_view jobs_path = "/v2/pre-recorded";
inline constexpr std::string_view upload_path = "/v2/upload";

inline api::detail::jobs<pre_recorded_job, pre_recorded_job_page> jobs_of(
    std::shared_ptr<api::detail::service const> service) {
  return {std::move(service), jobs_path};
}

template <class Body>
result<net::http_call> make_post(api::detail::service const& s, std::string_view path,
                                 Body const& body) {
  auto text = codec::encode(body);
  if (!text) return text.error();
  auto call = s.make_call("POST", std::string(path));
  call.request.headers.emplace_back("Content-Type", "application/json");
  call.request.body = std::move(*text);
  return call;
}

/// \param progress  as `upload_progress`; may be empty
inline net::http_call make_upload_call(api::detail::service const& s, net::body_source source,
                                       std::string_view filename, upload_progress progress) {
  if (progress) {
    source.progress = [progress = std::move(progress), size = source.size](std::uint64_t sent) {
      progress(sent, size);
    };
  }
  auto form =
      api::detail::make_form(std::move(source), "audio", filename, api::detail::make_boundary());
  auto call = s.make_call("POST", std::string(upload_path));
  auto& request = call.request;
  request.headers.emplace_back("Content-Type", std::move(form.content_type));
  request.source = std::move(form.body);
  // There is no deadline while bytes go out: a recording of hours takes long.
  request.deadline = {};
  request.leaves_behind = "an upload";
  request.send_idle = std::chrono::seconds(30);
  request.idle = std::chrono::seconds(300);
  return call;
}

inline result<net::http_call> make_upload_call(api::detail::service const& s,
                                               std::string const& path, upload_progress progress) {
  auto source = api::detail::open_file(path);
  if (!source) return source.error();
  return make_upload_call(s, std::move(*source), gladia::detail::name_of_file(path),
                          std::move(progress));
}

inline result<net::http_call> make_upload_call(api::detail::service const& s, audio_source source,
                                               upload_progress progress) {
  // The size also counts the text around the file in the form.
  constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
  if (source.size == 0 || source.size > largest || !source.read) {
    return error(errc::invalid_request,
                 "audio_source: needs read, and its size, from 1 to 2^63 - 1 bytes");
  }
  net::body_source body;
  body.size = source.size;
  body.can_begin_again = source.begin_again != nullptr;
  body.read = std::move(source.read);
  body.begin = [again = std::move(source.begin_again), is_first = true]() mutable -> result<void> {
    return std::exchange(is_first, false) ? result<void>() : again();
  };
  return make_upload_call(s, std::move(body), source.filename, std::move(progress));
}

inline result<net::http_call> make_create_call(api::detail::service const& s,
                                               pre_recorded_request const& request) {
  if (auto fault = codec::validate(request)) return fault;
  auto call = make_post(s, jobs_path, request);
  if (!call) return call;
  call->request.is_unrepeatable = true;
  call->request.secret_urls = {request.audio_url.reveal(), request.callback_config.url.reveal(),
                               request.callback_url.reveal()};
  call->request.deadline = std::chrono::seconds(60);
  return call;
}

/// An upload without a URL is useless.
inline result<uploaded_audio> read_upload(result<net::http_response> response) {
  auto audio = api::detail::read_body<uploaded_audio>(std::move(response));
  if (audio && audio->audio_url.empty()) {
    audio = error(errc::malformed_response, phase::response,
                  "the server took an upload and named no URL of it");
  }
  return audio;
}

/// After an answer without a usable id a job may exist.
inline result<pre_recorded_info> read_info(result<net::http_response> response) {
  auto const is_answered = response.has_value();
  auto info = api::detail::read_body<pre_recorded_info>(std::move(response));
  if (info && info->id.empty()) {
    info = error(errc::malformed_response, phase::response, "the server made a job without an id");
  }
  if (info || !is_answered) return info;
  auto e = info.error();
  e.edit_details().may_have_been_made = true;
  return e;
}

inline api::detail::wait_limits limits_of(wait_options const& options) {
  return {options.first_poll, options.longest_poll, options.deadline};
}

}  // namespace gladia::pre_recorded::detail
