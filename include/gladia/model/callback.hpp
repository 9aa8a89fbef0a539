#pragma once

#include <string>
#include <variant>

#include <gladia/model/fields.hpp>
#include <gladia/model/live_message.hpp>

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

/// Which job a webhook is about.
struct webhook_payload {
  std::string id{};  ///< the job's id
};

/// A short notice that an account's dashboard asked for; `event` is, for example,
/// `live.end_session` or `transcription.success`.
/// Mirrors https://docs.gladia.io/api-reference/v2/live/webhook.
struct live_webhook {
  std::string event{};        ///< what happened
  webhook_payload payload{};  ///< to which job
};

/// What a post holds. An `event` may come in both forms: a callback has an `id` beside it.
using callback_post = std::variant<live_callback, live_webhook>;

template <class V, class S>
void fields(V& v, S& s, live_callback const*) {
  v.required("id", s.id);
  v.always("event", s.event);
  v.required("payload", s.payload);
}
template <class V, class S>
void fields(V& v, S& s, webhook_payload const*) {
  v.required("id", s.id);
}
template <class V, class S>
void fields(V& v, S& s, live_webhook const*) {
  v.required("event", s.event);
  v.required("payload", s.payload);
}

}  // namespace gladia
