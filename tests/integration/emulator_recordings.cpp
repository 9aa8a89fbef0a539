#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gladia/net/url.hpp>
#include <gladia/testing/emulator.hpp>
#include <gladia/testing/sound.hpp>

#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <support/emulator_fixture.hpp>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace gladia::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::http_action;
using ::testing::IsEmpty;
using testing::route;

/// A WAV file: a header of 44 bytes before these samples.
std::string wav(audio_format const& format, std::string const& samples, int tag = 1) {
  std::string file;
  auto const number = [&](std::size_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) file += static_cast<char>(value >> (8 * i) & 255);
  };
  file += "RIFF";
  number(36 + samples.size(), 4);
  file += "WAVEfmt ";
  number(16, 4);
  number(static_cast<std::size_t>(tag), 2);
  number(static_cast<std::size_t>(format.channels), 2);
  number(static_cast<std::size_t>(format.sample_rate), 4);
  number(format.bytes_per_second(), 4);
  number(format.bytes_per_frame(), 2);
  number(static_cast<std::size_t>(format.bit_depth), 2);
  file += "data";
  number(samples.size(), 4);
  return file + samples;
}

/// Two stretches of speech, of 300 ms each, in 1.6 s.
std::string two_stretches(audio_format const& format = {}) {
  auto const sound = testing::speech(format, 300ms);
  auto const pause = testing::silence(format, 500ms);
  return wav(format, sound + pause + sound + pause);
}

std::string const form_type = "multipart/form-data; boundary=xYz";

/// A form with the part `audio`, between two others.
std::string form(std::string const& audio, std::string const& name = "call.wav") {
  return "--xYz\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n"
         "--xYz\r\nContent-Disposition: form-data; name=\"audio\"; filename=\"" +
         name + "\"\r\nContent-Type: application/octet-stream\r\n\r\n" + audio +
         "\r\n--xYz\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--xYz--\r\n";
}

/// A server that answers one request with 200.
class callback_receiver {
 public:
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/here";
  }
  /// The first line of the request, and its body.
  std::pair<std::string, json> receive() {
    auto socket = acceptor_.accept();
    std::string text;
    auto const end = asio::read_until(socket, asio::dynamic_buffer(text), "\r\n\r\n");
    auto const length = std::stoul(text.substr(text.find("Content-Length: ") + 16));
    auto const have = text.size() - end;
    text.resize(end + length);
    asio::read(socket, asio::buffer(text.data() + end + have, length - have));
    asio::write(socket, asio::buffer(std::string("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")));
    return {text.substr(0, text.find('\r')), json::parse(text.substr(end))};
  }

 private:
  asio::io_context io_{};
  asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
};

class emulator_recordings : public emulator_fixture {
 protected:
  void start_with_script(testing::emulator_options options = {}) {
    options.script = "Hello, this is Ann.\nHow can I help?\n";
    start(std::move(options));
  }

