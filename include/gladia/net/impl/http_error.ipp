#pragma once

#include <gladia/net/http_error.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <gladia/detail/calendar.hpp>
#include <gladia/detail/errc_table.hpp>
#include <gladia/net/detail/text.hpp>

namespace gladia::net {
namespace detail {

inline bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Whether `c` may be part of a token, even in Base64 or percent-encoded.
inline bool may_be_in_token(char c) noexcept {
  return is_alpha(c) || is_digit(c) ||
         std::string_view("-._~%+/=").find(c) != std::string_view::npos;
}

/// Whether a body is HTML or XML: a page for people.
inline bool is_page(std::string_view body) noexcept {
  return trim(body).substr(0, 1) == "<";
}

/// If a part of `page` that browsers do not show begins at `at`: its end; otherwise `at`.
inline std::size_t end_of_hidden(std::string_view page, std::size_t at) noexcept {
  struct part {
    std::string_view begin, end;
  };
  constexpr part parts[] = {{"<!--", "-->"}, {"<script", "</script"}, {"<style", "</style"}};
  for (auto const& hidden : parts) {
    if (!equals_ignoring_case(page.substr(at, hidden.begin.size()), hidden.begin)) continue;
    for (auto end = at; end < page.size(); ++end) {
      if (equals_ignoring_case(page.substr(end, hidden.end.size()), hidden.end)) return end;
    }
    return page.size();
  }
  return at;
}

/// The beginning of a body that is not the API's, on one line: a gateway's page or a plain text.
///
/// The text never ends within a token, because secrets are later replaced only where they are
/// whole.
///
/// \param is_cut  whether `body` itself may end within a token
inline std::string short_text(std::string_view body, bool is_cut = false) {
  constexpr std::size_t shown = 300;
  while (is_cut && !body.empty() && may_be_in_token(body.back())) body.remove_suffix(1);
  std::string text;
  bool in_tag = false;
  body = trim(body);
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] == '<') {
      in_tag = true;
      i = end_of_hidden(body, i);
      if (i == body.size()) break;
    }
    auto const c = body[i];
    bool const is_gap = in_tag || is_control(c) || c == ' ';
    if (c == '>') in_tag = false;
    if (is_gap) {
      if (!text.empty() && text.back() != ' ') text += ' ';
    } else {
      text += static_cast<unsigned char>(c) < 0x80 ? c : '?';
    }
    if (text.size() > shown) {
      while (!text.empty() && may_be_in_token(text.back())) text.pop_back();
      if (!text.empty()) text.pop_back();  // the character before the token, or the one too many
      break;
    }
  }
  return std::string(trim(text));
}

/// In seconds, because the clock's own ticks cannot hold every year of a date.
using http_date = std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds>;

/// The time of an HTTP date. Only the form that is still sent: `Sun, 06 Nov 1994 08:49:37 GMT`.
inline std::optional<http_date> parse_http_date(std::string const& text) {
  int day = 0, year = 0, hour = 0, minute = 0, second = 0;
  char month_name[4] = {};
  char zone[4] = {};
  if (std::sscanf(text.c_str(), "%*3c, %2d %3[A-Za-z] %4d %2d:%2d:%2d %3s", &day, month_name, &year,
                  &hour, &minute, &second, zone) != 7) {
    return {};
  }
  constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto const month = std::find(months.begin(), months.end(), std::string_view(month_name));
  bool const in_range = day >= 1 && day <= 31 && year >= 1970 && hour >= 0 && hour <= 23 &&
                        minute >= 0 && minute <= 59 && second >= 0 && second <= 60;
  if (month == months.end() || !in_range || std::string_view(zone) != "GMT") return {};
  auto const days =
      gladia::detail::days_from_civil({year, static_cast<int>(month - months.begin()) + 1, day});
  return http_date(std::chrono::seconds(days * 86400 + hour * 3600 + minute * 60 + second));
}

/// How long a `Retry-After` asks to wait.
inline std::optional<std::chrono::seconds> parse_wait(std::string_view value, http_date now) {
  value = trim(value);
  constexpr std::chrono::seconds none{0};
  constexpr std::chrono::seconds longest{999'999'999};  // more than thirty years
  if (!value.empty() && std::all_of(value.begin(), value.end(), is_digit)) {
    constexpr std::size_t digits = 9;  // of `longest`
    return std::chrono::seconds(std::stol(std::string(value.substr(0, digits))));
  }
  auto const date = parse_http_date(std::string(value));
  if (!date) return {};
  return std::clamp(*date - now, none, longest);
}

/// When an answer was made, by the clock of its sender if it has a `Date`: this machine's clock may
/// be wrong by hours. An answer from a cache is older by its `Age`.
inline http_date answered_at(http_headers const& headers, http_date now) {
  auto const* date = find_header(headers, "date");
  auto const answered = date ? parse_http_date(*date) : std::nullopt;
  if (!answered) return now;
  auto const* age = find_header(headers, "age");
  return *answered + (age ? parse_wait(*age, now) : std::nullopt).value_or(std::chrono::seconds(0));
}

}  // namespace detail

GLADIA_DECL errc errc_for_status(int status) noexcept {
  if (auto const* row = gladia::detail::find_errc_of_answer(status)) return row->code;
  return status >= 500 && status <= 599 ? errc::server_error : errc::unexpected_status;
}

GLADIA_DECL std::optional<std::chrono::seconds> parse_retry_after(
    std::string_view value, std::chrono::system_clock::time_point now) {
  return detail::parse_wait(value, std::chrono::floor<std::chrono::seconds>(now));
}

GLADIA_DECL error error_from_response(http_response const& response, gladia::phase phase,
                                      std::string const& asked,
                                      std::chrono::system_clock::time_point now,
                                      refusal_reader read) {
  error_details details;
  details.phase = phase;
  details.http_status = response.status;
  if (auto const* wait = find_header(response.headers, "retry-after")) {
    details.retry_after = detail::parse_wait(
        *wait,
        detail::answered_at(response.headers, std::chrono::floor<std::chrono::seconds>(now)));
  }
  if (read) read(response, details);
  if (details.server_message.empty()) {
    details.server_message = detail::short_text(response.body, response.is_cut);
  }
  auto const code = make_error_code(errc_for_status(response.status));
  // Without words of the server, the error code says what is wrong.
  if (details.server_message.empty() && details.validation_errors.empty()) {
    details.message = code.message() + ": ";
  }
  details.message += "in answer to " + asked;
  return error(code, std::move(details));
}

}  // namespace gladia::net
