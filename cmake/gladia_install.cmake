# What is installed: headers, the library, its CMake and pkg-config files; with the emulator also
# gladia::testing and the program gladia-emulator.
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/gladia")

install(TARGETS gladia gladia_header_only EXPORT gladiaTargets)
install(EXPORT gladiaTargets NAMESPACE gladia:: DESTINATION "${package_dir}")

set(header_filter FILES_MATCHING PATTERN "*.hpp" PATTERN "*.ipp")
if(GLADIA_BUILD_EMULATOR)
  install(TARGETS gladia_testing EXPORT gladiaTestingTargets)
  install(EXPORT gladiaTestingTargets NAMESPACE gladia:: DESTINATION "${package_dir}")
  if(TARGET gladia-emulator)
    install(TARGETS gladia-emulator)
  endif()
else()
  list(APPEND header_filter PATTERN testing EXCLUDE)
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        ${header_filter})

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/gladiaConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/gladiaConfig.cmake" INSTALL_DESTINATION "${package_dir}"
  NO_SET_AND_CHECK_MACRO)
# While the version is 0.x, a minor version may break its users.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/gladiaConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(FILES "${PROJECT_BINARY_DIR}/gladiaConfig.cmake"
              "${PROJECT_BINARY_DIR}/gladiaConfigVersion.cmake"
        DESTINATION "${package_dir}")

# pkg-config does not know which of several Boosts the library was made with.
set(GLADIA_PC_CFLAGS "-pthread")
if(GLADIA_NO_DEPRECATED)
  string(APPEND GLADIA_PC_CFLAGS " -DBOOST_ASIO_NO_DEPRECATED")
endif()
get_target_property(boost_folders Boost::headers INTERFACE_INCLUDE_DIRECTORIES)
foreach(folder IN LISTS boost_folders)
  if(NOT folder IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
    string(APPEND GLADIA_PC_CFLAGS " -I${folder}")
  endif()
endforeach()
# A static library leaves its dependencies to its user.
get_target_property(kind gladia TYPE)
set(GLADIA_PC_REQUIRES "Requires")
if(kind STREQUAL "SHARED_LIBRARY")
  set(GLADIA_PC_REQUIRES "Requires.private")
endif()
# The file finds its prefix from where it is itself, so that the installation can be moved.
file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" up "${up}")
set(GLADIA_PC_PREFIX "\${pcfiledir}/${up}")
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(GLADIA_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
endif()
foreach(folder IN ITEMS LIBDIR INCLUDEDIR)
  set(GLADIA_PC_${folder} "\${prefix}/${CMAKE_INSTALL_${folder}}")
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${folder}}")
    set(GLADIA_PC_${folder} "${CMAKE_INSTALL_${folder}}")
  endif()
endforeach()
configure_file("${CMAKE_CURRENT_LIST_DIR}/gladia.pc.in" "${PROJECT_BINARY_DIR}/gladia.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/gladia.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
