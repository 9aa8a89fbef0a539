#pragma once

#include <string>
#include <string_view>
#include <type_traits>

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
/// Model structs to JSON text.
///
/// Members are written in the order of the struct. Members that hold nothing are left out, and so
/// are nested objects in which nothing is set, unless Gladia's server always sends them.
///
/// Thread safety: all functions may be called from any thread. Nothing here throws except
/// `std::bad_alloc`.

namespace gladia::codec {

/// Writes `value` as JSON without line breaks.
///
/// `T` is one of the types of `decode`, `live_callback`, `pre_recorded_callback` or `job_webhook`;
/// the library is compiled for these. Secret URLs are written as they are.
///
/// Errors: `errc::invalid_request` if a text is not UTF-8, a number is not finite, or a `json_text`
/// is not JSON; `details().message` has the path.
template <class T, std::enable_if_t<!std::is_convertible_v<T const&, live_message>, int> = 0>
[[nodiscard]] result<std::string> encode(T const& value);

/// Writes a message with its `type`. Any alternative of `live_message` may be given. Errors: as
/// above.
[[nodiscard]] result<std::string> encode(live_message const& message);

/// The message that ends the recording: `{"type":"stop_recording"}`.
/// Mirrors https://docs.gladia.io/api-reference/v2/live/action/stop-recording.
[[nodiscard]] std::string encode_stop_recording();

/// Audio as a text message, in base64. A binary message with the same audio is a quarter smaller.
/// Mirrors https://docs.gladia.io/api-reference/v2/live/action/audio-chunk.
///
/// \param bytes  Whole sample frames. Empty: a message that keeps the session alive.
[[nodiscard]] std::string encode_audio_chunk(std::string_view bytes);

}  // namespace gladia::codec

#ifdef GLADIA_HEADER_ONLY
#include <gladia/codec/impl/encode.ipp>
#endif
