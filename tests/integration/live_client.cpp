#include <gladia/live/client.hpp>

#include <gmock/gmock.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <filesystem>
#include <fstream>
#include <support/contract.hpp>
#include <support/environment.hpp>
#include <support/live_fixture.hpp>
#include <support/scripted_server.hpp>
#include <support/temporary_folder.hpp>

namespace {

using namespace std::chrono_literals;
using namespace gladia::test;
using gladia::errc;
using gladia::result;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
namespace live = gladia::live;
namespace emulation = gladia::testing;

struct the_live_client : live_fixture {
  std::string id;  // of the last job

  void SetUp() override {
    live_fixture::SetUp();
    for (auto const* name : {"GLADIA_API_KEY", "GLADIA_API_URL", "GLADIA_REGION"})
      gladia::test::unset_environment(name);
    client_options.retry.backoff.base = 1ms;
  }

  live::client const& api() {
    if (!server) start_server();
    if (!client) client.emplace(io, client_options);
    return client->live();
  }

  /// Starts an operation and runs it to its end.
  template <class T, class Start>
  result<T> call(Start start) {
    std::optional<result<T>> outcome;
    start([&outcome](result<T> r) { outcome.emplace(std::move(r)); });
    io.restart();
    io.run();
    EXPECT_TRUE(outcome);
    return std::move(*outcome);
  }

  result<gladia::live_session_info> init() {
    return call<gladia::live_session_info>([&](auto h) { api().async_init(request, h); });
  }
  result<gladia::live_job> get(std::string const& job) {
    return call<gladia::live_job>([&](auto h) { api().async_get(job, h); });
  }
  result<gladia::live_job_page> list(gladia::live_list_query const& query) {
    return call<gladia::live_job_page>([&](auto h) { api().async_list(query, h); });
  }
  result<std::size_t> list_all(gladia::live_list_query const& query, live::job_visitor visit) {
    return call<std::size_t>([&](auto h) { api().async_list_all(query, visit, h); });
  }
  result<void> remove(std::string const& job) {
    return call<void>([&](auto h) { api().async_delete(job, h); });
  }

  /// Makes jobs that wait for their sessions, and returns their ids, the newest first.
  std::vector<std::string> make_jobs(int count) {
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i) ids.insert(ids.begin(), init()->id);
    return ids;
  }
  /// Runs a session to its end.
  void finish_job(std::string const& audio) {
    api();
    end.reset();
    session.emplace(client->live().session(request, options));
    run();
    feed(audio);
    run_to_end();
    ASSERT_EQ(end->verdict, live::completeness::complete) << end->error.what();
    id = end->job_id;
    session.reset();
    server->wait_until(id, [](auto const& r) { return r.status == gladia::job_status::done; });
  }
  /// The requests since the last call.
  std::vector<emulation::request_report> requests() {
    auto all = server->requests();
    std::vector<emulation::request_report> fresh(
        all.begin() + static_cast<std::ptrdiff_t>(std::exchange(seen_, all.size())), all.end());
    return fresh;
  }

 private:
  std::size_t seen_ = 0;
};

std::vector<std::string> ids_of(std::vector<gladia::live_job> const& jobs) {
  std::vector<std::string> ids;
  for (auto const& job : jobs) ids.push_back(job.id);
  return ids;
}

// Creating.

TEST_F(the_live_client, creates_a_job) {
  client_options.region = "eu-west";
  auto const info = init();
  ASSERT_TRUE(info) << info.error().what();
  EXPECT_THAT(info->id, Not(IsEmpty()));
  EXPECT_THAT(info->url.reveal(), StartsWith("ws://127.0.0.1:"));
  auto const sent = requests();
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].target, "/v2/live?region=eu-west");
  EXPECT_EQ(sent[0].header("x-gladia-key"), "test-key");
  EXPECT_THAT(sent[0].header("x-gladia-version"), StartsWith("SdkCpp/"));
}

TEST_F(the_live_client, checks_a_request_before_any_network) {
  request.audio.channels = 9;
  auto const info = init();
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error(), errc::invalid_request);
  EXPECT_THAT(server->requests(), IsEmpty());
}

