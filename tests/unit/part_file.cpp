#include <gladia/api/impl/part_file.ipp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/temporary_folder.hpp"

namespace {

namespace fs = std::filesystem;
using gladia::errc;
using gladia::api::detail::part_file;

struct a_part_file : testing::Test {
  gladia::test::temporary_folder const folder;
  std::string const path = folder.file("audio.wav");

  std::string content() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(a_part_file, has_its_name_when_it_is_whole) {
  std::ofstream(path) << "an older one";
  part_file file(path);
  ASSERT_TRUE(file.open());
  ASSERT_TRUE(file.write("half"));
  ASSERT_TRUE(file.open()) << "it begins again";
  ASSERT_TRUE(file.write("all of it"));
  EXPECT_EQ(content(), "an older one");
  ASSERT_TRUE(file.finish());
  EXPECT_EQ(content(), "all of it");
  EXPECT_FALSE(fs::exists(path + ".part"));
}

TEST_F(a_part_file, that_is_left_leaves_nothing) {
  {
    part_file file(path);
    ASSERT_TRUE(file.open());
    ASSERT_TRUE(file.write("half"));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST_F(a_part_file, replaces_nothing_but_files) {
  fs::create_directory(path);
  EXPECT_EQ(part_file(path).open().error(), errc::invalid_request);
  EXPECT_TRUE(fs::is_directory(path));
  EXPECT_FALSE(fs::exists(path + ".part"));
}

}  // namespace
