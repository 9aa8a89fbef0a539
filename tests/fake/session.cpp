#include <gladia/live/session.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>
#include <random>
#include <set>
#include <thread>

#include "support/counting_server.hpp"
#include "support/fake_transport.hpp"
#include "support/session_player.hpp"

namespace {

using namespace gladia::test;
using gladia::live::audio_dropped;
using gladia::live::connected;
using gladia::live::connecting;
using gladia::live::disconnected;
using gladia::live::session_state;
using gladia::live::started;
using gladia::live::warning_code;

std::vector<failure> const can_be_retried{{kind::lost_link, 0},     {kind::silence, 0},
                                          {kind::close_code, 1006}, {kind::close_code, 1011},
                                          {kind::close_code, 4503}, {kind::http_status, 503}};

TEST_F(sessions, recover_from_a_failure_at_any_step_that_can_be_retried) {
  add_failing(can_be_retried);
  run();
  expect_recovery_of_all();
}

TEST_F(sessions, recover_from_a_failure_at_any_step_while_their_user_is_silent) {
  auto options = quick_options();
  options.keep_alive_after = 5ms;
  options.keep_alive_interval = 0ms;                 // one of them is enough
  auto const steps = operations_of_a_session() + 1;  // a ping; audio may save the keep-alive
  add_failing_up_to(steps, can_be_retried, options, [](session_player& p) {
    reconnect_once(p);
    p.pause_at = 6;
    p.far->on_operation = [&p](operation what, int) {
      if (what == operation::ping) p.go_on();
    };
  });
  run();
  expect_recovery_of_all();
  std::set<operation> failed;
  for (auto const& player : players) {
    failed.insert(player->far->failed.begin(), player->far->failed.end());
  }
  EXPECT_TRUE(failed.count(operation::ping));
  EXPECT_TRUE(failed.count(operation::keep_alive));
}

TEST_F(sessions, recover_from_two_lost_links_at_any_two_steps) {
  auto const steps = operations_of_a_session();
  // The first step is the call, which is tried only twice.
  for (int first = 2; first <= steps; ++first) {
    for (int second = first + 1; second <= steps; ++second) {
      auto& far = *add()->far;
      far.fail_at = first;
      far.fail_again_at = second;
    }
  }
  run();
  expect_recovery_of_all(2);
}

TEST_F(sessions, end_with_a_failure_at_any_step_that_cannot_be_retried) {
  auto options = quick_options();
  options.fetch_result = true;
  add_failing({{kind::close_code, 1008},
               {kind::close_code, 4400},
               {kind::close_code, 4403},
               {kind::close_code, 4504}},
              options);
  run();
  for (auto const& player : players) {
    if (player->far->fail_at == 1) continue;  // there is no link to be closed yet
    if (player->far->was_spared()) continue;
    SCOPED_TRACE(about(*player));
    expect_consistent(*player);
    expect_all_events(*player);
    EXPECT_EQ(player->end.close_code, player->far->how.code);
    EXPECT_NE(player->end.verdict, completeness::complete);
    EXPECT_EQ(player->end.job != nullptr, player->end.verdict == completeness::unknown)
        << "the job may know what was missed";
  }
}

TEST_F(sessions, closed_with_1000_at_any_step_are_complete_if_that_link_was_told_to_stop) {
  add_failing({{kind::close_code, 1000}}, quick_options(), [](session_player& p) {
    reconnect_once(p);
    // Of a link that was closed before it summed up, the job tells that nothing was said.
    p.far->job_result =
        R"({"metadata":{"audio_duration":1},"transcription":{"full_transcript":""}})";
  });
  run();
  std::size_t complete = 0;
  for (auto const& player : players) {
    SCOPED_TRACE(about(*player));
    expect_consistent(*player);
    expect_all_events(*player);
    EXPECT_EQ(player->end.close_code, 1000);
    EXPECT_EQ(player->end.verdict,
              player->far->link_was_told_to_stop ? completeness::complete : completeness::partial);
    complete += player->end.verdict == completeness::complete;
  }
  EXPECT_GT(complete, 1u);
  EXPECT_LT(complete, players.size() / 2);
}

TEST_F(sessions, end_with_a_handshake_or_a_call_refused_for_good) {
  auto options = quick_options();
  options.link_timeout = options.send_stall_timeout = 1h;  // a busy machine is no silent link
  add_failing({{kind::http_status, 401}, {kind::http_status, 404}, {kind::untrusted, 0}}, options);
  run();
  int refused = 0;
  for (auto const& player : players) {
    SCOPED_TRACE(about(*player));
    expect_consistent(*player);
    expect_all_events(*player);
    if (player->far->was_spared()) continue;
    auto const failed = player->far->failed[0];
    auto const is_final = failed == operation::http || failed == operation::open;
    EXPECT_EQ(player->end.verdict, is_final ? completeness::partial : completeness::complete);
    if (!is_final) continue;
    ++refused;
    EXPECT_EQ(player->end.error.details().http_status, player->far->how.code);
    if (player->far->how.what == kind::untrusted) {
      EXPECT_EQ(player->end.error, no_trust().code());
    }
    EXPECT_EQ(player->far->failed.size(), 1u) << "it is not tried again";
    EXPECT_LE(player->far->http_calls, 1);
  }
  EXPECT_EQ(refused, 3 * 3) << "one call and two handshakes";
}

TEST_F(sessions, end_in_bounded_time_when_nothing_works_from_any_step_on) {
  auto options = quick_options();
  options.reconnect_window = 300ms;
  options.fetch_result = true;
  options.fetch_timeout = 100ms;
  add_failing({{kind::lost_link, 0},
               {kind::silence, 0},
               {kind::close_code, 1011},
               {kind::http_status, 503},
               {kind::http_status, 401}},
              options);
  for (auto const& player : players) player->far->fails_for_ever = true;
  run();
  for (auto const& player : players) {
    SCOPED_TRACE(about(*player));
    expect_consistent(*player);
    expect_all_events(*player);
    EXPECT_NE(static_cast<bool>(player->end.error), player->far->was_spared());
    EXPECT_LT(player->lasted, 20s);
  }
}

// What a user may do at any moment.

bool is_done_or_aborted(error const& outcome) {
  return !outcome || outcome == aborted;
}

TEST_F(sessions_with_a_user, that_are_cancelled_end_at_once) {
  std::map<session_player*, int> sends_before;
  play([&](session_player& p) {
    sends_before[&p] = p.sends;
    p.session->cancel();
  });
  EXPECT_GT(sends_before.size(), players.size() / 2) << "at any step, and at each event";
  for (auto const& player : players) {
    expect_consistent(*player);
    EXPECT_TRUE(is_done_or_aborted(player->end.error)) << player->end.error.what();
    EXPECT_EQ(player->stop_result.error.code(), player->end.error.code());
    if (player->receive_error != aborted) expect_all_events(*player);
    if (player->send_error == errc::session_ended) {
      EXPECT_GT(player->sends, sends_before.at(player.get())) << "it waited, and was not aborted";
    } else {
      EXPECT_TRUE(is_done_or_aborted(player->send_error)) << player->send_error.what();
    }
  }
}

TEST_F(sessions_with_a_user, that_are_cancelled_close_an_open_link_with_1000) {
  auto const player = add();
  player->far->on_operation = [&](operation what, int) {
    if (what == operation::audio) player->session->cancel();
  };
  run();
  EXPECT_EQ(player->far->client_closes, 1);
  EXPECT_EQ(player->end.error, aborted);
}

TEST_F(sessions_with_a_user, that_are_cancelled_twice_end_once) {
  play([](session_player& p) {
    p.session->cancel();
    p.session->cancel();
  });
  for (auto const& player : players) expect_consistent(*player);
}

TEST_F(sessions_with_a_user,
       that_are_destroyed_complete_every_operation_and_deliver_no_event_any_more) {
  struct moment {
    std::size_t events;
    int receiving;
  };
  std::map<session_player*, moment> destroyed;
  play([&](session_player& p) {
    destroyed[&p] = {p.events.size(), p.receives - p.receives_completed};
    p.session.reset();
  });
  EXPECT_GT(destroyed.size(), players.size() / 2) << "at any step, and at each event";
  for (auto const& player : players) {
    expect_completed(*player);
    if (player->session) continue;  // had ended with fewer steps
    auto const [events, receiving] = destroyed.at(player.get());
    EXPECT_EQ(player->events.size(), events) << "not even one that was on its way";
    EXPECT_EQ(player->receive_error == aborted, receiving > 0);
    for (auto const& e : {player->receive_error, player->send_error, player->end.error}) {
      EXPECT_TRUE(is_done_or_aborted(e)) << e.what();
    }
    if (player->stops > 0) {
      EXPECT_EQ(player->stop_result.error.code(), player->end.error.code());
    }
  }
}

TEST_F(sessions_with_a_user, that_are_stopped_early_end_well_with_what_was_accepted) {
  play([](session_player& p) { p.session->stop(); });
  for (auto const& player : players) expect_recovery(*player);
}

/// When a user stops a session: with the n-th event of a kind, or before it runs.
struct moment_of_stop {
  std::size_t kind;
  int nth;
};
template <class Event>
moment_of_stop with_event(int nth = 1) {
  return {event(Event()).index(), nth};
}
moment_of_stop const before_it_runs{0, 0};

/// Audio of two messages and the stop, before the session runs.
void hand_over_and_stop(session_player& p) {
  for (std::size_t i = 0; i < 2; ++i) {
    ASSERT_TRUE(p.session->try_send(asio::buffer(counted_audio(i * 10'000, 10'000))));
    p.accepted += 10'000;
  }
  p.session->stop();
}

struct sessions_that_fail_and_stop : sessions {
  std::vector<moment_of_stop> const moments{before_it_runs,
                                            with_event<started>(),
                                            with_event<connecting>(),
                                            with_event<connected>(),
                                            with_event<disconnected>(),
                                            with_event<connecting>(2),
                                            with_event<connected>(2),
                                            with_event<gladia::end_session>(),
                                            with_event<ended>()};
  std::set<std::size_t> stopped_at;  // of the moments

