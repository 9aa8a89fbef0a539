#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include <gladia/detail/stable_sort.hpp>
#include <gladia/live/detail/addon_lines.hpp>
#include <gladia/live/detail/missing_words.hpp>
#include <gladia/live/detail/spoken_line.hpp>
#include <gladia/live/detail/word_times.hpp>
#include <gladia/live/summary.hpp>
#include <gladia/model/live_message.hpp>
#include <gladia/model/live_result.hpp>

namespace gladia::live::detail {

/// Knows which final transcripts were delivered and where some may be missing, and finds the
/// missing ones in the server's summing-up.
///
/// Pure: its caller says what happened to messages and links. Nothing is compared before a link was
/// lost. Only times, channels and known ids decide; text, language and confidence never do, because
/// a summing-up may respell. ADR 14 says why each rule is as it is.
class word_ledger {
 public:
  struct settings {
    int channels = 1;
    std::vector<std::string> target_languages{};  ///< of translations asked for
    bool named_entities = false;                  ///< whether they are asked for
    bool sentiments = false;                      ///< whether they are asked for
  };

  /// How much a summing-up tells.
  struct source {
    bool is_last = false;    ///< no later summing-up will come
    bool is_of_all = false;  ///< it covers all audio for certain, not only that of the last link
    bool is_certain = true;  ///< all of it could be read
  };

  /// A ledger that is off: it delivers every message, and never misses any.
  word_ledger() = default;

  explicit word_ledger(settings asked) : is_on_(true) {
    auto const channels = static_cast<std::size_t>(std::max(asked.channels, 1));
    finals_.resize(channels);
    for (auto& language : asked.target_languages) {
      addons_.push_back({addon_kind::translation, std::move(language), lines(channels)});
    }
    if (asked.named_entities) addons_.push_back({addon_kind::named_entities, {}, lines(channels)});
    if (asked.sentiments) addons_.push_back({addon_kind::sentiments, {}, lines(channels)});
  }

  [[nodiscard]] bool is_on() const noexcept { return is_on_; }
  /// Whether a link was lost, or a transcript could not be read.
  [[nodiscard]] bool was_lost() const noexcept { return was_lost_; }

  // What happens to links.

  /// The link was lost, or brought a transcript that cannot be read.
  ///
  /// \param now  until when the server can have heard audio, in seconds of its own time
  void open_gap(double now) {
    if (!is_on_) return;
    was_lost_ = true;
    heard_until_ = now;
    for (auto& line : finals_) line.open_gap(now);
    for (auto& addon : addons_) {
      for (auto& line : addon.by_channel) line.open_gap(now);
    }
  }

  /// A link opened, or more is known of the audio that is replayed on it. A final that ends after
  /// `heard_until` can only come from this link.
  void on_heard_until(double heard_until) noexcept { heard_until_ = heard_until; }

  /// The audio from `from` on is heard again, `shift` seconds later.
  void on_repeat(double from, double shift) {
    if (is_on_) missing_.on_repeat(from, shift);
  }

  // What happens to messages.

  /// A final transcript arrived. Returns whether to deliver it: false if the user has its text.
  ///
  /// \param now  as for `open_gap`
  [[nodiscard]] bool on_final(transcript_data const& data, double now) {
    if (!is_on_) return true;
    auto& line = line_of(finals_, data.utterance.channel);
    auto const when = span_of(data.utterance);
    if (spoken_line::is_timed(when) &&
        (line.has(data.id, when) || (was_lost_ && was_recovered(line, data.utterance)))) {
      missing_.withhold();
      return false;
    }
    line.add(data.id, when, now, heard_until_);
    return true;
  }

  /// An add-on of an utterance arrived. Returns whether to deliver it.
  template <class Message>
  [[nodiscard]] bool on_addon(Message const& message, double now) {
    auto* line = message.data && !addons_.empty() ? addon_line(message) : nullptr;
    if (line == nullptr) return true;
    auto const when = addon_time(message);
    auto const& id = message.data->utterance_id;
    if (was_lost_ && spoken_line::is_timed(when) && line->has(id, when)) return false;
    line->add(id, when, now, heard_until_);
    return true;
  }

