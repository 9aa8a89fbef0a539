#include <gladia/pre_recorded/client.hpp>

#include <gmock/gmock.h>

#include <filesystem>
#include <support/recording_fixture.hpp>

namespace {

using namespace std::chrono_literals;
using namespace gladia::test;
using gladia::errc;
using gladia::pre_recorded_job;
using gladia::result;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
namespace asio = boost::asio;
namespace emulation = gladia::testing;
namespace pre_recorded = gladia::pre_recorded;
using step = pre_recorded::transcription_progress::step;

/// Over http and https.
struct the_pre_recorded_client : recording_fixture, ::testing::WithParamInterface<bool> {
  void SetUp() override {
    recording_fixture::SetUp();
    emulator_options.tls = GetParam();
  }
};

INSTANTIATE_TEST_SUITE_P(over, the_pre_recorded_client, ::testing::Bool(),
                         [](auto const& given) { return given.param ? "https" : "http"; });

TEST_P(the_pre_recorded_client, transcribes_a_file) {
  std::vector<step> steps;
  std::string url, id;
  options.progress = [&](auto const& p) {
    if (steps.empty() || steps.back() != p.at) steps.push_back(p.at);
    url = p.audio_url.reveal();
    id = p.job_id;
    EXPECT_LE(p.sent, p.size);
  };
  auto const job = transcribe();
  ASSERT_TRUE(job) << job.error().what();
  EXPECT_EQ(job->status, gladia::job_status::done);
  EXPECT_EQ(job->result->transcription->full_transcript, "Hello, this is Ann. How can I help?");
  EXPECT_THAT(steps, ElementsAre(step::uploading, step::creating, step::waiting));
  EXPECT_EQ(id, job->id);
  EXPECT_THAT(url, StartsWith(server->url()));
  auto const report = server->recordings().front();
  EXPECT_EQ(report.filename, "a call.wav");
  EXPECT_EQ(report.bytes, recording().size());
}

TEST_P(the_pre_recorded_client, transcribes_what_is_at_a_url_without_an_upload) {
  emulator_options.remote_files["https://files.test/call.wav?signature=s"] = path;
  auto const job = call<pre_recorded_job>([&](auto h) {
    api().async_transcribe_url("https://files.test/call.wav?signature=s", {}, options, h);
  });
  ASSERT_TRUE(job) << job.error().what();
  EXPECT_EQ(requests("POST", "/v2/upload"), 0u);
}

TEST_P(the_pre_recorded_client, has_the_server_fetch_a_recording) {
  emulator_options.remote_files["https://files.test/call.wav"] = path;
  auto const audio = call<gladia::uploaded_audio>(
      [&](auto h) { api().async_upload_url("https://files.test/call.wav", h); });
  ASSERT_TRUE(audio) << audio.error().what();
  EXPECT_TRUE(create(audio->audio_url.reveal()));
}

TEST_P(the_pre_recorded_client, uploads_from_a_source) {
  auto const all = recording();
  std::size_t at = 0;
  pre_recorded::audio_source source;
  source.filename = "memory.wav";
  source.size = all.size();
  source.read = [&](char* to, std::size_t room) -> result<std::size_t> {
    auto const size = all.copy(to, room, at);
    at += size;
    return size;
  };
  auto const audio =
      call<gladia::uploaded_audio>([&](auto h) { api().async_upload(std::move(source), {}, h); });
  ASSERT_TRUE(audio) << audio.error().what();
  EXPECT_EQ(audio->audio_metadata.filename, "memory.wav");
}

TEST_P(the_pre_recorded_client, says_before_any_network_what_cannot_be_uploaded) {
  EXPECT_THAT(upload("").error().what(), HasSubstr("is empty"));
  EXPECT_THAT(upload((folder / "none.wav").string()).error().what(), HasSubstr("cannot read"));
  EXPECT_EQ(upload(folder.string()).error(), errc::invalid_request);
  EXPECT_THAT(upload(write("empty.wav", "")).error().what(), HasSubstr("is empty"));
  EXPECT_EQ(call<gladia::uploaded_audio>([&](auto h) { api().async_upload({}, {}, h); }).error(),
            errc::invalid_request);
  pre_recorded::audio_source endless;
  endless.size = std::numeric_limits<std::uint64_t>::max();
  endless.read = [](char*, std::size_t room) { return result<std::size_t>(room); };
  EXPECT_EQ(
      call<gladia::uploaded_audio>([&](auto h) { api().async_upload(endless, {}, h); }).error(),
      errc::invalid_request);
  EXPECT_THAT(server->requests(), SizeIs(0));
}

TEST_P(the_pre_recorded_client, hears_why_an_upload_is_refused_before_it_is_whole) {
  path = write("large.wav", recording() + std::string(std::size_t{8} << 20, '\0'));
  for (int status : {401, 413}) {
    auto refusal = answer(emulation::route::upload, status);
    refusal.at_byte = 0;
    refusal.body = R"({"message": "no"})";
    fail(std::move(refusal));
    auto const before = requests("POST", "/v2/upload");
    auto const e = upload(path).error();
    EXPECT_EQ(e.details().http_status, status) << e.what();
    EXPECT_EQ(requests("POST", "/v2/upload"), before + 1) << "and does not send it again";
  }
}

TEST_P(the_pre_recorded_client, sends_an_upload_again_that_was_cut) {
  path = write("large.wav", recording() + std::string(std::size_t{1} << 20, '\0'));
  auto cut = fault(emulation::route::upload, emulation::http_action::reset);
  cut.at_byte = 100'000;
  fail(std::move(cut));
  auto const audio = upload(path);
  ASSERT_TRUE(audio) << audio.error().what();
  EXPECT_EQ(audio->audio_metadata.size, recording().size() + (std::size_t{1} << 20));
  EXPECT_EQ(requests("POST", "/v2/upload"), 2u);
}

TEST_P(the_pre_recorded_client, makes_no_second_job_in_silence) {
  auto const url = upload(path)->audio_url.reveal();
  for (auto const& f : {fault(emulation::route::pre_recorded_init, emulation::http_action::reset),
                        answer(emulation::route::pre_recorded_init, 503),
                        answer(emulation::route::pre_recorded_init, 408)}) {
    auto const before = requests("POST", "/v2/pre-recorded");
    fail(f);
    auto const info = create(url);
    ASSERT_FALSE(info);
    EXPECT_TRUE(info.error().details().may_have_been_made) << info.error().what();
    EXPECT_EQ(requests("POST", "/v2/pre-recorded"), before + 1);
  }
  fail(answer(emulation::route::pre_recorded_init, 429));
  EXPECT_TRUE(create(url)) << "nothing was made, so that it is sent again";
}

TEST_P(the_pre_recorded_client, waits_through_what_passes) {
  auto const id = create(upload(path)->audio_url.reveal())->id;
  for (auto const& f :
       {fault(emulation::route::pre_recorded_get, emulation::http_action::reset, 4),
        fault(emulation::route::pre_recorded_get, emulation::http_action::half_answer, 4),
        answer(emulation::route::pre_recorded_get, 503, 5),
        answer(emulation::route::pre_recorded_get, 429, 4),
        answer(emulation::route::pre_recorded_get, 404, 2)}) {
    fail(f);
    auto const job = wait(id);
    ASSERT_TRUE(job) << job.error().what();
    EXPECT_EQ(job->status, gladia::job_status::done);
  }
}

TEST_P(the_pre_recorded_client, tells_a_job_that_failed_from_one_that_is_gone) {
  emulation::faults faults;
  faults.job.error_code = 422;
  fail(faults);
  auto const id = create(upload(path)->audio_url.reveal())->id;
  auto const failed = wait(id).error();
  EXPECT_EQ(failed, errc::job_failed) << failed.what();
  EXPECT_EQ(failed.details().job_error_code, 422);
  EXPECT_EQ(failed.details().job_id, id);
  auto const as_it_is = call<pre_recorded_job>([&](auto h) { api().async_get(id, h); });
  ASSERT_TRUE(as_it_is) << "it can be looked at";
  EXPECT_EQ(as_it_is->status, gladia::job_status::error);
  fail(answer(emulation::route::pre_recorded_get, 401));
  EXPECT_EQ(wait(id).error(), errc::unauthorized);
}

TEST_P(the_pre_recorded_client, ends_at_once_where_it_is_told_to_come_back_too_late) {
  auto const id = create(upload(path)->audio_url.reveal())->id;
  auto busy = answer(emulation::route::pre_recorded_get, 429, -1);
  busy.headers = {{"Retry-After", "100"}};
  fail(std::move(busy));
  options.wait.deadline = 10s;
  auto const e = wait(id).error();
  EXPECT_EQ(e, errc::too_many_requests) << e.what();
  EXPECT_EQ(e.details().job_id, id);
  EXPECT_EQ(requests("GET", "/v2/pre-recorded/" + id), 1u);
}

TEST_P(the_pre_recorded_client, gives_up_at_its_deadline_and_names_the_job_that_goes_on) {
  emulator_options.processing_time = 1min;
  options.wait.deadline = 100ms;
  std::string id;
  options.progress = [&](auto const& p) { id = p.job_id; };
  auto const e = transcribe().error();
  EXPECT_EQ(e, errc::timeout);
  EXPECT_EQ(e.details().job_id, id);
  EXPECT_THAT(e.what(), HasSubstr("the job, which goes on"));
}

TEST_P(the_pre_recorded_client, can_be_cancelled_in_each_step) {
  emulator_options.processing_time = 1min;
  for (auto const at : {step::uploading, step::creating, step::waiting}) {
    options.progress = [&](auto const& p) {
      if (p.at == at) stop.emit(asio::cancellation_type::total);
    };
    auto const job = transcribe();
    ASSERT_FALSE(job);
    EXPECT_EQ(job.error(), asio::error::operation_aborted) << job.error().what();
    EXPECT_EQ(job.error().details().job_id.empty(), at != step::waiting);
  }
}

TEST_P(the_pre_recorded_client, says_of_a_creation_that_is_cancelled_that_there_may_be_a_job) {
  auto const url = upload(path)->audio_url.reveal();
  fail(fault(emulation::route::pre_recorded_init, emulation::http_action::hang));
  cancel_once([this] { return requests("POST", "/v2/pre-recorded") > 0; });
  auto const e = create(url).error();
  EXPECT_EQ(e, asio::error::operation_aborted);
  EXPECT_TRUE(e.details().may_have_been_made) << e.what();
}

TEST_P(the_pre_recorded_client, lists_downloads_and_deletes_its_jobs_and_no_live_ones) {
  auto const job = transcribe();
  ASSERT_TRUE(job) << job.error().what();
  auto const live = call<gladia::live_session_info>(
      [&](auto h) { client->live().async_init(gladia::live_request(), h); });
  auto const page = call<gladia::pre_recorded_job_page>(
      [&](auto h) { api().async_list(gladia::pre_recorded_list_query(), h); });
  ASSERT_TRUE(page) << page.error().what();
  ASSERT_THAT(page->items, SizeIs(1));
  EXPECT_EQ(page->items[0].id, job->id);
  EXPECT_EQ(call<pre_recorded_job>([&](auto h) { api().async_get(live->id, h); }).error(),
            errc::not_found);
  auto const copy = (folder / "copy.wav").string();
  ASSERT_TRUE(call<void>([&](auto h) { api().async_download_file(job->id, copy, {}, h); }));
  EXPECT_EQ(std::filesystem::file_size(copy), recording().size());
  ASSERT_TRUE(call<void>([&](auto h) { api().async_delete(job->id, h); }));
  EXPECT_EQ(*call<std::size_t>([&](auto h) {
    api().async_list_all(
        gladia::pre_recorded_list_query(), [](auto&&) { return true; }, h);
  }),
            0u);
}

TEST_P(the_pre_recorded_client, refuses_a_request_that_cannot_be_right_before_any_network) {
  auto const e = create("").error();
  EXPECT_EQ(e, errc::invalid_request);
  EXPECT_THAT(e.what(), HasSubstr("audio_url"));
}

TEST_P(the_pre_recorded_client, shows_no_signed_url) {
  std::string lines;
  client_options.logger.level = gladia::log_level::debug;
  client_options.logger.write = [&](gladia::log_level, std::string_view line) {
    lines.append(line).append("\n");
  };
  emulator_options.remote_files["https://files.test/call.wav?signature=abcdef12"] = path;
  auto refusal = answer(emulation::route::pre_recorded_init, 400);
  refusal.body = R"({"message": "cannot fetch https://files.test/call.wav?signature=abcdef12"})";
  fail(std::move(refusal));
  auto const job = call<pre_recorded_job>([&](auto h) {
    api().async_transcribe_url("https://files.test/call.wav?signature=abcdef12", {}, options, h);
  });
  EXPECT_THAT(job.error().what() + lines, ::testing::Not(HasSubstr("abcdef12")));
}

}  // namespace
