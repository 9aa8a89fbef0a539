#include <gmock/gmock.h>

#include <sys/stat.h>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <support/contract.hpp>
#include <support/example_fixture.hpp>
#include <support/live_fixture.hpp>

#ifdef GLADIA_SNDFILE
#include <sndfile.h>
#endif

namespace {

using namespace gladia::test;
using gladia::test::chunk;
using gladia::test::format_chunk;
using gladia::test::riff;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
namespace emulation = gladia::testing;

std::string silence(double seconds) {
  return std::string(static_cast<std::size_t>(seconds * 16000) * 2, '\0');
}

struct transcribe_file : example_fixture {
  std::optional<program> running;

  void start(std::vector<std::string> more) {
    options.arguments = arguments(std::move(more));
    running.emplace(example("transcribe_file"), options);
  }
  program_outcome run(std::vector<std::string> more) {
    start(std::move(more));
    return running->wait();
  }
  /// With a pipe for its file.
  program_outcome run_piped(std::string const& bytes, std::vector<std::string> more = {}) {
    auto const pipe = (folder / "a.fifo").string();
    EXPECT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    more.insert(more.begin(), {pipe, "--speed", "0"});
    start(std::move(more));
    std::ofstream(pipe, std::ios::binary) << bytes;
    auto const end = running->wait();
    std::filesystem::remove(pipe);
    return end;
  }
  program_outcome run_without_server(std::vector<std::string> more) {
    options.arguments = std::move(more);
    return program(example("transcribe_file"), options).wait();
  }
  /// A failure is one line on standard error, and status 1.
};

// Where the server is.

TEST_F(transcribe_file, starts_an_emulator_when_it_has_neither_key_nor_url) {
  auto const end = run_without_server({wav_file(silence(0.5)), "--speed", "0"});
  EXPECT_EQ(end.status, 0) << end.err;
  ASSERT_THAT(lines_of(end.err), SizeIs(1));
  EXPECT_THAT(end.err, HasSubstr("emulator"));
}

TEST_F(transcribe_file, takes_url_and_key_from_the_environment) {
  start_server();
  options.environment = {"GLADIA_API_URL=" + server->url(), "GLADIA_API_KEY=its-key"};
  auto const end = run_without_server({wav_file(silence(0.5)), "--speed", "0"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.err, IsEmpty());
  EXPECT_TRUE(has_heard(silence(0.5)));
}

TEST_F(transcribe_file, asks_for_the_languages) {
  auto const end =
      run({wav_file(silence(0.5)), "--speed", "0", "--language", "en", "--language", "fr"});
  EXPECT_EQ(end.status, 0) << end.err;
  auto const request = json::parse(server->requests().at(0).body);
  EXPECT_EQ(request["language_config"]["languages"], json::parse(R"(["en", "fr"])"));
}

// What it prints for a person.

struct transcribe_file_in_words : transcribe_file {
  void SetUp() override {
    transcribe_file::SetUp();
    emulator_options.script = R"([
      {"text": "hello wide world", "start": 0.2, "end": 0.9},
      {"text": "žluťoučký kůň pěl ďábelské ódy", "start": 1.2, "end": 1.9}])";
  }
};

TEST_F(transcribe_file_in_words, prints_finals_with_their_time) {
  auto const end = run({wav_file(silence(2)), "--speed", "0"});
  EXPECT_EQ(end.out, "[00:00.2] hello wide world\n[00:01.2] žluťoučký kůň pěl ďábelské ódy\n");
  EXPECT_THAT(end.err, IsEmpty());
  EXPECT_EQ(end.status, 0);
}

TEST_F(transcribe_file_in_words, marks_a_final_that_a_lost_link_had_swallowed) {
  emulator_options.faults.messages = {{"final", gladia::testing::message_action::reset_instead}};
  auto const end = run({wav_file(silence(2)), "--speed", "0"});
  EXPECT_THAT(
      lines_of(end.out),
      ::testing::Contains("[00:00.2] hello wide world (late: a lost connection had swallowed it)"));
  EXPECT_EQ(end.status, 0) << end.err;
}

