// docs/errors.md tells of every code.
#include <gtest/gtest.h>
#include <algorithm>
#include <fstream>
#include <gladia/error.hpp>
#include <iterator>
#include <string>
#include <vector>

namespace gladia {
namespace {

/// The names of all codes, as `what()` shows them: `errc` counts from 1 without a gap.
std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (int value = 1;; ++value) {
    auto const line = error(static_cast<errc>(value)).what();
    auto const begin = line.rfind("[gladia:");
    if (begin == std::string::npos || line.find("[gladia:unknown") != std::string::npos) break;
    names.push_back(line.substr(begin + 8, line.size() - begin - 9));
  }
  return names;
}

struct page {
  std::string scenarios;  ///< with the lines that users see
  std::string codes;      ///< the tables of codes
};

page errors_md() {
  std::ifstream file(GLADIA_SOURCE_DIR "/docs/errors.md");
  std::string const text(std::istreambuf_iterator<char>(file), {});
  auto const middle = std::min(text.find("\n## Every code"), text.size());
  return {text.substr(0, middle), text.substr(middle)};
}

TEST(errors_md, has_a_row_for_every_code) {
  auto const text = errors_md().codes;
  for (auto const& name : all_names()) {
    EXPECT_NE(text.find("\n| `" + name + "` |"), std::string::npos) << name;
  }
}

// tests/integration/errors_doc.cpp sees to it that they are true.
TEST(errors_md, shows_a_line_for_every_code) {
  auto const text = errors_md().scenarios;
  for (auto const& name : all_names()) {
    EXPECT_NE(text.find("[gladia:" + name + "]` | "), std::string::npos) << name;
  }
}

TEST(errors_md, has_no_row_for_anything_else) {
  auto const names = all_names();
  auto const text = errors_md().codes;
  for (auto at = text.find("\n| `"); at != std::string::npos; at = text.find("\n| `", at + 1)) {
    auto const name = text.substr(at + 4, text.find('`', at + 4) - at - 4);
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
  }
}

TEST(errors_md, knows_the_last_code) {
  EXPECT_EQ(all_names().back(), "stop_timeout");
}

}  // namespace
}  // namespace gladia
