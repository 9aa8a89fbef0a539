#include <gladia/live/detail/event_line.hpp>

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>

using namespace gladia;
using live::detail::event_line;

namespace {

class an_event_line : public testing::Test {
 protected:
  void push(std::string text) {
    line.push(live::warning{{}, std::move(text)}, 0, [](live::event const&) {});
  }

  /// What a call of `receive` is told, once it is.
  struct answer {
    std::optional<std::string> text{};
    error why{};
  };
  std::shared_ptr<answer> receive(std::uint64_t id = 0) {
    auto told = std::make_shared<answer>();
    line.receive(event_line::completion(
                     [told](result<live::event> e) {
                       EXPECT_FALSE(told->text) << "told twice";
                       told->text = e ? text_of(*e) : "";
                       if (!e) told->why = e.error();
                     },
                     io.get_executor()),
                 id);
    return told;
  }
  static std::string text_of(live::event const& e) {
    auto const* w = std::get_if<live::warning>(&e);
    return w ? w->text : "another";
  }
  void run() {
    io.restart();
    io.run();
  }

  boost::asio::io_context io;
  event_line line{live::event_selection::all};
};

}  // namespace

TEST_F(an_event_line, gives_an_event_to_the_one_who_waits_but_not_from_within_the_push) {
  auto const told = receive();
  push("a");
  EXPECT_FALSE(told->text);
  run();
  EXPECT_EQ(told->text, "a");
}

TEST_F(an_event_line, keeps_events_in_their_order_for_whoever_comes) {
  push("a");
  push("b");
  auto const first = receive();
  auto const second = receive();
  run();
  EXPECT_EQ(first->text, "a");
  EXPECT_EQ(second->text, "b");
}

TEST_F(an_event_line, lets_one_wait_at_a_time) {
  auto const first = receive();
  auto const second = receive();
  push("a");
  run();
  EXPECT_EQ(first->text, "a");
  EXPECT_EQ(second->why, errc::already_receiving);
}

TEST_F(an_event_line, says_behind_the_last_event_that_the_session_ended) {
  push("a");
  line.end();
  auto const first = receive();
  auto const second = receive();
  run();
  EXPECT_EQ(first->text, "a");
  EXPECT_EQ(second->why, errc::session_ended);
}

TEST_F(an_event_line, says_so_too_to_one_who_came_before_it_was_known) {
  auto const told = receive();
  line.end();
  run();
  EXPECT_EQ(told->why, errc::session_ended);
}

TEST_F(an_event_line, ends_the_waiting_of_the_operation_it_is_told) {
  auto const told = receive(7);
  line.abort(6);
  push("a");
  run();
  EXPECT_EQ(told->text, "a") << "6 was another";
  auto const aborted = receive(8);
  line.abort(8);
  run();
  EXPECT_EQ(aborted->why, boost::asio::error::operation_aborted);
}

TEST_F(an_event_line, that_is_abandoned_gives_nobody_an_event_any_more) {
  auto const on_its_way = receive();
  push("a");
  push("b");
  line.abandon();
  auto const later = receive();
  push("c");
  run();
  EXPECT_EQ(on_its_way->why, boost::asio::error::operation_aborted);
  EXPECT_EQ(later->why, boost::asio::error::operation_aborted);
}

TEST_F(an_event_line, tells_one_who_waits_that_it_was_abandoned) {
  auto const told = receive();
  line.abandon();
  line.abort();
  run();
  EXPECT_EQ(told->why, boost::asio::error::operation_aborted);
}

TEST_F(an_event_line, that_is_abandoned_still_knows_how_many_events_were_dropped) {
  auto const ignored = [](live::event const&) {};
  constexpr std::size_t half = live::detail::event_queue::limit / 2;
  for (int i = 0; i < 3; ++i) line.push(live::warning{}, half, ignored);
  EXPECT_EQ(line.dropped_total(), 2u);
  line.abandon();
  EXPECT_EQ(line.dropped_total(), 2u);
}

TEST(an_event_line_of_a_user_who_wants_none, keeps_and_gives_the_end_alone) {
  boost::asio::io_context io;
  event_line line(live::event_selection::none);
  int calls = 0;
  line.receive(event_line::completion(
                   [&](result<live::event> e) {
                     ++calls;
                     EXPECT_TRUE(e && std::holds_alternative<live::ended>(*e));
                   },
                   io.get_executor()),
               0);
  auto const ignored = [](live::event const&) {};
  line.push(live::warning{}, 0, ignored);
  line.push(live::ended{}, 0, ignored);
  io.run();
  EXPECT_EQ(calls, 1);
}
