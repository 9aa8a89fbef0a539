#pragma once

#include <boost/assert.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <gladia/codec/decode.hpp>
#include <gladia/codec/impl/json_check.ipp>
#include <gladia/codec/impl/json_reader.ipp>
#include <gladia/codec/impl/message_types.ipp>
#include <gladia/codec/impl/spellings.ipp>
#include <gladia/error.hpp>
#include <gladia/model/api_error.hpp>
#include <gladia/model/callback.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/job.hpp>
#include <gladia/model/kinds.hpp>
#include <gladia/model/live_message.hpp>
#include <gladia/model/open_enum.hpp>
#include <gladia/model/pii_entity.hpp>
#include <gladia/model/pre_recorded_request.hpp>
#include <gladia/model/settings.hpp>

/// \file
/// From good JSON text to the model, through `fields`, in one pass.
///
/// Each `read` takes one value, whether it can use the value or not. If it returns false, it has
/// given the reason to the reader and may have filled a part of its target. The caller decides what
/// the failure costs: an optional member, an `std::optional` or an element of a list is passed
/// over; a required member makes its struct fail.

namespace gladia::codec::detail {

inline char const* kind_of(json_reader& from) {
  switch (from.peek()) {
    case '{':
      return "an object";
    case '[':
      return "an array";
    case '"':
      return "a string";
    case 't':
    case 'f':
      return "a boolean";
    case 'n':
      return "null";
    default:
      break;
  }
  if (!from.is_number()) return "no number";
  auto ahead = from;
  return ahead.take_number().is_integer ? "a number" : "a fraction";
}

/// Passes over a value of another kind than was expected; always false.
inline bool mismatch(json_reader& from, char const* expected) {
  auto what = std::string("expected ") + expected + ", got " + kind_of(from);
  auto const at = from.position();
  from.take_value();
  return from.fail(at, std::move(what));
}

inline bool take_null(json_reader& from) noexcept {
  if (from.peek() != 'n') return false;
  from.take_word(sizeof "null" - 1);
  return true;
}

inline bool read(json_reader& from, bool& to) {
  auto const first = from.peek();
  if (first != 't' && first != 'f') return mismatch(from, "a boolean");
  to = first == 't';
  from.take_word(to ? sizeof "true" - 1 : sizeof "false" - 1);
  return true;
}

inline bool read(json_reader& from, double& to) {
  if (!from.is_number()) return mismatch(from, "a number");
  auto const at = from.position();
  auto const number = to_double(from.take_number());
  if (!number) return from.fail(at, "the number is too large");
  to = *number;
  return true;
}

enum class integer_fault { none, too_large, fraction };

template <class T>
integer_fault to_integer(decimal const& number, T& to) {
  constexpr auto lowest = std::numeric_limits<T>::min();
  constexpr auto highest = std::numeric_limits<T>::max();
  if (number.is_integer) {
    // The absolute value of a negative number may be larger by one.
    auto const most = static_cast<std::uint64_t>(highest) + (number.is_negative ? 1 : 0);
    if (!number.is_exact || number.digits > most) return integer_fault::too_large;
    to = number.digits > static_cast<std::uint64_t>(highest) ? lowest
         : number.is_negative                                ? -static_cast<T>(number.digits)
                                                             : static_cast<T>(number.digits);
    return integer_fault::none;
  }
  auto const value = to_double(number);
  // `lowest` is a power of two and so exact; `highest` is not.
  constexpr auto limit = -static_cast<double>(lowest);
  if (!value || *value < -limit || *value >= limit) return integer_fault::too_large;
  auto const whole = static_cast<T>(*value);
  if (static_cast<double>(whole) < *value || static_cast<double>(whole) > *value) {
    return integer_fault::fraction;
  }
  to = whole;
  return integer_fault::none;
}

template <class T, std::enable_if_t<std::is_integral_v<T> && std::is_signed_v<T>, int> = 0>
bool read(json_reader& from, T& to) {
  if (!from.is_number()) return mismatch(from, "an integer");
  auto const at = from.position();
  switch (to_integer(from.take_number(), to)) {
    case integer_fault::none:
      return true;
    case integer_fault::too_large:
      return from.fail(at, "the number is too large");
    case integer_fault::fraction:
      break;
  }
  return from.fail(at, "expected an integer, got a fraction");
}

inline bool read(json_reader& from, std::string& to) {
  if (from.peek() != '"') return mismatch(from, "a string");
  from.take_string().assign_to(to);
  return true;
}

inline bool read(json_reader& from, secret& to) {
  std::string text;
  if (!read(from, text)) return false;
  to = secret(std::move(text));
  return true;
}

inline bool read(json_reader& from, language_code& to) {
  return read(from, to.code);
}

template <class E>
bool read(json_reader& from, open_enum<E>& to) {
  std::string name;
  if (!read(from, name)) return false;
  to = open_enum<E>(std::string_view(name));
  return true;
}

inline bool read(json_reader& from, json_text& to) {
  to.text = compact(from.take_value());
  return true;
}

// Declared before use: std types bring no namespace of ours into the lookup.
template <class T>
bool read(json_reader& from, std::optional<T>& to);
template <class T>
bool read(json_reader& from, std::vector<T>& to);
template <class T>
bool read(json_reader& from, std::map<std::string, T>& to);
template <class T>
bool read(json_reader& from, half_open_range<T>& to);
template <class T, std::enable_if_t<has_fields<T>, int> = 0>
bool read(json_reader& from, T& to);
template <class T>
bool read(json_reader& from, addon<T>& to);
template <class Request, class Result>
bool read(json_reader& from, basic_job<Request, Result>& to);
template <class Job>
bool read(json_reader& from, basic_job_page<Job>& to);
inline bool read(json_reader& from, vocabulary_entry& to);
inline bool read(json_reader& from, std::vector<open_enum<pii_entity>>& to);
inline bool read(json_reader& from, pre_recorded_request& to);
inline bool read(json_reader& from, pre_recorded_callback& to);
inline bool read(json_reader& from, error_message& to);
inline bool read(json_reader& from, api_error& to);
inline bool read(json_reader& from, live_message& to);

/// Reads the members of an object into those of a struct. Members usually come in the struct's
/// order, so one walk through `fields` finds most of them. Members are counted from 0.
class member_visitor : public gladia::detail::uniform_visitor<member_visitor> {
 public:
  explicit member_visitor(json_reader& from) noexcept
      : from_(from), began_whole_(!from.passed_over()) {}

