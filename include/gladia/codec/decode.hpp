#pragma once

#include <cstddef>
#include <string_view>

#include <gladia/config.hpp>
#include <gladia/error.hpp>
#include <gladia/model/api_error.hpp>
#include <gladia/model/callback.hpp>
#include <gladia/model/live_job.hpp>
#include <gladia/model/live_message.hpp>
#include <gladia/model/live_request.hpp>
#include <gladia/model/pre_recorded_job.hpp>
#include <gladia/model/pre_recorded_request.hpp>

/// \file
/// JSON text to model structs.
///
/// A defect in one place costs that place, never the data around it:
/// - Unknown members are ignored. A member that is missing or null keeps its default.
/// - An integer is read where a number is expected, and a whole number where an integer is
///   expected. Unknown enumerators keep their text.
/// - Bytes that are not UTF-8, lone surrogates and escapes without a meaning become U+FFFD.
/// - `NaN`, `Infinity`, numbers out of range and values of another type count as absent. An element
///   of a list that cannot be read is left out.
/// - A struct that lacks a required member (see `model/fields.hpp`) counts as absent too. If that
///   struct is itself required, the struct or message around it cannot be read either. A message
///   cannot be read if neither its `data` nor its `error` can be read.
/// - If the `start`, `end` or `channel` of a transcript is there but cannot be read, the transcript
///   has no times: `start` and `end` are 0.
/// - If a name comes twice in an object, the last one counts.
///
/// Each part that counts as absent is named with its path, for example
/// `data.utterance.words[3].start: expected a number, got a string`: in
/// `message_envelope::unreadable`, `addon::unreadable`, `basic_job::unreadable`,
/// `basic_job_page::unreadable` and `pre_recorded_callback::unreadable`.
///
/// Thread safety: all functions may be called from any thread. Nothing here throws except
/// `std::bad_alloc`.

namespace gladia::codec {

/// Limits of the text, and what is kept.
struct decode_options {
  bool keep_raw = false;                    ///< keep the text of each message in its `envelope.raw`
  std::size_t max_depth = 64;               ///< nested arrays and objects; at most 1024
  std::size_t max_size = 64 * 1024 * 1024;  ///< the longest text, in bytes
  /// Whether a `transcript` without `is_final` is final. If this is false, a `transcript` whose
  /// `is_final` is there and is no boolean cannot be read, because it could be either.
  bool unmarked_is_final = false;
};

/// Reads a message of a link. Never fails: a message of an unknown type becomes an
/// `unknown_message`, a message that cannot be read becomes a `malformed_message` with one of the
/// errors of `decode`.
[[nodiscard]] live_message decode_message(std::string_view text,
                                          decode_options const& options = {});

/// The type of a message as on the wire, for example `transcript`. The type of a malformed message
/// may be empty. Valid as long as the message.
[[nodiscard]] std::string_view type_of(live_message const& message) noexcept;

/// Reads the body of an HTTP request or response.
///
/// `T` is one of `live_request`, `live_session_info`, `live_job`, `live_job_page`,
/// `upload_url_request`, `uploaded_audio`, `pre_recorded_request`, `pre_recorded_info`,
/// `pre_recorded_job`, `pre_recorded_job_page`, `api_error`; the library is compiled for these.
/// `options.keep_raw` is ignored.
///
/// Errors: `errc::message_too_large` if the text is longer than `max_size`; `errc::malformed_json`
/// if the text is not JSON or too deep; `errc::malformed_response` if a member that `T` requires is
/// missing: `details().message` has its path.
template <class T>
[[nodiscard]] result<T> decode(std::string_view text, decode_options const& options = {});

/// Reads the body of a post to a callback URL or webhook.
///
/// Errors: as `decode`. A payload that cannot be read as a message is no error, but a
/// `malformed_message`. `options.keep_raw` is ignored. Mirrors
/// https://docs.gladia.io/api-reference/v2/live/callback and
/// https://docs.gladia.io/api-reference/v2/pre-recorded/callback.
[[nodiscard]] result<callback_post> decode_callback(std::string_view text,
                                                    decode_options const& options = {});

}  // namespace gladia::codec

#ifdef GLADIA_HEADER_ONLY
#include <gladia/codec/impl/decode.ipp>
#endif
