#pragma once

#include <boost/asio/error.hpp>
#include <gladia/error.hpp>

namespace gladia::detail {

/// The error of what this side gave up.
inline error aborted(phase p = phase::none) {
  return error(boost::asio::error::operation_aborted, p);
}

}  // namespace gladia::detail