  /// A final transcript that `on_final` let pass was dropped before it was delivered.
  void take_back(transcript_data const& data) {
    if (!is_on_) return;
    line_of(finals_, data.utterance.channel).take_back(data.id, span_of(data.utterance));
  }

  /// A final transcript that was recovered elsewhere is delivered.
  void add_recovered(transcript_data const& data) {
    auto const when = span_of(data.utterance);
    auto& line = line_of(finals_, data.utterance.channel);
    if (!line.has(data.id, when)) line.add_recovered(data.id, when);
  }

  // What the server sums up.

  /// The missing transcripts that `all` holds, in order of time. Closes the gaps that `all` is
  /// believed to cover.
  [[nodiscard]] std::vector<transcript> recover(transcription_result const& all,
                                                source const& from) {
    if (!is_open() || !holds_transcription(all)) return {};
    auto const unit = unit_of(all);
    std::vector<transcript> found;
    unclear_texts unclear;
    for (std::size_t channel = 0; channel < finals_.size(); ++channel) {
      auto& line = finals_[channel];
      if (!line.is_comparable()) {
        unclear.push_back({channel, {0, spoken_line::endless}});
        continue;
      }
      auto const said = line.said_in(unit);
      for (auto const& utterance : all.utterances) {
        if (index_of(finals_, utterance.channel) != channel) continue;
        auto outcome = missing_.find(line, said, utterance, unit);
        if (outcome.is_unclear) unclear.push_back({channel, span_or_all(utterance)});
        for (auto& piece : outcome.pieces) {
          found.push_back(as_recovered(std::move(piece)));
          remember(found.back().data);
        }
      }
    }
    close_gaps(all.utterances, unclear, from);
    sort_by_time(found);
    return found;
  }

  /// The missing translations that `all` holds. If all of it could be read, closes their gaps on
  /// channels of which no final is missing.
  [[nodiscard]] std::vector<translation_message> recover(std::vector<translation_result> const& all,
                                                         bool is_certain = true) {
    std::vector<translation_message> found;
    for (auto& addon : addons_) {
      if (addon.kind != addon_kind::translation || !has_gap(addon.by_channel)) continue;
      for (auto const& result : all) {
        if (result.error || !is_in(result.transcription, addon.language)) continue;
        for (auto& message : missing_translations(addon, result.transcription)) {
          found.push_back(std::move(message));
        }
        if (is_certain) close_addon_gaps(addon);
      }
    }
    return found;
  }

  /// The missing final transcripts and add-ons among the messages of the job, in their order.
  /// Returns nothing, and closes no gap, if the messages hold no final.
  [[nodiscard]] std::vector<live_message> recover(std::vector<live_message> all, source from) {
    std::vector<live_message> found;
    if (!is_open() || std::none_of(all.begin(), all.end(), is_final)) return found;
    std::vector<transcript_utterance> finals;
    for (auto& message : all) {
      if (is_final(message)) finals.push_back(std::get<transcript>(message).data.utterance);
      if (is_missing(message)) found.push_back(std::move(message));
    }
    close_gaps(finals, {}, from);
    if (!from.is_certain) return found;
    for (auto& addon : addons_) close_addon_gaps(addon);
    return found;
  }

  // What is not known.

  /// Whether a final transcript may be missing.
  [[nodiscard]] bool is_open() const noexcept { return has_gap(finals_); }
  /// Whether add-ons that were asked for may be missing.
  [[nodiscard]] bool misses_addons() const noexcept {
    return std::any_of(addons_.begin(), addons_.end(),
                       [](auto const& addon) { return has_gap(addon.by_channel); });
  }

  /// Where final transcripts may be missing, rounded outwards to milliseconds.
  ///
  /// \param end  until when there is audio, in seconds
  [[nodiscard]] std::vector<time_span> unknown(double end) const {
    std::vector<time_span> spans;
    for (auto const& line : finals_) {
      for (auto const& gap : line.gaps()) spans.push_back(rounded(gap, end));
    }
    return merged(std::move(spans));
  }
  /// The hull of all gaps; empty if there is none.
  [[nodiscard]] time_span unknown_hull(double end) const {
    auto const spans = unknown(end);
    return spans.empty() ? time_span{} : time_span{spans.front().from, spans.back().to};
  }

