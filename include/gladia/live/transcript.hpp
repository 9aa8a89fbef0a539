#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <gladia/config.hpp>
#include <gladia/live/summary.hpp>
#include <gladia/model/live_message.hpp>

namespace gladia::live {
namespace detail {
class word_ledger;
}

struct connected;
struct disconnected;

/// An utterance: what somebody said without a pause, as far as the text is known.
struct transcript_line {
  std::string id{};             ///< of the utterance
  bool is_final = false;        ///< false: a later message may change the text
  bool maybe_repeated = false;  ///< words of an earlier line may stand here again
  bool recovered = false;       ///< a lost link had swallowed the line: see `transcript::recovered`
  transcript_utterance utterance{};  ///< the newest text, with its times, channel and language
  /// The translations, by target language.
  std::map<language_code, transcript_utterance> translations{};

  /// The text without the spaces around it. Valid until the line changes.
  [[nodiscard]] std::string_view text() const noexcept;
};

/// Folds partial and final transcripts into a text with one line for each utterance.
///
/// ```
/// view.add(event);   // each event of the session
/// std::cout << view.text() << '\n';
/// ```
///
/// A newer partial replaces an older one of the same utterance; the final replaces the partials,
/// and stays. Lines are told apart by utterance id and channel. If a server uses an id again, text
/// that begins after the end of a finished line is a new line.
///
/// A final transcript is never left out because it looks like a repetition of another. After a
/// reconnect such text is marked `maybe_repeated`, if the view is given the `connected` events too.
///
/// Text that a lost link swallowed becomes a line of its own, marked `recovered`, and never
/// replaces a finished line. The view takes such text from recovered transcripts and, if the view
/// is given the `disconnected` events, from the server's summing-up.
///
/// Thread safety: as a value; one thread at a time.
class transcript_view {
 public:
  /// An empty view.
  ///
  /// \param max_lines  How many lines are kept; the oldest are removed first. 0: all.
  explicit transcript_view(std::size_t max_lines = 0);
  /// An independent copy.
  transcript_view(transcript_view const& other);
  /// Takes the lines over; `other` is then empty, and can be used.
  transcript_view(transcript_view&& other) noexcept;
  /// Becomes an independent copy.
  transcript_view& operator=(transcript_view const& other);
  /// Takes the lines over; `other` is then empty, and can be used.
  transcript_view& operator=(transcript_view&& other) noexcept;
  ~transcript_view();

  /// Adds a partial or final transcript.
  ///
  /// \return The line that changed, valid until the next change. Null if no line changed: a partial
  ///   came after its final, the text is older than all lines that are kept, or the text stands in
  ///   a finished line already, because a lost link had swallowed it and it was recovered.
  transcript_line const* add(transcript const& message);

  /// Adds a translation to its line.
  ///
  /// If there is no such line, for example because finals are switched off, a line is made from the
  /// original text that comes with the translation.
  /// \return As above; null if the translation failed.
  transcript_line const* add(translation_message const& message);

  /// Adds text from the server's summing-up: only text that a lost link swallowed.
  ///
  /// \return The last line that was added, valid until the next change; null if none was added.
  transcript_line const* add(post_transcript const& message);
  /// \copydoc add(post_transcript const&)
  transcript_line const* add(post_final_transcript const& message);

  /// Adds a `live_message` or an `event` of any kind. Give the view all events of a session: from
  /// `connected` and `disconnected` the view learns which text may be a repetition, or missing.
  ///
  /// \return As above; null if the message or event has no text.
  template <class... Ts>
  transcript_line const* add(std::variant<Ts...> const& message) {
    return std::visit(
        [&](auto const& m) -> transcript_line const* {
          using type = std::decay_t<decltype(m)>;
          if constexpr (std::is_same_v<type, transcript> ||
                        std::is_same_v<type, translation_message> ||
                        std::is_same_v<type, post_transcript> ||
                        std::is_same_v<type, post_final_transcript>) {
            return add(m);
          } else if constexpr (std::is_same_v<type, connected>) {
            on_connected(m);
            return nullptr;
          } else if constexpr (std::is_same_v<type, disconnected>) {
            on_disconnected();
            return nullptr;
          } else {
            return nullptr;
          }
        },
        message);
  }

  /// Notes that the server may hear a span of audio twice. Text that arrives from now on and
  /// overlaps the span is marked `maybe_repeated`. Not needed if the view gets `connected` events.
  ///
  /// \param from  The start of the span in seconds, as `connected::repeated_from`.
  /// \param to    The end of the span in seconds, exclusive, as `connected::repeated_to`.
  void mark_repeated(double from, double to);

  /// All lines, ordered by their start. Valid until the next change.
  [[nodiscard]] std::vector<transcript_line> const& lines() const noexcept { return lines_; }

  /// The whole text: all lines that are not empty, without the spaces around them.
  ///
  /// \param separator  Stands between two lines.
  [[nodiscard]] std::string text(std::string_view separator = " ") const;

  /// The final utterances, ordered by their start, for example to make subtitles.
  ///
  /// \param translated_to  If not empty, the translations to this language are returned instead;
  ///   utterances without such a translation are left out.
  [[nodiscard]] std::vector<transcript_utterance> utterances(
      language_code const& translated_to = {}) const;

 private:
  using iterator = std::vector<transcript_line>::iterator;

  void on_connected(connected const& link);
  void on_disconnected();
  detail::word_ledger& words();
  iterator find(std::string_view id, int channel);
  iterator find_original(translation_data const& data);
  transcript_line const* place(transcript_line line);
  transcript_line const* add_recovered(transcript_data const& data);
  transcript_line const* add_missing(transcription_result const& all);
  [[nodiscard]] bool may_be_repeated(transcript_utterance const& said) const noexcept;

  std::size_t max_lines_;
  std::vector<transcript_line> lines_{};
  std::vector<std::pair<double, double>> repeated_{};
  std::unique_ptr<detail::word_ledger> words_{};  // made when it is needed
};

}  // namespace gladia::live

#ifdef GLADIA_HEADER_ONLY
#include <gladia/live/impl/transcript.ipp>
#endif
