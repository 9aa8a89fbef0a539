# Cross-compiles for 64-bit Windows with Debian's MinGW-w64, and runs what was compiled with Wine:
# scripts/test-windows.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
# With POSIX threads: the other variant of gcc 12 has neither std::thread nor std::mutex.
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(CMAKE_CROSSCOMPILING_EMULATOR /usr/lib/wine/wine64)

# What scripts/test-windows made; nothing of this machine's own libraries.
get_filename_component(build "${CMAKE_CURRENT_LIST_DIR}/../build" ABSOLUTE)
set(CMAKE_FIND_ROOT_PATH "${build}/windows-openssl" "${build}/windows-parts")
foreach(kind IN ITEMS LIBRARY INCLUDE PACKAGE)
  set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)
endforeach()
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(ENV{PKG_CONFIG_LIBDIR} "${build}/windows-parts/lib/pkgconfig")

# So OpenSSL brings the system's libraries that it needs.
set(OPENSSL_USE_STATIC_LIBS ON)

# The compiler's own libraries are in the program: Wine does not look for them where Debian has them.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
