# A user whose Asio differs from the library's gets a link error that says why, not a crash.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)

ask_pkg_config(gladia)
find_program(NM NAMES nm llvm-nm REQUIRED)
file(GLOB library ${PREFIX}/${LIBDIR}/libgladia.a ${PREFIX}/${LIBDIR}/libgladia.so)

# Sets `result` to the mangled names with which `file` refers to the library's Asio, or has them.
function(names_in file dynamic result)
  execute_process(COMMAND ${NM} ${dynamic} ${file} OUTPUT_VARIABLE names ERROR_QUIET)
  string(REGEX MATCHALL "_Z[A-Za-z0-9_]*same_(running_)?asio_as_the_library[A-Za-z0-9_]*" names "${names}")
  set(${result} ${names} PARENT_SCOPE)
endfunction()

set(dynamic "")
if(LIBRARY_KIND STREQUAL "SHARED_LIBRARY")
  set(dynamic -D)
endif()
names_in(${library} "${dynamic}" offered)

# Compiles a file with these includes and this flag. `missing`: the name that the library is to lack,
# or nothing.
function(compile includes flag missing)
  set(text "")
  foreach(header IN LISTS includes)
    string(APPEND text "#include <${header}>\n")
  endforeach()
  file(WRITE ${WORK}/another_asio.cpp "${text}int main() {}\n")
  run(${COMPILER} -std=c++${STANDARD} ${cflags} ${flag} -c ${WORK}/another_asio.cpp
      -o ${WORK}/another_asio.o)
  names_in(${WORK}/another_asio.o "" wanted)
  if(NOT wanted)
    message(FATAL_ERROR "the file refers to nothing of the library")
  endif()
  list(REMOVE_ITEM wanted ${offered})
  if(missing AND NOT wanted MATCHES "[0-9]${missing}")
    message(FATAL_ERROR "with ${flag}, ${includes}: it would link")
  endif()
  if(wanted AND NOT missing)
    message(FATAL_ERROR "with ${flag}, ${includes}: it would not link")
  endif()
endfunction()

set(any_file gladia/error.hpp)
compile("${any_file}" -O1 "")
execute_process(COMMAND ${COMPILER} ${WORK}/another_asio.o -o ${WORK}/another_asio ${libs}
  COMMAND_ERROR_IS_FATAL ANY)
set(flags
    -DBOOST_ASIO_DISABLE_THREADS -DBOOST_ASIO_ENABLE_HANDLER_TRACKING
    -DBOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=4 -DBOOST_ASIO_DISABLE_SMALL_BLOCK_RECYCLING
    -DBOOST_ASIO_DISABLE_EPOLL -DBOOST_ASIO_DISABLE_EVENTFD -DBOOST_ASIO_NO_TS_EXECUTORS
    -DBOOST_ASIO_USE_TS_EXECUTOR_AS_DEFAULT -DBOOST_ASIO_ENABLE_BUFFER_DEBUGGING
    -DBOOST_ASIO_DISABLE_THREAD_KEYWORD_EXTENSION -D_GLIBCXX_DEBUG)
if(NOT cflags MATCHES "BOOST_ASIO_NO_DEPRECATED")
  list(APPEND flags -DBOOST_ASIO_NO_DEPRECATED)
endif()
foreach(flag IN LISTS flags)
  compile("${any_file}" ${flag} same_asio_as_the_library)
endforeach()
execute_process(COMMAND ${COMPILER} ${WORK}/another_asio.o -o ${WORK}/another_asio ${libs}
  RESULT_VARIABLE failed ERROR_VARIABLE message)
if(NOT failed OR NOT message MATCHES "same_asio_as_the_library.*asio_settings")
  message(FATAL_ERROR "the link error does not say why:\n${message}")
endif()

# Where Asio runs; else they do no harm.
set(runs boost/asio/io_context.hpp)
foreach(flag IN ITEMS -fno-exceptions -fno-rtti -DBOOST_ASIO_DISABLE_STD_EXCEPTION_PTR)
  compile("${any_file}" ${flag} "")
  compile("${any_file};${runs}" ${flag} same_running_asio_as_the_library)
endforeach()
compile("${runs};${any_file}" -fno-exceptions same_running_asio_as_the_library)
compile("${any_file};boost/asio/thread_pool.hpp" -fno-exceptions same_running_asio_as_the_library)
