#include <gladia/api/impl/file_source.ipp>
#include <gladia/api/impl/part_file.ipp>
#include <gladia/audio/wav.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "support/temporary_folder.hpp"

namespace {

using ::testing::HasSubstr;

struct a_pipe : testing::Test {
  gladia::test::temporary_folder const folder;
  std::string const path = folder.file("audio.wav");

  void SetUp() override { ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0); }
};

TEST_F(a_pipe, is_no_wav_file_and_its_writer_is_not_waited_for) {
  auto const pipe = gladia::audio::wav_file::open(path);
  ASSERT_FALSE(pipe);
  EXPECT_THAT(pipe.error().what(), HasSubstr("not a regular file"));
}

TEST_F(a_pipe, is_no_recording_to_upload) {
  auto const source = gladia::api::detail::open_file(path);
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error().what(), HasSubstr("no regular file"));
}

TEST_F(a_pipe, is_not_replaced_by_a_download) {
  using gladia::api::detail::part_file;
  EXPECT_EQ(part_file(path).open().error(), gladia::errc::invalid_request);
  EXPECT_EQ(part_file("/dev/null").open().error(), gladia::errc::invalid_request);
  EXPECT_TRUE(std::filesystem::is_fifo(path));
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
}

}  // namespace
