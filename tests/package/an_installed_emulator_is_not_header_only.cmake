# Who compiles the installed emulator's header with GLADIA_HEADER_ONLY is told what to do.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)

if(NOT EMULATOR)
  return()
endif()
ask_pkg_config(gladia)
execute_process(COMMAND ${COMPILER} -std=c++${STANDARD} -E -DGLADIA_HEADER_ONLY ${cflags}
    ${CONSUMER}/tester.cpp
  RESULT_VARIABLE failed ERROR_VARIABLE said OUTPUT_QUIET)
if(NOT failed OR NOT said MATCHES "use gladia::gladia, not gladia::header_only")
  message(FATAL_ERROR "not explained (${failed}): ${said}")
endif()
