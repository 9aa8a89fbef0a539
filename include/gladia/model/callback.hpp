#pragma once

#include <optional>
#include <string>
#include <variant>

#include <gladia/json_text.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/live_message.hpp>
#include <gladia/model/pre_recorded_result.hpp>

/// \file
/// What the service posts to a URL of yours.
///
/// A receiver should be idempotent: whether and how often the service repeats a post, and in what
/// order posts arrive, is not documented.

namespace gladia {

/// A message of a session, posted because the request had `callback`.
/// Mirrors https://docs.gladia.io/api-reference/v2/live/callback.
struct live_callback {
  std::string id{};        ///< the job's id
  std::string event{};     ///< `live.` and the message's type
  live_message payload{};  ///< the message
};

/// Why a job failed.
struct job_error {
  int code = 0;           ///< a status of HTTP, 400..599; 0 where there is none
  std::string message{};  ///< the service's words; untrusted text
};

/// The outcome of a file's transcription, posted because the request had `callback`.
/// Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/callback.
struct pre_recorded_callback {
  std::string id{};                              ///< the job's id
  std::string event{};                           ///< `transcription.success` or `.error`
  std::optional<pre_recorded_result> payload{};  ///< of a success: the same as in the job
  std::optional<job_error> error{};              ///< of an error
  json_text custom_metadata{};                   ///< as given in the request
  /// Not on the wire: what of the post could not be read and counts as absent, and why; the first
  /// such place. Usually empty.
  std::string unreadable{};
};

/// Which job a webhook is about.
struct webhook_payload {
  std::string id{};  ///< the job's id
};

/// A short notice that an account's dashboard asked for, about a job of either kind; `event` is,
/// for example, `live.end_session` or `transcription.created`. Mirrors
/// https://docs.gladia.io/api-reference/v2/live/webhook and
/// https://docs.gladia.io/api-reference/v2/pre-recorded/webhook.
struct job_webhook {
  std::string event{};        ///< what happened
  webhook_payload payload{};  ///< to which job
};
/// The name it has beside `live_callback`.
using live_webhook = job_webhook;

/// What a post holds. An `event` may come in both forms: a callback has an `id` beside it. Of
/// callbacks, those whose `event` begins with `transcription.` are about files.
using callback_post = std::variant<live_callback, job_webhook, pre_recorded_callback>;

template <class V, class S>
void fields(V& v, S& s, live_callback const*) {
  v.required("id", s.id);
  v.emitted("event", s.event);
  v.required("payload", s.payload);
}
template <class V, class S>
void fields(V& v, S& s, job_error const*) {
  v.emitted("code", s.code);
  v.emitted("message", s.message);
}
template <class V, class S>
void fields(V& v, S& s, pre_recorded_callback const*) {
  v.required("id", s.id);
  v.required("event", s.event);
  v.optional("payload", s.payload);
  v.optional("error", s.error);
  v.optional("custom_metadata", s.custom_metadata);
  v.local("unreadable", s.unreadable);
}
template <class V, class S>
void fields(V& v, S& s, webhook_payload const*) {
  v.required("id", s.id);
}
template <class V, class S>
void fields(V& v, S& s, job_webhook const*) {
  v.required("event", s.event);
  v.required("payload", s.payload);
}

}  // namespace gladia
