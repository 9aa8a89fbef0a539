#pragma once

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include <gladia/audio/container.hpp>
#include <gladia/audio/wav.hpp>
#include <gladia/detail/lists.hpp>
#include <gladia/detail/private_file.hpp>

namespace gladia::audio {
namespace detail {

inline std::uint32_t little_endian_16(unsigned char const* p) noexcept {
  return static_cast<std::uint32_t>(p[0] | p[1] << 8);
}
inline std::uint32_t little_endian_32(unsigned char const* p) noexcept {
  return little_endian_16(p) | little_endian_16(p + 2) << 16;
}
inline std::uint64_t little_endian_64(unsigned char const* p) noexcept {
  return little_endian_32(p) | static_cast<std::uint64_t>(little_endian_32(p + 4)) << 32;
}
inline std::string_view characters(unsigned char const* p, std::size_t size) noexcept {
  return {reinterpret_cast<char const*>(p), size};
}

inline constexpr std::string_view wav_magics[] = {"RIFF", "RF64", "BW64"};

/// Whether `bytes` begin with the magic of a WAV file, as far as they go.
inline bool has_wav_magic(std::string_view bytes) noexcept {
  auto const magic = bytes.substr(0, 4);
  return std::any_of(std::begin(wav_magics), std::end(wav_magics), [&](std::string_view known) {
    return known.substr(0, magic.size()) == magic;
  });
}

/// Whether the first bytes may still become a WAV header.
inline bool may_be_wav(std::string_view bytes) noexcept {
  if (!has_wav_magic(bytes) || bytes.size() <= 8) return has_wav_magic(bytes);
  auto const kind = bytes.substr(8, 4);
  return std::string_view("WAVE").substr(0, kind.size()) == kind;
}

/// Whether `id` is that of a chunk that writers put before the samples.
inline bool is_known_chunk(std::string_view id) noexcept {
  constexpr std::string_view known[] = {
      "data", "fmt ", "fact", "LIST", "ds64", "JUNK", "junk", "PAD ", "FLLR", "bext", "iXML",
      "axml", "_PMX", "cue ", "smpl", "inst", "acid", "PEAK", "ID3 ", "id3 ", "cart", "chna"};
  return std::find(std::begin(known), std::end(known), id) != std::end(known);
}

/// Whether the first of five bytes after a chunk of odd size is its pad byte. It is one unless the
/// next chunk begins there.
inline bool is_pad(std::string_view bytes) noexcept {
  return is_known_chunk(bytes.substr(1)) || !is_known_chunk(bytes.substr(0, 4));
}

/// Bytes from a file in a form for messages.
inline std::string quote(std::string_view id) {
  std::string text = "'";
  for (char c : id) text += c >= 0x20 && c < 0x7f ? c : '?';
  return text + "'";
}

inline std::string describe_start(std::string_view bytes) {
  if (auto const name = name_of_container(bytes); !name.empty()) {
    return std::string(name) + ", not a WAV file; convert it";
  }
  if (bytes.size() > 8 && has_wav_magic(bytes))
    return "a RIFF file of the kind " + quote(bytes.substr(8)) + ", not 'WAVE'";
  return "not a WAV file: it does not begin with 'RIFF' or 'RF64'";
}

// https://www.rfc-editor.org/rfc/rfc2361: the numbers of encodings.
enum class wave_tag : std::uint32_t {
  pcm = 1,
  floats = 3,
  alaw = 6,
  ulaw = 7,
  extensible = 0xfffe
};

inline std::string describe_tag(std::uint32_t tag) {
  switch (tag) {
    case 0x02:
      return "Microsoft ADPCM";
    case 0x03:
      return "floating-point samples";
    case 0x11:
      return "IMA ADPCM";
    case 0x31:
      return "GSM 6.10";
    case 0x50:
      return "MPEG audio";
    case 0x55:
      return "MP3";
    default:
      return "encoding number " + std::to_string(tag);
  }
}

/// Bytes 4 to 15 of the sub-format GUID of each encoding that also has a number.
inline constexpr unsigned char sub_format_tail[] = {0x00, 0x00, 0x10, 0x00, 0x80, 0x00,
                                                    0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71};

GLADIA_DECL std::string describe(audio_format const& format) {
  return std::string(format.encoding.name()) + ", " + std::to_string(format.bit_depth) + " bit, " +
         std::to_string(format.sample_rate) + " Hz, " + std::to_string(format.channels) +
         (format.channels == 1 ? " channel" : " channels");
}

}  // namespace detail

GLADIA_DECL std::size_t wav_header_parser::feed(boost::asio::const_buffer piece) {
  auto const* bytes = static_cast<unsigned char const*>(piece.data());
  std::size_t used = 0;
  while (status_ == status::incomplete && used < piece.size()) {
    auto const left = piece.size() - used;
    std::size_t taken = 0;
    if (skip_ > 0) {
      taken = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, left));
      skip_ -= taken;
    } else {
      taken = std::min(wanted_ - have_, left);
      std::memcpy(bytes_.data() + have_, bytes + used, taken);
      have_ += taken;
    }
    used += taken;
    offset_ += taken;
    auto const seen = detail::characters(bytes_.data(), have_);
    if (part_ == part::magic && !detail::may_be_wav(seen)) {
      fail(errc::not_a_wav, detail::describe_start(seen));
      status_ = status::not_a_wav;
    } else if (skip_ == 0 && have_ == wanted_) {
      part_complete();
    }
  }
  return used;
}

