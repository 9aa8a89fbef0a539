#include <gladia/live/session.hpp>

#include <algorithm>
#include <gladia/model/print.hpp>
#include <mutex>
#include <support/live_fixture.hpp>
#include <utility>

namespace {

using namespace std::chrono_literals;
using namespace gladia::test;
using gladia::errc;
using gladia::live::completeness;
namespace live = gladia::live;
namespace emulation = gladia::testing;
using emulation::http_action;
using emulation::route;

/// Collects all that a session and its client let anybody see, and searches it for what is secret.
struct secrets : live_fixture {
  std::string const key = "key-5e1f8a77c0de";
  std::string const password = "password-1b2c3d4e";
  std::string const coded_password = "bWU6cGFzc3dvcmQtMWIyYzNkNGU=";  // `me:` before it, in Base64
  /// The emulator's own token is the id of the job, which anybody may see.
  std::string const token = "token-77aa88bb";
  emulation::faults& faults = emulator_options.faults;

  void SetUp() override {
    live_fixture::SetUp();
    emulator_options.api_key = key;
    client_options.api_key = key;
    client_options.retry.backoff.base = 10ms;
    faults.init_url = "{url}&ticket=" + token;
    client_options.logger = {gladia::log_level::debug, [this](auto, std::string_view line) {
                               std::lock_guard lock(mutex_);
                               log_.emplace_back(line);
                             }};
    on_event = [this](live::event const& e) { see(e); };
  }

  void TearDown() override {
    end_network();
    std::lock_guard lock(mutex_);
    for (auto const& line : log_) {
      EXPECT_EQ(line.find('\n'), std::string::npos) << "it is more than one line: " << line;
      see(line);
    }
    EXPECT_FALSE(seen_.empty());
    for (auto const& text : seen_) {
      for (auto const& hidden : {key, password, coded_password, token}) {
        EXPECT_EQ(text.find(hidden), std::string::npos) << "a secret shows in: " << text;
      }
    }
  }

  void see(std::string text) { seen_.push_back(std::move(text)); }
  void see(gladia::error const& e) {
    auto const& d = e.details();
    for (auto const& text : {e.what(), d.message, d.server_message, d.close_reason, d.request_id}) {
      see(text);
    }
    for (auto const& text : d.validation_errors) see(text);
  }
  void see(live::event const& e) {
    see(live::to_json(e));
    std::visit(
        [this](auto const& message) {
          if constexpr (gladia::has_fields<std::decay_t<decltype(message)>>) {
            see(gladia::to_string(message));
          }
        },
        e);
    if (auto const* s = std::get_if<live::started>(&e)) {
      see(gladia::to_string(s->session));
      EXPECT_NE(s->session.url.reveal().find(token), std::string::npos);
    }
    if (auto const* d = std::get_if<live::disconnected>(&e)) see(d->error);
    if (auto const* m = std::get_if<gladia::malformed_message>(&e)) see(m->error);
  }

