#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <gladia/live/summary.hpp>

namespace gladia::live::detail {

/// Spans of time, in order, none of which touches another.
class time_set {
 public:
  void add(time_span s) {
    auto const first = std::lower_bound(spans_.begin(), spans_.end(), s.from, ends_before);
    auto last = first;
    for (; last != spans_.end() && last->from <= s.to; ++last) {
      s.from = std::min(s.from, last->from);
      s.to = std::max(s.to, last->to);
    }
    spans_.insert(spans_.erase(first, last), s);
  }

  [[nodiscard]] bool has(double time) const noexcept {
    auto const found = std::lower_bound(spans_.begin(), spans_.end(), time, ends_before);
    return found != spans_.end() && found->from <= time;
  }

  /// Whether a span begins or ends at `time`.
  [[nodiscard]] bool ends_at(double time) const noexcept {
    constexpr double slack = 1e-5;
    auto const found = std::lower_bound(spans_.begin(), spans_.end(), time - slack, ends_before);
    return found != spans_.end() &&
           (std::abs(found->from - time) < slack || std::abs(found->to - time) < slack);
  }

  /// The longest part of `when` that lies in no span of this set, in seconds.
  [[nodiscard]] double longest_hole(time_span when) const noexcept {
    double longest = 0;
    auto until = when.from;
    auto next = std::lower_bound(spans_.begin(), spans_.end(), when.from, ends_before);
    for (; next != spans_.end() && next->from < when.to; ++next) {
      longest = std::max(longest, next->from - until);
      until = std::max(until, next->to);
    }
    return std::max(longest, when.to - until);
  }

  void clear() noexcept { spans_.clear(); }

 private:
  static bool ends_before(time_span const& s, double time) noexcept { return s.to < time; }

  std::vector<time_span> spans_;
};

/// The delivered finals of one channel, or its add-ons of one kind, and the gaps where some may be
/// missing.
///
/// Times are the server's, in seconds. A gap begins well before the end of the last final, because
/// the order of finals is not promised. A gap ends where the first final begins that only the
/// current link can have brought.
class spoken_line {
 public:
  /// How far before the end of the last final a gap begins.
  static constexpr double reach = 30;
  static constexpr double endless = std::numeric_limits<double>::infinity();

  /// Where finals may be missing.
  struct gap {
    time_span where{};
    double lost_at = 0;                  ///< until when the server had heard audio at the loss
    std::optional<time_span> witness{};  ///< the last final before the gap
    [[nodiscard]] bool awaits_its_end() const noexcept { return where.to == endless; }
  };

  /// A final is delivered.
  ///
  /// \param now          until when the server can have heard audio
  /// \param heard_until  a final that ends after this time can only come from the current link
  void add(std::string id, time_span when, double now, double heard_until) {
    note(id, when);
    if (!is_timed(when)) {
      is_timed_ = false;
      return;
    }
    // An impossible time neither ends a gap nor becomes the last final.
    if (when.to <= now + reach) {
      end_gap(when, heard_until);
      if (!last_ || when.to > last_->to) last_ = when;
    }
    deliver(std::move(id), when, false);
    if (deliveries_.size() >= prune_at_) prune();
  }

  /// A final that was missing is delivered.
  void add_recovered(std::string id, time_span when) {
    note(id, when);
    if (!is_timed(when)) return;
    recovered_.add(when);
    deliver(std::move(id), when, true);
  }

  /// A final is not delivered after all.
  void take_back(std::string_view id, time_span when) {
    auto const found = std::find_if(deliveries_.begin(), deliveries_.end(),
                                    [&](delivery const& d) { return d.is(id, when); });
    if (found == deliveries_.end()) return;
    known_.erase(key_of(id, when));
    deliveries_.erase(found);
    rebuild();
  }

  /// Finals may be missing from now on. The server can have heard audio until `now`.
  void open_gap(double now) {
    if (!is_watched_) {
      is_watched_ = true;
      for (auto const& d : deliveries_) known_.insert(key_of(d.id, d.when));
    }
    auto const from = last_ ? std::max(0.0, last_->to - reach) : 0.0;
    if (!gaps_.empty() && from <= gaps_.back().where.to) {
      gaps_.back().where = {std::min(gaps_.back().where.from, from), endless};
    } else {
      gaps_.push_back({{from, endless}, now, last_});
    }
  }

  [[nodiscard]] std::vector<gap> const& gaps() const noexcept { return gaps_; }
  /// Closes the gaps of which `is_closed` is true: nothing is missing in them any more.
  template <class Predicate>
  void close_gaps(Predicate is_closed) {
    gaps_.erase(std::remove_if(gaps_.begin(), gaps_.end(), is_closed), gaps_.end());
  }

  [[nodiscard]] bool lies_in_gap(double time) const noexcept { return touches_gap({time, time}); }
  [[nodiscard]] bool touches_gap(time_span when) const noexcept {
    auto const ends_before = [](gap const& g, double time) { return g.where.to < time; };
    auto const found = std::lower_bound(gaps_.begin(), gaps_.end(), when.from, ends_before);
    return found != gaps_.end() && found->where.from <= when.to;
  }

