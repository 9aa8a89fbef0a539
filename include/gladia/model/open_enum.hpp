#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace gladia {

/// The names of the enumerators of `E` on the wire.
///
/// Each enumeration of the model has a specialisation with
/// `static constexpr std::string_view names[]`, in the order of the enumerators, which count from
/// 0.
template <class E>
struct enum_names;

/// A value of the enumeration `E`, or a text that the server knows and this version does not.
///
/// So a user can send a value that is newer than this library, and a response keeps its text. A
/// default-constructed object holds an empty text, which means no value.
///
/// Thread safety: as `std::string`.
template <class E>
class open_enum {
 public:
  /// No value.
  open_enum() = default;
  /// A value known to this version.
  open_enum(E value) noexcept : value_(value) {}
  /// The value that has this name on the wire, or else the text itself.
  explicit open_enum(std::string_view name) {
    if (auto known = find(name)) {
      value_ = *known;
    } else {
      value_ = std::string(name);
    }
  }

  /// Becomes a value known to this version.
  // No temporary: gcc 12 takes its text for uninitialised with -O1 -fsanitize=address,undefined.
  template <class Value, std::enable_if_t<std::is_same_v<Value, E>, int> = 0>
  open_enum& operator=(Value value) noexcept {
    value_ = value;
    return *this;
  }

  /// The value, if this version knows the value.
  [[nodiscard]] std::optional<E> value() const noexcept {
    auto const* known = std::get_if<E>(&value_);
    return known ? std::optional<E>(*known) : std::nullopt;
  }
  /// The text on the wire. Valid until the object is changed or destroyed.
  [[nodiscard]] std::string_view name() const noexcept {
    auto const* known = std::get_if<E>(&value_);
    return known ? enum_names<E>::names[static_cast<std::size_t>(*known)]
                 : std::string_view(*std::get_if<std::string>(&value_));
  }
  /// Whether there is no value.
  [[nodiscard]] bool empty() const noexcept { return name().empty(); }

  /// Whether both hold the same value or text.
  friend bool operator==(open_enum const& a, open_enum const& b) noexcept {
    return a.value_ == b.value_;
  }
  /// Whether the values or texts differ.
  friend bool operator!=(open_enum const& a, open_enum const& b) noexcept { return !(a == b); }

 private:
  static std::optional<E> find(std::string_view name) noexcept {
    std::size_t index = 0;
    for (auto known : enum_names<E>::names) {
      if (known == name) return static_cast<E>(index);
      ++index;
    }
    return std::nullopt;
  }

  std::variant<std::string, E> value_{};
};

}  // namespace gladia
