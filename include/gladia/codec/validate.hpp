#pragma once

#include <gladia/config.hpp>
#include <gladia/error.hpp>
#include <gladia/model/live_request.hpp>
#include <gladia/model/pre_recorded_request.hpp>

namespace gladia::codec {

/// Finds faults that would give a wrong transcript, cost money for nothing, or be refused by the
/// server with a confusing answer.
///
/// Gives no error, or `errc::invalid_request` with all faults and their paths in
/// `details().message`, joined by `"; "`. The faults are
/// - `bit_depth`, `sample_rate` or `channels` that the server does not take, or that do not fit
///   `encoding`;
/// - a number out of its range (`endpointing`, thresholds, intensities, ...);
/// - a config without its flag, because the server ignores such a config. A flag that is explicitly
///   `false` turns its config off on purpose, and is no fault; but lists that the server requires
///   in the config must still be there;
/// - a flag without the settings that it needs (translation without target languages, a callback
///   without a URL);
/// - `code_switching` with exactly one language, because the server then ignores the flag;
/// - `custom_metadata` or `extra` that is not an object, metadata of more than 2000 characters;
/// - `extra` that changes the audio format, or turns off the acknowledgements that sessions need;
/// - text that is not UTF-8.
///
/// Values that this version does not know are no faults. `extra` is checked as it will be sent; if
/// `extra` gives a known member another type than this version knows, only the text and
/// `custom_metadata` are checked.
///
/// Thread safety: may be called from any thread.
[[nodiscard]] error validate(live_request const& request);

/// Finds faults of a request to transcribe a recording, and reports them as above. The faults are
/// - no `audio_url`;
/// - a number out of its range, an entry of a list that is empty;
/// - a config without its flag, a flag without the settings that it needs (a list of words, target
///   languages or prompts, a callback's URL), `code_switching` with exactly one language;
/// - `custom_metadata` or `extra` that is not an object, metadata of more than 2000 characters;
/// - text that is not UTF-8.
///
/// Which languages a model knows is not checked, because Gladia's documents contradict each other.
///
/// Thread safety: may be called from any thread.
[[nodiscard]] error validate(pre_recorded_request const& request);

}  // namespace gladia::codec

#ifdef GLADIA_HEADER_ONLY
#include <gladia/codec/impl/validate.ipp>
#endif
