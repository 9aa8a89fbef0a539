# A project that hides its own symbols does not hide those of the shared library.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)

configure_consumer(hiding -D GLADIA_SOURCE=${SOURCE} -D BUILD_SHARED_LIBS=ON
  -D CMAKE_CXX_VISIBILITY_PRESET=hidden -D CMAKE_VISIBILITY_INLINES_HIDDEN=ON
  -D CMAKE_EXPORT_COMPILE_COMMANDS=ON)
commands_of_the_library(hiding commands)
foreach(command IN LISTS commands)
  if(NOT command MATCHES " -fvisibility=default " OR command MATCHES "hidden")
    message(FATAL_ERROR "compiled without its symbols: ${command}")
  endif()
endforeach()