  http_answer upload(std::string const& body, std::string const& type = form_type) {
    return exchange("POST", emulator->url() + "/v2/upload",
                    {{"x-gladia-key", "key"}, {"Content-Type", type}}, body);
  }
  /// Uploads a file; its URL.
  std::string uploaded(std::string const& audio = two_stretches()) {
    auto const answer = upload(form(audio));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.parsed()["audio_url"];
  }
  /// Makes a job; its id.
  std::string create(json request = json::object()) {
    if (!request.contains("audio_url")) request["audio_url"] = uploaded();
    auto const answer = call("POST", "/v2/pre-recorded", request);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return answer.parsed()["id"];
  }
  json get(std::string const& job) { return call("GET", "/v2/pre-recorded/" + job).parsed(); }
  /// The job, once it is over.
  json finished(std::string const& job) {
    auto const deadline = std::chrono::steady_clock::now() + 60s;
    auto found = get(job);
    while ((found["status"] == "queued" || found["status"] == "processing") &&
           std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(2ms);
      found = get(job);
    }
    return found;
  }
  json transcribed(std::string const& audio, json request = json::object()) {
    request["audio_url"] = uploaded(audio);
    return finished(create(request));
  }
  static std::vector<std::string> texts(json const& job) {
    std::vector<std::string> found;
    for (auto const& each : job["result"]["transcription"]["utterances"]) {
      found.push_back(each["text"]);
    }
    return found;
  }
  std::vector<std::string> faults_of(json const& request) {
    auto const answer = call("POST", "/v2/pre-recorded", request);
    EXPECT_EQ(answer.status, 400) << answer.body;
    return answer.parsed().value("validation_errors", std::vector<std::string>{});
  }
  asio::ip::tcp::endpoint endpoint() const {
    auto const port = std::stoi(net::parse_url(emulator->url())->port);
    return {asio::ip::address_v4::loopback(), static_cast<unsigned short>(port)};
  }
  /// The first line of the answer to an upload whose body never comes.
  std::string answer_without_body(std::string const& fields) {
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    socket.connect(endpoint());
    asio::write(socket, asio::buffer("POST /v2/upload HTTP/1.1\r\n" + fields + "\r\n"));
    std::string text;
    error_code ec;
    asio::read_until(socket, asio::dynamic_buffer(text), "\r\n", ec);
    return text.substr(0, text.find('\r'));
  }
  void start_with_upload_fault(http_action action, std::uint64_t at_byte, int status = 413) {
    testing::http_fault fault;
    fault.route = route::upload;
    fault.action = action;
    fault.at_byte = at_byte;
    fault.status = status;
    testing::faults faults;
    faults.http = {fault};
    start_with(faults);
  }
};

TEST_F(emulator_recordings, says_what_is_in_an_upload) {
  start();
  auto const file = two_stretches();
  auto const answer = upload(form(file, "call %22of%22 Ann.wav"));
  ASSERT_EQ(answer.status, 200);
  auto const body = answer.parsed();
  auto const metadata = body["audio_metadata"];
  EXPECT_EQ(body["audio_url"], emulator->url() + "/file/" + metadata["id"].get<std::string>());
  EXPECT_EQ(metadata["filename"], "call \"of\" Ann.wav");
  EXPECT_EQ(metadata["extension"], "wav");
  EXPECT_EQ(metadata["size"], file.size());
  EXPECT_EQ(metadata["audio_duration"], 1.6);
  EXPECT_EQ(metadata["number_of_channels"], 1);
  EXPECT_FALSE(metadata.contains("source"));
}

TEST_F(emulator_recordings, transcribes_an_upload) {
  start_with_script();
  auto const job = finished(create());
  EXPECT_EQ(job["status"], "done");
  EXPECT_EQ(job["kind"], "pre-recorded");
  EXPECT_EQ(job["file"]["filename"], "call.wav");
  EXPECT_EQ(job["file"]["audio_duration"], 1.6);
  EXPECT_EQ(job["request_params"]["model"], "solaria-1");
  EXPECT_TRUE(job["completed_at"].is_string());
  auto const result = job["result"];
  EXPECT_EQ(result["transcription"]["full_transcript"], "Hello, this is Ann. How can I help?");
  EXPECT_EQ(result["transcription"]["languages"], json({"en"}));
  EXPECT_THAT(texts(job), ElementsAre(" Hello, this is Ann.", " How can I help?"));
  EXPECT_EQ(result["transcription"]["utterances"][0]["words"].size(), 4u);
  EXPECT_EQ(result["metadata"]["audio_duration"], 1.6);
  EXPECT_EQ(result["metadata"]["number_of_distinct_channels"], 1);
  EXPECT_FALSE(result.contains("messages"));
}

TEST_F(emulator_recordings, recognises_what_is_said) {
  run({});
  if (emulator->words() != "pocketsphinx") GTEST_SKIP() << "PocketSphinx is not installed";
  std::ifstream file(GLADIA_TEST_DATA "/hello_world.wav", std::ios::binary);
  auto const job = transcribed({std::istreambuf_iterator<char>(file), {}});
  EXPECT_THAT(job["result"]["transcription"]["full_transcript"], "hello world");
}

