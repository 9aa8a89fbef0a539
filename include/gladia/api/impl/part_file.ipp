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
    auto const where = gladia::detail::path_of(path_);
    std::error_code ec;
    if (std::filesystem::exists(where, ec) && !std::filesystem::is_regular_file(where, ec)) {
      return error(errc::invalid_request, path_ + " is no regular file: it would be replaced");
    }
    file_ = gladia::detail::open_private(part_, "wb", file_);
    return file_ ? result<void>() : write_error(errno);
  }
  result<void> write(std::string_view part) {
    return std::fwrite(part.data(), 1, part.size(), file_) == part.size() ? result<void>()
                                                                          : write_error(errno);
  }
  result<void> finish() {
    std::error_code ec;
    if (std::fclose(std::exchange(file_, nullptr)) != 0) {
      ec.assign(errno, std::generic_category());
    } else {
      std::filesystem::rename(gladia::detail::path_of(part_), gladia::detail::path_of(path_), ec);
    }
    if (!ec) return {};
    remove();
    return write_error(gladia::detail::errno_of(ec));
  }
  /// Removes what there is. To be called before the user hears of the failure: from then on the
  /// name may be that of another download.
  void discard() noexcept {
    if (!file_) return;
    std::fclose(std::exchange(file_, nullptr));
    remove();
  }

 private:
  void remove() noexcept {
    std::error_code ignored;
    std::filesystem::remove(gladia::detail::path_of(part_), ignored);
  }
  result<void> write_error(int number) const {
    return error(error_code(number, boost::system::generic_category()), phase::none,
                 "cannot write " + part_);
  }

  std::string path_;
  std::string part_;
  std::FILE* file_ = nullptr;
};

}  // namespace gladia::api::detail
