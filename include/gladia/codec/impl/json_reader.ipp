#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gladia/codec/impl/json_check.ipp>
#include <gladia/codec/impl/json_literal.ipp>
#include <gladia/codec/impl/json_number.ipp>

/// \file
/// Reads a text that `check_json` accepted, value by value, without a document.

namespace gladia::codec::detail {

/// What could not be read: a value that begins at `at`, or a missing member of the value there.
struct misreading {
  std::size_t at = 0;
  char const* missing = nullptr;
  std::string what{};

  explicit operator bool() const noexcept { return !what.empty(); }
};

/// Goes through a good text. Each call that takes a value leaves the reader just after it.
class json_reader {
 public:
  explicit json_reader(std::string_view text) noexcept
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {}

  /// The first character of the next value.
  char peek() noexcept {
    while (static_cast<unsigned char>(*at_) <= ' ') ++at_;
    return *at_;
  }
  /// The offset of the next value.
  std::size_t position() noexcept {
    peek();
    return static_cast<std::size_t>(at_ - begin_);
  }
  void seek(std::size_t offset) noexcept { at_ = begin_ + offset; }
  /// The number of bytes taken.
  std::size_t offset() const noexcept { return static_cast<std::size_t>(at_ - begin_); }

  /// Whether the next value is a number. `NaN` and infinities are none.
  bool is_number() noexcept {
    auto const c = peek();
    return is_json_digit(c) || (c == '-' && is_json_digit(at_[1]));
  }

  /// Takes a number.
  decimal take_number() noexcept {
    peek();
    decimal const number(at_, end_);
    at_ += number.text.size();
    return number;
  }

  /// Takes a string.
  literal take_string() noexcept {
    peek();
    literal taken;
    at_ = end_of_string(at_ + 1, end_, taken);
    return taken;
  }

  /// Takes a value that is neither a string nor a container. Returns its text.
  std::string_view take_scalar() noexcept {
    peek();
    auto const begin = at_;
    while (at_ != end_ && *at_ != ',' && *at_ != ']' && *at_ != '}' && !is_json_space(*at_)) ++at_;
    return {begin, static_cast<std::size_t>(at_ - begin)};
  }
  void take_word(std::size_t size) noexcept { at_ += size; }

  /// Takes any value. Returns its text.
  std::string_view take_value() noexcept {
    peek();
    auto const begin = at_;
    if (*at_ == '"') {
      take_string();
    } else if (*at_ == '{' || *at_ == '[') {
      take_container();
    } else {
      take_scalar();
    }
    return {begin, static_cast<std::size_t>(at_ - begin)};
  }

  /// The text of the next value.
  std::string_view look_at_value() noexcept {
    auto const begin = at_;
    auto const text = take_value();
    at_ = begin;
    return text;
  }

  /// Enters an object. Returns whether it has a member.
  bool begin_object() noexcept {
    peek();
    ++at_;
    if (peek() == '"') return true;
    ++at_;
    return false;
  }
  /// Goes on after a member's value. Returns whether there is another member.
  bool next_member() noexcept {
    auto const is_more = peek() == ',';
    ++at_;
    if (is_more) peek();
    return is_more;
  }
  /// Takes a member's name, up to its value.
  literal take_key() noexcept {
    auto const key = take_string();
    peek();
    ++at_;  // the colon
    return key;
  }
  /// Takes a member's name only if it is `name` without escapes. Returns whether it was.
  template <std::size_t size>
  bool take_key(char const (&name)[size]) noexcept {
    auto const is_name = static_cast<std::size_t>(end_ - at_) > size && at_[size] == '"' &&
                         std::memcmp(at_ + 1, name, size - 1) == 0;
    if (!is_name) return false;
    at_ += size + 1;
    peek();
    ++at_;  // the colon
    return true;
  }

  /// Takes an object: `on_member(key)` has to take the value.
  template <class OnMember>
  void take_object(OnMember on_member) {
    for (bool more = begin_object(); more; more = next_member()) on_member(take_key());
  }
  /// Takes an array: `on_element()` has to take the value.
  template <class OnElement>
  void take_array(OnElement on_element) {
    peek();
    ++at_;
    while (peek() != ']') {
      on_element();
      if (peek() == ',') ++at_;
    }
    ++at_;
  }

  // Faults. The last one is kept until the caller decides what it costs.