TEST_F(emulator_recordings, reads_any_rate_and_number_of_channels) {
  start_with_script();
  for (auto const& [rate, channels, depth] :
       {std::tuple(8000, 1, 8), {22050, 1, 16}, {11025, 1, 24}, {96000, 1, 32}}) {
    audio_format format;
    format.sample_rate = rate;
    format.channels = channels;
    format.bit_depth = depth;
    auto const job = transcribed(two_stretches(format));
    EXPECT_THAT(texts(job), ElementsAre(" Hello, this is Ann.", " How can I help?")) << rate;
    EXPECT_NEAR(job["result"]["metadata"]["audio_duration"], 1.6, 0.001) << rate;
  }
}

#ifdef GLADIA_SAMPLERATE
TEST_F(emulator_recordings, hears_nothing_in_a_tone_above_what_its_analysis_can_carry) {
  start_with_script();
  audio_format format;
  format.sample_rate = 32000;
  std::string samples;
  for (int i = 0; i < 32000; ++i) {
    auto const sample = static_cast<std::int16_t>(8000 * std::sin(i * 2 * 3.14159265 * 10 / 32));
    samples += static_cast<char>(sample & 255);
    samples += static_cast<char>((sample >> 8) & 255);
  }
  EXPECT_THAT(texts(transcribed(wav(format, samples))), IsEmpty()) << "10 kHz became 6 kHz";
}
#endif

TEST_F(emulator_recordings, reads_other_formats_where_libsndfile_is_there) {
  start_with_script();
  audio_format const format;
  auto samples = two_stretches(format).substr(44);
  for (std::size_t i = 0; i < samples.size(); i += 2) std::swap(samples[i], samples[i + 1]);
  // Sun's format: magic, where the samples begin, their size (unknown), 16 bits, rate, channels.
  std::string const header(".snd\0\0\0\x18\xff\xff\xff\xff\0\0\0\x03\0\0\x3e\x80\0\0\0\x01", 24);
  auto const job = transcribed(header + samples);
  if (job["status"] == "error") GTEST_SKIP() << "libsndfile is not installed";
  EXPECT_THAT(texts(job), ElementsAre(" Hello, this is Ann.", " How can I help?"));
  EXPECT_EQ(job["file"]["audio_duration"], 1.6);
}

TEST_F(emulator_recordings, reads_floating_point) {
  start_with_script();
  audio_format format;
  auto const integers = two_stretches(format).substr(44);
  std::string samples;
  for (std::size_t i = 0; i < integers.size(); i += 2) {
    std::int16_t integer = 0;
    std::memcpy(&integer, integers.data() + i, 2);
    auto const number = static_cast<float>(integer) / 32768;
    samples.append(reinterpret_cast<char const*>(&number), sizeof number);
  }
  format.bit_depth = 32;
  EXPECT_EQ(texts(transcribed(wav(format, samples, 3))).size(), 2u);
}

TEST_F(emulator_recordings, hears_each_channel) {
  start_with_script();
  audio_format format;
  format.channels = 9;
  auto const job = transcribed(wav(format, testing::speech(format, 300ms)));
  auto const said = job["result"]["transcription"]["utterances"];
  ASSERT_EQ(said.size(), 2u);  // the script has no more lines
  EXPECT_EQ(said[0]["channel"], 0);
  EXPECT_EQ(said[1]["channel"], 1);
  EXPECT_EQ(job["file"]["number_of_channels"], 9);
  EXPECT_EQ(job["result"]["metadata"]["billing_time"], 2.7);
}

