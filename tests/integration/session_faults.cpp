#include <gladia/live/session.hpp>

#include <algorithm>
#include <array>
#include <support/fault_names.hpp>
#include <support/heard_spans.hpp>
#include <support/live_fixture.hpp>

namespace {

using namespace std::chrono_literals;
using namespace gladia::test;
using gladia::errc;
using gladia::live::completeness;
namespace live = gladia::live;
namespace emulation = gladia::testing;
using emulation::ending;
using emulation::http_action;
using emulation::route;

/// A session against a server that does something wrong.
struct faulty_server : live_fixture {
  std::string audio = position_coded_audio(100'000);
  emulation::faults& faults = emulator_options.faults;

  void SetUp() override {
    live_fixture::SetUp();
    client_options.retry.backoff.base = 10ms;
  }

  void run_whole(std::chrono::seconds limit = 60s) {
    start();
    feed(audio);
    run_to_end(limit);
  }
  /// Sends everything and does not stop: whatever ends the session, it is not us.
  void run_unstopped() {
    make_session();
    ASSERT_TRUE(session->try_send(boost::asio::buffer(audio)));
    run();
    run_to_end();
  }

  void expect_complete(int connections) {
    EXPECT_FALSE(end->error) << end->error.what();
    EXPECT_EQ(end->verdict, completeness::complete);
    EXPECT_EQ(end->stats.connections, connections);
    EXPECT_EQ(end->stats.bytes_dropped, 0u);
    expect_no_gap(heard_spans(*server, audio), audio);
  }
  void expect_end(errc code, completeness verdict) {
    EXPECT_EQ(end->error, code) << end->error.what();
    EXPECT_EQ(end->verdict, verdict) << to_string(end->verdict);
  }

  void fault(route where, http_action action, int times = 1) {
    faults.http.push_back(live_fixture::fault(where, action, times));
  }
  void answer(route where, int status, int times = 1) {
    faults.http.push_back(live_fixture::answer(where, status, times));
  }
  std::size_t requests_to(std::string const& method) const {
    auto const all_requests = server->requests();
    return static_cast<std::size_t>(
        std::count_if(all_requests.begin(), all_requests.end(),
                      [&](auto const& r) { return r.method == method; }));
  }
};

// The link, plain and encrypted.

struct a_session_over_tcp_or_tls : faulty_server, ::testing::WithParamInterface<bool> {
  void SetUp() override {
    faulty_server::SetUp();
    emulator_options.tls = GetParam();
  }
};

TEST_P(a_session_over_tcp_or_tls, comes_back_after_several_resets) {
  audio = position_coded_audio(200'000);  // a cut may come a message of a second late
  faults.cuts.every = 20'000;
  faults.cuts.times = 3;
  run_whole();
  expect_complete(4);
  EXPECT_EQ(server->audio(report().id), audio);
}

TEST_P(a_session_over_tcp_or_tls, comes_back_after_several_quiet_ends) {
  audio = position_coded_audio(200'000);  // a cut may come a message of a second late
  faults.cuts.every = 20'000;
  faults.cuts.times = 3;
  faults.cuts.how = ending::fin;
  run_whole();
  expect_complete(4);
  EXPECT_EQ(server->audio(report().id), audio);
}

TEST_P(a_session_over_tcp_or_tls, comes_back_after_a_reset_with_everything_in_flight) {
  faults.cuts.every = 20'000;
  faults.cuts.times = 1;
  faults.cuts.kind = emulation::cut_kind::brutal;
  run_whole();
  expect_complete(2);
}

TEST_P(a_session_over_tcp_or_tls, writes_a_lost_stop_again) {
  faults.on_stop.how = ending::reset;
  faults.on_stop.times = 1;
  run_whole();
  expect_complete(2);
  EXPECT_EQ(report().total(&emulation::connection_report::stops), 2u);
}

TEST_P(a_session_over_tcp_or_tls, notices_a_server_that_answers_nothing) {
  options.link_timeout = 1s;
  faults.ignore_pings = true;
  on_event = [this](live::event const& e) {
    if (!std::holds_alternative<live::disconnected>(e) || all<live::disconnected>().size() > 1) {
      return;
    }
    server->set_faults({});
    feed(audio);
  };
  start();
  run_to_end(below_default_limits);
  expect_complete(2);
  auto const lost = all<live::disconnected>();
  EXPECT_EQ(lost.at(0).error, errc::link_dead);
  EXPECT_TRUE(lost.at(0).will_retry);
}

TEST_P(a_session_over_tcp_or_tls, notices_a_server_that_does_not_read) {
  options.send_stall_timeout = 3s;
  options.link_timeout = 8s;  // it would be found dead, before the default of the other
  // More than the buffers of both systems take.
  request.audio = {gladia::audio_encoding::pcm, 32, 48000, 8};
  audio = position_coded_audio(16'000'000);
  faults.stop_reading_after = 1;
  on_event = [&](live::event const& e) {
    if (std::holds_alternative<live::disconnected>(e)) server->set_faults({});
  };
  start();
  feed(audio, 500'000);
  run_to_end();
  expect_complete(2);
  auto const lost = all<live::disconnected>().at(0);
  EXPECT_EQ(lost.error, errc::send_stalled) << lost.error.what();
  EXPECT_TRUE(lost.will_retry);
}

TEST_P(a_session_over_tcp_or_tls, bears_a_server_that_reads_slowly) {
  options.link_timeout = 1s;
  options.send_stall_timeout = 1s;
  faults.read_size = 4096;
  faults.read_delay = 5ms;
  audio = position_coded_audio(1'000'000);  // takes longer than the limits
  run_whole();
  expect_complete(1);
  EXPECT_EQ(server->audio(report().id), audio);
}

TEST_P(a_session_over_tcp_or_tls, tries_again_when_the_handshake_hangs) {
  options.timeouts.upgrade = 200ms;
  fault(route::upgrade, http_action::hang);
  run_whole(below_default_limits);
  expect_complete(1);
  auto const error = all<live::disconnected>().at(0).error;
  EXPECT_EQ(error, errc::timeout);
  EXPECT_EQ(error.details().phase, gladia::phase::upgrade);
}

TEST_P(a_session_over_tcp_or_tls, tries_again_when_the_handshake_is_reset) {
  fault(route::upgrade, http_action::reset);
  run_whole();
  expect_complete(1);
  auto const lost = all<live::disconnected>();
  EXPECT_EQ(lost.at(0).error.details().phase, gladia::phase::upgrade);
}

TEST_P(a_session_over_tcp_or_tls, tries_again_when_half_of_the_handshake_comes) {
  fault(route::upgrade, http_action::half_answer);
  run_whole();
  expect_complete(1);
}

TEST_P(a_session_over_tcp_or_tls, follows_a_handshake_that_is_redirected_on_its_server) {
  answer(route::upgrade, 307);
  faults.http.back().headers = {{"Location", "#to-itself"}};
  run_whole();
  expect_complete(1);
  auto const ends = all<live::disconnected>();
  ASSERT_EQ(ends.size(), 2u);
  EXPECT_EQ(ends[0].error, errc::bad_redirect);
  EXPECT_TRUE(ends[0].will_retry);
}

INSTANTIATE_TEST_SUITE_P(both, a_session_over_tcp_or_tls, ::testing::Bool(),
                         [](auto const& given) { return given.param ? "wss" : "ws"; });

// Close codes.

struct a_final_close_code : faulty_server,
                            ::testing::WithParamInterface<std::pair<std::uint16_t, errc>> {
  std::uint16_t code() const { return GetParam().first; }
  void expect_this_end(completeness verdict) {
    expect_end(GetParam().second, verdict);
    EXPECT_EQ(end->close_code, code());
    EXPECT_EQ(end->error.details().close_code, code());
    EXPECT_EQ(end->stats.connections, 1);
    auto const ends = all<live::disconnected>();
    ASSERT_EQ(ends.size(), 1u);
    EXPECT_FALSE(ends[0].will_retry);
  }
};

TEST_P(a_final_close_code, ends_the_session_in_mid_stream) {
  faults.cuts.kind = emulation::cut_kind::brutal;
  faults.cuts.every = 16'000;
  faults.cuts.how = ending::close;
  faults.cuts.code = code();
  run_unstopped();
  expect_this_end(completeness::partial);
}

TEST_P(a_final_close_code, ends_the_session_right_after_it_opened) {
  faults.on_open = {ending::close, -1, code(), "because"};
  run_unstopped();
  expect_this_end(completeness::partial);
  EXPECT_EQ(end->close_reason, "because");
  EXPECT_EQ(end->error.details().close_reason, "because");
}

TEST_P(a_final_close_code, leaves_the_end_unknown_while_stopping) {
  options.fetch_result = false;
  faults.on_stop = {ending::close, -1, code(), ""};
  run_whole();
  expect_this_end(completeness::unknown);
}

INSTANTIATE_TEST_SUITE_P(
    codes, a_final_close_code,
    ::testing::Values(
        std::pair(1002, errc::closed_by_server), std::pair(1003, errc::closed_by_server),
        std::pair(1007, errc::closed_by_server), std::pair(1008, errc::closed_by_server),
        std::pair(1009, errc::closed_by_server), std::pair(1010, errc::closed_by_server),
        std::pair(3000, errc::closed_by_server), std::pair(3008, errc::closed_by_server),
        std::pair(4000, errc::closed_by_server), std::pair(4399, errc::closed_by_server),
        std::pair(4400, errc::closed_by_server), std::pair(4403, errc::session_gone),
        std::pair(4404, errc::closed_by_server), std::pair(4408, errc::idle_timeout),
        std::pair(4499, errc::closed_by_server), std::pair(4504, errc::no_speech)),
    [](auto const& given) { return std::to_string(given.param.first); });

struct a_passing_close_code : faulty_server, ::testing::WithParamInterface<std::uint16_t> {
  /// Codes that may not be sent are told as 1006.
  std::uint16_t seen() const {
    auto const is_forbidden = GetParam() == 1004 || GetParam() == 1015;
    return is_forbidden ? std::uint16_t{1006} : GetParam();
  }
  void expect_one_retry(int connections) {
    expect_complete(connections);
    auto const ends = all<live::disconnected>();
    ASSERT_EQ(ends.size(), 2u);
    EXPECT_EQ(ends[0].close_code, seen());
    EXPECT_TRUE(ends[0].will_retry);
  }
};

TEST_P(a_passing_close_code, is_survived_in_mid_stream) {
  faults.cuts = {16'000, emulation::cut_kind::brutal, ending::close, GetParam(), 1};
  run_whole();
  expect_one_retry(2);
}

TEST_P(a_passing_close_code, is_survived_right_after_opening) {
  faults.on_open = {ending::close, 1, GetParam()};
  run_whole();
  expect_one_retry(2);
}

TEST_P(a_passing_close_code, is_survived_while_stopping) {
  faults.on_stop = {ending::close, 1, GetParam()};
  run_whole();
  expect_one_retry(2);
  EXPECT_EQ(report().total(&emulation::connection_report::stops), 2u);
}

TEST_P(a_passing_close_code, ends_the_session_that_meets_it_whenever_it_opens) {
  options.reconnect_attempts = 2;
  faults.on_open = {ending::close, -1, GetParam()};
  run_unstopped();
  expect_end(errc::reconnect_failed, completeness::partial);
  EXPECT_EQ(end->error.details().close_code, seen());
  EXPECT_EQ(end->stats.connections, 3);
}

INSTANTIATE_TEST_SUITE_P(codes, a_passing_close_code,
                         ::testing::Values(1001, 1004, 1005, 1006, 1011, 1012, 1013, 1014, 1015,
                                           2999, 4500, 4503, 4505, 4999),
                         [](auto const& given) { return std::to_string(given.param); });

struct a_session_with_a_faulty_server : faulty_server {};

TEST_F(a_session_with_a_faulty_server, can_be_told_to_go_on_after_an_unassigned_close_code) {
  options.retry_unassigned_close_codes = true;
  faults.cuts = {16'000, emulation::cut_kind::brutal, ending::close, 4200, 1};
  run_whole();
  expect_complete(2);
}

TEST_F(a_session_with_a_faulty_server, ends_partial_with_a_goodbye_before_the_stop) {
  faults.cuts = {16'000, emulation::cut_kind::brutal, ending::close, 1000, 1};
  run_unstopped();
  expect_end(errc::closed_by_server, completeness::partial);
  EXPECT_EQ(end->close_code, 1000);
}

TEST_F(a_session_with_a_faulty_server, ends_partial_with_a_goodbye_at_the_opening) {
  faults.on_open = {ending::close, -1, 1000};
  run_unstopped();
  expect_end(errc::closed_by_server, completeness::partial);
  EXPECT_EQ(end->stats.connections, 1);
}

TEST_F(a_session_with_a_faulty_server, ends_complete_with_a_goodbye_at_the_stop) {
  faults.on_stop = {ending::close, -1, 1000};
  run_whole();
  expect_complete(1);
}

// Servers that open and end at once.

struct a_server_that_opens_and_ends : faulty_server, ::testing::WithParamInterface<ending> {};

TEST_P(a_server_that_opens_and_ends, is_given_up_within_the_window_and_few_connects) {
  options.reconnect_window = 1s;
  faults.on_open = {GetParam(), -1, 1012, ""};
  auto const began = std::chrono::steady_clock::now();
  run_whole(below_default_limits);
  auto const seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  EXPECT_EQ(end->error, errc::reconnect_failed);
  EXPECT_GE(end->stats.connections, 2);
  EXPECT_LE(end->stats.connections, 1 + 4 * seconds) << "at most 4 connects a second";
  EXPECT_FALSE(all<live::disconnected>().back().will_retry);
}

INSTANTIATE_TEST_SUITE_P(ways, a_server_that_opens_and_ends,
                         ::testing::Values(ending::close, ending::fin, ending::reset),
                         [](auto const& given) {
                           return given.param == ending::close ? "close"
                                  : given.param == ending::fin ? "fin"
                                                               : "reset";
                         });

// Refused handshakes.

struct a_refused_handshake : faulty_server, ::testing::WithParamInterface<std::pair<int, errc>> {
  int status() const { return GetParam().first; }
};

struct a_finally_refused_handshake : a_refused_handshake {};

TEST_P(a_finally_refused_handshake, ends_the_session) {
  answer(route::upgrade, status(), -1);
  run_whole();
  expect_end(GetParam().second, completeness::partial);
  EXPECT_EQ(end->error.details().http_status, status());
  EXPECT_EQ(end->error.details().phase, gladia::phase::upgrade);
  EXPECT_EQ(all<live::disconnected>().size(), 1u);
}

TEST_P(a_finally_refused_handshake,
       leaves_the_end_unknown_only_behind_a_stop_and_if_the_job_is_over) {
  options.fetch_result = false;
  fault(route::upgrade, http_action::serve);
  answer(route::upgrade, status(), -1);
  faults.on_stop = {ending::reset, 1};
  run_whole();
  expect_end(GetParam().second, completeness::unknown);
  EXPECT_EQ(end->stats.connections, 1);
}

INSTANTIATE_TEST_SUITE_P(statuses, a_finally_refused_handshake,
                         ::testing::Values(std::pair(401, errc::unauthorized),
                                           std::pair(403, errc::forbidden),
                                           std::pair(404, errc::not_found),
                                           std::pair(410, errc::not_found)),
                         [](auto const& given) { return std::to_string(given.param.first); });

struct a_handshake_refused_for_now : a_refused_handshake {};

TEST_P(a_handshake_refused_for_now, is_tried_again) {
  answer(route::upgrade, status());
  run_whole();
  expect_complete(1);
  auto const refusals = all<live::disconnected>();
  ASSERT_EQ(refusals.size(), 2u);
  EXPECT_EQ(refusals[0].error, GetParam().second);
  EXPECT_TRUE(refusals[0].will_retry);
}

INSTANTIATE_TEST_SUITE_P(statuses, a_handshake_refused_for_now,
                         ::testing::Values(std::pair(408, errc::timeout),
                                           std::pair(429, errc::too_many_requests),
                                           std::pair(500, errc::server_error),
                                           std::pair(503, errc::server_error)),
                         [](auto const& given) { return std::to_string(given.param.first); });

TEST_F(a_session_with_a_faulty_server, waits_as_long_as_a_refused_handshake_asks) {
  answer(route::upgrade, 429);
  faults.http.back().headers = {{"Retry-After", "1"}};
  run_whole();
  expect_complete(1);
  EXPECT_GE(all<live::disconnected>().at(0).delay, 1s);
}

// Acknowledgements.

struct a_session_with_acknowledgements : faulty_server,
                                         ::testing::WithParamInterface<emulation::ack_mode> {
  void SetUp() override {
    faulty_server::SetUp();
    faults.acks = GetParam();
    faults.ack_every = 2;
    faults.ack_delay = 50ms;
  }
};

TEST_P(a_session_with_acknowledgements, of_any_kind_delivers_everything) {
  run_whole();
  expect_complete(1);
  EXPECT_EQ(server->audio(report().id), audio);
}

// Whoever acknowledges what it has not got has to keep the link.
struct a_session_with_late_or_low_acknowledgements : a_session_with_acknowledgements {
  void SetUp() override {
    a_session_with_acknowledgements::SetUp();
    // Small messages, read so slowly that acknowledgements come in time before each cut.
    request.audio = {gladia::audio_encoding::pcm, 8, 8000, 1};
    audio = position_coded_audio(200'000);
    faults.ack_delay = 5ms;
    faults.read_size = 4096;
    faults.read_delay = 3ms;
    faults.cuts = {50'000, emulation::cut_kind::brutal, ending::reset, 0, 2};
  }

  void expect_to_resume_behind_acknowledged_audio() {
    run_whole();
    expect_complete(3);
    if (GetParam() == emulation::ack_mode::none) return;
    for (auto const& link : report().connections) {
      if (link.was_cut) {
        EXPECT_GT(link.acknowledged, 0u);
      }
    }
    EXPECT_GT(all<live::connected>().back().resume_offset, 0u) << "all was sent again";
  }
};

TEST_P(a_session_with_late_or_low_acknowledgements, survives_a_lost_link) {
  expect_to_resume_behind_acknowledged_audio();
}

TEST_P(a_session_with_late_or_low_acknowledgements, survives_a_server_that_counts_from_zero) {
  faults.cuts.how = ending::fin;
  faults.resume = emulation::resume_policy::restart;
  // Of less than 10 s a count that starts anew cannot be told from ranges that are told again.
  faults.cuts.every = 100'000;
  audio = position_coded_audio(300'000);
  expect_to_resume_behind_acknowledged_audio();
  if (GetParam() == emulation::ack_mode::none) return;
  EXPECT_GT(all<live::connected>().back().resume_offset, 50'000u)
      << "the first link's was sent again";
}

INSTANTIATE_TEST_SUITE_P(kinds, a_session_with_acknowledgements,
                         ::testing::Values(emulation::ack_mode::none, emulation::ack_mode::late,
                                           emulation::ack_mode::lost,
                                           emulation::ack_mode::shrinking,
                                           emulation::ack_mode::jumping,
                                           emulation::ack_mode::inclusive),
                         [](auto const& given) { return name_of(given.param); });
INSTANTIATE_TEST_SUITE_P(kinds, a_session_with_late_or_low_acknowledgements,
                         ::testing::Values(emulation::ack_mode::none, emulation::ack_mode::late,
                                           emulation::ack_mode::lost,
                                           emulation::ack_mode::shrinking,
                                           emulation::ack_mode::inclusive),
                         [](auto const& given) { return name_of(given.param); });

TEST_F(a_session_with_a_faulty_server, warns_of_refused_audio_and_goes_on) {
  faults.acks = emulation::ack_mode::nack;
  faults.ack_every = 2;
  run_whole();
  EXPECT_FALSE(end->error) << end->error.what();
  auto const warnings = all<live::warning>();
  ASSERT_FALSE(warnings.empty());
  EXPECT_EQ(warnings[0].code, live::warning_code::audio_refused);
  EXPECT_EQ(warnings.size(), report().nacks);
}

// The stop.

TEST_F(a_session_with_a_faulty_server, misses_no_word_where_its_stop_is_lost) {
  emulator_options.script =
      R"([{"text": "one", "start": 0.1, "end": 0.4}, {"text": "two", "start": 2, "end": 9}])";
  request.messages_config.receive_post_processing_events = true;
  faults.on_stop = {ending::fin, 2};
  run_whole();
  expect_complete(3);
  std::vector<std::string> said;
  for (auto const& t : all<gladia::transcript>()) said.push_back(t.data.utterance.text);
  EXPECT_EQ(said, (std::vector<std::string>{" one", " two"}));
  EXPECT_EQ(all<gladia::post_final_transcript>().size(), 1u);
}

TEST_F(a_session_with_a_faulty_server, fetches_the_result_after_an_end_without_goodbye) {
  options.stop_timeout = 2s;
  options.fetch_result = true;
  faults.never_close = true;
  run_whole(below_default_limits);
  EXPECT_FALSE(end->error) << "the job holds all: " << end->error.what();
  EXPECT_EQ(end->verdict, completeness::complete);
  ASSERT_TRUE(end->job);
  EXPECT_EQ(end->job->status, gladia::job_status::done);
  EXPECT_EQ(end->job->id, report().id);
}

TEST_F(a_session_with_a_faulty_server, ends_even_if_its_job_cannot_be_fetched) {
  options.stop_timeout = 2s;
  options.fetch_result = true;
  options.fetch_timeout = 300ms;
  faults.never_close = true;
  fault(route::get, http_action::hang, -1);
  run_whole(below_default_limits);
  expect_end(errc::stop_timeout, completeness::unknown);
  EXPECT_FALSE(end->job);
}

// Nonsense on the link.

// Made when it is sent: a large one, as a parameter, would be copied at the start of each test.
struct strange_message {
  char const* name;
  emulation::injection (*make)();
};

struct a_strange_message : faulty_server, ::testing::WithParamInterface<strange_message> {};

TEST_P(a_strange_message, does_not_disturb_the_stream) {
  faults.injections = {GetParam().make()};
  run_whole();
  expect_complete(1);
  EXPECT_EQ(server->audio(report().id), audio);
  EXPECT_EQ(all<gladia::malformed_message>().size() + all<gladia::unknown_message>().size(), 1u)
      << "it is reported, once";
}

emulation::injection text(std::string payload) {
  return {6400, emulation::injection::kind::text, std::move(payload)};
}

std::string nested(std::size_t depth) {
  return R"({"type":"transcript","data":)" + std::string(depth, '[') + std::string(depth, ']') +
         '}';
}

strange_message const strange_messages[] = {
    {"empty", [] { return text(""); }},
    {"no_json", [] { return text("Hello?"); }},
    {"half_an_object", [] { return text(R"({"type": "transcript", "da)"); }},
    {"null", [] { return text("null"); }},
    {"an_array", [] { return text("[]"); }},
    {"a_number", [] { return text("1e999"); }},
    {"no_type", [] { return text("{}"); }},
    {"a_type_that_is_no_string", [] { return text(R"({"type": 7})"); }},
    {"an_unknown_type", [] { return text(R"({"type": "telepathy", "data": {}})"); }},
    {"another_shape", [] { return text(R"({"type": "transcript", "data": "text"})"); }},
    {"an_acknowledgement_of_words",
     [] {
       return text(R"({"type": "audio_chunk", "acknowledged": true,
                       "data": {"byte_range": ["a", {}]}})");
     }},
    {"deeply_nested", [] { return text(nested(100'000)); }},
    {"unclosed_nesting", [] { return text(std::string(1'000'000, '[')); }},
    {"large", [] { return text(std::string(std::size_t{8} << 20, ' ') + "{"); }},
    {"binary",
     [] {
       return emulation::injection{6400, emulation::injection::kind::binary,
                                   std::string("\0\xff\x80{", 4)};
     }},
};

INSTANTIATE_TEST_SUITE_P(messages, a_strange_message, ::testing::ValuesIn(strange_messages),
                         [](auto const& given) { return given.param.name; });

TEST_F(a_session_with_a_faulty_server, loses_nothing_to_acknowledgements_beyond_all_bounds) {
  for (auto const* range : {"[-9223372036854775808, 9223372036854775807]",
                            "[9223372036854775807, -9223372036854775808]", "[-1, -1]",
                            "[18446744073709551616, 1e300]"}) {
    faults.injections.push_back(
        text(R"({"type": "audio_chunk", "acknowledged": true, "data": {"byte_range": )" +
             std::string(range) + R"(, "time_range": [0, 1]}})"));
  }
  run_whole();
  expect_complete(1);
  EXPECT_EQ(server->audio(report().id), audio);
}

TEST_F(a_session_with_a_faulty_server, goes_on_after_a_ping) {
  faults.injections = {{6400, emulation::injection::kind::ping, "are you there"}};
  run_whole();
  expect_complete(1);
}

TEST_F(a_session_with_a_faulty_server, ends_at_a_message_above_the_limit) {
  options.max_message = 100'000;
  faults.injections = {text(std::string(100'001, ' '))};
  run_unstopped();
  expect_end(errc::message_too_large, completeness::partial);
}

TEST_F(a_session_with_a_faulty_server, ends_at_a_message_above_the_limit_of_64_mib) {
  // A frame's head, which says as much; the frame never comes.
  faults.injections = {{6400, emulation::injection::kind::raw_bytes,
                        std::string("\x81\x7f\0\0\0\0\x04\0\0\x01", 10)}};
  run_unstopped();
  expect_end(errc::message_too_large, completeness::partial);
}

TEST_F(a_session_with_a_faulty_server, ends_at_a_frame_of_an_absurd_length) {
  faults.injections = {{6400, emulation::injection::kind::raw_bytes,
                        std::string("\x81\x7f\xff\0\0\0\0\0\0\x01", 10)}};
  run_unstopped();
  expect_end(errc::message_too_large, completeness::partial);
}

TEST_F(a_session_with_a_faulty_server, goes_on_after_a_message_at_the_limit) {
  options.max_message = 100'000;
  faults.injections = {text(std::string(100'000, ' '))};
  run_whole();
  expect_complete(1);
}

struct a_session_with_a_huge_message : a_session_with_a_faulty_server {
  void SetUp() override {
    a_session_with_a_faulty_server::SetUp();
    emulator_options.idle_timeout = std::chrono::minutes(10);  // it takes its time to be read
  }
  void run_with(std::string const& message) {
    // Not as one of the emulator's options, of which there are several copies.
    on_event = [&](live::event const& e) {
      if (auto const* made = std::get_if<live::started>(&e)) {
        server->inject(made->session.id, text(message));
        EXPECT_TRUE(session->try_send(boost::asio::buffer(audio)));
      }
      // Not before: a server that has closed does not wait for so much to be read.
      if (std::holds_alternative<gladia::malformed_message>(e) ||
          std::holds_alternative<gladia::unknown_message>(e)) {
        session->stop();
      }
    };
    start();
    run_to_end(std::chrono::minutes(5));  // with a sanitizer on a busy machine
    expect_complete(1);
  }
};

TEST_F(a_session_with_a_huge_message, goes_on_at_the_limit_of_64_mib) {
  run_with(std::string(std::size_t{64} << 20, '['));
  EXPECT_EQ(all<gladia::malformed_message>().size(), 1u);
}

TEST_F(a_session_with_a_huge_message, goes_on_beyond_it_where_the_limit_was_raised) {
  options.max_message = std::size_t{80} << 20;
  run_with(R"({"type":"new"})" + std::string(std::size_t{65} << 20, ' '));
  EXPECT_EQ(all<gladia::unknown_message>().size(), 1u);
}

struct an_invalid_frame : faulty_server,
                          ::testing::WithParamInterface<std::pair<char const*, std::string>> {};

TEST_P(an_invalid_frame, costs_the_link_and_not_the_session) {
  faults.injections = {{6400, emulation::injection::kind::raw_bytes, GetParam().second}};
  // Not before: a stop that the server heard on the first link would end the session there.
  on_event = [this](live::event const& e) {
    if (std::holds_alternative<live::disconnected>(e)) session->stop();
  };
  run_unstopped();
  expect_complete(2);
  auto const lost = all<live::disconnected>();
  EXPECT_TRUE(lost.at(0).will_retry);
  EXPECT_EQ(lost.at(0).close_code, 0);
}

INSTANTIATE_TEST_SUITE_P(
    frames, an_invalid_frame,
    ::testing::Values(std::pair("reserved_opcode", std::string("\x83\x00", 2)),
                      std::pair("reserved_control_opcode", std::string("\x8f\x00", 2)),
                      std::pair("reserved_bits", std::string("\xf1\x00", 2)),
                      std::pair("masked", std::string("\x81\x81\x01\x02\x03\x04\x05", 7)),
                      std::pair("fragmented_ping", std::string("\x09\x00", 2)),
                      std::pair("large_ping", std::string("\x89\x7e\x00\x80", 4)),
                      std::pair("continuation_of_nothing", std::string("\x80\x00", 2)),
                      std::pair("message_within_a_message", std::string("\x01\x01{\x81\x01}", 6)),
                      std::pair("http", std::string("HTTP/1.1 500 Sorry\r\n\r\n"))),
    [](auto const& given) { return given.param.first; });

struct a_session_with_an_odd_frame : faulty_server {
  void inject(std::string const& frame) {
    faults.injections = {{6400, emulation::injection::kind::raw_bytes, frame}};
  }
};

TEST_F(a_session_with_an_odd_frame, goes_on_after_text_that_is_not_utf8) {
  inject("\x81\x02\xff\xff");
  run_whole();
  expect_complete(1);
  EXPECT_EQ(all<gladia::malformed_message>().size(), 1u);
}

TEST_F(a_session_with_an_odd_frame, ends_at_a_close_whose_reason_is_cut_inside_a_character) {
  inject("\x88\x03\x11\x33\xc3");
  run_unstopped();
  EXPECT_EQ(end->error, errc::session_gone);
  EXPECT_EQ(end->close_code, 4403);
  EXPECT_EQ(end->close_reason, "\xEF\xBF\xBD");
  EXPECT_EQ(end->stats.connections, 1);
}

struct a_close_frame_that_may_not_be_sent : faulty_server,
                                            ::testing::WithParamInterface<std::string> {};

TEST_P(a_close_frame_that_may_not_be_sent, costs_the_link_and_not_the_session) {
  faults.injections = {{6400, emulation::injection::kind::raw_bytes, GetParam()}};
  on_event = [this](live::event const& e) {
    if (std::holds_alternative<live::disconnected>(e)) session->stop();
  };
  run_unstopped();
  expect_complete(2);
  EXPECT_EQ(all<live::disconnected>().at(0).close_code, 1006);
}

INSTANTIATE_TEST_SUITE_P(codes, a_close_frame_that_may_not_be_sent,
                         ::testing::Values("\x88\x02\x03\xed", "\x88\x01\x03"));

// Creating the session.

TEST_F(a_session_with_a_faulty_server, starts_after_a_post_that_hung_once) {
  options.init_timeout = 1s;
  fault(route::init, http_action::hang);
  run_whole(below_default_limits);
  expect_complete(1);
  EXPECT_EQ(requests_to("POST"), 2u);
}

TEST_F(a_session_with_a_faulty_server, ends_with_the_phase_of_a_post_that_hangs) {
  options.init_timeout = 200ms;
  fault(route::init, http_action::hang, -1);
  run_whole(below_default_limits);
  expect_end(errc::timeout, completeness::partial);
  EXPECT_EQ(end->error.details().phase, gladia::phase::response);
  EXPECT_EQ(end->error.details().attempts, 2);
  EXPECT_TRUE(end->job_id.empty());
}

struct a_post_that_fails_once : faulty_server,
                                ::testing::WithParamInterface<std::pair<char const*, http_action>> {
};

TEST_P(a_post_that_fails_once, is_made_again) {
  fault(route::init, GetParam().second);
  run_whole();
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
  EXPECT_EQ(requests_to("POST"), 2u);
  EXPECT_EQ(server->audio(end->job_id), audio);
}

INSTANTIATE_TEST_SUITE_P(ways, a_post_that_fails_once,
                         ::testing::Values(std::pair("unavailable", http_action::answer),
                                           std::pair("reset", http_action::reset),
                                           std::pair("answer_lost", http_action::lose_answer),
                                           std::pair("half_a_body", http_action::half_answer)),
                         [](auto const& given) { return given.param.first; });

struct a_refused_post : faulty_server, ::testing::WithParamInterface<std::pair<int, errc>> {};

TEST_P(a_refused_post, ends_the_session_with_the_reason) {
  auto const [status, code] = GetParam();
  answer(route::init, status, -1);
  run_whole();
  expect_end(code, completeness::partial);
  EXPECT_EQ(end->error.details().http_status, status);
  EXPECT_EQ(requests_to("POST"), status >= 429 ? 2u : 1u);
  EXPECT_EQ(requests_to("GET"), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    statuses, a_refused_post,
    ::testing::Values(std::pair(400, errc::bad_request), std::pair(401, errc::unauthorized),
                      std::pair(402, errc::payment_required), std::pair(403, errc::forbidden),
                      std::pair(418, errc::unexpected_status),
                      std::pair(429, errc::too_many_requests), std::pair(500, errc::server_error)),
    [](auto const& given) { return std::to_string(given.param.first); });

TEST_F(a_session_with_a_faulty_server, waits_as_long_as_a_busy_server_asks) {
  answer(route::init, 429);
  faults.http.back().headers = {{"Retry-After", "1"}};
  auto const began = std::chrono::steady_clock::now();
  run_whole();
  expect_complete(1);
  EXPECT_GE(std::chrono::steady_clock::now() - began, 1s);
}

TEST_F(a_session_with_a_faulty_server, ends_with_the_status_of_a_gateways_page) {
  faults.http = {emulation::bad_gateway(route::init, -1)};
  run_whole();
  expect_end(errc::server_error, completeness::partial);
  EXPECT_EQ(end->error.details().http_status, 502);
}

struct a_strange_answer
    : faulty_server,
      ::testing::WithParamInterface<std::tuple<char const*, std::string, errc>> {};

TEST_P(a_strange_answer, to_the_post_ends_the_session) {
  answer(route::init, 201, -1);
  faults.http.back().body = std::get<1>(GetParam());
  run_whole();
  expect_end(std::get<2>(GetParam()), completeness::partial);
}

INSTANTIATE_TEST_SUITE_P(
    bodies, a_strange_answer,
    ::testing::Values(std::tuple("no_json", "<html>Welcome</html>", errc::malformed_json),
                      std::tuple("deep", std::string(100'000, '['), errc::malformed_json),
                      std::tuple("an_array", "[]", errc::malformed_response),
                      std::tuple("no_url", R"({"id": "a"})", errc::malformed_response),
                      std::tuple("a_url_that_is_no_string", R"({"id": "a", "url": 7})",
                                 errc::malformed_response)),
    [](auto const& given) { return std::get<0>(given.param); });

struct a_session_url : faulty_server,
                       ::testing::WithParamInterface<std::tuple<char const*, char const*, errc>> {};

TEST_P(a_session_url, that_cannot_be_used_ends_the_session_before_any_link) {
  faults.init_url = std::get<1>(GetParam());
  run_whole();
  expect_end(std::get<2>(GetParam()), completeness::partial);
  EXPECT_EQ(requests_to("GET"), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    urls, a_session_url,
    ::testing::Values(
        std::tuple("unencrypted", "ws://gladia.example.com/v2/live?token={token}",
                   errc::insecure_url),
        std::tuple("unencrypted_http", "http://gladia.example.com/?token={token}",
                   errc::insecure_url),
        std::tuple("another_scheme", "ftp://127.0.0.1:{port}/?token={token}", errc::invalid_url),
        std::tuple("no_host", "ws:///v2/live?token={token}", errc::invalid_url),
        std::tuple("port_of_words", "ws://127.0.0.1:port/?token={token}", errc::invalid_url),
        std::tuple("line_break", "ws://127.0.0.1:{port}/\r\nX: y?token={token}",
                   errc::invalid_url)),
    [](auto const& given) { return std::get<0>(given.param); });

TEST_F(a_session_with_a_faulty_server, goes_on_with_a_url_of_http) {
  auto const scheme = std::string(emulator_options.tls ? "https" : "http");
  faults.init_url = scheme + "://127.0.0.1:{port}/v2/live?token={token}";
  run_whole();
  expect_complete(1);
}

TEST_F(a_session_with_a_faulty_server, goes_on_with_a_relative_url) {
  faults.init_url = "/v2/live?token={token}";
  run_whole();
  expect_complete(1);
}

}  // namespace
