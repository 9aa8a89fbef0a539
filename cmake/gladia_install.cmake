# What is installed: headers, the library, its CMake and pkg-config files; with the emulator also
# gladia::testing and the program gladia-emulator. Each component is one Debian package.
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/gladia")

install(TARGETS gladia gladia_header_only EXPORT gladiaTargets
  RUNTIME COMPONENT gladia_runtime
  LIBRARY COMPONENT gladia_runtime NAMELINK_COMPONENT gladia_development
  ARCHIVE COMPONENT gladia_development)
install(EXPORT gladiaTargets NAMESPACE gladia:: DESTINATION "${package_dir}"
  COMPONENT gladia_development)
# The implementation goes with them: gladia::header_only compiles it in its user's files.
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  COMPONENT gladia_development
  FILES_MATCHING PATTERN "*.hpp" PATTERN "*.ipp" PATTERN gladia/testing EXCLUDE)

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/gladiaConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/gladiaConfig.cmake" INSTALL_DESTINATION "${package_dir}"
  NO_SET_AND_CHECK_MACRO)
# While the version is 0.x, a minor version may break its users.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/gladiaConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/gladiaConfig.cmake"
              "${PROJECT_BINARY_DIR}/gladiaConfigVersion.cmake"
        DESTINATION "${package_dir}" COMPONENT gladia_development)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}"
  COMPONENT gladia_license)

# pkg-config files find their prefix from where they are, so that the installation can be moved.
file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" up "${up}")
set(PC_PREFIX "\${pcfiledir}/${up}")
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
endif()
foreach(folder IN ITEMS LIBDIR INCLUDEDIR)
  set(PC_${folder} "\${prefix}/${CMAKE_INSTALL_${folder}}")
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${folder}}")
    set(PC_${folder} "${CMAKE_INSTALL_${folder}}")
  endif()
endforeach()

# Installs the pkg-config file of a library. REQUIRES and LIBS: what its users link too. OWN_REQUIRES
# and OWN_LIBS: what it links itself, which a static library leaves to its user.
function(gladia_install_pc name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "DESCRIPTION;COMPONENT;CFLAGS"
    "REQUIRES;LIBS;OWN_REQUIRES;OWN_LIBS")
  get_target_property(kind ${name} TYPE)
  if(NOT kind STREQUAL "SHARED_LIBRARY")
    list(APPEND arg_REQUIRES ${arg_OWN_REQUIRES})
    list(APPEND arg_LIBS ${arg_OWN_LIBS})
    set(arg_OWN_REQUIRES)
    set(arg_OWN_LIBS)
  endif()
  set(PC_NAME ${name})
  set(PC_DESCRIPTION "${arg_DESCRIPTION}")
  set(PC_CFLAGS "${arg_CFLAGS}")
  list(JOIN arg_REQUIRES ", " PC_REQUIRES)
  list(JOIN arg_OWN_REQUIRES ", " PC_REQUIRES_PRIVATE)
  list(JOIN arg_LIBS " " PC_LIBS)
  list(JOIN arg_OWN_LIBS " " PC_LIBS_PRIVATE)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/gladia.pc.in" "${PROJECT_BINARY_DIR}/${name}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${name}.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT ${arg_COMPONENT})
endfunction()

# pkg-config does not know which of several Boosts the library was made with.
set(cflags "-pthread")
if(GLADIA_NO_DEPRECATED)
  string(APPEND cflags " -DBOOST_ASIO_NO_DEPRECATED")
endif()
get_target_property(boost_folders Boost::headers INTERFACE_INCLUDE_DIRECTORIES)
foreach(folder IN LISTS boost_folders)
  if(NOT folder IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
    string(APPEND cflags " -I${folder}")
  endif()
endforeach()
# On Windows the user's files have Asio's sockets in them; only the library asks for the system's
# certificates.
set(libs -pthread)
set(own_libs)
if(WIN32)
  list(APPEND libs -lws2_32 -lmswsock)
  set(own_libs -lcrypt32)
endif()
gladia_install_pc(gladia COMPONENT gladia_development DESCRIPTION "${PROJECT_DESCRIPTION}"
  CFLAGS "${cflags}" LIBS ${libs} OWN_REQUIRES "openssl >= 3" OWN_LIBS ${own_libs})

if(NOT GLADIA_BUILD_EMULATOR)
  return()
endif()
# Without its implementation: gladia::testing is compiled in any case.
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/gladia/testing"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/gladia" COMPONENT gladia_testing
  FILES_MATCHING PATTERN "*.hpp" PATTERN impl EXCLUDE)
install(TARGETS gladia_testing EXPORT gladiaTestingTargets ARCHIVE COMPONENT gladia_testing)
install(EXPORT gladiaTestingTargets NAMESPACE gladia:: DESTINATION "${package_dir}"
  COMPONENT gladia_testing)
get_target_property(modules gladia_testing GLADIA_PC_REQUIRES)
get_target_property(libs gladia_testing GLADIA_PC_LIBS)
gladia_install_pc(gladia_testing COMPONENT gladia_testing
  DESCRIPTION "A Gladia on this machine, to test applications against"
  REQUIRES "gladia = ${PROJECT_VERSION}" OWN_REQUIRES "openssl >= 3" ${modules} OWN_LIBS ${libs})
if(TARGET gladia-emulator)
  install(TARGETS gladia-emulator COMPONENT gladia_tools)
endif()
