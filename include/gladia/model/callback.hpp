#pragma once

#include <optional>
#include <string>
#include <variant>

#include <gladia/json_text.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/live_message.hpp>
#include <gladia/model/pre_recorded_result.hpp>

/// \file
/// What the server posts to a URL of yours.
///
/// Gladia does not document whether a post is repeated, nor in which order posts arrive. A receiver
/// should give the same result when a post comes twice.

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
  std::string message{};  ///< the server's words; untrusted text
};

/// The outcome of a file's transcription, posted because the request had `callback`.
/// Mirrors https://docs.gladia.io/api-reference/v2/pre-recorded/callback.
struct pre_recorded_callback {
  std::string id{};                              ///< the job's id
  std::string event{};                           ///< `transcription.success` or `.error`
  std::optional<pre_recorded_result> payload{};  ///< of a success: the same as in the job
  std::optional<job_error> error{};              ///< of an error
  json_text custom_metadata{};                   ///< as given in the request
  /// Not on the wire. Usually empty. If a part of the post could not be read, that part counts as
  /// absent; this member says which (the first one) and why.
  std::string unreadable{};
};

/// Which job a webhook is about.
struct webhook_payload {
  std::string id{};  ///< the job's id
};

/// A short notice about a job of either kind, posted because the account's dashboard asks for it.
/// Mirrors https://docs.gladia.io/api-reference/v2/live/webhook and
/// https://docs.gladia.io/api-reference/v2/pre-recorded/webhook.
struct job_webhook {
  std::string event{};        ///< for example `live.end_session` or `transcription.created`
  webhook_payload payload{};  ///< the job that the notice is about
};
/// Another name of `job_webhook`, to go with `live_callback`.
using live_webhook = job_webhook;

/// Any of the posts. A webhook and a callback may have the same `event`; a callback has an `id`
/// beside `event`. A callback whose `event` begins with `transcription.` is about a recording.
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
