#include <gladia/live/detail/ack_tracker.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "support/counting_server.hpp"

namespace {

using gladia::live::detail::ack_tracker;
using gladia::test::counting;
using gladia::test::counting_server;

constexpr std::uint64_t horizon = 320'000;

/// A stream over links, as far as the tracker sees it.
struct stream {
  ack_tracker acks{horizon};
  std::uint64_t base = 0;  // where the next link resumes
  std::uint64_t sent = 0;
  std::optional<std::uint64_t> origin{};

  void open(std::uint64_t then_sent) {
    acks.on_open(base, sent);
    sent = base + then_sent;
    origin.reset();
  }
  /// Gives how far it is read to have arrived.
  std::uint64_t ack(std::int64_t begin, std::int64_t end) {
    auto const reading = acks.on_ack(begin, end, sent);
    if (reading.origin) origin = reading.origin;
    base = std::max(base, reading.offset);
    return base;
  }
};

/// After a link on which the first `told` bytes were acknowledged.
stream after_a_link(std::uint64_t told, std::uint64_t then_sent) {
  stream s;
  s.open(told);
  s.ack(0, static_cast<std::int64_t>(told));
  s.open(then_sent);
  return s;
}

TEST(ack_tracker, reads_session_wide_offsets) {
  auto s = after_a_link(6400, 6400);
  EXPECT_EQ(s.ack(6400, 9600), 9600u);
  EXPECT_EQ(s.ack(9600, 12'800), 12'800u);
  EXPECT_EQ(s.origin, 6400u);
}

TEST(ack_tracker, reads_a_server_that_counts_what_it_never_acknowledged) {
  auto s = after_a_link(6400, 6400);  // the server has 9600, and counts the repeats behind them
  EXPECT_EQ(s.ack(9600, 12'800), 9600u);
  EXPECT_EQ(s.ack(12'800, 16'000), 12'800u);
  EXPECT_EQ(s.origin, 9600u);
}

TEST(ack_tracker, lets_nothing_go_for_ranges_that_are_told_again) {
  auto s = after_a_link(6400, 6400);
  EXPECT_EQ(s.ack(3200, 6400), 6400u);
  EXPECT_EQ(s.ack(0, 6400), 6400u);
  EXPECT_FALSE(s.origin);
  EXPECT_EQ(s.ack(6400, 9600), 9600u);
}

TEST(ack_tracker, reads_a_range_that_is_told_again_together_with_a_new_one) {
  auto s = after_a_link(6400, 6400);
  EXPECT_EQ(s.ack(3200, 9600), 9600u);
}

TEST(ack_tracker, lets_nothing_go_for_late_ranges_of_the_link_before) {
  auto s = after_a_link(6400, 1600);
  EXPECT_EQ(s.ack(6400, 9600), 6400u) << "more than was sent here";
  s.sent = 12'800;
  EXPECT_EQ(s.ack(9600, 12'800), 9600u) << "the first of this link";
}

TEST(ack_tracker, reads_ranges_behind_a_late_one_that_goes_on_into_this_link) {
  auto s = after_a_link(6400, 3200);
  EXPECT_EQ(s.ack(6400, 12'800), 6400u) << "how much of it came on this link cannot be known";
  s.sent = 12'800;
  EXPECT_EQ(s.ack(9600, 16'000), 9600u) << "what it tells anew";
}

TEST(ack_tracker, reads_a_count_that_starts_anew_far_behind_what_was_told) {
  auto s = after_a_link(horizon + 6400, 6400);
  EXPECT_EQ(s.ack(0, 3200), horizon + 9600u);
  EXPECT_EQ(s.origin, 0u);
  EXPECT_EQ(s.ack(3200, 6400), horizon + 12'800u);
  s.open(9600);
  EXPECT_EQ(s.ack(0, 6400), horizon + 12'800u) << "what is told again is not far behind";
  EXPECT_EQ(s.ack(6400, 9600), horizon + 16'000u);
}

TEST(ack_tracker, follows_a_count_that_starts_anew_late_where_it_may_be_told_again) {
  auto s = after_a_link(6400, 12'800);
  EXPECT_EQ(s.ack(0, 3200), 6400u);
  EXPECT_EQ(s.ack(3200, 6400), 6400u);
  EXPECT_EQ(s.ack(6400, 12'800), 12'800u) << "19,200 came";
  EXPECT_FALSE(s.origin) << "or 6400 would be where it resumed";
}

TEST(ack_tracker, takes_a_range_that_was_told_long_ago_for_no_new_count_unless_so_much_was_sent) {
  auto s = after_a_link(horizon + 6400, 1600);
  EXPECT_EQ(s.ack(0, 3200), horizon + 6400u);
}

TEST(ack_tracker, ignores_a_range_that_says_nothing) {
  auto s = after_a_link(6400, 6400);
  EXPECT_EQ(s.ack(9600, 9600), 6400u);
  EXPECT_EQ(s.ack(6400, 9600), 9600u) << "or it would have been read as the first of this link";
}

TEST(ack_tracker, ignores_nonsense) {
  auto s = after_a_link(6400, 6400);
  EXPECT_EQ(s.ack(6400, 9600), 9600u);
  EXPECT_EQ(s.ack(50, 10), 9600u) << "an end before its start";
  EXPECT_EQ(s.ack(-1, INT64_MAX), 9600u);
  EXPECT_EQ(s.ack(INT64_MIN, INT64_MAX), 9600u);
  EXPECT_EQ(s.ack(0, INT64_MAX), 9600u) << "more than was sent";
  EXPECT_EQ(s.ack(9600, 12'800), 12'800u) << "it has not misled";
}

TEST(ack_tracker, reads_on_after_a_first_range_of_more_than_was_ever_sent) {
  stream s;
  s.open(6400);
  EXPECT_EQ(s.ack(0, INT64_MAX), 0u);
  EXPECT_EQ(s.ack(0, 3200), 3200u);
  s.open(6400);
  EXPECT_EQ(s.ack(3200, INT64_MAX), 3200u);
  EXPECT_EQ(s.ack(3200, 6400), 6400u);
}

TEST(ack_tracker, never_reads_more_than_was_sent) {
  auto s = after_a_link(0, 0);
  EXPECT_EQ(s.ack(0, INT64_MAX), 0u);
  EXPECT_EQ(s.ack(INT64_MAX - 1, INT64_MAX), 0u);
}

/// Random servers of a kind, and what a client does that believes the tracker.
class random_server {
 public:
  random_server(counting how, unsigned seed)
      : random_(seed),
        horizon_(1 + below(3) * 1000),
        server_(how, horizon_, [this](std::uint64_t n) { return below(n); }),
        acks_(horizon_) {}

  /// Links are lost whatever is on its way. False if something was let go that did not arrive.
  [[nodiscard]] bool lets_go_only_what_arrived() {
    for (auto links = 2 + below(6); links > 0; --links) {
      open();
      for (auto steps = below(60); steps > 0; --steps) {
        take_a_step();
        if (base_ > server_.has()) return false;
      }
      server_.on_lost();
    }
    return true;
  }

  /// Before a link is lost the server tells all that came. False if it hears something twice.
  [[nodiscard]] bool hears_nothing_twice() {
    for (auto links = 2 + below(6); links > 0; --links) {
      open();
      if (resume_ != server_.has()) return false;
      for (auto again = below(4); again > 0; --again) server_.tell_again();
      for (auto steps = below(60); steps > 0; --steps) take_a_clean_step();
      server_.tell();
      while (!server_.is_silent()) deliver();
      server_.on_lost();
    }
    return base_ == server_.has();
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  void open() {
    acks_.on_open(base_, sent_);
    sent_ = arrived_ = resume_ = base_;
    server_.on_open(resume_);
  }
  void send() { sent_ += below(largest_); }
  void arrive() {
    auto const n = below(2) == 0 ? sent_ - arrived_ : below(sent_ - arrived_ + 1);
    arrived_ += n;
    server_.read(n);
  }
  void deliver() {
    auto const range = server_.deliver(sent_ - resume_);
    if (!range) return;
    auto const reading = acks_.on_ack(static_cast<std::int64_t>(range->begin),
                                      static_cast<std::int64_t>(range->end), sent_);
    base_ = std::max(base_, reading.offset);
  }
  void take_a_step() {
    switch (below(8)) {
      case 0:
      case 1:
        return send();
      case 2:
      case 3:
        return arrive();
      case 4:
        return server_.tell();
      case 5:
        return deliver();
      case 6:
        return below(3) == 0 ? server_.lose() : server_.tell();
      case 7:
        return below(3) == 0 ? server_.tell_again() : deliver();
    }
  }
  void take_a_clean_step() {
    switch (below(4)) {
      case 0:
        return send();
      case 1:
        return arrive();
      case 2:
        return server_.tell();
      case 3:
        return deliver();
    }
  }

  std::mt19937_64 random_;
  std::uint64_t horizon_;
  std::uint64_t largest_ = std::uint64_t{1} << below(11);  // that is sent at once
  counting_server server_;
  ack_tracker acks_;
  std::uint64_t base_ = 0;
  std::uint64_t resume_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t arrived_ = 0;  // of this link
};

TEST(ack_tracker, lets_nothing_go_that_did_not_arrive_at_a_random_server) {
  for (auto const how : {counting::the_session, counting::what_came, counting::anew}) {
    for (unsigned seed = 0; seed < 4'000; ++seed) {
      ASSERT_TRUE(random_server(how, seed).lets_go_only_what_arrived())
          << "seed " << seed << ", counting " << static_cast<int>(how);
    }
  }
}

TEST(ack_tracker, has_a_server_that_counts_for_the_session_hear_nothing_twice_after_clean_cuts) {
  for (unsigned seed = 0; seed < 4'000; ++seed) {
    ASSERT_TRUE(random_server(counting::the_session, seed).hears_nothing_twice()) << seed;
  }
}

}  // namespace
