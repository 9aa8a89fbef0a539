# What the scripts of this folder share.
cmake_minimum_required(VERSION 3.22)
set(CONSUMER ${SOURCE}/tests/package/consumer)
# The compiler's wrappers and flags of the environment must not change what is tested.
unset(ENV{CXXFLAGS})
unset(ENV{LDFLAGS})

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed)
  if(failed)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "failed (${failed}): ${command}")
  endif()
endfunction()

# Configures consumer/ with the given options, in an empty folder of this name.
function(configure_consumer name)
  file(REMOVE_RECURSE ${WORK}/${name})
  run(${CMAKE_COMMAND} -S ${CONSUMER} -B ${WORK}/${name} -G ${GENERATOR}
    -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_STANDARD=${STANDARD} -D Boost_DIR=${BOOST_DIR}
    ${ARGN})
endfunction()

# Sets `result` to how the project of this name, configured with CMAKE_EXPORT_COMPILE_COMMANDS, would
# compile the library: to compile it once more takes minutes.
function(commands_of_the_library name result)
  file(STRINGS ${WORK}/${name}/compile_commands.json commands
    REGEX "\"command\": .*/src/gladia_[a-z]+\\.cpp")
  if(NOT commands)
    message(FATAL_ERROR "the library is not compiled at all")
  endif()
  set(${result} ${commands} PARENT_SCOPE)
endfunction()

# Sets cflags, libs and modversion to what pkg-config says of the installed package of this name; what
# follows are options of pkg-config.
function(ask_pkg_config name)
  find_program(PKG_CONFIG NAMES pkg-config pkgconf REQUIRED)
  set(ENV{PKG_CONFIG_PATH} ${PREFIX}/${LIBDIR}/pkgconfig)
  foreach(question IN ITEMS cflags libs modversion)
    execute_process(COMMAND ${PKG_CONFIG} ${ARGN} --${question} ${name}
      OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(answer UNIX_COMMAND "${answer}")
    set(${question} ${answer} PARENT_SCOPE)
  endforeach()
endfunction()
