#include <gladia/pre_recorded/client.hpp>

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <regex>
#include <support/recording_fixture.hpp>
#include <tuple>

// What the server does wrong on each route for recordings, over http and https.

namespace {

using namespace std::chrono_literals;
using namespace gladia::test;
namespace asio = boost::asio;
namespace emulation = gladia::testing;
namespace pre_recorded = gladia::pre_recorded;
using emulation::http_action;
using emulation::route;
using gladia::errc;
using gladia::pre_recorded_job;
using gladia::result;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::Values;
using step = pre_recorded::transcription_progress::step;

std::string scheme(bool is_secure) {
  return is_secure ? "https" : "http";
}

/// Each call gives its error, or nothing once its success was looked at.
struct recording_calls : recording_fixture {
  std::string audio_url;  // of a recording
  std::string id;         // of a job that is done

  void TearDown() override {
    if (server) expect_key_at_home();
    recording_fixture::TearDown();
  }

  void start(bool is_secure) {
    emulator_options.tls = is_secure;
    make_recording();
  }
  void make_recording() {
    auto const audio = upload(path);
    ASSERT_TRUE(audio) << audio.error().what();
    audio_url = audio->audio_url.reveal();
  }
  /// Makes a job that is done, where there is none.
  void make_job() {
    if (!id.empty()) return;
    if (audio_url.empty()) make_recording();
    auto const info = create(audio_url);
    ASSERT_TRUE(info) << info.error().what();
    id = info->id;
    ASSERT_TRUE(wait(id));
  }
  /// Makes a job that is not asked for yet.
  std::string new_job() { return create(audio_url)->id; }

  void expect_key_at_home() const {
    for (auto const& each : server->requests()) {
      if (each.origin == server->url()) continue;
      EXPECT_EQ(each.header("x-gladia-key"), "") << each.target;
    }
  }
  std::string content_of(std::string const& file) const {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  result<void> upload_the_file() { return check(upload(path)); }
  result<void> upload_from_a_source() {
    pre_recorded::audio_source source;
    auto const at = std::make_shared<std::size_t>(0);
    source.size = recording().size();
    source.begin_again = [at]() -> result<void> { return *at = 0, result<void>(); };
    source.read = [at, all = recording()](char* to, std::size_t room) -> result<std::size_t> {
      auto const size = all.copy(to, room, *at);
      *at += size;
      return size;
    };
    return check(call<gladia::uploaded_audio>(
        [&](auto h) { api().async_upload(std::move(source), {}, h); }));
  }
  result<void> upload_a_url() {
    return check(call<gladia::uploaded_audio>(
        [&](auto h) { api().async_upload_url("https://files.test/call.wav", h); }));
  }
  result<void> create_a_job() {
    auto const info = create(audio_url);
    if (!info) return info.error();
    EXPECT_EQ(info->id, server->recordings().back().id);
    return {};
  }
  result<void> get_a_job() {
    auto const job = call<pre_recorded_job>([&](auto h) { api().async_get(id, h); });
    if (!job) return job.error();
    EXPECT_EQ(job->id, id);
    EXPECT_EQ(job->status, gladia::job_status::done);
    return {};
  }
  result<void> list_jobs() {
    auto const page = call<gladia::pre_recorded_job_page>(
        [&](auto h) { api().async_list(gladia::pre_recorded_list_query(), h); });
    if (!page) return page.error();
    EXPECT_THAT(page->items, SizeIs(server->recordings().size()));
    return {};
  }
  result<void> walk_over_jobs() {
    std::vector<std::string> seen;
    auto const count = call<std::size_t>([&](auto h) {
      auto const visit = [&](pre_recorded_job job) { return seen.push_back(job.id), true; };
      api().async_list_all(gladia::pre_recorded_list_query(), visit, h);
    });
    if (!count) return count.error();
    EXPECT_THAT(seen, SizeIs(server->recordings().size())) << "each once";
    return {};
  }
  result<void> delete_a_job() {
    auto const removed = call<void>([&](auto h) { api().async_delete(id, h); });
    if (!removed) return removed;
    EXPECT_THAT(server->recordings(), IsEmpty());
    id.clear();
    audio_url.clear();  // it is gone with the job
    return {};
  }
  result<void> download_a_file() {
    auto const copy = (folder / "copy.wav").string();
    auto const got = call<void>([&](auto h) { api().async_download_file(id, copy, {}, h); });
    EXPECT_FALSE(std::filesystem::exists(copy + ".part"));
    EXPECT_EQ(std::filesystem::exists(copy), got.has_value());
    if (!got) return got;
    EXPECT_EQ(content_of(copy), recording());
    std::filesystem::remove(copy);
    return {};
  }

  static result<void> check(result<gladia::uploaded_audio> const& audio) {
    if (!audio) return audio.error();
    EXPECT_EQ(audio->audio_metadata.size, recording().size());
    return {};
  }
};

/// A call, and the route that answers it.
struct recording_call {
  char const* name;
  result<void> (recording_calls::*make)();
  emulation::route route;
  char const* method;
  char const* target;  // of its requests: a pattern