TEST_F(the_live_client, tells_what_the_server_found_wrong) {
  auto fault = answer(emulation::route::init, 400);
  fault.body = contract_example("http.error.400.json");
  fail(fault);
  auto const info = init();
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error(), errc::bad_request);
  auto const failure = info.error();
  auto const& details = failure.details();
  EXPECT_EQ(details.http_status, 400);
  EXPECT_EQ(details.request_id, "G-821fe9df");
  EXPECT_THAT(details.validation_errors, ElementsAre(StartsWith("language_config.languages")));
  EXPECT_THAT(requests(), SizeIs(1)) << "it is of no use to try that again";
}

TEST_F(the_live_client, reports_a_refused_key) {
  client_options.api_key = "wrong-key";
  auto const job = get("any");
  ASSERT_FALSE(job);
  EXPECT_EQ(job.error(), errc::unauthorized);
  EXPECT_EQ(job.error(), gladia::condition::authentication);
  EXPECT_THAT(job.error().details().request_id, StartsWith("G-"));
  EXPECT_THAT(job.error().what(), Not(HasSubstr("wrong-key")));
}

TEST_F(the_live_client, names_the_option_that_holds_a_line_break) {
  client_options.api_url = "https://api.test";
  client_options.api_key = "its-key\n";
  EXPECT_THAT(init().error().what(), StartsWith("client_options::api_key: holds a control"));
  client_options.api_key = "its-key";
  client_options.application = "my-app\n";
  client.reset();
  EXPECT_EQ(init().error(), errc::invalid_options);
}

TEST_F(the_live_client, does_nothing_without_a_key) {
  start_server();
  client_options.api_url = "https://gladia.invalid";
  client_options.api_key = "";
  EXPECT_EQ(init().error(), errc::missing_api_key);
  EXPECT_EQ(get("x").error(), errc::missing_api_key);
  EXPECT_EQ(list({}).error(), errc::missing_api_key);
  EXPECT_EQ(list_all({}, [](auto) { return true; }).error(), errc::missing_api_key);
  EXPECT_EQ(remove("x").error(), errc::missing_api_key);
}

TEST_F(the_live_client, reports_a_fault_of_its_options_at_every_call) {
  client_options.tls.ca_file = "/nowhere/ca.pem";
  EXPECT_EQ(init().error(), errc::invalid_options);
  EXPECT_EQ(list_all({}, [](auto) { return true; }).error(), errc::invalid_options);
  EXPECT_THAT(server->requests(), IsEmpty());
}

TEST_F(the_live_client, joins_no_session_over_a_link_that_others_can_read) {
  gladia::live_session_info info;
  info.id = "1";
  info.url = "ws://gladia.invalid/v2/live?token=secret-token";
  start_server();
  client.emplace(io, client_options);
  session.emplace(client->live().attach(info, request));
  run();
  run_to_end();
  EXPECT_EQ(end->error, errc::insecure_url);
  EXPECT_THAT(end->error.what(), Not(HasSubstr("secret-token")));
}

// Asking.

