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
/// A defect in one place costs that place, never what stands around it:
/// - unknown members are ignored, missing or null ones leave the default;
/// - integers serve as numbers and whole numbers as integers; unknown enumerators keep their text;
/// - bytes that are not UTF-8, lone surrogates and escapes that mean nothing become U+FFFD;
/// - `NaN`, `Infinity`, numbers out of range and values of another type count as absent; an element
///   of a list that cannot be read is left out;
/// - a struct without a member that it cannot do without counts as absent, too. If the whole needs
///   that struct, the whole cannot be read; nor can a message of which neither `data` nor `error`
///   is left;
/// - a transcript whose `start`, `end` or `channel` is there and cannot be read has no times: both
///   are 0;
/// - of a name that comes twice in an object the last one counts.
///
/// What counted as absent is named with its path, for example
/// `data.utterance.words[3].start: expected a number, got a string`: in
/// `message_envelope::unreadable`, `addon::unreadable`, `basic_job::unreadable`,
/// `basic_job_page::unreadable` and `pre_recorded_callback::unreadable`.
///
/// Thread safety: all functions may be called from any thread. Nothing here throws but
/// `std::bad_alloc`.

namespace gladia::codec {

/// How much text is taken, and what of it is kept.
struct decode_options {
  bool keep_raw = false;                    ///< fill `message_envelope::raw` of all messages
  std::size_t max_depth = 64;               ///< brackets within brackets; at most 1024
  std::size_t max_size = 64 * 1024 * 1024;  ///< bytes
  /// What a `transcript` without `is_final` is. One whose `is_final` is there and is no boolean
  /// cannot be read where this is false: it could be either.
  bool unmarked_is_final = false;
};

/// Reads a message of the WebSocket. Never fails: what it does not know is an `unknown_message`,
/// what it cannot read a `malformed_message` with one of the errors of `decode`.
[[nodiscard]] live_message decode_message(std::string_view text,
                                          decode_options const& options = {});

/// The type of a message as on the wire, for example `transcript`. Of a malformed message it may
/// be empty. Valid as long as the message.
[[nodiscard]] std::string_view type_of(live_message const& message) noexcept;

/// Reads a body of HTTP.
///
/// `T` is one of `live_request`, `live_session_info`, `live_job`, `live_job_page`,
/// `upload_url_request`, `uploaded_audio`, `pre_recorded_request`, `pre_recorded_info`,
/// `pre_recorded_job`, `pre_recorded_job_page`, `api_error`; the library is compiled for these.
/// `options.keep_raw` is ignored.
///
/// Errors: `errc::message_too_large`; `errc::malformed_json` if the text is not JSON or too deep;
/// `errc::malformed_response` if it lacks what `T` cannot do without: `details().message` has the
/// path.
template <class T>
[[nodiscard]] result<T> decode(std::string_view text, decode_options const& options = {});

/// Reads the body of a post to a callback URL or webhook. Errors as of `decode`; a payload that
/// cannot be read as a message is no error but a `malformed_message`. `options.keep_raw` is
/// ignored. Mirrors https://docs.gladia.io/api-reference/v2/live/callback and
/// https://docs.gladia.io/api-reference/v2/pre-recorded/callback.
[[nodiscard]] result<callback_post> decode_callback(std::string_view text,
                                                    decode_options const& options = {});

}  // namespace gladia::codec

#ifdef GLADIA_HEADER_ONLY
#include <gladia/codec/impl/decode.ipp>
#endif
