#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include <gladia/testing/impl/http_reply.ipp>
#include <gladia/testing/impl/live_part.ipp>
#include <gladia/testing/impl/recordings.ipp>
#include <gladia/testing/impl/routes.ipp>
#include <gladia/testing/impl/shared_state.ipp>

namespace gladia::testing::detail {

/// Gives each request to its part of the API. Used on the emulator's thread only.
class service {
 public:
  explicit service(std::shared_ptr<shared_state> shared)
      : shared_(std::move(shared)), live_(shared_), recordings_(shared_) {}

  [[nodiscard]] std::shared_ptr<shared_state> const& shared() noexcept { return shared_; }
  [[nodiscard]] live_part& live() noexcept { return live_; }
  [[nodiscard]] detail::recordings& recordings() noexcept { return recordings_; }

  http_reply serve(destination const& where, request_report const& request) {
    if (!where.route) return not_found(request);
    if (where.route == route::storage) return storage(where.id, request);
    if (!is_key_good(request)) return error_reply(401, request.target, "gladia key not found");
    return is_of_recordings(*where.route) ? recordings_.serve(where, request)
                                          : live_.serve(where, request);
  }

  /// The receiver of an upload's body, or the answer that refuses the upload before its body.
  upload_decision decide_upload(request_report const& request) {
    if (!is_key_good(request)) {
      return {nullptr, error_reply(401, request.target, "gladia key not found")};
    }
    return recordings_.decide_upload(request);
  }

  void remember(request_report request) {
    requests_.push_back(std::move(request));
    if (requests_.size() > 1000) requests_.pop_front();
    shared_->changes.notify();
  }
  [[nodiscard]] std::deque<request_report> const& requests() const noexcept { return requests_; }

  void shut_down() {
    live_.shut_down();
    recordings_.shut_down();
  }
  /// Whether no WebSocket connection is open any more.
  [[nodiscard]] bool is_at_rest() const noexcept { return shared_->open_links == 0; }

 private:
  [[nodiscard]] bool is_key_good(request_report const& request) const {
    auto const key = request.header("x-gladia-key");
    auto const& wanted = shared_->options.api_key;
    return wanted.empty() ? !key.empty() : key == wanted.reveal();
  }

  // As with signed object storage, the URL has a signature, and no key is needed.
  http_reply storage(std::string const& name, request_report const& request) const {
    auto const signature = value_of(parse_query(request.target), "signature");
    if (auto found = live_.stored(name, signature)) return std::move(*found);
    if (auto found = recordings_.stored(name, signature)) return std::move(*found);
    http_reply refusal;
    refusal.status = 403;
    refusal.content_type = "application/xml";
    refusal.body = "<Error><Code>AccessDenied</Code></Error>";
    return refusal;
  }

  std::shared_ptr<shared_state> shared_;
  live_part live_;
  detail::recordings recordings_;
  std::deque<request_report> requests_{};
};

}  // namespace gladia::testing::detail
