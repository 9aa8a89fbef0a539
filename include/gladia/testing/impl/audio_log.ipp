#pragma once

#include <openssl/evp.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace gladia::testing::detail {

/// A SHA-256 over text that comes in pieces.
class sha256 {
 public:
  sha256() : context_(EVP_MD_CTX_new()) {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }
  sha256(sha256 const& other) : context_(EVP_MD_CTX_new()) {
    EVP_MD_CTX_copy_ex(context_.get(), other.context_.get());
  }
  sha256& operator=(sha256 const&) = delete;

  void feed(std::string_view text) { EVP_DigestUpdate(context_.get(), text.data(), text.size()); }

  [[nodiscard]] std::string hexadecimal() const {
    sha256 copy(*this);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_DigestFinal_ex(copy.context_.get(), digest, &size);
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
      text += "0123456789abcdef"[digest[i] >> 4];
      text += "0123456789abcdef"[digest[i] & 15];
    }
    return text;
  }

 private:
  struct deleter {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, deleter> context_;
};

/// The audio of a session: a part that is certain, and a part that the server may still forget.
class audio_log {
 public:
  explicit audio_log(bool keep) : keep_(keep) {}

  void append(std::string_view audio) { pending_.append(audio); }

  /// Makes everything before the offset `end` certain. Returns the part that was not certain
  /// before.
  std::string commit(std::uint64_t end) {
    auto const count = end > committed_ ? static_cast<std::size_t>(end - committed_) : 0;
    auto certain = pending_.substr(0, count);
    pending_.erase(0, count);
    hash_.feed(certain);
    committed_ += certain.size();
    if (keep_) kept_.append(certain);
    return certain;
  }
  /// Forgets the part that is not certain. Returns its size in bytes.
  std::size_t discard() { return std::exchange(pending_, {}).size(); }

  [[nodiscard]] std::uint64_t committed() const noexcept { return committed_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return committed_ + pending_.size(); }
  [[nodiscard]] std::string audio() const { return keep_ ? kept_ + pending_ : std::string(); }
  [[nodiscard]] std::string digest() const {
    sha256 all(hash_);
    all.feed(pending_);
    return all.hexadecimal();
  }

 private:
  bool keep_;
  std::string kept_{};
  std::string pending_{};
  std::uint64_t committed_ = 0;
  sha256 hash_{};
};

}  // namespace gladia::testing::detail
