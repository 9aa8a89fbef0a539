#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <string_view>
#include <utility>

#include <gladia/detail/stable_sort.hpp>
#include <gladia/live/subtitle.hpp>

namespace gladia::live {
namespace detail::subtitle {

/// The text with one space between words, none around it, and no line breaks.
inline std::string plain_text(std::string_view text) {
  std::string plain;
  bool gap = false;
  for (char c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f) {
      gap = !plain.empty();
      continue;
    }
    if (gap) plain += ' ';
    gap = false;
    plain += c;
  }
  return plain;
}

inline bool begins_code_point(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

/// When which byte of an utterance's text is spoken.
class time_line {
 public:
  time_line(transcript_utterance const& utterance, std::string_view text) {
    start_ = sensible(utterance.start);
    end_ = std::max(start_, sensible(utterance.end));
    add(0, start_);
    std::size_t from = 0;
    for (auto const& word : utterance.words) {
      auto const plain = plain_text(word.word);
      // Words follow each other closely. A search further on would find letters of another word.
      auto const found = text.substr(from, plain.size() + 64).find(plain);
      if (plain.empty() || found == std::string_view::npos) continue;
      auto const at = from + found;
      from = at + plain.size();
      add(at, word.start);
      add(from, word.end);
    }
    add(text.size(), end_);
  }

  [[nodiscard]] std::chrono::milliseconds at(std::size_t offset) const {
    auto const next =
        std::lower_bound(points_.begin(), points_.end(), offset,
                         [](point const& p, std::size_t wanted) { return p.offset < wanted; });
    auto seconds = next->seconds;
    if (next->offset > offset) {
      auto const& last = *std::prev(next);
      seconds = last.seconds + (next->seconds - last.seconds) *
                                   static_cast<double>(offset - last.offset) /
                                   static_cast<double>(next->offset - last.offset);
    }
    return std::chrono::milliseconds(std::llround(seconds * 1000));
  }

 private:
  struct point {
    std::size_t offset;
    double seconds;
  };

  static double sensible(double seconds) noexcept {
    // Written so that NaN becomes 0. The limit is 11 days.
    return seconds > 0 ? std::min(seconds, 1e6) : 0;
  }
  void add(std::size_t offset, double seconds) {
    auto const earliest = points_.empty() ? start_ : points_.back().seconds;
    points_.push_back({offset, std::min(std::max(sensible(seconds), earliest), end_)});
  }

  double start_ = 0;
  double end_ = 0;
  std::vector<point> points_{};
};

/// A part of a text.
struct row {
  std::size_t begin;
  std::size_t end;
};

/// Cuts `text` between words, or within a word that is longer than a row.
inline std::vector<row> wrap(std::string_view text, std::size_t max_characters) {
  std::vector<row> rows;
  std::size_t begin = 0;
  std::size_t last_space = 0;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') last_space = i;
    if (!begins_code_point(text[i])) continue;
    bool const full = max_characters > 0 && characters == max_characters;
    if (full && last_space > begin) {
      rows.push_back({begin, last_space});
      begin = last_space + 1;
      characters = static_cast<std::size_t>(std::count_if(
          text.begin() + static_cast<std::ptrdiff_t>(begin),
          text.begin() + static_cast<std::ptrdiff_t>(std::max(begin, i)), begins_code_point));
      if (i < begin) continue;
    } else if (full) {
      rows.push_back({begin, i});
      begin = i;
      characters = 0;
    }
    ++characters;
  }
  if (begin < text.size()) rows.push_back({begin, text.size()});
  return rows;
}

inline void append_captions(std::vector<caption>& captions, transcript_utterance const& utterance,
                            subtitle_options const& options) {
  auto const text = plain_text(utterance.text);
  auto const rows = wrap(text, options.max_characters_per_row);
  auto const most = options.max_rows > 0 ? options.max_rows : rows.size();
  time_line const times(utterance, text);
  for (std::size_t first = 0; first < rows.size(); first += most) {
    auto const last = std::min(first + most, rows.size()) - 1;
    caption c;
    c.start = times.at(rows[first].begin);
    c.end = times.at(rows[last].end);
    for (auto i = first; i <= last; ++i) {
      c.rows.push_back(text.substr(rows[i].begin, rows[i].end - rows[i].begin));
    }
    captions.push_back(std::move(c));
  }
}

inline std::string time_code(std::chrono::milliseconds time, char decimal_mark) {
  auto const ms = static_cast<long long>(time.count());
  char text[40];
  std::snprintf(text, sizeof text, "%02lld:%02lld:%02lld%c%03lld", ms / 3'600'000, ms / 60'000 % 60,
                ms / 1000 % 60, decimal_mark, ms % 1000);
  return text;
}

inline std::string times(caption const& c, char decimal_mark) {
  return time_code(c.start, decimal_mark) + " --> " + time_code(c.end, decimal_mark) + '\n';
}

inline std::string without_arrows(std::string_view text) {
  std::string plain;
  for (char c : text) {
    auto const ends_in_dashes = [&] {
      return plain.size() >= 2 && plain.compare(plain.size() - 2, 2, "--") == 0;
    };
    while (c == '>' && ends_in_dashes()) plain.pop_back();
    plain += c;
  }
  return plain;
}

inline std::string escaped(std::string_view text) {
  std::string safe;
  for (char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

}  // namespace detail::subtitle

GLADIA_DECL std::vector<caption> make_captions(std::vector<transcript_utterance> const& utterances,
                                               subtitle_options const& options) {
  std::vector<caption> captions;
  for (auto const& utterance : utterances)
    detail::subtitle::append_captions(captions, utterance, options);
  gladia::detail::stable_sort(captions,
                              [](caption const& a, caption const& b) { return a.start < b.start; });
  for (std::size_t i = 0; i < captions.size(); ++i) {
    auto& c = captions[i];
    auto wanted = c.start + options.minimum_duration;
    if (i + 1 < captions.size()) wanted = std::min(wanted, captions[i + 1].start);
    c.end = std::max({c.end, wanted, c.start + std::chrono::milliseconds(1)});
  }
  return captions;
}

GLADIA_DECL std::string to_srt(caption const& shown, std::size_t number) {
  auto text = std::to_string(number) + '\n' + detail::subtitle::times(shown, ',');
  for (auto const& row : shown.rows) text += detail::subtitle::without_arrows(row) + '\n';
  return text + '\n';
}

GLADIA_DECL std::string to_webvtt(caption const& shown) {
  auto text = detail::subtitle::times(shown, '.');
  for (auto const& row : shown.rows) text += detail::subtitle::escaped(row) + '\n';
  return text + '\n';
}

// A file that is whole needs no empty line at its end.

GLADIA_DECL std::string to_srt(std::vector<transcript_utterance> const& utterances,
                               subtitle_options const& options) {
  std::string file;
  std::size_t number = 0;
  for (auto const& c : make_captions(utterances, options)) file += to_srt(c, ++number);
  if (!file.empty()) file.pop_back();
  return file;
}

GLADIA_DECL std::string to_webvtt(std::vector<transcript_utterance> const& utterances,
                                  subtitle_options const& options) {
  std::string file = webvtt_header;
  for (auto const& c : make_captions(utterances, options)) file += to_webvtt(c);
  file.pop_back();
  return file;
}

}  // namespace gladia::live