TEST_F(emulator_recordings, makes_subtitles) {
  start_with_script();
  auto const job = transcribed(
      two_stretches(), {{"subtitles", true}, {"subtitles_config", {{"formats", {"srt", "vtt"}}}}});
  auto const files = job["result"]["transcription"]["subtitles"];
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0]["format"], "srt");
  EXPECT_THAT(files[0]["subtitles"], HasSubstr("1\n00:00:00,000 --> "));
  EXPECT_THAT(files[1]["subtitles"], HasSubstr("WEBVTT\n"));
}

TEST_F(emulator_recordings, says_of_each_add_on_that_it_cannot_do_it) {
  start_with_script();
  std::vector<std::string> const names{"translation",        "summarization",
                                       "audio_to_llm",       "named_entity_recognition",
                                       "sentiment_analysis", "diarization"};
  json request{{"sentences", true}};
  for (auto const& name : names) request[name] = true;
  auto const result = transcribed(two_stretches(), request)["result"];
  for (auto const& name : names) {
    EXPECT_EQ(result[name]["success"], false) << name;
    EXPECT_EQ(result[name]["results"], nullptr) << name;
    EXPECT_THAT(result[name]["error"]["message"], HasSubstr("not available")) << name;
  }
  EXPECT_EQ(result["transcription"]["sentences"][0]["success"], false);
  EXPECT_FALSE(result.contains("moderation"));
}

TEST_F(emulator_recordings, ends_a_job_whose_audio_it_cannot_read) {
  start();
  auto const answer = upload(form("This is no audio.", "notes.txt"));
  EXPECT_EQ(answer.parsed()["audio_metadata"]["number_of_channels"], 0);
  auto const job = finished(create({{"audio_url", answer.parsed()["audio_url"]}}));
  EXPECT_EQ(job["status"], "error");
  EXPECT_EQ(job["error_code"], 400);
  EXPECT_EQ(job["result"], nullptr);
  EXPECT_EQ(job["file"]["audio_duration"], nullptr);
}

TEST_F(emulator_recordings, takes_the_time_it_is_told) {
  testing::emulator_options options;
  options.queued_time = 50ms;
  options.processing_time = 50ms;
  start(options);
  auto const made = create();
  std::vector<std::string> seen;
  while (seen.empty() || seen.back() != "done") {
    std::string const status = get(made)["status"];
    if (seen.empty() || seen.back() != status) seen.push_back(status);
  }
  EXPECT_THAT(seen, ElementsAre("queued", "processing", "done"));
}

TEST_F(emulator_recordings, ends_at_any_moment_of_a_job) {
  for (int round = 0; round < 100; ++round) {
    testing::emulator_options options;
    options.processing_time = 2ms;
    options.remote_files = {{"https://example.com/a.wav", GLADIA_TEST_DATA "/hello_world.wav"}};
    start(options);
    for (int job = 0; job < 8; ++job) create({{"audio_url", "https://example.com/a.wav"}});
    std::this_thread::sleep_for(std::chrono::microseconds(20 * round));
    emulator.reset();
  }
}

TEST_F(emulator_recordings, knows_its_own_files_by_url_and_no_others) {
  testing::emulator_options options;
  options.remote_files = {
      {"https://example.com/hello.wav?x=1", GLADIA_TEST_DATA "/hello_world.wav"}};
  start(options);
  auto const own = uploaded();
  auto const from = [&](std::string const& url) {
    return upload(json{{"audio_url", url}}.dump(), "application/json");
  };
  EXPECT_EQ(from(own).parsed()["audio_url"], own);
  auto const remote = from("https://example.com/hello.wav?x=1").parsed()["audio_metadata"];
  EXPECT_EQ(remote["filename"], "hello.wav");
  EXPECT_EQ(remote["source"], "https://example.com/hello.wav?x=1");
  auto const other = from("https://example.com/other.wav");
  EXPECT_EQ(other.status, 400);
  EXPECT_THAT(other.parsed()["validation_errors"][0], HasSubstr("fetches nothing"));
  EXPECT_THAT(other.parsed()["validation_errors"][0], HasSubstr("(--remote-file)"));
  EXPECT_EQ(from("nowhere").status, 400);
  EXPECT_EQ(upload("{", "application/json").status, 400);
}

