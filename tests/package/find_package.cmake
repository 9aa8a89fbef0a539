# find_package(gladia CONFIG), the compiled library, and the emulator where it is installed.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)

configure_consumer(find_package -D CMAKE_PREFIX_PATH=${PREFIX} -D GLADIA_VERSION=${VERSION}
                   -D TESTING=${EMULATOR})
run(${CMAKE_COMMAND} --build ${WORK}/find_package)
run(${WORK}/find_package/consumer)
if(EMULATOR)
  run(${WORK}/find_package/tester)
endif()