  friend std::ostream& operator<<(std::ostream& out, recording_call const& call) {
    return out << call.name;
  }
};

constexpr recording_call upload_file{"upload_file", &recording_calls::upload_the_file,
                                     route::upload, "POST", "/v2/upload"};
constexpr recording_call upload_source{"upload_source", &recording_calls::upload_from_a_source,
                                       route::upload, "POST", "/v2/upload"};
constexpr recording_call upload_url{"upload_url", &recording_calls::upload_a_url, route::upload,
                                    "POST", "/v2/upload"};
constexpr recording_call create_job{"create", &recording_calls::create_a_job,
                                    route::pre_recorded_init, "POST", "/v2/pre-recorded"};
constexpr recording_call get_job{"get", &recording_calls::get_a_job, route::pre_recorded_get, "GET",
                                 "/v2/pre-recorded/[^/]+"};
constexpr recording_call list{"list", &recording_calls::list_jobs, route::pre_recorded_list, "GET",
                              "/v2/pre-recorded"};
constexpr recording_call list_all{"list_all", &recording_calls::walk_over_jobs,
                                  route::pre_recorded_list, "GET", "/v2/pre-recorded"};
constexpr recording_call delete_job{"delete", &recording_calls::delete_a_job,
                                    route::pre_recorded_remove, "DELETE", "/v2/pre-recorded/[^/]+"};
constexpr recording_call download{"download", &recording_calls::download_a_file,
                                  route::pre_recorded_file, "GET", "/v2/pre-recorded/[^/]+/file"};
constexpr recording_call download_of_storage{
    "download_of_storage", &recording_calls::download_a_file, route::storage, "GET", "/storage/.+"};

struct a_recording_call : recording_calls,
                          ::testing::WithParamInterface<std::tuple<recording_call, bool>> {
  recording_call const& what = std::get<0>(GetParam());
  bool is_creation = what.route == route::pre_recorded_init;
  bool is_upload = what.route == route::upload;
  /// Whether it may be made any number of times. Such a call is for a job.
  bool is_idempotent = !is_creation && !is_upload;
  std::size_t asked_before = 0;
  std::size_t jobs_before = 0;

  void SetUp() override {
    recording_calls::SetUp();
    emulator_options.remote_files["https://files.test/call.wav"] = path;
    start(std::get<1>(GetParam()));
  }

  /// The outcome of the call where its route does this.
  result<void> meets(emulation::http_fault f) {
    if (is_idempotent) make_job();
    asked_before = asked();
    jobs_before = server->recordings().size();
    fail(std::move(f));
    return (this->*what.make)();
  }
  emulation::http_fault fault(http_action action, int times = 1) const {
    return recording_fixture::fault(what.route, action, times);
  }
  emulation::http_fault answer(int status, int times = 1) const {
    return recording_fixture::answer(what.route, status, times);
  }

  std::size_t asked() const {
    std::regex const target(what.target + std::string("([?].*)?"));
    auto const all = server->requests();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](auto const& r) {
      return r.method == what.method && std::regex_match(r.target, target);
    }));
  }
  std::size_t tries() const { return asked() - asked_before; }
  std::size_t new_jobs() const { return server->recordings().size() - jobs_before; }

  void expect_success(result<void> const& outcome, std::size_t expected_tries) const {
    EXPECT_TRUE(outcome) << outcome.error().what();
    EXPECT_EQ(tries(), expected_tries);
  }
  /// It was tried once, and `may_have_been_made` says this if it is a creation.
  void expect_failure(result<void> const& outcome, bool may_have_been_made) const {
    ASSERT_FALSE(outcome);
    EXPECT_EQ(tries(), 1u) << outcome.error().what();
    EXPECT_EQ(outcome.error().details().may_have_been_made, is_creation && may_have_been_made)
        << outcome.error().what();
  }
};

