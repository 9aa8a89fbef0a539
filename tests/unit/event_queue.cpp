#include <gladia/live/detail/event_queue.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace gladia::live;
using gladia::live::detail::event_queue;

gladia::transcript make_transcript(std::string id, bool is_final, std::string text,
                                   int channel = 0) {
  gladia::transcript t;
  t.data.id = std::move(id);
  t.data.is_final = is_final;
  t.data.utterance.text = std::move(text);
  t.data.utterance.channel = channel;
  return t;
}
gladia::transcript partial(std::string id, std::string text, int channel = 0) {
  return make_transcript(std::move(id), false, std::move(text), channel);
}
gladia::transcript final_of(std::string id, std::string text) {
  return make_transcript(std::move(id), true, std::move(text));
}

/// What an event is, in a word.
std::string name(event const& e) {
  if (auto const* t = std::get_if<gladia::transcript>(&e)) return t->data.utterance.text;
  if (auto const* d = std::get_if<events_dropped>(&e)) return "gap " + std::to_string(d->count);
  if (auto const* c = std::get_if<connected>(&e)) return "link " + std::to_string(c->connection);
  if (std::holds_alternative<ended>(e)) return "ended";
  return "other";
}

std::vector<std::string> drain(event_queue& queue) {
  std::vector<std::string> names;
  while (auto e = queue.pop()) names.push_back(name(*e));
  return names;
}
using names = std::vector<std::string>;

std::size_t const megabyte = std::size_t{1} << 20;

TEST(event_queue, gives_events_in_order) {
  event_queue queue(event_selection::all);
  EXPECT_TRUE(queue.is_empty());
  queue.push(connected{1, 0, 0}, 0);
  queue.push(partial("a", "hel"), 3);
  queue.push(partial("a", "hello"), 5);
  queue.push(ended{}, 0);
  EXPECT_FALSE(queue.is_empty());
  EXPECT_EQ(drain(queue), (names{"link 1", "hel", "hello", "ended"}));
  EXPECT_TRUE(queue.is_empty());
  EXPECT_EQ(queue.size(), 0u);
}

TEST(event_queue, queues_the_end_alone_where_no_events_are_wanted) {
  event_queue queue(event_selection::none);
  queue.push(partial("a", "hello"), 5);
  queue.push(connected{1, 0, 0}, 0);
  queue.push(ended{}, 0);
  EXPECT_EQ(drain(queue), names{"ended"});
}

TEST(event_queue, leaves_out_partials_that_newer_ones_replaced_above_a_megabyte) {
  event_queue queue(event_selection::all);
  queue.push(partial("a", "a1"), 1000);
  queue.push(partial("b", "b1"), 1000);
  queue.push(partial("a", "a2"), 1000);
  queue.push(final_of("a", "a!"), 1000);
  queue.push(partial("a", "other channel", 1), 1000);
  queue.push(connected{1, 0, 0}, megabyte);
  EXPECT_EQ(drain(queue), (names{"b1", "a!", "other channel", "link 1"}));
  EXPECT_EQ(queue.dropped_total(), 0u) << "nothing is missing";
}

TEST(event_queue, keeps_every_final) {
  event_queue queue(event_selection::all);
  queue.push(final_of("a", "first"), 1000);
  queue.push(final_of("a", "second"), 1000);
  queue.push(connected{1, 0, 0}, megabyte);
  EXPECT_EQ(drain(queue), (names{"first", "second", "link 1"}));
}

TEST(event_queue, stays_small_when_nobody_receives_an_endless_row_of_partials) {
  event_queue queue(event_selection::all);
  for (int i = 0; i < 200'000; ++i) queue.push(partial("a", "x"), 1000);
  EXPECT_LE(queue.size(), 4 * megabyte);
  EXPECT_EQ(queue.dropped_total(), 0u);
}

TEST(event_queue, throws_the_oldest_away_above_its_limit_and_says_how_many_where_they_were) {
  event_queue queue(event_selection::all);
  for (int i = 1; i <= 70; ++i) queue.push(final_of("a", std::to_string(i)), megabyte);
  EXPECT_LE(queue.size(), event_queue::limit);
  auto const got = drain(queue);
  ASSERT_EQ(got.front(), "gap 7");
  EXPECT_EQ(got[1], "8");
  EXPECT_EQ(got.back(), "70");
  EXPECT_EQ(queue.dropped_total(), 7u);
}

TEST(event_queue, reports_each_gap_on_its_own) {
  event_queue queue(event_selection::all);
  for (int i = 1; i <= 65; ++i) queue.push(final_of("a", std::to_string(i)), megabyte);
  EXPECT_EQ(name(*queue.pop()), "gap 2");
  EXPECT_EQ(name(*queue.pop()), "3");
  for (int i = 66; i <= 67; ++i) queue.push(final_of("a", std::to_string(i)), megabyte);
  EXPECT_EQ(name(*queue.pop()), "gap 1");
  EXPECT_EQ(name(*queue.pop()), "5");
}

TEST(event_queue, would_rather_leave_out_partials_than_throw_finals_away) {
  event_queue queue(event_selection::all);
  for (int i = 1; i <= 40; ++i) queue.push(final_of("a", "final"), megabyte);
  for (int i = 0; i < 1000; ++i) queue.push(partial("b", "partial"), megabyte / 10);
  EXPECT_EQ(queue.dropped_total(), 0u);
}

TEST(event_queue, prunes_again_after_it_was_drained) {
  event_queue queue(event_selection::all);
  for (int i = 1; i <= 40; ++i) queue.push(final_of("a", "final"), megabyte);
  drain(queue);
  for (int i = 0; i < 1000; ++i) queue.push(partial("b", "partial"), megabyte / 10);
  EXPECT_LE(queue.size(), 4 * megabyte);
}

TEST(event_queue, keeps_one_event_that_is_larger_than_the_limit) {
  event_queue queue(event_selection::all);
  queue.push(connected{1, 0, 0}, 0);
  queue.push(final_of("a", "huge"), 2 * event_queue::limit);
  EXPECT_EQ(drain(queue), (names{"gap 1", "huge"}));
}

TEST(event_queue, tells_of_each_event_that_it_drops) {
  event_queue queue(event_selection::all);
  names dropped;
  for (auto const* text : {"a", "b", "c"}) {
    queue.push(final_of(text, text), 30 * megabyte,
               [&](event const& e) { dropped.push_back(name(e)); });
  }
  EXPECT_EQ(dropped, (names{"a"}));
  EXPECT_EQ(drain(queue), (names{"gap 1", "b", "c"}));
}

}  // namespace
