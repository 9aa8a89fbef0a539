set(gladia_exports ${CMAKE_CURRENT_LIST_DIR}/gladia_exports.map)

# How the library is versioned, and what it shows when it is shared.
function(gladia_set_up_library target)
  set_target_properties(${target} PROPERTIES
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    POSITION_INDEPENDENT_CODE ON
    UNITY_BUILD OFF)  # each file is many files already
  # Nothing is marked for export. The linker is told what to show, and needs to see it, also in a
  # project that hides what is its own.
  get_target_property(kind ${target} TYPE)
  if(kind STREQUAL "SHARED_LIBRARY")
    set_target_properties(${target} PROPERTIES
      CXX_VISIBILITY_PRESET default VISIBILITY_INLINES_HIDDEN OFF)
    if(UNIX AND NOT APPLE)
      target_link_options(${target} PRIVATE LINKER:--version-script=${gladia_exports})
      set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${gladia_exports})
    endif()
  endif()
endfunction()

# What every use of Asio and OpenSSL needs on Windows; `kind` is PUBLIC or INTERFACE.
function(gladia_set_up_windows target kind)
  if(NOT WIN32)
    return()
  endif()
  # After OpenSSL, which needs them too.
  target_link_libraries(${target} ${kind} ws2_32 mswsock crypt32)
  # Asio's templates make more sections than an object of the usual form can have.
  if(kind STREQUAL "PUBLIC")
    set(kind PRIVATE)
  endif()
  if(MSVC)
    target_compile_options(${target} ${kind} /bigobj /utf-8)
  else()
    # Without optimisation there are more names than the assembler has room for (binutils 2.40).
    set(is_optimised $<CONFIG:Release,RelWithDebInfo,MinSizeRel>)
    target_compile_options(${target} ${kind} -Wa,-mbig-obj $<$<NOT:${is_optimised}>:-O1>)
  endif()
endfunction()
