#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// What the fuzz targets share: reading the input, and saying that a property does not hold.
namespace fuzz {

/// Stops the program unless `holds`; the fuzzer or the replay keeps the input.
inline void require(bool holds, char const* property) {
  if (holds) return;
  std::fprintf(stderr, "not true: %s\n", property);
  std::abort();
}

/// An input, taken from its beginning. Past the end there are only zeros.
class input {
 public:
  input(std::uint8_t const* data, std::size_t size)
      : rest_(reinterpret_cast<char const*>(data), size) {}

  [[nodiscard]] bool is_empty() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    auto const taken = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return taken;
  }
  bool flag() { return byte() % 2 != 0; }
  /// A number of `bytes` bytes.
  std::uint64_t number(int bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value = value << 8 | byte();
    return value;
  }
  template <class T, std::size_t n>
  T const& one_of(T const (&choices)[n]) {
    return choices[byte() % n];
  }
  /// Up to `size` bytes.
  std::string_view text(std::size_t size) {
    auto const taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  /// Up to the next `separator`, which is taken, too.
  std::string_view until(std::string_view separator) {
    auto const end = rest_.find(separator);
    auto const taken = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + separator.size());
    return taken;
  }

 private:
  std::string_view rest_;
};

/// Whether `text` is one line that a terminal can show.
inline bool is_one_line(std::string_view text) {
  for (char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return true;
}

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);