TEST_F(transcribe_file_in_words, says_where_words_may_be_missing) {
  using gladia::testing::message_action;
  emulator_options.faults.messages = {{"final", message_action::reset_instead},
                                      {"post_transcript", message_action::lose},
                                      {"post_final_transcript", message_action::lose}};
  emulator_options.faults.job.without_result = true;
  auto const end = run({wav_file(silence(2)), "--speed", "0"});
  expect_failure(end,
                 "error: a connection was lost, and the server did not sum up; words may be "
                 "missing from 00:00.0 to ");
}

TEST_F(transcribe_file_in_words, prints_partials_that_were_asked_for) {
  auto const end = run({wav_file(silence(2)), "--speed", "4", "--partials"});
  EXPECT_THAT(lines_of(end.out), ::testing::Contains("[00:00.2] hello wide ..."));
}

TEST_F(transcribe_file_in_words, overwrites_partials_and_progress_on_a_terminal) {
  options.columns = 80;
  auto const end = run({wav_file(silence(2)), "--speed", "4"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out, HasSubstr("00:02.0 sent, 00:02.0 acknowledged "));
  EXPECT_THAT(end.out, HasSubstr(" acknowledged [00:00.2] hello"));
  EXPECT_THAT(screen_of(end.out), ElementsAre("[00:00.2] hello wide world",
                                              "[00:01.2] žluťoučký kůň pěl ďábelské ódy", ""));
}

/// What was drawn in the bottom row, one after the other.
std::vector<std::string> bottom_rows(std::string const& output) {
  std::vector<std::string> rows;
  for (auto from = output.find("\033[?7l"); from != output.npos;
       from = output.find("\033[?7l", from + 1)) {
    rows.push_back(output.substr(from + 5, output.find("\033[?7h", from) - from - 5));
  }
  return rows;
}

TEST_F(transcribe_file_in_words, shows_the_newest_words_whole_characters_on_a_narrow_terminal) {
  options.columns = 20;
  auto const end = run({wav_file(silence(2)), "--speed", "4"});
  auto const rows = bottom_rows(end.out);
  EXPECT_THAT(rows, ::testing::Contains(StartsWith("…")));
  EXPECT_THAT(rows, Each(::testing::ResultOf(
                        [](auto const& row) { return json::accept('"' + row + '"'); }, true)))
      << "not UTF-8";
}

TEST_F(transcribe_file, keeps_what_the_server_says_from_controlling_the_terminal) {
  emulator_options.script = R"([{"text": "bad\u001b[2J\nwords", "start": 0.1, "end": 0.4}])";
  auto const end = run({wav_file(silence(0.5)), "--speed", "0"});
  EXPECT_EQ(end.out, "[00:00.1] bad [2J words\n");
}

// JSON.

TEST_F(transcribe_file_in_words, prints_one_json_object_for_each_event) {
  auto const end = run({wav_file(silence(2)), "--speed", "0", "--json"});
  EXPECT_THAT(end.err, IsEmpty());
  auto const events = objects(end.out);
  ASSERT_GE(events.size(), 7u);
  EXPECT_EQ(events[0]["event"], "started");
  EXPECT_EQ(events[0]["id"], report().id);
  EXPECT_EQ(events[1]["event"], "connecting");
  EXPECT_EQ(events[2]["event"], "connected");
  EXPECT_THAT(end.out, HasSubstr(R"("type":"transcript")"));
  EXPECT_EQ(events[events.size() - 2]["event"], "disconnected");
  EXPECT_THAT(end.out, Not(HasSubstr("token")));
}

TEST_F(transcribe_file, ends_the_json_with_a_summary) {
  auto const end = run({wav_file(silence(2)), "--speed", "0", "--json"});
  auto const summary = objects(end.out).back()["summary"];
  EXPECT_EQ(summary["job_id"], report().id);
  EXPECT_EQ(summary["verdict"], "complete");
  EXPECT_EQ(summary["close_code"], 1000);
  EXPECT_EQ(summary["close_reason"], "");
  EXPECT_EQ(summary["bytes_sent"], 64000);
  EXPECT_EQ(summary["bytes_acknowledged"], 64000);
  EXPECT_EQ(summary["bytes_replayed"], 0);
  EXPECT_EQ(summary["connections"], 1);
}

TEST_F(transcribe_file, ends_the_json_with_a_summary_after_a_failure_too) {
  api_key = "wrong";
  auto const end = run({wav_file(silence(1)), "--json"});
  expect_failure(end, "gladia key not found");
  auto const events = objects(end.out);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0]["summary"]["verdict"], "partial");
  EXPECT_THAT(std::string(events[0]["summary"]["error"]), HasSubstr("gladia key not found"));
}