TEST_F(the_live_client, gets_a_job_with_what_was_said) {
  emulator_options.script = R"([{"text": "hello world", "start": 0.2, "end": 0.9}])";
  finish_job(std::string(64'000, '\0'));
  auto const job = get(id);
  ASSERT_TRUE(job) << job.error().what();
  EXPECT_EQ(job->id, id);
  EXPECT_EQ(job->status, gladia::job_status::done);
  ASSERT_TRUE(job->result && job->result->transcription);
  EXPECT_THAT(job->result->transcription->full_transcript, HasSubstr("hello world"));
}

TEST_F(the_live_client, finds_no_job_under_an_unknown_id) {
  auto const job = get("../what?ever");
  ASSERT_FALSE(job);
  EXPECT_EQ(job.error(), errc::not_found);
  EXPECT_EQ(requests().at(0).target, "/v2/live/..%2Fwhat%3Fever");
}

TEST_F(the_live_client, lists_page_by_page) {
  auto const ids = make_jobs(3);
  gladia::live_list_query query;
  query.limit = 2;
  auto const first = list(query);
  ASSERT_TRUE(first) << first.error().what();
  EXPECT_THAT(ids_of(first->items), ElementsAre(ids[0], ids[1]));
  auto const next = [&](gladia::live_job_page const& page) {
    return call<gladia::live_job_page>([&](auto h) { api().async_list_next(page, h); });
  };
  auto const second = next(*first);
  ASSERT_TRUE(second) << second.error().what();
  EXPECT_THAT(ids_of(second->items), ElementsAre(ids[2]));
  EXPECT_FALSE(second->next);
  EXPECT_EQ(next(*second).error(), errc::invalid_request);
}

TEST_F(the_live_client, lists_what_was_asked_for) {
  make_jobs(1);
  finish_job(std::string(32'000, '\0'));
  requests();
  gladia::live_list_query query;
  query.offset = 0;
  query.after_date = "2020-01-01T00:00:00Z";
  query.status = {gladia::job_status::done, gladia::job_status::error};
  auto const page = list(query);
  ASSERT_TRUE(page) << page.error().what();
  EXPECT_THAT(ids_of(page->items), ElementsAre(id));
  EXPECT_EQ(requests().at(0).target,
            "/v2/live?offset=0&after_date=2020-01-01T00%3A00%3A00Z&status=done&status=error");
}

TEST_F(the_live_client, walks_over_all_pages) {
  auto const ids = make_jobs(5);
  requests();
  gladia::live_list_query query;
  query.limit = 2;
  std::vector<std::string> visited;
  auto const count = list_all(query, [&](gladia::live_job job) {
    visited.push_back(job.id);
    return true;
  });
  ASSERT_TRUE(count) << count.error().what();
  EXPECT_EQ(*count, 5u);
  EXPECT_EQ(visited, ids);
  EXPECT_THAT(requests(), SizeIs(3));
}

TEST_F(the_live_client, ends_the_walk_when_the_visitor_wants_no_more) {
  make_jobs(5);
  requests();
  gladia::live_list_query query;
  query.limit = 2;
  auto visits = 0;
  auto const count = list_all(query, [&](auto const&) { return ++visits < 3; });
  EXPECT_EQ(*count, 3u);
  EXPECT_EQ(visits, 3);
  EXPECT_THAT(requests(), SizeIs(2));
}

TEST_F(the_live_client, says_where_a_walk_failed_after_what_it_visited) {
  make_jobs(4);
  gladia::live_list_query query;
  query.limit = 2;
  auto visits = 0;
  auto const count = list_all(query, [&](auto const&) {
    if (++visits == 2) fail(answer(emulation::route::list, 404));
    return true;
  });
  EXPECT_EQ(count.error(), errc::not_found);
  EXPECT_EQ(visits, 2);
}

TEST_F(the_live_client, shows_on_its_walk_the_jobs_that_it_cannot_read_and_goes_on_behind_them) {
  auto const ids = make_jobs(1);
  auto fault = answer(emulation::route::list, 200);
  fault.body = R"({"first": "", "current": "", "next": "/v2/live?offset=0",
                   "items": [{"id": "without a status"}, 7]})";
  fail(fault);
  std::vector<std::string> visited;
  auto const count = list_all({}, [&](gladia::live_job job) {
    visited.push_back(job.id + ": " + job.unreadable);
    return true;
  });
  EXPECT_EQ(*count, 3u);
  EXPECT_THAT(visited, ElementsAre("without a status: status: missing",
                                   ": expected an object, got a number", ids[0] + ": "));
}

TEST_F(the_live_client, ends_a_walk_over_pages_that_lead_in_a_circle) {
  auto fault = answer(emulation::route::list, 200, 100);
  fault.body = R"({"first": "", "current": "", "next": "/v2/live?offset=0",
                   "items": [{"id": "a"}]})";
  fail(fault);
  auto const count = list_all({}, [](auto const&) { return true; });
  EXPECT_EQ(count.error(), errc::malformed_response);
  EXPECT_THAT(count.error().what(),
              HasSubstr("the pages lead in a circle: /v2/live?offset=0 is named again"));
  EXPECT_LT(requests().size(), 10u);
}

TEST_F(the_live_client, replaces_no_folder_by_a_download) {
  gladia::test::temporary_folder const folder;
  auto const path = folder.path().string();
  auto const e = call<void>([&](auto h) { api().async_download_file("1", path, {}, h); }).error();
  EXPECT_EQ(e, errc::invalid_request);
  EXPECT_THAT(e.what(), HasSubstr("is no regular file"));
  EXPECT_TRUE(std::filesystem::is_directory(path));
}

