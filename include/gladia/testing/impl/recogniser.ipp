#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gladia/testing/impl/samples.ipp>

#ifdef GLADIA_POCKETSPHINX_MODELS
#include <pocketsphinx.h>
#endif

namespace gladia::testing::detail {

/// A word as recognised; times in seconds from the start of the utterance's audio.
struct recognised_word {
  std::string text{};
  double start = 0;
  double end = 0;
  double confidence = 0;
};

/// The words recognised so far in one utterance, and whether they are complete.
using recognition_handler = std::function<void(std::vector<recognised_word>, bool is_final)>;

/// One utterance on its way through the recogniser.
struct spoken {
  bool wants_partials = false;
  recognition_handler handler{};
  // Guarded by the recogniser's mutex.
  std::vector<std::int16_t> samples{};
  bool is_complete = false;
};

#ifdef GLADIA_POCKETSPHINX_MODELS

/// Turns samples into words with PocketSphinx.
class decoder {
 public:
  decoder() {
    std::string const models = GLADIA_POCKETSPHINX_MODELS;
    // Silence must not be removed, or times would not include it. Without a log file PocketSphinx
    // writes to standard error.
    config_ = cmd_ln_init(nullptr, ps_args(), TRUE, "-hmm", (models + "/en-us").c_str(), "-lm",
                          (models + "/en-us.lm.bin").c_str(), "-dict",
                          (models + "/cmudict-en-us.dict").c_str(), "-remove_silence", "no",
                          "-logfn", "/dev/null", nullptr);
    if (config_) decoder_ = ps_init(config_);
  }
  decoder(decoder const&) = delete;
  decoder& operator=(decoder const&) = delete;
  ~decoder() {
    if (decoder_) ps_free(decoder_);
    if (config_) cmd_ln_free_r(config_);
  }

  [[nodiscard]] static bool is_installed() {
    return std::ifstream(std::string(GLADIA_POCKETSPHINX_MODELS) + "/en-us.lm.bin").good();
  }

  void start() {
    if (!decoder_) return;
    ps_start_stream(decoder_);  // or times would count from the first utterance
    ps_start_utt(decoder_);
  }
  void feed(std::int16_t const* samples, std::size_t count) {
    if (decoder_) ps_process_raw(decoder_, samples, count, FALSE, FALSE);
  }
  void end() {
    if (decoder_) ps_end_utt(decoder_);
  }
  [[nodiscard]] std::vector<recognised_word> words() {
    std::vector<recognised_word> words;
    if (!decoder_) return words;
    for (auto* segment = ps_seg_iter(decoder_); segment; segment = ps_seg_next(segment)) {
      std::string text = ps_seg_word(segment);
      // Fillers: <sil>, [NOISE], ++UH++. Other pronunciations: read(2).
      if (text.empty() || text[0] == '<' || text[0] == '[' || text[0] == '+') continue;
      text = text.substr(0, text.find('('));
      int first = 0;
      int last = 0;
      ps_seg_frames(segment, &first, &last);
      int const probability = ps_seg_prob(segment, nullptr, nullptr, nullptr);
      double const confidence = logmath_exp(ps_get_logmath(decoder_), probability);
      words.push_back(
          {std::move(text), first / 100.0, (last + 1) / 100.0, std::clamp(confidence, 0.0, 1.0)});
    }
    return words;
  }

 private:
  cmd_ln_t* config_ = nullptr;
  ps_decoder_t* decoder_ = nullptr;
};

#else

/// Takes the recogniser's place where PocketSphinx is not installed. Never used.
class decoder {
 public:
  [[nodiscard]] static bool is_installed() { return false; }
  void start() {}
  void feed(std::int16_t const*, std::size_t) {}
  void end() {}
  [[nodiscard]] std::vector<recognised_word> words() { return {}; }
};

#endif

/// Recognises utterances on a thread of its own, one at a time, in the order they begin.
///
/// While the first utterance waits for audio, other complete utterances are recognised; the first
/// one is then begun again. So a pause of one speaker delays nobody else, and some work is done
/// twice.
class recogniser {
 public:
  recogniser() : worker_([this] { run(); }) {}
  recogniser(recogniser const&) = delete;
  recogniser& operator=(recogniser const&) = delete;
  ~recogniser() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    worker_.join();
  }

