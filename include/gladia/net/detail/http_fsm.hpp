#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>

#include <gladia/error.hpp>
#include <gladia/logger.hpp>
#include <gladia/net/detail/retry_schedule.hpp>
#include <gladia/net/http.hpp>
#include <gladia/net/http_retry.hpp>

namespace gladia::net::detail {

/// A reading of both clocks: the steady one measures waits, the system's reads `Retry-After` dates.
struct moment {
  std::chrono::steady_clock::time_point steady{};
  std::chrono::system_clock::time_point wall{};
};

/// Decides what an HTTP call does next. No I/O, no clock, no thread.
class http_fsm {
 public:
  // What to do.
  struct send {
    http_request request;
  };
  struct wait {
    std::chrono::milliseconds delay;
    bool restart_sink = false;  ///< before the next attempt
  };
  struct finish {
    result<http_response> outcome;
  };
  using action = std::variant<send, wait, finish>;

  /// An action, and what to tell the log.
  struct decision {
    net::detail::http_fsm::action action;
    log_level level = log_level::debug;
    std::string line{};
  };

  http_fsm(http_request request, bool can_restart_sink, http_retry const& retry,
           bool allow_insecure, std::uint64_t seed);

  decision on_start(moment now);
  /// \param sink_was_used  whether a part of the body went to `request.sink`
  decision on_exchange(result<http_response> outcome, bool sink_was_used, moment now);
  /// The source of the body failed: another attempt cannot change that.
  decision on_source_failure(error e, moment now) const;
  decision on_wait_over();
  /// \param reached  how far the attempt under way had come
  decision on_cancel(phase reached, moment now) const;

 private:
  static constexpr int max_redirects = 20;

  decision on_response(http_response response, bool sink_was_used, moment now);
  decision on_failure(error e, bool sink_was_used, moment now);
  decision redirect(http_response const& response, moment now);
  decision finish_with(error e, moment now) const;
  bool may_retry(error const& e, bool sink_was_used);
  bool may_have_been_made(error_details const& details) const noexcept;
  bool is_deleted(int status) const noexcept;
  error check_link(url const& target) const;
  void become_get();
  std::string name() const;
  std::string told(error const& e) const;
  template <class Text>
  void hide_secrets(Text& text) const;

  http_request request_;
  bool can_restart_sink_;
  bool allow_insecure_;
  retry_schedule schedule_;
  moment started_{};
  int attempts_ = 1;
  int redirects_ = 0;
  bool has_lost_key_ = false;    ///< a redirect led to another origin, which does not get the key
  bool was_unanswered_ = false;  ///< a POST or PATCH that may have been carried out was retried
  bool may_be_done_ = false;     ///< an earlier attempt may have been carried out
};

}  // namespace gladia::net::detail

#ifdef GLADIA_HEADER_ONLY
#include <gladia/net/impl/http_fsm.ipp>
#endif
