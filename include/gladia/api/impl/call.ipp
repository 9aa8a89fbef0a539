#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <memory>
#include <utility>

#include <gladia/api/detail/initiate.hpp>
#include <gladia/api/detail/service.hpp>
#include <gladia/api/impl/service.ipp>
#include <gladia/detail/completion.hpp>
#include <gladia/detail/strand.hpp>

namespace gladia::api::detail {

/// One HTTP call of a user. Runs on a strand of its own and completes once.
template <class T>
class call : public std::enable_shared_from_this<call<T>> {
 public:
  using reader = std::function<result<T>(result<net::http_response>)>;

  call(std::shared_ptr<service const> service, handler<T> h)
      : service_(std::move(service)),
        strand_(gladia::detail::make_strand(service_->executor)),
        done_(std::move(h), service_->executor) {}

  /// \param read  turns the response into the user's result
  void start(net::http_call request, reader read) {
    done_.on_cancellation([weak = this->weak_from_this()] {
      auto self = weak.lock();
      if (!self) return;
      boost::asio::post(self->strand_, [self] {
        if (auto http = self->http_.lock()) http->cancel();
      });
    });
    boost::asio::post(strand_, [self = this->shared_from_this(), request = std::move(request),
                                read = std::move(read)]() mutable {
      self->http_ = self->service_->http->start(
          self->strand_, std::move(request),
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

/// Starts `call`, or gives `read` the error if the client cannot make calls.
template <class T>
void start_call(std::shared_ptr<service const> const& service, handler<T> h,
                result<net::http_call> request, typename call<T>::reader read) {
  auto operation = std::make_shared<call<T>>(service, std::move(h));
  if (auto fault = service->check_ready()) return operation->finish(read(std::move(fault)));
  if (!request) return operation->finish(read(request.error()));
  operation->start(std::move(*request), std::move(read));
}

}  // namespace gladia::api::detail