  template <class T>
  void read_object(T& to) {
    begin_ = reinterpret_cast<char const*>(&to);
    pristine_ = [] {
      static T const value{};
      return reinterpret_cast<char const*>(&value);
    };
    has_key_ = from_.begin_object();
    while (has_key_) {
      if (visit(to)) continue;
      auto const key = from_.take_key();
      escaped_ = key.has_escape ? &key : nullptr;
      if (escaped_ && visit(to)) continue;
      from_.take_value();  // a member that this version does not know
      go_on();
    }
  }

  /// Whether the member was read.
  bool has(unsigned index) const noexcept { return (read_ >> index & 1) != 0; }
  /// Why a required member was not read.
  misreading& failure() noexcept { return failure_; }

  // An array, not a pointer: then the compiler knows the length.
  template <std::size_t size, class M>
  void optional(char const (&name)[size], M& m) {
    auto const bit = next_bit();
    if (!take_key(name)) return;
    forget_fault_of(bit);
    auto const count = from_.passed_over_count();
    if (!take(m, bit)) from_.pass_over(from_.take_fault());
    note_fault_of(bit, count);
    go_on();
  }
  template <std::size_t size, class M>
  void emitted(char const (&name)[size], M& m) {
    optional(name, m);
  }
  template <std::size_t size, class M>
  void required(char const (&name)[size], M& m) {
    auto const bit = next_bit();
    if (!take_key(name)) return;
    forget_fault_of(bit);
    auto const count = from_.passed_over_count();
    if (!take(m, bit)) failure_ = from_.take_fault();
    note_fault_of(bit, count);
    go_on();
  }
  template <class M>
  void flatten(M& m) {
    visit_fields(*this, m);
  }
  template <class M>
  void local(char const*, M&) {}
  template <class M>
  void source(M&) {}
  template <class M>
  void extra(M&) {}

