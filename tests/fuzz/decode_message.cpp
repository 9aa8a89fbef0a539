// Any text is a message, which can be written and read again.
#include <gladia/codec/decode.hpp>
#include <gladia/codec/encode.hpp>
#include <gladia/model/print.hpp>

#include "support.hpp"

using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = fuzz::input(data, size).rest();
  auto const message = gladia::codec::decode_message(text);
  require(gladia::codec::decode_message(text, {true}) == message,
          "keeping the text changes nothing else");
  require(fuzz::is_one_line(to_string(message)), "a message prints as one line");

  auto const* malformed = std::get_if<gladia::malformed_message>(&message);
  if (malformed) {
    require(bool(malformed->error), "a malformed message says why");
    require(fuzz::is_one_line(malformed->error.what()), "an error is one line");
  }
  auto const written = gladia::codec::encode(message);
  require(written.has_value() || malformed, "a message that was read can be written");
  if (!written) return 0;

  auto const again = gladia::codec::decode_message(*written);
  require(again.index() == message.index(), "what was written is read as the same alternative");
  require(gladia::codec::type_of(again) == gladia::codec::type_of(message), "and the same type");
  auto const twice = gladia::codec::encode(again);
  require(twice && *twice == *written, "and is written as before");
  return 0;
}