TEST_P(a_recording_call, ends_at_once_with_a_status_that_stays) {
  std::vector<std::pair<int, errc>> const all = {
      {400, errc::bad_request}, {401, errc::unauthorized},     {402, errc::payment_required},
      {403, errc::forbidden},   {404, errc::not_found},        {409, errc::unexpected_status},
      {410, errc::not_found},   {413, errc::bad_request},      {418, errc::unexpected_status},
      {422, errc::bad_request}, {451, errc::unexpected_status}};
  for (auto const& [status, code] : all) {
    auto refusal = answer(status);
    refusal.body = R"({"message": "because"})";
    auto const outcome = meets(refusal);
    expect_failure(outcome, false);
    EXPECT_EQ(outcome.error(), code) << status;
    EXPECT_EQ(outcome.error().details().http_status, status);
    EXPECT_EQ(outcome.error().details().server_message, "because");
    EXPECT_EQ(new_jobs(), 0u);
  }
}

TEST_P(a_recording_call, is_made_again_after_a_status_that_passes_but_for_a_creation) {
  for (int const status : {408, 425, 429, 500, 502, 503, 504, 599}) {
    SCOPED_TRACE(status);
    auto const outcome = meets(answer(status));
    if (!is_creation || status == 429) {
      expect_success(outcome, 2);
      continue;
    }
    expect_failure(outcome, status != 425);
    EXPECT_EQ(outcome.error().details().http_status, status);
    EXPECT_EQ(new_jobs(), 0u);
  }
}

TEST_P(a_recording_call, says_how_often_it_was_made_in_vain) {
  client_options.retry.attempts = 3;
  client.reset();
  for (auto const& [status, code] :
       {std::pair(429, errc::too_many_requests), std::pair(503, errc::server_error)}) {
    auto const e = meets(answer(status, -1)).error();
    EXPECT_EQ(e, code) << e.what();
    auto const expected = is_creation && status != 429 ? 1 : 3;
    EXPECT_EQ(e.details().attempts, expected);
    EXPECT_EQ(tries(), static_cast<std::size_t>(expected));
  }
}

TEST_P(a_recording_call, hands_out_when_to_come_back) {
  client_options.retry.attempts = 1;
  client.reset();
  for (int const status : {429, 503}) {
    auto busy = answer(status);
    busy.headers = {{"Retry-After", "7"}};
    EXPECT_EQ(meets(busy).error().details().retry_after, 7s);
  }
}

TEST_P(a_recording_call, is_made_again_after_a_loss_but_for_a_creation) {
  for (auto const action :
       {http_action::reset, http_action::lose_answer, http_action::half_answer}) {
    SCOPED_TRACE(static_cast<int>(action));
    auto const outcome = meets(fault(action));
    if (!is_creation) {
      expect_success(outcome, 2);
      continue;
    }
    expect_failure(outcome, true);
    EXPECT_EQ(new_jobs(), action == http_action::reset ? 0u : 1u);
  }
}

TEST_P(a_recording_call, is_made_as_often_as_is_harmless_after_losses) {
  client_options.retry.attempts = 3;
  client.reset();
  auto const outcome = meets(fault(http_action::reset, -1));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(tries(), is_creation ? 1u : is_upload ? 2u : 3u) << outcome.error().what();
}

TEST_P(a_recording_call, refuses_a_head_that_can_be_read_in_two_ways) {
  for (auto const& header :
       {std::pair("Content-Length", "7"), std::pair("Transfer-Encoding", "chunked"),
        std::pair("no header", "at all")}) {
    SCOPED_TRACE(header.first);
    auto head = answer(200);
    head.headers = {header};
    auto const outcome = meets(head);
    expect_failure(outcome, true);
    EXPECT_EQ(outcome.error(), errc::malformed_response) << outcome.error().what();
  }
}

