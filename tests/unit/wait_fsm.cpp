#include <gladia/api/detail/wait_fsm.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/error.hpp>

namespace {

using namespace std::chrono_literals;
using gladia::errc;
using gladia::error;
using gladia::job_status;
using gladia::api::detail::wait_fsm;
using gladia::api::detail::wait_limits;

struct a_wait_for_a_job : testing::Test {
  wait_limits limits{1s, 10s, 60s};
  wait_fsm::time_point now{};

  wait_fsm begun() {
    wait_fsm wait("job-1", limits, 1);
    (void)wait.on_start(now);
    return wait;
  }
  static error answered(int status, errc code) {
    gladia::error_details details;
    details.http_status = status;
    details.phase = gladia::phase::response;
    return error(make_error_code(code), std::move(details));
  }
};

TEST_F(a_wait_for_a_job, asks_first_after_a_second) {
  EXPECT_EQ(*wait_fsm("job-1", limits, 1).on_start(now).delay, 1s);
}

TEST_F(a_wait_for_a_job, asks_less_and_less_often_and_never_in_step) {
  auto one = begun();
  wait_fsm other("job-1", limits, 2);
  std::chrono::milliseconds last{0};
  bool is_in_step = true;
  for (int i = 0; i < 30; ++i) {
    last = *one.on_status(job_status::processing, {}).delay;
    is_in_step = is_in_step && last == *other.on_status(job_status::processing, {}).delay;
    EXPECT_LE(last, 10s);
  }
  EXPECT_GE(last, 5s);
  EXPECT_FALSE(is_in_step);
}

TEST_F(a_wait_for_a_job, never_asks_without_a_pause) {
  limits.first = limits.longest = 0s;
  auto wait = begun();
  for (int i = 0; i < 10; ++i) EXPECT_GE(*wait.on_status(job_status::queued, {}).delay, 25ms);
}

TEST_F(a_wait_for_a_job, ends_with_the_job) {
  auto const done = begun().on_status(job_status::done, {});
  EXPECT_FALSE(done.delay);
  EXPECT_FALSE(done.failure);
  auto const failed = begun().on_status(job_status::error, 422);
  EXPECT_FALSE(failed.delay);
  EXPECT_EQ(failed.failure, errc::job_failed);
  EXPECT_EQ(failed.failure.what(),
            "the job failed (job job-1, error code 422) [gladia:job_failed]");
}

TEST_F(a_wait_for_a_job, goes_on_with_a_status_that_it_does_not_know) {
  EXPECT_TRUE(begun().on_status(gladia::open_enum<job_status>("paused"), {}).delay);
}

TEST_F(a_wait_for_a_job, outlives_what_passes) {
  for (auto const& e :
       {error(boost::asio::error::connection_reset), answered(408, errc::timeout),
        answered(429, errc::too_many_requests), answered(503, errc::server_error),
        answered(200, errc::malformed_json), answered(200, errc::malformed_response)}) {
    EXPECT_TRUE(begun().on_failure(e, now + 30s).delay) << e.what();
  }
}

TEST_F(a_wait_for_a_job, ends_with_what_does_not_pass_and_names_the_job) {
  for (auto const& e : {answered(401, errc::unauthorized), answered(403, errc::forbidden),
                        error(boost::asio::error::operation_aborted)}) {
    auto const end = begun().on_failure(e, now);
    EXPECT_FALSE(end.delay) << e.what();
    EXPECT_EQ(end.failure.code(), e.code());
    EXPECT_EQ(end.failure.details().job_id, "job-1");
  }
}

TEST_F(a_wait_for_a_job, takes_a_404_at_first_for_a_job_that_is_not_known_everywhere) {
  auto const gone = answered(404, errc::not_found);
  EXPECT_TRUE(begun().on_failure(gone, now + 9s).delay);
  EXPECT_FALSE(begun().on_failure(gone, now + 10s).delay);
  auto seen = begun();
  (void)seen.on_status(job_status::queued, {});
  EXPECT_FALSE(seen.on_failure(gone, now + 1s).delay) << "it was deleted";
}

TEST_F(a_wait_for_a_job, comes_back_when_it_is_told_to) {
  auto busy = answered(429, errc::too_many_requests);
  busy.edit_details().retry_after = 20s;
  EXPECT_GE(*begun().on_failure(busy, now).delay, 20s);
  auto const end = begun().on_failure(busy, now + 50s);
  EXPECT_FALSE(end.delay) << "it would be over by then";
  EXPECT_EQ(end.failure, errc::too_many_requests);
}

TEST_F(a_wait_for_a_job, bears_limits_that_cannot_be_added) {
  auto const most = std::chrono::milliseconds::max();
  limits = {most, most, most};
  auto wait = begun();
  EXPECT_LE(wait.limits().deadline, 24h * 365);
  auto busy = answered(429, errc::too_many_requests);
  busy.edit_details().retry_after = 20s;
  EXPECT_TRUE(wait.on_failure(busy, now + 1s).delay);
  limits = {-1s, -1s, -1s};
  EXPECT_EQ(*wait_fsm("job-1", limits, 1).on_start(now).delay, 0s);
}

TEST_F(a_wait_for_a_job, says_at_its_deadline_what_became_of_the_job) {
  auto wait = begun();
  EXPECT_THAT(wait.timeout().what(), testing::HasSubstr("its status was not seen"));
  (void)wait.on_status(job_status::processing, {});
  EXPECT_EQ(wait.timeout(), errc::timeout);
  EXPECT_THAT(wait.timeout().what(),
              testing::HasSubstr("waited 60000 ms for the job, which goes on; its status was "
                                 "processing"));
  EXPECT_EQ(wait.timeout().details().job_id, "job-1");
}

TEST_F(a_wait_for_a_job, says_at_its_deadline_that_the_server_could_not_be_asked_any_more) {
  auto wait = begun();
  (void)wait.on_status(job_status::queued, {});
  (void)wait.on_failure(answered(503, errc::server_error), now);
  EXPECT_THAT(wait.timeout().what(),
              testing::HasSubstr("its status was queued, and the last question failed: "));
  (void)wait.on_status(job_status::processing, {});
  EXPECT_THAT(wait.timeout().what(), testing::HasSubstr("which goes on"));
}

}  // namespace
