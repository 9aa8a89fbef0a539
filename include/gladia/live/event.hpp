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
template <class... Visitors>
overloaded(Visitors...) -> overloaded<Visitors...>;

}  // namespace gladia

namespace gladia::live {

/// The session exists; its id is known from here on. Comes once, unless creating failed.
struct started {
  live_session_info session{};
};

/// A link is being opened.
struct connecting {
  int connection = 0;  ///< which link it is to be, from 1
  int attempt = 0;     ///< which attempt at it, from 1
};

/// A link is open; audio flows.
struct connected {
  int connection = 0;  ///< from 1
  /// Where in the audio it starts, in bytes. Audio that was dropped unsent does not count.
  std::uint64_t resume_offset = 0;
  /// What lies between `resume_offset` and this was sent on an earlier link already. The same as
  /// `resume_offset` where nothing was.
  std::uint64_t replayed_to = 0;
  /// Text on this link that overlaps this stretch, in seconds as transcripts have them, may contain
  /// words that were already delivered. `transcript_view` marks it. Both 0 where nothing was sent
  /// again.
  double repeated_from = 0;
  double repeated_to = 0;  ///< exclusive
  /// Final transcripts of this stretch, in seconds as transcripts have them, may be missing: it
  /// spans all that earlier links may have lost. A voice agent can ask again. When the server sums
  /// up, those that are missing are delivered, marked `recovered`. Both 0 where none can be
  /// missing, and where finals are not asked for.
  time_span words_unknown{};
};

/// A link ended, or could not be opened.
struct disconnected {
  std::uint16_t close_code = 0;        ///< the server's, or 0 if the link was lost
  std::string reason{};                ///< the server's words beside it; untrusted
  gladia::error error{};               ///< what happened; none after a normal close (1000)
  bool will_retry = false;             ///< whether another attempt follows
  std::chrono::milliseconds delay{0};  ///< after this time
};

/// What a `warning` is about.
enum class warning_code {
  resume_mismatch,   ///< the server's byte ranges do not continue where the link resumed; once
  replay_shortened,  ///< audio not yet acknowledged was let go to make room for new audio
  audio_refused,     ///< the server answered a chunk with a negative acknowledgement
  ack_stalled,       ///< the link lives, but acknowledgements stand still
  keep_alive_limit,  ///< the caller was silent for too long: the session is left to end
  incomplete_frame,  ///< the audio ended in the middle of a sample frame
  addons_missing,    ///< a lost link may have swallowed translations, entities or sentiments; once
  encoded_audio,     ///< the audio begins as a WebM, MP3 or other encoded file; noise is heard
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

/// Something the user may want to know about; the session goes on.
struct warning {
  warning_code code{};
  std::string text{};  ///< for a person
  /// The stretch of audio it is about, in bytes over all accepted audio; both 0 where it is about
  /// none. Of `resume_mismatch`: where the link resumed, and the number that stands for it in the
  /// server's ranges, which may be smaller.
  std::uint64_t from = 0;
  std::uint64_t to = 0;  ///< the byte behind the last
};

/// A stretch of accepted audio that the server will never hear.
struct audio_dropped {
  std::uint64_t from = 0;  ///< the first byte, counted over all accepted audio
  std::uint64_t to = 0;    ///< the byte behind the last
};

/// Events that were thrown away because nobody received them.
struct events_dropped {
  std::uint64_t count = 0;
};

/// The session is over. The last event, always.
struct ended {
  live::summary summary{};
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
