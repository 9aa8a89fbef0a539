#include <gladia/detail/private_file.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "support/temporary_folder.hpp"

namespace {

namespace fs = std::filesystem;
using gladia::detail::name_of_file;
using gladia::detail::open_private;
using gladia::detail::path_of;
using gladia::detail::seek;

using file_pointer = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

struct a_private_file : testing::Test {
  gladia::test::temporary_folder const folder;
  std::string const path = folder.file(
      "gespr\xC3\xA4"
      "ch \xE2\x82\xAC.wav");

  file_pointer open(char const* mode) const { return {open_private(path, mode), &std::fclose}; }
};

TEST_F(a_private_file, has_the_name_that_utf8_says) {
  ASSERT_TRUE(open("wb"));
  auto const name = fs::directory_iterator(folder.path())->path().filename();
  EXPECT_TRUE(name == fs::path(U"gespr\u00E4ch \u20AC.wav"));
}

TEST_F(a_private_file, is_opened_again_as_it_is_told) {
  auto file = open("wb");
  std::fputs("long", file.get());
  file.reset(open_private(path, "wb", file.release()));
  std::fputs("new", file.get());
  file.reset();
  EXPECT_EQ(fs::file_size(path_of(path)), 3u);
}

TEST_F(a_private_file, that_is_missing_is_so_by_the_systems_word) {
  EXPECT_FALSE(open("rb"));
  EXPECT_EQ(errno, ENOENT);
}

TEST_F(a_private_file, has_bytes_behind_four_gigabytes) {
  auto const file = open("w+b");
  EXPECT_TRUE(seek(*file, (std::uint64_t{1} << 32) + 5));
  EXPECT_FALSE(seek(*file, UINT64_MAX));
  EXPECT_EQ(errno, EOVERFLOW);
}

TEST(a_path, that_is_no_utf8_names_no_file_and_throws_nothing) {
  EXPECT_FALSE(fs::exists(path_of("not \xFF there")));
}

TEST(a_files_name, is_what_follows_the_last_folder) {
  EXPECT_EQ(name_of_file("a/b/c.wav"), "c.wav");
  EXPECT_EQ(name_of_file("c.wav"), "c.wav");
#ifdef _WIN32
  EXPECT_EQ(name_of_file("a\\b\\c.wav"), "c.wav");
#endif
}

}  // namespace