  /// Runs a session to its end, and looks at how it ended.
  void run_whole() {
    start();
    feed(position_coded_audio(32'000));
    see_end();
  }
  void see_end() {
    run_to_end();
    see(live::to_json(*end));
    see(end->error);
    if (end->job) see(gladia::to_string(*end->job));
  }

  /// Makes one call and sees its error.
  template <class T>
  auto seeing(std::optional<gladia::result<T>>& outcome) {
    return here([this, &outcome](gladia::result<T> r) {
      if (!r) see(r.error());
      outcome.emplace(std::move(r));
    });
  }
  void run_calls() {
    io.restart();
    io.run_for(30s);
  }

  std::vector<std::string> logged() const {
    std::lock_guard lock(mutex_);
    return log_;
  }

 private:
  mutable std::mutex mutex_{};
  std::vector<std::string> log_{};
  std::vector<std::string> seen_{};
};

std::string all_of(emulation::request_report const& request) {
  auto text = request.method + ' ' + request.target + '\n' + request.body + '\n';
  for (auto const& [name, value] : request.headers) text += name + ": " + value + '\n';
  return text;
}

TEST_F(secrets, of_a_good_session_are_kept) {
  request.messages_config.receive_acknowledgments = true;
  request.messages_config.receive_lifecycle_events = true;
  options.keep_raw = true;
  run_whole();
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
  EXPECT_GE(logged().size(), 5u) << "there is something to search";
}

TEST_F(secrets, of_an_encrypted_session_are_kept) {
  emulator_options.tls = true;
  run_whole();
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
}

TEST_F(secrets, are_shown_as_stars) {
  run_whole();
  auto const started = all<live::started>();
  ASSERT_EQ(started.size(), 1u);
  EXPECT_NE(gladia::to_string(started[0].session).find("***"), std::string::npos);
}

TEST_F(secrets, of_a_session_that_reconnects_are_kept) {
  faults.cuts.every = 8'000;
  faults.cuts.times = 2;
  faults.cuts.kind = emulation::cut_kind::brutal;
  faults.http = {{route::upgrade, http_action::serve},
                 {route::upgrade, http_action::answer},
                 {route::upgrade, http_action::reset}};
  run_whole();
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
}

TEST_F(secrets, of_a_session_that_could_not_reconnect_are_kept) {
  options.reconnect_attempts = 1;
  faults.on_open = {emulation::ending::close, -1, 1011, "sorry"};
  run_whole();
  EXPECT_EQ(end->error, errc::reconnect_failed);
}

TEST_F(secrets, that_the_server_repeats_as_it_closes_are_kept) {
  faults.on_open = {emulation::ending::close, -1, 4400, "who is " + token + "?"};
  run_whole();
  EXPECT_EQ(end->close_reason, "who is ***?");
  EXPECT_EQ(end->error.details().close_reason, "who is ***?");
}

TEST_F(secrets, that_the_server_repeats_as_it_refuses_audio_are_kept) {
  auto const refusal =
      R"({"type":"audio_chunk","acknowledged":false,"error":{"message":"who\nis )" + token +
      R"(?"},"data":null})";
  faults.injections = {{0, emulation::injection::kind::text, refusal}};
  run_whole();
  ASSERT_EQ(all<live::warning>().size(), 1u);
  EXPECT_EQ(all<live::warning>()[0].text, "the server refused audio: who\nis ***?");
}

TEST_F(secrets, of_a_session_whose_job_is_fetched_are_kept) {
  options.stop_timeout = 2s;
  options.fetch_result = true;
  faults.never_close = true;
  run_whole();
  EXPECT_TRUE(end->job);
}

TEST_F(secrets, are_kept_and_so_are_the_words_that_were_said) {
  emulator_options.script = R"([{"text": "xylophone", "start": 0.1, "end": 0.4}])";
  request.messages_config.receive_partial_transcripts = true;
  run_whole();
  EXPECT_FALSE(all<gladia::transcript>().empty());
  end_network();
  for (auto const& line : logged()) EXPECT_EQ(line.find("xylophone"), std::string::npos) << line;
}

TEST_F(secrets, of_a_link_that_died_are_kept) {
  options.link_timeout = 500ms;
  options.reconnect_attempts = 1;
  faults.ignore_pings = true;
  start();
  see_end();
  EXPECT_EQ(all<live::disconnected>().at(0).error, errc::link_dead);
  EXPECT_EQ(end->error, errc::reconnect_failed);
}

TEST_F(secrets, of_a_session_that_was_attached_to_are_kept) {
  start_server();
  std::optional<gladia::result<gladia::live_session_info>> made;
  gladia::client(io, client_options).live().async_init(request, seeing(made));
  run_calls();
  ASSERT_TRUE(made && *made);
  auto const good = (**made).url.reveal();
  client_options.api_key = "";
  for (auto const& url : {good, "ftp" + good.substr(2), "ws://gladia.example.com/?token=" + token,
                          good.substr(0, good.find("token=")) + "token=gone&ticket=" + token}) {
    auto info = **made;
    info.url = url;
    end.reset();
    client.emplace(network.context(), client_options);
    session.emplace(client->live().attach(info, request, options));
    run();
    session->stop();
    see_end();
    EXPECT_EQ(end->verdict == completeness::complete, url == good) << end->error.what();
  }
}