  /// Notes what could not be read. Always false, to be returned.
  bool fail(misreading why) {
    fault_ = std::move(why);
    return false;
  }
  bool fail(std::size_t at, std::string what) { return fail({at, nullptr, std::move(what)}); }
  misreading take_fault() noexcept { return std::exchange(fault_, {}); }
  /// The value that could not be read counts as absent.
  void pass_over(misreading fault) {
    if (fault.at == accepted_) return;
    ++passed_over_count_;
    if (!passed_over_) passed_over_ = std::move(fault);
  }
  /// The value at `offset` was read in another way, so it is no fault.
  void accept(std::size_t offset) noexcept { accepted_ = offset; }
  /// The first fault that was passed over.
  misreading const& passed_over() const noexcept { return passed_over_; }
  /// How many faults were passed over in all.
  std::size_t passed_over_count() const noexcept { return passed_over_count_; }
  /// Replaces what was passed over, and returns the old value.
  misreading exchange_passed_over(misreading with) noexcept {
    return std::exchange(passed_over_, std::move(with));
  }

  std::string_view text() const noexcept {
    return {begin_, static_cast<std::size_t>(end_ - begin_)};
  }

 private:
  void take_container() noexcept {
    std::size_t depth = 0;
    do {
      switch (*at_) {
        case '"':
          take_string();
          continue;
        case '{':
        case '[':
          ++depth;
          break;
        case '}':
        case ']':
          --depth;
          break;
        default:
          break;
      }
      ++at_;
    } while (depth > 0);
  }

  char const* begin_;
  char const* at_;
  char const* end_;
  misreading fault_{};
  misreading passed_over_{};
  std::size_t passed_over_count_ = 0;
  std::size_t accepted_ = static_cast<std::size_t>(-1);
};

/// The text of the last member of an object with this name.
template <std::size_t size>
std::optional<std::string_view> find_member(std::string_view object, char const (&name)[size]) {
  std::optional<std::string_view> found;
  json_reader reader(object);
  reader.take_object([&](literal const& key) {
    auto const value = reader.take_value();
    if (is(key, name)) found = value;
  });
  return found;
}
/// The last member with this name, if it is a string.
template <std::size_t size>
std::optional<std::string> find_string(std::string_view object, char const (&name)[size]) {
  auto const found = find_member(object, name);
  if (!found || found->front() != '"') return std::nullopt;
  return text_of(json_reader(*found).take_string());
}

/// The path in `text` of the value that a fault is about, such as `data.utterance.words[3].start`.
inline std::string path_of(std::string_view text, misreading const& fault) {
  std::string path;
  auto const add = [&path](std::string_view name) {
    if (!path.empty()) path.push_back('.');
    path.append(name);
  };
  json_reader reader(text);
  while (reader.position() < fault.at) {
    std::size_t inner = 0;  // where the value that holds the fault begins
    auto const is_within = [&] {
      auto const begin = reader.position();
      auto const size = reader.take_value().size();
      if (fault.at < begin || fault.at >= begin + size) return false;
      inner = begin;
      return true;
    };
    std::size_t index = 0;
    if (reader.peek() == '{') {
      reader.take_object([&](literal const& key) {
        if (!is_within()) return;
        add(text_of(key));
      });
    } else {
      reader.take_array([&] {
        if (is_within()) path += '[' + std::to_string(index) + ']';
        ++index;
      });
    }
    if (inner == 0) break;
    reader.seek(inner);
  }
  if (fault.missing) add(fault.missing);
  return path;
}

inline std::string text_of(std::string_view text, misreading const& fault) {
  auto const path = path_of(text, fault);
  return path.empty() ? fault.what : path + ": " + fault.what;
}

/// A good text as strict JSON on one line. `NaN` and infinities become null.
inline std::string compact(std::string_view text) {
  std::string strict;
  strict.reserve(text.size());
  json_reader reader(text);
  auto const append_string = [&] {
    auto const taken = reader.take_string();
    auto const is_plain = [](char c) { return c >= 0x20 && static_cast<unsigned char>(c) < 0x80; };
    if (!taken.has_escape && std::all_of(taken.text.begin(), taken.text.end(), is_plain)) {
      strict.append("\"").append(taken.text).append("\"");
    } else {
      strict.append(nlohmann::json(text_of(taken)).dump());
    }
  };
  std::size_t at = 0;
  while (at < text.size()) {
    auto const& c = text[at];
    reader.seek(at);
    if (c == '"') {
      append_string();
    } else if (is_json_digit(c) || c == '-' || c == 'N' || c == 'I') {
      auto const is_finite =
          reader.is_number() && to_double(decimal(&c, text.data() + text.size()));
      auto const number = reader.take_scalar();
      strict.append(is_finite ? number : "null");
    } else {
      if (!is_json_space(c)) strict.push_back(c);
      ++at;
      continue;
    }
    at = reader.offset();
  }
  return strict;
}

/// A good text as strict JSON. A text that is strict already stays unchanged.
inline std::string strict(std::string_view text) {
  return nlohmann::json::accept(text.begin(), text.end()) ? std::string(text) : compact(text);
}

}  // namespace gladia::codec::detail
