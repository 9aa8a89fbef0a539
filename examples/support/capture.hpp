#pragma once

#include <atomic>
#include <boost/asio/buffer.hpp>
#include <condition_variable>
#include <functional>
#include <gladia.hpp>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace examples {

/// What hears: a sound device, or a file in its stead.
class capture {
 public:
  /// Takes the next samples, on a thread of the device.
  using handler = std::function<void(boost::asio::const_buffer)>;

  /// Ends it; then the handler is not called any more.
  virtual ~capture() = default;
  [[nodiscard]] virtual gladia::audio_format format() const = 0;
  /// Once.
  virtual gladia::error start(handler on_audio) = 0;
  /// Whether no more will come: the file is at its end, or the device was unplugged.
  [[nodiscard]] virtual bool is_over() const = 0;
  /// Why no more will come, where that is no ordinary end.
  [[nodiscard]] virtual gladia::error fault() const { return {}; }
};

/// A WAV file that is heard as it would be spoken.
class file_capture : public capture {
 public:
  explicit file_capture(gladia::audio::wav_file file) : file_(std::move(file)) {}
  ~file_capture() override {
    {
      std::lock_guard lock(mutex_);
      is_wanted_ = false;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] gladia::audio_format format() const override { return file_.format(); }
  gladia::error start(handler on_audio) override {
    thread_ = std::thread([this, on_audio = std::move(on_audio)] {
      hear(on_audio);
      is_over_ = true;
    });
    return {};
  }
  [[nodiscard]] bool is_over() const override { return is_over_; }
  [[nodiscard]] gladia::error fault() const override {
    return is_over_ ? fault_ : gladia::error();  // until then the thread may write it
  }

 private:
  void hear(handler const& on_audio) {
    std::vector<char> chunk(file_.format().bytes(std::chrono::milliseconds(20)));
    gladia::audio::pacer pace(file_.format());
    std::unique_lock lock(mutex_);
    while (is_wanted_) {
      auto const bytes = file_.read(boost::asio::buffer(chunk));
      if (!bytes) fault_ = bytes.error();
      if (!bytes || *bytes == 0) return;
      on_audio(boost::asio::buffer(chunk.data(), *bytes));
      auto const wait = pace.sent(*bytes, std::chrono::steady_clock::now());
      changed_.wait_for(lock, wait, [this] { return !is_wanted_; });
    }
  }

  gladia::audio::wav_file file_;
  gladia::error fault_;
  std::atomic<bool> is_over_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_wanted_ = true;
  std::thread thread_;
};

}  // namespace examples
