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

/// What somebody said without a pause, as far as it is known.
struct transcript_line {
  std::string id{};                  ///< of the utterance
  bool is_final = false;             ///< false: a later message may change it
  bool maybe_repeated = false;       ///< some of it may have been heard twice, after a reconnect
  bool recovered = false;            ///< a lost link had swallowed it: see `transcript::recovered`
  transcript_utterance utterance{};  ///< the newest text, with its times, channel and language
  /// By target language.
  std::map<language_code, transcript_utterance> translations{};

  /// The text without the spaces around it. Valid until the line changes.
  [[nodiscard]] std::string_view text() const noexcept;
};

/// A live transcript: one line for each utterance, whatever partials and finals arrive.
///
/// ```
/// view.add(event);   // each one that the session gives
/// std::cout << view.text() << '\n';
/// ```
///
/// A newer partial replaces an older one, and the final replaces them all and stays. Lines are told
/// apart by utterance id and channel. No text is ever dropped for looking like a repetition: after
/// a reconnect it is marked instead (`maybe_repeated`), if the view is given the `connected` events
/// too. Where a server starts its ids again, what begins after the end of a finished line is a new
/// one.
///
/// What a lost link swallowed becomes a line of its own (`recovered`): from recovered transcripts,
/// and, where the view was given the `disconnected` events, from what the server sums up. A
/// finished line is never replaced by one.
///
/// Thread safety: as a value; one thread at a time.
class transcript_view {
 public:
  /// \param max_lines How many lines are kept; the oldest go first. 0: all.
  explicit transcript_view(std::size_t max_lines = 0);
  transcript_view(transcript_view const& other);
  /// One that was moved from is empty, and can be used.
  transcript_view(transcript_view&& other) noexcept;
  transcript_view& operator=(transcript_view const& other);
  /// One that was moved from is empty, and can be used.
  transcript_view& operator=(transcript_view&& other) noexcept;
  ~transcript_view();

  /// Folds a partial or final transcript in.
  ///
  /// \return The line that changed, or null if none did: a partial that came after its final, or a
  ///   line older than all that are kept. Valid until the next change.
  ///   A recovered one changes nothing where a finished line has its text.
  transcript_line const* add(transcript const& message);

  /// Adds a translation to its line.
  ///
  /// Where the line is not known, as when finals are switched off, it is made from the original
  /// that comes with the translation.
  /// \return As above; null for a translation that failed.
  transcript_line const* add(translation_message const& message);

  /// Folds in what the server sums up: only what is missing where a link was lost.
  ///
  /// \return The last line that was added, or null. Valid until the next change.
  transcript_line const* add(post_transcript const& message);
  /// \copydoc add(post_transcript const&)
  transcript_line const* add(post_final_transcript const& message);

  /// Folds in a `live_message` or an `event`, whatever it is. Give it all of a session's events:
  /// of `connected` and `disconnected` it learns which text may be a repetition, or missing.
  ///
  /// \return As above; null for what has no text.
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

  /// Notes that audio may be heard twice. Text that arrives from now on and lies in this stretch,
  /// or reaches into it, is marked `maybe_repeated`. Not needed where the view gets `connected`
  /// events.
  ///
  /// \param from Where it starts, in seconds as transcripts have them: `connected::repeated_from`.
  /// \param to Where it ends, exclusive: `connected::repeated_to`.
  void mark_repeated(double from, double to);

  /// All lines, ordered by their start. Valid until the next change.
  [[nodiscard]] std::vector<transcript_line> const& lines() const noexcept { return lines_; }

  /// The whole text: all lines that are not empty, without the spaces around them.
  ///
  /// \param separator Stands between two lines.
  [[nodiscard]] std::string text(std::string_view separator = " ") const;

  /// The final utterances, ordered by their start: what subtitles are made of.
  ///
  /// \param translated_to Where given, their translations to this language, as far as there are
  ///   any.
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
