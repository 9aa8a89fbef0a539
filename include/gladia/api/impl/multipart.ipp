#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gladia/error.hpp>
#include <gladia/net/backoff.hpp>
#include <gladia/net/detail/source_read.hpp>
#include <gladia/net/http.hpp>

/// \file
/// A file as the body of a form (RFC 7578), read while it is sent.

namespace gladia::api::detail {

/// A boundary that no file is likely to hold.
inline std::string make_boundary() {
  char text[64];
  std::snprintf(text, sizeof text, "gladia-%016llx%016llx",
                static_cast<unsigned long long>(net::random_seed()),
                static_cast<unsigned long long>(net::random_seed()));
  return text;
}

/// A name within quotes. Quotes and line breaks are percent-encoded, as the WHATWG's forms do; so
/// are other control characters, because servers refuse them in a header. A backslash is doubled:
/// to a reader that follows RFC 2183, a single backslash at the end would escape the closing quote.
inline std::string quoted_name(std::string_view name) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string quoted;
  for (char const c : name) {
    auto const byte = static_cast<unsigned char>(c);
    if (c == '"' || byte < 0x20 || byte == 0x7f) {
      quoted += {'%', digits[byte / 16], digits[byte % 16]};
    } else {
      quoted.append(c == '\\' ? 2 : 1, c);
    }
  }
  return '"' + quoted + '"';
}

/// A form with one file: the text before the file, the file, and the text after it.
struct form {
  std::string content_type;
  net::body_source body;
};

/// \param part      the name of the form's member
/// \param filename  the name that the server is to see
inline form make_form(net::body_source file, std::string_view part, std::string_view filename,
                      std::string const& boundary) {
  struct state {
    net::body_source file;
    std::string head, tail;
    std::uint64_t at = 0;  // offset in the whole body

    /// Copies a part of `text`, which begins at the offset `begin` of the body.
    std::size_t take(std::string_view text, std::uint64_t begin, char* to, std::size_t room) {
      auto const rest = text.substr(static_cast<std::size_t>(at - begin));
      auto const size = std::min(room, rest.size());
      std::memcpy(to, rest.data(), size);
      return size;
    }
    result<std::size_t> read(char* to, std::size_t room) {
      auto const file_end = head.size() + file.size;
      if (at < head.size()) return take(head, 0, to, room);
      if (at >= file_end) return take(tail, file_end, to, room);
      auto const left = file_end - at;
      auto const most = static_cast<std::size_t>(std::min<std::uint64_t>(room, left));
      auto read = net::detail::read_source(file, to, most);
      if (read && *read == 0) {
        return error(errc::truncated_audio, "the recording ended after " +
                                                std::to_string(file.size - left) + " of " +
                                                std::to_string(file.size) + " bytes");
      }
      return read;
    }
  };
  auto const shared = std::make_shared<state>();
  shared->head = "--" + boundary + "\r\nContent-Disposition: form-data; name=" + quoted_name(part) +
                 "; filename=" + quoted_name(filename) +
                 "\r\nContent-Type: application/octet-stream\r\n\r\n";
  shared->tail = "\r\n--" + boundary + "--\r\n";
  net::body_source body;
  body.size = shared->head.size() + file.size + shared->tail.size();
  body.can_begin_again = file.can_begin_again;
  auto const all = file.size;
  if (file.progress) {
    body.progress = [progress = file.progress, before = shared->head.size(),
                     all](std::uint64_t sent) {
      progress(std::min<std::uint64_t>(sent - std::min<std::uint64_t>(sent, before), all));
    };
  }
  body.begin = [shared]() -> result<void> {
    shared->at = 0;
    return shared->file.begin ? shared->file.begin() : result<void>();
  };
  body.read = [shared](char* to, std::size_t room) {
    auto read = shared->read(to, room);
    if (read) shared->at += *read;
    return read;
  };
  shared->file = std::move(file);
  return {"multipart/form-data; boundary=" + boundary, std::move(body)};
}

}  // namespace gladia::api::detail
