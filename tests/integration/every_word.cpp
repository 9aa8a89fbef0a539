#include <gladia/live/threaded_session.hpp>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <sstream>
#include <support/heard_spans.hpp>
#include <support/live_fixture.hpp>

namespace {

using namespace std::chrono_literals;
using namespace gladia::test;
using gladia::transcript;
using gladia::live::completeness;
using gladia::live::time_span;
namespace live = gladia::live;
namespace emulation = gladia::testing;

constexpr int channels = 2;
gladia::audio_format const format{gladia::audio_encoding::pcm, 16, 8000, channels};

/// Where a message of `position_coded_audio` with frames of 4 bytes begins.
std::optional<std::uint64_t> position_of(std::string_view message) {
  if (message.size() < 4) return std::nullopt;
  std::uint32_t frame = 0;
  for (std::size_t k = 4; k-- > 0;) frame = frame << 8 | static_cast<unsigned char>(message[k]);
  return std::uint64_t{frame} * 4;
}

/// Something said in each second, in turns by both channels.
std::string script_of(int seconds) {
  std::string script;
  for (int i = 0; i < seconds; ++i) {
    script += script.empty() ? "[" : ",";
    script += R"({"text":"line )" + std::to_string(i) + R"( of it","start":)" + std::to_string(i) +
              ".1,\"end\":" + std::to_string(i) + ".8,\"channel\":" + std::to_string(i % channels) +
              "}";
  }
  return script + "]";
}

/// Expects that each word of the server's final transcripts was delivered once, or counted as said
/// twice, and nothing that the server did not say. Texts are not compared: only channels and
/// times.
void expect_every_word_once(emulation::session_report const& report,
                            std::vector<transcript> const& got, live::statistics const& stats) {
  std::vector<std::ptrdiff_t> delivered(report.said.size());
  for (auto const& t : got) {
    if (!t.data.is_final) continue;
    for (auto const& word : t.data.utterance.words) {
      auto const middle = (word.start + word.end) / 2;
      auto const holds_it = [&](emulation::said_utterance const& said) {
        return said.channel == t.data.utterance.channel && said.start <= middle &&
               middle <= said.end;
      };
      auto const found = std::find_if(report.said.begin(), report.said.end(), holds_it);
      EXPECT_NE(found, report.said.end()) << word.word << " at " << middle << " was never said";
      if (found != report.said.end())
        ++delivered[static_cast<std::size_t>(found - report.said.begin())];
    }
  }
  auto const words_of = [](emulation::said_utterance const& said) {
    return std::count(said.text.begin(), said.text.end(), ' ');
  };
  for (std::size_t i = 0; i < report.said.size(); ++i) {
    auto const& said = report.said[i];
    EXPECT_LE(delivered[i], words_of(said)) << said.text << " at " << said.start << " came twice";
    if (delivered[i] == words_of(said)) continue;
    std::ptrdiff_t otherwise = 0;  // when the same audio was heard again, or before
    for (std::size_t k = 0; k < report.said.size(); ++k) {
      auto const& other = report.said[k];
      if (k == i || other.channel != said.channel) continue;
      if (other.text == said.text) otherwise += delivered[k];
    }
    EXPECT_GE(delivered[i] + otherwise, words_of(said))
        << said.text << " at " << said.start << " is lost";
    EXPECT_GT(stats.finals_withheld, 0u) << said.text << " at " << said.start << " is not counted";
  }
}

struct a_session_that_loses_words : live_fixture {
  static constexpr int length = 12;  // seconds

  void SetUp() override {
    live_fixture::SetUp();
    request.audio = format;
    emulator_options.script = script_of(length);
    emulator_options.position_of = position_of;
  }
  emulation::faults& faults() { return emulator_options.faults; }
  void reset_instead_of_final(int nth) {
    emulation::message_fault lost;
    lost.nth = nth;
    lost.action = emulation::message_action::reset_instead;
    faults().messages.push_back(lost);
    faults().resume = emulation::resume_policy::discard;
  }
  void lose(char const* type) {
    emulation::message_fault lost;
    lost.type = type;
    lost.times = -1;
    faults().messages.push_back(lost);
  }
  void play() {
    start();
    feed(position_coded_audio(format.bytes(std::chrono::seconds(length))));
    run_to_end();
  }
  std::vector<transcript> recovered() const {
    auto found = all<transcript>();
    found.erase(std::remove_if(found.begin(), found.end(), [](auto& t) { return !t.recovered; }),
                found.end());
    return found;
  }
  void expect_complete() {
    EXPECT_EQ(end->verdict, completeness::complete) << end->error.what();
    EXPECT_FALSE(end->error) << end->error.what();
    EXPECT_TRUE(end->words_unknown.empty());
    expect_every_word_once(report(), all<transcript>(), end->stats);
  }
  template <class Event>
  std::size_t place_of() const {
    return static_cast<std::size_t>(
        std::find_if(events.begin(), events.end(),
                     [](auto const& e) { return std::holds_alternative<Event>(e); }) -
        events.begin());
  }
};

TEST_F(a_session_that_loses_words,
       delivers_the_final_that_a_reset_swallowed_before_the_summing_up) {
  reset_instead_of_final(3);
  play();
  expect_complete();
  auto const found = recovered();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].data.utterance.text, " line 2 of it");
  EXPECT_EQ(end->stats.finals_recovered, 1u);
  EXPECT_LT(place_of<transcript>(), place_of<gladia::post_transcript>());
  auto const at = std::find_if(events.begin(), events.end(), [](auto const& e) {
    auto const* t = std::get_if<transcript>(&e);
    return t && t->recovered;
  });
  EXPECT_LT(at - events.begin(), static_cast<std::ptrdiff_t>(place_of<gladia::post_transcript>()));
}

