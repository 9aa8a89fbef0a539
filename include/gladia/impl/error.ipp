#pragma once

#include <gladia/error.hpp>

#include <boost/asio/error.hpp>

#include <gladia/detail/one_line.hpp>

namespace gladia {
namespace detail {

struct errc_text {
  errc code;
  char const* name;
  char const* message;
};

inline constexpr errc_text errc_texts[] = {
    {errc::invalid_request, "invalid_request", "the request is not valid"},
    {errc::invalid_options, "invalid_options", "an option is not valid"},
    {errc::invalid_url, "invalid_url", "the URL is not valid"},
    {errc::insecure_url, "insecure_url",
     "refused to send secrets over an unencrypted link to another machine"},
    {errc::missing_api_key, "missing_api_key",
     "no API key: set client_options::api_key or GLADIA_API_KEY"},
    {errc::chunk_too_large, "chunk_too_large", "the chunk is larger than the whole audio buffer"},
    {errc::format_mismatch, "format_mismatch",
     "the WAV header's format differs from the request's"},
    {errc::would_block, "would_block", "the audio buffer is full"},
    {errc::stopping, "stopping", "audio was sent after stop"},
    {errc::session_ended, "session_ended", "the session is over"},
    {errc::already_running, "already_running", "the session is running already"},
    {errc::already_ended, "already_ended", "the session is over and cannot run again"},
    {errc::not_running, "not_running", "the session was never run"},
    {errc::already_receiving, "already_receiving", "another receive is waiting"},
    {errc::not_a_wav, "not_a_wav", "not a WAV file"},
    {errc::unsupported_audio, "unsupported_audio", "the audio format is not supported"},
    {errc::truncated_audio, "truncated_audio", "the file is shorter than its header says"},
    {errc::timeout, "timeout", "it took too long"},
    {errc::link_dead, "link_dead", "the server stopped answering"},
    {errc::send_stalled, "send_stalled", "the server stopped reading"},
    {errc::no_trust_anchors, "no_trust_anchors",
     "no CA certificate could be loaded: set tls_options::ca_file"},
    {errc::proxy_refused, "proxy_refused", "the proxy refused the connection"},
    {errc::too_many_redirects, "too_many_redirects", "too many redirects"},
    {errc::bad_redirect, "bad_redirect", "a redirect without a usable Location"},
    {errc::bad_request, "bad_request", "a parameter was refused"},
    {errc::unauthorized, "unauthorized", "the API key was refused"},
    {errc::payment_required, "payment_required", "the plan does not cover this"},
    {errc::forbidden, "forbidden", "not allowed"},
    {errc::not_found, "not_found", "not found"},
    {errc::too_many_requests, "too_many_requests", "too many requests or sessions"},
    {errc::server_error, "server_error", "the server failed"},
    {errc::unexpected_status, "unexpected_status", "unexpected HTTP status"},
    {errc::malformed_json, "malformed_json", "not valid JSON"},
    {errc::malformed_response, "malformed_response", "unexpected JSON"},
    {errc::message_too_large, "message_too_large", "larger than the limit"},
    {errc::closed_by_server, "closed_by_server", "the server closed the session"},
    {errc::session_gone, "session_gone", "the job has already ended"},
    {errc::idle_timeout, "idle_timeout", "the server ended the session: no audio"},
    {errc::no_speech, "no_speech", "the server ended the session: no speech"},
    {errc::reconnect_failed, "reconnect_failed", "the link was lost and could not be restored"},
    {errc::stop_timeout, "stop_timeout", "the server did not finish in time after stop"},
};

inline errc_text const* find_text(int value) noexcept {
  for (auto const& text : errc_texts) {
    if (static_cast<int>(text.code) == value) return &text;
  }
  return nullptr;
}

class error_category_impl final : public boost::system::error_category {
 public:
  char const* name() const noexcept override { return "gladia"; }
  std::string message(int value) const override {
    auto const* text = find_text(value);
    return text ? text->message : "unknown error";
  }
};

inline bool is_retryable(error_code const& ec) noexcept {
  if (ec.category() == gladia::error_category()) {
    switch (static_cast<errc>(ec.value())) {
      case errc::timeout:
      case errc::link_dead:
      case errc::send_stalled:
      case errc::too_many_requests:
      case errc::server_error:
      case errc::reconnect_failed:
      case errc::would_block:
        return true;
      default:
        return false;
    }
  }
  // A TLS category's codes are faults of certificates or protocol versions: they stay.
  return ec.failed() && ec != boost::asio::error::operation_aborted &&
         (ec.category() == boost::system::system_category() ||
          ec.category() == boost::asio::error::get_netdb_category() ||
          ec.category() == boost::asio::error::get_addrinfo_category() ||
          ec.category() == boost::asio::error::get_misc_category());
}

class condition_category_impl final : public boost::system::error_category {
 public:
  char const* name() const noexcept override { return "gladia.condition"; }
  std::string message(int value) const override {
    switch (static_cast<condition>(value)) {
      case condition::retryable:
        return "may succeed later";
      case condition::authentication:
        return "the key or token was refused";
      case condition::quota:
        return "a plan or concurrency limit was reached";
    }
    return "unknown condition";
  }
  bool equivalent(error_code const& ec, int value) const noexcept override {
    switch (static_cast<condition>(value)) {
      case condition::retryable:
        return is_retryable(ec);
      case condition::authentication:
        return ec == make_error_code(errc::unauthorized);
      case condition::quota:
        return ec == make_error_code(errc::too_many_requests) ||
               ec == make_error_code(errc::payment_required);
    }
    return false;
  }
};

}  // namespace detail

GLADIA_DECL boost::system::error_category const& error_category() noexcept {
  static detail::error_category_impl const category;
  return category;
}

GLADIA_DECL boost::system::error_category const& condition_category() noexcept {
  static detail::condition_category_impl const category;
  return category;
}

GLADIA_DECL error_code make_error_code(errc e) noexcept {
  return {static_cast<int>(e), error_category()};
}

GLADIA_DECL boost::system::error_condition make_error_condition(condition c) noexcept {
  return {static_cast<int>(c), condition_category()};
}

GLADIA_DECL char const* to_string(phase p) noexcept {
  switch (p) {
    case phase::none:
      return "none";
    case phase::resolve:
      return "resolve";
    case phase::connect:
      return "connect";
    case phase::proxy:
      return "proxy";
    case phase::tls:
      return "tls";
    case phase::upgrade:
      return "upgrade";
    case phase::request:
      return "request";
    case phase::response:
      return "response";
    case phase::stream:
      return "stream";
    case phase::stop:
      return "stop";
  }
  return "unknown";
}

GLADIA_DECL error_details const& error::details() const noexcept {
  // Never destroyed: threads that end while the program exits may still ask.
  static union immortal {
    error_details value{};
    // NOLINTBEGIN(modernize-use-equals-default): defaulted they would be deleted.
    immortal() noexcept {}
    ~immortal() {}
    // NOLINTEND(modernize-use-equals-default)
  } const none;
  return details_ ? *details_ : none.value;
}

GLADIA_DECL std::string error::what() const {
  if (!code_.failed()) return "no error";
  auto const& d = details();
  std::string line;
  auto lead = [&line](std::string const& text) {
    if (text.empty()) return;
    if (!line.empty() && line.back() == '.') line.pop_back();
    if (!line.empty()) line += ": ";
    line += text;
  };
  lead(d.server_message);
  for (auto const& fault : d.validation_errors) lead(fault);
  if (d.server_message.empty()) lead(d.close_reason);
  lead(d.message);
  if (line.empty()) line = code_.message();

  std::string facts;
  auto fact = [&facts](std::string const& text) {
    if (!facts.empty()) facts += ", ";
    facts += text;
  };
  if (d.phase != phase::none) fact(std::string("during ") + to_string(d.phase));
  if (d.http_status != 0) fact("HTTP " + std::to_string(d.http_status));
  if (d.close_code != 0) fact("close code " + std::to_string(d.close_code));
  if (!d.request_id.empty()) fact("request " + d.request_id);
  if (d.retry_after) fact("retry after " + std::to_string(d.retry_after->count()) + " s");
  if (d.attempts > 1) {
    fact(std::to_string(d.attempts) + " attempts in " + std::to_string(d.elapsed.count()) + " ms");
  }
  if (!facts.empty()) line += " (" + facts + ")";

  auto const* text =
      code_.category() == error_category() ? detail::find_text(code_.value()) : nullptr;
  line += text ? std::string(" [gladia:") + text->name + "]"
               : " [" + std::string(code_.category().name()) + ":" + code_.message() + "]";
  detail::put_on_one_line(line);
  return line;
}

GLADIA_DECL void throw_exception_from_error(error const& e, boost::source_location const&) {
  throw exception(e);
}

namespace detail {
GLADIA_DECL std::exception_ptr to_exception_ptr(error const& e) {
  return e ? std::make_exception_ptr(exception(e)) : nullptr;
}
}  // namespace detail

}  // namespace gladia
