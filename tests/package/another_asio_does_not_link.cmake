# A user whose Asio differs from the library's (here: by its mutex) gets a link error, not a crash.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)

ask_pkg_config()
file(WRITE ${WORK}/another_asio.cpp "#include <gladia/error.hpp>\nint main() {}\n")
set(build ${COMPILER} -std=c++${STANDARD} ${cflags} ${WORK}/another_asio.cpp
    -o ${WORK}/another_asio)

run(${build} ${libs})
execute_process(COMMAND ${build} -DBOOST_ASIO_DISABLE_THREADS ${libs}
                RESULT_VARIABLE failed ERROR_VARIABLE message)
if(NOT failed)
  message(FATAL_ERROR "a program with another Asio was linked")
endif()
if(NOT message MATCHES "same_asio_as_the_library")
  message(FATAL_ERROR "the link error does not say why:\n${message}")
endif()
