#pragma once

#include <algorithm>
#include <utility>
#include <vector>

namespace gladia::detail {

/// Sorts `all`, and leaves those that are equal in their order.
///
/// Not `std::stable_sort`: that of libstdc++ 12 calls a deprecated function, of which newer clang
/// warns in the user's build (https://github.com/llvm/llvm-project/issues/76515).
template <class T, class Before>
void stable_sort(std::vector<T>& all, Before before) {
  std::vector<T*> order;
  order.reserve(all.size());
  for (auto& one : all) order.push_back(&one);
  std::sort(order.begin(), order.end(),
            [&](T const* a, T const* b) { return before(*a, *b) || (!before(*b, *a) && a < b); });
  std::vector<T> sorted;
  sorted.reserve(all.size());
  for (auto* one : order) sorted.push_back(std::move(*one));
  all = std::move(sorted);
}

}  // namespace gladia::detail
