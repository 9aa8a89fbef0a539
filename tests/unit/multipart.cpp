#include <gladia/api/impl/multipart.ipp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using gladia::api::detail::form;
using gladia::api::detail::make_boundary;
using gladia::api::detail::make_form;
using gladia::net::body_source;

body_source source_of(std::string text) {
  body_source source;
  source.size = text.size();
  source.can_begin_again = true;
  auto const at = std::make_shared<std::size_t>(0);
  source.begin = [at]() -> gladia::result<void> {
    *at = 0;
    return {};
  };
  source.read = [at, text = std::move(text)](char* to, std::size_t room) {
    auto const size = std::min(room, text.size() - *at);
    text.copy(to, size, *at);
    *at += size;
    return gladia::result<std::size_t>(size);
  };
  return source;
}

std::string read_all(form const& f, std::size_t step) {
  EXPECT_TRUE(f.body.begin());
  std::string all(static_cast<std::size_t>(f.body.size), '\0');
  std::size_t at = 0;
  while (at < all.size()) {
    auto const got = f.body.read(&all[at], std::min(step, all.size() - at));
    EXPECT_TRUE(got && *got > 0);
    if (!got || *got == 0) break;
    at += *got;
  }
  return all;
}

TEST(a_form, is_the_file_between_its_boundaries) {
  auto const f = make_form(source_of("RIFF"), "audio", "call.wav", "b");
  EXPECT_EQ(f.content_type, "multipart/form-data; boundary=b");
  EXPECT_EQ(read_all(f, 1000),
            "--b\r\nContent-Disposition: form-data; name=\"audio\"; filename=\"call.wav\"\r\n"
            "Content-Type: application/octet-stream\r\n\r\nRIFF\r\n--b--\r\n");
}

TEST(a_form, is_the_same_in_pieces_and_again) {
  auto const f = make_form(source_of("a recording"), "audio", "a.wav", "b");
  auto const whole = read_all(f, 1000);
  for (auto step : {1u, 2u, 7u, 64u}) EXPECT_EQ(read_all(f, step), whole) << step;
}

TEST(a_form, of_a_file_that_became_shorter_is_an_error) {
  auto source = source_of("four");
  source.size = 5;
  auto const f = make_form(std::move(source), "audio", "a", "b");
  char to[1000];
  EXPECT_TRUE(f.body.begin());
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(f.body.read(to, sizeof to));
  EXPECT_EQ(f.body.read(to, sizeof to).error(), gladia::errc::truncated_audio);
}

TEST(a_form, lets_no_name_break_out_of_its_quotes) {
  auto const f = make_form(source_of("x"), "audio", "a\"; name=\"b\r\nX: 1", "b");
  EXPECT_THAT(read_all(f, 1000),
              testing::HasSubstr("filename=\"a%22; name=%22b%0D%0AX: 1\"\r\nContent-Type"));
  auto const umlaut = make_form(source_of("x"), "audio", "\xc3\xa4.wav", "b");
  EXPECT_THAT(read_all(umlaut, 1000), testing::HasSubstr("filename=\"\xc3\xa4.wav\""));
}

TEST(a_form, names_a_file_so_that_any_server_can_read_it) {
  auto const f = make_form(source_of("x"), "audio", std::string("a\0\t\x7f\\", 5), "b");
  EXPECT_THAT(read_all(f, 1000), testing::HasSubstr("filename=\"a%00%09%7F\\\\\"\r\n"));
}

TEST(a_form, tells_how_much_of_the_file_was_sent) {
  auto source = source_of("four");
  std::vector<std::uint64_t> told;
  source.progress = [&](std::uint64_t sent) { told.push_back(sent); };
  auto const f = make_form(std::move(source), "audio", "a", "b");
  f.body.progress(3);
  f.body.progress(f.body.size);
  EXPECT_THAT(told, testing::ElementsAre(0u, 4u));
}

TEST(a_form, has_another_boundary_each_time) {
  EXPECT_NE(make_boundary(), make_boundary());
  EXPECT_LE(make_boundary().size(), 70u) << "RFC 2046, section 5.1.1";
}

}  // namespace