TEST_F(emulator_recordings, names_its_own_file_that_cannot_be_read) {
  testing::emulator_options options;
  options.remote_files = {{"https://example.com/none.wav", "/nowhere/none.wav"},
                          {"https://example.com/folder", GLADIA_TEST_DATA}};
  start(options);
  for (auto const& [url, path] : options.remote_files) {
    auto const answer = upload(json{{"audio_url", url}}.dump(), "application/json");
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.parsed()["validation_errors"][0],
              "audio_url stands for a file that cannot be read: " + path);
  }
}

TEST_F(emulator_recordings, refuses_a_form_that_is_none) {
  start();
  auto const words = [&](std::string const& body, std::string const& type = form_type) {
    auto const answer = upload(body, type);
    EXPECT_EQ(answer.status, 400);
    return answer.parsed().value("message", "");
  };
  EXPECT_EQ(words("x", "multipart/form-data"), "Content-Type is missing Multipart Boundary.");
  EXPECT_EQ(words("x", "audio/wav"), "Content-Type is missing Multipart Boundary.");
  EXPECT_EQ(words(form("x").substr(0, 120)), "Unexpected end of form");
  EXPECT_EQ(words("--xYz\r\n\r\nhello\r\n--xYz--"), "audio should not be empty");
  EXPECT_EQ(words("--xYz!\r\n\r\nhello\r\n--xYz--"), "Malformed part header");
}

