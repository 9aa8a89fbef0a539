# An installation without the emulator says what to do for gladia::testing.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)

set(package ${WORK}/without_testing/${LIBDIR}/cmake/gladia)
file(REMOVE_RECURSE ${WORK}/without_testing)
file(GLOB files ${PREFIX}/${LIBDIR}/cmake/gladia/*.cmake)
list(FILTER files EXCLUDE REGEX "gladiaTestingTargets")
file(COPY ${files} DESTINATION ${package})
# Its library is not looked for: the component is missed first.
file(WRITE ${package}/gladiaTargets.cmake "")

file(REMOVE_RECURSE ${WORK}/missing)
execute_process(COMMAND ${CMAKE_COMMAND} -S ${CONSUMER} -B ${WORK}/missing -G ${GENERATOR}
    -D CMAKE_CXX_COMPILER=${COMPILER} -D Boost_DIR=${BOOST_DIR} -D gladia_DIR=${package}
    -D GLADIA_VERSION=${VERSION} -D TESTING=ON
  RESULT_VARIABLE failed ERROR_VARIABLE said OUTPUT_QUIET)
if(NOT failed OR NOT said MATCHES "-DGLADIA_BUILD_EMULATOR=ON")
  message(FATAL_ERROR "not explained (${failed}): ${said}")
endif()