TEST_F(the_live_client, takes_its_key_to_no_other_place_that_a_page_names) {
  auto const ids = make_jobs(1);
  auto fault = answer(emulation::route::list, 200);
  fault.body = R"({"first": "", "current": "", "next": "http://gladia.invalid/v2/live?offset=0",
                   "items": [{"id": "the first", "request_id": "G-1", "version": 2,
                              "status": "queued",
                              "created_at": "2026-01-31T12:00:00Z", "kind": "live"}]})";
  fail(fault);
  std::vector<std::string> visited;
  auto const count = list_all({}, [&](gladia::live_job job) {
    visited.push_back(job.id);
    return true;
  });
  ASSERT_TRUE(count) << count.error().what();
  EXPECT_THAT(visited, ElementsAre("the first", ids[0]));
}

TEST_F(the_live_client, keeps_the_path_of_its_url_on_every_page) {
  std::vector<std::string> asked;
  auto const page = [&asked](std::string const& next) {
    return [&asked, next](gladia::test::tcp::socket& socket) {
      auto const head = gladia::test::read_head(socket);
      asked.push_back(head.substr(0, head.find(" HTTP")));
      auto const body = R"({"first": "", "current": "", "next": )" + next + R"(, "items": [
          {"id": "a", "request_id": "G-1", "version": 2, "status": "queued",
           "created_at": "2026-01-31T12:00:00Z", "kind": "live"}]})";
      gladia::test::send(socket, "HTTP/1.1 200 OK\r\nContent-Length: " +
                                     std::to_string(body.size()) + "\r\n\r\n" + body);
    };
  };
  gladia::test::scripted_server scripted(
      {page(R"("https://gladia.invalid/v2/live?offset=1")"), page(R"("/v2/live?offset=2")"),
       page(R"("https://gladia.invalid/gateway/v2/live?offset=3")"),
       page(R"("/gateway2/v2/live?offset=4")"), page("null")});
  client_options.api_url = scripted.url("http", "/gateway/");
  client.emplace(io, client_options);
  auto const count = call<std::size_t>([&](auto h) {
    client->live().async_list_all(
        {}, [](auto const&) { return true; }, h);
  });
  ASSERT_TRUE(count) << count.error().what();
  scripted.finish();
  EXPECT_THAT(asked, ElementsAre("GET /gateway/v2/live", "GET /gateway/v2/live?offset=1",
                                 "GET /gateway/v2/live?offset=2", "GET /gateway/v2/live?offset=3",
                                 "GET /gateway/gateway2/v2/live?offset=4"));
}

// Deleting.

TEST_F(the_live_client, deletes_a_job_once_it_is_done) {
  auto const unfinished = init()->id;
  EXPECT_EQ(remove(unfinished).error(), errc::forbidden);
  finish_job(std::string(32'000, '\0'));
  EXPECT_TRUE(remove(id));
  EXPECT_EQ(get(id).error(), errc::not_found);
  EXPECT_EQ(remove(id).error(), errc::not_found);
}

TEST_F(the_live_client, takes_a_deletion_whose_answer_was_lost_for_done) {
  finish_job(std::string(32'000, '\0'));
  fail(fault(emulation::route::remove, emulation::http_action::lose_answer));
  auto const removed = remove(id);
  EXPECT_TRUE(removed) << removed.error().what();
  EXPECT_EQ(get(id).error(), errc::not_found);
}

// Downloading.

struct a_download : the_live_client {
  gladia::test::temporary_folder const own_folder;
  std::filesystem::path const folder = own_folder.path();
  std::string const audio = position_coded_audio(500'000);

  void SetUp() override {
    the_live_client::SetUp();
    finish_job(audio);
    requests();
  }

  result<void> download(gladia::net::body_sink sink, gladia::net::body_progress progress = {}) {
    return call<void>([&](auto h) { api().async_download(id, sink, progress, h); });
  }
  result<void> download_to(std::string const& path, std::string const& job) {
    return call<void>([&](auto h) { api().async_download_file(job, path, {}, h); });
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator(folder)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }
  [[nodiscard]] std::string path() const { return (folder / "audio.wav").string(); }
  /// A WAV file of the audio, whatever its header looks like.
  [[nodiscard]] bool is_the_recording(std::string const& bytes) const {
    return bytes.rfind("RIFF", 0) == 0 && bytes.size() > audio.size() &&
           bytes.substr(bytes.size() - audio.size()) == audio;
  }
};

TEST_F(a_download, goes_to_a_sink_and_reports_its_progress) {
  std::string received;
  std::uint64_t last = 0;
  auto const done = download(
      [&](std::string_view part) -> result<void> {
        received += part;
        return {};
      },
      [&](std::uint64_t bytes, std::optional<std::uint64_t> total) {
        EXPECT_GT(bytes, last);
        EXPECT_EQ(bytes, received.size());
        EXPECT_GE(total.value_or(bytes), bytes);
        last = bytes;
      });
  ASSERT_TRUE(done) << done.error().what();
  EXPECT_TRUE(is_the_recording(received));
  EXPECT_EQ(last, received.size());
}

TEST_F(a_download, leaves_the_key_behind_where_it_is_sent_elsewhere) {
  ASSERT_TRUE(download([](std::string_view) { return result<void>(); }));
  auto const sent = requests();
  ASSERT_THAT(sent, SizeIs(2));
  EXPECT_EQ(sent[0].origin, server->url());
  EXPECT_EQ(sent[0].header("x-gladia-key"), "test-key");
  EXPECT_EQ(sent[1].origin, server->storage_url());
  EXPECT_EQ(sent[1].header("x-gladia-key"), "");
}

TEST_F(a_download, ends_with_the_error_of_its_sink) {
  auto const done = download([](std::string_view) -> result<void> {
    return gladia::error(
        boost::system::errc::make_error_code(boost::system::errc::no_space_on_device));
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), boost::system::errc::no_space_on_device);
}

TEST_F(a_download, does_not_begin_again_once_the_sink_has_got_something) {
  fail(fault(emulation::route::storage, emulation::http_action::half_answer));
  std::string received;
  auto const done = download([&](std::string_view part) -> result<void> {
    received += part;
    return {};
  });
  EXPECT_FALSE(done);
  EXPECT_LT(received.size(), audio.size());
}

TEST_F(a_download, makes_a_file) {
  std::ofstream(path()) << "an older one";
  auto const done = download_to(path(), id);
  ASSERT_TRUE(done) << done.error().what();
  EXPECT_TRUE(is_the_recording(read_text(path())));
  EXPECT_THAT(files(), ElementsAre("audio.wav"));
}

TEST_F(a_download, makes_a_whole_file_at_the_second_attempt) {
  for (auto const what : {emulation::http_action::half_answer, emulation::http_action::reset}) {
    fail(fault(emulation::route::storage, what));
    auto const done = download_to(path(), id);
    ASSERT_TRUE(done) << done.error().what();
    EXPECT_TRUE(is_the_recording(read_text(path())));
    EXPECT_THAT(files(), ElementsAre("audio.wav"));
    std::filesystem::remove(path());
  }
}

TEST_F(a_download, leaves_no_half_file_behind) {
  std::ofstream(path()) << "an older one";
  for (auto const what : {emulation::http_action::half_answer, emulation::http_action::reset}) {
    fail(fault(emulation::route::storage, what, -1));
    EXPECT_FALSE(download_to(path(), id));
    EXPECT_EQ(read_text(path()), "an older one");
    EXPECT_THAT(files(), ElementsAre("audio.wav"));
  }
  EXPECT_EQ(download_to(path(), "unknown").error(), errc::not_found);
  EXPECT_THAT(files(), ElementsAre("audio.wav"));
}

TEST_F(a_download, names_the_file_that_cannot_be_written) {
  auto const nowhere = (folder / "none" / "audio.wav").string();
  auto const done = download_to(nowhere, id);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().what(), HasSubstr(nowhere));
  EXPECT_THAT(requests(), IsEmpty());
}

TEST_F(a_download, leaves_no_half_file_behind_when_it_is_cancelled) {
  fail(fault(emulation::route::storage, emulation::http_action::hang));
  boost::asio::cancellation_signal cancellation;
  std::optional<result<void>> done;
  api().async_download_file(id, path(), {},
                            boost::asio::bind_cancellation_slot(
                                cancellation.slot(), [&](result<void> r) { done = std::move(r); }));
  gladia::test::run_until(io,
                          [&] { return server->requests().back().target.find("/v2/live") != 0; });
  cancellation.emit(boost::asio::cancellation_type::terminal);
  io.run();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->error(), boost::asio::error::operation_aborted);
  EXPECT_THAT(files(), IsEmpty());
}

/// Calls what is posted at once: the worst that several threads can do to whoever posts.
class hasty_executor {
 public:
  explicit hasty_executor(boost::asio::io_context& context) : context_(&context) {}

  [[nodiscard]] boost::asio::execution_context& query(
      boost::asio::execution::context_t) const noexcept {
    return *context_;
  }
  // A lie, without which Asio takes no executor for its I/O.
  [[nodiscard]] hasty_executor require(boost::asio::execution::blocking_t::never_t) const {
    return *this;
  }
  template <class F>
  void execute(F f) const {
    f();
  }
  friend bool operator==(hasty_executor a, hasty_executor b) noexcept {
    return a.context_ == b.context_;
  }
  [[maybe_unused]] friend bool operator!=(hasty_executor a, hasty_executor b) noexcept {
    return !(a == b);
  }

 private:
  boost::asio::io_context* context_;
};

TEST_F(a_download, has_removed_its_half_file_before_it_tells_its_end) {
  fail(fault(emulation::route::storage, emulation::http_action::half_answer, -1));
  auto const tells = [&](std::string const& job) {
    gladia::client hasty(hasty_executor(io), client_options);
    std::optional<std::vector<std::string>> left;
    hasty.live().async_download_file(job, path(), {}, [&](result<void> r) {
      EXPECT_FALSE(r);
      left = files();
    });
    gladia::test::run_until(io, [&] { return left.has_value(); });
    EXPECT_THAT(*left, IsEmpty()) << "job " << job;
  };
  for (auto const& job : {id, std::string("unknown"), std::string()}) tells(job);
  client_options.api_key = "";
  client_options.api_url = "https://gladia.invalid";
  tells(id);
}

// Trying again.

TEST_F(the_live_client, tries_again_as_often_as_it_is_told) {
  client_options.retry.attempts = 3;
  fail(answer(emulation::route::init, 503, 2));
  auto const info = init();
  EXPECT_TRUE(info) << info.error().what();
  EXPECT_THAT(requests(), SizeIs(3));
}

TEST_F(the_live_client, gives_up_after_the_last_attempt) {
  fail(answer(emulation::route::get, 503, -1));
  auto const job = get("x");
  ASSERT_FALSE(job);
  EXPECT_EQ(job.error(), errc::server_error);
  EXPECT_EQ(job.error(), gladia::condition::retryable);
  EXPECT_EQ(job.error().details().attempts, 2);
  EXPECT_THAT(requests(), SizeIs(2));
}

TEST_F(the_live_client, waits_as_long_as_the_server_asks_it_to) {
  auto fault = answer(emulation::route::list, 429);
  fault.headers = {{"Retry-After", "1"}};
  fail(fault);
  auto const begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(list({}));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 1s);
}

TEST_F(the_live_client, creates_another_job_when_the_answer_was_lost_and_says_so) {
  std::vector<std::string> lines;
  client_options.logger.write = [&](gladia::log_level, std::string_view line) {
    lines.emplace_back(line);
  };
  fail(fault(emulation::route::init, emulation::http_action::lose_answer));
  auto const info = init();
  ASSERT_TRUE(info) << info.error().what();
  EXPECT_THAT(server->reports(), SizeIs(2));
  EXPECT_THAT(lines, Contains(HasSubstr("left behind")));
}

// Cancelling.

TEST_F(the_live_client, can_be_cancelled) {
  start_server();
  for (auto const route : {emulation::route::get, emulation::route::list}) {
    fail(fault(route, emulation::http_action::hang, -1));
    boost::asio::cancellation_signal cancellation;
    std::optional<gladia::error> failure;
    auto note = boost::asio::bind_cancellation_slot(cancellation.slot(),
                                                    [&](auto const& r) { failure = r.error(); });
    if (route == emulation::route::get) {
      api().async_get("x", note);
    } else {
      api().async_list_all(
          {}, [](auto const&) { return true; }, note);
    }
    gladia::test::run_until(io, [&] { return !requests().empty(); });
    EXPECT_FALSE(failure);
    cancellation.emit(boost::asio::cancellation_type::total);
    io.run();
    ASSERT_TRUE(failure);
    EXPECT_EQ(*failure, boost::asio::error::operation_aborted);
  }
}

TEST_F(the_live_client, may_go_away_before_its_calls_are_answered) {
  std::optional<result<gladia::live_job_page>> page;
  api().async_list({}, [&](auto r) { page = std::move(r); });
  client.reset();
  io.restart();
  io.run();
  ASSERT_TRUE(page);
  EXPECT_TRUE(*page);
}

}  // namespace
