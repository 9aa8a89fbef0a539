#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gladia/model/live_message.hpp>
#include <gladia/testing/impl/heard_line.ipp>
#include <gladia/testing/impl/recogniser.ipp>
#include <gladia/testing/impl/samples.ipp>
#include <gladia/testing/impl/script.ipp>
#include <gladia/testing/impl/speech_detector.ipp>

namespace gladia::testing::detail {

/// The bodies of the messages about what was heard.
struct speech_began {
  speech_data data{};
};
struct speech_ended {
  speech_data data{};
};
struct recognition_done {};  ///< the recogniser has finished an utterance
using heard = std::variant<speech_began, speech_ended, transcript_data, recognition_done>;

struct transcriber_settings {
  audio_format format{};
  detector_settings detector{};
  bool wants_partials = false;
  std::string language = "en";  ///< of script lines that name none
};

/// Transcribes the audio of one session, in order.
///
/// Words come from the script if there is one; otherwise from the recogniser if there is one;
/// otherwise there are none.
class transcriber : public std::enable_shared_from_this<transcriber> {
 public:
  /// \param post Runs a function on the session's thread; called on the recogniser's thread.
  transcriber(transcriber_settings settings, detail::script const& script, recogniser* words,
              std::function<void(std::function<void()>)> post, std::function<void(heard)> emit)
      : settings_(std::move(settings)),
        script_(script),
        recogniser_(script.empty() ? words : nullptr),
        post_(std::move(post)),
        emit_(std::move(emit)),
        reader_(settings_.format) {
    for (auto const& line : script.timed) {
      timed_.push_back(state_of(line));
    }
    for (int i = 0; i < settings_.format.channels; ++i) channels_.emplace_back(settings_.detector);
  }

  void feed(std::string_view audio) { feed(audio, bytes_); }
  /// \param position Offset of the audio in the client's audio, in bytes; for lines with times.
  void feed(std::string_view audio, std::uint64_t position) {
    bytes_ += audio.size();
    reader_.feed(audio, [this](int channel, std::vector<std::int16_t> const& samples) {
      listen(channel, samples);
    });
    hear_timed_lines(position, audio.size());
  }

  /// The audio is over: ends the open utterances.
  void finish() {
    for (auto& channel : channels_) {
      if (channel.detector.speaking()) end_speech(index_of(channel));
    }
    for (std::size_t i = 0; i < timed_.size(); ++i) {
      auto const& line = timed_[i].line;
      if (line.is_open()) say(i, seconds(bytes_ + line.rest()));
    }
  }

  /// Whether everything that was said has been reported.
  [[nodiscard]] bool is_idle() const noexcept { return recognising_ == 0; }
  /// The number of utterances that are begun and not yet recognised.
  [[nodiscard]] std::size_t unrecognised() const noexcept { return recognising_; }
  /// Seconds of audio heard.
  [[nodiscard]] double duration() const { return seconds(bytes_); }
  /// Seconds from the start of the audio to the end of the last speech.
  [[nodiscard]] double last_speech() const noexcept { return last_speech_; }

 private:
  [[nodiscard]] double seconds(std::uint64_t bytes) const {
    return static_cast<double>(bytes) / static_cast<double>(settings_.format.bytes_per_second());
  }

  struct channel_state {
    explicit channel_state(detector_settings const& settings) : detector(settings) {}
    speech_detector detector;
    std::vector<std::int16_t> samples{};  // not yet looked at
    std::deque<std::int16_t> lead{};      // the samples just before
    int utterances = 0;
    std::string id{};                  // of the open utterance
    std::string line{};                // of the script, for the open utterance
    std::size_t shown = 0;             // words of it in the last partial
    std::shared_ptr<spoken> speech{};  // of the open utterance
  };

  /// Recognition begins this many samples before the step in which speech is noticed.
  static constexpr std::size_t lead_samples = analysis_rate / 4;
  /// How fast a script's words appear in partials.
  static constexpr double seconds_per_word = 0.3;

  int index_of(channel_state const& channel) const {
    return static_cast<int>(&channel - channels_.data());
  }
  channel_state& at(int channel) { return channels_[static_cast<std::size_t>(channel)]; }