 private:
  std::uint64_t next_bit() noexcept {
    BOOST_ASSERT(index_ < 64);  // members of a struct
    return std::uint64_t{1} << index_++;
  }

  /// Goes through the members once. Returns whether one was read.
  template <class T>
  bool visit(T& to) {
    index_ = 0;
    is_met_ = false;
    visit_fields(*this, to);
    return is_met_;
  }

  template <std::size_t size>
  bool take_key(char const (&name)[size]) noexcept {
    return has_key_ && (escaped_ ? is(*escaped_, name) : from_.take_key(name));
  }

  void go_on() {
    is_met_ = true;
    escaped_ = nullptr;
    has_key_ = from_.next_member();
  }

  /// A member comes again: forgets the faults of its earlier value, if they are the only ones.
  void forget_fault_of(std::uint64_t bit) noexcept {
    if (!began_whole_ || faulty_ != bit) return;
    from_.exchange_passed_over({});
    faulty_ = 0;
  }
  void note_fault_of(std::uint64_t bit, std::size_t count) noexcept {
    if (from_.passed_over_count() != count) faulty_ |= bit;
  }

  /// If a name comes twice, only the last value counts. Null counts as absent.
  template <class M>
  bool take(M& m, std::uint64_t bit) {
    if ((seen_ & bit) != 0) reset(m);
    seen_ |= bit;
    read_ &= ~bit;
    if (take_null(from_)) return true;
    if (!read(from_, m)) {
      reset(m);
      return false;
    }
    read_ |= bit;
    return true;
  }

  /// Gives a member its default: the value at the same place in a default-constructed struct.
  template <class M>
  void reset(M& m) {
    auto const offset = reinterpret_cast<char const*>(&m) - begin_;
    m = *reinterpret_cast<M const*>(pristine_() + offset);
  }

  json_reader& from_;
  bool began_whole_;             // nothing had been passed over before
  char const* begin_ = nullptr;  // of the struct
  char const* (*pristine_)() = nullptr;
  literal const* escaped_ = nullptr;  // the key, if it has an escape and so was taken already
  bool has_key_ = false;
  bool is_met_ = false;
  unsigned index_ = 0;
  std::uint64_t seen_ = 0;
  std::uint64_t read_ = 0;
  std::uint64_t faulty_ = 0;  // bits of the members in which faults were passed over
  misreading failure_{};
};

/// Finds the first required member that was not read.
class missing_visitor : public gladia::detail::uniform_visitor<missing_visitor> {
 public:
  explicit missing_visitor(member_visitor const& members) noexcept : members_(members) {}

  char const* name() const noexcept { return name_; }

  template <class M>
  void member(char const*, M&) {
    ++index_;
  }
  template <class M>
  void required(char const* name, M&) {
    if (!name_ && !members_.has(index_)) name_ = name;
    ++index_;
  }
  template <class M>
  void flatten(M& m) {
    visit_fields(*this, m);
  }
  template <class M>
  void local(char const*, M&) {}
  template <class M>
  void source(M&) {}
  template <class M>
  void extra(M&) {}