TEST_F(a_session_that_loses_words, says_where_words_may_be_missing_when_it_is_connected_again) {
  reset_instead_of_final(3);
  play();
  auto const links = all<live::connected>();
  ASSERT_EQ(links.size(), 2u);
  EXPECT_EQ(links[0].words_unknown, time_span{});
  EXPECT_LE(links[1].words_unknown.from, 2.1);
  EXPECT_GE(links[1].words_unknown.to, 2.8);
}

TEST_F(a_session_that_loses_words, finds_them_in_the_final_result_where_the_summing_up_is_lost) {
  reset_instead_of_final(3);
  lose("post_transcript");
  play();
  expect_complete();
  EXPECT_EQ(recovered().size(), 1u);
}

TEST_F(a_session_that_loses_words, finds_them_in_the_job_where_both_are_lost) {
  reset_instead_of_final(3);
  lose("post_transcript");
  lose("post_final_transcript");
  play();
  expect_complete();
  auto const found = recovered();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].data.id, report().said.at(2).id) << "the job knows the message";
  EXPECT_TRUE(end->job);
}

TEST_F(a_session_that_loses_words, finds_them_in_the_job_where_its_user_wants_no_summing_up) {
  request.messages_config.receive_post_processing_events = false;
  reset_instead_of_final(3);
  play();
  expect_complete();
  EXPECT_EQ(recovered().size(), 1u);
  EXPECT_TRUE(all<gladia::post_transcript>().empty());
}

TEST_F(a_session_that_loses_words, finds_them_in_the_transcript_of_a_job_without_messages) {
  request.messages_config.receive_post_processing_events = false;
  reset_instead_of_final(3);
  faults().job.without_messages = true;
  play();
  expect_complete();
  EXPECT_EQ(recovered().size(), 1u);
}

TEST_F(a_session_that_loses_words, waits_for_a_job_that_is_not_done) {
  request.messages_config.receive_post_processing_events = false;
  reset_instead_of_final(3);
  faults().job.processing_polls = 1;
  play();
  expect_complete();
  EXPECT_EQ(recovered().size(), 1u);
}

TEST_F(a_session_that_loses_words, does_not_know_what_a_job_without_result_swallows) {
  request.messages_config.receive_post_processing_events = false;
  reset_instead_of_final(3);
  faults().job.without_result = true;
  play();
  EXPECT_EQ(end->verdict, completeness::unknown);
  EXPECT_FALSE(end->error) << "the session was ended in order";
  ASSERT_FALSE(end->words_unknown.empty());
  EXPECT_LE(end->words_unknown.front().from, 2.1);
  EXPECT_GE(end->words_unknown.back().to, 2.8);
}

TEST_F(a_session_that_loses_words, asks_for_no_job_where_its_user_says_never) {
  request.messages_config.receive_post_processing_events = false;
  options.fetch_result = false;
  reset_instead_of_final(3);
  play();
  EXPECT_EQ(end->verdict, completeness::unknown);
  EXPECT_FALSE(end->words_unknown.empty());
  EXPECT_FALSE(end->job);
}

TEST_F(a_session_that_loses_words, asks_for_no_job_where_nothing_can_be_missing) {
  request.messages_config.receive_post_processing_events = false;
  play();
  expect_complete();
  EXPECT_FALSE(end->job);
}

TEST_F(a_session_that_loses_words, keeps_no_ledger_where_its_user_wants_no_finals) {
  request.messages_config.receive_final_transcripts = false;
  faults().cuts.every = format.bytes(2s);
  faults().cuts.times = 1;
  play();
  EXPECT_EQ(end->verdict, completeness::complete) << "of the audio";
  EXPECT_EQ(end->stats.finals_recovered, 0u);
  EXPECT_FALSE(end->job);
}

