# Warnings and sanitizers for this project's own targets; users never get them, nor does the library
# as a part of their project.
set(GLADIA_SANITIZE "" CACHE STRING "Sanitizers, for example address,undefined or thread")
option(GLADIA_WERROR "Treat warnings as errors" OFF)

add_library(gladia_project_options INTERFACE)
if(CMAKE_SOURCE_DIR STREQUAL PROJECT_SOURCE_DIR)
  if(MSVC)
    target_compile_options(gladia_project_options INTERFACE
      /W4 /permissive- $<$<BOOL:${GLADIA_WERROR}>:/WX>)
  else()
    target_compile_options(gladia_project_options INTERFACE
      -Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<BOOL:${GLADIA_WERROR}>:-Werror>)
  endif()
endif()
gladia_set_up_windows(gladia_project_options INTERFACE)
if(WIN32)
  # Windows 10; Asio asks for a choice, and warns without one.
  target_compile_definitions(gladia_project_options INTERFACE _WIN32_WINNT=0x0A00 NOMINMAX)
endif()

# It changes what inline functions of Asio return, so that objects with it and objects without it do
# not link (detail/same_asio.hpp). A library that is handed to users is built without.
option(GLADIA_NO_DEPRECATED "Build with BOOST_ASIO_NO_DEPRECATED" OFF)
if(GLADIA_NO_DEPRECATED)
  add_compile_definitions(BOOST_ASIO_NO_DEPRECATED)
endif()

# For the whole tree: an object with a sanitizer and one without do not mix.
if(GLADIA_SANITIZE)
  add_compile_options(-fsanitize=${GLADIA_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${GLADIA_SANITIZE})
endif()
