#pragma once

#include <algorithm>
#include <array>
#include <iterator>

#include <gladia/error.hpp>

namespace gladia::detail {

/// The properties of one `errc`.
struct errc_row {
  errc code;
  char const* name;
  char const* message;
  bool is_retryable = false;
  std::array<int, 3> answers{};  ///< HTTP statuses, and close codes from 1000 on, that mean it
};

inline constexpr errc_row errc_table[] = {
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
    {errc::would_block, "would_block", "the audio buffer is full", true},
    {errc::stopping, "stopping", "audio was sent after stop"},
    {errc::session_ended, "session_ended", "the session is over"},
    {errc::already_running, "already_running", "the session is running already"},
    {errc::already_ended, "already_ended", "the session is over and cannot run again"},
    {errc::not_running, "not_running", "the session was never run"},
    {errc::already_receiving, "already_receiving", "another receive is waiting"},
    {errc::not_a_wav, "not_a_wav", "not a WAV file"},
    {errc::unsupported_audio, "unsupported_audio", "the audio format is not supported"},
    {errc::truncated_audio, "truncated_audio", "the file is shorter than its header says"},
    {errc::timeout, "timeout", "it took too long", true, {408, 425}},
    {errc::link_dead, "link_dead", "the server stopped answering", true},
    {errc::send_stalled, "send_stalled", "the server stopped reading", true},
    {errc::no_trust_anchors, "no_trust_anchors",
     "no CA certificate could be loaded: set tls_options::ca_file"},
    {errc::tls_unavailable, "tls_unavailable", "OpenSSL cannot encrypt"},
    {errc::proxy_refused, "proxy_refused", "the proxy refused the connection"},
    {errc::too_many_redirects, "too_many_redirects", "too many redirects"},
    {errc::bad_redirect, "bad_redirect", "a redirect without a usable Location"},
    {errc::bad_request, "bad_request", "a parameter was refused", false, {400, 413, 422}},
    {errc::unauthorized, "unauthorized", "the API key was refused", false, {401}},
    {errc::payment_required, "payment_required", "the plan does not cover this", false, {402}},
    {errc::forbidden, "forbidden", "not allowed", false, {403}},
    {errc::not_found, "not_found", "not found", false, {404, 410}},
    {errc::too_many_requests, "too_many_requests", "too many requests or sessions", true, {429}},
    {errc::server_error, "server_error", "the server failed", true},
    {errc::unexpected_status, "unexpected_status", "unexpected HTTP status"},
    {errc::malformed_json, "malformed_json", "not valid JSON"},
    {errc::malformed_response, "malformed_response", "unexpected JSON"},
    {errc::message_too_large, "message_too_large", "larger than the limit"},
    {errc::job_failed, "job_failed", "the job failed"},
    {errc::closed_by_server, "closed_by_server", "the server closed the session"},
    {errc::session_gone, "session_gone", "the job has already ended", false, {4403}},
    {errc::idle_timeout, "idle_timeout", "the server ended the session: no audio", false, {4408}},
    {errc::no_speech, "no_speech", "the server ended the session: no speech", false, {4504}},
    {errc::reconnect_failed, "reconnect_failed", "the link was lost and could not be restored",
     true},
    {errc::stop_timeout, "stop_timeout", "the server did not finish in time after stop"},
};

[[nodiscard]] inline errc_row const* find_errc(int value) noexcept {
  auto const found =
      std::find_if(std::begin(errc_table), std::end(errc_table),
                   [value](errc_row const& row) { return static_cast<int>(row.code) == value; });
  return found == std::end(errc_table) ? nullptr : found;
}

/// The error that an HTTP status or a close code stands for; null if it has no error of its own.
[[nodiscard]] inline errc_row const* find_errc_of_answer(int answer) noexcept {
  auto const found =
      std::find_if(std::begin(errc_table), std::end(errc_table), [answer](errc_row const& row) {
        return answer != 0 &&
               std::find(row.answers.begin(), row.answers.end(), answer) != row.answers.end();
      });
  return found == std::end(errc_table) ? nullptr : found;
}

}  // namespace gladia::detail
