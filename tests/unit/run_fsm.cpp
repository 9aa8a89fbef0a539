#include <gladia/live/detail/run_fsm.hpp>

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace {

using namespace std::chrono_literals;
using gladia::errc;
using gladia::error;
using gladia::phase;
using gladia::live::session_options;
using gladia::live::detail::run_action;
using gladia::live::detail::run_fsm;
using gladia::live::detail::stage;
using gladia::live::detail::time_point;
using gladia::net::link_end;
using kind = run_action::kind;

auto const aborted = gladia::error_code(boost::asio::error::operation_aborted);

link_end closed_with(std::uint16_t code) {
  return {code, {}, {}};
}
link_end lost() {
  return {0, {}, error(boost::asio::error::connection_reset)};
}
link_end refused_with(int status) {
  error e(make_error_code(errc::unexpected_status), phase::upgrade);
  e.edit_details().http_status = status;
  return {0, {}, e};
}

/// A machine, and a clock that stands still unless it is told to wait.
struct a_session : testing::Test {
  session_options options;
  run_fsm::knowledge known{};  // no key to ask for the job with
  run_fsm machine = make();
  time_point const start{};
  time_point now{};

  run_fsm make(bool attached = false) { return run_fsm(options, attached, 42); }
  void restart(bool attached = false) { machine = make(attached); }

  kind run() { return machine.on_run({}, now).type; }
  void create() {
    ASSERT_EQ(run(), kind::create);
    ASSERT_EQ(machine.on_created({}, now).type, kind::connect);
  }
  void open() {
    create();
    machine.on_opened();
  }
  run_action end(link_end e) { return machine.on_link_end(std::move(e), known, now); }
  /// Lets the wait of `action` pass, if it is one.
  kind after(run_action const& action) {
    if (action.type != kind::wait) return action.type;
    now += action.delay;
    return machine.on_wait_over(now).type;
  }
  void reconnect() {
    ASSERT_EQ(after(end(lost())), kind::connect);
    machine.on_opened();
  }
  error outcome() { return machine.outcome().error; }
  void expect_end(run_action const& action, gladia::error_code code) {
    EXPECT_EQ(action.type, kind::finish);
    EXPECT_EQ(machine.stage(), stage::ended);
    EXPECT_EQ(outcome().code(), code) << outcome().what();
  }
  void expect_end(run_action const& action, errc code) {
    expect_end(action, make_error_code(code));
  }
};

// The way through.

TEST_F(a_session, is_created_connected_and_ends_well_after_its_stop) {
  open();
  machine.on_stop_written();
  expect_end(end(closed_with(1000)), gladia::error_code());
  EXPECT_TRUE(machine.outcome().stop_written);
  EXPECT_EQ(machine.outcome().last_end.close_code, 1000);
}

TEST_F(a_session, that_was_attached_to_connects_at_once) {
  restart(true);
  EXPECT_EQ(run(), kind::connect);
}

TEST_F(a_session, with_a_fault_ends_before_any_network) {
  expect_end(machine.on_run(error(errc::invalid_request), now), errc::invalid_request);
}

TEST_F(a_session, that_could_not_be_created_ends_with_the_reason) {
  run();
  expect_end(machine.on_created(error(errc::unauthorized), now), errc::unauthorized);
}

TEST_F(a_session, ended_by_the_server_before_the_stop_says_so) {
  open();
  expect_end(end(closed_with(1000)), errc::closed_by_server);
  EXPECT_FALSE(machine.outcome().stop_written);
}

TEST_F(a_session, ends_with_what_a_final_close_code_means) {
  open();
  expect_end(end(closed_with(4408)), errc::idle_timeout);
}

TEST_F(a_session, ends_with_a_refused_handshake) {
  create();
  auto const action = end(refused_with(401));
  EXPECT_EQ(action.type, kind::finish);
  EXPECT_EQ(outcome().details().http_status, 401);
}

TEST_F(a_session, ends_with_a_vanished_job_after_the_stop) {
  for (auto const& e :
       {closed_with(4403), refused_with(403), refused_with(404), refused_with(410)}) {
    restart();
    open();
    machine.on_stop_written();
    EXPECT_EQ(end(e).type, kind::finish);
    EXPECT_TRUE(outcome()) << "not a good end";
    EXPECT_TRUE(machine.outcome().stop_written);
  }
}

// Reconnecting.

TEST_F(a_session, reconnects_after_a_lost_link) {
  open();
  reconnect();
  EXPECT_EQ(machine.connections(), 2);
}

TEST_F(a_session, ends_well_when_its_stop_was_written_again_after_a_reconnect) {
  open();
  machine.on_stop_written();
  reconnect();
  machine.on_stop_written();
  expect_end(end(closed_with(1000)), gladia::error_code());
}

TEST_F(a_session, does_not_trust_a_good_end_before_its_stop_was_written_again) {
  open();
  machine.on_stop_written();
  reconnect();
  expect_end(end(closed_with(1000)), errc::closed_by_server);
  EXPECT_TRUE(machine.outcome().stop_written);
}

TEST_F(a_session, counts_the_attempts_at_each_link) {
  open();
  EXPECT_EQ(machine.attempts(), 0);
  ASSERT_EQ(after(end(lost())), kind::connect);
  EXPECT_EQ(machine.attempts(), 1);
  ASSERT_EQ(after(end(lost())), kind::connect);
  EXPECT_EQ(machine.attempts(), 2);
}

TEST_F(a_session, gives_up_when_the_window_is_over) {
  open();
  auto action = end(lost());
  auto const outage = now;
  while (action.type != kind::finish) {
    ASSERT_EQ(after(action), kind::connect);
    ASSERT_LE(now, outage + options.reconnect_window);
    now += 1s;  // what the attempt takes
    action = end(lost());
  }
  expect_end(action, errc::reconnect_failed);
  EXPECT_GT(outcome().details().attempts, 1);
  EXPECT_EQ(outcome().details().elapsed, now - outage);
  EXPECT_NE(outcome().what().find("gave up"), std::string::npos) << outcome().what();
}

TEST_F(a_session, with_a_server_that_accepts_and_closes_ends_within_the_window) {
  open();
  auto action = end(lost());
  auto const outage = now;
  while (action.type != kind::finish) {
    ASSERT_EQ(after(action), kind::connect);
    machine.on_opened();
    action = end(closed_with(1011));
  }
  expect_end(action, errc::reconnect_failed);
  EXPECT_LE(now, outage + options.reconnect_window);
}

TEST_F(a_session, has_a_new_window_after_progress_only) {
  open();
  now += 1s;
  reconnect();
  now += 29s;
  machine.on_progress();
  now += 29s;
  EXPECT_EQ(end(lost()).type, kind::wait) << "progress was made since the first outage";
  now += 29s;
  ASSERT_EQ(machine.on_wait_over(now).type, kind::connect);
  machine.on_opened();
  now += 2s;
  EXPECT_EQ(end(lost()).type, kind::finish) << "opening is no progress";
}

TEST_F(a_session, makes_as_many_attempts_as_it_may) {
  options.reconnect_attempts = 3;
  restart();
  open();
  for (int i = 0; i < 3; ++i) ASSERT_EQ(after(end(lost())), kind::connect);
  expect_end(end(lost()), errc::reconnect_failed);
}

TEST_F(a_session, has_all_its_attempts_again_after_progress) {
  options.reconnect_attempts = 1;
  restart();
  open();
  for (int i = 0; i < 10; ++i) {
    reconnect();
    machine.on_progress();
  }
  reconnect();
  expect_end(end(lost()), errc::reconnect_failed);
}

TEST_F(a_session, goes_on_reconnecting_without_a_window) {
  options.reconnect_window = 0ms;
  restart();
  open();
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(after(end(lost())), kind::connect);
}

TEST_F(a_session, waits_as_long_as_the_server_asks_for) {
  create();
  auto e = refused_with(429);
  e.error.edit_details().retry_after = 7s;
  auto const action = end(e);
  EXPECT_EQ(action.type, kind::wait);
  EXPECT_GE(action.delay, 7s);
}

TEST_F(a_session, does_not_wait_for_longer_than_its_window) {
  create();
  auto e = refused_with(503);
  e.error.edit_details().retry_after = 3600s;
  e.error.edit_details().server_message = "closed until noon";
  expect_end(end(e), errc::reconnect_failed);
  EXPECT_EQ(outcome().details().http_status, 503);
  EXPECT_EQ(outcome().what().find("closed until noon"), 0u) << outcome().what();
}

link_end redirected_to(std::string const& url) {
  auto end = refused_with(302);
  end.redirect = *gladia::net::parse_url(url);
  return end;
}

TEST_F(a_session, follows_a_redirected_handshake_in_the_pace_of_any_connect) {
  create();
  auto const action = end(redirected_to("ws://127.0.0.1/there"));
  EXPECT_EQ(action.type, kind::wait);
  EXPECT_EQ(action.delay, run_fsm::connect_interval);
  EXPECT_EQ(after(action), kind::connect);
  ASSERT_TRUE(machine.detour());
  EXPECT_EQ(machine.detour()->target, "/there");
}

TEST_F(a_session, begins_at_its_own_url_after_a_link_that_it_was_redirected_to) {
  create();
  after(end(redirected_to("ws://127.0.0.1/there")));
  machine.on_opened();
  EXPECT_EQ(after(end(lost())), kind::connect);
  EXPECT_FALSE(machine.detour());
}

TEST_F(a_session, begins_at_its_own_url_after_a_redirect_that_led_to_nothing) {
  create();
  after(end(redirected_to("ws://127.0.0.1/there")));
  EXPECT_EQ(after(end(lost())), kind::connect);
  EXPECT_FALSE(machine.detour());
}

TEST_F(a_session, follows_five_redirects_and_no_more) {
  create();
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(after(end(redirected_to("ws://127.0.0.1/there"))), kind::connect);
  }
  expect_end(end(redirected_to("ws://127.0.0.1/there")), errc::too_many_redirects);
  EXPECT_EQ(outcome().details().http_status, 302);
}

