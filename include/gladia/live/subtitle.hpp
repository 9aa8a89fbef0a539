#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <gladia/config.hpp>
#include <gladia/model/live_result.hpp>

/// \file
/// Subtitles from the utterances of a `transcript_view`, of a `post_transcript` or of a job. All
/// functions are pure and may be called from any thread.

namespace gladia::live {

/// How text is laid out.
struct subtitle_options {
  /// Unicode code points in a row; 0: no limit. A word that is longer is cut.
  std::size_t max_characters_per_row = 42;
  /// Rows of one caption; 0: no limit. Text that does not fit comes in the next caption.
  std::size_t max_rows = 2;
  /// How long a caption is shown at least, unless the next caption begins earlier.
  std::chrono::milliseconds minimum_duration{1'000};
};

/// Text that is shown for a while.
struct caption {
  std::chrono::milliseconds start{};  ///< from the session's start
  std::chrono::milliseconds end{};    ///< later than `start`
  std::vector<std::string> rows{};    ///< at least one row; no row is empty
};

/// Lays utterances out as captions, ordered by their start.
///
/// \param utterances  In any order. An empty utterance gives no caption. If an utterance is divided
///   into several captions, their times are those of its words; if its words have no times, the
///   time of the utterance is divided in proportion to the length of the text. Times that make no
///   sense (negative, not a number, end before start) are put right.
/// \param options  The layout.
/// \return The captions, with spaces in place of control characters and line breaks.
[[nodiscard]] std::vector<caption> make_captions(
    std::vector<transcript_utterance> const& utterances, subtitle_options const& options = {});

/// One caption of a SubRip file (`.srt`), in UTF-8. Append the text to the captions before this
/// one.
///
/// Ends with an empty line, so that a file of whole captions can be read at any time. The format
/// knows no escapes: `-->` in the text is written as `->`.
/// \param shown  As `make_captions` made it: with rows that are not empty and have no line breaks.
/// \param number The caption's place in the file, from 1.
[[nodiscard]] std::string to_srt(caption const& shown, std::size_t number);

/// One caption of a WebVTT file (`.vtt`), in UTF-8. Append the text to `webvtt_header` and the
/// captions before this one. Ends with an empty line. `&`, `<` and `>` are escaped.
///
/// \param shown As for `to_srt`.
[[nodiscard]] std::string to_webvtt(caption const& shown);

/// What a WebVTT file begins with.
inline constexpr char webvtt_header[] = "WEBVTT\n\n";

/// The text of a SubRip file (`.srt`), UTF-8.
///
/// The format has no escapes: `-->` in the text is written as `->`.
/// \param utterances,options As for `make_captions`.
[[nodiscard]] std::string to_srt(std::vector<transcript_utterance> const& utterances,
                                 subtitle_options const& options = {});

/// The text of a WebVTT file (`.vtt`, https://www.w3.org/TR/webvtt1/), UTF-8.
///
/// `&`, `<` and `>` are escaped.
/// \param utterances,options As for `make_captions`.
[[nodiscard]] std::string to_webvtt(std::vector<transcript_utterance> const& utterances,
                                    subtitle_options const& options = {});

}  // namespace gladia::live

#ifdef GLADIA_HEADER_ONLY
#include <gladia/live/impl/subtitle.ipp>
#endif
