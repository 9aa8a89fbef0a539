#pragma once

#include <gladia/live/detail/word_line.hpp>

#include <type_traits>
#include <utility>
#include <variant>

namespace gladia::live::detail {

/// The approximate size in bytes of a message with these words.
inline std::size_t size_of(transcript_utterance const& u) noexcept {
  constexpr std::size_t word = 80;
  return u.text.size() + word * u.words.size();
}
inline std::size_t size_of(transcript const& t) noexcept {
  return size_of(t.data.utterance);
}
inline std::size_t size_of(translation_message const& m) noexcept {
  return m.data ? size_of(m.data->translated_utterance) : 0;
}
template <class Message>
std::size_t size_of(Message const&) noexcept {
  return 0;
}

/// A ledger that looks for missing finals if finals are asked for and delivered; else one that is
/// off.
inline word_ledger make_word_ledger(live_request const& request, session_options const& options) {
  auto const finals = request.messages_config.receive_final_transcripts.value_or(true);
  if (!finals || options.events != event_selection::all) return word_ledger();
  word_ledger::settings asked;
  asked.channels = request.audio.channels;
  auto const& addons = request.realtime_processing;
  if (request.messages_config.receive_realtime_processing_events.value_or(true)) {
    asked.named_entities = addons.named_entity_recognition.value_or(false);
    asked.sentiments = addons.sentiment_analysis.value_or(false);
    if (addons.translation.value_or(false)) {
      for (auto const& language : addons.translation_config.target_languages) {
        asked.target_languages.push_back(language.code);
      }
    }
  }
  return word_ledger(std::move(asked));
}

/// Whether a message that cannot be read may have been a transcript.
inline bool may_be_transcript(malformed_message const& m) noexcept {
  return m.type.empty() || m.type == "transcript";
}

GLADIA_DECL word_line::word_line(live_request const& request, session_options const& options,
                                 audio_line& audio, event_line& events)
    : wants_acknowledgements_(request.messages_config.receive_acknowledgments.value_or(false)),
      wants_post_processing_(request.messages_config.receive_post_processing_events.value_or(true)),
      audio_(audio),
      events_(events),
      words_(make_word_ledger(request, options)) {
  how_.keep_raw = options.keep_raw;
  how_.max_size = options.max_message;
  // If partials are not asked for, every transcript is a final.
  how_.unmarked_is_final = !request.messages_config.receive_partial_transcripts.value_or(false);
}

GLADIA_DECL live_message word_line::read(std::string_view text) const {
  return codec::decode_message(text, how_);
}

GLADIA_DECL void word_line::push(event&& e, std::size_t text_size) {
  events_.push(std::move(e), text_size, [this](event const& dropped) {
    auto const* t = std::get_if<transcript>(&dropped);
    if (t && t->data.is_final) words_.take_back(t->data);
  });
}

GLADIA_DECL void word_line::on_message(live_message&& message, std::size_t text_size,
                                       bool is_stop_written) {
  std::visit(
      [&](auto& m) {
        using M = std::decay_t<decltype(m)>;
        if constexpr (std::is_same_v<M, transcript>) {
          return take(m, text_size);
        } else if constexpr (std::is_same_v<M, translation_message> ||
                             std::is_same_v<M, named_entity_recognition_message> ||
                             std::is_same_v<M, sentiment_analysis_message>) {
          if (!words_.on_addon(m, audio_.heard_until())) return;
        } else if constexpr (std::is_same_v<M, audio_chunk_ack> ||
                             std::is_same_v<M, stop_recording_ack>) {
          // Acknowledgements that the user did not ask for would only fill the queue.
          if (!wants_acknowledgements_) return;
        } else if constexpr (std::is_same_v<M, malformed_message>) {
          if (may_be_transcript(m)) open_gap();
        } else if constexpr (std::is_same_v<M, post_transcript>) {
          recover(m.data, {is_stop_written, false, m.envelope.unreadable.empty()});
          if (!wants_post_processing_) return;
        } else if constexpr (std::is_same_v<M, post_final_transcript>) {
          recover(m.data, {is_stop_written, audio_.is_all(m.data.metadata.audio_duration),
                           m.envelope.unreadable.empty()});
          if (!wants_post_processing_) return;
        } else if constexpr (std::is_same_v<M, post_summarization> ||
                             std::is_same_v<M, post_chapterization>) {
          if (!wants_post_processing_) return;
        }
        push(std::move(m), text_size);
      },
      message);
}

GLADIA_DECL void word_line::take(transcript& t, std::size_t text_size) {
  measure(t);
  if (t.data.is_final && !words_.on_final(t.data, audio_.heard_until())) return count();
  push(std::move(t), text_size);
}

GLADIA_DECL void word_line::measure(transcript const& t) {
  // Utterances of several channels alternate; an impossible channel does no harm.
  auto const channel = static_cast<unsigned>(t.data.utterance.channel) % partial_ids_.size();
  auto& partial_id = partial_ids_[channel];
  if (!t.data.is_final) {
    if (t.data.id == partial_id) return;
    partial_id = t.data.id;
  }
  audio_.measure(t, std::chrono::steady_clock::now());
}

// Words that a lost link swallowed.

template <class Message>
void word_line::push_recovered(Message& message) {
  auto const size = size_of(message);
  push(std::move(message), size);
}

GLADIA_DECL void word_line::recover(transcription_result const& all,
                                    word_ledger::source const& from) {
  auto found = words_.recover(all, from);
  count();
  for (auto& message : found) push_recovered(message);
}

GLADIA_DECL void word_line::recover(live_result const& all, word_ledger::source const& from) {
  if (all.transcription) recover(*all.transcription, from);
  if (!all.translation || !all.translation->results) return;
  for (auto& message : words_.recover(*all.translation->results, from.is_certain)) {
    push_recovered(message);
  }
}

GLADIA_DECL void word_line::on_job(live_job const& job, bool is_stop_written) {
  if (!job.result) return;
  word_ledger::source const whole{
      is_stop_written, audio_.is_all(job.result->metadata.audio_duration), job.unreadable.empty()};
  auto from = whole;
  std::vector<live_message> messages;
  if (words_.is_open()) {
    for (auto const& text : job.result->messages) {
      messages.push_back(read(text));
      if (auto const* unread = std::get_if<malformed_message>(&messages.back())) {
        if (may_be_transcript(*unread)) from.is_certain = false;
      } else if (auto const* t = std::get_if<transcript>(&messages.back())) {
        if (!t->envelope.unreadable.empty()) from.is_certain = false;
      }
    }
  }
  auto found = words_.recover(std::move(messages), from);
  count();
  for (auto& message : found) {
    std::visit([this](auto& m) { push_recovered(m); }, message);
  }
  recover(*job.result, whole);
}

GLADIA_DECL void word_line::count() {
  audio_.count_finals(words_.recovered(), words_.withheld());
}

GLADIA_DECL time_span word_line::unknown_hull() const {
  return words_.unknown_hull(audio_.heard_until());
}

GLADIA_DECL std::vector<time_span> word_line::unknown(bool is_all_sent, bool was_connected) {
  auto const end = is_all_sent ? audio_.heard_until() : audio_.all_until();
  if (!was_connected && end > 0) words_.open_gap(0);
  return words_.is_open() ? words_.unknown(end) : std::vector<time_span>();
}

}  // namespace gladia::live::detail
