#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace gladia {

/// A text that must not be shown: an API key, a WebSocket URL that carries a token, a password.
///
/// A secret cannot be streamed. Its memory is overwritten before it is freed. Where this library
/// prints values, `***` stands in place of a secret.
///
/// Thread safety: as `std::string`.
class secret {
 public:
  /// Holds nothing.
  secret() = default;

  /// Holds `value`. Implicit, so that options can be written as `{.api_key = "..."}`.
  secret(std::string value) : value_(std::move(value)) {}
  /// \copydoc secret(std::string)
  secret(char const* value) : value_(value) {}

  /// Holds a copy of the text.
  secret(secret const&) = default;
  /// Takes the text over; `other` is then empty, and its memory is overwritten.
  secret(secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  /// Overwrites the old text, and holds a copy of the text of `other`.
  secret& operator=(secret const& other) {
    if (this != &other) {
      wipe();
      value_ = other.value_;
    }
    return *this;
  }
  /// Overwrites the old text, and takes over the text of `other`, which is then empty.
  secret& operator=(secret&& other) noexcept {
    if (this != &other) {
      wipe();
      value_ = std::move(other.value_);
      other.wipe();
    }
    return *this;
  }
  /// Overwrites the text.
  ~secret() { wipe(); }

  /// The text itself. Valid until the secret is changed or destroyed. Do not log the text.
  [[nodiscard]] std::string const& reveal() const noexcept { return value_; }

  /// Whether the text is empty.
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

  /// Whether the texts are equal.
  friend bool operator==(secret const& a, secret const& b) noexcept { return a.value_ == b.value_; }
  /// Whether the texts differ.
  friend bool operator!=(secret const& a, secret const& b) noexcept { return !(a == b); }

  /// A secret is never printed.
  template <class Char, class Traits>
  friend std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>&,
                                                      secret const&) = delete;

 private:
  void wipe() noexcept {
    // To the capacity: a moved-from short string still holds its characters behind its end.
    value_.resize(value_.capacity());
    // volatile: a plain fill of memory about to be freed may be optimised away.
    for (char volatile& c : value_) c = 0;
    value_.clear();
  }

  std::string value_;
};

}  // namespace gladia
