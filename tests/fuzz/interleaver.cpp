// Whatever tracks bring, and whenever, all that is not reported as dropped comes out once, in order
// and in its own channel. The input is the format, the options, and then what is done.
#include <gladia/audio/interleaver.hpp>

#include <chrono>
#include <cstring>
#include <deque>
#include <gladia/audio/framer.hpp>
#include <gladia/audio/g711.hpp>
#include <string>
#include <vector>

#include "support.hpp"

using fuzz::require;
using gladia::audio_encoding;
using gladia::audio_format;
using gladia::audio::interleaver;
using namespace std::chrono_literals;

namespace {

// Slow rates: an hour of silence is short.
audio_format const formats[] = {{audio_encoding::pcm, 8, 1000, 1},
                                {audio_encoding::pcm, 16, 100, 1},
                                {audio_encoding::pcm, 24, 10, 1},
                                {audio_encoding::alaw, 8, 100, 1},
                                {audio_encoding::ulaw, 8, 100, 1}};

unsigned char silence_of(audio_format const& format) {
  if (format.encoding == audio_encoding::alaw) return gladia::audio::alaw_silence;
  if (format.encoding == audio_encoding::ulaw) return gladia::audio::ulaw_silence;
  return format.bit_depth == 8 ? 0x80 : 0;
}

std::chrono::nanoseconds time_of(fuzz::input& input) {
  switch (input.byte() % 3) {
    case 0:
      return std::chrono::milliseconds(input.byte());
    case 1:
      return std::chrono::milliseconds(input.number(3));
    default:
      return std::chrono::nanoseconds(static_cast<std::int64_t>(input.number(8)));
  }
}

class tracks {
 public:
  tracks(audio_format format, std::size_t count, gladia::audio::interleaver_options options)
      : legs_(format, count, options),
        width_(format.bytes_per_frame()),
        silence_(silence_of(format)),
        expected_(count),
        numbers_(count) {}

  void add(std::size_t track, std::chrono::nanoseconds const* at, std::size_t size) {
    std::string bytes;
    std::string samples;  // a byte for each
    auto const first = track < numbers_.size() ? numbers_[track] : 0;
    for (std::size_t i = 0; i * width_ < size; ++i) {
      samples += static_cast<char>((first + i) % 100 + 1);  // never silence
      bytes.append(width_, samples.back());
    }
    bytes.resize(size);
    auto const audio = boost::asio::buffer(bytes);
    auto const dropped = at ? legs_.add(track, *at, audio) : legs_.add(track, audio);
    require(dropped <= size, "no more is dropped than was added");
    if (dropped == size) return;
    require(track < expected_.size(), "only tracks that exist take audio");
    auto const incomplete = size % width_;
    require(dropped >= incomplete, "incomplete samples are dropped");
    require((dropped - incomplete) % width_ == 0, "whole samples are dropped");
    auto const begin = (dropped - incomplete) / width_;
    auto const end = size / width_;
    expected_[track].insert(expected_[track].end(),
                            samples.begin() + static_cast<std::ptrdiff_t>(begin),
                            samples.begin() + static_cast<std::ptrdiff_t>(end));
    numbers_[track] += end;
  }

  /// Returns whether there may be more.
  bool take() {
    auto const message = legs_.take();
    auto const frame = width_ * expected_.size();
    require(message.size() % frame == 0, "frames are whole");
    require(message.size() <= gladia::audio::framer(legs_.format()).max_message_bytes(),
            "a message is no larger than the server takes");
    auto const* bytes = static_cast<unsigned char const*>(message.data());
    for (std::size_t at = 0; at < message.size(); at += width_) {
      compare(expected_[at % frame / width_], bytes + at);
    }
    return message.size() > 0;
  }

  void finish() { legs_.finish(); }

  bool is_all_taken() const {
    for (auto const& one : expected_) {
      if (!one.empty()) return false;
    }
    return true;
  }

 private:
  void compare(std::deque<char>& expected, unsigned char const* sample) const {
    for (std::size_t i = 1; i < width_; ++i) require(sample[i] == sample[0], "samples stay whole");
    if (sample[0] == silence_) return;
    require(!expected.empty(), "nothing comes twice, or from nowhere");
    require(static_cast<unsigned char>(expected.front()) == sample[0], "samples come in order");
    expected.pop_front();
  }

  interleaver legs_;
  std::size_t width_;
  unsigned char silence_;
  std::vector<std::deque<char>> expected_;
  std::vector<std::size_t> numbers_;  // of samples that each track took
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::input input(data, size);
  auto const& format = input.one_of(formats);
  auto const count = std::size_t{1} + input.byte() % 4;
  gladia::audio::interleaver_options options;
  options.max_skew = std::chrono::duration_cast<std::chrono::milliseconds>(time_of(input));
  options.tolerance = std::chrono::duration_cast<std::chrono::milliseconds>(time_of(input));
  tracks test(format, count, options);

  int messages = 200;  // an input must not take longer than a moment
  while (!input.is_empty()) {
    auto const act = input.byte();
    switch (act % 4) {
      case 0: {
        auto const at = time_of(input);
        test.add(act / 4 % 5, &at, input.byte());
        break;
      }
      case 1:
        test.add(act / 4 % 5, nullptr, input.byte());
        break;
      case 2:
        while (messages > 0 && test.take()) --messages;
        break;
      default:
        test.finish();
    }
  }
  test.finish();
  while (messages > 0 && test.take()) --messages;
  if (messages > 0) require(test.is_all_taken(), "all that was taken comes out");
  return 0;
}
