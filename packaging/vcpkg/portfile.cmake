# An overlay port, for the sources that it stands in:
#   vcpkg install gladia --overlay-ports=gladia-cpp/packaging/vcpkg
# It was never run: no vcpkg was at hand.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

vcpkg_check_features(OUT_FEATURE_OPTIONS features FEATURES testing GLADIA_BUILD_EMULATOR)
# PocketSphinx and others would be found on this machine, and missed on another.
vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}" OPTIONS ${features}
  -DGLADIA_BUILD_TESTS=OFF
  -DGLADIA_BUILD_EXAMPLES=OFF
  -DGLADIA_INSTALL=ON
  -DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON
  -DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/gladia)
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share"
                    "${CURRENT_PACKAGES_DIR}/share/doc")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
