// However a stream is split, its header is read alike and the same audio comes out; as a file it
// gives whole frames of its own bytes. The input is the expected format, seven sizes of pieces, and
// the stream.
#include <sys/mman.h>
#include <unistd.h>
#include <gladia/audio/container.hpp>
#include <gladia/audio/stream_head.hpp>
#include <gladia/audio/wav.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "support.hpp"

using fuzz::require;
using gladia::audio::stream_head;
using gladia::audio::wav_header_parser;
using status = wav_header_parser::status;

namespace {

using pieces = std::vector<std::string_view>;

pieces split(std::string_view stream, std::uint8_t const (&sizes)[7]) {
  pieces split;
  for (std::size_t i = 0; !stream.empty(); ++i) {
    // Some pieces are empty, but never all of them.
    auto const size = sizes[i % std::size(sizes)] + (i % std::size(sizes) == 0 ? 1u : 0u);
    split.push_back(stream.substr(0, size));
    stream.remove_prefix(split.back().size());
  }
  return split;
}

boost::asio::const_buffer buffer(std::string_view text) {
  return {text.data(), text.size()};
}

wav_header_parser parse(pieces const& stream) {
  wav_header_parser parser;
  std::uint64_t read = 0;
  for (auto piece : stream) {
    auto const used = parser.feed(buffer(piece));
    read += used;
    require(used <= piece.size(), "no more is read than there is");
    require(used == piece.size() || parser.state() != status::incomplete,
            "a piece is left over only when the verdict stands");
  }
  require(parser.offset() == read, "what was read is counted");
  return parser;
}

bool is_supported(gladia::audio_format const& f) {
  auto const has = [](auto const& list, int value) {
    return std::find(std::begin(list), std::end(list), value) != std::end(list);
  };
  return has(gladia::supported_sample_rates, f.sample_rate) &&
         has(gladia::supported_bit_depths, f.bit_depth) && f.channels >= 1 &&
         f.channels <= gladia::max_channels;
}

void check_header(pieces const& whole, pieces const& split) {
  auto const expected = parse(whole);
  auto const parser = parse(split);
  require(parser.state() == expected.state(), "the verdict does not depend on the pieces");
  require(parser.error().code() == expected.error().code(), "nor does the error");
  // What is no WAV file is described by as much of its start as came in one piece.
  require(parser.state() != status::failed || parser.error().what() == expected.error().what(),
          "nor do its words");
  require(parser.offset() <= gladia::audio::max_wav_header_bytes + 4096, "a header has an end");
  if (parser.state() != status::complete) return;
  auto const& a = parser.header();
  auto const& b = expected.header();
  require(a.format == b.format && a.data_offset == b.data_offset && a.data_bytes == b.data_bytes,
          "nor does what the header says");
  require(a.data_offset == parser.offset(), "the samples follow the header");
  require(is_supported(a.format), "a header that is of use has a format the server takes");
}

struct heard {
  std::string audio;
  std::string fault;
};

heard listen(gladia::audio_format const& format, pieces const& stream) {
  stream_head head(format);
  heard out;
  auto append = [&out](boost::asio::const_buffer b) {
    out.audio.append(static_cast<char const*>(b.data()), b.size());
  };
  for (auto piece : stream) {
    auto copy = head;
    auto const tried = copy.feed(buffer(piece));
    auto const parts = head.feed(buffer(piece));
    require(tried.has_value() == parts.has_value(), "a copy decides as the original");
    if (!parts) {
      out.fault = parts.error().what();
      require(!head.decided(), "a fault is lasting");
      continue;
    }
    append(parts->held);
    append(parts->fresh);
  }
  append(head.finish());
  return out;
}

void check_stream(gladia::audio_format const& format, pieces const& whole, pieces const& split) {
  auto const expected = listen(format, whole);
  auto const out = listen(format, split);
  require(out.audio == expected.audio, "the audio does not depend on the pieces");
  require(out.fault == expected.fault, "nor does the fault");

  auto const stream = whole.empty() ? std::string_view() : whole.front();
  auto const parser = parse(whole);
  bool const is_header = parser.offset() >= 12 && parser.state() != status::not_a_wav;
  require(is_header || out.audio == stream, "what is no header is audio");
  if (parser.state() == status::complete && parser.header().format == format) {
    require(out.audio == stream.substr(parser.header().data_offset), "a header is left out");
  }
}

void check_container(pieces const& whole, pieces const& split) {
  gladia::audio::container_detector expected, detector;
  for (auto piece : whole) expected.feed(buffer(piece));
  for (auto piece : split) detector.feed(buffer(piece));
  require(detector.decided() == expected.decided() && detector.name() == expected.name(),
          "what it is does not depend on the pieces");
  require(detector.name().empty() || parse(split).state() == status::not_a_wav,
          "a WAV file is none of another kind");
}

/// The same bytes as a file.
void check_file(std::string_view stream) {
  static int const fd = ::memfd_create("wav", 0);
  require(fd >= 0 && ::ftruncate(fd, 0) == 0, "there is a file");
  require(::pwrite(fd, stream.data(), stream.size(), 0) == static_cast<ssize_t>(stream.size()),
          "and it is written");
  auto file = gladia::audio::wav_file::open("/proc/self/fd/" + std::to_string(fd));
  auto const parser = parse({stream});
  require(file.has_value() == (parser.state() == status::complete),
          "a file is refused for its header alone");
  if (!file) return;
  auto const frame = file->format().bytes_per_frame();
  std::string samples;
  std::vector<char> piece(1000 * frame);
  for (;;) {
    auto const size = file->read(boost::asio::buffer(piece));
    require(size.has_value(), "what was promised can be read");
    if (*size == 0) break;
    samples.append(piece.data(), *size);
  }
  require(samples.size() == file->data_bytes(), "as much as was promised");
  auto const present = stream.substr(parser.header().data_offset);
  require(samples == present.substr(0, samples.size()), "and it is the file's");
  require(!file->is_cut_short() || present.size() - samples.size() < frame, "to its end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static gladia::audio_format const formats[] = {
      {}, {gladia::audio_encoding::pcm, 24, 48000, 3}, {gladia::audio_encoding::ulaw, 8, 8000, 1}};
  fuzz::input in(data, size);
  auto const& format = in.one_of(formats);
  std::uint8_t sizes[7];
  for (auto& s : sizes) s = in.byte();

  pieces whole;
  if (!in.rest().empty()) whole.push_back(in.rest());
  auto const pieces_of_it = split(in.rest(), sizes);
  check_header(whole, pieces_of_it);
  check_stream(format, whole, pieces_of_it);
  check_container(whole, pieces_of_it);
  check_file(in.rest());
  return 0;
}
