// What is strict JSON means to our reader what it means to nlohmann's.
#include <gladia/codec/decode.hpp>
#include <gladia/codec/encode.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support.hpp"

using fuzz::require;
using nlohmann::json;

namespace {

constexpr std::size_t max_depth = 64;

bool is_deeper_than(std::size_t limit, json const& value) {
  if (!value.is_structured()) return false;
  return limit == 0 || std::any_of(value.begin(), value.end(), [limit](json const& inner) {
           return is_deeper_than(limit - 1, inner);
         });
}

json written(gladia::result<std::string> const& text) {
  require(text.has_value(), "what was read can be written");
  return json::parse(*text);
}

/// `plain` says the same as `text`, without what a text may have beside its meaning.
template <class T>
void check(std::string_view text, std::string const& plain) {
  auto const one = gladia::codec::decode<T>(text);
  auto const other = gladia::codec::decode<T>(plain);
  require(one.has_value() == other.has_value(), "both can be read, or neither");
  if (!one) {
    require(one.error() == gladia::errc::malformed_response, "strict JSON is not malformed");
    return;
  }
  require(written(gladia::codec::encode(*one)) == written(gladia::codec::encode(*other)),
          "both are the same value");
}

void check_message(std::string_view text, std::string const& plain) {
  auto const one = gladia::codec::decode_message(text);
  auto const other = gladia::codec::decode_message(plain);
  require(one.index() == other.index(), "both are the same kind of message");
  // Keep the text, or show it where they have no words.
  if (std::holds_alternative<gladia::malformed_message>(one) ||
      std::holds_alternative<gladia::error_message>(one)) {
    return;
  }
  require(written(gladia::codec::encode(one)) == written(gladia::codec::encode(other)),
          "both are the same message");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = fuzz::input(data, size).rest();
  // The text ends there for nlohmann's parser.
  if (text.find('\0') != std::string_view::npos) return 0;
  auto const document = json::parse(text.begin(), text.end(), nullptr, false);
  if (document.is_discarded() || is_deeper_than(max_depth, document)) return 0;
  auto const plain = document.dump();
  check_message(text, plain);
  check<gladia::live_request>(text, plain);
  check<gladia::live_session_info>(text, plain);
  check<gladia::live_job>(text, plain);
  check<gladia::live_job_page>(text, plain);
  check<gladia::pre_recorded_request>(text, plain);
  check<gladia::pre_recorded_job>(text, plain);
  check<gladia::pre_recorded_job_page>(text, plain);
  return 0;
}
