#pragma once

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include <gladia/detail/private_file.hpp>
#include <gladia/error.hpp>
#include <gladia/net/http.hpp>

namespace gladia::api::detail {

/// A file as the body of a request. The file is closed with the last copy of the source.
///
/// Errors: those of the system, and `errc::invalid_request` for an empty path, a folder, a pipe and
/// an empty file.
inline result<net::body_source> open_file(std::string const& path) {
  if (path.empty()) return error(errc::invalid_request, "the path of the recording is empty");
  auto const failure = [&path](int code) {
    return error(error_code(code, boost::system::generic_category()), phase::none,
                 "cannot read " + path);
  };
  auto const where = gladia::detail::path_of(path);
  std::error_code ec;
  using std::filesystem::file_type;
  auto const kind = std::filesystem::status(where, ec).type();
  if (kind == file_type::directory) {
    return error(errc::invalid_request, path + " is a folder, not a recording");
  }
  // Opening a pipe would wait for its writer. `fopen` reports missing and unreadable files.
  if (kind != file_type::regular && kind != file_type::not_found && kind != file_type::none) {
    return error(errc::invalid_request, path + " has no size: it is no regular file");
  }
  std::shared_ptr<std::FILE> const file(gladia::detail::open_private(path, "rb"), [](std::FILE* f) {
    if (f) std::fclose(f);
  });
  if (!file) return failure(errno);
  auto const size = std::filesystem::file_size(where, ec);
  if (ec) return failure(gladia::detail::errno_of(ec));
  if (size == 0) return error(errc::invalid_request, path + " is empty");
  net::body_source source;
  source.size = size;
  source.can_begin_again = true;
  source.begin = [file, failure]() -> result<void> {
    std::clearerr(file.get());
    return gladia::detail::seek(*file, 0) ? result<void>() : failure(errno);
  };
  source.read = [file, failure](char* to, std::size_t room) -> result<std::size_t> {
    auto const got = std::fread(to, 1, room, file.get());
    if (got == 0 && std::ferror(file.get())) return failure(errno);
    return got;
  };
  return source;
}

}  // namespace gladia::api::detail
