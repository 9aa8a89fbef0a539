# Compiles one header alone, included twice. Unless HEAVY, fails if it reaches a header that users
# of the compiled library must not pay for.
cmake_minimum_required(VERSION 3.22)

string(MAKE_C_IDENTIFIER ${HEADER} name)
set(dependencies ${DEPENDENCIES}/${name}.d)
list(TRANSFORM INCLUDES PREPEND -isystem OUTPUT_VARIABLE system_includes)
list(TRANSFORM DEFINITIONS PREPEND -D)
# Not as a system folder: warnings in our headers count.
list(POP_FRONT INCLUDES own)
list(POP_FRONT system_includes)
list(FILTER system_includes EXCLUDE REGEX "-isystem/usr/include$")

set(source ${DEPENDENCIES}/${name}.cpp)
file(WRITE ${source} "#include <${HEADER}>\n#include <${HEADER}>\n")
execute_process(
  COMMAND ${COMPILER} -std=c++${STANDARD} -fsyntax-only -MD -MF ${dependencies} ${OPTIONS}
          ${DEFINITIONS} -I${own} ${system_includes} ${source}
  RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "${HEADER} does not compile on its own")
endif()
if(HEAVY)
  return()
endif()

file(READ ${dependencies} reached)
string(REGEX MATCHALL
  "[^ \n]*/(boost/beast/|openssl/|nlohmann/|boost/asio\\.hpp|boost/asio/ssl)[^ \n]*" heavy "${reached}")
if(heavy)
  list(GET heavy 0 first)
  message(FATAL_ERROR "${HEADER} reaches ${first}")
endif()
