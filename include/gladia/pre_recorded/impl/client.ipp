#pragma once

#include <gladia/pre_recorded/client.hpp>

#include <gladia/pre_recorded/impl/calls.ipp>
#include <gladia/pre_recorded/impl/transcription.ipp>

namespace gladia::pre_recorded {
namespace detail {

inline void start_upload(std::shared_ptr<api::detail::service const> const& service,
                         api::detail::handler<uploaded_audio> h, result<net::http_call> call) {
  api::detail::start_call<uploaded_audio>(service, std::move(h), std::move(call), read_upload);
}

}  // namespace detail

GLADIA_DECL client::executor_type client::get_executor() const noexcept {
  return service_->executor;
}

GLADIA_DECL void client::start_upload_file(handler<uploaded_audio> h, std::string path,
                                           upload_progress progress) const {
  detail::start_upload(service_, std::move(h),
                       detail::make_upload_call(*service_, path, std::move(progress)));
}

GLADIA_DECL void client::start_upload(handler<uploaded_audio> h, audio_source source,
                                      upload_progress progress) const {
  detail::start_upload(service_, std::move(h),
                       detail::make_upload_call(*service_, std::move(source), std::move(progress)));
}

GLADIA_DECL void client::start_upload_url(handler<uploaded_audio> h, std::string url) const {
  auto call = detail::make_post(*service_, detail::upload_path, upload_url_request{url});
  if (call) {
    call->request.leaves_behind = "an upload";
    // The server answers when it has fetched the whole recording.
    call->request.deadline = std::chrono::seconds(300);
    call->request.secret_urls = {std::move(url)};
  }
  detail::start_upload(service_, std::move(h), std::move(call));
}

GLADIA_DECL void client::start_create(handler<pre_recorded_info> h,
                                      pre_recorded_request request) const {
  api::detail::start_call<pre_recorded_info>(
      service_, std::move(h), detail::make_create_call(*service_, request), detail::read_info);
}

GLADIA_DECL void client::start_get(handler<pre_recorded_job> h, std::string id) const {
  detail::jobs_of(service_).get(std::move(h), id);
}

GLADIA_DECL void client::start_wait(handler<pre_recorded_job> h, std::string id,
                                    wait_options options) const {
  transcribe_options all;
  all.wait = std::move(options);
  std::make_shared<detail::transcription>(service_, std::move(h), pre_recorded_request(),
                                          std::move(all))
      ->start_with_job(std::move(id));
}

GLADIA_DECL void client::start_transcribe_file(handler<pre_recorded_job> h, std::string path,
                                               pre_recorded_request request,
                                               transcribe_options options) const {
  std::make_shared<detail::transcription>(service_, std::move(h), std::move(request),
                                          std::move(options))
      ->start_with_file(path);
}

GLADIA_DECL void client::start_transcribe_url(handler<pre_recorded_job> h, std::string url,
                                              pre_recorded_request request,
                                              transcribe_options options) const {
  std::make_shared<detail::transcription>(service_, std::move(h), std::move(request),
                                          std::move(options))
      ->start_with_url(std::move(url));
}

GLADIA_DECL void client::start_list(handler<pre_recorded_job_page> h,
                                    pre_recorded_list_query query) const {
  detail::jobs_of(service_).list(std::move(h), query);
}

GLADIA_DECL void client::start_list_next(handler<pre_recorded_job_page> h, std::string next) const {
  detail::jobs_of(service_).list_next(std::move(h), next);
}

GLADIA_DECL void client::start_list_all(handler<std::size_t> h, pre_recorded_list_query query,
                                        job_visitor visit) const {
  detail::jobs_of(service_).list_all(std::move(h), query, std::move(visit));
}

GLADIA_DECL void client::start_delete(handler<void> h, std::string id) const {
  detail::jobs_of(service_).remove(std::move(h), id);
}

GLADIA_DECL void client::start_download(handler<void> h, std::string id, net::body_sink sink,
                                        net::body_progress progress) const {
  detail::jobs_of(service_).download(std::move(h), id, std::move(sink), std::move(progress));
}

GLADIA_DECL void client::start_download_file(handler<void> h, std::string id, std::string path,
                                             net::body_progress progress) const {
  detail::jobs_of(service_).download_file(std::move(h), id, std::move(path), std::move(progress));
}

}  // namespace gladia::pre_recorded