TEST_F(emulator_recordings, keeps_every_byte_of_an_upload) {
  start();
  // Everywhere something that looks like the start of a delimiter.
  std::string audio = two_stretches();
  while (audio.size() < 300'000) audio += "\r\n--xY\r\n--x\r\r\n";
  auto const made = create({{"audio_url", uploaded(audio)}});
  auto const redirect = call("GET", "/v2/pre-recorded/" + made + "/file");
  ASSERT_EQ(redirect.status, 302);
  std::string const location(redirect.headers["Location"]);
  EXPECT_THAT(location, HasSubstr(emulator->storage_url() + "/storage/"));
  auto const file = exchange("GET", location, {});
  EXPECT_EQ(file.headers["Content-Type"], "application/octet-stream");
  EXPECT_TRUE(file.body == audio);
  EXPECT_EQ(exchange("GET", location + "0", {}).status, 403);
}

TEST_F(emulator_recordings, refuses_before_the_body_what_it_would_refuse_behind_it) {
  testing::emulator_options options;
  options.api_key = "right";
  options.max_upload_bytes = 1'000'000;
  start(options);
  std::string const type = "Content-Type: " + form_type + "\r\n";
  EXPECT_EQ(answer_without_body("x-gladia-key: wrong\r\nContent-Length: 1000\r\n" + type),
            "HTTP/1.1 401 Unauthorized");
  EXPECT_EQ(answer_without_body("x-gladia-key: right\r\nContent-Length: 2000000\r\n" + type),
            "HTTP/1.1 413 Payload Too Large");
  EXPECT_EQ(answer_without_body("x-gladia-key: right\r\nContent-Length: 1000\r\n"),
            "HTTP/1.1 400 Bad Request");
}

TEST_F(emulator_recordings, asks_for_a_body_that_waits_for_that) {
  start();
  EXPECT_EQ(answer_without_body("x-gladia-key: k\r\nExpect: 100-continue\r\nContent-Length: 9\r\n"
                                "Content-Type: " +
                                form_type + "\r\n"),
            "HTTP/1.1 100 Continue");
}

TEST_F(emulator_recordings, lists_every_fault_of_a_request) {
  start();
  std::vector<std::pair<json, std::string>> const cases{
      {json::object(), "audio_url should not be null or undefined"},
      {{{"audio_url", "nowhere"}}, "audio_url must be a URL address"},
      {{{"audio_url", "https://example.com/a.wav"}}, "audio_url must name a file"},
      {{{"audio_url", "http://x"}, {"model", "solaria-2"}}, "model must be one of"},
      {{{"audio_url", "http://x"}, {"diarization", 1}}, "diarization must be a boolean"},
      {{{"audio_url", "http://x"}, {"subtitles_config", {{"formats", {"ass"}}}}},
       "each value in subtitles_config.formats must be one of"},
      {{{"audio_url", "http://x"}, {"subtitles_config", {{"maximum_rows_per_caption", 6}}}},
       "subtitles_config.maximum_rows_per_caption must not be greater than 5"},
      {{{"audio_url", "http://x"}, {"diarization_config", {{"number_of_speakers", 0}}}},
       "diarization_config.number_of_speakers must not be less than 1"},
      {{{"audio_url", "http://x"}, {"audio_to_llm_config", json::object()}},
       "audio_to_llm_config.prompts must contain at least 1"},
      {{{"audio_url", "http://x"}, {"pii_redaction_config", {{"entity_types", {"SHOE"}}}}},
       "each value in pii_redaction_config.entity_types"},
      {{{"audio_url", "http://x"}, {"callback_config", {{"method", "GET"}, {"url", "http://x"}}}},
       "callback_config.method must be one of"},
      {{{"audio_url", "http://x"}, {"callback_config", json::object()}}, "callback_config.url"},
      {{{"audio_url", "http://x"}, {"translation_config", json::object()}},
       "translation_config.target_languages"},
      {{{"audio_url", "http://x"}, {"language_config", {{"languages", {"xx"}}}}},
       "language_config.languages"},
      {{{"audio_url", "http://x"}, {"custom_metadata", {{"a", std::string(2000, 'x')}}}},
       "custom_metadata"},
  };
  for (auto const& [request, words] : cases) {
    auto const faults = faults_of(request);
    ASSERT_EQ(faults.size(), 1u) << request;
    EXPECT_EQ(faults[0].substr(0, words.size()), words) << request;
  }
}

TEST_F(emulator_recordings, takes_the_contracts_full_request) {
  start();
  std::ifstream file(GLADIA_TEST_DATA "/contract/request.prerecorded.init.full.json");
  auto request = json::parse(file);
  request["audio_url"] = uploaded();
  auto const job = finished(create(request));
  EXPECT_EQ(job["status"], "done");
  EXPECT_EQ(job["custom_metadata"], json({{"user", "John Doe"}}));
  EXPECT_FALSE(job["request_params"].contains("custom_metadata"));
}

TEST_F(emulator_recordings, keeps_both_kinds_of_job_apart) {
  start();
  init();
  auto const recording = create();
  for (auto const& path : {"/v2/pre-recorded/" + id, "/v2/live/" + recording}) {
    EXPECT_EQ(call("GET", path).status, 404) << path;
    EXPECT_EQ(call("GET", path + "/file").status, 404) << path;
    EXPECT_EQ(call("DELETE", path).status, 404) << path;
  }
  EXPECT_EQ(call("GET", "/v2/live").parsed()["items"].size(), 1u);
  auto const items = call("GET", "/v2/pre-recorded").parsed()["items"];
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0]["id"], recording);
}

TEST_F(emulator_recordings, lists_page_by_page_and_by_filter) {
  start();
  auto const url = uploaded();
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(create({{"audio_url", url}, {"custom_metadata", {{"n", i}}}}));
  }
  auto page = call("GET", "/v2/pre-recorded?limit=2").parsed();
  ASSERT_EQ(page["items"].size(), 2u);
  EXPECT_EQ(page["items"][0]["id"], ids[2]);
  EXPECT_EQ(page["next"], emulator->url() + "/v2/pre-recorded?offset=2&limit=2");
  page = exchange("GET", page["next"]).parsed();
  EXPECT_EQ(page["items"][0]["id"], ids[0]);
  EXPECT_EQ(page["next"], nullptr);
  page = call("GET", "/v2/pre-recorded?custom_metadata[n]=1").parsed();
  ASSERT_EQ(page["items"].size(), 1u);
  EXPECT_EQ(page["items"][0]["id"], ids[1]);
  EXPECT_EQ(call("GET", "/v2/pre-recorded?limit=0").status, 400);
}

