#include <gladia/api/impl/part_file.ipp>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

namespace fs = std::filesystem;
using gladia::errc;
using gladia::api::detail::part_file;

struct a_part_file : testing::Test {
  fs::path const folder =
      fs::temp_directory_path() / ("gladia-part-file-" + std::to_string(::getpid()));
  std::string const path = (folder / "audio.wav").string();

  void SetUp() override { fs::create_directory(folder); }
  void TearDown() override { fs::remove_all(folder); }

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
  EXPECT_TRUE(fs::is_empty(folder));
}

TEST_F(a_part_file, replaces_nothing_but_files) {
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(part_file(path).open().error(), errc::invalid_request);
  EXPECT_EQ(part_file(folder.string()).open().error(), errc::invalid_request);
  EXPECT_EQ(part_file("/dev/null").open().error(), errc::invalid_request);
  EXPECT_TRUE(fs::is_fifo(path));
  EXPECT_FALSE(fs::exists(path + ".part"));
}

}  // namespace
