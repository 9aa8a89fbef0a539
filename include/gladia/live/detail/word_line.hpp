#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <gladia/codec/decode.hpp>
#include <gladia/config.hpp>
#include <gladia/live/detail/audio_line.hpp>
#include <gladia/live/detail/event_line.hpp>
#include <gladia/live/detail/word_ledger.hpp>
#include <gladia/live/options.hpp>
#include <gladia/live/summary.hpp>
#include <gladia/model/live_job.hpp>
#include <gladia/model/live_message.hpp>
#include <gladia/model/live_request.hpp>

namespace gladia::live::detail {

/// The server's messages, from their text to the user's events. Delivers each word once, and takes
/// the words that a lost link swallowed from the server's summing-up or from the job.
///
/// Used on the strand only.
class word_line {
 public:
  word_line(live_request const& request, session_options const& options, audio_line& audio,
            event_line& events);

  /// Reads a message as this session's options ask.
  [[nodiscard]] live_message read(std::string_view text) const;

  /// Delivers a message, unless the user already has it or did not ask for it.
  /// \param text_size        bytes of its text
  /// \param is_stop_written  whether the server was told that no more audio comes
  void on_message(live_message&& message, std::size_t text_size, bool is_stop_written);
  /// Delivers the messages of the job that did not arrive.
  void on_job(live_job const& job, bool is_stop_written);
  /// Delivers an event of the session itself.
  void push(event&& e, std::size_t text_size = 0);

  /// A link was lost, or its messages could not be read: words may be missing from now on.
  void open_gap() { words_.open_gap(audio_.heard_until()); }
  /// A link opened, or more is known of what the server may have heard.
  void on_heard() { words_.on_heard_until(audio_.heard_until()); }
  /// The server hears the audio of the span `again` twice: then, and again directly after it.
  void on_repeat(time_span again) { words_.on_repeat(again.from, again.to - again.from); }

  /// Whether finals are asked for and delivered, so that missing ones are looked for.
  [[nodiscard]] bool is_on() const noexcept { return words_.is_on(); }
  /// Whether words may be missing.
  [[nodiscard]] bool is_open() const noexcept { return words_.is_open(); }
  [[nodiscard]] bool misses_addons() const noexcept { return words_.misses_addons(); }
  /// The span in which words may be missing, as far as is known now.
  [[nodiscard]] time_span unknown_hull() const;
  /// Where words may be missing at the end of the session, including audio that was never sent.
  [[nodiscard]] std::vector<time_span> unknown(bool is_all_sent, bool was_connected);

 private:
  void take(transcript& t, std::size_t text_size);
  void recover(transcription_result const& all, word_ledger::source const& from);
  void recover(live_result const& all, word_ledger::source const& from);
  template <class Message>
  void push_recovered(Message& message);
  void measure(transcript const& t);
  void count();

  codec::decode_options how_;
  bool wants_acknowledgements_;
  bool wants_post_processing_;
  audio_line& audio_;
  event_line& events_;
  word_ledger words_;
  // For each channel, the utterance whose first partial was measured.
  std::array<std::string, max_channels> partial_ids_;
};

}  // namespace gladia::live::detail

#ifdef GLADIA_HEADER_ONLY
#include <gladia/live/impl/word_line.ipp>
#endif
