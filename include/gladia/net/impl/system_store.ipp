#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include <gladia/detail/private_file.hpp>
#include <gladia/net/impl/windows_store.ipp>

namespace gladia::net::detail {

inline bool load_ca_file(SSL_CTX* context, std::string const& path) {
  bool const loaded = SSL_CTX_load_verify_file(context, path.c_str()) == 1;
  ERR_clear_error();
  return loaded;
}

/// Whether OpenSSL would find a certificate in `folder`: it looks for files named by a hash.
inline bool holds_certificates(std::string_view folder) {
  std::error_code ec;
  auto entry =
      std::filesystem::directory_iterator(gladia::detail::path_of(std::string(folder)), ec);
  for (; !ec && entry != std::filesystem::directory_iterator(); entry.increment(ec)) {
    auto const name = entry->path().filename().native();
    if (name.size() == 10 && name[8] == '.' &&
        std::isxdigit(static_cast<unsigned char>(name[0])) != 0)
      return true;
  }
  return false;
}

/// The same for a list, in the form that OpenSSL reads.
inline bool any_holds_certificates(std::string_view folders, char separator) {
  while (!folders.empty()) {
    auto const end = std::min(folders.find(separator), folders.size());
    if (end > 0 && holds_certificates(folders.substr(0, end))) return true;
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return false;
}

/// Where certificates are looked for.
struct store_paths {
  std::string file{};
  std::string folders{};  ///< a list
};

/// What the environment says, in place of `otherwise`.
inline store_paths environment_or(store_paths otherwise) {
  auto const take = [](std::string& path, char const* name) {
    auto const* value = std::getenv(name);
    if (value != nullptr && *value != '\0') path = value;
  };
  take(otherwise.file, X509_get_default_cert_file_env());
  take(otherwise.folders, X509_get_default_cert_dir_env());
  return otherwise;
}

inline bool load_paths(SSL_CTX* context, store_paths const& paths, char separator) {
  bool const has_file = load_ca_file(context, paths.file);
  bool const has_folders = any_holds_certificates(paths.folders, separator) &&
                           SSL_CTX_load_verify_dir(context, paths.folders.c_str()) == 1;
  ERR_clear_error();
  return has_file || has_folders;
}

#ifdef _WIN32

/// What the environment names, else the certificates that Windows trusts. Not OpenSSL's default
/// paths: Windows lets any user make folders of those names (CVE-2019-1552).
inline bool load_system_store(SSL_CTX* context) {
  return load_paths(context, environment_or({}), ';') ||
         load_windows_store(SSL_CTX_get_cert_store(context));
}

#else

/// OpenSSL's default paths. They are those of whoever built OpenSSL, so that they lead nowhere in
/// many an image or bundle; then the places where systems keep their list.
inline bool load_system_store(SSL_CTX* context) {
  if (load_paths(context,
                 environment_or({X509_get_default_cert_file(), X509_get_default_cert_dir()}),
                 ':')) {
    return true;
  }
  constexpr std::array bundles = {
      "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Alpine, Arch
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
      "/etc/pki/tls/certs/ca-bundle.crt",                   // older RHEL
      "/etc/ssl/ca-bundle.pem",                             // openSUSE
      "/etc/ssl/cert.pem",                                  // macOS, BSD
      "/usr/local/share/certs/ca-root-nss.crt",             // FreeBSD
  };
  return std::any_of(bundles.begin(), bundles.end(),
                     [&](char const* path) { return load_ca_file(context, path); });
}

#endif

}  // namespace gladia::net::detail
