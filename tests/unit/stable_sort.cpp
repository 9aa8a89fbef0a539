#include <gladia/detail/stable_sort.hpp>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

namespace gladia {
namespace {

using ::testing::ElementsAre;
using ::testing::Pointee;

TEST(stable_sort, sorts_and_leaves_equals_in_their_order) {
  std::vector<std::pair<int, int>> all;
  for (int i = 0; i < 100; ++i) all.emplace_back(i * 7 % 3, i);
  detail::stable_sort(all, [](auto const& a, auto const& b) { return a.first < b.first; });
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
}

TEST(stable_sort, moves_what_cannot_be_copied) {
  std::vector<std::unique_ptr<int>> all;
  for (int i : {3, 1, 2}) all.push_back(std::make_unique<int>(i));
  detail::stable_sort(all, [](auto const& a, auto const& b) { return *a < *b; });
  EXPECT_THAT(all, ElementsAre(Pointee(1), Pointee(2), Pointee(3)));
}

}  // namespace
}  // namespace gladia
