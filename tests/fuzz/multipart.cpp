// A form is one part with the bytes of its file, whatever the file is called and holds, and in
// whatever pieces it is read; or there is an error. The input is the file's name, how source and
// reader behave, and the content.
#include <gladia/api/impl/multipart.ipp>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

using fuzz::require;
using gladia::errc;
using gladia::result;
using gladia::api::detail::form;

namespace {

constexpr char boundary[] = "gladia-0123456789abcdef0123456789abcdef";

// -- a form, read as RFC 2046 and RFC 7578 say

std::string_view until(std::string_view& text, std::string_view end, char const* property) {
  auto const at = text.find(end);
  require(at != std::string_view::npos, property);
  auto const taken = text.substr(0, at);
  text.remove_prefix(at + end.size());
  return taken;
}

void skip(std::string_view& text, std::string_view expected, char const* property) {
  require(text.substr(0, expected.size()) == expected, property);
  text.remove_prefix(expected.size());
}

/// RFC 822, as RFC 2183 has it for file names.
std::string quoted_string(std::string_view& text) {
  skip(text, "\"", "a value begins with a quote");
  std::string value;
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\') text.remove_prefix(1);
    require(!text.empty(), "a backslash stands before something");
    value += text.front();
    text.remove_prefix(1);
  }
  skip(text, "\"", "a value ends with a quote");
  return value;
}

std::string percent_decoded(std::string_view text) {
  auto const digit = [](char c) { return std::string_view("0123456789ABCDEF").find(c); };
  std::string decoded;
  while (!text.empty()) {
    bool const is_code =
        text.size() > 2 && text[0] == '%' && digit(text[1]) < 16 && digit(text[2]) < 16;
    decoded += is_code ? static_cast<char>(digit(text[1]) * 16 + digit(text[2])) : text[0];
    text.remove_prefix(is_code ? 3 : 1);
  }
  return decoded;
}

void check_headers(std::string_view headers, std::string_view filename) {
  auto disposition = until(headers, "\r\n", "there are two lines");
  require(headers == "Content-Type: application/octet-stream", "the second is the type");
  require(fuzz::is_one_line(disposition), "the first is a line");
  skip(disposition, "Content-Disposition: form-data; name=", "the first names the part");
  require(quoted_string(disposition) == "audio", "as it is called");
  skip(disposition, "; filename=", "and the file");
  // A percent sign of the name's own stays as it is.
  require(percent_decoded(quoted_string(disposition)) == percent_decoded(filename),
          "as that is called");
  require(disposition.empty(), "and nothing else");
}

void check_form(std::string_view body, std::string_view filename, std::string_view content) {
  auto const delimiter = std::string("--") + boundary;
  skip(body, delimiter + "\r\n", "a form begins with its boundary");
  check_headers(until(body, "\r\n\r\n", "the part has headers"), filename);
  // No writer can help against a file that holds its boundary.
  bool const has_boundary =
      ("\r\n" + std::string(content)).find("\r\n" + delimiter) != std::string::npos;
  if (has_boundary) {
    skip(body, content, "the content follows");
    skip(body, "\r\n" + delimiter, "up to the boundary");
  } else {
    require(until(body, "\r\n" + delimiter, "the part has an end") == content,
            "the part is the file");
  }
  require(body == "--\r\n", "it is the only part");
}

// -- the file

/// What becomes of reading at some byte.
enum class trouble { none, ends, fails, gives_too_much, does_not_begin };

struct fuzzed_file {
  std::string content{};
  std::uint64_t announced = 0;
  std::array<std::size_t, 8> pieces{};
  trouble what = trouble::none;
  std::size_t where = 0;

  std::size_t at = 0;
  std::size_t reads = 0;
  std::uint64_t told = 0;  // by the progress

  [[nodiscard]] std::size_t readable() const {
    return what == trouble::none ? content.size() : std::min(where, content.size());
  }
  result<void> begin() {
    if (what == trouble::does_not_begin) return gladia::error(errc::unsupported_audio);
    at = 0;
    told = 0;
    return {};
  }
  result<std::size_t> read(char* to, std::size_t room) {
    require(room > 0 && room <= announced - at, "no more is asked for than was announced");
    if (at == readable() && what == trouble::fails) {
      return gladia::error(errc::unsupported_audio);
    }
    if (at == readable() && what == trouble::gives_too_much) return room + 1;
    auto const size = std::min({room, pieces[reads++ % pieces.size()], readable() - at});
    content.copy(to, size, at);
    at += size;
    return size;
  }
  /// How reading it ends; no error where as much is there as was announced.
  [[nodiscard]] errc expected() const {
    if (what == trouble::does_not_begin) return errc::unsupported_audio;
    if (readable() >= announced) return errc{};
    if (what == trouble::fails) return errc::unsupported_audio;
    return what == trouble::gives_too_much ? errc::invalid_request : errc::truncated_audio;
  }
};

