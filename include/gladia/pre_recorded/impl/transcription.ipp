#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <string>
#include <utility>

#include <gladia/api/impl/job_wait.ipp>
#include <gladia/detail/aborted.hpp>
#include <gladia/detail/completion.hpp>
#include <gladia/detail/strand.hpp>
#include <gladia/pre_recorded/impl/calls.ipp>

namespace gladia::pre_recorded::detail {

/// One operation of a user that uploads, creates and waits, as far as each step is needed.
class transcription : public std::enable_shared_from_this<transcription> {
 public:
  using completion = gladia::detail::completion<result<pre_recorded_job>>;
  using step = transcription_progress::step;

  transcription(std::shared_ptr<api::detail::service const> service, completion::handler_type h,
                pre_recorded_request request, transcribe_options options)
      : service_(std::move(service)),
        strand_(gladia::detail::make_strand(service_->executor)),
        request_(std::move(request)),
        options_(std::move(options)),
        done_(std::move(h), service_->executor) {}

  void start_with_file(std::string const& path) {
    start([path](transcription& self) { self.upload(path); });
  }
  void start_with_url(std::string url) {
    start([url = std::move(url)](transcription& self) { self.create(std::move(url)); });
  }
  void start_with_job(std::string id) {
    start([id = std::move(id)](transcription& self) { self.wait(id); });
  }

 private:
  template <class First>
  void start(First first) {
    if (auto fault = service_->check_ready()) return std::move(done_).post(std::move(fault));
    done_.on_cancellation([weak = weak_from_this()] {
      auto self = weak.lock();
      if (self) boost::asio::post(self->strand_, [self] { self->cancel(); });
    });
    boost::asio::post(
        strand_, [self = shared_from_this(), first = std::move(first)]() mutable { first(*self); });
  }

  void upload(std::string const& path) {
    auto call = make_upload_call(*service_, path,
                                 [weak = weak_from_this()](std::uint64_t sent, std::uint64_t size) {
                                   if (auto self = weak.lock()) self->on_sent(sent, size);
                                 });
    ask(std::move(call), [](transcription& self, result<net::http_response> response) {
      auto audio = read_upload(std::move(response));
      if (!audio) return self.finish(audio.error());
      self.create(audio->audio_url.reveal());
    });
  }

  void on_sent(std::uint64_t sent, std::uint64_t size) {
    now_.sent = sent;
    now_.size = size;
    tell();
  }

  void create(std::string url) {
    now_.at = step::creating;
    now_.audio_url = url;
    tell();
    request_.audio_url = std::move(url);
    ask(make_create_call(*service_, request_),
        [](transcription& self, result<net::http_response> response) {
          auto info = read_info(std::move(response));
          if (!info) return self.finish(info.error());
          self.wait(info->id);
        });
  }

  void wait(std::string const& id) {
    now_.at = step::waiting;
    now_.job_id = id;
    tell();
    auto call = api::detail::make_job_call(*service_, "GET", jobs_path, id);
    if (!call) return finish(call.error());
    if (is_cancelled_) return finish(gladia::detail::aborted());
    auto const waiting = std::make_shared<api::detail::job_wait<pre_recorded_job>>(
        service_, strand_, id, std::move(*call), limits_of(options_.wait),
        [weak = weak_from_this()](pre_recorded_job const& job, std::chrono::milliseconds elapsed) {
          if (auto self = weak.lock()) self->on_answer(job, elapsed);
        });
    wait_ = waiting;
    waiting->start([self = shared_from_this()](result<pre_recorded_job> job) {
      self->finish(std::move(job));
    });
  }

  void on_answer(pre_recorded_job const& job, std::chrono::milliseconds elapsed) {
    if (options_.wait.progress) options_.wait.progress(job, elapsed);
    now_.status = job.status;
    now_.elapsed = elapsed;
    tell();
  }

  /// Makes a call; `then` gets its answer.
  template <class Then>
  void ask(result<net::http_call> call, Then then) {
    if (!call) return finish(call.error());
    if (is_cancelled_) return finish(gladia::detail::aborted());
    http_ = service_->http->start(
        strand_, std::move(*call),
        [self = shared_from_this(), then](result<net::http_response> response) {
          then(*self, std::move(response));
        });
  }

  void cancel() {
    is_cancelled_ = true;
    if (auto http = http_.lock()) http->cancel();
    if (auto waiting = wait_.lock()) waiting->cancel();
  }

  void tell() {
    if (options_.progress) options_.progress(now_);
  }

  void finish(result<pre_recorded_job> outcome) {
    if (!outcome && outcome.error().details().job_id.empty() && !now_.job_id.empty()) {
      auto e = outcome.error();
      e.edit_details().job_id = now_.job_id;
      outcome = std::move(e);
    }
    std::move(done_).post(std::move(outcome));
  }

  std::shared_ptr<api::detail::service const> service_;
  boost::asio::any_io_executor strand_;
  pre_recorded_request request_;
  transcribe_options options_;
  completion done_;
  transcription_progress now_{};
  std::weak_ptr<net::http_operation> http_{};
  std::weak_ptr<api::detail::job_wait<pre_recorded_job>> wait_{};
  bool is_cancelled_ = false;
};

}  // namespace gladia::pre_recorded::detail
