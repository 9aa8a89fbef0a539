#include <gladia/config.hpp>

namespace gladia::detail {

void same_asio_as_the_library(std::integral_constant<int, BOOST_ASIO_VERSION>,
                              boost::asio::detail::mutex&) {}

}  // namespace gladia::detail