  /// Whether delivered words were said at `time`.
  [[nodiscard]] bool has_said(double time) const noexcept { return said_.has(time); }
  /// When delivered words were said, with all times rounded to `unit`; 0: not rounded.
  [[nodiscard]] time_set said_in(double unit) const {
    if (unit <= 0) return said_;
    constexpr double slack = 1e-6;
    time_set all;
    for (auto const& d : deliveries_) {
      auto const when = rounded(d.when, unit);
      all.add({when.from - slack, when.to + slack});
    }
    return all;
  }
  /// Whether a delivered final has exactly this time, with all times rounded to `unit`.
  [[nodiscard]] bool has_delivered(time_span when, double unit) const noexcept {
    constexpr double slack = 1e-6;
    return std::any_of(deliveries_.begin(), deliveries_.end(), [&](delivery const& d) {
      auto const known = rounded(d.when, unit);
      return std::abs(known.from - when.from) < slack && std::abs(known.to - when.to) < slack;
    });
  }
  /// Whether the words said at `time` were recovered.
  [[nodiscard]] bool has_recovered(double time) const noexcept { return recovered_.has(time); }
  /// Whether all words in `when` were recovered.
  [[nodiscard]] bool has_recovered(time_span when) const noexcept {
    return recovered_.has(when.from) && recovered_.longest_hole(when) <= 0;
  }

  /// Whether the final with this id and time was delivered. This is known for the last half minute,
  /// and for all time from shortly before the first gap on.
  [[nodiscard]] bool has(std::string_view id, time_span when) const {
    if (is_watched_) return known_.count(key_of(id, when)) > 0;
    // Two finals without an id cannot be told apart.
    return !id.empty() && std::any_of(deliveries_.begin(), deliveries_.end(),
                                      [&](delivery const& d) { return d.is(id, when); });
  }
  /// The id of the final that was said at `time`; empty if there is none.
  [[nodiscard]] std::string id_at(double time) const {
    for (auto const& d : deliveries_) {
      if (d.when.from <= time && time <= d.when.to) return d.id;
    }
    return {};
  }

  /// Whether `when` holds the greater part of a delivered final.
  [[nodiscard]] bool holds_a_delivery(time_span when) const noexcept {
    return std::any_of(deliveries_.begin(), deliveries_.end(), [when](delivery const& d) {
      auto const common = std::min(d.when.to, when.to) - std::max(d.when.from, when.from);
      return common > (d.when.to - d.when.from) / 2;
    });
  }
  /// The longest part of `when` that lies in a gap and holds no delivered words, in seconds.
  [[nodiscard]] double longest_silence_in_gaps(time_span when) const noexcept {
    double longest = 0;
    for (auto const& g : gaps_) {
      auto const from = std::max(when.from, g.where.from);
      auto const to = std::min(when.to, g.where.to);
      if (from < to) longest = std::max(longest, said_.longest_hole({from, to}));
    }
    return longest;
  }

  /// Whether every final had times, and all finals are kept. Otherwise a summing-up cannot be
  /// compared.
  [[nodiscard]] bool is_comparable() const noexcept { return is_timed_ && !is_full_; }
  [[nodiscard]] bool has_delivered() const noexcept { return last_ || !is_timed_; }

  /// Whether a text has times.
  [[nodiscard]] static bool is_timed(time_span when) noexcept {
    return when.from >= 0 && when.to >= when.from && when.to > 0 && when.to < endless;
  }

 private:
  struct delivery {
    time_span when{};
    std::string id{};
    bool recovered = false;

    [[nodiscard]] bool is(std::string_view other, time_span then) const noexcept {
      return id == other && !(when != then);
    }
  };

  static time_span rounded(time_span when, double unit) noexcept {
    if (unit <= 0) return when;
    return {std::round(when.from / unit) * unit, std::round(when.to / unit) * unit};
  }

  static constexpr std::size_t first_prune = 16;
  // Even a session of hours has fewer; a server that never stops sending does not.
  static constexpr std::size_t most = std::size_t{1} << 16;

  static std::size_t key_of(std::string_view id, time_span when) noexcept {
    auto key = std::hash<std::string_view>()(id);
    for (auto const time : {when.from, when.to}) {
      key = key * 1'000'003 + std::hash<double>()(time);
    }
    return key;
  }

  void note(std::string_view id, time_span when) {
    if (!is_watched_ && is_timed(when)) return;
    if (known_.size() < most) known_.insert(key_of(id, when));
  }

  void end_gap(time_span when, double heard_until) {
    if (gaps_.empty() || !gaps_.back().awaits_its_end() || when.to <= heard_until) return;
    auto& where = gaps_.back().where;
    where.to = std::max(when.from, where.from);
    if (where.to <= where.from) gaps_.pop_back();
  }

  void deliver(std::string id, time_span when, bool recovered) {
    is_full_ = is_full_ || deliveries_.size() == most;
    if (is_full_) return;
    said_.add(when);
    deliveries_.push_back({when, std::move(id), recovered});
  }

  // Deliveries that no present or future gap needs are released. Recovered finals are kept,
  // because the final itself may still arrive.
  void prune() {
    auto const from = last_ ? last_->to - reach : 0;
    auto const is_past = [this, from](delivery const& d) {
      return !d.recovered && d.when.to < from && !touches_gap(d.when);
    };
    deliveries_.erase(std::remove_if(deliveries_.begin(), deliveries_.end(), is_past),
                      deliveries_.end());
    prune_at_ = std::max(first_prune, 2 * deliveries_.size());
    rebuild();
  }

  void rebuild() {
    said_.clear();
    for (auto const& d : deliveries_) said_.add(d.when);
  }

  std::vector<delivery> deliveries_;       // in the order in which they came
  time_set said_;                          // when their words were said
  time_set recovered_;                     // what of `said_` was recovered
  std::unordered_set<std::size_t> known_;  // after the first gap: each final, by id and time
  std::vector<gap> gaps_;                  // in order of time
  std::optional<time_span> last_;          // the final that ends last
  std::size_t prune_at_ = first_prune;
  bool is_watched_ = false;
  bool is_timed_ = true;
  bool is_full_ = false;
};

}  // namespace gladia::live::detail