TEST_F(emulator_recordings, deletes_a_job_with_its_upload_once_it_is_over) {
  testing::emulator_options options;
  options.processing_time = 100ms;
  start(options);
  auto const url = uploaded();
  auto const made = create({{"audio_url", url}});
  EXPECT_EQ(call("DELETE", "/v2/pre-recorded/" + made).status, 403);
  finished(made);
  EXPECT_EQ(call("DELETE", "/v2/pre-recorded/" + made).status, 202);
  EXPECT_EQ(call("GET", "/v2/pre-recorded/" + made).status, 404);
  EXPECT_EQ(call("DELETE", "/v2/pre-recorded/" + made).status, 404);
  EXPECT_EQ(faults_of({{"audio_url", url}}).size(), 1u);
}

TEST_F(emulator_recordings, answers_an_upload_early_by_a_fault) {
  start_with_upload_fault(http_action::answer, 0);
  EXPECT_EQ(answer_without_body("x-gladia-key: k\r\nContent-Length: 100000000\r\n"),
            "HTTP/1.1 413 Payload Too Large");
  EXPECT_EQ(emulator->requests()[0].body_bytes, 0u);
  EXPECT_EQ(upload(form("x")).status, 200);
}

TEST_F(emulator_recordings, answers_amid_an_upload_and_leaves_the_answer_to_be_read) {
  start_with_upload_fault(http_action::answer, 1000, 503);
  auto const answer = upload(form(two_stretches()));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(emulator->requests()[0].body_bytes, 1000u);
}