form form_of(fuzzed_file& file, std::string_view filename) {
  gladia::net::body_source source;
  source.size = file.announced;
  source.can_begin_again = true;
  source.begin = [&file] { return file.begin(); };
  source.read = [&file](char* to, std::size_t room) { return file.read(to, room); };
  source.progress = [&file](std::uint64_t sent) {
    require(sent >= file.told && sent <= file.at, "progress is that of the file");
    file.told = sent;
  };
  return gladia::api::detail::make_form(std::move(source), "audio", filename, boundary);
}

// -- the reader

using rooms = std::array<std::size_t, 8>;

struct outcome {
  std::string body{};
  gladia::error failure{};
};

/// Reads up to the end, or until there are `enough` bytes.
outcome read(form const& f, rooms const& sizes, std::size_t enough) {
  std::string body;
  if (auto begun = f.body.begin(); !begun) return {{}, begun.error()};
  for (std::size_t i = 0; body.size() < enough; ++i) {
    // Of its own size, so that a byte beyond it is noticed.
    std::vector<char> room(sizes[i % sizes.size()]);
    auto const got = f.body.read(room.data(), room.size());
    if (!got) return {std::move(body), got.error()};
    require(*got <= room.size(), "no more is given than there is room for");
    if (*got == 0) break;
    body.append(room.data(), *got);
    f.body.progress(body.size());
  }
  return {std::move(body), {}};
}

void check_whole(form const& f, rooms const& sizes, fuzzed_file const& file,
                 std::string_view filename) {
  auto const all = read(f, sizes, std::numeric_limits<std::size_t>::max());
  auto const expected = file.expected();
  auto const content = std::string_view(file.content).substr(0, file.announced);
  if (expected == errc{}) {
    require(!all.failure, "a file that is whole is read");
    require(all.body.size() == f.body.size, "a form has the size that was announced");
    require(file.told == file.announced, "progress comes to the end");
    return check_form(all.body, filename, content);
  }
  require(all.failure == expected, "a file that is not whole is an error that says why");
  require(all.body.size() < f.body.size, "then the form is not whole");
  if (file.what == trouble::does_not_begin) return;
  auto const head = all.body.find("\r\n\r\n") + 4;
  require(all.body.substr(head) == content.substr(0, file.readable()), "what there was is read");
  require(expected != errc::truncated_audio ||
              all.failure.what().find("after " + std::to_string(file.readable()) + " of " +
                                      std::to_string(file.announced)) != std::string::npos,
          "the error says how much that was");
}

// -- the input

std::array<std::size_t, 8> sizes_in(fuzz::input& in) {
  std::array<std::size_t, 8> sizes{};
  for (auto& size : sizes) {
    size = in.byte() + std::size_t{1};
    if (size == 256) size = std::size_t{64} << 10;
  }
  return sizes;
}

/// Some bytes stand for what is like a boundary.
std::string content_in(std::string_view text) {
  std::string const near_end = std::string("\r\n--") + boundary;
  std::string content;
  for (char const c : text) {
    switch (static_cast<unsigned char>(c)) {
      case 0xf0:
        content += "\r\n--";
        break;
      case 0xf1:
        content += boundary;
        break;
      case 0xf2:
        content += near_end.substr(0, near_end.size() - 1);
        break;
      case 0xf3:
        content += near_end + "--\r\n";
        break;
      default:
        content += c;
    }
  }
  return content;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::input in(data, size);
  std::string filename(in.text(in.byte()));
  if (in.byte() == 1) {  // a very long name
    for (int i = 0; i < 6; ++i) filename += filename;
  }
  fuzzed_file file;
  file.pieces = sizes_in(in);
  auto const room = sizes_in(in);
  file.what = static_cast<trouble>(in.byte() % 5);
  file.where = in.number(2);
  auto const announced = in.byte() % 3;
  auto const difference = in.number(1 + 6 * (announced / 2));  // one byte, or seven
  auto const left_at = in.number(2);
  file.content = content_in(in.rest());
  auto const there_are = file.content.size();
  file.announced = announced == 0 ? there_are - std::min<std::uint64_t>(difference, there_are)
                                  : there_are + difference;

  auto const f = form_of(file, filename);
  require(f.content_type == std::string("multipart/form-data; boundary=") + boundary,
          "the boundary is told");
  // As after a lost connection: what was read before makes no difference.
  (void)read(f, room, left_at);
  check_whole(f, room, file, filename);
  if (file.what == trouble::none) return 0;
  file.what = trouble::none;
  check_whole(f, room, file, filename);
  return 0;
}