  std::string next_id(int channel) {
    char id[24];
    std::snprintf(id, sizeof id, "%02d_%08d", channel, at(channel).utterances++);
    return id;
  }

  void listen(int channel, std::vector<std::int16_t> const& samples) {
    auto& state = at(channel);
    state.samples.insert(state.samples.end(), samples.begin(), samples.end());
    std::size_t used = 0;
    for (; state.samples.size() - used >= speech_detector::step; used += speech_detector::step) {
      step(channel, state.samples.data() + used);
    }
    state.samples.erase(state.samples.begin(),
                        state.samples.begin() + static_cast<std::ptrdiff_t>(used));
  }

  void step(int channel, std::int16_t const* samples) {
    auto& state = at(channel);
    auto const utterance_start = state.detector.start();
    auto const change = state.detector.feed(samples);
    if (change == speech_detector::change::start) start_speech(channel);
    if (state.speech) recogniser_->add(*state.speech, samples, speech_detector::step);
    if (change == speech_detector::change::end) end_speech(channel);
    if (change == speech_detector::change::cut) {
      end_utterance(channel, utterance_start, state.detector.start());
      begin_utterance(channel, state.detector.start());
    }
    if (state.detector.speaking()) {
      last_speech_ = state.detector.end();
      show_line(channel);
    }
    state.lead.insert(state.lead.end(), samples, samples + speech_detector::step);
    while (state.lead.size() > lead_samples) state.lead.pop_front();
  }

  void start_speech(int channel) {
    auto& state = at(channel);
    emit_(speech_began{{state.detector.start(), channel}});
    auto const lead = static_cast<double>(state.lead.size()) / analysis_rate;
    // `lead` holds the steps before the one in which speech was noticed.
    auto const noticed = state.detector.end() - double{speech_detector::step} / analysis_rate;
    begin_utterance(channel, noticed - lead);
    if (state.speech) {
      std::vector<std::int16_t> const samples(state.lead.begin(), state.lead.end());
      recogniser_->add(*state.speech, samples.data(), samples.size());
    }
  }

  void end_speech(int channel) {
    auto& state = at(channel);
    emit_(speech_ended{{state.detector.end(), channel}});
    end_utterance(channel, state.detector.start(), state.detector.end());
  }

  /// \param offset Where the recogniser's samples begin.
  void begin_utterance(int channel, double offset) {
    auto& state = at(channel);
    if (next_line_ < script_.lines.size()) {
      state.line = script_.lines[next_line_++];
      state.shown = 0;
      state.id = next_id(channel);
    }
    if (!recogniser_) return;
    state.id = next_id(channel);
    ++recognising_;
    state.speech = recogniser_->begin(
        settings_.wants_partials, [weak = weak_from_this(), post = post_, id = state.id, channel,
                                   offset](std::vector<recognised_word> words, bool is_final) {
          post([weak, id, channel, offset, is_final, words = std::move(words)] {
            if (auto self = weak.lock()) self->recognised(id, channel, offset, words, is_final);
          });
        });
  }

  void end_utterance(int channel, double start, double end) {
    auto& state = at(channel);
    if (!state.line.empty()) {
      emit_(transcript_data{state.id, true,
                            lay_out(state.line, start, end, channel, settings_.language)});
      state.line.clear();
    }
    if (state.speech) recogniser_->complete(*state.speech);
    state.speech = nullptr;
  }

  // A partial of a script's line: its first words, but not all of them.
  void show_line(int channel) {
    auto& state = at(channel);
    if (!settings_.wants_partials || state.line.empty()) return;
    auto const words = words_of(state.line);
    auto const start = state.detector.start();
    auto const now = state.detector.end();
    auto const count =
        std::min(static_cast<std::size_t>((now - start) / seconds_per_word), words.size() - 1);
    if (count <= state.shown) return;
    state.shown = count;
    emit_(transcript_data{state.id, false, first_words(words, count, start, now, channel, {})});
  }

