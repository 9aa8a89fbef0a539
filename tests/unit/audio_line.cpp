#include <gladia/live/detail/audio_line.hpp>

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace gladia;
using live::detail::audio_line;
using live::detail::writer_action;
using std::chrono::milliseconds;

namespace {

class an_audio_line : public testing::Test {
 protected:
  an_audio_line() {
    options.buffer = milliseconds(1000);
    options.high_water = milliseconds(500);
    options.low_water = milliseconds(100);
  }

  audio_line& line() {
    if (!line_) line_.emplace(format, options);
    return *line_;
  }

  std::string audio(int ms) const {
    return std::string(static_cast<std::size_t>(format.bytes(milliseconds(ms))), 'a');
  }
  result<audio_line::wake> try_send(std::string const& bytes) {
    return line().try_send(boost::asio::buffer(bytes), now);
  }
  /// A caller who can wait.
  std::shared_ptr<std::optional<result<void>>> send(std::string bytes, std::uint64_t id) {
    sent.push_back(std::move(bytes));
    auto told = std::make_shared<std::optional<result<void>>>();
    line().send(
        boost::asio::buffer(sent.back()),
        audio_line::send_completion([told](result<void> r) { *told = r; }, io.get_executor()), id,
        now, [](auto&) {});
    return told;
  }
  /// What the writer gets next; written at once.
  std::size_t write() {
    audio_line::report taken;
    std::vector<char> message;
    auto const action = line().next_write(writer, message, taken, now);
    writer.on_written();
    EXPECT_EQ(message.size(), action.bytes);
    return action.bytes;
  }
  audio_line::acknowledgement acknowledge(std::int64_t from, std::int64_t to) {
    return line().on_ack({from, to}, now);
  }
  void open() {
    ++links;
    goes_on = line().on_open(links);
    writer.on_open();
  }
  // Not `run`: one who waits keeps the context at work.
  void run() {
    io.restart();
    io.poll();
  }

  std::list<std::string> sent;  // one who waits does not copy it
  boost::asio::io_context io;
  audio_format format{};
  live::session_options options;
  live::detail::writer_fsm writer;
  audio_line::time_point now{};
  audio_line::resumption goes_on;
  int links = 0;

 private:
  std::optional<audio_line> line_;
};

}  // namespace

TEST_F(an_audio_line, wakes_its_writer_once_each_time_it_fell_asleep) {
  open();
  EXPECT_EQ(write(), 0u);
  EXPECT_EQ(*try_send(audio(100)), audio_line::wake::needed);
  EXPECT_EQ(*try_send(audio(100)), audio_line::wake::not_needed);
  EXPECT_EQ(write(), 6400u);
  EXPECT_EQ(write(), 0u);
  EXPECT_EQ(*try_send(audio(100)), audio_line::wake::needed);
}

TEST_F(an_audio_line, goes_on_behind_what_was_acknowledged_when_a_link_opens) {
  open();
  ASSERT_TRUE(try_send(audio(300)));
  write();
  EXPECT_TRUE(acknowledge(0, 3200).has_moved);
  open();
  EXPECT_EQ(goes_on.resume, 3200u);
  EXPECT_EQ(goes_on.highest_sent, 9600u);
  EXPECT_FALSE(goes_on.lost);
  EXPECT_EQ(write(), 6400u);
  EXPECT_EQ(line().stats().bytes_replayed, 6400u);
}

TEST_F(an_audio_line, says_when_all_that_was_sent_is_acknowledged) {
  open();
  ASSERT_TRUE(try_send(audio(200)));
  write();
  EXPECT_FALSE(acknowledge(0, 3200).is_everything);
  EXPECT_TRUE(acknowledge(3200, 6400).is_everything);
  EXPECT_FALSE(acknowledge(3200, 6400).has_moved) << "told before";
}

TEST_F(an_audio_line, lets_callers_wait_and_serves_them_in_their_order) {
  open();
  auto const first = send(audio(600), 1);
  auto const second = send(audio(200), 2);
  auto const third = send(audio(100), 3);
  run();
  EXPECT_TRUE(*first);
  EXPECT_FALSE(*second) << "more than the high water waits to be sent";
  write();
  EXPECT_TRUE(line().admit_senders(now));
  run();
  EXPECT_TRUE(*second);
  EXPECT_FALSE(*third) << "the second filled it over the low water";
  write();
  line().admit_senders(now);
  run();
  EXPECT_TRUE(*third);
  EXPECT_FALSE(line().admit_senders(now)) << "nobody waits any more";
}

TEST_F(an_audio_line, ends_the_waiting_of_one_caller) {
  send(audio(600), 1);
  auto const second = send(audio(200), 2);
  line().cancel_send(2);
  run();
  EXPECT_EQ((*second)->error(), boost::asio::error::operation_aborted);
  write();
  EXPECT_FALSE(line().admit_senders(now)) << "nobody waits any more";
}

TEST_F(an_audio_line, that_is_stopped_takes_no_more_and_drops_half_a_frame) {
  ASSERT_TRUE(try_send(audio(100) + "x"));
  EXPECT_EQ(line().stop(now), 1u);
  EXPECT_EQ(line().stop(now), std::nullopt) << "once";
  EXPECT_EQ(try_send(audio(100)).error(), errc::stopping);
  EXPECT_EQ(line().stopped_at(), now);
}

TEST_F(an_audio_line, measures_from_sending_to_the_acknowledgement) {
  open();
  ASSERT_TRUE(try_send(audio(100)));
  write();
  now += milliseconds(40);
  acknowledge(0, 3200);
  EXPECT_EQ(line().stats().ack_round_trip.count, 1u);
  EXPECT_EQ(line().stats().ack_round_trip.last, milliseconds(40));
}

TEST_F(an_audio_line, knows_how_far_the_server_may_have_heard) {
  open();
  ASSERT_TRUE(try_send(audio(300)));
  EXPECT_EQ(line().heard_until(), 0);
  EXPECT_DOUBLE_EQ(line().all_until(), 0.3);
  write();
  EXPECT_DOUBLE_EQ(line().heard_until(), 0.3);
  EXPECT_TRUE(line().is_all(0.3));
  EXPECT_FALSE(line().is_all(0.2));
}
