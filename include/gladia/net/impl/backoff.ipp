#pragma once

#include <gladia/net/backoff.hpp>

#include <algorithm>
#include <gladia/config.hpp>
#include <random>

namespace gladia::net {
namespace detail {

/// SplitMix64: enough to spread clients, and the same on every platform.
inline std::uint64_t next_random(std::uint64_t& state) noexcept {
  state += 0x9e3779b97f4a7c15u;
  auto z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace detail

GLADIA_DECL std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

GLADIA_DECL backoff::backoff(backoff_options options, std::uint64_t seed) noexcept
    : options_(options), random_(seed) {}

GLADIA_DECL std::chrono::milliseconds backoff::next() noexcept {
  auto const cap = std::max<std::chrono::milliseconds::rep>(options_.cap.count(), 0);
  auto bound = std::clamp<std::chrono::milliseconds::rep>(options_.base.count(), 0, cap);
  for (auto doubled = 0u; doubled < attempt_ && bound > 0 && bound < cap; ++doubled) {
    bound = bound > cap / 2 ? cap : bound * 2;
  }
  ++attempt_;
  auto const range = static_cast<std::uint64_t>(bound) + 1;
  return std::chrono::milliseconds(
      static_cast<std::chrono::milliseconds::rep>(detail::next_random(random_) % range));
}

}  // namespace gladia::net