TEST_P(a_recording_call, takes_its_key_to_no_other_place) {
  bool const sends_a_recording = what.make == upload_file.make || what.make == upload_source.make;
  for (int const status : {301, 302, 303, 307, 308}) {
    SCOPED_TRACE(status);
    auto away = answer(status);
    away.headers = {{"Location", server->storage_url() + "/elsewhere"}};
    expect_failure(meets(away), false);
    auto const last = server->requests().back();
    EXPECT_EQ(last.target == "/elsewhere", !sends_a_recording) << "which goes nowhere else either";
    EXPECT_EQ(last.header("x-gladia-key").empty(), !sends_a_recording);
  }
}

TEST_P(a_recording_call, gives_up_where_it_is_led_in_a_circle) {
  auto circle = answer(307, -1);
  circle.headers = {{"Location", "#to-itself"}};
  auto const e = meets(circle).error();
  EXPECT_EQ(e, errc::too_many_redirects) << e.what();
  EXPECT_EQ(tries(), what.route == route::storage ? 20u : 21u);  // a redirect led to the storage
  EXPECT_FALSE(e.details().may_have_been_made);
}

TEST_P(a_recording_call, bears_an_answer_that_comes_late) {
  auto late = fault(http_action::serve);
  late.delay = 20ms;
  expect_success(meets(late), 1);
}

TEST_P(a_recording_call, that_is_not_answered_ends_when_it_is_cancelled) {
  if (is_idempotent) make_job();
  cancel_once([this, before = asked()] { return asked() > before; });
  auto const outcome = meets(fault(http_action::hang));
  expect_failure(outcome, true);
  EXPECT_EQ(outcome.error(), asio::error::operation_aborted) << outcome.error().what();
}

auto const name_of_call = [](auto const& given) {
  return std::string(std::get<0>(given.param).name) + "_over_" + scheme(std::get<1>(given.param));
};

INSTANTIATE_TEST_SUITE_P(each, a_recording_call,
                         ::testing::Combine(Values(upload_file, upload_source, upload_url,
                                                   create_job, get_job, list, list_all, delete_job,
                                                   download, download_of_storage),
                                            ::testing::Bool()),
                         name_of_call);

struct a_recording_call_with_an_answer : a_recording_call {};

TEST_P(a_recording_call_with_an_answer, says_that_it_cannot_be_read) {
  for (auto const* body : {"<html><body>Sign in</body></html>", "{\"id\": ", "[]", "7"}) {
    SCOPED_TRACE(body);
    auto nonsense = answer(is_creation ? 201 : 200);
    nonsense.body = body;
    auto const outcome = meets(nonsense);
    expect_failure(outcome, true);
    EXPECT_TRUE(outcome.error() == errc::malformed_json ||
                outcome.error() == errc::malformed_response)
        << outcome.error().what();
  }
}

INSTANTIATE_TEST_SUITE_P(each, a_recording_call_with_an_answer,
                         ::testing::Combine(Values(upload_file, upload_source, upload_url,
                                                   create_job, get_job, list, list_all),
                                            ::testing::Bool()),
                         name_of_call);

/// Several calls at a time, so that a test that has to wait does so once.
struct all_recording_calls : recording_calls, ::testing::WithParamInterface<bool> {
  std::string doomed;  // a job that is only deleted
  int successes = 0;
  std::vector<gladia::error> failures;

  void SetUp() override {
    recording_calls::SetUp();
    start(GetParam());
    make_job();
    doomed = std::exchange(id, {});
    make_recording();
    make_job();
  }
  auto note() {
    return [this](auto const& outcome) {
      outcome ? void(++successes) : failures.push_back(outcome.error());
    };
  }
  void run_all() {
    api().async_download_file(id, (folder / "copy.wav").string(), {}, note());
    api().async_delete(doomed, note());
    run_questions();
  }
  void run_questions() {
    api().async_get(id, note());
    api().async_list(gladia::pre_recorded_list_query(), note());
    io.restart();
    io.run_for(60s);
    EXPECT_TRUE(io.stopped());
  }
  static emulation::faults on_each(emulation::http_fault f) {
    emulation::faults all;
    for (auto const where : {route::pre_recorded_get, route::pre_recorded_list,
                             route::pre_recorded_file, route::pre_recorded_remove}) {
      f.route = where;
      all.http.push_back(f);
    }
    return all;
  }
};