  void stop_at(std::size_t moment, session_player& p) {
    auto const [kind, nth] = moments[moment];
    if (nth == 0) {
      stopped_at.insert(moment);
      return hand_over_and_stop(p);
    }
    p.on_event = [this, &p, moment, kind = kind, left = nth](int) mutable {
      if (p.events.back().index() != kind || --left != 0) return;
      stopped_at.insert(moment);
      p.session->stop();
    };
  }
};

TEST_F(sessions_that_fail_and_stop, recover_from_any_failure_whenever_they_are_stopped) {
  auto const steps = operations_of_a_session(quick_options(), reconnect_never);
  auto patient = quick_options();
  patient.link_timeout = 10s;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    auto const prepare = [this, i](session_player& p) { stop_at(i, p); };
    add_failing_up_to(steps, {{kind::lost_link, 0}, {kind::close_code, 1011}}, patient, prepare);
    add_failing_up_to(2, {{kind::http_status, 503}}, patient, prepare);  // then it is a lost link
    add_failing_up_to(steps, {{kind::silence, 0}}, quick_options(), prepare);
  }
  run();
  std::set<operation> failed;
  for (std::size_t i = 0; i < players.size(); ++i) {
    auto const& player = players[i];
    SCOPED_TRACE(about(*player) << ", moment " << i * moments.size() / players.size());
    expect_recovery(*player);
    EXPECT_TRUE(player->far->link_was_told_to_stop);
    failed.insert(player->far->failed.begin(), player->far->failed.end());
  }
  EXPECT_EQ(stopped_at.size(), moments.size());
  EXPECT_THAT(failed,
              testing::IsSupersetOf({operation::http, operation::open, operation::audio,
                                     operation::acknowledge, operation::stop, operation::goodbye}));
}

TEST_F(sessions_with_a_user, that_are_run_again_are_not_disturbed) {
  int called = 0;
  int refused = 0;
  play([&](session_player& p) {
    ++called;
    p.session->async_run([&](summary s) {
      refused += s.error == errc::already_running || s.error == errc::already_ended;
    });
  });
  EXPECT_EQ(refused, called);
  for (auto const& player : players) {
    expect_consistent(*player);
    EXPECT_EQ(player->end.verdict, completeness::complete);
  }
}

/// Loses the link behind the stop; the next one fails like this before it is told of the stop.
void fail_behind_the_stop(far_side& far, failure const& next) {
  far.acknowledges = false;  // all audio is sent again before the stop
  far.on_operation = [&far, next](operation what, int number) {
    auto const is_reconnect = what == operation::open && far.stops > 0;
    if (what == operation::goodbye) far.how = {kind::lost_link, 0};
    if (is_reconnect) far.how = next;
    if (what == operation::goodbye || is_reconnect) far.fail_at = number;
  };
}

TEST_F(sessions_with_a_user,
       that_lose_the_link_behind_their_stop_do_not_trust_a_goodbye_before_the_next_one) {
  auto const player = add();
  fail_behind_the_stop(*player->far, {kind::close_code, 1000});
  run();
  expect_consistent(*player);
  EXPECT_EQ(player->end.verdict, completeness::unknown);
  EXPECT_EQ(player->end.close_code, 1000);
}

TEST_F(sessions_with_a_user, that_find_their_job_gone_behind_their_stop_do_not_know_how_it_ended) {
  for (auto const& gone : {failure{kind::close_code, 4403}, failure{kind::http_status, 403},
                           failure{kind::http_status, 404}, failure{kind::http_status, 410}}) {
    fail_behind_the_stop(*add()->far, gone);
  }
  run();
  for (auto const& player : players) {
    SCOPED_TRACE(about(*player));
    expect_consistent(*player);
    EXPECT_EQ(player->end.verdict, completeness::unknown);
    EXPECT_EQ(player->far->upgrades.size(), 2u) << "it is not asked for again";
  }
}

TEST_F(sessions_with_a_user, that_stall_with_their_stop_end_with_stop_timeout) {
  auto options = quick_options();
  options.stop_timeout = 1s;
  auto const player = add(options);
  player->far->goodbye = 0;
  run();
  expect_consistent(*player);
  EXPECT_EQ(player->end.error, errc::stop_timeout);
  EXPECT_EQ(player->end.verdict, completeness::unknown);
  EXPECT_EQ(player->far->client_closes, 1);
}

// What a reconnect does to audio and acknowledgements.

/// Loses the link with every n-th message of audio, so many times.
void cut(far_side& far, int every, int times) {
  far.how = {kind::lost_link, 0};
  far.on_operation = [&far, every, times, messages = 0](operation what, int number) mutable {
    if (what != operation::audio || ++messages % every != 0 || times == 0) return;
    --times;
    far.fail_at = number;
  };
}

struct sessions_with_cuts : sessions {};

/// Each link's ranges begin at what `begin` then says.
template <class Begin>
void count_from(far_side& far, Begin begin) {
  far.answer_to_audio = [&far, begin, link = 0, shift = std::uint64_t{0}](auto from,
                                                                          auto to) mutable {
    if (std::exchange(link, far.links) != far.links) shift = begin() - from;
    return std::vector{acknowledgement(from + shift, to + shift)};
  };
}
void count_anew_with_each_link(session_player& p) {
  count_from(*p.far, [] { return std::uint64_t{0}; });
}
/// Counts all that was heard, acknowledged or not, as often as it was.
void count_on(session_player& p) {
  auto const heard = std::make_shared<std::uint64_t>(0);
  p.far->on_operation = [far = p.far.get(), heard](operation what, int) {
    if (what == operation::open) *heard = far->heard_bytes;
  };
  count_from(*p.far, [heard] { return *heard; });
}
void refuse_all_audio(session_player& p) {
  p.far->answer_to_audio = [](auto from, auto to) {
    return std::vector{acknowledgement(from, to, true)};
  };
}

TEST_F(sessions_with_cuts, say_once_that_ranges_do_not_go_on_where_a_link_resumed) {
  auto const player = add();
  auto& far = *player->far;
  cut(far, 3, 2);
  count_from(far, [link = std::uint64_t{0}]() mutable { return link++ * 1'000'000; });
  run();
  expect_consistent(*player);
  EXPECT_EQ(player->end.verdict, completeness::complete) << player->end.error.what();
  EXPECT_EQ(far.links, 3);
  auto const mismatches = warnings(player->events, warning_code::resume_mismatch);
  ASSERT_EQ(mismatches.size(), 1u);
  EXPECT_EQ(mismatches[0].from, all_of<connected>(player->events).at(1).resume_offset);
  EXPECT_GT(mismatches[0].from, 0u);
  EXPECT_EQ(mismatches[0].to, 1'000'000u);
}

TEST_F(sessions_with_cuts, at_any_step_recover_however_the_server_counts) {
  for (auto const& answer : {count_anew_with_each_link, count_on, refuse_all_audio}) {
    add_failing({{kind::lost_link, 0}}, quick_options(), [answer](session_player& p) {
      reconnect_once(p);
      answer(p);
    });
  }
  run();
  expect_recovery_of_all();
}