  /// Begins an utterance. `handler` is called on the recogniser's thread.
  std::shared_ptr<spoken> begin(bool wants_partials, recognition_handler handler) {
    auto utterance = std::make_shared<spoken>();
    utterance->wants_partials = wants_partials;
    utterance->handler = std::move(handler);
    std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back(utterance);
    return utterance;
  }
  void add(spoken& utterance, std::int16_t const* samples, std::size_t count) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      utterance.samples.insert(utterance.samples.end(), samples, samples + count);
    }
    changed_.notify_one();
  }
  void complete(spoken& utterance) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      utterance.is_complete = true;
    }
    changed_.notify_one();
  }

 private:
  using lock_type = std::unique_lock<std::mutex>;

  /// Samples recognised in one step: between steps the thread can be ended.
  static constexpr std::size_t piece = analysis_rate / 10;
  /// Samples between two partials.
  static constexpr std::size_t partial_interval = analysis_rate * 3 / 10;

  // The utterance to work on: the current one if it has samples; else a complete one; else the
  // first one that has samples.
  std::shared_ptr<spoken> choose() const {
    if (current_ && (current_->is_complete || current_->samples.size() > done_)) return current_;
    for (auto const& utterance : queue_) {
      if (utterance->is_complete) return utterance;
    }
    if (current_) return nullptr;
    for (auto const& utterance : queue_) {
      if (!utterance->samples.empty()) return utterance;
    }
    return nullptr;
  }

  void run() {
    lock_type lock(mutex_);
    std::unique_ptr<decoder> words;
    while (true) {
      std::shared_ptr<spoken> next;
      changed_.wait(lock, [&] { return stopping_ || (next = choose()) != nullptr; });
      if (stopping_) return;
      if (!words) {
        // Loading the models takes a while, so they are loaded with the first utterance.
        lock.unlock();
        words = std::make_unique<decoder>();
        lock.lock();
      }
      work(lock, *words, next);
    }
  }

  void work(lock_type& lock, decoder& words, std::shared_ptr<spoken> const& utterance) {
    if (current_ != utterance) {
      if (current_) words.end();
      current_ = utterance;
      done_ = 0;
      reported_ = 0;
      words.start();
    }
    auto const end = std::min(done_ + piece, utterance->samples.size());
    std::vector<std::int16_t> const samples(
        utterance->samples.begin() + static_cast<std::ptrdiff_t>(done_),
        utterance->samples.begin() + static_cast<std::ptrdiff_t>(end));
    bool const is_final = utterance->is_complete && end == utterance->samples.size();
    lock.unlock();
    if (!samples.empty()) words.feed(samples.data(), samples.size());
    done_ = end;
    if (is_final) {
      words.end();
      utterance->handler(words.words(), true);
    } else if (utterance->wants_partials && done_ >= reported_ + partial_interval) {
      reported_ = done_;
      utterance->handler(words.words(), false);
    }
    lock.lock();
    if (!is_final) return;
    current_ = nullptr;
    for (auto at = queue_.begin(); at != queue_.end(); ++at) {
      if (*at == utterance) {
        queue_.erase(at);
        break;
      }
    }
  }

  std::mutex mutex_{};
  std::condition_variable changed_{};
  std::deque<std::shared_ptr<spoken>> queue_{};
  bool stopping_ = false;
  // The worker's own.
  std::shared_ptr<spoken> current_{};
  std::size_t done_ = 0;
  std::size_t reported_ = 0;
  std::thread worker_;
};

}  // namespace gladia::testing::detail
