#include <cstddef>
#include <cstdint>

extern "C" int GLADIA_FUZZ_TARGET(std::uint8_t const* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  return GLADIA_FUZZ_TARGET(data, size);
}
