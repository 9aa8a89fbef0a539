// On Windows a send ends when its socket is closed
// (https://learn.microsoft.com/windows/win32/api/winsock/nf-winsock-closesocket). In Wine 8 it goes
// on, and what is left of it may go out on the next socket. So in the tests' programs every
// `closesocket` comes here: the linker's --wrap sees to it.

#include <winsock2.h>
//
#include <windows.h>

#include <support/wine.hpp>

extern "C" {

extern int(WSAAPI* __real___imp_closesocket)(SOCKET);

static int WSAAPI close_with_what_waits(SOCKET socket) {
  static bool const is_wine = gladia::test::runs_in_wine();
  if (is_wine) CancelIoEx(reinterpret_cast<HANDLE>(socket), nullptr);
  return __real___imp_closesocket(socket);
}

int(WSAAPI* __wrap___imp_closesocket)(SOCKET) = close_with_what_waits;
}
