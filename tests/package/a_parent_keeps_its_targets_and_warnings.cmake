# A project that has our dependencies as targets of its own needs no package of them; our warnings are
# not its errors; and its unity build does not join our files, each of which takes a GB to compile.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)

configure_consumer(parent -D GLADIA_SOURCE=${SOURCE} -D OWN_TARGETS=ON
  -D CMAKE_DISABLE_FIND_PACKAGE_Boost=ON -D CMAKE_DISABLE_FIND_PACKAGE_OpenSSL=ON
  -D CMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON -D CMAKE_UNITY_BUILD=ON -D CMAKE_EXPORT_COMPILE_COMMANDS=ON)
commands_of_the_library(parent commands)
foreach(command IN LISTS commands)
  if(command MATCHES " -W")
    message(FATAL_ERROR "compiled with our warnings: ${command}")
  endif()
endforeach()