TEST_F(a_session_that_loses_words, finds_those_made_while_no_link_was_up) {
  faults().cuts.every = format.bytes(2s);
  faults().cuts.times = 3;
  faults().lose_while_away = true;
  play();
  expect_complete();
}

TEST_F(a_session_that_loses_words, has_a_good_end_if_its_end_is_lost_and_the_job_holds_all) {
  faults().on_stop.times = 0;
  emulation::message_fault lost;
  lost.type = "end_session";
  lost.action = emulation::message_action::reset_instead;
  faults().messages.push_back(lost);
  request.messages_config.receive_lifecycle_events = true;
  play();
  expect_complete();
  EXPECT_TRUE(end->job);
  EXPECT_NE(end->close_code, 1000);
}

TEST_F(a_session_that_loses_words, takes_a_transcript_that_does_not_say_so_for_final) {
  emulation::message_fault unmarked;
  unmarked.action = emulation::message_action::without_is_final;
  unmarked.times = -1;
  faults().messages.push_back(unmarked);
  reset_instead_of_final(3);
  std::swap(faults().messages[0], faults().messages[1]);
  play();
  expect_complete();
  EXPECT_EQ(recovered().size(), 1u);
  for (auto const& t : all<transcript>()) EXPECT_TRUE(t.data.is_final);
}

TEST_F(a_session_that_loses_words, says_so_when_it_is_cancelled) {
  start();
  on_event = [this](live::event const& e) {
    if (std::holds_alternative<transcript>(e)) session->cancel();
  };
  feed(position_coded_audio(format.bytes(std::chrono::seconds(length))));
  run_to_end();
  EXPECT_NE(end->verdict, completeness::complete);
  EXPECT_FALSE(end->words_unknown.empty());
  EXPECT_FALSE(end->job);
}

