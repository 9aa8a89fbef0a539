#pragma once

#include <gladia/net/http_client.hpp>

#include <boost/asio/post.hpp>
#include <gladia/net/detail/http_fsm.hpp>
#include <gladia/net/impl/phase_timer.ipp>

namespace gladia::net {
namespace detail {

/// Carries out the decisions of `http_fsm`.
class retried_call final : public http_operation,
                           public std::enable_shared_from_this<retried_call> {
 public:
  retried_call(boost::asio::any_io_executor const& strand, http_call call,
               std::shared_ptr<net::transport> transport,
               std::shared_ptr<http_client_options const> options, std::uint64_t seed,
               std::function<void(result<http_response>)> done)
      : strand_(strand),
        transport_(std::move(transport)),
        options_(std::move(options)),
        restart_sink_(std::move(call.restart_sink)),
        machine_(std::move(call.request), restart_sink_ != nullptr,
                 retry_of(call.is_tried_once, options_->retry), options_->allow_insecure, seed),
        timer_(strand),
        done_(std::move(done)) {}

  void start() {
    boost::asio::post(strand_, [self = shared_from_this()] {
      self->go_on([&] { return self->machine_.on_start(now()); });
    });
  }

  void cancel() noexcept override {
    is_cancelled_ = true;
    if (auto exchange = exchange_.lock()) exchange->cancel();
    timer_.fire();
  }

 private:
  static moment now() noexcept {
    return {std::chrono::steady_clock::now(), std::chrono::system_clock::now()};
  }

  static http_retry retry_of(bool is_tried_once, http_retry retry) {
    if (is_tried_once) retry.attempts = 1;
    return retry;
  }

  /// \param tell     called unless the call was cancelled; tells `http_fsm` what happened
  /// \param reached  how far the attempt under way had come
  template <class Tell>
  void go_on(Tell tell, phase reached = phase::none) {
    auto next = is_cancelled_ ? machine_.on_cancel(reached, now()) : tell();
    options_->logger(next.level, next.line);
    std::visit([this](auto& action) { this->perform(std::move(action)); }, next.action);
  }

  void perform(http_fsm::send action) {
    sink_was_used_ = source_failed_ = false;
    if (action.request.source) watch_source(*action.request.source);
    if (action.request.sink) {
      action.request.sink = [self = shared_from_this(),
                             sink = std::move(action.request.sink)](std::string_view part) {
        self->sink_was_used_ = true;
        return sink(part);
      };
    }
    auto exchange = transport_->make_http_exchange(strand_);
    exchange_ = exchange;
    exchange->start(std::move(action.request),
                    [self = shared_from_this()](result<http_response> outcome) {
                      self->on_exchange(std::move(outcome));
                    });
  }

  void on_exchange(result<http_response> outcome) {
    auto const reached = outcome ? phase::response : outcome.error().details().phase;
    go_on(
        [&] {
          return source_failed_ && !outcome
                     ? machine_.on_source_failure(outcome.error(), now())
                     : machine_.on_exchange(std::move(outcome), sink_was_used_, now());
        },
        reached);
  }

  /// Notes a failure of the source.
  void watch_source(body_source& source) {
    if (source.begin) {
      source.begin = [self = shared_from_this(), begin = std::move(source.begin)] {
        auto begun = begin();
        if (!begun) self->source_failed_ = true;
        return begun;
      };
    }
    source.read = [self = shared_from_this(), read = std::move(source.read)](char* to,
                                                                             std::size_t room) {
      auto got = read(to, room);
      if (!got) self->source_failed_ = true;
      return got;
    };
  }

  void perform(http_fsm::wait action) {
    if (action.restart_sink) {
      if (auto restarted = restart_sink_(); !restarted) {
        return perform(http_fsm::finish{restarted.error()});
      }
    }
    // `phase_timer` takes a length of zero for no limit, and would never fire.
    timer_.start(std::max(action.delay, std::chrono::milliseconds(1)), [self = shared_from_this()] {
      self->go_on([&] { return self->machine_.on_wait_over(); });
    });
  }

  void perform(http_fsm::finish action) {
    auto const done = std::exchange(done_, nullptr);
    done(std::move(action.outcome));
  }

  boost::asio::any_io_executor strand_;
  std::shared_ptr<net::transport> transport_;
  std::shared_ptr<http_client_options const> options_;
  std::function<result<void>()> restart_sink_;
  http_fsm machine_;
  phase_timer timer_;  // between attempts
  std::weak_ptr<http_exchange> exchange_{};
  std::function<void(result<http_response>)> done_;
  bool sink_was_used_ = false;
  bool source_failed_ = false;
  bool is_cancelled_ = false;
};

}  // namespace detail

GLADIA_DECL http_client::http_client(std::shared_ptr<net::transport> transport,
                                     http_client_options options)
    : transport_(std::move(transport)),
      options_(std::make_shared<http_client_options const>(std::move(options))),
      seed_(std::make_shared<std::atomic<std::uint64_t>>(random_seed())) {}

GLADIA_DECL std::shared_ptr<http_operation> http_client::start(
    boost::asio::any_io_executor const& strand, http_call call,
    std::function<void(result<http_response>)> done) const {
  auto const operation = std::make_shared<detail::retried_call>(
      strand, std::move(call), transport_, options_, seed_->fetch_add(1), std::move(done));
  operation->start();
  return operation;
}

}  // namespace gladia::net