TEST_P(all_recording_calls, wait_as_long_as_they_are_told) {
  auto busy = answer(route::upload, 429);
  busy.headers = {{"Retry-After", "1"}};
  fail(on_each(busy));
  auto const before = std::chrono::steady_clock::now();
  run_all();
  EXPECT_GE(std::chrono::steady_clock::now() - before, 1s);
  EXPECT_THAT(failures, IsEmpty());
  EXPECT_EQ(successes, 4);
}

TEST_P(all_recording_calls, walk_over_each_job_once_where_a_page_is_lost) {
  auto const second_page = [](emulation::http_fault f) {
    emulation::faults faults;
    faults.http = {fault(f.route, http_action::serve), f};
    return faults;
  };
  std::vector<std::string> seen;
  auto const walk = [&] {
    gladia::pre_recorded_list_query one_by_one;
    one_by_one.limit = 1;
    seen.clear();
    return call<std::size_t>([&](auto h) {
      auto const visit = [&](pre_recorded_job job) { return seen.push_back(job.id), true; };
      api().async_list_all(one_by_one, visit, h);
    });
  };
  auto const where = route::pre_recorded_list;
  for (auto const& f : {fault(where, http_action::reset), fault(where, http_action::half_answer),
                        answer(where, 429), answer(where, 503)}) {
    fail(second_page(f));
    auto const count = walk();
    EXPECT_TRUE(count) << count.error().what();
    EXPECT_THAT(seen, ElementsAre(id, doomed));
  }
  fail(second_page(answer(where, 401)));
  EXPECT_EQ(walk().error(), errc::unauthorized);
  EXPECT_THAT(seen, ElementsAre(id));
}

TEST_P(all_recording_calls, end_by_themselves_where_nothing_answers) {
  client_options.retry.attempts = 1;
  client.reset();
  fail(on_each(fault(route::upload, http_action::hang)));
  run_questions();  // the others have more time
  EXPECT_THAT(failures, SizeIs(2));
  for (auto const& e : failures) EXPECT_EQ(e, errc::timeout) << e.what();
}

INSTANTIATE_TEST_SUITE_P(over, all_recording_calls, ::testing::Bool(),
                         [](auto const& given) { return scheme(given.param); });

/// A fault amid the body of an upload.
struct an_upload_that_meets_a_fault
    : recording_fixture,
      ::testing::WithParamInterface<std::tuple<std::uint64_t, bool>> {
  std::string content = recording() + std::string(std::size_t{8} << 20, '\0');
  std::size_t at_source = 0;

  void SetUp() override {
    recording_fixture::SetUp();
    emulator_options.tls = std::get<1>(GetParam());
    path = write("large.wav", content);
  }
  void fail_with(emulation::http_fault f) {
    f.at_byte = std::get<0>(GetParam());
    fail(std::move(f));
  }
  std::size_t uploads() const { return requests("POST", "/v2/upload"); }
  void expect_whole(result<gladia::uploaded_audio> const& audio) const {
    ASSERT_TRUE(audio) << audio.error().what();
    EXPECT_EQ(audio->audio_metadata.size, content.size());
  }
  result<gladia::uploaded_audio> upload_once() {
    pre_recorded::audio_source source;
    source.size = content.size();
    source.read = [this](char* to, std::size_t room) -> result<std::size_t> {
      auto const size = content.copy(to, room, at_source);
      at_source += size;
      return size;
    };
    return call<gladia::uploaded_audio>(
        [&](auto h) { api().async_upload(std::move(source), {}, h); });
  }
};

TEST_P(an_upload_that_meets_a_fault, is_sent_again_whole_after_a_cut) {
  for (auto const action :
       {http_action::reset, http_action::lose_answer, http_action::half_answer}) {
    fail_with(fault(route::upload, action));
    auto const before = uploads();
    expect_whole(upload(path));
    EXPECT_EQ(uploads(), before + 2);
  }
}

TEST_P(an_upload_that_meets_a_fault, is_sent_again_whole_after_a_status_that_passes) {
  for (int const status : {408, 429, 503}) {
    fail_with(answer(route::upload, status));
    auto const before = uploads();
    expect_whole(upload(path));
    EXPECT_EQ(uploads(), before + 2);
  }
}

