#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace gladia::test {

/// What the numbers of a server's acknowledgements count, once a link was lost.
enum class counting {
  the_session,  ///< what it told; it forgets the rest
  what_came,    ///< what it received, told or not
  anew,         ///< from 0 with each link
};

struct byte_range {
  std::uint64_t begin;
  std::uint64_t end;
};

/// A server that takes a stream over links that are lost, and tells what came in ranges that may be
/// lost, late over a lost link, told again and merged: all of ADR 11. A plain model: what decides
/// is given, a fuzzer or a random generator.
class counting_server {
 public:
  /// Gives a number below its argument.
  using chooser = std::function<std::uint64_t(std::uint64_t)>;

  /// \param horizon  it does not tell again what ends so many bytes before the last it told
  /// \param first    the first number, unless it counts anew
  counting_server(counting how, std::uint64_t horizon, chooser choose, std::uint64_t first = 0)
      : how_(how), horizon_(horizon), choose_(std::move(choose)), read_(first), told_(first) {}

  /// Up to where it has all of the stream, and will not forget it.
  [[nodiscard]] std::uint64_t has() const noexcept { return has_; }

  /// A link on which the stream comes from `resume` on.
  void on_open(std::uint64_t resume) {
    resume_ = resume;
    was_read_from_ = false;
    if (how_ == counting::the_session) read_ = told_;  // it forgot the rest
    if (how_ == counting::anew) read_ = 0;
    origin_ = read_;
    // It may tell later what it had received and not told, together with what comes now.
    if (how_ != counting::what_came || choose_(2) == 0) told_ = read_;
  }

  /// What is on its way is late from now on; what was so already will not come any more.
  void on_lost() {
    drop_if([](on_way const& r) { return !r.is_of_this_link; });
    for (auto& r : way_) r.is_of_this_link = false;
    if (how_ == counting::anew || earlier_.size() > 64) earlier_.clear();
    earlier_.insert(earlier_.end(), here_.begin(), here_.end());
    here_.clear();
  }

  /// Behind `offset` the stream goes on with other audio than what came.
  void on_dropped(std::uint64_t offset) {
    has_ = std::min(has_, offset);
    forget_late();
  }
  /// What lies before `offset` will not be sent any more.
  void on_skipped(std::uint64_t offset) {
    has_ = std::max(has_, offset);
    forget_late();
  }

  /// So many bytes more come.
  void read(std::uint64_t bytes) {
    read_ += bytes;
    if (how_ != counting::the_session) keep_up_to(read_);
  }

  /// Tells all that came: a range is on its way.
  void tell() {
    if (read_ == told_) return;
    byte_range const range{told_, read_};
    told_ = read_;
    if (how_ == counting::the_session) keep_up_to(told_);
    here_.push_back(range);
    way_.push_back({range, true});
  }

  /// Tells again what it told on earlier links, before what it tells of this one.
  void tell_again() {
    if (earlier_.empty() || was_read_from_) return;
    auto last = static_cast<std::size_t>(choose_(earlier_.size()));
    if (earlier_[last].end + horizon_ < earlier_.back().end) return;
    auto range = earlier_[last];
    while (last > 0 && earlier_[last - 1].end == range.begin && choose_(4) != 0) {
      range.begin = earlier_[--last].begin;
    }
    // What is late and was told again is not told a third time.
    drop_if([range](on_way const& r) { return !r.is_of_this_link && r.range.end <= range.end; });
    way_.push_front({range, false});
  }

  /// The next range arrives, perhaps with its neighbours, when so many bytes were sent on this
  /// link.
  ///
  /// Left out is the limitation of ADR 11: a server does not count anew, its range tells something
  /// new of the link before, and as much was sent here already.
  std::optional<byte_range> deliver(std::uint64_t sent_here) {
    if (way_.empty()) return std::nullopt;
    auto [range, is_of_this_link] = way_.front();
    way_.pop_front();
    while (!way_.empty() && way_.front().range.begin == range.end && choose_(3) == 0) {
      range.end = way_.front().range.end;
      is_of_this_link = is_of_this_link || way_.front().is_of_this_link;
      way_.pop_front();
    }
    auto const news = std::max(range.begin, heard_of_);
    bool const is_late = how_ != counting::anew && news < origin_ && range.end > news;
    if (is_late && range.end - news <= sent_here) return std::nullopt;
    heard_of_ = std::max(heard_of_, range.end);
    was_read_from_ = was_read_from_ || is_of_this_link;
    return range;
  }

  /// The next range does not arrive.
  void lose() {
    if (!way_.empty()) way_.pop_front();
  }

  [[nodiscard]] bool is_silent() const noexcept { return way_.empty() && read_ == told_; }

 private:
  struct on_way {
    byte_range range;
    bool is_of_this_link;
  };

  template <class Predicate>
  void drop_if(Predicate predicate) {
    way_.erase(std::remove_if(way_.begin(), way_.end(), predicate), way_.end());
  }

  // Ranges of the link before name audio that is no longer at these offsets of the stream.
  void forget_late() {
    earlier_.clear();
    drop_if([](on_way const& r) { return !r.is_of_this_link; });
  }

  void keep_up_to(std::uint64_t number) {
    // Behind a gap nothing counts.
    if (number > origin_ && resume_ <= has_) has_ = std::max(has_, resume_ + (number - origin_));
  }

  counting how_;
  std::uint64_t horizon_;
  chooser choose_;
  std::uint64_t has_ = 0;
  std::uint64_t resume_ = 0;
  std::uint64_t origin_ = 0;                // this link's first number
  std::uint64_t read_;                      // up to which number it received
  std::uint64_t told_;                      // up to which it told
  std::uint64_t heard_of_ = 0;              // up to which the client heard
  bool was_read_from_ = false;              // the client heard of this link
  std::vector<byte_range> here_, earlier_;  // told on this link, on earlier ones
  std::deque<on_way> way_;
};

}  // namespace gladia::test
