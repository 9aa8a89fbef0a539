#pragma once

#include <gladia/net/detail/response_head.hpp>

#include <algorithm>
#include <cstring>
#include <gladia/net/detail/text.hpp>
#include <limits>

namespace gladia::net::detail {

inline constexpr std::string_view http_1 = "HTTP/1.";
inline constexpr char no_http_1[] =
    "it does not begin with HTTP/1.1 or HTTP/1.0 but is HTTP/0.9 or no HTTP at all";

inline bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

/// Calls `f` with each element of a comma-separated list, without blanks around it. Commas within
/// quotes do not separate.
template <class F>
void for_each_element(std::string_view list, F f) {
  while (!list.empty()) {
    bool is_quoted = false;
    std::size_t end = 0;
    for (; end < list.size() && (is_quoted || list[end] != ','); ++end) {
      if (list[end] == '"') is_quoted = !is_quoted;
      if (is_quoted && list[end] == '\\' && end + 1 < list.size()) ++end;
    }
    if (auto const element = trim(list.substr(0, end)); !element.empty()) f(element);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

/// Calls `f` with each element of all the fields `name`.
template <class F>
void for_each_element(http_headers const& headers, std::string_view name, F f) {
  for (auto const& [field, value] : headers) {
    if (equals_ignoring_case(field, name)) for_each_element(value, f);
  }
}

/// The number in a text of digits only; none if it does not fit.
inline std::optional<std::uint64_t> parse_length(std::string_view digits) noexcept {
  std::uint64_t length = 0;
  for (char c : digits) {
    constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
    if (!is_digit(c) || length > (largest - 9) / 10) return {};
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (digits.empty()) return {};
  return length;
}

GLADIA_DECL response_head_reader::verdict response_head_reader::feed(std::string_view bytes) {
  if (bytes.empty()) return verdict_;
  std::memcpy(prepare(bytes.size()).data, bytes.data(), bytes.size());
  return commit(bytes.size());
}

GLADIA_DECL response_head_reader::room response_head_reader::prepare(std::size_t size) {
  if (bytes_.size() < size_ + size) bytes_.resize(size_ + size);
  return {bytes_.data() + size_, size};
}

GLADIA_DECL response_head_reader::verdict response_head_reader::commit(std::size_t size) {
  size_ += size;
  std::string_view const all(bytes_.data(), size_);
  while (verdict_ == verdict::incomplete) {
    auto const end = all.find('\n', scanned_);
    if (end == std::string_view::npos) break;
    auto const line = all.substr(line_, end - line_);
    line_ = scanned_ = end + 1;
    if (line_ - begin_ > max_size) {
      refuse("it is larger than 64 KiB");
    } else {
      read_line(line);
    }
  }
  if (verdict_ != verdict::incomplete) return verdict_;
  scanned_ = size_;
  if (size_ - begin_ > max_size) refuse("it is larger than 64 KiB");
  // A peer of another protocol may never end a line.
  auto const so_far = all.substr(line_, http_1.size());
  if (head_.status == 0 && so_far != "\r" && so_far != http_1.substr(0, so_far.size())) {
    refuse(no_http_1);
  }
  return verdict_;
}

GLADIA_DECL void response_head_reader::read_line(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (head_.status == 0 && !line.empty() && !starts_with(line, http_1)) return refuse(no_http_1);
  if (line.find('\0') != std::string_view::npos) return refuse("it holds a NUL byte");
  if (line.find('\r') != std::string_view::npos) {
    return refuse("it holds a carriage return within a line");
  }
  if (head_.status != 0) return line.empty() ? end_head() : read_field(line);
  // Blank lines before an answer are an old fault of servers (RFC 9112, section 2.2).
  if (!line.empty()) read_status_line(line);
}

GLADIA_DECL void response_head_reader::read_status_line(std::string_view line) {
  constexpr std::size_t version_begin = 5, version_size = 3;  // of `HTTP/1.1`
  auto const version = line.substr(version_begin, version_size);
  if (version.size() < version_size || !is_digit(version.back())) return refuse(no_http_1);
  head_.version = version;
  auto const rest = line.substr(version_begin + version_size);
  auto const words = trim(rest);
  constexpr std::size_t digits = 3;
  auto const status = words.substr(0, digits);
  auto const reason = words.substr(status.size());
  bool const is_status = status.size() == digits && status.front() != '0' &&
                         std::all_of(status.begin(), status.end(), is_digit) &&
                         is_blank(rest.front()) && (reason.empty() || is_blank(reason.front()));
  if (!is_status) return refuse("its status is no number from 100 to 999");
  head_.reason = trim(reason);
  head_.status = (status[0] - '0') * 100 + (status[1] - '0') * 10 + (status[2] - '0');
}

GLADIA_DECL void response_head_reader::read_field(std::string_view line) {
  if (is_blank(line.front())) return refuse("it holds a folded line");
  auto const colon = line.find(':');
  if (colon == std::string_view::npos) return refuse("it holds a line without a colon");
  auto const name = line.substr(0, colon);
  if (name.empty()) return refuse("it holds a header field without a name");
  if (is_blank(name.back())) return refuse("it holds a blank before a colon");
  auto const is_bad = [](char c) { return is_blank(c) || is_control(c); };
  if (std::any_of(name.begin(), name.end(), is_bad)) {
    return refuse("it holds a blank or a control character in the name of a header field");
  }
  head_.headers.emplace_back(name, trim(line.substr(colon + 1)));
}

GLADIA_DECL void response_head_reader::end_head() {
  bool const is_interim = head_.status / 100 == 1 && head_.status != 101;
  if (is_interim) {
    if (++interim_answers_ > max_interim_answers) {
      return refuse("it comes behind more than " + std::to_string(max_interim_answers) +
                    " interim answers");
    }
    head_ = {};
    begin_ = line_;
    return;
  }
  for (auto const& [name, value] : head_.headers) {
    if (!equals_ignoring_case(name, "content-length")) continue;
    if (value.empty()) return refuse("its Content-Length is no number");
    for_each_element(value, [this](std::string_view digits) {
      auto const length = parse_length(digits);
      if (!length) return refuse("its Content-Length is no number");
      if (head_.content_length.value_or(*length) != *length) {
        return refuse("it holds unlike Content-Lengths");
      }
      head_.content_length = length;
    });
  }
  for_each_element(head_.headers, "transfer-encoding", [this](std::string_view coding) {
    // Old servers send it for a body without a coding.
    if (equals_ignoring_case(coding, "identity")) return;
    head_.content_length.reset();
    if (equals_ignoring_case(coding, "chunked")) {
      head_.is_chunked = true;
    } else {
      head_.foreign_coding = coding;
    }
  });
  if (verdict_ == verdict::incomplete) verdict_ = verdict::whole;
}

GLADIA_DECL void response_head_reader::refuse(std::string fault) {
  if (verdict_ == verdict::refused) return;  // the first fault counts
  verdict_ = verdict::refused;
  fault_ = std::move(fault);
}

GLADIA_DECL std::vector<std::string> offered_schemes(http_headers const& headers,
                                                     std::string_view name) {
  std::vector<std::string> schemes;
  // A challenge is a scheme and its parameters. Commas separate parameters as well as challenges:
  // `Basic realm="a, b", charset="UTF-8", Negotiate`.
  for_each_element(headers, name, [&schemes](std::string_view element) {
    auto const end = std::min(element.find_first_of(" \t="), element.size());
    auto const behind = trim(element.substr(end));
    bool const is_parameter = !behind.empty() && behind.front() == '=';
    auto const scheme = element.substr(0, end);
    auto const is_known = [scheme](std::string const& s) {
      return equals_ignoring_case(s, scheme);
    };
    if (!is_parameter && std::none_of(schemes.begin(), schemes.end(), is_known)) {
      schemes.emplace_back(scheme);
    }
  });
  return schemes;
}

}  // namespace gladia::net::detail
