#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

#include <gladia/error.hpp>
#include <gladia/live/summary.hpp>
#include <gladia/model/live_message.hpp>

/// \file
/// What `session::async_receive` delivers: the session's own events and the server's messages, in
/// one flat variant.
///
/// ```
/// std::visit(gladia::overloaded{
///     [](gladia::transcript const& t) { std::cout << t.data.utterance.text << '\n'; },
///     [](gladia::live::disconnected const&) { std::cout << "the link is lost\n"; },
///     [](auto const&) {}}, event);
/// ```
/// End with a generic lambda: a minor version may add alternatives.

namespace gladia {

/// Makes one visitor of several lambdas, for `std::visit`.
template <class... Visitors>
struct overloaded : Visitors... {
  using Visitors::operator()...;
};
/// Deduces the lambdas' types.
template <class... Visitors>
overloaded(Visitors...) -> overloaded<Visitors...>;

}  // namespace gladia

namespace gladia::live {

/// The job was created, or is attached to. Delivered once, unless the job could not be created.
struct started {
  /// The job's id, and the link's URL, which is secret. If the session was attached without an id,
  /// the id is empty.
  live_session_info session{};
};

/// A link is being opened.
struct connecting {
  int connection = 0;  ///< the number of the link, from 1
  int attempt = 0;     ///< the number of the attempt to open that link, from 1
};

/// A link is open, and audio is sent on this link.
struct connected {
  int connection = 0;  ///< the number of the link, from 1
  /// The position in the audio at which this link starts, in bytes. Dropped audio is not counted.
  std::uint64_t resume_offset = 0;
  /// Audio from `resume_offset` to this position was already sent on an earlier link, and is sent
  /// again. Equal to `resume_offset` if no audio is sent again.
  std::uint64_t replayed_to = 0;
  /// Text on this link that overlaps
  /// [repeated_from, repeated_to) may contain words that were already delivered. Both members are
  /// in seconds, on the clock of the transcripts. Both are 0 if no audio is sent again.
  /// `transcript_view` marks such text as `maybe_repeated`.
  double repeated_from = 0;
  double repeated_to = 0;  ///< the end of that span, exclusive
  /// Final transcripts within this span of time may be missing, because earlier links were lost. A
  /// voice agent can ask its user again. If the server's summing-up has the missing transcripts,
  /// they are delivered then, marked `recovered`. Both members are 0 if no transcript can be
  /// missing, and if the request does not ask for final transcripts.
  time_span words_unknown{};
};

/// A link ended, or could not be opened.
struct disconnected {
  std::uint16_t close_code = 0;        ///< of the server's close frame; 0 if the link was lost
  std::string reason{};                ///< the text in the close frame; untrusted
  gladia::error error{};               ///< what happened; no error after a normal close (1000)
  bool will_retry = false;             ///< whether the session tries to open another link
  std::chrono::milliseconds delay{0};  ///< the time until that attempt
};

/// What a `warning` is about.
enum class warning_code {
  resume_mismatch,   ///< the server's byte ranges do not go on where the link resumed; told once
  replay_shortened,  ///< unacknowledged audio became unreplayable, to make room for new audio
  audio_refused,     ///< the server answered a chunk with a negative acknowledgement
  ack_stalled,       ///< the link is alive, but acknowledgements do not advance
  keep_alive_limit,  ///< no audio came for so long that the session is no longer kept alive
  incomplete_frame,  ///< the audio ended in the middle of a sample frame
  addons_missing,    ///< translations, entities or sentiments may be lost with a link; told once
  encoded_audio,  ///< the audio begins as a WebM, MP3 or other encoded file: the server hears noise
};

/// The warning's name, for example `"ack_stalled"`.
[[nodiscard]] constexpr char const* to_string(warning_code code) noexcept {
  switch (code) {
    case warning_code::resume_mismatch:
      return "resume_mismatch";
    case warning_code::replay_shortened:
      return "replay_shortened";
    case warning_code::audio_refused:
      return "audio_refused";
    case warning_code::ack_stalled:
      return "ack_stalled";
    case warning_code::keep_alive_limit:
      return "keep_alive_limit";
    case warning_code::incomplete_frame:
      return "incomplete_frame";
    case warning_code::addons_missing:
      return "addons_missing";
    case warning_code::encoded_audio:
      return "encoded_audio";
  }
  return "unknown";
}

/// Something went wrong that the user may want to know about; the session goes on.
struct warning {
  warning_code code{};  ///< for programs
  std::string text{};   ///< for people
  /// The audio that the warning is about, [from, to), in bytes counted over all accepted audio.
  /// Both are 0 if the warning is about no audio. With `resume_mismatch`, `from` is where the link
  /// resumed, and `to` is the position that the server's byte ranges give for the same place; `to`
  /// may be smaller than `from`.
  std::uint64_t from = 0;
  std::uint64_t to = 0;  ///< one behind the last byte
};

/// Accepted audio that the server will never hear.
struct audio_dropped {
  std::uint64_t from = 0;  ///< the first byte, counted over all accepted audio
  std::uint64_t to = 0;    ///< one behind the last byte
};

/// Events were thrown away, because nobody received them.
struct events_dropped {
  std::uint64_t count = 0;  ///< how many
};

/// The session is over. This is always the last event.
struct ended {
  live::summary summary{};  ///< how the session ended
};

namespace detail {
template <class A, class B>
struct concatenated;
template <class... As, class... Bs>
struct concatenated<std::variant<As...>, std::variant<Bs...>> {
  using type = std::variant<As..., Bs...>;
};
}  // namespace detail

/// The session's own events.
using session_event = std::variant<started, connecting, connected, disconnected, warning,
                                   audio_dropped, events_dropped, ended>;

/// Everything `session::async_receive` may deliver, in one flat variant.
using event = detail::concatenated<session_event, live_message>::type;

}  // namespace gladia::live
