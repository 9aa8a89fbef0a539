#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <gladia/config.hpp>

namespace gladia::detail {

/// A strand of its own over `executor`.
///
/// Made from the concrete executor where it is that of an `io_context` or a `thread_pool`: a
/// `strand<any_io_executor>` allocates on every completion.
[[nodiscard]] boost::asio::any_io_executor make_strand(
    boost::asio::any_io_executor const& executor);

}  // namespace gladia::detail

#ifdef GLADIA_HEADER_ONLY
#include <gladia/impl/strand.ipp>
#endif
