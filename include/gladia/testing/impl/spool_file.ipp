#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>

#include <gladia/detail/private_file.hpp>
#ifdef _WIN32
#include <random>
#else
#include <stdlib.h>
#include <unistd.h>

#include <fcntl.h>
#endif

namespace gladia::testing::detail {

/// A temporary file without a name. The system removes it with its last handle, even if the process
/// is killed. Null if there is no place for one.
inline std::FILE* open_temporary() {
  std::error_code ec;
  auto const folder = std::filesystem::temp_directory_path(ec);
  if (ec) return nullptr;
#ifdef _WIN32
  auto const name = "gladia-emulator-" + std::to_string(std::random_device()());
  return ::_wfopen((folder / name).c_str(), L"w+bTDN");
#else
  auto name = (folder / "gladia-emulator-XXXXXX").string();
  auto const handle = ::mkostemp(name.data(), O_CLOEXEC);
  if (handle < 0) return nullptr;
  ::unlink(name.c_str());
  auto* const file = ::fdopen(handle, "w+b");
  if (!file) ::close(handle);
  return file;
#endif
}

/// A file that several threads may read. Without a path it is a temporary one.
class spool_file {
 public:
  spool_file() : file_(open_temporary()) {}
  /// A file of this machine, to be read. Not open if it is missing or no regular file.
  explicit spool_file(std::string const& path) {
    auto const where = gladia::detail::path_of(path);
    std::error_code ec;
    if (!std::filesystem::is_regular_file(where, ec)) return;
    size_ = std::filesystem::file_size(where, ec);
    if (!ec) file_.reset(gladia::detail::open_private(path, "rb"));
  }

  [[nodiscard]] bool is_open() const noexcept { return file_ != nullptr; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// Returns false if writing fails, for example because the disk is full.
  [[nodiscard]] bool append(std::string_view bytes) {
    std::lock_guard lock(mutex_);
    bool const is_written =
        gladia::detail::seek(*file_, size_) &&
        std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size() &&
        std::fflush(file_.get()) == 0;
    if (is_written) size_ += bytes.size();
    return is_written;
  }

  /// Up to `count` bytes from `offset` on; fewer at the end of the file.
  [[nodiscard]] std::string read(std::uint64_t offset, std::size_t count) const {
    std::string bytes(offset < size_ ? std::min<std::uint64_t>(count, size_ - offset) : 0, '\0');
    std::lock_guard lock(mutex_);
    bool const is_there = !bytes.empty() && gladia::detail::seek(*file_, offset);
    bytes.resize(is_there ? std::fread(bytes.data(), 1, bytes.size(), file_.get()) : 0);
    return bytes;
  }

 private:
  struct close_file {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  std::unique_ptr<std::FILE, close_file> file_{};
  std::uint64_t size_ = 0;
  mutable std::mutex mutex_{};
};

}  // namespace gladia::testing::detail
