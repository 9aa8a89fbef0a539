#pragma once

#include <gladia/live/detail/service.hpp>

#include <string>
#include <string_view>
#include <utility>

#include <gladia/codec/decode.hpp>
#include <gladia/codec/encode.hpp>
#include <gladia/codec/validate.hpp>
#include <gladia/live/impl/service.ipp>

// The HTTP calls of the API: how each is asked, and how its answer is read.

namespace gladia::live::detail {

template <class T>
result<T> read_body(result<net::http_response> response) {
  if (!response) return response.error();
  auto body = codec::decode<T>(response->body);
  if (body) return body;
  auto e = body.error();
  auto& details = e.edit_details();
  // Not its text, which may hold a token, unless it is a page.
  details.message = "the answer is not the API's: " + details.message;
  details.server_message = response->page;
  details.phase = phase::response;
  details.http_status = response->status;
  if (auto const* id = net::find_header(response->headers, "x-aipi-call-id")) {
    details.request_id = *id;
  }
  return e;
}

/// A call about one job. \param suffix  of the path, behind the id
inline result<net::http_call> make_job_call(service const& s, std::string method,
                                            std::string const& id, std::string_view suffix = {}) {
  // It would ask for the list of all jobs.
  if (id.empty()) return error(errc::invalid_request, "the id of the job is empty");
  return s.make_call(std::move(method),
                     "/v2/live/" + net::percent_encode(id) + std::string(suffix));
}

inline result<net::http_call> make_init_call(service const& s, live_request const& request) {
  if (auto fault = codec::validate(request)) return fault;
  auto body = codec::encode(request);
  if (!body) return body.error();
  auto target = std::string("/v2/live");
  if (!s.region.empty()) target += "?region=" + net::percent_encode(s.region);
  auto call = s.make_call("POST", std::move(target));
  call.request.headers.emplace_back("Content-Type", "application/json");
  call.request.body = std::move(*body);
  return call;
}

inline std::string list_path(live_list_query const& query) {
  std::string path("/v2/live");
  auto separator = '?';
  auto add = [&](std::string_view name, std::string_view value) {
    path += separator;
    path.append(name).append("=").append(net::percent_encode(value));
    separator = '&';
  };
  if (query.offset) add("offset", std::to_string(*query.offset));
  if (query.limit) add("limit", std::to_string(*query.limit));
  if (query.date) add("date", *query.date);
  if (query.before_date) add("before_date", *query.before_date);
  if (query.after_date) add("after_date", *query.after_date);
  for (auto const& status : query.status) add("status", status.name());
  if (!query.custom_metadata.empty()) add("custom_metadata", query.custom_metadata.text);
  return path;
}

/// Whether `target` is `path` or below it.
inline bool is_within(std::string_view target, std::string_view path) noexcept {
  if (target.substr(0, path.size()) != path) return false;
  auto const rest = target.substr(path.size());
  return rest.empty() || rest.front() == '/' || rest.front() == '?';
}

/// The page at `next`, of which only path and query count: the key is for our origin alone.
inline result<net::http_call> make_next_call(service const& s, std::string_view next) {
  if (next.empty()) return error(errc::invalid_request, "this is the last page: next is not set");
  auto url = net::resolve_url(s.api, next);
  if (!url) return url.error();
  auto call = s.make_call("GET", "");
  auto& target = call.request.url.target;
  // A service behind a gateway does not know the prefix that we reach it with.
  if (is_within(url->target, target)) target.clear();
  target += url->target;
  return call;
}

inline result<void> ignore_body(result<net::http_response> response) {
  if (!response) return response.error();
  return {};
}

inline result<net::http_call> make_download_call(service const& s, std::string const& id,
                                                 net::body_sink sink, net::body_progress progress) {
  auto call = make_job_call(s, "GET", id, "/file");
  if (!call) return call;
  auto& request = call->request;
  request.sink = std::move(sink);
  request.progress = std::move(progress);
  // As long as the server goes on sending, a recording of hours may take its time.
  request.idle = std::exchange(request.deadline, {});
  return call;
}

}  // namespace gladia::live::detail
