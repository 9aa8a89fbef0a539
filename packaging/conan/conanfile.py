"""Conan 2: conan create gladia-cpp/packaging/conan. It was never run: no Conan was at hand."""

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

SOURCES = os.path.join("..", "..")


class Gladia(ConanFile):
    name = "gladia"
    description = "C++17 client for Gladia's speech-to-text API, in real time and for recordings"
    license = "MIT"
    topics = ("speech-to-text", "websocket", "asio")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False], "testing": [True, False]}
    default_options = {"shared": False, "fPIC": True, "testing": False}
    implements = ["auto_shared_fpic"]

    def set_version(self):
        header = load(self, os.path.join(self.recipe_folder, SOURCES, "include/gladia/version.hpp"))
        self.version = re.search(r'GLADIA_VERSION_STRING "([^"]+)"', header).group(1)

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*"):
            copy(self, pattern, os.path.join(self.recipe_folder, SOURCES), self.export_sources_folder)

    def layout(self):
        self.folders.root = SOURCES
        cmake_layout(self)

    def requirements(self):
        # The user's files have Asio in them, and gladia::header_only the others.
        self.requires("boost/[>=1.81 <2]", transitive_headers=True)
        self.requires("openssl/[>=3 <4]", transitive_headers=True)
        self.requires("nlohmann_json/[>=3.11 <4]", transitive_headers=True)

    def validate(self):
        check_min_cppstd(self, 17)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["GLADIA_BUILD_TESTS"] = False
        toolchain.cache_variables["GLADIA_BUILD_EXAMPLES"] = False
        toolchain.cache_variables["GLADIA_BUILD_EMULATOR"] = bool(self.options.testing)
        # PocketSphinx and others would be found on this machine, and missed on another.
        toolchain.cache_variables["CMAKE_DISABLE_FIND_PACKAGE_PkgConfig"] = True
        toolchain.cache_variables["CMAKE_DISABLE_FIND_PACKAGE_CLI11"] = True
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        # Conan writes such files itself, for each generator.
        for folder in ("lib/cmake", "lib/pkgconfig", "share"):
            rmdir(self, os.path.join(self.package_folder, folder))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "gladia")

        def component(name, target, libs, requires):
            info = self.cpp_info.components[name]
            info.set_property("cmake_target_name", target)
            info.libs = libs
            info.requires = requires
            return info

        library = component("gladia", "gladia::gladia", ["gladia"], ["boost::headers", "openssl::ssl"])
        library.set_property("pkg_config_name", "gladia")
        headers = component("header_only", "gladia::header_only", [],
                            ["boost::headers", "openssl::ssl", "nlohmann_json::nlohmann_json"])
        headers.defines = ["GLADIA_HEADER_ONLY"]
        for info in (library, headers):
            if self.settings.os in ("Linux", "FreeBSD"):
                info.system_libs = ["pthread"]
            elif self.settings.os == "Windows":
                info.system_libs = ["ws2_32", "mswsock", "crypt32"]
        if self.options.testing:
            testing = component("testing", "gladia::testing", ["gladia_testing"],
                                ["gladia", "openssl::ssl"])
            testing.set_property("pkg_config_name", "gladia_testing")