TEST_F(transcribe_file, writes_no_terminal_controls_into_json) {
  options.columns = 80;
  auto const end = run({wav_file(silence(1)), "--speed", "0", "--json"});
  EXPECT_EQ(end.status, 0);
  EXPECT_THAT(end.out, Not(HasSubstr("\033")));
}

TEST_F(transcribe_file, passes_on_server_messages_as_they_were_received) {
  auto const unknown = R"({ "type": "from_the_future", "n": 1.50, "n": 12345678901234567890123 })";
  auto const misshaped = R"({"type":"transcript","data":"none"})";
  emulator_options.faults.injections = {{0, emulation::injection::kind::text, unknown},
                                        {0, emulation::injection::kind::text, misshaped}};
  auto const end = run({wav_file(silence(1)), "--speed", "0", "--json"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(lines_of(end.out), ::testing::IsSupersetOf({unknown, misshaped}));
}

TEST_F(transcribe_file, keeps_messages_with_line_breaks_on_one_line) {
  emulator_options.faults.injections = {
      {0, emulation::injection::kind::text, "{\r\n  \"type\": \"pretty\"\n}"}};
  auto const end = run({wav_file(silence(1)), "--speed", "0", "--json"});
  EXPECT_THAT(lines_of(end.out), ::testing::Contains(R"({    "type": "pretty" })"));
}

TEST_F(transcribe_file, wraps_what_is_no_json_object_so_that_every_line_is_one) {
  emulator_options.faults.injections = {{0, emulation::injection::kind::text, "not \"JSON"},
                                        {0, emulation::injection::kind::text, "[1, 2]"},
                                        {0, emulation::injection::kind::binary, "\xff\x80\n"}};
  auto const end = run({wav_file(silence(1)), "--speed", "0", "--json"});
  EXPECT_EQ(end.status, 0) << end.err;
  std::vector<std::string> texts;
  for (auto const& event : objects(end.out)) {
    if (event.value("event", "") == "malformed_message") texts.push_back(event["text"]);
  }
  EXPECT_THAT(texts, ElementsAre("not \"JSON", "[1, 2]", "\uFFFD\uFFFD\n"));
}

// Files.

TEST_F(transcribe_file, refuses_a_file_that_it_cannot_send_before_any_network) {
  format_chunk odd_rate;
  odd_rate.sample_rate = 22050;
  odd_rate.channels = 9;
  format_chunk odd_depth;
  odd_depth.bits = 40;
  auto const whole = gladia::test::wav({}, silence(1));
  std::vector<std::pair<std::string, std::string>> const faults = {
      {"not a WAV file", "<html>this is a page</html>"},
      {"22050", riff({chunk("fmt ", odd_rate.body()), chunk("data", silence(1))})},
      {"40 bits", riff({chunk("fmt ", odd_depth.body()), chunk("data", silence(1))})},
      {"within its header", whole.substr(0, 30)}};
  start_server();
  for (auto const& [fault, bytes] : faults) {
    auto const path = file("bad.wav", bytes);
    auto const end = run({path});
    expect_failure(end, fault);
    EXPECT_THAT(end.err, HasSubstr(path));
    EXPECT_THAT(end.out, IsEmpty());
  }
  expect_failure(run({"/nowhere/none.wav"}), "/nowhere/none.wav");
  EXPECT_THAT(server->requests(), IsEmpty());
}

TEST_F(transcribe_file, reads_an_unfinished_file_to_its_end) {
  for (auto size : {0u, 0xffffffffu}) {
    auto const samples = position_coded_audio(20'000);
    auto const path =
        file("a.wav", riff({chunk("fmt ", format_chunk().body()), chunk("data", samples, size)}));
    EXPECT_EQ(run({path, "--speed", "0"}).status, 0);
    EXPECT_TRUE(has_heard(samples));
  }
}

TEST_F(transcribe_file, transcribes_what_there_is_of_a_file_that_was_cut_short_and_says_so) {
  auto const samples = position_coded_audio(20'000);
  auto const path =
      file("a.wav", riff({chunk("fmt ", format_chunk().body()), chunk("data", samples, 50'000)}));
  auto const end = run({path, "--speed", "0"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.err, HasSubstr("warning: " + path + " was cut short"));
  EXPECT_TRUE(has_heard(samples));
  auto const before = server->requests().size();
  expect_failure(run({path, "--must-be-whole"}), path + " was cut short");
  EXPECT_EQ(server->requests().size(), before);
}

TEST_F(transcribe_file, reads_standard_input_and_pipes_as_they_come) {
  auto const samples = position_coded_audio(100'000);
  // As arecord begins what it pipes.
  auto const bytes =
      riff({chunk("fmt ", format_chunk().body()), chunk("data", samples, 0x80000000)});
  options.input = file("a.wav", bytes);
  auto const end = run({"-", "--speed", "0"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_TRUE(has_heard(samples));

  EXPECT_EQ(run_piped(bytes).status, 0);
  EXPECT_TRUE(has_heard(samples));
}

TEST_F(transcribe_file, ends_with_the_samples_of_a_pipe_and_not_with_what_is_behind_them) {
  auto const samples = position_coded_audio(20'000);
  auto const header = chunk("fmt ", format_chunk().body());
  EXPECT_EQ(
      run_piped(riff({header, chunk("data", samples), chunk("LIST", "made by nobody")})).status, 0);
  EXPECT_TRUE(has_heard(samples));
  EXPECT_EQ(run_piped(riff({header, chunk("data", samples, 10'000)})).status, 0);
  EXPECT_TRUE(has_heard(samples)) << "a size that is too small";

  auto const cut = riff({header, chunk("data", samples, 50'000)});
  auto const end = run_piped(cut);
  EXPECT_EQ(end.status, 0);
  EXPECT_THAT(end.err, HasSubstr(".fifo was cut short"));
  EXPECT_TRUE(has_heard(samples));
  expect_failure(run_piped(cut, {"--must-be-whole"}), ".fifo was cut short");
}

TEST_F(transcribe_file, stops_at_an_interrupt_while_its_input_is_silent) {
  auto const pipe = (folder / "a.fifo").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  start({pipe, "--speed", "0", "--json"});
  std::ofstream writer(pipe, std::ios::binary);
  writer << riff({chunk("fmt ", format_chunk().body()), chunk("data", silence(1), 0)})
         << std::flush;
  ASSERT_TRUE(server->wait_until([](auto const& r) { return r.bytes == 32'000; }));
  running->send_signal(SIGINT);
  EXPECT_EQ(running->wait().status, 0);
  EXPECT_TRUE(has_heard(silence(1)));
  std::filesystem::remove(pipe);
}

TEST_F(transcribe_file, sends_what_a_pipe_holds_before_it_stops_at_an_interrupt) {
  auto const pipe = (folder / "a.fifo").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  start({pipe, "--speed", "1"});
  std::ofstream writer(pipe, std::ios::binary);
  auto const samples = position_coded_audio(80'000);  // 2.5 s, which a pipe of 64 KiB nearly holds
  writer << riff({chunk("fmt ", format_chunk().body()), chunk("data", samples, 0)}) << std::flush;
  ASSERT_TRUE(server->wait_until([](auto const& r) { return r.bytes > 0; }));
  running->send_signal(SIGINT);
  EXPECT_EQ(running->wait().status, 0);
  EXPECT_TRUE(has_heard(samples));
  std::filesystem::remove(pipe);
}

TEST_F(transcribe_file, refuses_input_that_is_no_wav_file) {
  start_server();
  options.input = file("a.flac", "fLaC, and more that is no WAV file");
  expect_failure(run({"-"}), "/dev/stdin: a FLAC file");
  options.input = "/dev/null";
  expect_failure(run({"-"}), "standard input: nothing came");
}

TEST_F(transcribe_file, does_not_take_what_follows_the_data_for_audio) {
  auto const samples = position_coded_audio(20'000);
  auto const path = file("a.wav", riff({chunk("fmt ", format_chunk().body()),
                                        chunk("data", samples), chunk("LIST", "made by nobody")}));
  EXPECT_EQ(run({path, "--speed", "0"}).status, 0);
  EXPECT_TRUE(has_heard(samples));
}

TEST_F(transcribe_file, names_the_file_that_shrinks_while_it_is_read) {
  auto const path = wav_file(position_coded_audio(3'200'000));
  start({path, "--json"});
  ASSERT_TRUE(running->wait_for_output("connected"));
  std::filesystem::resize_file(path, 100);
  expect_failure(running->wait(), path + ": the file became shorter");
}

#ifdef GLADIA_SNDFILE
// Files of other kinds.

struct transcribe_file_of_another_kind : transcribe_file {
  /// Writes mono samples in a format of libsndfile; empty if it cannot.
  template <class Sample>
  std::string sound(std::string const& name, int kind, std::vector<Sample> const& samples,
                    int rate = 16000) const {
    auto const path = (folder / name).string();
    SF_INFO info{};
    info.format = kind;
    info.channels = 1;
    info.samplerate = rate;
    auto* const out = sf_open(path.c_str(), SFM_WRITE, &info);
    if (!out) return {};
    auto const count = static_cast<sf_count_t>(samples.size());
    if constexpr (std::is_same_v<Sample, short>) {
      sf_writef_short(out, samples.data(), count);
    } else {
      sf_writef_float(out, samples.data(), count);
    }
    sf_close(out);
    return path;
  }
  /// 440 Hz, half as loud as it could be.
  static std::vector<float> tone(std::size_t samples, int rate = 16000) {
    std::vector<float> made;
    for (std::size_t i = 0; i < samples; ++i) {
      made.push_back(static_cast<float>(
          0.5 * std::sin(static_cast<double>(i) * 440 * 2 * 3.14159265358979 / rate)));
    }
    return made;
  }
  /// What the server got, as samples.
  std::vector<int> heard() const {
    std::vector<int> samples;
    auto const bytes = server->audio(report().id);
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
      samples.push_back(static_cast<std::int16_t>(static_cast<unsigned char>(bytes[i]) |
                                                  static_cast<unsigned char>(bytes[i + 1]) << 8));
    }
    return samples;
  }
  /// That it is a second of the tone, but for some of its beginning and end.
  void expect_tone() const {
    auto const samples = heard();
    EXPECT_NEAR(static_cast<double>(samples.size()), 16000, 2500);
    int crossings = 0;
    for (std::size_t i = 1; i < samples.size(); ++i) {
      crossings += (samples[i - 1] < 0) != (samples[i] < 0) ? 1 : 0;
    }
    EXPECT_NEAR(crossings, 880, 30);
    EXPECT_NEAR(*std::max_element(samples.begin(), samples.end()), 16384, 1000);
  }
};

TEST_F(transcribe_file_of_another_kind, sends_the_same_samples_where_the_file_has_them_all) {
  std::vector<short> samples;
  std::string wanted;
  for (int i = -32'768; i < 32'768; i += 5) {
    samples.push_back(static_cast<short>(i));
    wanted += gladia::test::little_endian(static_cast<std::uint16_t>(i), 2);
  }
  for (int const kind : {SF_FORMAT_FLAC, SF_FORMAT_AIFF, SF_FORMAT_CAF}) {
    auto const path = sound("a.sound", kind | SF_FORMAT_PCM_16, samples);
    auto const end = run({path, "--speed", "0", "--chunk-ms", "37"});
    EXPECT_EQ(end.status, 0) << end.err;
    EXPECT_THAT(end.err, IsEmpty());
    EXPECT_TRUE(has_heard(wanted));
  }
}

TEST_F(transcribe_file_of_another_kind, reads_ogg_and_mp3_where_libsndfile_does) {
  // By number: libsndfile writes and reads MP3 from 1.1 on, and earlier headers lack the names.
  constexpr int mp3 = 0x230000 | 0x0082;
  for (int const kind : {SF_FORMAT_OGG | SF_FORMAT_VORBIS, mp3}) {
    auto const path = sound("a.sound", kind, tone(16000));
    if (path.empty()) continue;
    auto const end = run({path, "--speed", "0"});
    EXPECT_EQ(end.status, 0) << end.err;
    EXPECT_THAT(end.err, IsEmpty());
    expect_tone();
  }
}

TEST_F(transcribe_file_of_another_kind, clips_floating_point) {
  auto const path =
      sound("a.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, std::vector<float>{0.5F, 2, -2, 0, -0.5F});
  auto const end = run({path, "--speed", "0"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(heard(), ElementsAre(16384, 32767, -32768, 0, -16384));
}

TEST_F(transcribe_file_of_another_kind, resamples_what_the_server_does_not_take) {
  for (int const rate : {11025, 22050, 96000}) {
    auto const kind = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
    auto const path = sound("a.wav", kind, tone(static_cast<std::size_t>(rate), rate), rate);
    auto const end = run({path, "--speed", "0"});
#ifdef GLADIA_SAMPLERATE
    EXPECT_EQ(end.status, 0) << end.err;
    expect_tone();
#else
    expect_failure(end, "Debian: libsamplerate0-dev");
#endif
  }
}

TEST_F(transcribe_file_of_another_kind, says_at_its_end_that_a_file_was_cut_short) {
  auto const path = sound("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, tone(64000));
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  auto const end = run({path, "--speed", "0"});
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.err, HasSubstr("warning: " + path + " was cut short"));
  EXPECT_THAT(heard(), SizeIs(::testing::Gt(16000)));
  expect_failure(run({path, "--speed", "0", "--must-be-whole"}), path + " was cut short");
}
#endif

// Chunks and pace.

TEST_F(transcribe_file, sends_the_same_audio_in_chunks_of_any_size) {
  auto const samples = position_coded_audio(500'000);
  auto const path = wav_file(samples);
  for (std::string const milliseconds : {"1", "37", "10000"}) {
    auto const end = run({path, "--speed", "0", "--chunk-ms", milliseconds});
    EXPECT_EQ(end.status, 0) << end.err;
    EXPECT_TRUE(has_heard(samples));
  }
}

TEST_F(transcribe_file, sends_at_the_pace_of_speech) {
  auto const path = wav_file(silence(0.6));
  auto const begin = std::chrono::steady_clock::now();
  EXPECT_EQ(run({path}).status, 0);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(500));
}

// Ends that are not good.

TEST_F(transcribe_file, gives_up_after_the_stop_timeout) {
  emulator_options.faults.ignore_stop = true;
  emulator_options.faults.job.without_result = true;
  auto const end = run({wav_file(silence(1)), "--speed", "0", "--stop-timeout", "0.3"});
  expect_failure(end, "stop_timeout");
}

TEST_F(transcribe_file, ends_well_after_the_stop_timeout_if_the_job_holds_all) {
  emulator_options.faults.ignore_stop = true;
  auto const end = run({wav_file(silence(1)), "--speed", "0", "--stop-timeout", "0.3"});
  EXPECT_EQ(end.status, 0) << end.err;
}

TEST_F(transcribe_file, fails_when_nobody_listens) {
  start_server();
  auto const url = server->url();
  server.reset();
  auto const end = run_without_server({wav_file(silence(1)), "--api-url", url});
  expect_failure(end, "connect");
}

TEST_F(transcribe_file, sends_nothing_unencrypted_to_another_machine) {
  auto const end = run_without_server(
      {wav_file(silence(1)), "--api-url", "http://example.com", "--api-key", "its-key"});
  expect_failure(end, "unencrypted");
  EXPECT_THAT(end.err, Not(HasSubstr("its-key")));
}

TEST_F(transcribe_file, asks_for_a_key_where_one_is_needed) {
  auto const end = run_without_server({wav_file(silence(1)), "--api-url", "https://example.com"});
  expect_failure(end, "missing_api_key");
}

TEST_F(transcribe_file, names_a_ca_file_that_cannot_be_read) {
  auto const end = run({wav_file(silence(1)), "--ca-file", "/nowhere/ca.pem"});
  expect_failure(end, "/nowhere/ca.pem");
  auto const nonsense = file("nonsense.pem", "nonsense");
  expect_failure(run({wav_file(silence(1)), "--ca-file", nonsense}), nonsense);
  EXPECT_THAT(server->requests(), IsEmpty());
}

TEST_F(transcribe_file, trusts_the_ca_file_and_no_stranger) {
  emulator_options.tls = true;
  start_server();
  auto const path = wav_file(silence(1));
  expect_failure(run({path, "--speed", "0"}), "certificate");
  auto const end = run({path, "--speed", "0", "--ca-file", file("ca.pem", server->ca_pem())});
  EXPECT_EQ(end.status, 0) << end.err;
}

TEST_F(transcribe_file, fails_when_the_server_ends_the_session_too_early) {
  start_server();
  for (std::uint16_t const code : {std::uint16_t{1000}, std::uint16_t{4403}}) {
    start({wav_file(silence(60)), "--json"});
    ASSERT_TRUE(running->wait_for_output("connected"));
    emulation::cut_plan cut;
    cut.how = emulation::ending::close;
    cut.code = code;
    server->cut(report().id, cut);
    auto const end = running->wait();
    expect_failure(end, "error: ");
    auto const summary = objects(end.out).back()["summary"];
    EXPECT_EQ(summary["verdict"], "partial");
    EXPECT_EQ(summary["close_code"], code);
  }
}

// Interruptions.

TEST_F(transcribe_file, stops_in_order_at_the_first_interrupt) {
  start({wav_file(silence(60)), "--json"});
  ASSERT_TRUE(running->wait_for_output("connected"));
  running->send_signal(SIGINT);
  auto const end = running->wait();
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_EQ(objects(end.out).back()["summary"]["verdict"], "complete");
  EXPECT_EQ(report().total(&emulation::connection_report::stops), 1u);
  EXPECT_LT(report().bytes, silence(60).size());
}

TEST_F(transcribe_file, stops_at_an_interrupt_however_long_a_chunk_lasts) {
  start({wav_file(silence(60)), "--json", "--chunk-ms", "10000", "--speed", "0.01"});
  ASSERT_TRUE(running->wait_for_output("connected"));
  running->send_signal(SIGINT);
  EXPECT_EQ(running->wait().status, 0);
}

TEST_F(transcribe_file, gives_up_at_the_second_interrupt) {
  emulator_options.faults.ignore_stop = true;
  start({wav_file(silence(60)), "--json"});
  ASSERT_TRUE(running->wait_for_output("connected"));
  running->send_signal(SIGINT);
  ASSERT_TRUE(server->wait_until(
      [](auto const& r) { return r.total(&emulation::connection_report::stops) == 1; }));
  running->send_signal(SIGINT);
  auto const end = running->wait();
  expect_failure(end, "error: ");
  EXPECT_EQ(objects(end.out).back()["summary"]["verdict"], "unknown");
  EXPECT_EQ(report().connections.at(0).client_close_code, 1000);
}

TEST_F(transcribe_file, can_be_interrupted_before_the_link_is_up) {
  for (auto const route : {emulation::route::init, emulation::route::upgrade}) {
    emulator_options.faults.http = {{route, emulation::http_action::hang, -1}};
    start_server();
    start({wav_file(silence(60)), "--json"});
    auto const arrived = [&] {
      auto const path = route == emulation::route::init ? "/v2/live" : "/v2/live?token";
      for (auto const& request : server->requests()) {
        if (request.target.rfind(path, 0) == 0) return true;
      }
      return false;
    };
    while (!arrived()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    running->send_signal(SIGINT);
    running->send_signal(SIGTERM);  // another one: two of a kind may arrive as one
    expect_failure(running->wait(), "error: ");
  }
}

// Streams that are closed.

TEST_F(transcribe_file, ends_the_session_in_order_when_nobody_reads_its_output) {
  for (std::string const mode : {"--json", "--partials"}) {
    server.reset();
    start({wav_file(silence(60)), mode});
    ASSERT_TRUE(server->wait_until([](auto const& r) { return r.bytes > 0; }));
    running->close_output();
    auto const id = report().id;
    server->inject(
        id, {0, emulation::injection::kind::text, contract_example("transcript.final.json")});
    expect_failure(running->wait(), "cannot write to standard output");
    EXPECT_TRUE(server->wait_until(id, [](auto const& r) {
      return !r.connections.empty() && r.connections[0].client_close_code == 1000;
    }));
  }
}

TEST_F(transcribe_file, works_without_standard_input) {
  options.has_input = false;
  EXPECT_EQ(run({wav_file(silence(1)), "--speed", "0"}).status, 0);
  EXPECT_TRUE(has_heard(silence(1)));
}

// Usage.

TEST_F(transcribe_file, says_2_for_wrong_usage) {
  auto const path = wav_file(silence(1));
  std::vector<std::vector<std::string>> const wrong = {{},
                                                       {path, "another"},
                                                       {path, "--bogus"},
                                                       {path, "--chunk-ms", "0"},
                                                       {path, "--chunk-ms", "many"},
                                                       {path, "--speed", "-1"},
                                                       {path, "--stop-timeout", "0"},
                                                       {path, "--language"}};
  for (auto const& line : wrong) {
    auto const end = run_without_server(line);
    EXPECT_EQ(end.status, 2) << ::testing::PrintToString(line);
    EXPECT_THAT(end.out, IsEmpty());
    EXPECT_THAT(end.err, Not(IsEmpty()));
  }
}

TEST_F(transcribe_file, explains_itself) {
  auto const end = run_without_server({"--help"});
  EXPECT_EQ(end.status, 0);
  for (auto const* option : {"--api-url", "--api-key", "--language", "--chunk-ms", "--speed",
                             "--stop-timeout", "--ca-file", "--must-be-whole", "--allow-insecure",
                             "Exit status", "--partials", "--json", "FILE"}) {
    EXPECT_THAT(end.out, HasSubstr(option));
  }
}

}  // namespace
