// Every post that can be read can be written and read again.
#include <gladia/codec/decode.hpp>
#include <gladia/codec/encode.hpp>

#include "support.hpp"

using fuzz::require;

namespace {

gladia::result<std::string> write(gladia::callback_post const& post) {
  return std::visit([](auto const& alternative) { return gladia::codec::encode(alternative); },
                    post);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const post = gladia::codec::decode_callback(fuzz::input(data, size).rest());
  if (!post) {
    require(fuzz::is_one_line(post.error().what()), "an error is one line");
    return 0;
  }
  auto const written = write(*post);
  require(written.has_value(), "a post that was read can be written");
  auto const again = gladia::codec::decode_callback(*written);
  require(again.has_value(), "what was written can be read");
  require(again->index() == post->index(), "and is of the same kind");
  auto const twice = write(*again);
  require(twice && *twice == *written, "and is written as before");
  return 0;
}
