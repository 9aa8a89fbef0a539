#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace gladia {

/// A text that must not be shown: an API key, a WebSocket URL that carries a token, a password.
///
/// It cannot be streamed, its memory is overwritten before it is freed, and everything in this
/// library that prints a value prints `***` in its place.
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

  secret(secret const&) = default;
  /// Takes the text over; `other` is left empty and wiped.
  secret(secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  secret& operator=(secret const& other) {
    if (this != &other) {
      wipe();
      value_ = other.value_;
    }
    return *this;
  }
  secret& operator=(secret&& other) noexcept {
    if (this != &other) {
      wipe();
      value_ = std::move(other.value_);
      other.wipe();
    }
    return *this;
  }
  ~secret() { wipe(); }

  /// The text itself. Valid until the secret is changed or destroyed. Do not log it.
  [[nodiscard]] std::string const& reveal() const noexcept { return value_; }

  /// Whether there is nothing in it.
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

  friend bool operator==(secret const& a, secret const& b) noexcept { return a.value_ == b.value_; }
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
