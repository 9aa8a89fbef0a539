#pragma once

#include <sndfile.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gladia/error.hpp>
#include <gladia/model/audio_format.hpp>
#include <gladia/testing/impl/spool_file.ipp>

namespace gladia::testing::detail {

/// A file that libsndfile reads: FLAC, Ogg, MP3, AIFF, ...
class sound_file {
 public:
  static result<sound_file> open(std::shared_ptr<spool_file const> file) {
    sound_file opened;
    opened.place_ = std::make_unique<place>(place{std::move(file), 0});
    SF_VIRTUAL_IO io{length, seek, read_bytes, nullptr, tell};
    SF_INFO info{};
    opened.handle_.reset(sf_open_virtual(&io, SFM_READ, &info, opened.place_.get()));
    if (!opened.handle_) return error(errc::not_a_wav, sf_strerror(nullptr));
    if (info.channels < 1 || info.samplerate < 1) return error(errc::not_a_wav, "no audio");
    opened.format_.channels = info.channels;
    opened.format_.sample_rate = info.samplerate;
    opened.frames_ = static_cast<std::uint64_t>(std::max<sf_count_t>(0, info.frames));
    SF_FORMAT_INFO kind{};
    kind.format = info.format & SF_FORMAT_TYPEMASK;
    if (sf_command(nullptr, SFC_GET_FORMAT_INFO, &kind, sizeof kind) == 0 && kind.extension) {
      opened.extension_ = kind.extension;
    }
    // Floating-point samples may exceed the range of 16 bits.
    sf_command(opened.handle_.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
    return opened;
  }

  [[nodiscard]] audio_format const& format() const noexcept { return format_; }
  [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }
  [[nodiscard]] std::string const& extension() const noexcept { return extension_; }

  /// The next frames as 16 bits; empty at the end.
  [[nodiscard]] std::string read(std::size_t frames) {
    auto const channels = static_cast<std::size_t>(format_.channels);
    std::vector<short> samples(frames * channels);
    auto const got = sf_readf_short(handle_.get(), samples.data(), static_cast<sf_count_t>(frames));
    samples.resize(static_cast<std::size_t>(std::max<sf_count_t>(0, got)) * channels);
    std::string bytes;
    bytes.reserve(samples.size() * 2);
    for (auto sample : samples) {
      bytes += static_cast<char>(sample & 255);
      bytes += static_cast<char>(sample >> 8 & 255);
    }
    return bytes;
  }

 private:
  // Several jobs may read one file, each from its own position.
  struct place {
    std::shared_ptr<spool_file const> file{};
    std::uint64_t at = 0;
  };
  struct closer {
    void operator()(SNDFILE* handle) const { sf_close(handle); }
  };

  static place& of(void* user) { return *static_cast<place*>(user); }
  static sf_count_t length(void* user) { return static_cast<sf_count_t>(of(user).file->size()); }
  static sf_count_t tell(void* user) { return static_cast<sf_count_t>(of(user).at); }
  static sf_count_t seek(sf_count_t offset, int whence, void* user) {
    auto const from = whence == SEEK_CUR ? tell(user) : whence == SEEK_END ? length(user) : 0;
    of(user).at = static_cast<std::uint64_t>(std::max<sf_count_t>(0, from + offset));
    return tell(user);
  }
  static sf_count_t read_bytes(void* into, sf_count_t count, void* user) {
    auto& [file, at] = of(user);
    auto const bytes = file->read(at, static_cast<std::size_t>(count));
    std::memcpy(into, bytes.data(), bytes.size());
    at += bytes.size();
    return static_cast<sf_count_t>(bytes.size());
  }

  std::unique_ptr<place> place_{};
  std::unique_ptr<SNDFILE, closer> handle_{};
  audio_format format_{};
  std::uint64_t frames_ = 0;
  std::string extension_{};
};

}  // namespace gladia::testing::detail
