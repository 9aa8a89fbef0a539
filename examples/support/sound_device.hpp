#pragma once

#include <gladia.hpp>
#include <memory>
#include <string>
#include <support/capture.hpp>
#include <utility>
#include <vector>

#ifdef GLADIA_PORTAUDIO

#include <fcntl.h>
#include <portaudio.h>
#include <unistd.h>

#include <algorithm>

namespace examples {

/// A microphone, through PortAudio; one at a time.
class sound_device : public capture {
 public:
  /// A line for each device that hears: its number, its name, and which is the default.
  static gladia::result<std::vector<std::string>> list() {
    portaudio const library;
    if (library.fault) return failure(library.fault, "PortAudio does not start");
    std::vector<std::string> lines;
    for (int i = 0; i < Pa_GetDeviceCount(); ++i) {
      if (Pa_GetDeviceInfo(i)->maxInputChannels < 1) continue;
      lines.push_back(std::to_string(i) + "  " + Pa_GetDeviceInfo(i)->name +
                      (i == Pa_GetDefaultInputDevice() ? "  (default)" : ""));
    }
    return lines;
  }

  /// \param name  a number or a part of a name of `list`; empty: the default device
  static gladia::result<std::unique_ptr<capture>> open(std::string const& name) {
    std::unique_ptr<sound_device> device(new sound_device);
    if (auto const fault = device->find(name)) return fault;
    return std::unique_ptr<capture>(std::move(device));
  }
  ~sound_device() override {
    if (stream_) Pa_CloseStream(stream_);  // waits for the callback
  }

  [[nodiscard]] gladia::audio_format format() const override { return format_; }
  gladia::error start(handler on_audio) override {
    on_audio_ = std::move(on_audio);
    auto const wanted = parameters();
    // Zero: PortAudio takes the length that suits the device.
    auto fault = Pa_OpenStream(&stream_, &wanted, nullptr, format_.sample_rate, 0, paNoFlag,
                               on_samples, this);
    if (fault == paNoError) fault = Pa_StartStream(stream_);
    return fault == paNoError ? gladia::error() : failure(fault, "the microphone does not start");
  }
  [[nodiscard]] bool is_over() const override { return Pa_IsStreamActive(stream_) != 1; }

 private:
  struct portaudio {
    // ALSA and JACK write a page to standard error about devices that nobody asked for.
    portaudio() {
      int const error_stream = ::dup(STDERR_FILENO);
      int const nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
      if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
      fault = Pa_Initialize();
      if (error_stream >= 0) ::dup2(error_stream, STDERR_FILENO);
      ::close(nowhere);
      ::close(error_stream);
    }
    ~portaudio() {
      if (fault == paNoError) Pa_Terminate();
    }
    portaudio(portaudio&&) = delete;
    PaError fault;
  };

  sound_device() = default;

  static gladia::error failure(PaError number, std::string const& what) {
    auto const why = number == paUnanticipatedHostError ? Pa_GetLastHostErrorInfo()->errorText
                                                        : Pa_GetErrorText(number);
    return gladia::error(make_error_code(boost::system::errc::io_error), gladia::phase::none,
                         what + ": " + why);
  }
  static gladia::error none(std::string const& what) {
    return gladia::error(make_error_code(boost::system::errc::no_such_device), gladia::phase::none,
                         what + "; --list shows what there is, --device FILE.wav does without");
  }

  gladia::error find(std::string const& name) {
    if (library_.fault) return failure(library_.fault, "PortAudio does not start");
    // Names have numbers in them too.
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    bool const is_number = std::all_of(name.begin(), name.end(), is_digit);
    for (int i = 0; i < Pa_GetDeviceCount() && !name.empty(); ++i) {
      auto const* info = Pa_GetDeviceInfo(i);
      bool const is_meant = is_number ? name == std::to_string(i)
                                      : std::string(info->name).find(name) != std::string::npos;
      if (is_meant && info->maxInputChannels > 0 && device_ == paNoDevice) device_ = i;
    }
    if (name.empty()) device_ = Pa_GetDefaultInputDevice();
    if (device_ == paNoDevice) {
      return none(name.empty() ? "no microphone was found" : "no microphone is called " + name);
    }
    auto const wanted = parameters();
    for (int const rate : {16'000, 48'000, 44'100, 32'000, 8'000}) {
      format_.sample_rate = rate;
      if (Pa_IsFormatSupported(&wanted, nullptr, rate) == paFormatIsSupported) return {};
    }
    return none("the microphone has no rate that the server takes");
  }
  [[nodiscard]] PaStreamParameters parameters() const {
    PaStreamParameters p{};
    p.device = device_;
    p.channelCount = 1;
    p.sampleFormat = paInt16;  // PortAudio converts
    p.suggestedLatency = Pa_GetDeviceInfo(device_)->defaultLowInputLatency;
    return p;
  }
  static int on_samples(void const* samples, void*, unsigned long frames,
                        PaStreamCallbackTimeInfo const*, PaStreamCallbackFlags, void* user) {
    auto const& self = *static_cast<sound_device*>(user);
    self.on_audio_(boost::asio::buffer(samples, frames * self.format_.bytes_per_frame()));
    return paContinue;
  }

  portaudio library_;
  PaDeviceIndex device_ = paNoDevice;
  gladia::audio_format format_;
  handler on_audio_;
  PaStream* stream_ = nullptr;
};

}  // namespace examples

#else

namespace examples {

/// Says that there is none.
struct sound_device {
  static gladia::error missing() {
    return gladia::error(make_error_code(boost::system::errc::not_supported), gladia::phase::none,
                         "this program was built without PortAudio (Debian: portaudio19-dev): it "
                         "hears only a --device FILE.wav");
  }
  static gladia::result<std::vector<std::string>> list() { return missing(); }
  static gladia::result<std::unique_ptr<capture>> open(std::string const&) { return missing(); }
};

}  // namespace examples

#endif
