# What the library itself needs. Boost by its own package file: FindBoost, and the component
# "system", are gone in newer versions (https://github.com/ompl/ompl/issues/1305).
#
# A project that has one of them as targets of its own (add_subdirectory, FetchContent) needs no
# package of it.
if(NOT TARGET Boost::headers)
  find_package(Boost 1.81 CONFIG REQUIRED)
endif()
if(NOT TARGET OpenSSL::SSL)
  find_package(OpenSSL 3 REQUIRED)
endif()
if(NOT TARGET nlohmann_json::nlohmann_json)
  find_package(nlohmann_json 3.11 CONFIG REQUIRED)
endif()
if(NOT TARGET Threads::Threads)
  find_package(Threads REQUIRED)
endif()
