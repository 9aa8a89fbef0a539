# add_subdirectory: builds the library and nothing else, installs nothing, and needs no build of
# the library for gladia::header_only. That is compiled as projects may compile all they have: as one
# file, in the newest standard, with the standard library's checks.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)

set(build ${WORK}/add_subdirectory)
configure_consumer(add_subdirectory -D GLADIA_SOURCE=${SOURCE} -D CMAKE_CXX_STANDARD=23
  -D CMAKE_UNITY_BUILD=ON -D CMAKE_CXX_FLAGS=-D_GLIBCXX_ASSERTIONS)

file(STRINGS ${build}/CMakeCache.txt enabled REGEX "^GLADIA_(BUILD_[A-Z]+|INSTALL|WERROR):BOOL=ON")
if(enabled)
  message(FATAL_ERROR "on in a subproject: ${enabled}")
endif()
file(REMOVE_RECURSE ${build}/prefix)
run(${CMAKE_COMMAND} --install ${build} --prefix ${build}/prefix)
file(GLOB_RECURSE installed ${build}/prefix/*)
if(installed)
  message(FATAL_ERROR "installed by a subproject: ${installed}")
endif()

run(${CMAKE_COMMAND} --build ${build} --target consumer)
run(${build}/consumer)
