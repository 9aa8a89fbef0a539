# pkg-config, and a user who compiles without exceptions.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)

ask_pkg_config()
if(NOT modversion STREQUAL VERSION)
  message(FATAL_ERROR "pkg-config says version ${modversion}, not ${VERSION}")
endif()
set(program ${WORK}/pkg_config_consumer)
run(${COMPILER} -std=c++${STANDARD} -fno-exceptions ${cflags} ${CONSUMER}/without_asio.cpp
    ${CONSUMER}/no_exceptions.cpp -o ${program} ${libs})
run(${CMAKE_COMMAND} -E env --unset=GLADIA_API_KEY LD_LIBRARY_PATH=${PREFIX}/${LIBDIR} ${program})