TEST_P(an_upload_that_meets_a_fault, hears_why_it_is_refused_and_is_not_sent_again) {
  for (int const status : {400, 401, 402, 403, 413, 422}) {
    auto refusal = answer(route::upload, status);
    refusal.body = R"({"message": "no"})";
    fail_with(refusal);
    auto const before = uploads();
    auto const e = upload(path).error();
    EXPECT_EQ(e.details().http_status, status) << e.what();
    EXPECT_EQ(e.details().server_message, "no");
    EXPECT_EQ(uploads(), before + 1);
  }
}

TEST_P(an_upload_that_meets_a_fault, is_no_success_before_it_is_whole) {
  auto early = answer(route::upload, 200);
  early.body = R"({"audio_url": "https://files.test/x", "audio_metadata": {"id": "x"}})";
  fail_with(early);
  std::filesystem::resize_file(path, std::size_t{64} << 20);  // more than the system buffers
  auto const audio = upload(path);
  ASSERT_FALSE(audio);
  EXPECT_EQ(uploads(), 1u) << audio.error().what();
}

TEST_P(an_upload_that_meets_a_fault, is_not_sent_again_from_a_source_that_cannot_begin_again) {
  fail_with(fault(route::upload, http_action::reset));
  EXPECT_FALSE(upload_once());
  EXPECT_EQ(uploads(), 1u);
}

TEST_P(an_upload_that_meets_a_fault, goes_on_after_a_pause) {
  auto pause = fault(route::upload, http_action::serve);
  pause.delay = 50ms;
  fail_with(pause);
  expect_whole(upload(path));
  EXPECT_EQ(uploads(), 1u);
}

TEST_P(an_upload_that_meets_a_fault, ends_when_it_is_cancelled_while_it_stands_still) {
  fail_with(fault(route::upload, http_action::hang));
  cancel_once([this] { return uploads() == 1; });
  auto const audio = upload(path);
  ASSERT_FALSE(audio);
  EXPECT_EQ(audio.error(), asio::error::operation_aborted);
  EXPECT_EQ(uploads(), 1u);
}

