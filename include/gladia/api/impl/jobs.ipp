#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gladia/api/detail/service.hpp>
#include <gladia/api/impl/answer.ipp>
#include <gladia/api/impl/call.ipp>
#include <gladia/api/impl/page_walk.ipp>
#include <gladia/api/impl/part_file.ipp>
#include <gladia/api/impl/query.ipp>
#include <gladia/net/url.hpp>

/// \file
/// The calls for the jobs of one kind. The kinds differ only in their path.

namespace gladia::api::detail {

/// A call about one job.
///
/// \param suffix  the part of the path after the id
inline result<net::http_call> make_job_call(service const& s, std::string method,
                                            std::string_view jobs, std::string const& id,
                                            std::string_view suffix = {}) {
  // An empty id would ask for the list of all jobs. Dots may do so too: a gateway may resolve them
  // like folders.
  if (id.empty()) return error(errc::invalid_request, "the id of the job is empty");
  if (id == "." || id == "..") return error(errc::invalid_request, "no job has the id " + id);
  return s.make_call(std::move(method),
                     std::string(jobs).append("/").append(net::percent_encode(id).append(suffix)));
}

inline result<net::http_call> make_download_call(service const& s, std::string_view jobs,
                                                 std::string const& id, net::body_sink sink,
                                                 net::body_progress progress) {
  auto call = make_job_call(s, "GET", jobs, id, "/file");
  if (!call) return call;
  auto& request = call->request;
  request.sink = std::move(sink);
  request.progress = std::move(progress);
  // There is no deadline while the server goes on sending: a recording of hours takes long, also
  // to be made ready before its first byte.
  request.deadline = {};
  request.idle = std::chrono::seconds(60);
  return call;
}

/// The jobs of one kind.
///
/// \tparam Job   the type of one job
/// \tparam Page  the type of a list of jobs
template <class Job, class Page>
class jobs {
 public:
  /// \param path  the path of the jobs, for example `/v2/live`
  jobs(std::shared_ptr<service const> service, std::string_view path)
      : service_(std::move(service)), path_(path) {}

  void get(handler<Job> h, std::string const& id) const {
    start_call<Job>(service_, std::move(h), make_job_call(*service_, "GET", path_, id),
                    read_body<Job>);
  }

  template <class Query>
  void list(handler<Page> h, Query const& query) const {
    start_call<Page>(service_, std::move(h), make_list_call(query), read_body<Page>);
  }

  void list_next(handler<Page> h, std::string_view next) const {
    start_call<Page>(service_, std::move(h), make_next_call(*service_, next), read_body<Page>);
  }

  template <class Query>
  void list_all(handler<std::size_t> h, Query const& query, std::function<bool(Job)> visit) const {
    std::make_shared<page_walk<Page, Job>>(service_, std::move(h), std::move(visit))
        ->start(make_list_call(query));
  }

  void remove(handler<void> h, std::string const& id) const {
    auto call = make_job_call(*service_, "DELETE", path_, id);
    if (call) call->request.deadline = std::chrono::seconds(60);
    start_call<void>(service_, std::move(h), std::move(call), ignore_body);
  }

  void download(handler<void> h, std::string const& id, net::body_sink sink,
                net::body_progress progress) const {
    start_call<void>(service_, std::move(h),
                     make_download_call(*service_, path_, id, std::move(sink), std::move(progress)),
                     ignore_body);
  }

  void download_file(handler<void> h, std::string const& id, std::string path,
                     net::body_progress progress) const {
    auto file = std::make_shared<part_file>(std::move(path));
    auto const opened = file->open();
    auto const make_call = [&]() -> result<net::http_call> {
      if (!opened) return opened.error();
      auto call = make_download_call(
          *service_, path_, id, [file](std::string_view part) { return file->write(part); },
          std::move(progress));
      if (call) call->restart_sink = [file] { return file->open(); };
      return call;
    };
    start_call<void>(service_, std::move(h), make_call(),
                     [file](result<net::http_response> response) -> result<void> {
                       if (response) return file->finish();
                       file->discard();
                       return response.error();
                     });
  }

 private:
  template <class Query>
  net::http_call make_list_call(Query const& query) const {
    return service_->make_call("GET", std::string(path_) + to_query(query));
  }

  std::shared_ptr<service const> service_;
  std::string_view path_;
};

}  // namespace gladia::api::detail
