#pragma once

#include <boost/asio/error.hpp>
#include <gladia/error.hpp>

namespace gladia::detail {

/// The error of an operation that this side ended.
inline error aborted(phase p = phase::none) {
  return error(boost::asio::error::operation_aborted, p);
}

}  // namespace gladia::detail
