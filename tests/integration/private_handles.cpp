#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <string>
#include <support/live_fixture.hpp>

namespace {

namespace fs = std::filesystem;
using names = std::set<std::string>;

/// What a process has open, by the names that Linux gives.
names open_in(pid_t process) {
  names open;
  for (auto const& entry : fs::directory_iterator("/proc/" + std::to_string(process) + "/fd")) {
    std::error_code closed_meanwhile;
    auto const what = fs::read_symlink(entry.path(), closed_meanwhile);
    if (!closed_meanwhile) open.insert(what.string());
  }
  return open;
}

/// A program that an application starts, such as ffmpeg.
class child {
 public:
  child() {
    char name[] = "sleep", time[] = "600";
    char* arguments[] = {name, time, nullptr};
    EXPECT_EQ(posix_spawnp(&process_, "sleep", nullptr, nullptr, arguments, environ), 0);
  }
  ~child() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  child(child const&) = delete;
  child& operator=(child const&) = delete;

  pid_t process() const { return process_; }

 private:
  pid_t process_ = 0;
};

class children : public gladia::test::live_fixture {};

TEST_F(children, inherit_neither_links_nor_files) {
  auto const before = open_in(::getpid());
  auto const wav =
      gladia::audio::wav_file::open(std::string(GLADIA_SOURCE_DIR) + "/examples/data/sample.wav");
  ASSERT_TRUE(wav);
  start();
  while (all<gladia::live::connected>().empty()) io.run_one();
  auto const open = open_in(::getpid());
  EXPECT_GT(open.size(), before.size() + 3);  // the file, and the link's and the emulator's sockets

  child const started;
  for (auto const& inherited : open_in(started.process())) {
    EXPECT_TRUE(before.count(inherited) == 1 || open.count(inherited) == 0) << inherited;
  }
  session->stop();
  run_to_end();
}

}  // namespace
