// The ledger of words: whatever finals, links and summings-up come, with whatever times, no text is
// delivered twice, and a gap is closed only by what tells. The input is one operation after the
// other.
#include <gladia/live/detail/word_ledger.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support.hpp"

using fuzz::require;

namespace {

using gladia::transcript;
using gladia::transcript_data;
using gladia::transcript_utterance;
using gladia::transcription_result;
using gladia::live::detail::word_ledger;

class ledger_session {
 public:
  explicit ledger_session(fuzz::input& in) : in_(in) {}

  void play() {
    while (!in_.is_empty()) operate();
    // A summing-up that holds all that was said, and nothing else.
    auto const before = told_.size();
    deliver(ledger_.recover(sum_of(told_), {true, true}), before);
    require(ledger_.recover(sum_of(told_), {true, true}).empty(), "a text is found once");
  }

 private:
  void operate() {
    switch (in_.byte() % 8) {
      case 0:
      case 1:
        return tell(true);
      case 2:
        return tell(false);
      case 3:
        return ledger_.open_gap(time());
      case 4:
        return ledger_.on_heard_until(time());
      case 5:
        return ledger_.on_repeat(time(), time());
      case 6:
        return sum_up();
      case 7:
        return look_at_job();
    }
  }

  /// Mostly sensible times, in tenths; now and then nonsense.
  double time() {
    static constexpr double nonsense[] = {-1, 1e300, -1e300, 1e-300,
                                          std::numeric_limits<double>::infinity()};
    auto const choice = in_.byte();
    return choice < 5 ? nonsense[choice] : choice / 10.0;
  }

  transcript_utterance utterance() {
    transcript_utterance u;
    u.channel = static_cast<int>(in_.byte() % 4) - 1;
    u.start = time();
    u.end = u.start + in_.byte() / 50.0;
    u.text = " t" + std::to_string(told_.size());
    auto const count = in_.byte() % 4;
    for (int i = 0; i < count; ++i) {
      gladia::transcript_word word;
      word.word = " w";
      word.start = u.start + (u.end - u.start) * i / count;
      word.end = u.start + (u.end - u.start) * (i + 1) / count;
      u.words.push_back(word);
    }
    return u;
  }

  /// The server makes a final, which arrives or not.
  void tell(bool arrives) {
    auto const u = utterance();
    told_.push_back(u);
    if (!arrives) return;
    transcript_data const data{"id-" + std::to_string(in_.byte() % 8), true, u};
    if (ledger_.on_final(data, now_) && in_.byte() == 0) ledger_.take_back(data);
  }

  static transcription_result sum_of(std::vector<transcript_utterance> const& some) {
    transcription_result all;
    all.utterances = some;
    for (auto const& u : some) all.full_transcript += u.text;
    return all;
  }

  void sum_up() {
    auto some = told_;
    if (in_.flag() && !some.empty()) some.erase(some.begin() + in_.byte() % some.size());
    if (in_.flag()) some.push_back(utterance());
    deliver(ledger_.recover(sum_of(some), {in_.flag(), in_.flag()}), some.size());
  }

  void look_at_job() {
    std::vector<gladia::live_message> messages;
    for (auto const& u : told_) {
      transcript t;
      t.data = {"id-" + std::to_string(in_.byte() % 8), in_.flag(), u};
      messages.push_back(t);
    }
    auto const found = ledger_.recover(messages, {in_.flag(), in_.flag(), in_.flag()});
    require(found.size() <= messages.size(), "a message is found once");
    check_spans();
  }

  void deliver(std::vector<transcript> const& found, std::size_t utterances) {
    require(found.empty() || utterances > 0, "nothing is made up");
    for (auto const& t : found) {
      require(t.recovered && t.data.is_final && !t.data.id.empty(), "what was found is marked");
      require(!ledger_.on_final(t.data, now_),
              "the final of what was found is not delivered again");
    }
    check_spans();
  }

  void check_spans() const {
    auto const spans = ledger_.unknown(30);
    require(spans.empty() != ledger_.is_open(), "where something may be missing is said");
    for (std::size_t i = 0; i < spans.size(); ++i) {
      require(spans[i].from <= spans[i].to, "a stretch has a length");
      require(i == 0 || spans[i - 1].to < spans[i].from, "stretches lie apart, in order");
    }
  }

  static constexpr double now_ = 26;  // times are up to about then
  fuzz::input& in_;
  word_ledger ledger_{word_ledger::settings{2}};
  std::vector<transcript_utterance> told_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::input in(data, size);
  ledger_session(in).play();
  return 0;
}
