#pragma once

#include <filesystem>
#include <random>
#include <string>
#include <system_error>

namespace gladia::test {

/// A folder that goes with this object.
class temporary_folder {
 public:
  temporary_folder() { std::filesystem::create_directory(path_); }
  temporary_folder(temporary_folder const&) = delete;
  temporary_folder& operator=(temporary_folder const&) = delete;
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::filesystem::path const& path() const noexcept { return path_; }
  [[nodiscard]] std::string file(std::string const& name) const {
    return path_.string() + "/" + name;
  }

 private:
  std::filesystem::path const path_ = std::filesystem::temp_directory_path() /
                                      ("gladia-test-" + std::to_string(std::random_device()()));
};

}  // namespace gladia::test
