# pkg-config: a user who compiles without exceptions, one who links statically, and one who tests.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)

set(run_it ${CMAKE_COMMAND} -E env --unset=GLADIA_API_KEY LD_LIBRARY_PATH=${PREFIX}/${LIBDIR})
set(program ${WORK}/pkg_config_consumer)
ask_pkg_config(gladia)
if(NOT modversion STREQUAL VERSION)
  message(FATAL_ERROR "pkg-config says version ${modversion}, not ${VERSION}")
endif()
run(${COMPILER} -std=c++${STANDARD} -fno-exceptions ${cflags} ${CONSUMER}/without_asio.cpp
    ${CONSUMER}/no_exceptions.cpp -o ${program} ${libs})
run(${run_it} ${program})

# scripts/test-packages links a static program: with debugging information that takes minutes.
list(FIND libs -lcrypto with_openssl)
if(LIBRARY_KIND STREQUAL "SHARED_LIBRARY" AND NOT with_openssl EQUAL -1)
  message(FATAL_ERROR "links OpenSSL, which only the library needs: ${libs}")
endif()
ask_pkg_config(gladia --static)
list(FIND libs -lgladia gladia)
list(FIND libs -lcrypto openssl)
if(openssl LESS gladia)
  message(FATAL_ERROR "--static does not link OpenSSL behind the library: ${libs}")
endif()

if(EMULATOR)
  ask_pkg_config(gladia_testing)
  run(${COMPILER} -std=c++${STANDARD} ${cflags} ${CONSUMER}/tester.cpp -o ${program}_tester ${libs})
  run(${run_it} ${program}_tester)
endif()
