#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gladia/api/detail/service.hpp>
#include <gladia/api/impl/answer.ipp>
#include <gladia/api/impl/call.ipp>
#include <gladia/detail/aborted.hpp>
#include <gladia/detail/completion.hpp>
#include <gladia/detail/strand.hpp>
#include <gladia/error.hpp>
#include <gladia/net/url.hpp>

namespace gladia::api::detail {

/// Whether `target` is `path` or below it.
inline bool is_within(std::string_view target, std::string_view path) noexcept {
  if (target.substr(0, path.size()) != path) return false;
  auto const rest = target.substr(path.size());
  return rest.empty() || rest.front() == '/' || rest.front() == '?';
}

/// The call for the page `next`. Only path and query of `next` are used: the key must not go to
/// another origin.
inline result<net::http_call> make_next_call(service const& s, std::string_view next) {
  if (next.empty()) return error(errc::invalid_request, "this is the last page: next is not set");
  auto url = net::resolve_url(s.api, next);
  if (!url) return url.error();
  auto call = s.make_call("GET", "");
  auto& target = call.request.url.target;
  // A server behind a gateway does not know the gateway's prefix.
  if (is_within(url->target, target)) target.clear();
  target += url->target;
  return call;
}

/// Walks over all pages.
template <class Page, class Job>
class page_walk : public std::enable_shared_from_this<page_walk<Page, Job>> {
 public:
  page_walk(std::shared_ptr<service const> service, handler<std::size_t> h,
            std::function<bool(Job)> visit)
      : service_(std::move(service)),
        strand_(gladia::detail::make_strand(service_->executor)),
        visit_(std::move(visit)),
        done_(std::move(h), service_->executor) {}

  /// \param first  the call for the first page
  void start(net::http_call first) {
    if (auto fault = service_->check_ready()) return std::move(done_).post(std::move(fault));
    done_.on_cancellation([weak = this->weak_from_this()] {
      auto self = weak.lock();
      if (!self) return;
      boost::asio::post(self->strand_, [self] {
        self->is_cancelled_ = true;
        if (auto http = self->http_.lock()) http->cancel();
      });
    });
    boost::asio::post(strand_,
                      [self = this->shared_from_this(), first = std::move(first)]() mutable {
                        self->ask(std::move(first));
                      });
  }

 private:
  void ask(result<net::http_call> call) {
    if (!call) return std::move(done_).post(call.error());
    if (is_cancelled_) return std::move(done_).post(gladia::detail::aborted());
    auto const& target = call->request.url.target;
    if (is_walked(target)) {
      return std::move(done_).post(error(errc::malformed_response, phase::response,
                                         "the pages lead in a circle: " + target +
                                             " is named again after " + std::to_string(visited_) +
                                             " jobs"));
    }
    http_ = service_->http->start(
        strand_, std::move(*call),
        [self = this->shared_from_this()](result<net::http_response> response) {
          self->visit(read_body<Page>(std::move(response)));
        });
  }

  void visit(result<Page> page) {
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
    // Without this check a server could name one empty page after another for ever.
    if (!page->next || page->items.empty()) return std::move(done_).post(visited_);
    ask(make_next_call(*service_, *page->next));
  }

  /// Whether the walk came to a page again. Brent's method finds a circle of any length: it
  /// remembers one page, and each new one for twice as long.
  bool is_walked(std::string const& target) {
    if (target == kept_) return true;
    if (++asked_ == next_kept_) {
      kept_ = target;
      next_kept_ *= 2;
    }
    return false;
  }

  std::shared_ptr<service const> service_;
  boost::asio::any_io_executor strand_;
  std::function<bool(Job)> visit_;
  gladia::detail::completion<result<std::size_t>> done_;
  std::weak_ptr<net::http_operation> http_;
  std::size_t visited_ = 0;
  std::size_t asked_ = 0;
  std::size_t next_kept_ = 1;
  std::string kept_;
  bool is_cancelled_ = false;
};

}  // namespace gladia::api::detail
