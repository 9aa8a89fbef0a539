#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <gladia/api/detail/service.hpp>
#include <gladia/api/impl/jobs.ipp>
#include <gladia/codec/encode.hpp>
#include <gladia/codec/validate.hpp>
#include <gladia/model/live_job.hpp>
#include <gladia/model/live_request.hpp>

namespace gladia::live::detail {

/// Where sessions are made, and their jobs are kept.
inline constexpr std::string_view jobs_path = "/v2/live";

inline api::detail::jobs<live_job, live_job_page> jobs_of(
    std::shared_ptr<api::detail::service const> service) {
  return {std::move(service), jobs_path};
}

inline result<net::http_call> make_init_call(api::detail::service const& s,
                                             live_request const& request) {
  if (auto fault = codec::validate(request)) return fault;
  auto body = codec::encode(request);
  if (!body) return body.error();
  std::string target(jobs_path);
  if (!s.region.empty()) target += "?region=" + net::percent_encode(s.region);
  auto call = s.make_call("POST", std::move(target));
  call.request.headers.emplace_back("Content-Type", "application/json");
  call.request.body = std::move(*body);
  call.request.leaves_behind = "a session";
  return call;
}

}  // namespace gladia::live::detail