TEST_F(sessions_with_cuts, at_any_step_follow_a_server_that_counts_all_it_heard) {
  add_failing({{kind::lost_link, 0}}, quick_options(), [](session_player& p) {
    reconnect_once(p);
    count_on(p);
  });
  run();
  for (auto const& player : players) {
    SCOPED_TRACE(about(*player));
    EXPECT_EQ(player->end.stats.bytes_acknowledged, player->accepted * 2);
  }
}

/// Acknowledges as a server of this kind may, at random, and loses its links.
class random_far_side {
 public:
  random_far_side(far_side& far, counting how, unsigned seed)
      : far_(far),
        random_(seed),
        server_(how, 320'000, [this](std::uint64_t n) { return below(n); }) {
    far.how = {kind::lost_link, 0};
    far.on_operation = [this](operation what, int number) {
      if (what == operation::open) heard_before_ = far_.heard_bytes;
      auto const may_fail = what == operation::audio || what == operation::acknowledge;
      if (!may_fail || cuts_ == 0 || below(8) != 0) return;
      --cuts_;
      far_.fail_at = number;
    };
    far.answer_to_audio = [this](auto from, auto to) {
      if (std::exchange(link_, far_.links) != far_.links) open(from);
      server_.read(to - from);
      std::vector<std::string> said;
      for (auto acts = below(5); acts > 0; --acts) act(said);
      return said;
    };
  }

  int cuts() const { return link_ - 1; }
  bool lacks_audio() const { return lacks_audio_; }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  void open(std::uint64_t resume) {
    server_.on_lost();
    lacks_audio_ = lacks_audio_ || resume > server_.has();
    server_.on_open(resume);
    for (auto again = below(3); again > 0; --again) server_.tell_again();
  }

  void act(std::vector<std::string>& said) {
    switch (below(6)) {
      case 0:
      case 1:
        return server_.tell();
      case 2:
        return server_.lose();
      default:
        auto const range = server_.deliver(far_.heard_bytes - heard_before_);
        if (range) said.push_back(acknowledgement(range->begin, range->end));
    }
  }

  far_side& far_;
  std::mt19937_64 random_;
  counting_server server_;
  std::uint64_t heard_before_ = 0;  // on earlier links
  std::uint64_t cuts_ = 4;
  int link_ = 0;
  bool lacks_audio_ = false;
};

TEST_F(sessions_with_cuts, lose_no_byte_at_random_servers_that_acknowledge_in_any_way) {
  std::vector<std::unique_ptr<random_far_side>> servers;
  for (unsigned seed = 0; seed < 1000; ++seed) {
    auto const how = static_cast<counting>(seed % 3);
    auto& far = *add()->far;
    servers.push_back(std::make_unique<random_far_side>(far, how, seed));
  }
  run();
  int cuts = 0;
  for (std::size_t i = 0; i < players.size(); ++i) {
    SCOPED_TRACE(i);
    expect_recovery(*players[i]);
    EXPECT_FALSE(servers[i]->lacks_audio());
    cuts += servers[i]->cuts();
  }
  EXPECT_GT(cuts, 1000);
}

TEST_F(sessions_with_cuts, let_nothing_go_for_ranges_that_tell_of_more_than_was_sent) {
  auto const player = add();
  player->far->answer_to_audio = [](auto from, auto to) {
    return std::vector{acknowledgement(from, to * 1'000'000)};
  };
  cut(*player->far, 6, 1);
  run();
  expect_recovery(*player);
  EXPECT_EQ(player->end.stats.bytes_acknowledged, 0u);
}

TEST_F(sessions_with_cuts, let_nothing_go_that_was_refused) {
  auto const player = add();
  refuse_all_audio(*player);
  cut(*player->far, 6, 1);
  run();
  expect_consistent(*player);
  EXPECT_EQ(player->end.stats.bytes_acknowledged, 0u);
  EXPECT_FALSE(warnings(player->events, warning_code::audio_refused).empty());
}

TEST_F(sessions_with_cuts, say_what_they_send_again_and_count_it) {
  auto const player = add();
  player->far->acknowledges = false;
  player->far->close_after = 3;
  std::uint64_t sent_before = 0;
  player->far->on_operation = [&, far = player->far.get()](operation what, int) {
    if (what == operation::open) sent_before = far->heard_to * 2;
  };
  run();
  auto const links = all_of<connected>(player->events);
  ASSERT_EQ(links.size(), 2u);
  EXPECT_EQ(links[1].resume_offset, 0u);
  EXPECT_EQ(links[1].replayed_to, sent_before);
  auto const seconds = static_cast<double>(sent_before) / 32'000;
  EXPECT_DOUBLE_EQ(links[1].repeated_from, 0);
  EXPECT_DOUBLE_EQ(links[1].repeated_to, 2 * seconds) << "the server may be ahead by all of it";
  EXPECT_EQ(player->end.stats.bytes_replayed, sent_before) << "new audio goes along with it";
  EXPECT_EQ(player->end.stats.bytes_sent, player->accepted * 2 + sent_before);
}

TEST_F(sessions_with_cuts, have_all_their_attempts_again_after_progress) {
  auto options = quick_options();
  options.reconnect_attempts = 1;
  auto const player = add(options);
  cut(*player->far, 3, 2);
  run();
  EXPECT_EQ(player->end.verdict, completeness::complete) << player->end.error.what();
  EXPECT_EQ(player->far->links, 3);
}

TEST_F(sessions_with_cuts, make_no_progress_with_acknowledgements_that_let_nothing_go) {
  auto options = quick_options();
  options.reconnect_attempts = 1;
  auto const player = add(options);
  player->far->answer_to_audio = [](auto, auto) { return std::vector{acknowledgement(0, 0)}; };
  cut(*player->far, 3, 2);
  run();
  EXPECT_EQ(player->end.error, errc::reconnect_failed);
}

/// Loses its first link at once, and the next one at a sign of life after so much time.
void lose_two_links(session_player& p, std::chrono::milliseconds lasting) {
  p.pause_at = 6;  // until its third link
  p.far->acknowledges = false;
  p.far->on_operation = [&p, lasting, opened = session_player::clock::time_point()](
                            operation what, int number) mutable {
    auto& far = *p.far;
    if (what == operation::open) opened = session_player::clock::now();
    if (what == operation::open && far.links == 2) p.go_on();
    auto const is_over = far.links == 1 || session_player::clock::now() - opened > lasting;
    if (what == operation::ping && far.links <= 2 && is_over) far.fail_at = number;
  };
}

TEST_F(sessions_with_cuts, have_all_their_attempts_again_after_5_seconds_of_open_link) {
  auto options = quick_options();
  options.reconnect_attempts = 1;
  auto const lasting = add(options);
  auto const hasty = add(options);
  lose_two_links(*lasting, 5200ms);
  lose_two_links(*hasty, 0ms);
  run();
  expect_recovery(*lasting);
  EXPECT_EQ(lasting->far->links, 3);
  expect_consistent(*hasty);
  EXPECT_EQ(hasty->end.error, errc::reconnect_failed);
  EXPECT_EQ(hasty->far->links, 2);
}

TEST_F(sessions_with_cuts, number_their_links_and_the_attempts_at_each_and_wait_as_they_say) {
  auto const player = add();
  auto& far = *player->far;
  reconnect_once(*player);
  far.fail_at = 2;  // the first two attempts at a link
  far.fail_again_at = 3;
  auto last_operation = session_player::clock::now();
  std::vector<session_player::clock::duration> waits;
  far.on_operation = [&](operation what, int number) {
    auto const before = std::exchange(last_operation, session_player::clock::now());
    if (what == operation::open && number > 2) waits.push_back(last_operation - before);
  };
  run();
  expect_recovery(*player);
  std::vector<std::pair<int, int>> numbers;
  for (auto const& c : all_of<connecting>(player->events)) {
    numbers.emplace_back(c.connection, c.attempt);
  }
  EXPECT_EQ(numbers, (std::vector<std::pair<int, int>>{{1, 1}, {1, 2}, {1, 3}, {2, 1}}));
  auto const ends = all_of<disconnected>(player->events);
  ASSERT_EQ(ends.size(), waits.size() + 1);
  for (std::size_t i = 0; i < waits.size(); ++i) {
    EXPECT_GE(waits[i], ends[i].delay);
    EXPECT_TRUE(ends[i].will_retry);
  }
  EXPECT_GT(ends[0].delay + ends[1].delay, 0ms) << "four connects a second";
  EXPECT_EQ(ends.back().delay, 0ms);
  EXPECT_FALSE(ends.back().will_retry);
}

