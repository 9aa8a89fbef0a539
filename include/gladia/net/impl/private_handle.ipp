#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <gladia/error.hpp>
#include <utility>
#if defined(_WIN32)
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#endif

namespace gladia::net::detail {

/// Keeps a socket from child processes of the application: the link would stay open in them.
inline void keep_from_children(boost::asio::ip::tcp::socket::native_handle_type handle) noexcept {
#if defined(_WIN32)
  ::SetHandleInformation(reinterpret_cast<HANDLE>(static_cast<SOCKET>(handle)), HANDLE_FLAG_INHERIT,
                         0);
#else
  ::fcntl(handle, F_SETFD, FD_CLOEXEC);
#endif
}

/// `socket.open(protocol, ec)`, for a socket that no child process inherits. If the system cannot
/// create such a socket in one step, a child that is started in between still inherits it.
template <class Socket>
void open_private(Socket& socket, boost::asio::ip::tcp protocol, error_code& ec) {
#if defined(SOCK_CLOEXEC)
  // The flag is not put into the protocol's type: Asio would then not treat the socket as a stream,
  // and would take the end of the stream for an empty read.
  auto const handle =
      ::socket(protocol.family(), protocol.type() | SOCK_CLOEXEC, protocol.protocol());
  if (handle < 0) {
    ec.assign(errno, boost::system::system_category());
    return;
  }
  socket.assign(protocol, handle, ec);
  if (ec) ::close(handle);
#else
  socket.open(protocol, ec);
  if (!ec) keep_from_children(socket.native_handle());
#endif
}

/// Accepts a waiting connection that no child inherits. Precondition: `acceptor` does not block.
template <class Acceptor, class Socket>
void accept_private(Acceptor& acceptor, Socket& socket, error_code& ec) {
#if defined(SOCK_CLOEXEC)
  auto const protocol = acceptor.local_endpoint(ec).protocol();
  if (ec) return;
  auto const handle = ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
  if (handle < 0) {
    ec.assign(errno, boost::system::system_category());
    return;
  }
  socket.assign(protocol, handle, ec);
  if (ec) ::close(handle);
#else
  acceptor.accept(socket, ec);
  if (!ec) keep_from_children(socket.native_handle());
#endif
}

/// Waits for a connection and accepts it, likewise: `handler(error_code, Socket)`. `acceptor` does
/// not block, and lives as long as the handler; `would_block`: who waited has gone.
template <class Acceptor, class Handler>
void async_accept_private(Acceptor& acceptor, Handler handler) {
  using socket_type =
      boost::asio::basic_stream_socket<boost::asio::ip::tcp, typename Acceptor::executor_type>;
#if defined(_WIN32)
  // Windows cannot wait for an acceptor without accepting.
  acceptor.async_accept([handler = std::move(handler)](error_code ec, socket_type socket) mutable {
    if (!ec) keep_from_children(socket.native_handle());
    handler(ec, std::move(socket));
  });
#else
  acceptor.async_wait(Acceptor::wait_read,
                      [&acceptor, handler = std::move(handler)](error_code ec) mutable {
                        socket_type socket(acceptor.get_executor());
                        if (!ec) accept_private(acceptor, socket, ec);
                        handler(ec, std::move(socket));
                      });
#endif
}

}  // namespace gladia::net::detail
