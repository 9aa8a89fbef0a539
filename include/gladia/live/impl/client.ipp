#pragma once

#include <gladia/live/client.hpp>

#include <cerrno>
#include <cstdio>

#include <gladia/detail/completion.hpp>
#include <gladia/detail/private_file.hpp>
#include <gladia/detail/strand.hpp>
#include <gladia/live/detail/engine.hpp>
#include <gladia/live/impl/calls.ipp>

namespace gladia::live {
namespace detail {

/// One HTTP call of a user: made on a strand of its own, answered once.
template <class T>
class api_call : public std::enable_shared_from_this<api_call<T>> {
 public:
  using reader = std::function<result<T>(result<net::http_response>)>;

  api_call(std::shared_ptr<service const> service,
           typename gladia::detail::completion<result<T>>::handler_type handler)
      : service_(std::move(service)),
        strand_(gladia::detail::make_strand(service_->executor)),
        done_(std::move(handler), service_->executor) {}

  /// \param read  turns the response into the answer
  void start(net::http_call call, reader read) {
    done_.on_cancellation([weak = this->weak_from_this()] {
      auto self = weak.lock();
      if (!self) return;
      boost::asio::post(self->strand_, [self] {
        if (auto http = self->http_.lock()) http->cancel();
      });
    });
    boost::asio::post(strand_, [self = this->shared_from_this(), call = std::move(call),
                                read = std::move(read)]() mutable {
      self->http_ = self->service_->http->start(
          self->strand_, std::move(call),
          [self, read = std::move(read)](result<net::http_response> response) {
            self->finish(read(std::move(response)));
          });
    });
  }

  void finish(result<T> answer) { std::move(done_).post(std::move(answer)); }

 private:
  std::shared_ptr<service const> service_;
  boost::asio::any_io_executor strand_;
  gladia::detail::completion<result<T>> done_;
  std::weak_ptr<net::http_operation> http_;
};

/// Starts `call`, unless the client cannot make any; `read` hears of that too.
template <class T>
void start_call(std::shared_ptr<service const> const& service,
                typename gladia::detail::completion<result<T>>::handler_type handler,
                result<net::http_call> call, typename api_call<T>::reader read) {
  auto operation = std::make_shared<api_call<T>>(service, std::move(handler));
  if (auto fault = service->check_ready()) return operation->finish(read(std::move(fault)));
  if (!call) return operation->finish(read(call.error()));
  operation->start(std::move(*call), std::move(read));
}

/// Walks over all pages.
class job_walk : public std::enable_shared_from_this<job_walk> {
 public:
  using completion = gladia::detail::completion<result<std::size_t>>;

  job_walk(std::shared_ptr<service const> service, completion::handler_type handler,
           job_visitor visit)
      : service_(std::move(service)),
        strand_(gladia::detail::make_strand(service_->executor)),
        visit_(std::move(visit)),
        done_(std::move(handler), service_->executor) {}

  void start(live_list_query const& query) {
    if (auto fault = service_->check_ready()) return std::move(done_).post(std::move(fault));
    done_.on_cancellation([weak = weak_from_this()] {
      auto self = weak.lock();
      if (!self) return;
      boost::asio::post(self->strand_, [self] {
        self->is_cancelled_ = true;
        if (auto http = self->http_.lock()) http->cancel();
      });
    });
    boost::asio::post(strand_, [self = shared_from_this(),
                                call = service_->make_call("GET", list_path(query))]() mutable {
      self->ask(std::move(call));
    });
  }

 private:
  void ask(result<net::http_call> call) {
    if (!call) return std::move(done_).post(call.error());
    if (is_cancelled_) return std::move(done_).post(error(boost::asio::error::operation_aborted));
    http_ = service_->http->start(strand_, std::move(*call),
                                  [self = shared_from_this()](result<net::http_response> response) {
                                    self->visit(read_body<live_job_page>(std::move(response)));
                                  });
  }

  void visit(result<live_job_page> page) {
    if (!page) return std::move(done_).post(page.error());
    for (auto& one : page->unreadable) {
      auto& job = page->items.emplace_back();
      job.id = std::move(one.id);
      job.unreadable = std::move(one.why);
    }
    for (auto& job : page->items) {
      ++visited_;
      if (!visit_(std::move(job))) return std::move(done_).post(visited_);
    }
    // A server that names an empty page as the next of an empty page would be asked for ever.
    if (!page->next || page->items.empty()) return std::move(done_).post(visited_);
    ask(make_next_call(*service_, *page->next));
  }

