#pragma once

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <gladia.hpp>
#include <string>
#include <system_error>
#include <utility>

namespace examples {

/// A text file that has its name only once it is whole. Until then it is `path` with `.part` behind
/// it, which is removed if nothing comes of it.
class new_file {
 public:
  /// Before any work: a path that cannot be written is known at once.
  static gladia::result<new_file> create(std::string path) {
    // Its name would be taken away from a device or a pipe, which cannot be had back.
    std::error_code ignored;
    auto const kind = std::filesystem::status(path, ignored).type();
    using std::filesystem::file_type;
    if (kind == file_type::directory) return failure(EISDIR, path);
    if (kind != file_type::regular && kind != file_type::not_found) return failure(EINVAL, path);
    new_file made(std::move(path));
    made.stream_ = std::fopen(made.part_.c_str(), "wbe");
    if (!made.stream_) return failure(errno, made.path_);
    return made;
  }
  new_file(new_file&& other) noexcept
      : path_(std::move(other.path_)),
        part_(std::move(other.part_)),
        stream_(std::exchange(other.stream_, nullptr)) {}
  ~new_file() {
    if (!stream_) return;
    std::fclose(stream_);
    std::remove(part_.c_str());
  }

  /// Writes all of the file and gives it its name; once.
  gladia::error finish(std::string const& text) {
    bool const is_written = std::fwrite(text.data(), 1, text.size(), stream_) == text.size();
    // A full disk may show only here.
    bool const is_closed = std::fclose(std::exchange(stream_, nullptr)) == 0;
    if (is_written && is_closed && std::rename(part_.c_str(), path_.c_str()) == 0) return {};
    auto const fault = failure(errno, path_);
    std::remove(part_.c_str());
    return fault;
  }

 private:
  explicit new_file(std::string path) : path_(std::move(path)), part_(path_ + ".part") {}

  static gladia::error failure(int number, std::string const& path) {
    return gladia::error(gladia::error_code(number, boost::system::generic_category()),
                         gladia::phase::none, "cannot write " + path);
  }

  std::string path_;
  std::string part_;
  std::FILE* stream_ = nullptr;
};

}  // namespace examples
