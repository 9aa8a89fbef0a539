#pragma once

#include <gladia/config.hpp>
#include <gladia/error.hpp>
#include <gladia/model/live_request.hpp>
#include <gladia/model/pre_recorded_request.hpp>

namespace gladia::codec {

/// Finds what would give a wrong transcript, cost money for nothing or be refused with a confusing
/// answer.
///
/// No error, or `errc::invalid_request` with all faults and their paths in `details().message`,
/// joined by `"; "`:
/// - `bit_depth`, `sample_rate` or `channels` that the service does not take, or do not fit
///   `encoding`;
/// - a number out of its range (`endpointing`, thresholds, intensities, ...);
/// - a config without its flag, which the service ignores, or a flag without what it needs
///   (translation without target languages, a callback without a URL). A flag that is explicitly
///   `false` turns its config off on purpose, but the service still wants a list that belongs to
///   it;
/// - `code_switching` with exactly one language, which the service ignores;
/// - `custom_metadata` or `extra` that is not an object, metadata of more than 2000 characters;
/// - `extra` that changes the audio format, or turns off the acknowledgements that sessions need;
/// - text that is not UTF-8.
///
/// Values that this version does not know are no faults. `extra` counts as it will be sent; where
/// it gives a known member another type than this version knows, only the text is checked.
///
/// Thread safety: may be called from any thread.
[[nodiscard]] error validate(live_request const& request);

/// The same of a file's transcription:
/// - no `audio_url`;
/// - a number out of its range, an entry of a list that is empty;
/// - a config without its flag, a flag without what it needs (a list of words, target languages or
///   prompts, a callback's URL), `code_switching` with exactly one language;
/// - `custom_metadata` or `extra` that is not an object, metadata of more than 2000 characters;
/// - text that is not UTF-8.
///
/// Which languages a model knows is not checked: what the service says of it differs.
///
/// Thread safety: may be called from any thread.
[[nodiscard]] error validate(pre_recorded_request const& request);

}  // namespace gladia::codec

#ifdef GLADIA_HEADER_ONLY
#include <gladia/codec/impl/validate.ipp>
#endif
