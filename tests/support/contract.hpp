#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

/// The text of a file; throws if there is none.
inline std::string read_text(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The text of one of the server's example messages.
inline std::string contract_example(std::string const& name) {
  return read_text(std::string(GLADIA_TEST_DATA) + "/contract/" + name);
}
