#include <gladia/live/session.hpp>

#include <support/live_fixture.hpp>
#include <support/wav_bytes.hpp>

namespace {

using namespace std::chrono_literals;
using namespace gladia::test;
using gladia::errc;
using gladia::live::completeness;
namespace live = gladia::live;
namespace emulation = gladia::testing;

struct a_session : live_fixture {};

TEST_F(a_session, delivers_every_byte_and_ends_complete) {
  auto const audio = position_coded_audio(100'000);
  start();
  feed(audio);
  run_to_end();
  EXPECT_FALSE(end->error) << end->error.what();
  EXPECT_EQ(end->verdict, completeness::complete);
  EXPECT_EQ(end->close_code, 1000);
  EXPECT_EQ(end->stats.bytes_acknowledged, audio.size());
  EXPECT_EQ(server->audio(report().id), audio);
}

TEST_F(a_session, delivers_the_words_of_the_server) {
  emulator_options.script = R"([{"text": "hello world", "start": 0.2, "end": 0.9}])";
  start();
  feed(std::string(64'000, '\0'));
  run_to_end();
  auto const said = all<gladia::transcript>();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].data.utterance.text, " hello world");
}

TEST_F(a_session, says_everything_in_order_and_ends_with_ended) {
  start();
  feed(std::string(32'000, '\0'));
  run_to_end();
  ASSERT_GE(events.size(), 4u);
  EXPECT_TRUE(std::holds_alternative<live::started>(events[0]));
  EXPECT_TRUE(std::holds_alternative<live::connecting>(events[1]));
  EXPECT_TRUE(std::holds_alternative<live::connected>(events[2]));
  EXPECT_TRUE(std::holds_alternative<live::ended>(events.back()));
}

TEST_F(a_session, hides_acknowledgements_nobody_asked_for) {
  start();
  feed(std::string(32'000, '\0'));
  run_to_end();
  EXPECT_TRUE(all<gladia::audio_chunk_ack>().empty());
  EXPECT_TRUE(all<gladia::stop_recording_ack>().empty());
  EXPECT_GT(end->stats.messages_received, 0u);
}

TEST_F(a_session, delivers_acknowledgements_that_were_asked_for) {
  request.messages_config.receive_acknowledgments = true;
  start();
  feed(std::string(32'000, '\0'));
  run_to_end();
  EXPECT_FALSE(all<gladia::audio_chunk_ack>().empty());
  EXPECT_EQ(all<gladia::stop_recording_ack>().size(), 1u);
}

TEST_F(a_session, sends_first_what_came_before_the_link_was_up) {
  auto const audio = position_coded_audio(50'000);
  make_session();
  ASSERT_TRUE(session->try_send(boost::asio::buffer(audio)));
  session->stop();
  run();
  run_to_end();
  EXPECT_EQ(end->verdict, completeness::complete);
  EXPECT_EQ(server->audio(report().id), audio);
}

TEST_F(a_session, strips_a_wav_header_from_the_stream) {
  auto const samples = position_coded_audio(20'000);
  start();
  std::string header;
  header += "RIFF";
  auto u32 = [&](std::uint32_t n) {
    for (int i = 0; i < 4; ++i) header += static_cast<char>(n >> (8 * i));
  };
  auto u16 = [&](std::uint16_t n) {
    for (int i = 0; i < 2; ++i) header += static_cast<char>(n >> (8 * i));
  };
  u32(36 + 20'000);
  header += "WAVEfmt ";
  u32(16);
  u16(1);
  u16(1);
  u32(16000);
  u32(32000);
  u16(2);
  u16(16);
  header += "data";
  u32(20'000);
  feed(header + samples, 7);
  run_to_end();
  EXPECT_EQ(server->audio(report().id), samples);
}

TEST_F(a_session, refuses_audio_of_another_format_than_asked_for) {
  request.audio.sample_rate = 8000;
  start();
  std::string const header(
      "RIFF\x24\x4e\0\0WAVEfmt "
      "\x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\0\0\0\0",
      44);
  auto const sent = session->try_send(boost::asio::buffer(header));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error(), errc::format_mismatch);
  session->stop();
  run_to_end();
  EXPECT_EQ(end->error, errc::format_mismatch);
  EXPECT_EQ(end->verdict, completeness::partial) << "none of the audio was heard";
}

TEST_F(a_session, reports_a_refused_key_with_the_words_of_the_server) {
  client_options.api_key = "wrong";
  start();
  run_to_end();
  EXPECT_EQ(end->error, errc::unauthorized);
  EXPECT_EQ(end->error.details().http_status, 401);
  EXPECT_EQ(end->error.details().server_message, "gladia key not found");
  EXPECT_EQ(end->verdict, completeness::partial);
}

TEST_F(a_session, checks_the_request_before_any_network) {
  request.audio.channels = 9;
  start();
  run_to_end();
  EXPECT_EQ(end->error, errc::invalid_request);
  EXPECT_TRUE(server->requests().empty());
}

TEST_F(a_session, drops_an_incomplete_frame_at_the_stop_and_says_so) {
  start();
  feed(std::string(3201, 'x'));
  run_to_end();
  EXPECT_EQ(server->audio(report().id).size(), 3200u);
  auto const warnings = all<live::warning>();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].code, live::warning_code::incomplete_frame);
}

TEST_F(a_session, stopped_while_it_ends_says_nothing_behind_its_end) {
  auto& cuts = emulator_options.faults.cuts;
  cuts.every = 3200;
  cuts.how = emulation::ending::close;
  cuts.code = 4403;
  bool is_stopped = false;
  client_options.logger = {gladia::log_level::info, [&](auto, std::string_view line) {
                             if (line.find("disconnected") == std::string::npos) return;
                             session->stop();
                             is_stopped = true;
                           }};
  make_session();
  ASSERT_TRUE(session->try_send(boost::asio::buffer(std::string(3201, 'x'))));
  run();
  run_to_end();
  EXPECT_TRUE(is_stopped);
  EXPECT_EQ(end->close_code, 4403);
  EXPECT_TRUE(std::holds_alternative<live::ended>(events.back()));
  EXPECT_TRUE(all<live::warning>().empty()) << "of the incomplete frame";
}

TEST_F(a_session, comes_back_after_a_lost_link) {
  emulator_options.faults.cuts.every = 30'000;
  emulator_options.faults.cuts.times = 1;
  auto const audio = position_coded_audio(100'000);
  start();
  feed(audio);
  run_to_end();
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
  EXPECT_EQ(end->stats.connections, 2);
  EXPECT_EQ(server->audio(report().id), audio);
  auto const lost = all<live::disconnected>();
  ASSERT_EQ(lost.size(), 2u);
  EXPECT_TRUE(lost[0].will_retry);
  EXPECT_FALSE(lost[1].will_retry);
}

TEST_F(a_session, writes_the_stop_again_after_a_reconnect) {
  emulator_options.faults.on_stop.how = emulation::ending::reset;
  emulator_options.faults.on_stop.times = 2;
  start();
  feed(std::string(32'000, '\0'));
  run_to_end();
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
  EXPECT_EQ(report().total(&emulation::connection_report::stops), 3u);
}

TEST_F(a_session, ends_when_a_server_accepts_and_closes_for_ever) {
  options.reconnect_window = 1s;
  options.fetch_result = false;
  emulator_options.faults.on_open.how = emulation::ending::close;
  emulator_options.faults.on_open.times = -1;
  start();
  feed(std::string(32'000, '\0'));
  run_to_end(below_default_limits);
  EXPECT_EQ(end->error, errc::reconnect_failed);
  EXPECT_LE(end->stats.connections, 6) << "at most 4 connects a second";
}

TEST_F(a_session, ends_in_time_when_a_stop_is_never_answered) {
  options.stop_timeout = 2s;
  options.fetch_result = false;
  emulator_options.faults.ignore_stop = true;
  start();
  feed(std::string(32'000, '\0'));
  run_to_end(below_default_limits);
  EXPECT_EQ(end->error, errc::stop_timeout);
  EXPECT_EQ(end->verdict, completeness::unknown);
}

TEST_F(a_session, outlives_the_silence_of_its_caller) {
  emulator_options.idle_timeout = 1s;
  options.keep_alive_after = 100ms;
  options.keep_alive_interval = 50ms;
  start();
  ASSERT_TRUE(server->wait_until([](auto const& r) {
    return r.total(&emulation::connection_report::keep_alives) >= 25;
  })) << "these take longer than the server waits";
  session->stop();
  run_to_end();
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
  EXPECT_EQ(end->stats.connections, 1);
}

TEST_F(a_session, keeps_its_link_over_a_pause_of_the_whole_process) {
  options.link_timeout = 2s;
  on_event = [this](live::event const& e) {
    if (!std::holds_alternative<live::connected>(e)) return;
    network.pause(2200ms);
    session->stop();
  };
  start();
  run_to_end();
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
  EXPECT_EQ(end->stats.connections, 1);
}

TEST_F(a_session, is_left_to_idle_out_behind_a_warning_by_a_caller_who_is_silent_for_too_long) {
  emulator_options.idle_timeout = 2s;
  options.keep_alive_after = 100ms;
  options.keep_alive_interval = 50ms;
  options.keep_alive_limit = 200ms;
  start();
  run_to_end(below_default_limits);
  EXPECT_EQ(end->error, errc::idle_timeout) << end->error.what();
  EXPECT_EQ(end->close_code, 4408);
  auto const warnings = all<live::warning>();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].code, live::warning_code::keep_alive_limit);
  EXPECT_LE(end->stats.keep_alives_sent, 5) << "by then the limit is over";
}

TEST_F(a_session, closes_the_link_in_order_when_it_is_cancelled) {
  start();
  on_event = [this](live::event const& e) {
    if (std::holds_alternative<live::connected>(e)) session->cancel();
  };
  run_to_end();
  EXPECT_EQ(end->error, boost::asio::error::operation_aborted);
  EXPECT_TRUE(server->wait_until([](auto const& r) {
    return !r.connections.empty() && r.connections[0].client_close_code == 1000;
  }));
}

TEST_F(a_session, can_be_attached_to_without_a_key) {
  start_server();
  gladia::client backend(io, client_options);
  std::optional<gladia::live_session_info> info;
  backend.live().async_init(request, [&](gladia::result<gladia::live_session_info> r) {
    ASSERT_TRUE(r) << r.error().what();
    info = std::move(*r);
  });
  io.run();
  ASSERT_TRUE(info);
  auto const audio = position_coded_audio(10'000);
  client_options.api_key = "";
  client.emplace(network.context(), client_options);
  session.emplace(client->live().attach(*info, request, options));
  run();
  feed(audio);
  run_to_end();
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
  EXPECT_EQ(end->job_id, info->id);
  EXPECT_EQ(server->audio(info->id), audio);
}

}  // namespace
