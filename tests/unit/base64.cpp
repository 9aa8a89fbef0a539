#include <gladia/base64.hpp>

#include <gmock/gmock.h>

#include <string>
#include <utility>

namespace {

using namespace gladia;
using ::testing::HasSubstr;

// RFC 4648, section 10, and bytes that need the last two characters of the alphabet.
std::pair<std::string, std::string> const base64_vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {std::string("\xfb\xff\x00\xbf", 4), "+/8Avw=="},
};

TEST(base64, encodes_and_decodes_the_vectors_of_its_standard) {
  for (auto const& [bytes, text] : base64_vectors) {
    EXPECT_EQ(encode_base64(bytes), text);
    EXPECT_EQ(decode_base64(text).value(), bytes);
  }
}

TEST(base64, decodes_every_byte_that_it_encoded) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    auto const part = bytes.substr(bytes.size() - size);
    EXPECT_EQ(decode_base64(encode_base64(part)).value(), part);
  }
}

TEST(base64, says_which_character_does_not_belong_to_it) {
  std::pair<std::string, std::string> const faults[] = {
      {"Zm9v-A==", "not Base64: the byte 0x2d at offset 4"},
      {"Zm9_", "not Base64: the byte 0x5f at offset 3"},
      {"Zm9\n", "not Base64: the byte 0x0a at offset 3"},
      {"Zm\xc3\xa9", "not Base64: the byte 0xc3 at offset 2"},
      {std::string("Zm9\0", 4), "not Base64: the byte 0x00 at offset 3"},
      {"Z===", "not Base64: the byte 0x3d at offset 1"},
      {"====", "not Base64: the byte 0x3d at offset 0"},
      {"Zg==Zg==", "not Base64: the byte 0x3d at offset 2"},
  };
  for (auto const& [text, why] : faults) {
    auto const decoded = decode_base64(text);
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error().details().message, why);
    EXPECT_EQ(decoded.error(), make_error_code(boost::system::errc::invalid_argument));
  }
}

TEST(base64, says_that_its_end_is_missing) {
  for (std::string const text : {"Z", "Zg", "Zg=", "Zm9vYg"}) {
    auto const decoded = decode_base64(text);
    ASSERT_FALSE(decoded) << text;
    EXPECT_THAT(decoded.error().what(), HasSubstr("not Base64: " + std::to_string(text.size()) +
                                                  " characters, no multiple of 4"));
  }
}

}  // namespace