TEST_F(emulator_recordings, cuts_an_upload_at_a_byte) {
  start_with_upload_fault(http_action::reset, 30'000);
  EXPECT_TRUE(upload(form(two_stretches())).error);
  EXPECT_EQ(emulator->requests()[0].body_bytes, 30'000u);
  EXPECT_EQ(emulator->requests()[0].status, 0);
}

TEST_F(emulator_recordings, lets_an_upload_stand_still) {
  start_with_upload_fault(http_action::hang, 1000);
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect(endpoint());
  socket.non_blocking(true);
  auto const head =
      "POST /v2/upload HTTP/1.1\r\nx-gladia-key: k\r\nContent-Length: 100000000\r\n"
      "Content-Type: " +
      form_type + "\r\n\r\n";
  ASSERT_EQ(socket.send(asio::buffer(head)), head.size());
  std::string const piece(100'000, 'x');
  ASSERT_GT(socket.send(asio::buffer(piece)), 1000u);
  while (emulator->requests().empty()) std::this_thread::sleep_for(1ms);
  error_code ec;
  while (!ec) socket.send(asio::buffer(piece), 0, ec);
  EXPECT_EQ(ec, asio::error::would_block);
  EXPECT_EQ(emulator->requests()[0].body_bytes, 1000u);
}

TEST_F(emulator_recordings, reads_an_upload_on_after_a_pause) {
  testing::http_fault pause;
  pause.route = route::upload;
  pause.action = http_action::serve;
  pause.at_byte = 1000;
  pause.delay = 50ms;
  testing::faults faults;
  faults.http = {pause};
  start_with(faults);
  auto const begin = std::chrono::steady_clock::now();
  EXPECT_EQ(upload(form(two_stretches())).status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 50ms);
}

TEST_F(emulator_recordings, has_faults_for_each_route) {
  start();
  auto const made = create();
  finished(made);
  auto const path = "/v2/pre-recorded/" + made;
  std::vector<std::tuple<route, std::string, std::string>> const cases{
      {route::upload, "POST", "/v2/upload"},
      {route::pre_recorded_init, "POST", "/v2/pre-recorded"},
      {route::pre_recorded_list, "GET", "/v2/pre-recorded"},
      {route::pre_recorded_get, "GET", path},
      {route::pre_recorded_file, "GET", path + "/file"},
      {route::pre_recorded_remove, "DELETE", path}};
  for (auto const& [which, method, target] : cases) {
    testing::faults faults;
    faults.http = {testing::bad_gateway(which)};
    emulator->set_faults(faults);
    auto const answer = exchange(method, emulator->url() + target,
                                 {{"x-gladia-key", "key"}, {"Content-Type", form_type}}, form("x"));
    EXPECT_EQ(answer.status, 502) << target;
  }
}

TEST_F(emulator_recordings, makes_the_job_of_a_lost_answer) {
  start();
  testing::http_fault lost;
  lost.route = route::pre_recorded_init;
  lost.action = http_action::lose_answer;
  testing::faults faults;
  faults.http = {lost};
  emulator->set_faults(faults);
  EXPECT_TRUE(call("POST", "/v2/pre-recorded", {{"audio_url", uploaded()}}).error);
  EXPECT_EQ(emulator->recordings().size(), 1u);
}

TEST_F(emulator_recordings, lets_a_job_take_polls_fail_and_vanish) {
  testing::faults faults;
  faults.job.queued_polls = 2;
  faults.job.processing_polls = 1;
  faults.job.error_code = 500;
  faults.job.gone_after_polls = 5;
  start_with(faults);
  callback_receiver receiver;
  auto const job = create({{"callback", true}, {"callback_config", {{"url", receiver.url()}}}});
  EXPECT_EQ(receiver.receive().second["error"]["code"], 500);
  std::vector<std::string> seen;
  for (int i = 0; i < 5; ++i) seen.push_back(get(job)["status"]);
  EXPECT_THAT(seen, ElementsAre("queued", "queued", "processing", "error", "error"));
  EXPECT_EQ(call("GET", "/v2/pre-recorded/" + job).status, 404);
  EXPECT_EQ(call("DELETE", "/v2/pre-recorded/" + job).status, 404);
  EXPECT_EQ(call("GET", "/v2/pre-recorded").parsed()["items"].size(), 0u);
}

TEST_F(emulator_recordings, has_faults_of_one_job) {
  start();
  testing::faults faults;
  faults.job.without_result = true;
  auto const url = uploaded();
  auto const one = create({{"audio_url", url}});
  auto const other = create({{"audio_url", url}});
  emulator->set_faults(one, faults);
  EXPECT_TRUE(finished(one)["result"].is_null());
  EXPECT_TRUE(finished(other)["result"].is_object());
}

TEST_F(emulator_recordings, calls_back_with_the_result) {
  start_with_script();
  callback_receiver receiver;
  auto const made = create({{"callback", true},
                            {"callback_config", {{"url", receiver.url()}, {"method", "PUT"}}},
                            {"custom_metadata", {{"user", "Ann"}}}});
  auto const [line, body] = receiver.receive();
  EXPECT_EQ(line, "PUT /here HTTP/1.1");
  EXPECT_EQ(body["id"], made);
  EXPECT_EQ(body["event"], "transcription.success");
  EXPECT_EQ(body["payload"], finished(made)["result"]);
  EXPECT_EQ(body["custom_metadata"], json({{"user", "Ann"}}));
}

TEST_F(emulator_recordings, calls_back_with_the_error) {
  start();
  callback_receiver receiver;
  create({{"audio_url", uploaded("no audio")},
          {"callback", true},
          {"callback_config", {{"url", receiver.url()}}}});
  auto const [line, body] = receiver.receive();
  EXPECT_EQ(line, "POST /here HTTP/1.1");
  EXPECT_EQ(body["event"], "transcription.error");
  EXPECT_EQ(body["error"]["code"], 400);
  EXPECT_FALSE(body.contains("payload"));
}

}  // namespace
}  // namespace gladia::test
