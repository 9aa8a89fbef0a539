# What the library itself needs. Boost by its own package file: FindBoost, and the component
# "system", are gone in newer versions (https://github.com/ompl/ompl/issues/1305).
find_package(Boost 1.81 CONFIG REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(nlohmann_json 3.11 CONFIG REQUIRED)
find_package(Threads REQUIRED)
