#pragma once

#include <gladia/live/client.hpp>

#include <gladia/live/detail/engine.hpp>
#include <gladia/live/impl/calls.ipp>

namespace gladia::live {

GLADIA_DECL client::executor_type client::get_executor() const noexcept {
  return service_->executor;
}

GLADIA_DECL live::session client::session(live_request request, session_options options) const {
  return live::session({service_, std::move(request), options, std::nullopt});
}

GLADIA_DECL live::session client::attach(live_session_info info, live_request request,
                                         session_options options) const {
  return live::session({service_, std::move(request), options, std::move(info)});
}

GLADIA_DECL void client::start_init(handler<live_session_info> h, live_request request) const {
  api::detail::start_call<live_session_info>(service_, std::move(h),
                                             detail::make_init_call(*service_, request),
                                             api::detail::read_body<live_session_info>);
}

GLADIA_DECL void client::start_get(handler<live_job> h, std::string id) const {
  detail::jobs_of(service_).get(std::move(h), id);
}

GLADIA_DECL void client::start_list(handler<live_job_page> h, live_list_query query) const {
  detail::jobs_of(service_).list(std::move(h), query);
}

GLADIA_DECL void client::start_list_next(handler<live_job_page> h, std::string next) const {
  detail::jobs_of(service_).list_next(std::move(h), next);
}

GLADIA_DECL void client::start_list_all(handler<std::size_t> h, live_list_query query,
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

}  // namespace gladia::live