TEST_F(a_session, that_is_cancelled_follows_no_redirect) {
  create();
  machine.on_cancel();
  expect_end(end(redirected_to("ws://127.0.0.1/there")), aborted);
}

TEST_F(a_session, connects_at_most_four_times_in_any_second_whatever_the_options_say) {
  options.backoff = {0ms, 0ms};
  options.reconnect_window = 0ms;
  restart();
  run();
  auto action = machine.on_created({}, now);
  std::deque<time_point> connects;
  std::mt19937 random(1);
  while (connects.size() < 10'000) {
    ASSERT_EQ(after(action), kind::connect);
    connects.push_back(now);
    if (connects.size() > 4) {
      ASSERT_GE(now - connects[connects.size() - 5], 1s);
    }
    machine.on_opened();
    if (random() % 2 == 0) machine.on_progress();
    now += std::chrono::microseconds(random() % 400'000);
    action = end(closed_with(1006));
  }
}

TEST_F(a_session, waits_for_no_longer_than_at_first_after_progress) {
  options.backoff = {1s, 1h};
  options.reconnect_window = 0ms;
  restart();
  open();
  for (int i = 0; i < 10; ++i) ASSERT_EQ(after(end(lost())), kind::connect);
  machine.on_opened();
  machine.on_progress();
  EXPECT_LE(end(lost()).delay, 1s);
}

TEST_F(a_session, goes_on_after_an_unassigned_close_code_if_it_is_told_to) {
  open();
  EXPECT_EQ(end(closed_with(4000)).type, kind::finish);
  options.retry_unassigned_close_codes = true;
  restart();
  open();
  EXPECT_EQ(end(closed_with(4000)).type, kind::wait);
}

// A link that is of no use.

TEST_F(a_session, drops_a_dead_link_and_reconnects) {
  open();
  EXPECT_EQ(machine.on_link_failed(error(errc::link_dead)).type, kind::drop);
  EXPECT_EQ(after(end({0, {}, error(aborted)})), kind::connect);
  EXPECT_EQ(machine.last_end().error, errc::link_dead) << "not what dropping it gave";
  machine.on_opened();
  EXPECT_EQ(after(end(lost())), kind::connect);
  EXPECT_EQ(machine.last_end().error, boost::asio::error::connection_reset);
}

TEST_F(a_session, believes_a_close_code_that_came_while_its_link_was_given_up) {
  open();
  machine.on_link_failed(error(errc::send_stalled));
  expect_end(end({4504, "no speech", {}}), errc::no_speech);
}

TEST_F(a_session, does_not_drop_a_link_that_is_being_closed) {
  open();
  machine.on_cancel();
  EXPECT_EQ(machine.on_link_failed(error(errc::link_dead)).type, kind::none);
}

// The time for stopping.

TEST_F(a_session, that_does_not_stop_in_time_ends_at_any_stage) {
  run();
  EXPECT_EQ(machine.on_stop_deadline(known, now).type, kind::abandon);
  expect_end(machine.on_created(error(aborted), now), errc::stop_timeout);

  restart();
  create();
  EXPECT_EQ(machine.on_stop_deadline(known, now).type, kind::drop);
  expect_end(end({0, {}, error(aborted)}), errc::stop_timeout);

  restart();
  open();
  EXPECT_EQ(machine.on_stop_deadline(known, now).type, kind::close);
  expect_end(end(closed_with(1000)), errc::stop_timeout);

  restart();
  open();
  ASSERT_EQ(end(lost()).type, kind::wait);
  expect_end(machine.on_stop_deadline(known, now), errc::stop_timeout);
  EXPECT_EQ(outcome().details().phase, phase::stop);
}

TEST_F(a_session, does_not_connect_when_the_post_was_answered_too_late) {
  run();
  machine.on_stop_deadline(known, now);
  expect_end(machine.on_created({}, now), errc::stop_timeout);
}

// Giving up.

TEST_F(a_session, can_be_cancelled_at_any_stage) {
  EXPECT_EQ(machine.on_cancel().type, kind::none);
  expect_end(machine.on_run({}, now), aborted);

  restart();
  run();
  EXPECT_EQ(machine.on_cancel().type, kind::abandon);
  expect_end(machine.on_created({}, now), aborted);

  restart();
  create();
  EXPECT_EQ(machine.on_cancel().type, kind::drop);
  expect_end(end({0, {}, error(aborted)}), aborted);

  restart();
  open();
  EXPECT_EQ(machine.on_cancel().type, kind::close);
  EXPECT_EQ(machine.stage(), stage::closing);
  expect_end(end(closed_with(1000)), aborted);

  restart();
  open();
  ASSERT_EQ(end(lost()).type, kind::wait);
  expect_end(machine.on_cancel(), aborted);
  EXPECT_EQ(machine.on_wait_over(now).type, kind::none);
}

TEST_F(a_session, is_cancelled_for_good_even_if_its_link_is_lost) {
  open();
  machine.on_cancel();
  EXPECT_EQ(machine.on_cancel().type, kind::none);
  EXPECT_EQ(machine.on_stop_deadline(known, now).type, kind::none);
  expect_end(end(lost()), aborted);
}

TEST_F(a_session, can_be_cancelled_while_it_closes) {
  open();
  machine.on_stop_deadline(known, now);
  EXPECT_EQ(machine.on_cancel().type, kind::none) << "it closes already";
  expect_end(end(closed_with(1000)), aborted);
}

// What can hardly get better.

link_end doubtful() {
  return {0, {}, error(errc::malformed_response, phase::upgrade, "no HTTP")};
}
link_end unreadable_link() {
  return {0, {}, error(errc::malformed_response, phase::stream, "no frame")};
}

TEST_F(a_session, gives_up_soon_where_no_server_of_ours_answers) {
  create();
  ASSERT_EQ(after(end(doubtful())), kind::connect);
  expect_end(end(doubtful()), errc::malformed_response);
  EXPECT_EQ(outcome().details().attempts, 2);
  EXPECT_EQ(outcome().details().message, "no HTTP") << "the real reason";
}

TEST_F(a_session, waits_longer_for_a_server_it_had_reached) {
  open();
  ASSERT_EQ(after(end(lost())), kind::connect);
  auto const began = now;
  auto action = end(doubtful());
  int answers = 1;
  for (; action.type == kind::wait && answers < 100; ++answers) {
    ASSERT_EQ(after(action), kind::connect);
    action = end(doubtful());
  }
  EXPECT_EQ(action.type, kind::finish);
  EXPECT_GE(answers, 3);
  EXPECT_GE(now - began, 10s);
  EXPECT_LT(now - began, options.reconnect_window);
  EXPECT_EQ(outcome(), errc::malformed_response);
}

TEST_F(a_session, forgets_doubtful_answers_once_a_link_is_open) {
  create();
  ASSERT_EQ(after(end(doubtful())), kind::connect);
  machine.on_opened();
  ASSERT_EQ(after(end(lost())), kind::connect);
  ASSERT_EQ(after(end(doubtful())), kind::connect);
  EXPECT_EQ(after(end(doubtful())), kind::connect);
}

TEST_F(a_session, ends_with_the_third_link_in_a_row_that_breaks_the_protocol) {
  open();
  for (int link = 1; link < 3; ++link) {
    machine.on_progress();  // whatever it acknowledged
    ASSERT_EQ(after(end(unreadable_link())), kind::connect);
    machine.on_opened();
  }
  machine.on_progress();
  expect_end(end(unreadable_link()), errc::malformed_response);
}

TEST_F(a_session, counts_only_links_in_a_row_that_break_the_protocol) {
  open();
  for (int link = 1; link < 10; ++link) {
    machine.on_progress();
    ASSERT_EQ(after(end(link % 2 == 0 ? lost() : unreadable_link())), kind::connect);
    machine.on_opened();
  }
}

// The job.

struct a_session_that_fetches : a_session {
  void SetUp() override {
    options.fetch_result = true;
    known.can_fetch = true;
    restart();
  }
  /// Ends such that the job may know more.
  void fetch() {
    open();
    machine.on_stop_written();
    ASSERT_EQ(end(closed_with(4403)).type, kind::fetch);
  }
};

TEST_F(a_session_that_fetches, asks_for_the_job_after_an_end_that_is_not_known_to_be_good) {
  fetch();
  expect_end(machine.on_fetched(true, known, now), errc::session_gone);
}

TEST_F(a_session_that_fetches, asks_for_nothing_after_a_good_end_or_before_the_stop) {
  open();
  machine.on_stop_written();
  EXPECT_EQ(end(closed_with(1000)).type, kind::finish);

  restart();
  open();
  EXPECT_EQ(end(closed_with(4403)).type, kind::finish);
}

TEST_F(a_session_that_fetches, asks_for_the_job_after_a_good_end_where_words_may_be_missing) {
  open();
  machine.on_stop_written();
  known.words_missing = true;
  EXPECT_EQ(end(closed_with(1000)).type, kind::fetch);
  machine.on_fetched(true, known, now);
  EXPECT_FALSE(outcome()) << "it was ended in order";
}

TEST_F(a_session_that_fetches, has_a_good_end_once_the_job_holds_all) {
  fetch();
  known.is_all_in_job = true;
  machine.on_fetched(true, known, now);
  EXPECT_EQ(machine.stage(), stage::ended);
  EXPECT_FALSE(outcome());
}

TEST_F(a_session_that_fetches, asks_nothing_without_a_key_or_where_its_user_says_never) {
  known.can_fetch = false;
  open();
  machine.on_stop_written();
  EXPECT_EQ(end(closed_with(4403)).type, kind::finish);

  known.can_fetch = true;
  options.fetch_result = false;
  restart();
  open();
  machine.on_stop_written();
  EXPECT_EQ(end(closed_with(4403)).type, kind::finish);
}

TEST_F(a_session_that_fetches, asks_unless_told_until_the_stop_is_over_but_for_five_seconds) {
  options.fetch_result.reset();
  for (auto const passed : {1s, 59s}) {
    restart();
    open();
    machine.on_stop(now);
    machine.on_stop_written();
    auto const stopped_at = now;
    now += passed;
    ASSERT_EQ(end(closed_with(4403)).type, kind::fetch);
    EXPECT_EQ(machine.fetch_deadline(), std::max(stopped_at + options.stop_timeout, now + 5s));
  }
}

TEST_F(a_session_that_fetches, asks_unless_told_for_a_time_though_the_stop_has_no_limit) {
  options.fetch_result.reset();
  options.stop_timeout = 0ms;
  restart();
  open();
  machine.on_stop(now);
  machine.on_stop_written();
  ASSERT_EQ(end(closed_with(4403)).type, kind::fetch);
  EXPECT_EQ(machine.fetch_deadline(), now + options.fetch_timeout);
}

TEST_F(a_session_that_fetches, asks_for_the_job_when_the_stop_took_too_long) {
  open();
  machine.on_stop_written();
  machine.on_stop_deadline(known, now);
  EXPECT_EQ(end(closed_with(1000)).type, kind::fetch);
  expect_end(machine.on_fetched(true, known, now), errc::stop_timeout);
}

TEST_F(a_session_that_fetches, asks_again_until_the_job_is_done) {
  fetch();
  for (int i = 0; i < 5; ++i) ASSERT_EQ(after(machine.on_fetched(false, known, now)), kind::fetch);
  expect_end(machine.on_fetched(true, known, now), errc::session_gone);
}

TEST_F(a_session_that_fetches, asks_until_its_time_is_over) {
  fetch();
  auto const began = now;
  auto action = machine.on_fetched(false, known, now);
  while (action.type != kind::finish) {
    ASSERT_EQ(after(action), kind::fetch);
    action = machine.on_fetched(false, known, now);
  }
  EXPECT_EQ(outcome(), errc::session_gone) << "how the session ended has not changed";
  EXPECT_EQ(now, began + options.fetch_timeout);
}

TEST_F(a_session_that_fetches, gives_up_an_answer_that_does_not_come_in_time) {
  fetch();
  ASSERT_EQ(machine.fetch_deadline(), now + options.fetch_timeout);
  now += options.fetch_timeout;
  EXPECT_EQ(machine.on_fetch_deadline().type, kind::abandon);
  expect_end(machine.on_fetched(false, known, now), errc::session_gone);
  EXPECT_EQ(machine.on_fetch_deadline().type, kind::none);
}

TEST_F(a_session_that_fetches, asks_for_ever_without_a_limit) {
  options.fetch_timeout = 0ms;
  restart();
  fetch();
  EXPECT_FALSE(machine.fetch_deadline());
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(after(machine.on_fetched(false, known, now)), kind::fetch);
}

TEST_F(a_session_that_fetches, can_be_cancelled_meanwhile) {
  fetch();
  EXPECT_EQ(machine.on_cancel().type, kind::abandon);
  expect_end(machine.on_fetched(true, known, now), aborted);

  restart();
  fetch();
  ASSERT_EQ(machine.on_fetched(false, known, now).type, kind::wait);
  expect_end(machine.on_cancel(), aborted);
}

// Anything, in any order.

/// Does what the machine asks for, checks that it never asks for two things at a time, and answers
/// at random.
class random_world {
 public:
  explicit random_world(unsigned seed)
      : random_(seed), machine_(options(seed), seed % 3 == 0, seed) {}

  void play(int steps) {
    perform(machine_.on_run(roll(50) ? error(errc::invalid_request) : error(), now_));
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) step();
    perform(machine_.on_cancel());
    for (int i = 0; i < 3 && pending_ != kind::none; ++i) answer();
    EXPECT_EQ(machine_.stage(), stage::ended);
    EXPECT_EQ(finished_, 1);
  }

 private:
  static session_options options(unsigned seed) {
    session_options o;
    o.fetch_result = seed % 2 == 0;
    o.reconnect_attempts = seed % 5 == 0 ? 3 : 0;
    return o;
  }
  bool roll(unsigned sides) { return random_() % sides == 0; }

  void step() {
    now_ += std::chrono::milliseconds(random_() % 500);
    if (machine_.stage() != stage::ended) {
      ASSERT_NE(pending_, kind::none) << "nothing would ever happen again";
    }
    if (roll(40)) perform(machine_.on_stop_deadline(known_, now_));
    if (roll(60)) perform(machine_.on_cancel());
    if (machine_.stage() == stage::streaming) {
      if (roll(3)) machine_.on_progress();
      if (roll(5)) machine_.on_stop_written();
      if (roll(10) && !dropped_) perform(machine_.on_link_failed(error(errc::link_dead)));
    }
    if (roll(2)) answer();
  }

  void perform(run_action const& action) {
    switch (action.type) {
      case kind::none:
        return;
      case kind::finish:
        ++finished_;
        pending_ = kind::none;
        return;
      case kind::close:
      case kind::drop:
        EXPECT_EQ(pending_, kind::connect) << "there is no link";
        dropped_ = true;
        return;
      case kind::abandon:
        EXPECT_TRUE(pending_ == kind::create || pending_ == kind::fetch) << "nothing was asked";
        dropped_ = true;
        return;
      default:
        // A wait may be broken off by the end or a fetch.
        EXPECT_TRUE(pending_ == kind::none || pending_ == kind::wait) << "two at a time";
        pending_ = action.type;
        dropped_ = is_open_ = false;
    }
  }

  void answer() {
    auto const asked = pending_;
    auto const gone = dropped_;
    if (asked == kind::connect && !is_open_ && !gone && roll(2)) {
      is_open_ = true;
      return machine_.on_opened();
    }
    pending_ = kind::none;
    switch (asked) {
      case kind::create:
        return perform(machine_.on_created(roll(5) ? error(errc::server_error) : error(), now_));
      case kind::connect:
        return perform(machine_.on_link_end(random_end(), known_, now_));
      case kind::wait:
        return perform(machine_.on_wait_over(now_));
      case kind::fetch:
        return perform(machine_.on_fetched(roll(4), known_, now_));
      default:
        return;
    }
  }

  link_end random_end() {
    switch (random_() % 8) {
      case 0:
        return closed_with(1000);
      case 1:
        return closed_with(static_cast<std::uint16_t>(4400 + random_() % 200));
      case 2:
        return refused_with(static_cast<int>(400 + random_() % 120));
      case 3:
        return closed_with(static_cast<std::uint16_t>(random_()));
      default:
        return lost();
    }
  }

  std::mt19937 random_;
  run_fsm::knowledge const known_{false, true, false};
  run_fsm machine_;
  time_point now_{};
  kind pending_ = kind::none;
  bool dropped_ = false;
  bool is_open_ = false;
  int finished_ = 0;
};

TEST(run_fsm, always_waits_for_exactly_one_thing_and_always_ends_once_cancelled) {
  for (unsigned seed = 0; seed < 20'000 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    random_world(seed).play(60);
  }
}

}  // namespace
