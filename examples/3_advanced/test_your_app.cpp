// A test of an application with GoogleTest: a Gladia in the same process says what a script tells,
// loses the link in the middle, or refuses the session.
//
//   test_your_app
//   test_your_app --gtest_filter='*cut*'

#include <gtest/gtest.h>

#include <chrono>
#include <gladia.hpp>
#include <gladia/testing/emulator.hpp>
#include <gladia/testing/sound.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// The application: it notes what is said in a recording.

class note_taker {
 public:
  explicit note_taker(gladia::client_options options) : client_(std::move(options)) {}

  /// The notes, or why there are none.
  gladia::result<std::vector<std::string>> listen(std::string const& audio) {
    std::vector<std::string> notes;
    gladia::live::session_handlers handlers;
    handlers.on_final = [&](std::string const& text) { notes.push_back(text); };
    gladia::live::threaded_session session(client_.live().session({}), handlers);
    auto const sent = session.send(audio.data(), audio.size());
    session.stop();
    auto const end = session.wait();
    if (end.error) return end.error;
    if (!sent) return sent.error();
    return notes;
  }

 private:
  gladia::client client_;
};

// Its tests.

namespace {

using notes = std::vector<std::string>;
namespace emulated = gladia::testing;

class taking_notes : public ::testing::Test {
 protected:
  /// Two sentences, which the application hears as " It is raining." and " Take the bus."
  std::string const audio = sentence() + sentence();

  void start(emulated::faults faults = {}) {
    emulated::emulator_options options;
    options.script = "It is raining.\nTake the bus.\n";
    options.faults = std::move(faults);
    auto started = emulated::emulator::start(options);
    ASSERT_TRUE(started) << started.error().what();
    gladia_here.emplace(std::move(*started));
  }
  gladia::result<notes> take_notes() {
    gladia::client_options options;
    options.api_url = gladia_here->url();
    options.api_key = "any key will do";
    return note_taker(options).listen(audio);
  }

  std::optional<emulated::emulator> gladia_here;

 private:
  static std::string sentence() {
    gladia::audio_format const format;
    return emulated::speech(format, std::chrono::milliseconds(500)) +
           emulated::silence(format, std::chrono::milliseconds(500));
  }
};

TEST_F(taking_notes, writes_down_each_sentence) {
  start();
  EXPECT_EQ(take_notes().value(), (notes{" It is raining.", " Take the bus."}));
}

TEST_F(taking_notes, misses_no_word_when_the_link_is_cut) {
  emulated::faults faults;
  faults.cuts.every = audio.size() / 2;
  faults.cuts.kind = emulated::cut_kind::clean;  // else the script goes on over audio heard twice
  faults.cuts.times = 1;
  start(faults);
  EXPECT_EQ(take_notes().value(), (notes{" It is raining.", " Take the bus."}));
  EXPECT_EQ(gladia_here->reports().at(0).connections.size(), 2u) << "it was not cut";
}

TEST_F(taking_notes, says_that_the_plan_does_not_cover_it) {
  emulated::faults faults;
  faults.http = {{emulated::route::init, emulated::http_action::answer}};
  faults.http[0].status = 402;
  start(faults);
  auto const taken = take_notes();
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error(), gladia::errc::payment_required);
  EXPECT_TRUE(gladia_here->reports().empty()) << "a session was made all the same";
}

}  // namespace