GLADIA_DECL void wav_header_parser::part_complete() {
  switch (part_) {
    case part::magic:
      header_.riff_end = std::uint64_t{detail::little_endian_32(bytes_.data() + 4)} + 8;
      return next(part::chunk_header, 8);
    case part::chunk_header:
      return read_chunk_header();
    case part::pad_or_chunk_header:
      return read_pad();
    case part::format_chunk:
      return read_format();
    case part::sizes_chunk:
      header_.riff_end = detail::little_endian_64(bytes_.data()) + 8;
      data_size_64_ = detail::little_endian_64(bytes_.data() + 8);
      return next_chunk();
  }
}

GLADIA_DECL void wav_header_parser::read_chunk_header() {
  std::string const id(detail::characters(bytes_.data(), 4));
  auto const size = detail::little_endian_32(bytes_.data() + 4);
  if (id == "data") return read_data_header(size);

  chunk_ = size;
  if (size > max_wav_header_bytes - std::min<std::uint64_t>(offset_, max_wav_header_bytes)) {
    return fail(errc::not_a_wav, "chunk " + detail::quote(id) + " of " + std::to_string(size) +
                                     " bytes at byte " + std::to_string(offset_ - 8) +
                                     ": the samples must begin within the first MiB");
  }
  if (id == "fmt " && !has_format_) {
    if (size < 16) {
      return fail(errc::not_a_wav,
                  "its 'fmt ' chunk has " + std::to_string(size) + " bytes, and 16 are the least");
    }
    next(part::format_chunk, std::min<std::size_t>(size, 40));
  } else if (id == "ds64" && size >= 16) {
    next(part::sizes_chunk, 16);
  } else {
    have_ = 0;
    next_chunk();
  }
}

GLADIA_DECL void wav_header_parser::read_pad() {
  if (detail::is_pad(detail::characters(bytes_.data(), have_))) {
    std::memmove(bytes_.data(), bytes_.data() + 1, --have_);
  }
  part_ = part::chunk_header;
  wanted_ = 8;
}

GLADIA_DECL void wav_header_parser::read_format() {
  auto const* p = bytes_.data();
  auto const size = have_;
  auto const channels = detail::little_endian_16(p + 2);
  auto const sample_rate = detail::little_endian_32(p + 4);
  // The byte rate at `p + 8` is not read: it is redundant, and wrong in many files.
  auto const frame_bytes = detail::little_endian_16(p + 12);
  auto const bits = detail::little_endian_16(p + 14);

  auto tag = detail::little_endian_16(p);
  if (tag == static_cast<std::uint32_t>(detail::wave_tag::extensible)) {
    if (size < 40) {
      return fail(errc::not_a_wav, "its extensible 'fmt ' chunk has " + std::to_string(size) +
                                       " bytes instead of 40");
    }
    if (std::memcmp(p + 28, detail::sub_format_tail, sizeof detail::sub_format_tail) != 0) {
      return fail(errc::unsupported_audio,
                  "its sub-format is none that is known; convert it, for example with "
                  "ffmpeg -i in.wav -c:a pcm_s16le out.wav");
    }
    tag = detail::little_endian_32(p + 24);
  }

  switch (static_cast<detail::wave_tag>(tag)) {
    case detail::wave_tag::pcm:
      header_.format.encoding = audio_encoding::pcm;
      break;
    case detail::wave_tag::alaw:
      header_.format.encoding = audio_encoding::alaw;
      break;
    case detail::wave_tag::ulaw:
      header_.format.encoding = audio_encoding::ulaw;
      break;
    default:
      return fail(errc::unsupported_audio,
                  "it holds " + detail::describe_tag(tag) +
                      ", and only integer PCM, A-law and µ-law are taken; convert it, for example "
                      "with ffmpeg -i in.wav -c:a pcm_s16le out.wav");
  }
  if (!gladia::detail::contains(supported_sample_rates, sample_rate)) {
    return fail(errc::unsupported_audio, "its sample rate is " + std::to_string(sample_rate) +
                                             " Hz, and only " +
                                             gladia::detail::list_of(supported_sample_rates) +
                                             " Hz are taken; convert it, for example with "
                                             "ffmpeg -i in.wav -ar 16000 out.wav");
  }
  if (channels < 1 || channels > static_cast<std::uint32_t>(max_channels)) {
    return fail(errc::unsupported_audio, "it has " + std::to_string(channels) +
                                             " channels, and only 1 to " +
                                             std::to_string(max_channels) + " are taken");
  }
  if (header_.format.encoding != audio_encoding::pcm && bits != 8) {
    return fail(errc::unsupported_audio, "it says that its A-law or µ-law samples have " +
                                             std::to_string(bits) + " bits instead of 8");
  }
  if (!gladia::detail::contains(supported_bit_depths, bits)) {
    return fail(errc::unsupported_audio, "its samples have " + std::to_string(bits) +
                                             " bits, and only " +
                                             gladia::detail::list_of(supported_bit_depths) +
                                             " are taken; convert it, for example with "
                                             "ffmpeg -i in.wav -c:a pcm_s16le out.wav");
  }
  if (frame_bytes != channels * (bits / 8)) {
    return fail(errc::unsupported_audio, "its frames have " + std::to_string(frame_bytes) +
                                             " bytes, but " + std::to_string(channels) + " x " +
                                             std::to_string(bits) + " bits need " +
                                             std::to_string(channels * (bits / 8)));
  }
  header_.format.bit_depth = static_cast<int>(bits);
  header_.format.sample_rate = static_cast<int>(sample_rate);
  header_.format.channels = static_cast<int>(channels);
  has_format_ = true;
  next_chunk();
}

