#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <gladia/error.hpp>
#include <gladia/model/audio_format.hpp>

namespace gladia::audio {

/// The most bytes that may stand before the samples of a WAV file. A file with more is refused.
inline constexpr std::size_t max_wav_header_bytes = 1024 * 1024;

/// The contents of the header of a WAV file.
struct wav_header {
  audio_format format{};          ///< of the samples; one that the server takes
  std::uint64_t data_offset = 0;  ///< the number of bytes before the samples
  /// The number of bytes of samples, which may end with an incomplete frame. Not set if the writer
  /// did not finish the header (0 or 0xFFFFFFFF): then the samples reach to the end of the file or
  /// stream.
  std::optional<std::uint64_t> data_bytes{};
  /// Whether `data_bytes` may be a stand-in for an unknown size. A program that writes to a pipe
  /// cannot finish the header, and writes a size of about 2 GiB (SoX 0x7FFFF000 in whole frames,
  /// LAME 0x7FFFFFFF, arecord 0x80000000; any size from 0x7FFF0000 to 0x8000FFFF counts), or 4 GiB
  /// less a header. If the file or stream holds less than `data_bytes`, the samples reach to its
  /// end.
  bool may_be_unfinished = false;
  /// The end of the file according to its first chunk; wrong in many files.
  std::uint64_t riff_end = 0;

  /// The number of whole frames, if `data_bytes` is set.
  [[nodiscard]] std::optional<std::uint64_t> frames() const noexcept {
    if (!data_bytes) return std::nullopt;
    return *data_bytes / format.bytes_per_frame();
  }
};

/// Reads the header of a WAV file from pieces of any size.
///
/// Takes RIFF, RF64 and BW64 files of integer PCM (8, 16, 24 or 32 bits), A-law and µ-law, with a
/// plain or extensible `fmt ` chunk. Any other chunks may stand before `data`, also chunks of odd
/// size without their pad byte. The file need not be finished. Pure: no I/O, and nothing is
/// allocated but messages of errors.
///
/// Thread safety: as a value. Copies are independent.
class wav_header_parser {
 public:
  /// How far the parser is.
  enum class status {
    incomplete,  ///< more bytes are needed
    complete,    ///< `header()` is valid, and the bytes that follow are samples
    not_a_wav,   ///< the file begins with something else than a WAV header
    failed,      ///< the WAV header cannot be used; `error()` says why
  };

  /// Reads the bytes of `piece` that belong to the header.
  ///
  /// \param piece  The next bytes; not used after the call.
  /// \return How many bytes were read. When the header is complete, the rest of the piece are
  ///   samples. If `state()` is not `incomplete`, no byte is read.
  std::size_t feed(boost::asio::const_buffer piece);

  /// How far the parser is. The state is `not_a_wav` at the first byte that no WAV header has.
  [[nodiscard]] status state() const noexcept { return status_; }
  /// The contents of the header. Precondition: `state()` is `complete`.
  [[nodiscard]] wav_header const& header() const noexcept { return header_; }
  /// How many bytes were read.
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }

  /// Why the header cannot be used. No error unless `state()` is `not_a_wav` or `failed`.
  ///
  /// - `errc::not_a_wav`: there is no WAV header, or the header contradicts itself. Check the file.
  /// - `errc::unsupported_audio`: the server does not take the encoding, rate, depth or channel
  ///   count. The message says which is wrong, what is taken, and how to convert the file.
  [[nodiscard]] gladia::error const& error() const noexcept { return error_; }

 private:
  enum class part { magic, chunk_header, pad_or_chunk_header, format_chunk, sizes_chunk };

  void part_complete();
  void read_magic();
  void read_chunk_header();
  void read_pad();
  void read_format();
  void read_data_header(std::uint32_t size);
  void next(part p, std::size_t bytes) noexcept;
  void next_chunk() noexcept;
  void fail(errc code, std::string message);