  /// How many transcripts were delivered as recovered.
  [[nodiscard]] std::uint64_t recovered() const noexcept { return recovered_; }
  /// How many transcripts were not delivered because the user already has their text.
  [[nodiscard]] std::uint64_t withheld() const noexcept { return missing_.withheld(); }

 private:
  using lines = std::vector<spoken_line>;

  /// A text that was delivered in part, and cannot be divided.
  struct unclear_text {
    std::size_t channel;
    time_span when;
  };
  using unclear_texts = std::vector<unclear_text>;

  // Impossible channels share the last line.
  template <class Lines>
  static std::size_t index_of(Lines const& of, int channel) noexcept {
    auto const index = static_cast<std::size_t>(std::max(channel, 0));
    return std::min(index, of.size() - 1);
  }
  static spoken_line& line_of(lines& of, int channel) noexcept { return of[index_of(of, channel)]; }
  static bool has_gap(lines const& of) noexcept {
    return std::any_of(of.begin(), of.end(), [](auto const& line) { return !line.gaps().empty(); });
  }

  template <class Message>
  spoken_line* addon_line(Message const& message) {
    for (auto& addon : addons_) {
      if (addon.kind != kind_of(message) || addon.language != language_of(message)) continue;
      return &line_of(addon.by_channel, message.data->utterance.channel);
    }
    return nullptr;
  }

  // Summings-up.

  /// Whether `all` holds a transcription. An empty one counts if no final was delivered either.
  bool holds_transcription(transcription_result const& all) const {
    auto const is_timed = [](auto const& u) { return spoken_line::is_timed(span_of(u)); };
    if (std::any_of(all.utterances.begin(), all.utterances.end(), is_timed)) return true;
    return all.utterances.empty() && all.full_transcript.empty() &&
           std::none_of(finals_.begin(), finals_.end(),
                        [](auto const& line) { return line.has_delivered(); });
  }

  /// Closes the gaps that `all` is believed to cover: nothing in it is unclear, and it has the text
  /// from before the loss of the link, or covers all audio if there was no such text.
  void close_gaps(std::vector<transcript_utterance> const& all, unclear_texts const& unclear,
                  source const& from) {
    if (!from.is_last || !from.is_certain) return;
    auto const touches = [](time_span a, time_span b) {
      constexpr double slack = 0.5;  // for rounded times
      return a.from <= b.to + slack && a.to >= b.from - slack;
    };
    for (std::size_t channel = 0; channel < finals_.size(); ++channel) {
      auto const is_from_before = [&](spoken_line::gap const& gap,
                                      transcript_utterance const& said) {
        if (index_of(finals_, said.channel) != channel) return false;
        auto const when = span_of(said);
        return gap.witness ? touches(when, *gap.witness)
                           : when.to <= gap.lost_at && gap.where.from <= when.to;
      };
      auto const is_told = [&](spoken_line::gap const& gap) {
        if (from.is_of_all && !gap.witness) return true;
        return std::any_of(all.begin(), all.end(),
                           [&](auto const& said) { return is_from_before(gap, said); });
      };
      auto const is_clear = [&](spoken_line::gap const& gap) {
        return std::none_of(unclear.begin(), unclear.end(), [&](unclear_text const& one) {
          return one.channel == channel && touches(one.when, gap.where);
        });
      };
      finals_[channel].close_gaps([&](auto const& gap) { return is_told(gap) && is_clear(gap); });
    }
  }

  // Add-ons.

  std::vector<translation_message> missing_translations(addon_lines& addon,
                                                        transcription_result const& translated) {
    std::vector<translation_message> found;
    auto const unit = unit_of(translated);
    for (std::size_t channel = 0; channel < addon.by_channel.size(); ++channel) {
      auto& line = addon.by_channel[channel];
      auto const said = line.said_in(unit);
      for (auto const& utterance : translated.utterances) {
        if (index_of(finals_, utterance.channel) != channel) continue;
        for (auto& piece : missing_.find(line, said, utterance, unit).pieces) {
          // The translation of a repeat that was not delivered is not delivered either.
          if (!finals_[channel].has_said(middle_of(span_of(piece)))) continue;
          found.push_back(translation_of(std::move(piece), finals_[channel], addon.language));
        }
      }
    }
    for (auto const& message : found) {
      line_of(addon.by_channel, message.data->utterance.channel)
          .add_recovered(message.data->utterance_id, addon_time(message));
    }
    return found;
  }