 private:
  member_visitor const& members_;
  unsigned index_ = 0;
  char const* name_ = nullptr;
};

template <class T>
bool read_struct(json_reader& from, T& to) {
  if (from.peek() != '{') return mismatch(from, "an object");
  auto const at = from.position();
  member_visitor members(from);
  members.read_object(to);
  missing_visitor missing(members);
  visit_fields(missing, to);
  if (!missing.name()) return true;
  auto& why = members.failure();
  return why ? from.fail(std::move(why)) : from.fail({at, missing.name(), "missing"});
}

template <class T, std::enable_if_t<has_fields<T>, int>>
bool read(json_reader& from, T& to) {
  return read_struct(from, to);
}

/// An entry may also be a plain string.
inline bool read(json_reader& from, vocabulary_entry& to) {
  return from.peek() == '"' ? read(from, to.value) : read_struct(from, to);
}

template <class T>
bool read(json_reader& from, std::optional<T>& to) {
  if (take_null(from) || read(from, to.emplace())) return true;
  to.reset();
  return false;
}

/// Reads a struct that has a member for what could not be read in it.
template <class Read>
bool read_and_tell(json_reader& from, std::string& unreadable, Read read_it) {
  auto before = from.exchange_passed_over({});
  auto const begin = from.position();
  auto const good = read_it();
  if (auto fault = from.passed_over()) {
    fault.at -= begin;
    unreadable = text_of(from.text().substr(begin, from.offset() - begin), fault);
  }
  if (before) from.exchange_passed_over(std::move(before));
  return good;
}

/// Reads a struct that itself says what could not be read, and where. Always true.
template <class T>
bool read(json_reader& from, addon<T>& to) {
  return read_and_tell(from, to.unreadable, [&] {
    if (!read_struct(from, to)) from.pass_over(from.take_fault());
    return true;
  });
}

template <class T>
bool read_array(json_reader& from, std::vector<T>& to) {
  if (from.peek() != '[') return mismatch(from, "an array");
  to.clear();
  from.take_array([&] {
    constexpr std::size_t few = 8;
    if (to.capacity() == 0) to.reserve(few);
    if (read(from, to.emplace_back())) return;
    to.pop_back();
    from.pass_over(from.take_fault());
  });
  return true;
}

template <class T>
bool read(json_reader& from, std::vector<T>& to) {
  return read_array(from, to);
}

/// The server's schema has a single kind here, its documentation a list.
inline bool read(json_reader& from, std::vector<open_enum<pii_entity>>& to) {
  return from.peek() == '"' ? read(from, to.emplace_back()) : read_array(from, to);
}

template <class T>
bool read(json_reader& from, std::map<std::string, T>& to) {
  if (from.peek() != '{') return mismatch(from, "an object");
  from.take_object([&](literal const& key) {
    auto const name = text_of(key);
    if (read(from, to[name] = T{})) return;
    to.erase(name);
    from.pass_over(from.take_fault());
  });
  return true;
}

template <class T>
bool read(json_reader& from, half_open_range<T>& to) {
  if (from.peek() != '[') return mismatch(from, "an array of two numbers");
  auto const at = from.position();
  std::size_t count = 0;
  T ignored{};
  bool good = true;
  from.take_array([&] {
    auto& number = count == 0 ? to.begin : count == 1 ? to.end : ignored;
    good = read(from, number) && good;
    ++count;
  });
  if (count == 2) return good;
  return from.fail({at, nullptr, "expected two numbers, got " + std::to_string(count)});
}

/// In a job `custom_vocabulary` may also be the list of words itself. The flag is then true, and
/// the words go into the config.
inline bool read(json_reader& from, pre_recorded_request& to) {
  if (from.peek() != '{') return mismatch(from, "an object");
  auto const list = find_member(from.look_at_value(), "custom_vocabulary");
  if (!list || list->front() != '[') return read_struct(from, to);
  auto const at = static_cast<std::size_t>(list->data() - from.text().data());
  from.accept(at);
  if (!read_struct(from, to)) return false;
  to.custom_vocabulary = true;
  auto& words = to.custom_vocabulary_config.vocabulary;
  auto reader = from;
  reader.seek(at);
  if (words.empty()) read(reader, words);
  if (reader.passed_over()) from.pass_over(reader.passed_over());
  return true;
}

/// The jobs of a list that could not be read.
template <class Job>
std::vector<unreadable_job> find_unreadable(std::string_view items) {
  std::vector<unreadable_job> found;
  json_reader reader(items);
  reader.take_array([&] {
    auto const text = reader.take_value();
    json_reader item(text);
    Job job;
    if (read(item, job)) return;
    auto id = text.front() == '{' ? find_string(text, "id") : std::nullopt;
    found.push_back({id.value_or(""), text_of(text, item.take_fault())});
  });
  return found;
}

template <class Request, class Result>
bool read(json_reader& from, basic_job<Request, Result>& to) {
  return read_and_tell(from, to.unreadable, [&] { return read_struct(from, to); });
}

template <class Job>
bool read(json_reader& from, basic_job_page<Job>& to) {
  auto const text = from.look_at_value();
  if (!read_struct(from, to)) return false;
  if (from.passed_over()) to.unreadable = find_unreadable<Job>(*find_member(text, "items"));
  return true;
}

template <class Error>
bool read_error(json_reader& from, Error& to) {
  auto const text = from.look_at_value();
  if (!read_struct(from, to)) return false;
  find_words(text, to);
  return true;
}
inline bool read(json_reader& from, error_message& to) {
  return read_error(from, to);
}
inline bool read(json_reader& from, api_error& to) {
  return read_error(from, to);
}

/// Whether a message lacks nothing that only its whole text tells. It may be given what it lacks.
template <class M>
bool settle(M&, json_reader&, decode_options const&) {
  return true;
}

/// Whether a member was present but passed over.
template <class T, std::size_t size>
bool was_passed_over(std::string_view object, char const (&name)[size]) {
  auto const found = find_member(object, name);
  if (!found || found == "null") return false;
  json_reader reader(*found);
  T ignored{};
  return !read(reader, ignored);
}

/// A transcript whose start, end or channel could not be read counts as untimed: otherwise words
/// said at another time would be taken for known.
inline void settle_time(transcript_utterance& utterance, std::string_view text) {
  if (was_passed_over<double>(text, "start") || was_passed_over<double>(text, "end") ||
      was_passed_over<int>(text, "channel")) {
    utterance.start = utterance.end = 0;
  }
}

/// A transcript that does not say whether it is final is what `how` says. If partials were asked
/// for, a transcript whose `is_final` cannot be read could be either.
inline bool settle(transcript& message, json_reader& from, decode_options const& how) {
  auto& data = message.data;
  auto const is_plain = !from.passed_over() && (data.is_final || !how.unmarked_is_final);
  if (is_plain) return true;
  auto const text = *find_member(from.text(), "data");
  if (from.passed_over()) settle_time(data.utterance, *find_member(text, "utterance"));
  if (data.is_final) return true;
  auto const mark = find_member(text, "is_final");
  if (mark == "false") return true;
  data.is_final = how.unmarked_is_final;
  return data.is_final || !mark || mark == "null" ||
         from.fail(static_cast<std::size_t>(mark->data() - from.text().data()),
                   "says in a way that cannot be read whether the transcript is final");
}

/// Whether a message that has either `data` or an `error` has neither.
template <class M>
auto is_hollow(M const& m, int) -> decltype(m.data.has_value() || m.error.has_value()) {
  return !m.data.has_value() && !m.error.has_value();
}
template <class M>
bool is_hollow(M const&, long) noexcept {
  return false;
}

/// A text that can be read, and where its `type` is.
struct good_text {
  std::string_view text{};
  std::optional<std::size_t> type{};
};

/// A message that cannot be read.
inline live_message malformed(json_reader& from, std::string type) {
  return malformed_message{
      std::move(type),
      {strict(from.text())},
      error(errc::malformed_response, text_of(from.text(), from.take_fault()))};
}

/// Reads a message of a type that is known.
template <class M>
live_message read_message_as(json_reader& from, decode_options const& how) {
  live_message message(std::in_place_type<M>);
  auto& alternative = *std::get_if<M>(&message);
  auto good = read(from, alternative);
  // Nothing is left of it.
  if (good && from.passed_over() && is_hollow(alternative, 0)) {
    good = from.fail(from.exchange_passed_over({}));
  }
  if (!good || !settle(alternative, from, how)) {
    message = malformed(from, std::string(type_name<M>()));
    return message;
  }
  auto& envelope = alternative.envelope;
  if (how.keep_raw || is_experimental<M>) envelope.raw.text = strict(from.text());
  if (from.passed_over()) envelope.unreadable = text_of(from.text(), from.passed_over());
  return message;
}

/// How a message of `type` is read; null where the type is not known.
inline auto find_message_reader(std::string_view type) {
  live_message (*found)(json_reader&, decode_options const&) = nullptr;
  auto const is_it = [&](auto entry) {
    if (entry.name != type) return false;
    found = &read_message_as<typename decltype(entry)::message>;
    return true;
  };
  std::apply([&](auto... entry) { (is_it(entry) || ...); }, message_types);
  return found;
}

/// Reads a message of any type.
inline live_message read_message(good_text const& from, decode_options const& how) {
  json_reader reader(from.text);
  std::string type;
  if (reader.peek() != '{') {
    mismatch(reader, "an object");
    return malformed(reader, {});
  }
  if (!from.type) {
    reader.fail({0, "type", "missing"});
    return malformed(reader, {});
  }
  reader.seek(*from.type);
  if (!read(reader, type)) return malformed(reader, {});
  reader.seek(0);
  if (auto const read_it = find_message_reader(type)) return read_it(reader, how);
  return unknown_message{std::move(type), {strict(from.text)}};
}

inline bool read(json_reader& from, live_message& to) {
  good_text message;
  message.text = from.take_value();
  if (message.text.front() == '{') {
    auto const type = find_member(message.text, "type");
    if (type) message.type = static_cast<std::size_t>(type->data() - message.text.data());
  }
  to = read_message(message, {});
  return true;
}

inline bool read(json_reader& from, pre_recorded_callback& to) {
  return read_and_tell(from, to.unreadable, [&] { return read_struct(from, to); });
}

/// A post to a callback URL is a callback if it has an id of its own; otherwise a webhook.
inline bool read(json_reader& from, callback_post& to) {
  if (from.peek() != '{') return mismatch(from, "an object");
  auto const text = from.look_at_value();
  if (!find_member(text, "id")) return read(from, to.emplace<job_webhook>());
  constexpr std::string_view about_files = "transcription.";
  auto const event = find_string(text, "event").value_or("");
  return event.compare(0, about_files.size(), about_files) == 0
             ? read(from, to.emplace<pre_recorded_callback>())
             : read(from, to.emplace<live_callback>());
}

inline result<good_text> check(std::string_view text, decode_options const& options) {
  if (text.size() > options.max_size) {
    return error(errc::message_too_large, std::to_string(text.size()) +
                                              " bytes of JSON are more than the limit of " +
                                              std::to_string(options.max_size));
  }
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.substr(0, byte_order_mark.size()) == byte_order_mark) {
    text.remove_prefix(byte_order_mark.size());
  }
  // Some servers send the end of a C string with their text.
  while (!text.empty() && text.back() == '\0') text.remove_suffix(1);
  auto const checked = check_json(text, options.max_depth);
  switch (checked.verdict) {
    case json_verdict::good:
      return good_text{text, checked.type};
    case json_verdict::too_deep:
      return error(errc::malformed_json, "the JSON is nested deeper than the limit of " +
                                             std::to_string(checked.max_depth));
    case json_verdict::malformed:
      break;
  }
  // The text is not quoted: it may hold a token.
  return error(errc::malformed_json, "not JSON at byte " + std::to_string(checked.size + 1));
}

template <class T>
result<T> decode_as(std::string_view text, decode_options const& options) {
  auto const good = check(text, options);
  if (!good) return good.error();
  json_reader reader(good->text);
  T value{};
  if (read(reader, value)) return value;
  return error(errc::malformed_response, text_of(good->text, reader.take_fault()));
}

}  // namespace gladia::codec::detail