  status status_ = status::incomplete;
  part part_ = part::magic;
  std::array<unsigned char, 40> bytes_{};  // of the part being read
  std::size_t wanted_ = 12;                // how many of them the part has
  std::size_t have_ = 0;
  std::uint64_t skip_ = 0;   // bytes to pass over before the part
  std::uint32_t chunk_ = 0;  // bytes of the chunk being read, without pad
  std::uint64_t offset_ = 0;
  bool has_format_ = false;
  std::optional<std::uint64_t> data_size_64_{};  // from the ds64 chunk
  wav_header header_{};
  gladia::error error_{};
};

/// The samples of a WAV file on disk.
///
/// `open` checks everything that can be checked, so that a file that cannot be transcribed is
/// refused before a session is paid for. A file that was cut short by a crash, or copied while it
/// grew, is read to its end: see `is_cut_short`. Chunks after the samples are not read.
///
/// ```
/// auto wav = gladia::audio::wav_file::open("speech.wav");
/// if (!wav) std::cout << wav.error().what() << '\n';
/// ```
///
/// Calls block on the disk. Thread safety: one thread at a time. Movable, not copyable.
class wav_file {
 public:
  /// Opens a file and reads its header.
  ///
  /// \param path  A regular file. A pipe is refused: send the bytes of a pipe to a session as they
  ///   are; the session takes the header off.
  /// \return The file, with its first frame as the next one to read; or
  ///   - a code of the operating system, if the file cannot be opened or read,
  ///   - `errc::not_a_wav`, `errc::unsupported_audio`, as `wav_header_parser::error`,
  ///   - `errc::truncated_audio`, if the file ends within its header.
  ///
  ///   The message always names the file and the fault.
  static result<wav_file> open(std::string path);

  /// The format of the samples, for `live_request::audio`.
  [[nodiscard]] audio_format const& format() const noexcept { return format_; }
  /// The number of bytes of all whole frames when the file was opened.
  [[nodiscard]] std::uint64_t data_bytes() const noexcept { return data_bytes_; }
  /// How long the whole frames last.
  [[nodiscard]] std::chrono::microseconds duration() const noexcept {
    return format_.duration(data_bytes_);
  }
  /// Whether the header promises more samples than the file held when it was opened. The samples
  /// that are there are read. False if the size in the header is a stand-in
  /// (`wav_header::may_be_unfinished`).
  [[nodiscard]] bool is_cut_short() const noexcept { return is_cut_short_; }
  /// The path that the file was opened with.
  [[nodiscard]] std::string const& path() const noexcept { return path_; }

  /// Reads the next whole frames.
  ///
  /// \param buffer  Filled with as many whole frames as fit; must have room for one frame.
  /// \return The number of bytes that were read, 0 only at the end; or
  ///   - `boost::system::errc::invalid_argument`, if the buffer is smaller than one frame,
  ///   - `errc::truncated_audio`, if the file became shorter since it was opened,
  ///   - a code of the operating system.
  result<std::size_t> read(boost::asio::mutable_buffer buffer);

  /// Makes the first frame the next one to read.
  ///
  /// \return No error, or a code of the operating system.
  result<void> rewind();

 private:
  struct closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  wav_file() = default;

  std::string path_{};
  std::unique_ptr<std::FILE, closer> file_{};
  audio_format format_{};
  std::uint64_t data_offset_ = 0;
  std::uint64_t data_bytes_ = 0;
  std::uint64_t position_ = 0;  // bytes of samples read so far
  bool is_cut_short_ = false;
};

namespace detail {
/// For messages, for example `wav/pcm, 16 bit, 16000 Hz, 1 channel`.
[[nodiscard]] std::string describe(audio_format const& format);
}  // namespace detail

}  // namespace gladia::audio

#ifdef GLADIA_HEADER_ONLY
#include <gladia/audio/impl/wav.ipp>
#endif
