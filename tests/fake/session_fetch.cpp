#include <gladia/live/session.hpp>

#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>
#include <map>
#include <set>

#include "support/fake_transport.hpp"
#include "support/session_player.hpp"

/// What became of a job whose end was not seen is asked for over HTTP.
namespace {

using namespace gladia::test;
using gladia::job_status;

session_options fetching() {
  auto options = quick_options();
  options.fetch_result = true;
  return options;
}

/// Closes the link behind the stop so that nothing is known.
void end_unknown(session_player& p) {
  p.far->goodbye = 4403;
}
void end_unknown_with_an_unfinished_job(session_player& p) {
  end_unknown(p);
  p.far->statuses = {"processing", "done"};
}

/// Fails with so many of the calls for the job.
void fail_to_tell(session_player& p, int calls, failure const& how) {
  end_unknown(p);
  p.far->how = how;
  p.far->on_operation = [far = p.far.get(), calls](operation what, int number) {
    auto const is_call = what == operation::http && far->http_calls > 1;  // behind the creation
    if (is_call && far->http_calls <= 1 + calls) far->fail_at = number;
  };
}

struct sessions_that_fetch : sessions_with_a_user {
  std::map<session_player*, int> calls;  // until the user acted

  /// Polls are a second apart: all of them wait at the same time.
  void play_with_an_unfinished_job(action const& act) {
    auto const steps = operations_of_a_session(fetching(), end_unknown) + 1;
    auto const act_before_the_end = [this, act](session_player& p) {
      if (!p.events.empty() && std::holds_alternative<ended>(p.events.back())) return;
      calls[&p] = p.far->http_calls;
      act(p);
    };
    play_up_to(steps, act_before_the_end, fetching(), end_unknown_with_an_unfinished_job);
    EXPECT_GT(calls.size(), players.size() / 2) << "at any step, and at each event";
  }
  void expect_given_up(session_player& player) {
    EXPECT_EQ(player.end.error, aborted) << player.end.error.what();
    EXPECT_EQ(player.end.verdict,
              player.far->stops > 0 ? completeness::unknown : completeness::partial);
    EXPECT_LE(player.far->http_calls, calls.at(&player) + 1) << "one may be on its way";
  }
};

TEST_F(sessions_that_fetch, ask_until_their_job_is_done) {
  for (auto const& statuses : std::vector<std::vector<std::string>>{
           {"done"}, {"error"}, {"queued", "done"}, {"processing", "error"}}) {
    auto const player = add(fetching());
    end_unknown(*player);
    player->far->statuses = statuses;
  }
  run();
  for (auto const& player : players) {
    auto const& statuses = player->far->statuses;
    SCOPED_TRACE(statuses.front() + ", " + statuses.back());
    expect_consistent(*player);
    expect_all_events(*player);
    EXPECT_EQ(player->end.verdict, completeness::unknown);
    EXPECT_EQ(player->end.error, errc::session_gone);
    EXPECT_EQ(player->far->asked, statuses.size());
    ASSERT_TRUE(player->end.job);
    EXPECT_EQ(player->end.job->status.name(), statuses.back());
  }
}

TEST_F(sessions_that_fetch, ask_again_where_the_server_fails) {
  for (auto const& how : {failure{kind::http_status, 503}, failure{kind::lost_link, 0}}) {
    fail_to_tell(*add(fetching()), 1, how);
    fail_to_tell(*add(fetching()), 2, how);  // a call with its retry
  }
  run();
  for (auto const& player : players) {
    SCOPED_TRACE(about(*player));
    expect_consistent(*player);
    EXPECT_EQ(player->end.verdict, completeness::unknown);
    ASSERT_TRUE(player->end.job);
    EXPECT_EQ(player->end.job->status, job_status::done);
  }
}

TEST_F(sessions_that_fetch, do_not_ask_again_where_the_server_does_not_know_the_job) {
  fail_to_tell(*add(fetching()), 9, {kind::http_status, 404});
  run();
  auto const& player = *players.at(0);
  expect_consistent(player);
  EXPECT_EQ(player.end.verdict, completeness::unknown);
  EXPECT_EQ(player.end.error, errc::session_gone);
  EXPECT_FALSE(player.end.job);
  EXPECT_EQ(player.far->http_calls, 2) << "the creation and one more";
}

TEST_F(sessions_that_fetch, are_cancelled_at_any_step_and_make_no_call_any_more) {
  play_with_an_unfinished_job([](session_player& p) { p.session->cancel(); });
  std::set<int> calls_made;
  for (auto const& player : players) {
    expect_consistent(*player);
    if (calls.count(player.get()) == 0) continue;  // had ended with fewer steps
    expect_given_up(*player);
    calls_made.insert(player->far->http_calls);
  }
  EXPECT_EQ(calls_made, (std::set{1, 2, 3})) << "the creation, and two for the job";
}

TEST_F(sessions_that_fetch, are_destroyed_at_any_step_and_complete_every_operation) {
  play_with_an_unfinished_job([](session_player& p) { p.session.reset(); });
  for (auto const& player : players) {
    expect_completed(*player);
    if (!player->session) expect_given_up(*player);
  }
}

TEST_F(context, may_be_destroyed_at_any_step_of_sessions_that_fetch) {
  auto const steps = operations_of_a_session(fetching(), end_unknown) + 1;
  for (auto const what : {with::context_alone, with::session_first}) {
    destroy_up_to(steps, what, fetching(), end_unknown_with_an_unfinished_job);
  }
}

/// A session that waits before it asks for its job again.
struct a_session_that_polls : a_session {
  std::future<summary> run;

  void SetUp() override {
    options = fetching();
    make();
    far->goodbye = 4403;
    far->statuses = {"processing"};
    session->stop();
    run = session->async_run(asio::use_future);
    run_until([&] { return far->asked == 1; });
    io.poll();
  }
  void expect_end() {
    auto const s = get(std::move(run));
    EXPECT_EQ(s.error, aborted);
    EXPECT_EQ(s.verdict, completeness::unknown);
    finish();
    EXPECT_EQ(far->http_calls, 2) << "the creation and one more";
  }
};

TEST_F(a_session_that_polls, is_cancelled_at_once) {
  session->cancel();
  expect_end();
}

TEST_F(a_session_that_polls, is_destroyed_at_once) {
  session.reset();
  expect_end();
}

TEST_F(a_session, that_joined_a_job_without_a_key_asks_nothing) {
  options = fetching();
  far->goodbye = 4403;
  gladia::live_session_info job;
  job.id = "job";
  job.url = gladia::secret("ws://127.0.0.1/v2/live?token=t");
  session.emplace(make_test_client(io.get_executor(), far, "")
                      .attach(job, request_of_counted_audio(), options));
  session->stop();
  auto const s = get(session->async_run(asio::use_future));
  EXPECT_EQ(s.error, errc::session_gone);
  EXPECT_EQ(s.verdict, completeness::unknown);
  EXPECT_FALSE(s.job);
  EXPECT_EQ(far->http_calls, 0);
}

}  // namespace
