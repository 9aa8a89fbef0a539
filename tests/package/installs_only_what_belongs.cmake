# Installs, and compares what is there with what should be.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)

file(REMOVE_RECURSE ${PREFIX})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${PREFIX})

file(GLOB_RECURSE installed RELATIVE ${PREFIX} ${PREFIX}/*)

file(GLOB_RECURSE headers RELATIVE ${SOURCE} ${SOURCE}/include/*.hpp ${SOURCE}/include/*.ipp)
# gladia::testing is compiled in any case.
list(FILTER headers EXCLUDE REGEX "^include/gladia/testing/impl/")
if(NOT EMULATOR)
  list(FILTER headers EXCLUDE REGEX "^include/gladia/testing/")
endif()
set(expected ${headers}
  ${DOCDIR}/LICENSE
  ${LIBDIR}/cmake/gladia/gladiaConfig.cmake
  ${LIBDIR}/cmake/gladia/gladiaConfigVersion.cmake
  ${LIBDIR}/cmake/gladia/gladiaTargets.cmake
  ${LIBDIR}/pkgconfig/gladia.pc)
if(EMULATOR)
  list(APPEND expected
    ${LIBDIR}/cmake/gladia/gladiaTestingTargets.cmake
    ${LIBDIR}/libgladia_testing.a
    ${LIBDIR}/pkgconfig/gladia_testing.pc)
endif()
if(EMULATOR AND EMULATOR_PROGRAM)
  list(APPEND expected bin/gladia-emulator)
endif()
if(LIBRARY_KIND STREQUAL "SHARED_LIBRARY")
  string(REGEX MATCH "^[0-9]+\\.[0-9]+" minor_version ${VERSION})
  list(APPEND expected
    ${LIBDIR}/libgladia.so ${LIBDIR}/libgladia.so.${minor_version} ${LIBDIR}/libgladia.so.${VERSION})
else()
  list(APPEND expected ${LIBDIR}/libgladia.a)
endif()

set(missing ${expected})
list(REMOVE_ITEM missing ${installed})
set(surplus ${installed})
list(REMOVE_ITEM surplus ${expected})
list(FILTER surplus EXCLUDE REGEX "Targets-[a-z]+\\.cmake$")  # one for each build type
if(missing OR surplus)
  message(FATAL_ERROR "missing: ${missing}\nsurplus: ${surplus}")
endif()

# Nothing that is installed may point back to the sources, nor to libraries of this machine; the prefix
# of this test is below the sources.
foreach(file IN LISTS installed)
  if(file MATCHES "\\.(cmake|pc)$")
    file(READ ${PREFIX}/${file} text)
    string(REPLACE "${PREFIX}" "" text "${text}")
    string(FIND "${text}" "${SOURCE}/" position)
    if(NOT position EQUAL -1)
      message(FATAL_ERROR "${file} names ${SOURCE}")
    endif()
    if(text MATCHES "INTERFACE_LINK_LIBRARIES [^\n]*[;\"]/")
      message(FATAL_ERROR "${file} names a library by its path: ${CMAKE_MATCH_0}")
    endif()
  endif()
endforeach()
