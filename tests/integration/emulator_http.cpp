#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>
#include <gladia/net/url.hpp>
#include <gladia/testing/emulator.hpp>

#include <boost/asio/read.hpp>
#include <chrono>
#include <fstream>
#include <future>
#include <string>
#include <support/emulator_fixture.hpp>
#include <thread>

namespace gladia::test {
namespace {

class emulator_http : public emulator_fixture {
 protected:
  std::vector<std::string> faults_of(json const& request) {
    auto const answer = call("POST", "/v2/live", request);
    EXPECT_EQ(answer.status, 400);
    return answer.parsed().value("validation_errors", std::vector<std::string>{});
  }
  /// A session that is over.
  void finish_session(json const& request, std::string const& audio = silence(0.1)) {
    connect(request);
    client.send(audio);
    client.stop();
    client.drain();
    ASSERT_TRUE(wait_for_job("done"));
    client.reset();
  }
  asio::ip::tcp::endpoint endpoint() const {
    auto const port = std::stoi(net::parse_url(emulator->url())->port);
    return {asio::ip::address_v4::loopback(), static_cast<unsigned short>(port)};
  }
};

/// While it exists, this process can open no file.
class no_more_files {
 public:
  no_more_files() {
    ::getrlimit(RLIMIT_NOFILE, &limit_);
    auto const next = ::open("/dev/null", O_RDONLY);
    ::close(next);
    auto none = limit_;
    none.rlim_cur = static_cast<rlim_t>(next);
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~no_more_files() { ::setrlimit(RLIMIT_NOFILE, &limit_); }
  no_more_files(no_more_files&&) = delete;

 private:
  rlimit limit_{};
};

TEST_F(emulator_http, answers_an_init_with_id_time_and_socket_url) {
  start();
  auto const answer = call("POST", "/v2/live", json::object());
  ASSERT_EQ(answer.status, 201);
  auto const body = answer.parsed();
  EXPECT_EQ(body["id"].get<std::string>().size(), 36u);
  EXPECT_EQ(body["created_at"].get<std::string>().back(), 'Z');
  EXPECT_EQ(body["url"],
            "ws" + emulator->url().substr(4) + "/v2/live?token=" + body["id"].get<std::string>());
  EXPECT_EQ(answer.headers["x-aipi-call-id"].size(), 36u);
}

TEST_F(emulator_http, takes_an_empty_body_and_ignores_what_it_does_not_know) {
  start();
  EXPECT_EQ(call("POST", "/v2/live").status, 201);
  EXPECT_EQ(call("POST", "/v2/live", {{"words_accurate_timestamps", true}}).status, 201);
}

TEST_F(emulator_http, refuses_a_missing_key) {
  start();
  auto const answer = exchange("POST", emulator->url() + "/v2/live", {});
  EXPECT_EQ(answer.status, 401);
  auto const body = answer.parsed();
  EXPECT_EQ(body["message"], "gladia key not found");
  EXPECT_EQ(body["statusCode"], 401);
  EXPECT_EQ(body["path"], "/v2/live");
  EXPECT_EQ(body["request_id"].get<std::string>().substr(0, 2), "G-");
  EXPECT_TRUE(body.contains("timestamp"));
  EXPECT_FALSE(body.contains("validation_errors"));
}

TEST_F(emulator_http, refuses_another_key_than_the_one_it_was_given) {
  testing::emulator_options options;
  options.api_key = "right";
  start(options);
  auto const url = emulator->url() + "/v2/live";
  EXPECT_EQ(exchange("POST", url, {{"x-gladia-key", "wrong"}}).status, 401);
  EXPECT_EQ(exchange("POST", url, {{"X-Gladia-Key", "right"}}).status, 201);
}

TEST_F(emulator_http, lists_every_fault_of_a_request_in_the_servers_words) {
  start();
  auto const answer =
      call("POST", "/v2/live", {{"sample_rate", 11025}, {"channels", 9}, {"endpointing", 0.001}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.parsed()["message"],
            "Invalid parameter(s). See validation_errors for more details.");
  EXPECT_EQ(
      answer.parsed()["validation_errors"],
      json({"sample_rate must be one of the following values: 8000, 16000, 32000, 44100, 48000",
            "channels must not be greater than 8", "endpointing must not be less than 0.01"}));
}

TEST_F(emulator_http, checks_every_member) {
  start();
  auto const realtime = [](json const& config) { return json{{"realtime_processing", config}}; };
  std::vector<std::pair<json, std::string>> const cases{
      {{{"encoding", "wav"}}, "encoding"},
      {{{"bit_depth", 12}}, "bit_depth"},
      {{{"channels", 1.5}}, "channels"},
      {{{"model", "solaria-2"}}, "model"},
      {{{"maximum_duration_without_endpointing", 61}}, "maximum_duration_without_endpointing"},
      {{{"language_config", {{"languages", {"en-US"}}}}}, "language_config.languages"},
      {{{"language_config", {{"languages", {"wo"}}}}}, "language_config.languages"},
      {{{"language_config", 3}}, "language_config"},
      {{{"pre_processing", {{"speech_threshold", 2}}}}, "pre_processing.speech_threshold"},
      {realtime({{"custom_vocabulary_config", json::object()}}),
       "realtime_processing.custom_vocabulary_config.vocabulary"},
      {realtime({{"custom_vocabulary_config", {{"vocabulary", {{{"intensity", 2}}}}}}}),
       "realtime_processing.custom_vocabulary_config.vocabulary.0.value"},
      {realtime({{"custom_spelling_config", json::object()}}),
       "realtime_processing.custom_spelling_config.spelling_dictionary"},
      {realtime({{"translation_config", {{"target_languages", json::array()}}}}),
       "realtime_processing.translation_config.target_languages"},
      {realtime({{"sentiment_analysis", "yes"}}), "realtime_processing.sentiment_analysis"},
      {{{"post_processing", {{"summarization_config", {{"type", "long"}}}}}},
       "post_processing.summarization_config.type"},
      {{{"messages_config", {{"receive_errors", 1}}}}, "messages_config.receive_errors"},
      {{{"callback_config", {{"url", "nowhere"}}}}, "callback_config.url"},
      {{{"custom_metadata", {{"long", std::string(2000, 'x')}}}}, "custom_metadata"},
  };
  for (auto const& [request, path] : cases) {
    auto const faults = faults_of(request);
    ASSERT_FALSE(faults.empty()) << request;
    EXPECT_EQ(faults[0].substr(0, path.size() + 1), path + " ") << request;
  }
}

TEST_F(emulator_http, counts_the_characters_of_metadata) {
  start();
  auto const metadata = [](int letters) {
    std::string text;
    for (int i = 0; i < letters; ++i) text += "é";
    return json{{"custom_metadata", {{"a", text}}}};
  };
  EXPECT_EQ(call("POST", "/v2/live", metadata(1992)).status, 201);
  EXPECT_EQ(call("POST", "/v2/live", metadata(1993)).status, 400);
}

TEST_F(emulator_http, takes_the_contracts_full_request) {
  start();
  std::ifstream file(GLADIA_TEST_DATA "/contract/request.live.init.full.json");
  EXPECT_EQ(call("POST", "/v2/live", json::parse(file)).status, 201);
}

TEST_F(emulator_http, refuses_text_that_is_not_json_and_bodies_that_are_too_large) {
  start();
  auto const url = emulator->url() + "/v2/live";
  EXPECT_EQ(exchange("POST", url, {{"x-gladia-key", "key"}}, "{").status, 400);
  auto const large = exchange("POST", url, {{"x-gladia-key", "key"}}, std::string(1100000, ' '));
  EXPECT_TRUE(large.status == 413 || large.error);  // it does not read the body to its end
}

TEST_F(emulator_http, refuses_json_that_is_nested_too_deeply) {
  start();
  std::string const deep =
      "{\"custom_metadata\":{\"a\":" + std::string(250000, '[') + std::string(250000, ']') + "}}";
  auto const answer =
      exchange("POST", emulator->url() + "/v2/live", {{"x-gladia-key", "key"}}, deep);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.parsed()["message"], "Request body is not valid JSON");
}

TEST_F(emulator_http, answers_a_path_that_is_not_utf8) {
  start();
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect(endpoint());
  std::string const request =
      "GET /v2/live/\xff HTTP/1.1\r\nx-gladia-key: k\r\nConnection: close\r\n\r\n";
  asio::write(socket, asio::buffer(request));
  std::string answer;
  error_code ec;
  asio::read(socket, asio::dynamic_buffer(answer), ec);
  EXPECT_THAT(answer, ::testing::StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(answer, ::testing::HasSubstr("/v2/live/%FF"));
  EXPECT_EQ(call("GET", "/v2/live").status, 200);
}

TEST_F(emulator_http, names_itself_as_its_client_does_where_it_listens_beyond_loopback) {
  testing::emulator_options options;
  options.host = "0.0.0.0";
  start(std::move(options));
  auto const port = net::parse_url(emulator->url())->port;
  EXPECT_EQ(emulator->url(), "http://127.0.0.1:" + port) << "for a client on this machine";
  auto const as = [&](std::string const& host, std::string const& method,
                      std::string const& target) {
    return exchange(method, emulator->url() + target, {{"x-gladia-key", "key"}, {"Host", host}},
                    method == "POST" ? "{}" : "");
  };
  id = as("gladia:80", "POST", "/v2/live").parsed()["id"];
  EXPECT_EQ(as("gladia:80", "POST", "/v2/live")
                .parsed()["url"]
                .get<std::string>()
                .rfind("ws://gladia:80/v2/live?token=", 0),
            0u);
  EXPECT_EQ(as("other:81", "GET", "/v2/live?limit=1")
                .parsed()["next"]
                .get<std::string>()
                .rfind("http://other:81/v2/live?", 0),
            0u);
  socket_url = call("POST", "/v2/live", json::object()).parsed()["url"];
  EXPECT_FALSE(client.open(socket_url));
}

TEST_F(emulator_http, says_which_address_it_cannot_have) {
  testing::emulator_options options;
  options.host = "gladia.example";
  EXPECT_THAT(testing::emulator::start(options).error().what(),
              ::testing::HasSubstr("host gladia.example: is no address"));
  options.host = "192.0.2.1";
  EXPECT_THAT(testing::emulator::start(options).error().what(),
              ::testing::HasSubstr("192.0.2.1 cannot be had"));
}

TEST_F(emulator_http, waits_before_it_tries_again_when_it_cannot_accept) {
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
  GTEST_SKIP() << "UBSan needs files to look at an object: other builds run this test";
#endif
#endif
  using clock = std::chrono::steady_clock;
  struct {
    std::promise<clock::time_point> first;
    std::promise<clock::time_point> second;
    int count = 0;
  } failures;
  testing::emulator_options options;
  options.logger.level = log_level::info;
  options.logger.write = [&failures](log_level, std::string_view line) {
    if (line.find("cannot accept") == line.npos || ++failures.count > 2) return;
    (failures.count == 1 ? failures.first : failures.second).set_value(clock::now());
  };
  start(options);
  asio::io_context io;
  asio::ip::tcp::socket socket(io, asio::ip::tcp::v4());
  {
    no_more_files const none;
    socket.connect(endpoint());
    auto const first = failures.first.get_future().get();
    EXPECT_GE(failures.second.get_future().get() - first, std::chrono::milliseconds(50));
  }
  EXPECT_EQ(call("GET", "/v2/live").status, 200);
  emulator.reset();  // it logs no more
}

TEST_F(emulator_http, limits_the_sessions_at_a_time) {
  testing::emulator_options options;
  options.max_sessions = 1;
  options.retry_after = std::chrono::seconds(7);
  start(options);
  finish_session(json::object());
  EXPECT_EQ(call("POST", "/v2/live").status, 201);
  auto const refused = call("POST", "/v2/live");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.parsed()["message"], "Too Many Requests");
  EXPECT_EQ(refused.headers["Retry-After"], "7");
}

TEST_F(emulator_http, knows_no_other_routes) {
  start();
  for (auto const* target : {"/", "/v2", "/v2/live/x/y", "/v2/livelong", "/v1/live"}) {
    auto const answer = call("GET", target);
    EXPECT_EQ(answer.status, 404) << target;
    EXPECT_EQ(answer.parsed()["message"], "Not found");
  }
  EXPECT_EQ(call("PUT", "/v2/live").status, 404);
}

TEST_F(emulator_http, shows_a_job_with_the_servers_defaults) {
  start();
  init({{"sample_rate", 8000}, {"custom_metadata", {{"user", "John"}}}});
  auto const job = call("GET", "/v2/live/" + id).parsed();
  EXPECT_EQ(job["status"], "queued");
  EXPECT_EQ(job["kind"], "live");
  EXPECT_EQ(job["version"], 2);
  EXPECT_EQ(job["custom_metadata"], json({{"user", "John"}}));
  EXPECT_EQ(job["result"], nullptr);
  auto const& request = job["request_params"];
  EXPECT_EQ(request["sample_rate"], 8000);
  EXPECT_EQ(request["encoding"], "wav/pcm");
  EXPECT_EQ(request["endpointing"], 0.05);
  EXPECT_EQ(request["messages_config"]["receive_lifecycle_events"], false);
  EXPECT_FALSE(request.contains("custom_metadata"));
}

TEST_F(emulator_http, keeps_the_result_and_the_messages_of_a_session) {
  testing::emulator_options options;
  options.script = "hello world";
  start(options);
  finish_session(json::object(), tone(0.5) + silence(0.5));
  auto const job = call("GET", "/v2/live/" + id).parsed();
  EXPECT_EQ(job["status"], "done");
  EXPECT_EQ(job["result"]["metadata"]["audio_duration"], 1.0);
  EXPECT_EQ(job["result"]["transcription"]["full_transcript"], "hello world");
  std::vector<json> messages;
  for (auto const& text : job["result"]["messages"])
    messages.push_back(json::parse(text.get<std::string>()));
  EXPECT_EQ(types_of(messages),
            (std::vector<std::string>{"start_session", "start_recording", "speech_start",
                                      "speech_end", "transcript", "end_recording",
                                      "post_transcript", "post_final_transcript", "end_session"}));
}

TEST_F(emulator_http, lists_jobs_page_by_page_newest_first) {
  start();
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    init();
    ids.push_back(id);
  }
  auto const first = call("GET", "/v2/live?limit=2").parsed();
  ASSERT_EQ(first["items"].size(), 2u);
  EXPECT_EQ(first["items"][0]["id"], ids[2]);
  auto const second = exchange("GET", first["next"]).parsed();
  ASSERT_EQ(second["items"].size(), 1u);
  EXPECT_EQ(second["items"][0]["id"], ids[0]);
  EXPECT_EQ(second["next"], nullptr);
  EXPECT_EQ(second["first"], first["current"]);
}

TEST_F(emulator_http, filters_the_list) {
  start();
  finish_session({{"custom_metadata", {{"user", "John Doe"}, {"n", 1}}}});
  auto const done = id;
  init({{"custom_metadata", {{"user", "Jane"}}}});
  auto const queued = id;
  auto const found = [&](std::string const& query) {
    auto const page = call("GET", "/v2/live?" + query).parsed();
    std::vector<std::string> ids;
    for (auto const& job : page["items"]) ids.push_back(job["id"]);
    return ids;
  };
  using list = std::vector<std::string>;
  EXPECT_EQ(found("status=done"), list{done});
  EXPECT_EQ(found("status=error&status=queued"), list{queued});
  EXPECT_EQ(found("custom_metadata%5Buser%5D=John+Doe"), list{done});
  EXPECT_EQ(found("custom_metadata[n]=1"), list{done});
  EXPECT_EQ(found("custom_metadata=%7B%22user%22%3A%22Jane%22%7D"), list{queued});
  EXPECT_EQ(found("custom_metadata=%7B%22user%22%3A%22Jim%22%7D"), list{});
  EXPECT_EQ(found("before_date=2020-01-01T00:00:00Z"), list{});
  EXPECT_EQ(found("after_date=2020-01-01T00:00:00.000%2B02:00").size(), 2u);
  EXPECT_EQ(found("before_date=9999-12-31").size(), 2u);
  EXPECT_EQ(found("after_date=1600-01-01").size(), 2u);
  EXPECT_EQ(found("date=2020-01-01"), list{});
  auto const today = call("GET", "/v2/live/" + queued).parsed()["created_at"].get<std::string>();
  EXPECT_EQ(found("date=" + today.substr(0, 10)).size(), 2u);
  EXPECT_EQ(call("GET", "/v2/live?status=over").status, 400);
  EXPECT_EQ(call("GET", "/v2/live?limit=0").status, 400);
}

TEST_F(emulator_http, deletes_a_job_once_it_is_done) {
  start();
  init();
  EXPECT_EQ(call("DELETE", "/v2/live/" + id).status, 403);
  finish_session(json::object());
  auto const deleted = call("DELETE", "/v2/live/" + id);
  EXPECT_EQ(deleted.status, 202);
  EXPECT_EQ(deleted.body, "");
  EXPECT_EQ(call("DELETE", "/v2/live/" + id).status, 404);
  EXPECT_EQ(call("GET", "/v2/live/" + id).status, 404);
}

TEST_F(emulator_http, redirects_to_the_audio_on_another_origin) {
  start();
  finish_session(json::object(), tone(0.2));
  auto const answer = call("GET", "/v2/live/" + id + "/file");
  ASSERT_EQ(answer.status, 302);
  std::string const location = answer.headers["Location"];
  EXPECT_EQ(location.substr(0, emulator->storage_url().size()), emulator->storage_url());
  EXPECT_NE(emulator->storage_url(), emulator->url());
  auto const file = exchange("GET", location, {});
  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.headers["Content-Type"], "application/octet-stream");
  EXPECT_EQ(file.body.substr(0, 4), "RIFF");
  EXPECT_EQ(file.body.substr(44), tone(0.2));
  EXPECT_EQ(exchange("GET", location + "x", {}).status, 403);
  EXPECT_EQ(emulator->requests().back().origin, emulator->storage_url());
  EXPECT_EQ(emulator->requests().back().header("x-gladia-key"), "");
}

TEST_F(emulator_http, has_no_file_before_the_end) {
  start();
  init();
  EXPECT_EQ(call("GET", "/v2/live/" + id + "/file").status, 404);
}

TEST_F(emulator_http, serves_the_file_itself_without_separate_storage) {
  testing::emulator_options options;
  options.separate_storage = false;
  start(options);
  finish_session(json::object());
  auto const answer = call("GET", "/v2/live/" + id + "/file");
  EXPECT_EQ(exchange("GET", answer.headers["Location"], {}).status, 200);
  EXPECT_EQ(emulator->storage_url(), emulator->url());
}

TEST_F(emulator_http, speaks_tls_with_a_certificate_of_its_own) {
  testing::emulator_options options;
  options.tls = true;
  start(options);
  EXPECT_EQ(emulator->url().substr(0, 8), "https://");
  auto const answer = exchange("POST", emulator->url() + "/v2/live", {{"x-gladia-key", "key"}}, "",
                               emulator->ca_pem());
  ASSERT_EQ(answer.status, 201);
  asio::ssl::context tls(asio::ssl::context::tls_client);
  tls.add_certificate_authority(asio::buffer(emulator->ca_pem()));
  tls.set_verify_mode(asio::ssl::verify_peer);
  tls_socket_client secure(&tls);
  ASSERT_FALSE(secure.open(answer.parsed()["url"]));
  secure.send(silence(0.1));
  EXPECT_EQ((*secure.receive("audio_chunk"))["data"]["byte_range"], json({0, 3200}));
  secure.stop();
  secure.drain();
  EXPECT_EQ(secure.close_code(), 1000);
}

TEST_F(emulator_http, tells_what_is_wrong_with_its_options) {
  auto const why = [](auto change) {
    testing::emulator_options options;
    change(options);
    auto const started = testing::emulator::start(options);
    return started ? std::string() : started.error().what();
  };
  start();
  auto const port = net::parse_url(emulator->url()).value().port;
  EXPECT_THAT(why([&](auto& o) { o.port = static_cast<std::uint16_t>(std::stoi(port)); }),
              ::testing::HasSubstr("port " + port));
  EXPECT_THAT(why([](auto& o) { o.certificate_file = o.key_file = "/nowhere.pem"; }),
              ::testing::HasSubstr("/nowhere.pem: cannot be read"));
  EXPECT_THAT(why([](auto& o) {
                o.certificate_file = o.key_file = GLADIA_TEST_DATA "/contract/index.json";
              }),
              ::testing::HasSubstr("no certificate"));
  EXPECT_THAT(why([](auto& o) { o.script = R"([{"text": "a", "start": 2, "end": 1}])"; }),
              ::testing::HasSubstr("script: [0] needs start and end"));
  EXPECT_THAT(why([](auto& o) {
                o.script = R"([{"text": "a", "start": 0, "end": 1, "translations": {"fr": 1}}])";
              }),
              ::testing::HasSubstr("script: [0]: translations.fr needs a text"));
  EXPECT_THAT(why([](auto& o) { o.script = "[{"; }), ::testing::HasSubstr("not valid JSON"));
  for (auto const* script : {" \n\n", "[]", "\xEF\xBB\xBF"}) {
    EXPECT_THAT(why([&](auto& o) { o.script = script; }),
                ::testing::HasSubstr("script: holds no words"));
  }
}

TEST_F(emulator_http, injects_faults_into_requests) {
  testing::faults faults;
  testing::http_fault busy;
  busy.status = 503;
  busy.headers = {{"Retry-After", "1"}};
  testing::http_fault reset;
  reset.action = testing::http_action::reset;
  testing::http_fault lost;
  lost.action = testing::http_action::lose_answer;
  testing::http_fault half;
  half.action = testing::http_action::half_answer;
  faults.http = {busy, testing::bad_gateway(testing::route::init), reset, lost, half};
  start_with(faults);
  auto const first = call("POST", "/v2/live");
  EXPECT_EQ(first.status, 503);
  EXPECT_EQ(first.headers["Retry-After"], "1");
  EXPECT_EQ(first.parsed()["message"], "Service Unavailable");
  EXPECT_EQ(call("POST", "/v2/live").body.substr(0, 6), "<html>");
  EXPECT_TRUE(call("POST", "/v2/live").error);
  EXPECT_EQ(emulator->reports().size(), 0u);
  EXPECT_TRUE(call("POST", "/v2/live").error);
  EXPECT_EQ(emulator->reports().size(), 1u);
  EXPECT_EQ(call("POST", "/v2/live").error, beast::http::error::partial_message);
  EXPECT_EQ(call("POST", "/v2/live").status, 201);
}

TEST_F(emulator_http, hangs_until_the_client_gives_up) {
  testing::faults faults;
  testing::http_fault hang;
  hang.action = testing::http_action::hang;
  hang.route = testing::route::list;
  faults.http = {hang};
  start_with(faults);
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect(endpoint());
  asio::write(socket,
              asio::buffer(std::string("GET /v2/live HTTP/1.1\r\nx-gladia-key: k\r\n\r\n")));
  while (emulator->requests().empty()) std::this_thread::yield();
  EXPECT_EQ(emulator->requests()[0].status, 0);
  EXPECT_EQ(socket.available(), 0u);
  EXPECT_EQ(call("GET", "/v2/live").status, 200);
}

TEST_F(emulator_http, sends_another_socket_url_on_demand) {
  testing::faults faults;
  faults.init_url = "ws://127.0.0.1:{port}/v2/live/ws?token={token}";
  start_with(faults);
  connect();
  EXPECT_NE(socket_url.find("/v2/live/ws?token=" + id), std::string::npos);
  EXPECT_EQ(client.status, 101);
}

}  // namespace
}  // namespace gladia::test
