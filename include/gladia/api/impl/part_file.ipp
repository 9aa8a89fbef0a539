#pragma once

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <gladia/detail/private_file.hpp>
#include <gladia/error.hpp>

namespace gladia::api::detail {

/// A file that gets its name only when it is whole.
class part_file {
 public:
  explicit part_file(std::string path) : path_(std::move(path)), part_(path_ + ".part") {}
  ~part_file() { discard(); }
  part_file(part_file const&) = delete;
  part_file& operator=(part_file const&) = delete;

  /// Begins, or begins again.
  result<void> open() {
    auto const where = std::filesystem::u8path(path_);
    std::error_code ec;
    if (std::filesystem::exists(where, ec) && !std::filesystem::is_regular_file(where, ec)) {
      return error(errc::invalid_request, path_ + " is no regular file: it would be replaced");
    }
    auto const mode = gladia::detail::private_mode("wb");
    file_ = file_ ? std::freopen(part_.c_str(), mode.c_str(), file_)
                  : std::fopen(part_.c_str(), mode.c_str());
    return file_ ? result<void>() : last_error();
  }
  result<void> write(std::string_view part) {
    return std::fwrite(part.data(), 1, part.size(), file_) == part.size() ? result<void>()
                                                                          : last_error();
  }
  result<void> finish() {
    auto const closed = std::fclose(std::exchange(file_, nullptr)) == 0;
    auto const named = closed && std::rename(part_.c_str(), path_.c_str()) == 0;
    if (named) return {};
    auto failure = last_error();
    std::remove(part_.c_str());
    return failure;
  }
  /// Removes what there is. To be called before the user hears of the failure: from then on the
  /// name may be that of another download.
  void discard() noexcept {
    if (!file_) return;
    std::fclose(std::exchange(file_, nullptr));
    std::remove(part_.c_str());
  }

 private:
  result<void> last_error() const {
    return error(error_code(errno, boost::system::generic_category()), phase::none,
                 "cannot write " + part_);
  }

  std::string path_;
  std::string part_;
  std::FILE* file_ = nullptr;
};

}  // namespace gladia::api::detail
