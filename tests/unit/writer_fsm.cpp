#include <gladia/live/detail/writer_fsm.hpp>

#include <gtest/gtest.h>

namespace {

using gladia::live::detail::writer_action;
using gladia::live::detail::writer_fsm;
using kind = writer_action::kind;

struct an_open_link : testing::Test {
  writer_fsm writer;
  void SetUp() override { writer.on_open(); }

  kind next(std::size_t sendable, bool stop = false) { return writer.next(sendable, stop).type; }
};

TEST(writer_fsm, writes_nothing_without_a_link) {
  writer_fsm writer;
  EXPECT_EQ(writer.next(100, true).type, kind::none);
}

TEST_F(an_open_link, is_sent_nothing_once_it_closed) {
  writer.on_closed();
  EXPECT_EQ(next(100, true), kind::none);
}

TEST_F(an_open_link, is_sent_one_message_at_a_time) {
  EXPECT_EQ(next(100), kind::audio);
  EXPECT_EQ(next(100), kind::none);
  writer.on_written();
  EXPECT_EQ(next(100), kind::audio);
}

TEST_F(an_open_link, is_sent_the_stop_behind_all_audio) {
  EXPECT_EQ(next(100, true), kind::audio);
  writer.on_written();
  EXPECT_EQ(next(0, true), kind::stop);
}

TEST_F(an_open_link, is_sent_nothing_after_the_stop) {
  EXPECT_EQ(next(0, true), kind::stop);
  writer.on_written();
  writer.want_keep_alive();
  EXPECT_EQ(next(0, true), kind::none);
}

TEST_F(an_open_link, is_sent_the_stop_again_after_a_reconnect) {
  EXPECT_EQ(next(0, true), kind::stop);
  writer.on_closed();
  writer.on_open();
  EXPECT_EQ(next(100, true), kind::audio) << "the replay comes first";
  writer.on_written();
  EXPECT_EQ(next(0, true), kind::stop);
}

TEST_F(an_open_link, is_not_kept_alive_for_the_silence_of_one_before_it) {
  writer.want_keep_alive();
  writer.on_closed();
  writer.on_open();
  EXPECT_EQ(next(0), kind::none);
}

TEST_F(an_open_link, is_kept_alive_when_there_is_nothing_else_to_write) {
  writer.want_keep_alive();
  EXPECT_EQ(next(0), kind::keep_alive);
  writer.on_written();
  EXPECT_EQ(next(0), kind::none) << "once";
}

TEST_F(an_open_link, needs_no_keep_alive_beside_audio) {
  writer.want_keep_alive();
  EXPECT_EQ(next(100), kind::audio);
  writer.on_written();
  EXPECT_EQ(next(0), kind::none);
}

}  // namespace
