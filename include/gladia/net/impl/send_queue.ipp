#pragma once

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <gladia/error.hpp>
#if defined(__linux__)
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#elif defined(__APPLE__)
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#endif

namespace gladia::net::detail {

/// Makes the system buffer little: about 16 KiB of unsent bytes, and at most about twice
/// `send_buffer`, or twice 16 KiB, of unconfirmed bytes. By default the system's queue grows to
/// megabytes on a slow link: a ping then waits behind a minute of audio, and a reconnect throws
/// that audio away. With more unconfirmed bytes than the queues of such a link hold, many packets
/// are lost and sent again.
///
/// On Linux 6.15 and later the system also retransmits after 2 s at the latest. By default the wait
/// doubles each time, and a short break would last until `link_timeout`.
inline void keep_little_unsent(boost::asio::ip::tcp::socket& socket, std::size_t send_buffer) {
  constexpr std::size_t least = 16 * 1024, most = 4 * 1024 * 1024;
  error_code ignored;
  socket.set_option(boost::asio::socket_base::send_buffer_size(
                        static_cast<int>(std::min(std::max(send_buffer, least), most))),
                    ignored);
#if defined(__linux__) || defined(__APPLE__)
  auto const set = [&socket](int option, int value) {
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof value);
  };
  set(TCP_NOTSENT_LOWAT, 16 * 1024);
#endif
#if defined(__linux__)
  constexpr int longest_wait = 44;  // TCP_RTO_MAX_MS, which headers do not have yet
  set(longest_wait, 2000);
#endif
}

/// How many of the written bytes the other end of the connection has not confirmed; 0 if the system
/// does not tell.
inline std::size_t unconfirmed_bytes(boost::asio::ip::tcp::socket const& socket) noexcept {
  // `native_handle` is not const.
  auto const handle = const_cast<boost::asio::ip::tcp::socket&>(socket).native_handle();
#if defined(SIOCOUTQ)
  int bytes = 0;
  if (::ioctl(handle, SIOCOUTQ, &bytes) == 0 && bytes > 0) return static_cast<std::size_t>(bytes);
#elif defined(SO_NWRITE)
  int bytes = 0;
  socklen_t size = sizeof bytes;
  auto const asked = ::getsockopt(handle, SOL_SOCKET, SO_NWRITE, &bytes, &size);
  if (asked == 0 && bytes > 0) return static_cast<std::size_t>(bytes);
#else
  static_cast<void>(handle);
#endif
  return 0;
}

}  // namespace gladia::net::detail