INSTANTIATE_TEST_SUITE_P(amid, an_upload_that_meets_a_fault,
                         ::testing::Combine(Values(0, 1, 65'537, 4'000'000), ::testing::Bool()),
                         [](auto const& given) {
                           return "byte_" + std::to_string(std::get<0>(given.param)) + "_over_" +
                                  scheme(std::get<1>(given.param));
                         });

// Waiting, and all steps of a transcription.

struct a_wait_for_a_recording : recording_calls, ::testing::WithParamInterface<bool> {
  void SetUp() override {
    recording_calls::SetUp();
    start(GetParam());
  }
  emulation::http_fault fault(http_action action, int times = 1) const {
    return recording_fixture::fault(route::pre_recorded_get, action, times);
  }
  emulation::http_fault answer(int status, int times = 1) const {
    return recording_fixture::answer(route::pre_recorded_get, status, times);
  }
  /// The outcome of a wait for a new job where this happens.
  result<pre_recorded_job> meets(emulation::http_fault f) {
    fail(std::move(f));
    return wait(id = new_job());
  }
  result<pre_recorded_job> meets(emulation::job_fault const& f) {
    emulation::faults faults;
    faults.job = f;
    fail(std::move(faults));
    return wait(id = new_job());
  }
  std::size_t polls() const { return requests("GET", "/v2/pre-recorded/" + id); }
  void expect_done(result<pre_recorded_job> const& job) const {
    ASSERT_TRUE(job) << job.error().what();
    EXPECT_EQ(job->id, id);
    EXPECT_EQ(job->status, gladia::job_status::done);
  }
  void expect_error(result<pre_recorded_job> const& job, errc code) const {
    ASSERT_FALSE(job);
    EXPECT_EQ(job.error(), code) << job.error().what();
    EXPECT_EQ(job.error().details().job_id, id);
  }
};

TEST_P(a_wait_for_a_recording, goes_on_after_a_status_that_passes) {
  for (int const status : {404, 408, 410, 425, 429, 500, 502, 503, 504}) {
    SCOPED_TRACE(status);
    expect_done(meets(answer(status, 2)));
    EXPECT_GE(polls(), 3u);
  }
}

TEST_P(a_wait_for_a_recording, goes_on_after_a_loss) {
  for (auto const action :
       {http_action::reset, http_action::lose_answer, http_action::half_answer}) {
    SCOPED_TRACE(static_cast<int>(action));
    expect_done(meets(fault(action, 2)));
    EXPECT_GE(polls(), 3u);
  }
}

TEST_P(a_wait_for_a_recording, goes_on_after_an_answer_that_cannot_be_read) {
  for (auto const* body : {"<html><body>Sign in</body></html>", "{\"id\": ", "[]"}) {
    SCOPED_TRACE(body);
    auto nonsense = answer(200, 2);
    nonsense.body = body;
    expect_done(meets(nonsense));
    EXPECT_GE(polls(), 3u);
  }
  auto two_lengths = answer(200, 2);
  two_lengths.headers = {{"Content-Length", "7"}};
  expect_done(meets(two_lengths));
}

TEST_P(a_wait_for_a_recording, asks_no_earlier_than_it_is_told) {
  auto busy = answer(429);
  busy.headers = {{"Retry-After", "1"}};
  auto const before = std::chrono::steady_clock::now();
  expect_done(meets(busy));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 1s);
}

TEST_P(a_wait_for_a_recording, ends_with_a_status_that_stays) {
  for (auto const& [status, code] :
       {std::pair(400, errc::bad_request), std::pair(401, errc::unauthorized),
        std::pair(402, errc::payment_required), std::pair(403, errc::forbidden),
        std::pair(418, errc::unexpected_status), std::pair(422, errc::bad_request)}) {
    expect_error(meets(answer(status, -1)), code);
    EXPECT_EQ(polls(), 1u);
  }
}

TEST_P(a_wait_for_a_recording, ends_with_the_code_of_a_job_that_failed) {
  for (int const code : {400, 403, 422, 500, 599}) {
    emulation::job_fault failure;
    failure.error_code = code;
    auto const job = meets(failure);
    expect_error(job, errc::job_failed);
    EXPECT_EQ(job.error().details().job_error_code, code);
  }
}

TEST_P(a_wait_for_a_recording, hears_of_each_state_of_a_job_that_takes_long) {
  std::vector<std::string> states;
  options.wait.progress = [&](pre_recorded_job const& job, auto) {
    states.emplace_back(job.status.name());
  };
  emulation::job_fault slow;
  slow.queued_polls = 2;
  slow.processing_polls = 2;
  expect_done(meets(slow));
  EXPECT_THAT(states, ElementsAre("queued", "queued", "processing", "processing", "done"));
}

TEST_P(a_wait_for_a_recording, gives_up_at_its_deadline) {
  options.wait.deadline = 150ms;
  emulation::job_fault endless;
  endless.processing_polls = 1'000'000;
  expect_error(meets(endless), errc::timeout);
  EXPECT_THAT(server->recordings(), SizeIs(1)) << "the job goes on";
  for (auto const& f : {fault(http_action::hang, -1), fault(http_action::reset, -1),
                        answer(404, -1), answer(503, -1)}) {
    expect_error(meets(f), errc::timeout);
  }
}

TEST_P(a_wait_for_a_recording, ends_when_the_job_that_it_saw_vanishes) {
  emulation::job_fault vanishing;
  vanishing.queued_polls = 1'000'000;
  vanishing.gone_after_polls = 2;
  expect_error(meets(vanishing), errc::not_found);
  EXPECT_EQ(polls(), 3u);
}

TEST_P(a_wait_for_a_recording, gives_a_job_that_is_done_as_it_is) {
  emulation::job_fault bare;
  bare.without_result = true;
  auto job = meets(bare);
  expect_done(job);
  EXPECT_FALSE(job->result);
  bare = {};
  bare.without_transcription = true;
  job = meets(bare);
  expect_done(job);
  EXPECT_FALSE(job->result->transcription);
}

INSTANTIATE_TEST_SUITE_P(over, a_wait_for_a_recording, ::testing::Bool(),
                         [](auto const& given) { return scheme(given.param); });

struct a_transcription : recording_fixture, ::testing::WithParamInterface<bool> {
  pre_recorded::transcription_progress last;

  void SetUp() override {
    recording_fixture::SetUp();
    emulator_options.tls = GetParam();
    options.progress = [this](auto const& p) { last = p; };
  }
  /// It ended in this step, and all before it were made once.
  void expect_end_in(step at, result<pre_recorded_job> const& job) const {
    ASSERT_FALSE(job);
    EXPECT_EQ(last.at, at) << job.error().what();
    EXPECT_EQ(requests("POST", "/v2/upload"), 1u);
    EXPECT_EQ(requests("POST", "/v2/pre-recorded"), at == step::uploading ? 0u : 1u);
    EXPECT_EQ(job.error().details().job_id, last.job_id);
  }
};

TEST_P(a_transcription, comes_through_a_fault_in_each_step) {
  emulation::faults faults;
  faults.http = {fault(route::upload, http_action::reset), answer(route::pre_recorded_init, 429),
                 fault(route::pre_recorded_get, http_action::half_answer),
                 answer(route::pre_recorded_get, 503)};
  faults.job.queued_polls = 1;
  fail(std::move(faults));
  auto const job = transcribe();
  ASSERT_TRUE(job) << job.error().what();
  EXPECT_EQ(job->result->transcription->full_transcript, "Hello, this is Ann. How can I help?");
  EXPECT_THAT(server->recordings(), SizeIs(1));
}

TEST_P(a_transcription, that_cannot_be_uploaded_makes_no_job) {
  fail(answer(route::upload, 413));
  expect_end_in(step::uploading, transcribe());
  EXPECT_THAT(server->recordings(), IsEmpty());
}

TEST_P(a_transcription, blames_the_server_for_answers_without_a_url_or_an_id) {
  auto empty = answer(route::upload, 200, 2);
  empty.body = R"({"audio_url": "", "audio_metadata": {}})";
  fail(empty);
  auto job = transcribe();
  expect_end_in(step::uploading, job);
  EXPECT_EQ(job.error(), errc::malformed_response) << job.error().what();
  EXPECT_EQ(upload(path).error(), errc::malformed_response);

  server.reset();
  client.reset();
  empty = answer(route::pre_recorded_init, 201);
  empty.body = R"({"id": "", "result_url": ""})";
  fail(empty);
  job = transcribe();
  expect_end_in(step::creating, job);
  EXPECT_EQ(job.error(), errc::malformed_response) << job.error().what();
  EXPECT_TRUE(job.error().details().may_have_been_made);
}

TEST_P(a_transcription, keeps_its_upload_when_nobody_knows_of_its_job) {
  for (auto const action :
       {http_action::reset, http_action::lose_answer, http_action::half_answer}) {
    server.reset();
    client.reset();
    fail(fault(route::pre_recorded_init, action));
    auto const job = transcribe();
    expect_end_in(step::creating, job);
    EXPECT_TRUE(job.error().details().may_have_been_made) << job.error().what();
    EXPECT_THAT(server->recordings(), SizeIs(action == http_action::reset ? 0 : 1));
    EXPECT_TRUE(create(last.audio_url.reveal())) << "and needs no other";
  }
}

TEST_P(a_transcription, says_that_there_may_be_a_job_whichever_attempt_was_lost) {
  emulation::faults faults;
  faults.http = {answer(route::pre_recorded_init, 429),
                 fault(route::pre_recorded_init, http_action::lose_answer)};
  fail(std::move(faults));
  auto const job = transcribe();
  ASSERT_FALSE(job);
  EXPECT_TRUE(job.error().details().may_have_been_made) << job.error().what();
  EXPECT_EQ(requests("POST", "/v2/pre-recorded"), 2u);
  EXPECT_THAT(server->recordings(), SizeIs(1));
}

TEST_P(a_transcription, names_its_job_when_the_job_fails) {
  emulation::faults faults;
  faults.job.error_code = 422;
  fail(std::move(faults));
  auto const job = transcribe();
  expect_end_in(step::waiting, job);
  EXPECT_EQ(job.error(), errc::job_failed);
}

INSTANTIATE_TEST_SUITE_P(over, a_transcription, ::testing::Bool(),
                         [](auto const& given) { return scheme(given.param); });

}  // namespace