TEST_F(a_session_that_loses_words, does_not_know_what_was_said_in_audio_that_was_never_sent) {
  start();
  on_event = [this](live::event const& e) {
    if (std::holds_alternative<live::connected>(e)) session->cancel();
  };
  // All at once: some of it waits behind the first message when the link is up.
  auto const audio = position_coded_audio(format.bytes(std::chrono::seconds(10)));
  ASSERT_TRUE(session->try_send(boost::asio::buffer(audio)));
  run_to_end();
  EXPECT_EQ(end->verdict, completeness::partial);
  EXPECT_GT(end->stats.bytes_accepted, end->stats.bytes_sent);
  ASSERT_EQ(end->words_unknown.size(), 1u);
  EXPECT_EQ(end->words_unknown[0].from, 0);
  EXPECT_GE(end->words_unknown[0].to * 32'000, static_cast<double>(end->stats.bytes_accepted));
}

// Whatever happens.

/// What goes wrong in one session, at random.
emulation::faults random_faults(std::mt19937& random) {
  auto const roll = [&random](unsigned sides) { return random() % sides == 0; };
  emulation::faults f;
  constexpr emulation::resume_policy policies[] = {emulation::resume_policy::count,
                                                   emulation::resume_policy::discard,
                                                   emulation::resume_policy::restart};
  constexpr emulation::ending endings[] = {emulation::ending::reset, emulation::ending::fin,
                                           emulation::ending::close};
  f.resume = policies[random() % 3];
  f.lose_while_away = roll(2);
  if (!roll(4)) {
    // Above a second of audio, which one message may hold, and what is not acknowledged.
    f.cuts.every = 50'000 + random() % 100'000;
    f.cuts.times = 1 + static_cast<int>(random() % 3);
    f.cuts.how = endings[random() % 3];
    if (!roll(3)) f.cuts.kind = emulation::cut_kind::brutal;
    f.cuts.unacknowledged = random() % 15'000;
  }
  auto const add = [&](char const* type, emulation::message_action action, int nth) {
    emulation::message_fault fault;
    fault.type = type;
    fault.action = action;
    fault.nth = nth;
    f.messages.push_back(fault);
  };
  using action = emulation::message_action;
  constexpr action of_finals[] = {action::reset_instead, action::late,  action::without_is_final,
                                  action::after_summary, action::twice, action::again_on_next_link};
  for (auto left = random() % 3; left > 0; --left) {
    add("final", of_finals[random() % 6], 1 + static_cast<int>(random() % 10));
  }
  using acks = emulation::ack_mode;
  constexpr acks of_any_server[] = {acks::normal, acks::late, acks::lost, acks::merged};
  constexpr acks told_late[] = {acks::again, acks::over_cuts};
  f.acks = of_any_server[random() % 4];
  f.ack_delay = 2ms;
  // Late ranges of a server that counts on are a limitation where links are lost again (ADR 11).
  if (f.resume == emulation::resume_policy::restart && roll(2)) f.acks = told_late[random() % 2];
  if (roll(3)) add("post_transcript", roll(2) ? action::lose : action::twice, 1);
  if (roll(6)) add("post_final_transcript", action::lose, 1);
  if (roll(6)) f.summary.minimal = true;
  if (roll(3)) f.summary.merge = 1 + random() % 4;
  if (roll(3)) f.summary.words_per_utterance = 1 + random() % 5;
  if (roll(3)) f.summary.round_to = 0.01;
  if (roll(6)) f.job.without_messages = true;
  return f;
}

/// Tells the reader of a failure what happened: it depends on time, and may not happen again.
std::string story_of(emulation::session_report const& report,
                     std::vector<live::event> const& events) {
  std::ostringstream story;
  for (auto const& link : report.connections) {
    story << "\nlink: counted from " << link.counter << ", took " << link.bytes << ", kept "
          << link.kept << ", acknowledged " << link.acknowledged;
  }
  for (auto const& said : report.said) {
    story << "\nsaid " << said.start << " to " << said.end << ":" << said.text << ", on";
    for (auto const link : said.sent_on) story << " " << link;
  }
  for (auto const& e : events) {
    if (auto const* t = std::get_if<transcript>(&e)) {
      auto const& u = t->data.utterance;
      story << "\ngot " << u.start << " to " << u.end << ":" << u.text;
      if (t->recovered) story << ", recovered";
    } else if (auto const* c = std::get_if<live::connected>(&e)) {
      story << "\nconnected at " << c->resume_offset << ", repeats " << c->repeated_from << " to "
            << c->repeated_to << ", unknown " << c->words_unknown.from << " to "
            << c->words_unknown.to;
    }
  }
  return story.str();
}

enum class user { of_session, of_threaded_session };

struct random_sessions : live_fixture, ::testing::WithParamInterface<std::tuple<user, bool>> {
  static constexpr int length = 20;  // seconds

  /// Some in each run of the tests, more where there is time.
  static int count() {
    auto const* given = std::getenv("GLADIA_RANDOM_SESSIONS");
    return given ? std::max(4, std::atoi(given)) / 4 : 13;  // in each of four
  }

  void SetUp() override {
    live_fixture::SetUp();
    request.audio = format;
    emulator_options.script = script_of(length);
    emulator_options.position_of = position_of;
    emulator_options.tls = std::get<bool>(GetParam());
    start_server();
    client.emplace(network.context(), client_options);
  }

  live::summary outcome;

  void play_session() {
    end.reset();
    session.emplace(client->live().session(request, options));
    run();
    feed(audio);
    run_to_end();
    outcome = *end;
  }
  void play_threaded_session() {
    gladia::client own(client_options);
    live::session_handlers handlers;
    handlers.on_event = [this](live::event const& e) { events.push_back(e); };
    live::threaded_session threaded(own.live().session(request, options), handlers);
    for (std::size_t at = 0; at < audio.size();) {
      auto const n = std::min<std::size_t>(3200, audio.size() - at);
      if (!threaded.send(boost::asio::buffer(audio.data() + at, n))) break;
      at += n;
    }
    threaded.stop();
    outcome = threaded.wait();
  }

  std::string const audio = position_coded_audio(format.bytes(std::chrono::seconds(length)));
};

TEST_P(random_sessions, lose_no_byte_and_deliver_every_final_of_the_server_once) {
  auto const who = std::get<user>(GetParam());
  for (int i = 0; i < count() && !HasFailure(); ++i) {
    auto const kind = (who == user::of_session ? 2u : 0u) + (std::get<bool>(GetParam()) ? 1u : 0u);
    auto const seed = static_cast<unsigned>(i) * 4 + kind;
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    server->set_faults(random_faults(random));
    events.clear();
    who == user::of_session ? play_session() : play_threaded_session();
    auto const report = server->report(outcome.job_id);
    ASSERT_TRUE(report);
    EXPECT_EQ(outcome.verdict, completeness::complete)
        << outcome.error.what() << (outcome.words_unknown.empty() ? "" : ", words are missing");
    expect_every_word_once(*report, all<transcript>(), outcome.stats);
    if (HasFailure()) std::cout << story_of(*report, events) << std::endl;
    expect_no_gap(heard_spans(*server, *report, audio), audio);
    auto deleted = client->live().async_delete(outcome.job_id, boost::asio::use_future);
    EXPECT_TRUE(deleted.get());
  }
}

INSTANTIATE_TEST_SUITE_P(all, random_sessions,
                         ::testing::Combine(::testing::Values(user::of_session,
                                                              user::of_threaded_session),
                                            ::testing::Bool()),
                         [](auto const& given) {
                           auto const who = std::get<user>(given.param);
                           return std::string(who == user::of_session ? "session"
                                                                      : "threaded_session") +
                                  (std::get<bool>(given.param) ? "_over_tls" : "");
                         });

}  // namespace
