#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace gladia::testing::detail {

/// A temporary file without a name. The system removes it with this object, even if the process is
/// killed.
class spool_file {
 public:
  spool_file() {
    char const* folder = std::getenv("TMPDIR");
    std::string name = std::string(folder && *folder ? folder : "/tmp") + "/gladia-emulator-XXXXXX";
    handle_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (handle_ >= 0) ::unlink(name.c_str());
  }
  /// A file of this machine, to be read. Not open if it is missing or no regular file.
  explicit spool_file(std::string const& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    handle_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
  spool_file(spool_file const&) = delete;
  spool_file& operator=(spool_file const&) = delete;
  ~spool_file() {
    if (handle_ >= 0) ::close(handle_);
  }

  [[nodiscard]] bool is_open() const noexcept { return handle_ >= 0; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// Returns false if writing fails, for example because the disk is full.
  [[nodiscard]] bool append(std::string_view bytes) {
    while (!bytes.empty()) {
      auto const written = ::pwrite(handle_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      size_ += static_cast<std::uint64_t>(written);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

  /// Up to `count` bytes from `offset` on; fewer at the end of the file.
  [[nodiscard]] std::string read(std::uint64_t offset, std::size_t count) const {
    std::string bytes(offset < size_ ? std::min<std::uint64_t>(count, size_ - offset) : 0, '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
      auto const got = ::pread(handle_, bytes.data() + have, bytes.size() - have,
                               static_cast<off_t>(offset + have));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
  }

 private:
  int handle_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace gladia::testing::detail