struct secrets_in_a_refusal : secrets, ::testing::WithParamInterface<int> {
  /// With words that repeat what was sent there.
  void refuse(route where, std::string const& secret) {
    faults.http = {{where, http_action::answer, -1, 0ms, GetParam()}};
    faults.http[0].body = R"({"message": "who is )" + secret + R"(?"})";
  }
  void expect_refusal() const {
    EXPECT_EQ(end->error.details().http_status, GetParam());
    EXPECT_EQ(end->error.details().server_message, "who is ***?");
  }
};

TEST_P(secrets_in_a_refusal, of_a_post_are_kept) {
  refuse(route::init, key);
  run_whole();
  expect_refusal();
}

TEST_P(secrets_in_a_refusal, of_a_handshake_are_kept) {
  options.reconnect_attempts = 1;
  refuse(route::upgrade, token);
  run_whole();
  expect_refusal();
}

INSTANTIATE_TEST_SUITE_P(statuses, secrets_in_a_refusal,
                         ::testing::Values(400, 401, 403, 404, 429, 503),
                         [](auto const& given) { return std::to_string(given.param); });

TEST_F(secrets, are_kept_when_the_server_does_not_know_the_key) {
  emulator_options.api_key = "another";
  run_whole();
  EXPECT_EQ(end->error, errc::unauthorized);
}

TEST_F(secrets, are_kept_when_a_post_and_a_handshake_hang) {
  options.init_timeout = 1s;
  options.timeouts.upgrade = 1s;
  faults.http = {{route::init, http_action::hang}, {route::upgrade, http_action::hang}};
  run_whole();
  EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
}

struct secrets_in_a_faulty_answer
    : secrets,
      ::testing::WithParamInterface<std::pair<char const*, std::string>> {};

TEST_P(secrets_in_a_faulty_answer, are_kept) {
  faults.http = {{route::init, http_action::answer, -1, 0ms, 201}};
  faults.http[0].body = GetParam().second;
  options.reconnect_attempts = 1;
  run_whole();
  EXPECT_TRUE(end->error);
}

