#pragma once

#include <gladia/net/detail/http_fsm.hpp>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <gladia/detail/aborted.hpp>
#include <gladia/detail/redact.hpp>
#include <gladia/net/detail/text.hpp>
#include <gladia/net/impl/http_error.ipp>

namespace gladia::net::detail {

/// Whether a call may be tried again after `status`: if its error is retryable.
inline bool is_retried_status(int status) noexcept {
  return status >= 400 && make_error_code(errc_for_status(status)) == condition::retryable;
}

/// RFC 9110, section 9.2.2.
inline bool is_idempotent(std::string_view method) noexcept {
  return method != "POST" && method != "PATCH";
}

template <class Names>
void drop_headers(http_headers& headers, Names const& names) {
  auto const is_named = [&names](auto const& header) {
    return std::any_of(names.begin(), names.end(), [&header](std::string_view name) {
      return equals_ignoring_case(name, header.first);
    });
  };
  headers.erase(std::remove_if(headers.begin(), headers.end(), is_named), headers.end());
}

inline constexpr std::array<std::string_view, 4> body_headers = {
    "content-type", "content-encoding", "content-language", "content-length"};

GLADIA_DECL http_fsm::http_fsm(http_request request, bool can_restart_sink, http_retry const& retry,
                               bool allow_insecure, std::uint64_t seed)
    : request_(std::move(request)),
      can_restart_sink_(can_restart_sink),
      allow_insecure_(allow_insecure),
      schedule_(retry.backoff,
                {std::max(retry.attempts, 1) - 1, std::nullopt, retry.retry_after_cap}, seed) {
  request_.secret_headers.insert(request_.secret_headers.end(), {"authorization", "cookie"});
}

GLADIA_DECL http_fsm::decision http_fsm::on_start(moment now) {
  started_ = now;
  if (auto fault = check_link(request_.url)) return finish_with(std::move(fault), now);
  return {send{request_}, log_level::debug, name()};
}

GLADIA_DECL http_fsm::decision http_fsm::on_exchange(result<http_response> outcome,
                                                     bool sink_was_used, moment now) {
  if (!outcome) return on_failure(outcome.error(), sink_was_used, now);
  return on_response(std::move(*outcome), sink_was_used, now);
}

GLADIA_DECL http_fsm::decision http_fsm::on_wait_over() {
  ++attempts_;
  return {send{request_}, log_level::debug, name() + ", attempt " + std::to_string(attempts_)};
}

GLADIA_DECL http_fsm::decision http_fsm::on_source_failure(error e, moment now) const {
  return finish_with(std::move(e), now);
}

GLADIA_DECL http_fsm::decision http_fsm::on_cancel(phase reached, moment now) const {
  return finish_with(gladia::detail::aborted(reached), now);
}

GLADIA_DECL http_fsm::decision http_fsm::on_response(http_response response, bool sink_was_used,
                                                     moment now) {
  if (response.status / 100 == 2 || is_deleted(response.status)) {
    auto line = name() + ": HTTP " + std::to_string(response.status);
    if (is_page(response.body)) {
      auto const words = short_text(response.body);
      response.page =
          name() + (words.empty() ? " answered with a page without words" : " says: " + words);
      hide_secrets(response.page);
    }
    return {finish{std::move(response)}, log_level::debug, std::move(line)};
  }
  if (is_redirect(response.status)) return redirect(response, now);
  auto e = error_from_response(response, phase::response, name(), now.wall, request_.read_refusal);
  if (has_lost_key_ && (response.status == 401 || response.status == 403)) {
    e.edit_details().message += ", which a redirect led to, and which did not get the key";
  }
  hide_secrets(e);
  return on_failure(std::move(e), sink_was_used, now);
}

template <class Text>
void http_fsm::hide_secrets(Text& text) const {
  for (auto const& header : request_.secret_headers) {
    if (auto const* value = find_header(request_.headers, header)) {
      gladia::detail::redact(text, *value);
    }
  }
  for (auto const& url : request_.secret_urls) gladia::detail::redact_query(text, url);
  // A URL that a server named may be signed, and a storage quotes the URL in its refusals.
  if (redirects_ > 0) gladia::detail::redact_query(text, request_.url.target);
}

GLADIA_DECL http_fsm::decision http_fsm::on_failure(error e, bool sink_was_used, moment now) {
  auto const delay = may_retry(e, sink_was_used)
                         ? schedule_.on_failure(e.details().retry_after, now.steady)
                         : std::nullopt;
  if (!delay) return finish_with(std::move(e), now);
  bool const was_unanswered = e.details().http_status == 0 && e.details().phase == phase::response;
  decision next{wait{*delay, sink_was_used}, log_level::warning, told(e)};
  auto const status = e.details().http_status;
  // A gateway's error or timeout does not say what the server behind it did.
  if (was_unanswered || status == 408 || status / 100 == 5) may_be_done_ = true;
  if (was_unanswered && !is_idempotent(request_.method)) {
    was_unanswered_ = true;
    if (request_.leaves_behind) {
      next.line += std::string("; it was sent whole, so that ") + request_.leaves_behind +
                   " may have been left behind";
    }
  }
  next.line += "; trying again in " + std::to_string(delay->count()) + " ms";
  return next;
}

GLADIA_DECL bool http_fsm::may_retry(error const& e, bool sink_was_used) {
  auto const& details = e.details();
  bool const is_worth_it =
      details.http_status != 0 ? is_retried_status(details.http_status) : e == condition::retryable;
  bool const was_begun = details.http_status != 0 || details.phase >= phase::request;
  if (request_.source && was_begun && !request_.source->can_begin_again) return false;
  if (request_.is_unrepeatable) {
    return is_worth_it && (details.http_status == 0 ? details.phase <= phase::request
                                                    : details.http_status == 429);
  }
  bool const was_unanswered = details.http_status == 0 && details.phase == phase::response;
  bool const is_harmless = is_idempotent(request_.method) || !was_unanswered || !was_unanswered_;
  return is_worth_it && is_harmless && (!sink_was_used || can_restart_sink_);
}

/// Whether a missing thing was probably deleted by an earlier attempt of this call.
GLADIA_DECL bool http_fsm::is_deleted(int status) const noexcept {
  return may_be_done_ && request_.method == "DELETE" && errc_for_status(status) == errc::not_found;
}

GLADIA_DECL http_fsm::decision http_fsm::redirect(http_response const& response, moment now) {
  auto const refuse = [&](errc code, std::string const& why) {
    error_details details;
    details.phase = phase::response;
    details.http_status = response.status;
    details.message = name() + " was redirected " + why;
    return finish_with(error(make_error_code(code), std::move(details)), now);
  };
  if (redirects_ == max_redirects) {
    return refuse(errc::too_many_redirects,
                  "more than " + std::to_string(max_redirects) + " times");
  }
  auto const* location = find_header(response.headers, "location");
  if (location == nullptr) return refuse(errc::bad_redirect, "without a Location");
  auto const target = resolve_url(request_.url, *location);
  if (!target) return refuse(errc::bad_redirect, "wrongly: " + target.error().details().message);
  bool const is_downgrade =
      request_.url.is_secure() && !target->is_secure() && !target->is_loopback();
  if (is_downgrade || check_link(*target) == errc::insecure_url) {
    return refuse(errc::insecure_url, "to an unencrypted link: " + target->redacted());
  }
  if (check_link(*target)) return refuse(errc::bad_redirect, "to " + target->redacted());

  bool const stays = target->origin() == request_.url.origin();
  bool const keeps_body = response.status == 307 || response.status == 308;
  if (request_.source && !(stays && keeps_body && request_.source->can_begin_again)) {
    return refuse(errc::bad_redirect, "with HTTP " + std::to_string(response.status) + " to " +
                                          target->redacted() + ": the body is not sent there");
  }

  ++redirects_;
  auto line = name() + ": HTTP " + std::to_string(response.status) + ", redirected to " +
              target->redacted();
  if (!stays) {
    auto const count = request_.headers.size();
    drop_headers(request_.headers, request_.secret_headers);
    auto const has_lost = request_.headers.size() < count;
    // A URL with a query may be signed, and then needs no key.
    has_lost_key_ = has_lost && target->target.find('?') == std::string::npos;
  }
  bool const was_post = request_.method == "POST";
  if ((response.status == 303 && request_.method != "HEAD") ||
      (was_post && (response.status == 301 || response.status == 302))) {
    become_get();
  }
  request_.url = *target;
  return {send{request_}, log_level::debug, std::move(line)};
}

GLADIA_DECL void http_fsm::become_get() {
  request_.method = "GET";
  request_.body.clear();
  drop_headers(request_.headers, body_headers);
}

/// Refuses to send secrets over a link that anybody can read.
GLADIA_DECL error http_fsm::check_link(url const& target) const {
  if (target.scheme != "http" && target.scheme != "https") {
    return error(errc::invalid_url, target.redacted() + " is no http or https URL");
  }
  if (target.is_secure() || target.is_loopback() || allow_insecure_) return {};
  return error(errc::insecure_url, target.redacted() + " is not encrypted");
}

GLADIA_DECL http_fsm::decision http_fsm::finish_with(error e, moment now) const {
  auto& details = e.edit_details();
  details.may_have_been_made = request_.is_unrepeatable && may_have_been_made(details);
  details.attempts = attempts_;
  details.elapsed =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.steady - started_.steady);
  auto line = told(e);
  return {finish{std::move(e)}, log_level::debug, std::move(line)};
}

/// Whether the server may have carried out the request though no answer says so.
GLADIA_DECL bool http_fsm::may_have_been_made(error_details const& details) const noexcept {
  auto const status = details.http_status;
  if (status == 0) return details.phase >= phase::response;
  return status == 408 || status / 100 == 5;
}

GLADIA_DECL std::string http_fsm::name() const {
  return request_.method + " " + request_.url.redacted();
}

/// The text of an error, with the name of the call unless the error names it.
GLADIA_DECL std::string http_fsm::told(error const& e) const {
  auto line = e.what();
  return line.find(name()) != std::string::npos ? line : name() + ": " + line;
}

}  // namespace gladia::net::detail
