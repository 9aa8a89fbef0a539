#pragma once

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>
#include <chrono>
#include <gladia/detail/aborted.hpp>
#include <gladia/error.hpp>
#include <string>

namespace gladia::net::detail {

using gladia::detail::aborted;

/// Why an operation was made to end by this side.
enum class cut { none, cancelled, timed_out };

/// Maps all codes for "the other side went away" to one. Peers rarely shut TLS down in order
/// (https://github.com/boostorg/beast/issues/38), so a missing shutdown is no error of its own.
inline error_code normalized(error_code ec) noexcept {
  namespace http = boost::beast::http;
  bool const gone = ec == boost::asio::ssl::error::stream_truncated ||
                    ec == http::error::end_of_stream || ec == http::error::partial_message;
  return gone ? make_error_code(boost::asio::error::eof) : ec;
}

inline std::string took_too_long(std::string const& what, std::chrono::milliseconds limit) {
  return what + " took longer than " + std::to_string(limit.count()) + " ms";
}

}  // namespace gladia::net::detail