GLADIA_DECL void wav_header_parser::read_data_header(std::uint32_t size) {
  if (!has_format_) {
    return fail(errc::not_a_wav, "its 'data' chunk comes before any 'fmt ' chunk");
  }
  bool const is_in_ds64 = size == 0xffffffff && data_size_64_;
  auto const full_size = is_in_ds64 ? *data_size_64_ : size;
  bool const is_unfinished =
      full_size == 0 || full_size == (is_in_ds64 ? ~std::uint64_t{0} : 0xffffffff);
  if (!is_unfinished) header_.data_bytes = full_size;
  header_.may_be_unfinished =
      !is_in_ds64 && ((size >= 0x7fff0000 && size <= 0x8000ffff) || size >= 0xffff0000);
  header_.data_offset = offset_;
  status_ = status::complete;
}

GLADIA_DECL void wav_header_parser::next(part p, std::size_t bytes) noexcept {
  part_ = p;
  wanted_ = bytes;
  have_ = 0;
}

/// Skips the rest of the chunk.
GLADIA_DECL void wav_header_parser::next_chunk() noexcept {
  skip_ = chunk_ - have_;
  bool const is_odd = chunk_ % 2 != 0;
  next(is_odd ? part::pad_or_chunk_header : part::chunk_header, is_odd ? 5 : 8);
}

GLADIA_DECL void wav_header_parser::fail(errc code, std::string message) {
  status_ = status::failed;
  error_ = gladia::error(code, std::move(message));
}

