#pragma once

#include <filesystem>
#include <functional>
#include <gladia.hpp>
#include <string>
#include <support/wav_source.hpp>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#ifdef GLADIA_SNDFILE
#include <support/sound_file.hpp>
#endif

namespace examples {

/// A `wav_source`, or a file of another kind where the examples were built with libsndfile.
class audio_source {
 public:
  /// \param path  a file, or a pipe with a WAV file; `-`: standard input
  static gladia::result<audio_source> open(std::string const& path) {
    auto wav = wav_source::open(path);
    if (wav) return audio_source(std::move(*wav));
    auto const fault = wav.error();
    std::string const file = path == "-" ? "/dev/stdin" : path;
    std::error_code ignored;
    bool const may_be_another_kind =
        (fault == gladia::errc::not_a_wav || fault == gladia::errc::unsupported_audio) &&
        std::filesystem::is_regular_file(file, ignored);
    if (!may_be_another_kind) return fault;
#ifdef GLADIA_SNDFILE
    auto sound = sound_file::open(file);
    if (sound) return audio_source(std::move(*sound));
    auto const why = "libsndfile does not help: " + sound.error().details().message;
#else
    std::string const why =
        "this program was built without libsndfile (Debian: libsndfile1-dev), which reads more";
#endif
    return gladia::error(fault.code(), gladia::phase::none, fault.details().message + "; " + why);
  }

  [[nodiscard]] gladia::audio_format const& format() const {
    return std::visit(
        [](auto const& s) -> auto const& { return s.format(); }, source_);
  }
  [[nodiscard]] std::string const& name() const {
    return std::visit(
        [](auto const& s) -> auto const& { return s.name(); }, source_);
  }
  /// Whether it comes as it is recorded.
  [[nodiscard]] bool is_pipe() const {
    return std::visit([](auto const& s) { return s.is_pipe(); }, source_);
  }
  /// Whether it promises more than there is: of all but WAV files, once it has ended.
  [[nodiscard]] bool is_cut_short() const {
    return std::visit([](auto const& s) { return s.is_cut_short(); }, source_);
  }
  /// As `wav_source::read`.
  gladia::result<std::size_t> read(std::vector<char>& buffer,
                                   std::function<bool()> const& is_over) {
    return std::visit([&](auto& s) { return s.read(buffer, is_over); }, source_);
  }

 private:
  template <class Source>
  explicit audio_source(Source source) : source_(std::move(source)) {}

#ifdef GLADIA_SNDFILE
  std::variant<wav_source, sound_file> source_;
#else
  std::variant<wav_source> source_;
#endif
};

}  // namespace examples
