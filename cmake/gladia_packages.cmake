# Debian packages: `cpack` in the build's folder. The preset is `packages`.
#
# libgladia0.x           the shared library
# libgladia-dev          headers, the static library, CMake and pkg-config files
# libgladia-testing-dev  gladia::testing; apart, as it needs the -dev packages of PocketSphinx and others
# gladia-tools           gladia-emulator
get_target_property(kind gladia TYPE)
if(NOT kind STREQUAL "SHARED_LIBRARY" OR NOT GLADIA_INSTALL)
  message(FATAL_ERROR "GLADIA_PACKAGES needs BUILD_SHARED_LIBS and GLADIA_INSTALL")
endif()
find_program(GLADIA_GZIP gzip REQUIRED)
mark_as_advanced(GLADIA_GZIP)

# Of the same objects.
add_library(gladia_static STATIC $<TARGET_OBJECTS:gladia>)
set_target_properties(gladia_static PROPERTIES OUTPUT_NAME gladia LINKER_LANGUAGE CXX)
install(TARGETS gladia_static ARCHIVE COMPONENT gladia_development)

set(revision 1)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME gladia)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR "The gladia-cpp authors")
# A package must name somebody; .invalid is no address of anybody.
if(NOT CPACK_PACKAGE_CONTACT)
  set(CPACK_PACKAGE_CONTACT "The gladia-cpp authors <nobody@gladia-cpp.invalid>")
endif()
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${revision})
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# What is of this build itself has no package yet; it is named below.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR})

set(folder ${PROJECT_BINARY_DIR}/debian)
set(exactly "(= ${PROJECT_VERSION}-${revision})")
set(runtime libgladia${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

file(STRINGS "${PROJECT_SOURCE_DIR}/LICENSE" DEBIAN_COPYRIGHT REGEX "^Copyright")
string(REPLACE "Copyright (c) " "" DEBIAN_COPYRIGHT "${DEBIAN_COPYRIGHT}")
file(READ "${PROJECT_SOURCE_DIR}/LICENSE" DEBIAN_LICENCE)
string(REGEX REPLACE "^.*\n\n(Permission)" "\\1" DEBIAN_LICENCE "${DEBIAN_LICENCE}")
string(STRIP "${DEBIAN_LICENCE}" DEBIAN_LICENCE)
string(REPLACE "\n\n" "\n.\n" DEBIAN_LICENCE "${DEBIAN_LICENCE}")
string(REPLACE "\n" "\n " DEBIAN_LICENCE "${DEBIAN_LICENCE}")
configure_file("${PROJECT_SOURCE_DIR}/packaging/debian/copyright.in" "${folder}/copyright" @ONLY)
# With SOURCE_DATE_EPOCH the packages are the same each time.
string(TIMESTAMP DEBIAN_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)
set(DEBIAN_VERSION "${PROJECT_VERSION}-${revision}")
configure_file("${PROJECT_SOURCE_DIR}/packaging/debian/changelog.in" "${folder}/changelog.Debian" @ONLY)
configure_file("${PROJECT_SOURCE_DIR}/packaging/debian/gladia-emulator.1" "${folder}" COPYONLY)
execute_process(COMMAND ${GLADIA_GZIP} -9nf changelog.Debian gladia-emulator.1
  WORKING_DIRECTORY "${folder}" COMMAND_ERROR_IS_FATAL ANY)

# The package `name` of a component; its description's first line is the short one.
macro(gladia_package component name section description)
  install(FILES "${folder}/copyright" "${folder}/changelog.Debian.gz"
    DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/doc/${name}" COMPONENT ${component})
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  string(TOUPPER ${component} package)
  set(package CPACK_DEBIAN_${package})
  set(${package}_PACKAGE_NAME ${name})
  set(${package}_PACKAGE_SECTION ${section})
  set(${package}_DESCRIPTION "${description}")
endmacro()

set(about "This is a C++17 client for Gladia's speech-to-text API, in real time and for
recordings.")
set(emulator "This is a Gladia on this machine, to test applications against without a key
and without a network. It loses connections and answers with errors on demand.")
set(CPACK_COMPONENTS_ALL)
gladia_package(gladia_runtime ${runtime} libs "client for Gladia's speech-to-text API (library)
${about}
.
This package has the shared library.")
set(${package}_PACKAGE_SHLIBDEPS ON)
file(WRITE "${folder}/triggers" "activate-noawait ldconfig\n")
file(WRITE "${folder}/shlibs" "libgladia ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} "
  "${runtime} (>= ${PROJECT_VERSION})\n")
set(${package}_PACKAGE_CONTROL_EXTRA "${folder}/triggers;${folder}/shlibs")
file(WRITE "${folder}/${runtime}" "# CPack writes these scripts, beside the trigger.\n"
  "${runtime}: maintscript-calls-ldconfig *\n")
install(FILES "${folder}/${runtime}" DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/lintian/overrides"
  COMPONENT gladia_runtime)

gladia_package(gladia_development libgladia-dev libdevel
  "client for Gladia's speech-to-text API (development files)
${about}
.
This package has the headers, the static library, and the files with which
CMake and pkg-config find the library.")
set(${package}_PACKAGE_DEPENDS
  "${runtime} ${exactly}, libboost1.81-dev | libboost-dev (>= 1.81), libssl-dev (>= 3)")
set(${package}_PACKAGE_RECOMMENDS "nlohmann-json3-dev (>= 3.11)")

if(GLADIA_BUILD_EMULATOR)
  gladia_package(gladia_testing libgladia-testing-dev libdevel
    "local emulator of Gladia's speech-to-text API (development files)
${emulator}
.
This package has gladia::testing, with which a C++ test starts the emulator in
its own process.")
  set(depends "libgladia-dev ${exactly}")
  # What the library was built with, its users link.
  get_target_property(modules gladia_testing GLADIA_PC_REQUIRES)
  get_target_property(libs gladia_testing GLADIA_PC_LIBS)
  foreach(needed IN ITEMS -lpocketsphinx=libpocketsphinx-dev sndfile=libsndfile1-dev
                          samplerate=libsamplerate0-dev)
    string(REGEX MATCH "(.*)=(.*)" needed ${needed})
    if(CMAKE_MATCH_1 IN_LIST modules OR CMAKE_MATCH_1 IN_LIST libs)
      string(APPEND depends ", ${CMAKE_MATCH_2}")
    endif()
  endforeach()
  set(${package}_PACKAGE_DEPENDS "${depends}")
  set(${package}_PACKAGE_RECOMMENDS pocketsphinx-en-us)
endif()

if(TARGET gladia-emulator)
  gladia_package(gladia_tools gladia-tools sound
    "local emulator of Gladia's speech-to-text API (program)
${emulator}
.
This package has the program gladia-emulator, for applications in whatever
language they are written.")
  install(FILES "${folder}/gladia-emulator.1.gz" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1"
    COMPONENT gladia_tools)
  set(${package}_PACKAGE_SHLIBDEPS ON)
  set(${package}_PACKAGE_DEPENDS "${runtime} ${exactly}")
  set(${package}_PACKAGE_RECOMMENDS pocketsphinx-en-us)
endif()

# Else the project's description stands before each of those above.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
include(CPack)