  transcript_utterance first_words(std::vector<std::string_view> const& words, std::size_t count,
                                   double start, double end, int channel,
                                   std::string language) const {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += " " + std::string(words[i]);
    if (language.empty()) language = settings_.language;
    return lay_out(text, start, end, channel, std::move(language));
  }

  void recognised(std::string const& id, int channel, double offset,
                  std::vector<recognised_word> const& words, bool is_final) {
    if (is_final) --recognising_;
    transcript_utterance utterance;
    utterance.channel = channel;
    utterance.language = "en";
    for (auto const& word : words) {
      transcript_word placed;
      placed.word = " " + word.text;
      placed.start = in_thousandths(std::max(0.0, offset + word.start));
      placed.end = in_thousandths(std::max(0.0, offset + word.end));
      placed.confidence = in_thousandths(word.confidence);
      utterance.text += placed.word;
      utterance.confidence += word.confidence / static_cast<double>(words.size());
      utterance.words.push_back(std::move(placed));
    }
    utterance.confidence = in_thousandths(utterance.confidence);
    if (!words.empty()) {
      utterance.start = utterance.words.front().start;
      utterance.end = utterance.words.back().end;
      emit_(transcript_data{id, is_final, std::move(utterance)});
    }
    if (is_final) emit_(recognition_done{});
  }

  struct timed_state {
    heard_line line;
    std::string id{};       // of the open utterance
    std::size_t shown = 0;  // words of it in the last partial
  };

  [[nodiscard]] timed_state state_of(timed_line const& line) const {
    auto const rate = static_cast<double>(settings_.format.bytes_per_second());
    auto const byte_at = [rate](double time) {
      return static_cast<std::uint64_t>(std::llround(time * rate));
    };
    auto const begin = byte_at(line.start);
    return {heard_line(begin, std::max(begin + 1, byte_at(line.end)))};
  }

  // A line with times becomes a final as soon as it was heard to its end.
  void hear_timed_lines(std::uint64_t position, std::uint64_t size) {
    auto const before = bytes_ - size;
    for (std::size_t i = 0; i < timed_.size(); ++i) {
      auto const& line = script_.timed[i];
      auto& [state, id, shown] = timed_[i];
      if (line.channel >= settings_.format.channels) continue;
      bool const was_open = state.is_open();
      bool const is_whole = state.feed(position, size, before);
      if (!was_open && (is_whole || state.is_open())) {
        id = next_id(line.channel);
        shown = 0;
      }
      if (is_whole) say(i, seconds(state.ended()));
      if (!state.is_open()) continue;
      last_speech_ = duration();
      show(i);
    }
  }

  void say(std::size_t index, double end) {
    auto const& line = script_.timed[index];
    auto const& state = timed_[index];
    last_speech_ = std::max(last_speech_, std::min(end, duration()));
    emit_(transcript_data{
        state.id, true,
        lay_out(line.text, seconds(state.line.started()), end, line.channel, language_of(line))});
  }

  // A partial of an open line.
  void show(std::size_t index) {
    auto const& line = script_.timed[index];
    auto& [state, id, shown] = timed_[index];
    if (!settings_.wants_partials) return;
    auto const words = words_of(line.text);
    auto const count =
        std::min(static_cast<std::size_t>(state.share() * static_cast<double>(words.size())),
                 words.size() - 1);
    if (count <= shown) return;
    shown = count;
    emit_(transcript_data{id, false,
                          first_words(words, count, seconds(state.started()), duration(),
                                      line.channel, language_of(line))});
  }

  std::string language_of(timed_line const& line) const {
    return line.language.empty() ? settings_.language : line.language;
  }

  transcriber_settings settings_;
  detail::script const& script_;
  recogniser* recogniser_;
  std::function<void(std::function<void()>)> post_;
  std::function<void(heard)> emit_;
  sample_reader reader_;
  std::vector<channel_state> channels_{};
  std::vector<timed_state> timed_{};  // for each line of the script
  std::size_t next_line_ = 0;
  std::size_t recognising_ = 0;
  std::uint64_t bytes_ = 0;
  double last_speech_ = 0;
};

}  // namespace gladia::testing::detail