// One session, step by step.

TEST_F(a_session, calls_no_handler_from_within_a_function) {
  int called = 0;
  auto const audio = counted_audio(0, 160);
  session->async_run([&](summary) { ++called; });
  session->async_receive([&](result<event>) { ++called; });
  session->async_send(asio::buffer(audio), [&](result<void>) { ++called; });
  session->async_stop([&](summary) { ++called; });
  session->cancel();
  EXPECT_EQ(called, 0);
  finish();
  EXPECT_EQ(called, 4);
}

TEST_F(a_session, that_never_ran_is_not_stopped_but_told_so) {
  auto const s = get(session->async_stop(asio::use_future));
  EXPECT_EQ(s.error, errc::not_running);
}

TEST_F(a_session, stopped_before_it_runs_ends_well) {
  ASSERT_TRUE(try_send(0, 800));
  session->stop();
  EXPECT_EQ(try_send(800, 1).error(), errc::stopping);
  auto const s = get(session->async_run(asio::use_future));
  EXPECT_EQ(s.verdict, completeness::complete) << s.error.what();
  EXPECT_EQ(far->heard_to, 800u);
  EXPECT_EQ(s.job_id, "job");
}

TEST_F(a_session, cancelled_before_it_runs_touches_no_network) {
  session->cancel();
  auto const s = get(session->async_run(asio::use_future));
  EXPECT_EQ(s.error, aborted);
  EXPECT_EQ(far->operations, 0);
}

TEST_F(a_session, cancelled_while_its_creation_is_not_answered_ends_at_once) {
  options.init_timeout = 1h;
  make();
  far->fail_at = 1;
  far->how = {kind::silence, 0};
  far->on_operation = [&](operation, int) { session->cancel(); };
  auto const s = get(session->async_run(asio::use_future));
  EXPECT_EQ(s.error, aborted);
  EXPECT_EQ(far->operations, 1);
}

TEST_F(a_session, with_a_faulty_request_touches_no_network) {
  auto request = request_of_counted_audio();
  request.audio.sample_rate = 12345;
  session.emplace(make_test_client(io.get_executor(), far).session(request, options));
  auto const s = get(session->async_run(asio::use_future));
  EXPECT_EQ(s.error, errc::invalid_request);
  EXPECT_EQ(far->operations, 0);
  EXPECT_EQ(drain().size(), 1u) << "the end";
}

