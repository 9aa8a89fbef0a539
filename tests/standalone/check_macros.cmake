# Our headers survive the macros of windows.h and Xlib.h before them: no name of ours is one of them,
# and what a user of the compiled library includes is compiled behind them, also behind min and max.
cmake_minimum_required(VERSION 3.22)

set(macros ${ROOT}/tests/support/macros_of_others.hpp)
file(STRINGS ${macros} names REGEX "^#define [A-Za-z_]+ ")
list(TRANSFORM names REPLACE "#define ([A-Za-z_]+) .*" "\\1")
list(JOIN names "|" names)

set(others)
file(GLOB_RECURSE headers ${ROOT}/include/*.hpp ${ROOT}/include/*.ipp)
foreach(header IN LISTS headers)
  file(READ ${header} text)
  string(REGEX REPLACE "\"([^\"\n\\]|\\\\[^\n])*\"|//[^\n]*" " " code "${text}")
  string(REGEX MATCH "[^A-Za-z0-9_](${names})[^A-Za-z0-9_]" found "${code}")
  if(found)
    message(SEND_ERROR "${header}: ${CMAKE_MATCH_1} is a macro of windows.h or Xlib.h")
  endif()
  # Not those of one system: they have a dot, and no folder of a library.
  string(REGEX MATCHALL "#include <([a-z_]+|boost/[^>]+)>" lines "${text}")
  list(APPEND others ${lines})
endforeach()
list(FILTER others EXCLUDE REGEX "boost/(beast|asio/ssl)")
list(REMOVE_DUPLICATES others)
if(NOT "#include <algorithm>" IN_LIST others)
  message(FATAL_ERROR "none of the headers that ours include was found")
endif()
# What is not ours may not survive them.
list(JOIN others "\n" others)

set(source ${BUILD}/behind_macros.cpp)
file(WRITE ${source} "${others}
#include \"support/macros_of_others.hpp\"
#include <gladia.hpp>
#include <gladia/testing/emulator.hpp>
")
list(TRANSFORM INCLUDES PREPEND -isystem OUTPUT_VARIABLE folders)
list(FILTER folders EXCLUDE REGEX "-isystem/usr/include$")
execute_process(
  COMMAND ${COMPILER} -std=c++${STANDARD} -fsyntax-only -I${ROOT}/include -I${ROOT}/tests
          ${folders} ${source}
  RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "a name of ours is a macro of windows.h or Xlib.h")
endif()
