# Who builds the library alone, to install it, does not build the emulator for nobody.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)

file(REMOVE_RECURSE ${WORK}/alone)
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/alone -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${COMPILER}
  -D Boost_DIR=${BOOST_DIR} -D GLADIA_BUILD_TESTS=OFF -D GLADIA_BUILD_EXAMPLES=OFF
  -D CMAKE_EXPORT_COMPILE_COMMANDS=ON)
file(READ ${WORK}/alone/compile_commands.json commands)
if(commands MATCHES "emulator" OR NOT commands MATCHES "gladia_live")
  message(FATAL_ERROR "compiled: ${commands}")
endif()