INSTANTIATE_TEST_SUITE_P(
    bodies, secrets_in_a_faulty_answer,
    ::testing::Values(
        std::pair("half_of_it", R"({"id": "a", "url": "wss://x.example/?token=token-77aa88bb)"),
        std::pair("no_id", R"({"url": "wss://x.example/?token=token-77aa88bb"})"),
        std::pair("a_list_of_urls",
                  R"({"id": "a", "url": ["wss://x.example/?token=token-77aa88bb"]})"),
        std::pair("insecure_url",
                  R"({"id": "a", "url": "ws://x.example/v2/live?token=token-77aa88bb"})"),
        std::pair("another_scheme",
                  R"({"id": "a", "url": "ftp://x.example/?token=token-77aa88bb"})"),
        std::pair("no_port", R"({"id": "a", "url": "wss://x.example:x/?token=token-77aa88bb"})"),
        std::pair("user_information",
                  R"({"id": "a", "url": "wss://token-77aa88bb@:x.example/v2/live"})"),
        std::pair("nobody_there",
                  R"({"id": "a", "url": "wss://127.0.0.1:1/v2/live?token=token-77aa88bb"})")),
    [](auto const& given) { return given.param.first; });

TEST_F(secrets, are_kept_from_a_server_that_cannot_be_trusted) {
  emulator_options.tls = true;
  start_server();
  client_options.tls.ca_pem.clear();
  run_whole();
  EXPECT_EQ(end->error.details().phase, gladia::phase::tls) << end->error.what();
  EXPECT_TRUE(server->requests().empty());
}

TEST_F(secrets, are_not_sent_unencrypted) {
  start_server();
  client_options.api_url = "http://gladia.example.com/";
  run_whole();
  EXPECT_EQ(end->error, errc::insecure_url);
}

TEST_F(secrets, are_not_sent_unencrypted_where_the_server_is_not_even_if_that_is_allowed) {
  emulator_options.tls = true;
  client_options.allow_insecure = true;
  faults.init_url = "ws://gladia.example.com/v2/live?token=" + token;
  run_whole();
  EXPECT_EQ(end->error, errc::insecure_url);
  EXPECT_TRUE(all<live::connecting>().empty());
}

TEST_F(secrets, in_a_url_that_is_wrong_are_kept) {
  for (auto const& url :
       {"gladia.example.com/?x-gladia-key=" + key, "https://gladia.example.com/?key=" + key,
        "https://:port/?" + key, "https://me:" + password + "@gladia.example.com:port/",
        "ftp://" + key + "@example.com"}) {
    client_options.api_url = url;
    gladia::client wrong(io, client_options);
    std::optional<gladia::result<gladia::live_session_info>> made;
    wrong.live().async_init(request, seeing(made));
    run_calls();
    ASSERT_TRUE(made);
    EXPECT_FALSE(*made);
  }
}

TEST_F(secrets, are_kept_by_a_proxy_that_refuses) {
  start_server();
  // The emulator is no proxy, and says so.
  auto const proxy = server->url().substr(7);
  client_options.api_url = "http://gladia.example.com";
  client_options.allow_insecure = true;
  client_options.proxy.url = "http://me:" + password + "@" + proxy;
  run_whole();
  EXPECT_EQ(end->error, errc::proxy_refused) << end->error.what();
}

TEST_F(secrets, in_a_proxys_url_that_is_wrong_are_kept) {
  start_server();
  client_options.api_url = "https://gladia.example.com";
  for (auto const& url :
       {"socks5://me:" + password + "@127.0.0.1:1", "http://me:" + password + "@127.0.0.1:port"}) {
    client_options.proxy.url = url;
    gladia::client wrong(io, client_options);
    std::optional<gladia::result<gladia::live_session_info>> made;
    wrong.live().async_init(request, seeing(made));
    run_calls();
    ASSERT_TRUE(made);
    EXPECT_FALSE(*made);
  }
}

TEST_F(secrets, of_other_calls_are_kept) {
  run_whole();
  auto const id = end->job_id;
  auto api = client->live();
  std::optional<gladia::result<gladia::live_job>> job, nothing;
  std::optional<gladia::result<gladia::live_job_page>> page;
  std::optional<gladia::result<void>> deleted, again;
  api.async_get(id, seeing(job));
  api.async_get("no-such-job", seeing(nothing));
  api.async_list({}, seeing(page));
  run_calls();
  api.async_delete(id, seeing(deleted));
  run_calls();
  api.async_delete(id, seeing(again));
  run_calls();
  ASSERT_TRUE(job && *job && page && *page && deleted && *deleted);
  see(gladia::to_string(**job));
  see(gladia::to_string(**page));
  ASSERT_TRUE(nothing && again);
  EXPECT_EQ(nothing->error(), errc::not_found);
  EXPECT_EQ(again->error(), errc::not_found);
}

TEST_F(secrets, stay_with_the_origin_they_are_meant_for) {
  run_whole();
  std::optional<gladia::result<void>> loaded;
  std::string file;
  client->live().async_download(
      end->job_id,
      [&file](auto part) -> gladia::result<void> {
        file.append(static_cast<char const*>(part.data()), part.size());
        return {};
      },
      {}, seeing(loaded));
  run_calls();
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(*loaded);
  EXPECT_GT(file.size(), 32'000u);

  int to_storage = 0, handshakes = 0, with_key = 0;
  for (auto const& r : server->requests()) {
    auto const has_key = all_of(r).find(key) != std::string::npos;
    auto const is_handshake = !r.header("sec-websocket-key").empty();
    auto const is_storage = r.origin == server->storage_url();
    to_storage += is_storage;
    handshakes += is_handshake;
    with_key += has_key;
    EXPECT_EQ(has_key, !is_handshake && !is_storage) << r.method << ' ' << r.origin;
    EXPECT_EQ(all_of(r).find(token) != std::string::npos, is_handshake) << r.method;
  }
  EXPECT_EQ(to_storage, 1);
  EXPECT_EQ(handshakes, 1);
  EXPECT_GE(with_key, 2);
}

TEST_F(secrets, stay_away_from_a_session_url_of_another_machine) {
  // What the server names is reached with the token alone.
  auto other_options = emulator_options;
  auto other = emulator::start(other_options);
  ASSERT_TRUE(other);
  faults.init_url = "ws" + other->url().substr(4) + "/v2/live?token=" + token;
  run_whole();
  EXPECT_TRUE(end->error);
  auto const arrived = other->requests();
  ASSERT_EQ(arrived.size(), 1u);
  EXPECT_EQ(all_of(arrived[0]).find(key), std::string::npos);
}

}  // namespace