namespace detail {

// Not the system category: its errors count as network errors, which may be tried again.
inline gladia::error file_error(int number, std::string message) {
  return gladia::error(error_code(number, boost::system::generic_category()), phase::none,
                       std::move(message));
}

inline gladia::error file_error(errc code, std::string const& path, std::string const& fault) {
  return gladia::error(code, path + ": " + fault);
}

/// Whether the bytes from a chunk of `size` bytes to `end` are chunks or nothing. The last chunk
/// may be cut.
inline bool are_chunks(std::FILE& file, std::uint64_t at, std::uint64_t size, std::uint64_t end) {
  constexpr int most = 1000;
  for (int count = 0; at + size % 2 < end; ++count) {
    unsigned char bytes[9] = {};
    auto const wanted = static_cast<std::size_t>(8 + size % 2);
    bool const is_read =
        count < most && gladia::detail::seek(file, at) && std::fread(bytes, 1, wanted, &file) >= 8;
    if (!is_read) return false;
    auto const pad = std::size_t{size % 2 != 0 && is_pad(characters(bytes, 5)) ? 1u : 0u};
    auto const id = characters(bytes + pad, 4);
    bool const is_printable =
        std::all_of(id.begin(), id.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    if (!is_printable) return false;
    size = little_endian_32(bytes + pad + 4);
    at += pad + 8 + size;
    if (at > end) return is_known_chunk(id);
  }
  return true;
}

/// Whether the size of the samples is credible though more bytes follow them. They must be chunks,
/// up to the end that the file claims, with hardly anything after it. A size of 0, which many
/// programs leave in the header, is credible only if chunks follow.
inline bool has_end(std::FILE& file, wav_header const& header, std::uint64_t file_bytes) {
  constexpr std::uint64_t largest_trailer = 64 * 1024;  // such as an ID3v1
  auto const size = header.data_bytes.value_or(0);
  auto const at = header.data_offset + size;
  for (auto const end : {std::min(header.riff_end, file_bytes), file_bytes}) {
    if (end < at || (size == 0 && end == at) || file_bytes - end > largest_trailer) continue;
    if (are_chunks(file, at, size, end)) return true;
  }
  return false;
}

}  // namespace detail

GLADIA_DECL result<wav_file> wav_file::open(std::string path) {
  // The type is checked before opening, because opening a pipe waits for its writer.
  auto const where = gladia::detail::path_of(path);
  std::error_code ec;
  auto const status = std::filesystem::status(where, ec);
  if (ec || !std::filesystem::exists(status)) {
    return detail::file_error(ec ? gladia::detail::errno_of(ec) : ENOENT,
                              path + ": cannot be opened");
  }
  if (std::filesystem::is_directory(status)) {
    return detail::file_error(EISDIR, path + ": is a directory");
  }
  if (!std::filesystem::is_regular_file(status)) {
    return detail::file_error(ESPIPE, path +
                                          ": is not a regular file; read it yourself and send its "
                                          "bytes as they are, a session strips the WAV header");
  }

  wav_file wav;
  wav.file_.reset(gladia::detail::open_private(path, "rb"));
  if (!wav.file_) return detail::file_error(errno, path + ": cannot be opened");
  auto const file_bytes = std::filesystem::file_size(where, ec);
  if (ec) return detail::file_error(gladia::detail::errno_of(ec), path + ": cannot be read");

  wav_header_parser parser;
  container_detector kind;
  std::array<unsigned char, 4096> piece;
  while (parser.state() == wav_header_parser::status::incomplete) {
    auto const bytes = std::fread(piece.data(), 1, piece.size(), wav.file_.get());
    if (bytes == 0) {
      if (std::ferror(wav.file_.get())) return detail::file_error(errno, path + ": cannot be read");
      return parser.offset() < 12
                 ? detail::file_error(
                       errc::not_a_wav, path,
                       "not a WAV file: it has only " + std::to_string(parser.offset()) + " bytes")
                 : detail::file_error(errc::truncated_audio, path,
                                      "the file ends within its header, after " +
                                          std::to_string(parser.offset()) + " bytes");
    }
    kind.feed(boost::asio::buffer(piece.data(), bytes));
    parser.feed(boost::asio::buffer(piece.data(), bytes));
  }
  if (parser.error() && !kind.name().empty()) {
    return detail::file_error(errc::not_a_wav, path,
                              std::string(kind.name()) + ", not a WAV file; convert it");
  }
  if (auto const& fault = parser.error()) {
    return gladia::error(fault.code(), phase::none, path + ": " + fault.details().message);
  }

  auto const& header = parser.header();
  auto const present = file_bytes - std::min<std::uint64_t>(file_bytes, header.data_offset);
  auto const promised = header.data_bytes.value_or(0);
  bool const is_all = promised >= present || !detail::has_end(*wav.file_, header, file_bytes);
  wav.path_ = std::move(path);
  wav.format_ = header.format;
  wav.data_offset_ = header.data_offset;
  wav.data_bytes_ = wav.format_.whole_frames(is_all ? present : promised);
  wav.is_cut_short_ = promised > present && !header.may_be_unfinished;
  if (auto rewound = wav.rewind(); !rewound) return rewound.error();
  return wav;
}

GLADIA_DECL result<std::size_t> wav_file::read(boost::asio::mutable_buffer buffer) {
  auto const room = format_.whole_frames(buffer.size());
  if (room == 0) {
    return detail::file_error(EINVAL, path_ + ": the buffer of " + std::to_string(buffer.size()) +
                                          " bytes is smaller than a frame of " +
                                          std::to_string(format_.bytes_per_frame()));
  }
  auto const wanted = static_cast<std::size_t>(std::min(room, data_bytes_ - position_));
  if (wanted == 0) return std::size_t{0};
  auto const bytes = std::fread(buffer.data(), 1, wanted, file_.get());
  if (bytes < wanted) {
    if (std::ferror(file_.get())) return detail::file_error(errno, path_ + ": cannot be read");
    return detail::file_error(errc::truncated_audio, path_,
                              "the file became shorter while it was read");
  }
  position_ += wanted;
  return wanted;
}

GLADIA_DECL result<void> wav_file::rewind() {
  if (!gladia::detail::seek(*file_, data_offset_)) {
    return detail::file_error(errno, path_ + ": cannot be read");
  }
  position_ = 0;
  return {};
}

}  // namespace gladia::audio