  /// On channels of which no final is missing, the summing-up told of the add-ons too.
  void close_addon_gaps(addon_lines& addon) {
    for (std::size_t channel = 0; channel < finals_.size(); ++channel) {
      if (!finals_[channel].gaps().empty()) continue;
      addon.by_channel[channel].close_gaps([](auto const&) { return true; });
    }
  }

  // Messages of a job.

  static bool is_final(live_message const& message) {
    auto const* t = std::get_if<transcript>(&message);
    return t && t->data.is_final;
  }

  /// Whether the user lacks this message of the job. If so, marks it as recovered.
  bool is_missing(live_message& message) {
    return std::visit(
        [this](auto& m) {
          using type = std::decay_t<decltype(m)>;
          if constexpr (std::is_same_v<type, transcript>) {
            return m.data.is_final && is_missing_final(m);
          } else if constexpr (std::is_same_v<type, translation_message> ||
                               std::is_same_v<type, named_entity_recognition_message> ||
                               std::is_same_v<type, sentiment_analysis_message>) {
            return is_missing_addon(m);
          } else {
            return false;
          }
        },
        message);
  }

  bool is_missing_final(transcript& t) {
    auto& line = line_of(finals_, t.data.utterance.channel);
    auto const when = span_of(t.data.utterance);
    if (line.has(t.data.id, when)) return false;
    if (line.is_comparable() && spoken_line::is_timed(when)) {
      if (!line.touches_gap(when) || line.has_said(middle_of(when))) return false;
      if (was_recovered(line, t.data.utterance)) return false;
      if (missing_.was_delivered_otherwise(line, when)) {
        missing_.withhold();
        return false;
      }
    }
    t.recovered = true;
    remember(t.data);
    return true;
  }

  template <class Message>
  bool is_missing_addon(Message& message) {
    if (!message.data) return false;
    auto* line = addon_line(message);
    auto const when = addon_time(message);
    auto const& id = message.data->utterance_id;
    if (!line || !line->touches_gap(when) || line->has(id, when)) return false;
    // The add-on of a repeat that was not delivered is not delivered either.
    auto const& original = message.data->utterance;
    if (!line_of(finals_, original.channel).has_said(middle_of(span_of(original)))) return false;
    message.recovered = true;
    line->add_recovered(id, when);
    return true;
  }

  // What was found.

  void remember(transcript_data const& data) {
    ++recovered_;
    line_of(finals_, data.utterance.channel).add_recovered(data.id, span_of(data.utterance));
  }

  transcript as_recovered(transcript_utterance piece) {
    transcript t;
    t.recovered = true;
    t.data.id = make_id(piece);
    t.data.is_final = true;
    t.data.utterance = std::move(piece);
    return t;
  }

  std::string make_id(transcript_utterance const& piece) {
    auto id = "recovered-" + std::to_string(piece.channel) + "-" +
              std::to_string(std::llround(piece.start * 1000));
    // Two transcripts seldom begin in the same millisecond; a number then tells them apart.
    if (!ids_.insert(id).second) id += "-" + std::to_string(++same_ids_);
    return id;
  }

  static void sort_by_time(std::vector<transcript>& found) {
    gladia::detail::stable_sort(found, [](auto const& a, auto const& b) {
      return a.data.utterance.start < b.data.utterance.start;
    });
  }

  bool is_on_ = false;
  bool was_lost_ = false;
  double heard_until_ = 0;
  lines finals_;
  std::vector<addon_lines> addons_;
  missing_words missing_;
  std::unordered_set<std::string> ids_;  // of recovered transcripts
  std::uint64_t same_ids_ = 0;
  std::uint64_t recovered_ = 0;
};

}  // namespace gladia::live::detail