  std::shared_ptr<service const> service_;
  boost::asio::any_io_executor strand_;
  job_visitor visit_;
  completion done_;
  std::weak_ptr<net::http_operation> http_;
  std::size_t visited_ = 0;
  bool is_cancelled_ = false;
};

/// A file that gets its name only when it is whole.
class part_file {
 public:
  explicit part_file(std::string path) : path_(std::move(path)), part_(path_ + ".part") {}
  ~part_file() { discard(); }
  part_file(part_file const&) = delete;
  part_file& operator=(part_file const&) = delete;

  /// Begins, or begins again.
  result<void> open() {
    auto const mode = gladia::detail::private_mode("wb");
    file_ = file_ ? std::freopen(part_.c_str(), mode.c_str(), file_)
                  : std::fopen(part_.c_str(), mode.c_str());
    return file_ ? result<void>() : last_error();
  }
  result<void> write(std::string_view part) {
    return std::fwrite(part.data(), 1, part.size(), file_) == part.size() ? result<void>()
                                                                          : last_error();
  }
  result<void> finish() {
    auto const closed = std::fclose(std::exchange(file_, nullptr)) == 0;
    auto const named = closed && std::rename(part_.c_str(), path_.c_str()) == 0;
    if (named) return {};
    auto failure = last_error();
    std::remove(part_.c_str());
    return failure;
  }
  /// Removes what there is. To be called before the user hears of the failure: from then on the
  /// name may be that of another download.
  void discard() noexcept {
    if (!file_) return;
    std::fclose(std::exchange(file_, nullptr));
    std::remove(part_.c_str());
  }

 private:
  result<void> last_error() const {
    return error(error_code(errno, boost::system::generic_category()), phase::none,
                 "cannot write " + part_);
  }

  std::string path_;
  std::string part_;
  std::FILE* file_ = nullptr;
};

}  // namespace detail

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
  detail::start_call<live_session_info>(service_, std::move(h),
                                        detail::make_init_call(*service_, request),
                                        detail::read_body<live_session_info>);
}

GLADIA_DECL void client::start_get(handler<live_job> h, std::string id) const {
  detail::start_call<live_job>(service_, std::move(h), detail::make_job_call(*service_, "GET", id),
                               detail::read_body<live_job>);
}

GLADIA_DECL void client::start_list(handler<live_job_page> h, live_list_query query) const {
  detail::start_call<live_job_page>(service_, std::move(h),
                                    service_->make_call("GET", detail::list_path(query)),
                                    detail::read_body<live_job_page>);
}

GLADIA_DECL void client::start_list_next(handler<live_job_page> h, std::string next) const {
  detail::start_call<live_job_page>(service_, std::move(h), detail::make_next_call(*service_, next),
                                    detail::read_body<live_job_page>);
}

GLADIA_DECL void client::start_list_all(handler<std::size_t> h, live_list_query query,
                                        job_visitor visit) const {
  std::make_shared<detail::job_walk>(service_, std::move(h), std::move(visit))->start(query);
}

GLADIA_DECL void client::start_delete(handler<void> h, std::string id) const {
  detail::start_call<void>(service_, std::move(h), detail::make_job_call(*service_, "DELETE", id),
                           detail::ignore_body);
}

GLADIA_DECL void client::start_download(handler<void> h, std::string id, net::body_sink sink,
                                        net::body_progress progress) const {
  detail::start_call<void>(
      service_, std::move(h),
      detail::make_download_call(*service_, id, std::move(sink), std::move(progress)),
      detail::ignore_body);
}

GLADIA_DECL void client::start_download_file(handler<void> h, std::string id, std::string path,
                                             net::body_progress progress) const {
  auto file = std::make_shared<detail::part_file>(std::move(path));
  auto opened = file->open();
  auto make_call = [&]() -> result<net::http_call> {
    if (!opened) return opened.error();
    auto call = detail::make_download_call(
        *service_, id, [file](std::string_view part) { return file->write(part); },
        std::move(progress));
    if (call) call->restart_sink = [file] { return file->open(); };
    return call;
  };
  detail::start_call<void>(service_, std::move(h), make_call(),
                           [file](result<net::http_response> response) -> result<void> {
                             if (response) return file->finish();
                             file->discard();
                             return response.error();
                           });
}

}  // namespace gladia::live