TEST_F(a_session, whose_creation_is_answered_with_nonsense_ends_with_what_is_wrong_with_it) {
  struct answer {
    char const* text;
    errc means;
  };
  for (auto const& [text, means] :
       {answer{"<html>hello</html>", errc::malformed_json}, answer{"", errc::malformed_json},
        answer{R"({"id":"job"})", errc::malformed_response},
        answer{R"({"id":"job","url":7})", errc::malformed_response},
        answer{R"({"id":"job","url":""})", errc::malformed_response},
        answer{R"({"id":"","url":"ws://127.0.0.1/"})", errc::malformed_response},
        answer{R"({"id":"job","url":"ftp://127.0.0.1/"})", errc::invalid_url},
        answer{R"({"id":"job","url":"ws://203.0.113.1/"})", errc::insecure_url}}) {
    SCOPED_TRACE(text);
    far = std::make_shared<far_side>();
    far->job = text;
    make();
    session->stop();
    auto const s = get(session->async_run(asio::use_future));
    EXPECT_EQ(s.error, means) << s.error.what();
    EXPECT_EQ(s.verdict, completeness::partial);
    EXPECT_EQ(far->operations, 1) << "it is not tried again";
    EXPECT_EQ(drain().size(), 1u) << "the end";
  }
}

TEST_F(a_session, asks_for_acknowledgements_though_its_user_does_not) {
  auto request = request_of_counted_audio();
  request.messages_config.receive_acknowledgments = false;
  session.emplace(make_test_client(io.get_executor(), far).session(request, options));
  session->stop();
  get(session->async_run(asio::use_future));
  ASSERT_EQ(far->requests.size(), 1u);
  EXPECT_NE(far->requests[0].body.find(R"("receive_acknowledgments":true)"), std::string::npos)
      << far->requests[0].body;
}

TEST_F(a_session, closed_before_its_stop_was_written_is_partial) {
  ASSERT_TRUE(try_send(0, 48'000));  // three messages
  session->stop();
  far->on_operation = [&](operation what, int number) {
    if (what == operation::audio) far->fail_at = number + 1;
  };
  far->how = {kind::close_code, 1000};
  auto const s = get(session->async_run(asio::use_future));
  EXPECT_EQ(s.verdict, completeness::partial);
  EXPECT_EQ(s.error, errc::closed_by_server);
  EXPECT_GT(s.stats.bytes_unsent, 0u);
  EXPECT_EQ(far->stops, 0);
}

TEST_F(a_session, stopped_when_the_server_has_closed_its_link_is_partial) {
  far->how = {kind::close_code, 1000};
  far->on_operation = [&](operation what, int number) {
    if (what != operation::acknowledge) return;
    far->fail_at = number;
    session->stop();
  };
  ASSERT_TRUE(try_send(0, 160));
  auto const s = get(session->async_run(asio::use_future));
  EXPECT_EQ(s.error, errc::closed_by_server) << s.error.what();
  EXPECT_EQ(s.verdict, completeness::partial);
  EXPECT_FALSE(far->link_was_told_to_stop);
}

TEST_F(a_session, does_not_count_what_a_closing_link_no_longer_takes) {
  far->how = {kind::close_code, 1012};
  far->on_operation = [&](operation what, int number) {
    if (what == operation::open && number > 2) session->stop();
    if (what != operation::acknowledge || far->fail_at != 0) return;
    far->fail_at = number;
    EXPECT_TRUE(try_send(160, 160));
  };
  ASSERT_TRUE(try_send(0, 160));
  auto const s = get(session->async_run(asio::use_future));
  EXPECT_EQ(s.verdict, completeness::complete) << s.error.what();
  EXPECT_EQ(s.stats.bytes_sent, far->heard_bytes);
  EXPECT_EQ(s.stats.bytes_replayed, 320u) << "the second piece was sent once";
}

TEST_F(a_session, that_was_stopped_is_complete_without_a_single_acknowledgement) {
  ASSERT_TRUE(try_send(0, 160));
  session->stop();
  far->acknowledges = false;
  auto const s = get(session->async_run(asio::use_future));
  EXPECT_EQ(s.verdict, completeness::complete) << s.error.what();
  EXPECT_EQ(s.stats.bytes_acknowledged, 0u);
}

TEST_F(a_session, takes_no_audio_at_once_and_writes_nothing) {
  EXPECT_TRUE(session->try_send({}));
  EXPECT_TRUE(get(session->async_send({}, asio::use_future)));
  session->stop();
  far->on_operation = [&](operation what, int) { EXPECT_NE(what, operation::audio); };
  EXPECT_EQ(get(session->async_run(asio::use_future)).verdict, completeness::complete);
}

TEST_F(a_session, sends_first_what_it_was_given_before_it_ran) {
  ASSERT_TRUE(try_send(0, 160));
  auto done = session->async_run(asio::use_future);
  ASSERT_TRUE(try_send(160, 160));
  session->stop();
  get(std::move(done));
  EXPECT_EQ(far->heard_to, 320u);
  EXPECT_FALSE(far->has_gap);
}

TEST_F(a_session, depends_on_nobody_receiving) {
  session->stop();
  EXPECT_FALSE(get(session->async_run(asio::use_future)).error);
  auto const events = drain();
  ASSERT_FALSE(events.empty());
  EXPECT_TRUE(std::holds_alternative<started>(events.front()));
  EXPECT_TRUE(std::holds_alternative<ended>(events.back()));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(receive().error(), errc::session_ended) << "for ever";
}

TEST_F(a_session, that_ended_cannot_be_run_again) {
  session->stop();
  get(session->async_run(asio::use_future));
  EXPECT_EQ(get(session->async_run(asio::use_future)).error, errc::already_ended);
  EXPECT_FALSE(get(session->async_stop(asio::use_future)).error) << "the same summary as ever";
  EXPECT_EQ(try_send(0, 1).error(), errc::session_ended);
  EXPECT_EQ(session->stats().connections, 1);
}

TEST_F(a_session, tells_all_who_wait_for_its_end_the_same) {
  auto run = session->async_run(asio::use_future);
  auto first = session->async_stop(asio::use_future);
  auto second = session->async_stop(asio::use_future);
  EXPECT_EQ(get(std::move(run)).job_id, "job");
  EXPECT_EQ(get(std::move(first)).job_id, "job");
  EXPECT_EQ(get(std::move(second)).job_id, "job");
}

TEST_F(a_session, is_received_from_by_one_at_a_time) {
  auto first = session->async_receive(asio::use_future);
  EXPECT_EQ(receive().error(), errc::already_receiving);
  session->stop();
  get(session->async_run(asio::use_future));
  EXPECT_TRUE(get(std::move(first))) << "the first one is not disturbed";
}

TEST_F(a_session, loses_no_event_when_receiving_is_cancelled) {
  options.events = gladia::live::event_selection::all;
  std::vector<std::string> kinds;
  auto run = session->async_run(asio::use_future);
  session->stop();
  int cancelled = 0;
  for (;;) {
    asio::cancellation_signal signal;
    auto future =
        session->async_receive(asio::bind_cancellation_slot(signal.slot(), asio::use_future));
    if (cancelled % 2 == 0) io.restart(), io.poll_one();
    signal.emit(asio::cancellation_type::terminal);
    auto const e = get(std::move(future));
    if (e) {
      kinds.push_back(std::to_string(e->index()));
    } else if (e.error() == aborted) {
      ++cancelled;
    } else {
      break;
    }
  }
  get(std::move(run));
  EXPECT_GT(cancelled, 0);

  // The same without cancelling.
  far = std::make_shared<far_side>();
  make();
  session->stop();
  get(session->async_run(asio::use_future));
  std::vector<std::string> expected;
  for (auto const& e : drain()) expected.push_back(std::to_string(e.index()));
  EXPECT_EQ(kinds, expected);
}

TEST_F(a_session, whose_run_is_cancelled_ends_with_a_summary) {
  asio::cancellation_signal signal;
  auto run = session->async_run(asio::bind_cancellation_slot(signal.slot(), asio::use_future));
  io.poll_one();
  signal.emit(asio::cancellation_type::terminal);
  EXPECT_EQ(get(std::move(run)).error, aborted);
}

TEST_F(a_session, serves_those_who_wait_to_send_in_order) {
  std::vector<int> served;
  std::vector<std::string> audio;
  for (int i = 0; i < 8; ++i)
    audio.push_back(counted_audio(static_cast<std::size_t>(i) * 160, 160));
  for (int i = 0; i < 8; ++i) {
    auto const& piece = audio[static_cast<std::size_t>(i)];
    session->async_send(asio::buffer(piece), [&served, i](result<void> taken) {
      EXPECT_TRUE(taken);
      served.push_back(i);
    });
  }
  io.poll();
  EXPECT_EQ(served, (std::vector<int>{0, 1})) << "nothing was sent yet";
  auto run = session->async_run(asio::use_future);
  run_until([&] { return served.size() == 8; });
  session->stop();
  get(std::move(run));
  EXPECT_EQ(served, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(far->heard_to, 8u * 160);
  EXPECT_FALSE(far->has_gap);
}

TEST_F(a_session, lets_nobody_overtake_one_who_waits_for_more_room) {
  options.buffer = 1000ms;
  options.high_water = options.low_water = 10s;
  make();
  std::vector<int> served;
  std::vector<std::string> const audio{counted_audio(0, 14'400), counted_audio(14'400, 3'200),
                                       counted_audio(17'600, 800)};
  for (int i = 0; i < 3; ++i) {
    session->async_send(asio::buffer(audio[static_cast<std::size_t>(i)]),
                        [&served, i](result<void>) { served.push_back(i); });
  }
  io.poll();
  EXPECT_EQ(served, std::vector<int>{0}) << "the last one would have had room";
  auto run = session->async_run(asio::use_future);
  run_until([&] { return served.size() == 3; });
  session->stop();
  get(std::move(run));
  EXPECT_EQ(served, (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(far->heard_to, 18'400u);
  EXPECT_FALSE(far->has_gap);
}

TEST_F(a_session, takes_nothing_of_a_send_that_was_cancelled) {
  std::vector<asio::cancellation_signal> signals(6);
  std::vector<std::future<result<void>>> sends;
  auto const piece = [](std::size_t i) { return counted_audio(i * 160, 160); };
  // The first two are taken at once; 2, 3 and 4 wait, and 3 is cancelled.
  std::vector<std::string> const audio{piece(0), piece(1), piece(2), piece(9), piece(3), piece(4)};
  for (std::size_t i = 0; i < audio.size(); ++i) {
    sends.push_back(session->async_send(
        asio::buffer(audio[i]), asio::bind_cancellation_slot(signals[i].slot(), asio::use_future)));
  }
  io.poll();
  signals[3].emit(asio::cancellation_type::total);
  EXPECT_EQ(get(std::move(sends[3])).error(), aborted);
  auto run = session->async_run(asio::use_future);
  for (auto i : {0u, 1u, 2u, 4u, 5u}) EXPECT_TRUE(get(std::move(sends[i])));
  session->stop();
  EXPECT_EQ(get(std::move(run)).verdict, completeness::complete);
  EXPECT_EQ(far->heard_to, 5u * 160);
  EXPECT_FALSE(far->has_gap);
}

TEST_F(a_session, tells_those_who_wait_to_send_that_it_was_stopped) {
  auto const audio = counted_audio(0, 160);
  std::vector<std::future<result<void>>> sends;
  for (int i = 0; i < 4; ++i) {
    sends.push_back(session->async_send(asio::buffer(audio), asio::use_future));
  }
  io.poll();
  session->stop();
  EXPECT_EQ(get(std::move(sends[3])).error(), errc::stopping);
}

TEST_F(a_session, lets_sent_audio_go_when_acknowledgements_stand_still) {
  options.buffer = 1000ms;
  options.high_water = 1000ms;
  options.low_water = 500ms;
  options.ack_timeout = 50ms;
  make();
  far->acknowledges = false;
  auto run = session->async_run(asio::use_future);
  std::size_t sent = 0;
  for (; sent < 40; ++sent) {
    auto const audio = counted_audio(sent * 1600, 1600);  // 100 ms
    auto const taken = get(session->async_send(asio::buffer(audio), asio::use_future));
    ASSERT_TRUE(taken) << taken.error().what();
  }
  session->stop();
  auto const s = get(std::move(run));
  EXPECT_EQ(s.verdict, completeness::complete) << s.error.what();
  EXPECT_EQ(far->heard_to, sent * 1600);
  EXPECT_FALSE(far->has_gap);
  EXPECT_EQ(s.stats.bytes_dropped, 0u);
  auto const events = drain();
  EXPECT_EQ(warnings(events, warning_code::ack_stalled).size(), 1u);
  auto const shortened = warnings(events, warning_code::replay_shortened);
  ASSERT_FALSE(shortened.empty());
  EXPECT_EQ(shortened[0].from, 0u);
  EXPECT_EQ(shortened[0].to, 3'188u) << "what the eleventh piece lacked; 12 bytes are spare";
}

TEST_F(a_session, reports_audio_that_it_dropped_even_if_no_link_ever_came) {
  options.buffer = 1000ms;
  options.overflow = gladia::live::overflow_policy::drop_oldest;
  options.reconnect_attempts = 1;
  make();
  far->fail_at = 2;
  far->fails_for_ever = true;
  for (std::size_t i = 0; i < 15; ++i) ASSERT_TRUE(try_send(i * 1600, 1600));
  auto const s = get(session->async_run(asio::use_future));
  EXPECT_EQ(s.error, errc::reconnect_failed);
  EXPECT_EQ(s.verdict, completeness::partial);
  auto const dropped = all_of<audio_dropped>(drain());
  ASSERT_EQ(dropped.size(), 1u);
  EXPECT_EQ(dropped[0].from, 0u);
  EXPECT_GT(dropped[0].to, 0u);
  EXPECT_EQ(dropped[0].to, s.stats.bytes_dropped);
}

TEST_F(a_session, says_what_a_reconnect_could_not_send_again) {
  options.buffer = 1000ms;
  make();
  far->acknowledges = false;
  auto run = session->async_run(asio::use_future);
  for (std::size_t i = 0; i < 15; ++i) {
    ASSERT_TRUE(try_send(i * 1600, 1600)) << "what was sent makes room";
    run_until([&] { return session->stats().bytes_unsent == 0; });
  }
  far->acknowledges = true;
  far->fail_at = far->operations + 1;
  ASSERT_TRUE(try_send(15 * 1600, 1600));
  session->stop();
  auto const s = get(std::move(run));
  EXPECT_FALSE(s.error) << s.error.what();
  EXPECT_EQ(s.verdict, completeness::partial);
  EXPECT_EQ(s.stats.connections, 2);
  auto const events = drain();
  auto const shortened = warnings(events, warning_code::replay_shortened);
  ASSERT_EQ(shortened.size(), 1u) << "once";
  EXPECT_EQ(shortened[0].from, 0u);
  EXPECT_GT(shortened[0].to, 0u);
  auto const dropped = all_of<audio_dropped>(events);
  ASSERT_EQ(dropped.size(), 1u);
  EXPECT_EQ(dropped[0].from, 0u);
  EXPECT_GE(dropped[0].to, shortened[0].to);
  EXPECT_EQ(dropped[0].to, s.stats.bytes_dropped);
  auto const last_link = all_of<connected>(events).back();
  EXPECT_EQ(last_link.resume_offset, dropped[0].to);
  EXPECT_DOUBLE_EQ(last_link.repeated_from, 0) << "the server may have heard none of it";
}

TEST_F(a_session, that_is_sent_a_file_of_another_kind_says_so_once_and_sends_it) {
  std::string const webm("\x1a\x45\xdf\xa3", 4);
  ASSERT_TRUE(session->try_send(asio::buffer(webm + counted_audio(0, 160))));
  ASSERT_TRUE(session->try_send(asio::buffer(webm + counted_audio(0, 160))));
  session->stop();
  get(session->async_run(asio::use_future));
  EXPECT_EQ(far->heard_bytes, 2 * (4 + 320u));
  auto const warned = warnings(drain(), warning_code::encoded_audio);
  ASSERT_EQ(warned.size(), 1u);
  EXPECT_THAT(warned[0].text, testing::HasSubstr("a WebM or Matroska file"));
}

TEST_F(a_session, knows_its_id_and_where_it_is) {
  EXPECT_EQ(session->state(), session_state::idle);
  EXPECT_EQ(session->id(), "");
  auto end = session->async_run(asio::use_future);
  run_until([&] { return session->state() == session_state::streaming; });
  EXPECT_EQ(session->id(), "job");
  session->stop();
  get(std::move(end));
  EXPECT_EQ(session->state(), session_state::ended);
  EXPECT_EQ(session->id(), "job");
}

TEST_F(a_session, can_be_waited_for_without_stopping_it) {
  auto before = session->async_wait(asio::use_future);
  asio::cancellation_signal signal;
  auto cancelled =
      session->async_wait(asio::bind_cancellation_slot(signal.slot(), asio::use_future));
  auto end = session->async_run(asio::use_future);
  run_until([&] { return session->state() == session_state::streaming; });
  signal.emit(asio::cancellation_type::all);
  EXPECT_EQ(get(std::move(cancelled)).error, asio::error::operation_aborted);
  EXPECT_EQ(session->state(), session_state::streaming) << "the session goes on";
  EXPECT_EQ(before.wait_for(0s), std::future_status::timeout);
  far->goodbye = 1000;
  session->stop();
  EXPECT_EQ(get(std::move(end)).verdict, completeness::complete);
  EXPECT_EQ(get(std::move(before)).verdict, completeness::complete);
  EXPECT_EQ(get(session->async_wait(asio::use_future)).job_id, "job") << "after the end too";
}

TEST_F(a_session, that_never_runs_ends_the_wait_for_it_when_it_is_destroyed) {
  auto waiting = session->async_wait(asio::use_future);
  session.reset();
  EXPECT_EQ(get(std::move(waiting)).error, asio::error::operation_aborted);
}

TEST_F(a_session, that_was_attached_to_without_an_id_learns_it_from_the_messages) {
  gladia::live_session_info job;
  job.url = gladia::secret("ws://127.0.0.1/v2/live?token=t");
  session.emplace(
      make_test_client(io.get_executor(), far).attach(job, request_of_counted_audio(), options));
  ASSERT_TRUE(try_send(0, 160));
  session->stop();
  EXPECT_EQ(get(session->async_run(asio::use_future)).job_id, "job");
  EXPECT_EQ(session->id(), "job");
}

TEST_F(a_session, cannot_be_attached_to_without_a_url) {
  session.emplace(
      make_test_client(io.get_executor(), far).attach({}, request_of_counted_audio(), options));
  auto const end = get(session->async_run(asio::use_future));
  EXPECT_EQ(end.error, errc::invalid_url);
  EXPECT_THAT(end.error.what(), testing::HasSubstr("live_session_info::url is empty"));
}

TEST_F(a_session, drops_the_incomplete_frame_at_its_end_and_says_so) {
  ASSERT_TRUE(session->try_send(asio::buffer(counted_audio(0, 160) + "x")));
  session->stop();
  auto const s = get(session->async_run(asio::use_future));
  EXPECT_EQ(s.verdict, completeness::complete);
  EXPECT_EQ(far->heard_to, 160u);
  EXPECT_FALSE(far->has_broken_frame);
  auto const warned = warnings(drain(), warning_code::incomplete_frame);
  ASSERT_EQ(warned.size(), 1u);
  EXPECT_EQ(warned[0].from, 0u) << "about no stretch";
  EXPECT_EQ(warned[0].to, 0u);
}

TEST_F(a_session, is_kept_alive_while_the_caller_is_silent) {
  options.keep_alive_after = 20ms;
  options.keep_alive_interval = 20ms;
  make();
  int keep_alives = 0;
  far->on_operation = [&](operation what, int) {
    if (what == operation::keep_alive && ++keep_alives == 3) session->stop();
  };
  auto const s = get(session->async_run(asio::use_future));
  EXPECT_EQ(s.stats.keep_alives_sent, 3u);
  EXPECT_EQ(s.verdict, completeness::complete);
}

TEST_F(a_session, is_not_kept_alive_for_ever_and_says_so) {
  options.keep_alive_after = 20ms;
  options.keep_alive_interval = 20ms;
  options.keep_alive_limit = 100ms;
  make();
  int pings = 0;
  far->on_operation = [&](operation what, int) {
    if (what == operation::ping && ++pings == 2) session->stop();
  };
  get(session->async_run(asio::use_future));
  EXPECT_EQ(warnings(drain(), warning_code::keep_alive_limit).size(), 1u);
}

TEST_F(a_session, lives_on_pongs_alone) {
  int pings = 0;
  far->on_operation = [&](operation what, int) {
    auto const is_reconnect = what == operation::open && far->links > 0;
    if (is_reconnect || (what == operation::ping && ++pings == 3)) session->stop();
  };
  auto const s = get(session->async_run(asio::use_future));
  EXPECT_EQ(pings, 3);
  EXPECT_EQ(s.stats.connections, 1);
}

TEST_F(a_session, leaves_a_link_that_takes_nothing_for_another) {
  options.link_timeout = 0ms;
  make();
  far->fail_at = 3;
  far->how = {kind::silence, 0};
  ASSERT_TRUE(try_send(0, 160));
  session->stop();
  auto const s = get(session->async_run(asio::use_future));
  EXPECT_EQ(s.verdict, completeness::complete) << s.error.what();
  EXPECT_EQ(s.stats.connections, 2);
  EXPECT_EQ(all_of<disconnected>(drain()).at(0).error, errc::send_stalled);
}

TEST_F(a_session, stopped_before_it_runs_is_given_up_in_time) {
  options.stop_timeout = 100ms;
  options.link_timeout = 10s;
  make();
  far->goodbye = 0;
  far->on_operation = [&](operation what, int) {
    if (what == operation::ping) session->cancel();
  };
  session->stop();
  EXPECT_EQ(get(session->async_run(asio::use_future)).error, errc::stop_timeout);
}

TEST_F(a_session, holds_every_phase_to_the_limit_it_was_given) {
  options.timeouts = {1001ms, 1002ms, 1003ms, 1004ms, 1005ms};
  options.init_timeout = 1006ms;
  options.close_timeout = 1007ms;
  options.fetch_result = true;
  make();
  far->on_operation = [&](operation what, int number) {
    if (what != operation::goodbye) return;
    far->fail_at = number;
    far->how = {kind::close_code, 4403};  // the job may know more
  };
  session->stop();
  EXPECT_TRUE(get(session->async_run(asio::use_future)).job);
  auto expect_limits = [&](gladia::net::timeouts const& t) {
    EXPECT_EQ(t.resolve, 1001ms);
    EXPECT_EQ(t.connect, 1002ms);
    EXPECT_EQ(t.proxy, 1003ms);
    EXPECT_EQ(t.tls, 1004ms);
    EXPECT_EQ(t.upgrade, 1005ms);
  };
  ASSERT_EQ(far->requests.size(), 2u);
  EXPECT_EQ(far->requests[0].method, "POST");
  EXPECT_EQ(far->requests[0].deadline, 1006ms);
  for (auto const& request : far->requests) expect_limits(request.timeouts);
  ASSERT_EQ(far->upgrades.size(), 1u);
  expect_limits(far->upgrades[0].timeouts);
  EXPECT_EQ(far->upgrades[0].close_timeout, 1007ms);
}

// Numbers.

TEST_F(a_session, counts_what_waits_at_any_time) {
  ASSERT_TRUE(try_send(0, 160));
  auto s = session->stats();
  EXPECT_EQ(s.bytes_accepted, 320u);
  EXPECT_EQ(s.bytes_buffered, 320u);
  EXPECT_EQ(s.bytes_unsent, 320u);
  EXPECT_EQ(s.bytes_sent, 0u);
  far->acknowledges = false;
  session->stop();
  get(session->async_run(asio::use_future));
  s = session->stats();
  EXPECT_EQ(s.bytes_sent, 320u);
  EXPECT_EQ(s.bytes_buffered, 320u) << "until it is acknowledged";
  EXPECT_EQ(s.bytes_unsent, 0u);
}

TEST_F(a_session, measures_the_round_trip_from_sending) {
  ASSERT_TRUE(try_send(0, 1600));
  let_pass(100ms);  // before it is sent
  auto const began = std::chrono::steady_clock::now();
  session->stop();
  auto const s = get(session->async_run(asio::use_future));
  EXPECT_EQ(s.stats.ack_round_trip.count, 1u);
  EXPECT_LE(s.stats.ack_round_trip.last, std::chrono::steady_clock::now() - began);
}

/// Something that was said on a channel from 0.5 s to `end`.
std::string transcript(char const* is_final, int channel = 0, double end = 1.5) {
  return R"({"type":"transcript","session_id":"job","data":{"id":"of )" + std::to_string(channel) +
         R"(","is_final":)" + is_final +
         R"(,"utterance":{"start":0.5,"text":"so","words":[],"end":)" + std::to_string(end) +
         R"(,"channel":)" + std::to_string(channel) + "}}}";
}

TEST_F(a_session,
       measures_the_first_partial_from_the_start_of_the_speech_and_the_final_from_its_end) {
  far->answer_to_audio = [&](auto, auto to) {
    if (to != 2 * 32'000) return std::vector<std::string>();
    return std::vector{transcript("false"), transcript("false"), transcript("true")};
  };
  options.buffer = 10s;
  make();
  for (std::size_t i = 0; i < 10; ++i) ASSERT_TRUE(try_send(i * 1600, 1600));  // a second
  let_pass(100ms);
  auto const spoken = std::chrono::steady_clock::now();
  for (std::size_t i = 10; i < 20; ++i) ASSERT_TRUE(try_send(i * 1600, 1600));
  session->stop();
  auto const s = get(session->async_run(asio::use_future));
  EXPECT_EQ(s.stats.first_partial.count, 1u) << "the second partial is not the first";
  EXPECT_GE(s.stats.first_partial.last, 100ms);
  EXPECT_EQ(s.stats.final_transcript.count, 1u);
  EXPECT_LE(s.stats.final_transcript.last, std::chrono::steady_clock::now() - spoken);
}

TEST_F(a_session, tells_the_first_partials_of_its_channels_apart) {
  far->answer_to_audio = [](auto, auto) {
    return std::vector{transcript("false", 0), transcript("false", 1), transcript("false", 0),
                       transcript("false", 1)};
  };
  ASSERT_TRUE(try_send(0, 16'000));  // a message
  session->stop();
  EXPECT_EQ(get(session->async_run(asio::use_future)).stats.first_partial.count, 2u);
}

TEST_F(a_session, measures_by_what_is_sent_where_audio_was_dropped) {
  options.buffer = 1000ms;
  options.overflow = gladia::live::overflow_policy::drop_oldest;
  make();
  far->answer_to_audio = [](auto, auto) { return std::vector{transcript("true", 0, 1)}; };
  for (std::size_t i = 0; i < 15; ++i) ASSERT_TRUE(try_send(i * 1600, 1600));  // 1.5 s
  let_pass(100ms);
  auto const spoken = std::chrono::steady_clock::now();
  ASSERT_TRUE(try_send(15 * 1600, 1600));
  session->stop();
  auto const s = get(session->async_run(asio::use_future));
  ASSERT_GT(s.stats.final_transcript.count, 0u);
  EXPECT_LE(s.stats.final_transcript.last, std::chrono::steady_clock::now() - spoken);
}

TEST_F(a_session, can_be_moved_while_it_runs) {
  auto run = session->async_run(asio::use_future);
  io.poll_one();
  auto moved = std::move(*session);
  session.reset();
  moved.stop();
  EXPECT_FALSE(get(std::move(run)).error);
}

TEST_F(a_session, moved_while_operations_wait_completes_them_as_if_it_was_not) {
  auto const audio = counted_audio(0, 160);
  auto first = session->async_receive(asio::use_future);
  std::vector<std::future<result<void>>> sends;
  for (int i = 0; i < 6; ++i) {
    sends.push_back(session->async_send(asio::buffer(audio), asio::use_future));
  }
  io.poll();
  auto moved = std::move(*session);
  session.reset();
  auto run = moved.async_run(asio::use_future);
  for (auto& sent : sends) EXPECT_TRUE(get(std::move(sent)));
  auto const e = get(std::move(first));
  EXPECT_TRUE(e && std::holds_alternative<started>(*e));
  moved.stop();
  EXPECT_EQ(get(std::move(run)).verdict, completeness::complete);
  EXPECT_EQ(far->heard_bytes, 6 * audio.size());
}

TEST_F(a_session, ends_when_another_is_assigned_to_it) {
  auto run = session->async_run(asio::use_future);
  io.poll_one();
  *session = make_test_client(io.get_executor(), std::make_shared<far_side>())
                 .session(request_of_counted_audio(), options);
  EXPECT_EQ(get(std::move(run)).error, aborted);
}

TEST_F(a_session, leaves_a_sink_that_says_it_is_over) {
  auto const sink = session->audio_sink();
  EXPECT_TRUE(sink.try_send(asio::buffer(counted_audio(0, 160))));
  session.reset();
  finish();
  EXPECT_EQ(sink.try_send(asio::buffer(counted_audio(0, 160))).error(), errc::session_ended);
}

TEST_F(a_session, is_not_held_up_by_a_handler_that_takes_its_time) {
  std::promise<void> ended;
  auto is_over = ended.get_future();
  session->stop();
  session->async_receive([&](result<event>) {
    EXPECT_EQ(is_over.wait_for(30s), std::future_status::ready) << "the handler holds the session";
  });
  session->async_run([&](summary) { ended.set_value(); });
  std::thread another([this] { io.run_for(60s); });
  io.run_for(60s);
  another.join();
}

TEST_F(a_session, goes_on_after_a_handler_that_throws) {
  struct thrown_by_user {};
  int ends = 0;
  session->stop();
  session->async_receive([](result<event>) { throw thrown_by_user(); });
  session->async_run([&](summary const& s) {
    EXPECT_EQ(s.verdict, completeness::complete) << s.error.what();
    ++ends;
    throw thrown_by_user();
  });
  EXPECT_THROW(io.run_for(30s), thrown_by_user) << "from the handler of the event";
  EXPECT_EQ(ends, 0);
  EXPECT_THROW(io.run_for(30s), thrown_by_user) << "from the handler of the end";
  finish();
  EXPECT_EQ(ends, 1);
  EXPECT_EQ(far->live_links, 0);
  EXPECT_TRUE(std::holds_alternative<ended>(drain().back())) << "no other event was lost";
}

TEST_F(a_session, goes_on_after_handlers_of_sends_and_stops_that_throw) {
  struct thrown_by_user {};
  std::vector<std::string> audio;
  for (std::size_t i = 0; i < 4; ++i) audio.push_back(counted_audio(i * 160, 160));
  auto const throw_it = [](summary const&) { throw thrown_by_user(); };
  for (auto const& piece : audio) {  // the first two are taken at once
    session->async_send(asio::buffer(piece), [&](result<void> const& taken) {
      EXPECT_TRUE(taken);
      if (&piece == &audio.back()) session->async_stop(throw_it), session->async_stop(throw_it);
      throw thrown_by_user();
    });
  }
  auto run = session->async_run(asio::use_future);
  for (int i = 0; i < 4 + 2; ++i) EXPECT_THROW(io.run_for(30s), thrown_by_user) << i;
  auto const s = get(std::move(run));
  EXPECT_EQ(s.verdict, completeness::complete) << s.error.what();
  EXPECT_EQ(far->heard_to, 4u * 160);
  EXPECT_FALSE(far->has_gap);
}

/// A session whose links are lost, and which is used by four threads, until they end it.
struct a_session_of_several_threads : a_session {
  static constexpr int users = 4;

  summary end_with(std::function<void()> const& end_it) {
    cut(*far, 2, 2);
    auto run = session->async_run(asio::use_future);
    at_work([&] {
      run_users([this, &end_it] { use(end_it); });
      EXPECT_EQ(run.wait_for(30s), std::future_status::ready);
    });
    EXPECT_EQ(far->links, 3);
    EXPECT_EQ(far->live_links, 0);
    EXPECT_EQ(session->stats().bytes_accepted, accepted * piece.size());
    return run.get();
  }

  /// Calls `what` while two threads run the session; returns when nothing is left to do.
  void at_work(std::function<void()> const& what) {
    auto work = asio::make_work_guard(io);
    std::vector<std::thread> network;
    for (int i = 0; i < 2; ++i) network.emplace_back([this] { io.run_for(60s); });
    what();
    work.reset();
    for (auto& t : network) t.join();
  }
  static void run_users(std::function<void()> const& use) {
    std::vector<std::thread> threads;
    for (int i = 0; i < users; ++i) threads.emplace_back(use);
    for (auto& t : threads) t.join();
  }
  std::vector<std::future<result<void>>> send_many() {
    std::vector<std::future<result<void>>> sends;
    for (int i = 0; i < 8; ++i) {
      sends.push_back(session->async_send(asio::buffer(piece), asio::use_future));
    }
    return sends;
  }
  /// Set exactly once: twice would throw, never takes too long.
  template <class Result>
  static Result wait_for(std::future<Result> future) {
    EXPECT_EQ(future.wait_for(30s), std::future_status::ready);
    return future.get();
  }

  std::string const piece = counted_audio(0, 160);

 private:
  void use(std::function<void()> const& end_it) {
    auto const sink = session->audio_sink();
    for (int i = 0; i < 40; ++i) {
      auto sent = session->async_send(asio::buffer(piece), asio::use_future);
      accepted += session->try_send(asio::buffer(piece)).has_value();
      accepted += sink.try_send(asio::buffer(piece)).has_value();
      EXPECT_LE(session->stats().connections, 3);
      accepted += wait_for(std::move(sent)).has_value();
    }
    auto waiting = send_many();
    end_it();
    for (auto& sent : waiting) accepted += wait_for(std::move(sent)).has_value();
  }

  std::atomic<std::uint64_t> accepted = 0;
};

TEST_F(a_session_of_several_threads, hears_all_of_them_and_ends_well_when_they_stop_it) {
  auto const s = end_with([this] { session->stop(); });
  EXPECT_EQ(s.verdict, completeness::complete) << s.error.what();
  EXPECT_GE(far->heard_bytes, s.stats.bytes_accepted);
}

TEST_F(a_session_of_several_threads, is_cancelled_once_when_they_all_cancel_it) {
  EXPECT_EQ(end_with([this] { session->cancel(); }).error, aborted);
}

TEST_F(a_session_of_several_threads, may_be_destroyed_while_they_use_their_sinks) {
  far->goodbye = 0;  // it does not end by itself
  auto run = session->async_run(asio::use_future);
  at_work([&] {
    std::promise<void> in_use;
    std::thread users_of_sinks([&, sink = session->audio_sink()] {
      std::atomic<int> sent = 0;
      run_users([&, sink] {
        while (sink.try_send(asio::buffer(piece)).error() != errc::session_ended) {
          if (++sent == 100) in_use.set_value();
          std::this_thread::yield();
        }
      });
    });
    in_use.get_future().wait();
    std::vector<std::future<result<event>>> receives;
    for (int i = 0; i < 3; ++i) receives.push_back(session->async_receive(asio::use_future));
    auto sends = send_many();
    auto stopped = session->async_stop(asio::use_future);
    session.reset();
    EXPECT_EQ(wait_for(std::move(run)).error, aborted);
    EXPECT_EQ(wait_for(std::move(stopped)).error, aborted);
    for (auto& received : receives) {
      auto const e = wait_for(std::move(received));
      EXPECT_TRUE(e || e.error() == aborted || e.error() == errc::already_receiving);
    }
    for (auto& sent : sends) {
      auto const taken = wait_for(std::move(sent));
      EXPECT_TRUE(taken || taken.error() == aborted || taken.error() == errc::stopping)
          << taken.error().what();
    }
    users_of_sinks.join();
  });
  EXPECT_EQ(far->live_links, 0);
}

TEST_F(a_session, may_be_one_of_two_that_a_handler_owns) {
  auto other_far = std::make_shared<far_side>();
  auto other = std::make_shared<gladia::live::session>(
      make_test_client(io.get_executor(), other_far).session(request_of_counted_audio(), options));
  auto one = std::make_shared<gladia::live::session>(std::move(*session));
  int ends = 0;
  one->async_run([&ends, one, other](summary s) {
    EXPECT_FALSE(s.error);
    ++ends;
    other->async_run([&ends, other](summary t) {
      EXPECT_FALSE(t.error);
      ++ends;
    });
    other->stop();
  });
  one->stop();
  one.reset();
  other.reset();
  finish();
  EXPECT_EQ(ends, 2);
}

TEST_F(a_session, may_be_destroyed_with_another_by_one_handler) {
  auto const other_far = std::make_shared<far_side>();
  std::optional<gladia::live::session> other(
      make_test_client(io.get_executor(), other_far).session(request_of_counted_audio(), options));
  auto run = session->async_run(asio::use_future);
  auto other_run = other->async_run(asio::use_future);
  auto other_event = other->async_receive(asio::use_future);
  std::function<void(result<event>)> const destroy_both = [&](result<event> const& e) {
    if (!std::holds_alternative<connected>(*e)) return session->async_receive(destroy_both);
    session.reset();
    other.reset();
  };
  session->async_receive(destroy_both);
  EXPECT_EQ(get(std::move(run)).error, aborted);
  EXPECT_EQ(get(std::move(other_run)).error, aborted);
  auto const e = get(std::move(other_event));
  EXPECT_TRUE(e || e.error() == aborted);
  finish();
  EXPECT_FALSE(session || other);
  EXPECT_EQ(far->live_links + other_far->live_links, 0);
}

TEST_F(a_session, destroyed_before_it_runs_aborts_what_waits_for_it) {
  auto event_future = session->async_receive(asio::use_future);
  auto const audio = counted_audio(0, 160);
  std::vector<std::future<result<void>>> sends;
  for (int i = 0; i < 3; ++i) {
    sends.push_back(session->async_send(asio::buffer(audio), asio::use_future));
  }
  session.reset();
  EXPECT_EQ(get(std::move(event_future)).error(), aborted);
  EXPECT_EQ(get(std::move(sends[2])).error(), aborted);
}

// The context.

TEST_F(context, may_be_destroyed_at_any_step_after_its_session) {
  destroy_at_any_step(with::session_first);
}

TEST_F(context, may_be_destroyed_at_any_step_with_handlers_that_own_their_session) {
  destroy_at_any_step(with::context_alone);
}

TEST_F(context, may_be_run_by_several_threads) {
  for (int i = 0; i < 60; ++i) {
    auto& far = *add()->far;
    far.close_after = i % 3;
    if (i % 4 == 0)
      far.on_operation = [n = i, p = players.back().get()](operation, int number) {
        if (number == n) p->session->cancel();
      };
  }
  for (auto const& p : players) p->start();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([this] { io.run(); });
  // Meanwhile, from a thread of the user's.
  for (int i = 0; i < 200; ++i) {
    for (auto const& p : players) EXPECT_LE(p->session->stats().connections, 10);
  }
  for (auto& t : threads) t.join();
  for (auto const& p : players) expect_consistent(*p);
}

}  // namespace
