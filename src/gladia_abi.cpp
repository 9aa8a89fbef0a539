#include <gladia/config.hpp>

namespace gladia::detail {

void same_asio_as_the_library(asio_of_this_file) {}

void same_running_asio_as_the_library(running_asio_of_this_file) {}

}  // namespace gladia::detail
